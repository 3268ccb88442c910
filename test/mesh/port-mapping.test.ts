import { afterEach, describe, expect, it } from "vitest";
import { PortMapping } from "../../agent/mesh/port-mapping.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { failure, type Failure, type ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { founder, idOf, join } from "../identity/hosts.ts";
import { PaperRouter } from "../nat/port-mapping/paper-router.ts";
import { ControlStub } from "./control-stub.ts";
import { MemberHost } from "./member-host.ts";

const admin = founder();
const [first, second] = [idOf(join(admin, "first")), idOf(join(admin, "second"))];
const EXTERNAL = { address: "203.0.113.7", port: 51_820 };
const REACHED: ResponseBody = { kind: "probed", reached: true };
const NOT_REACHED: ResponseBody = { kind: "probed", reached: false };

/** A member behind a router that maps ports, and volunteers that look from outside. */
class Scene implements AsyncDisposable {
  readonly router: PaperRouter;
  readonly control = new ControlStub();
  /** As announced, in order. */
  readonly endpoints: (Endpoint | undefined)[] = [];
  seenAs: readonly Endpoint[] = [];
  readonly mapping: PortMapping;
  readonly host: MemberHost;

  private constructor(host: MemberHost) {
    this.host = host;
    this.router = new PaperRouter(host.clock);
    this.mapping = new PortMapping({
      context: host.context,
      control: this.control,
      port: 51_820,
      gateway: () => Promise.resolve("10.1.0.1"),
      open: this.router.open,
      volunteers: () => this.control.connected(),
      seenAs: () => this.seenAs,
      onChange: () => this.endpoints.push(this.mapping.verified?.endpoint),
    });
  }

  static async open(): Promise<Scene> {
    const scene = new Scene(await MemberHost.of(admin));
    scenes.push(scene);
    return scene;
  }

  answer(volunteer: MemberId, answer: ResponseBody | Failure): void {
    this.control.answerBy.set(volunteer, () => answer);
  }

  async start(): Promise<void> {
    this.mapping.refresh();
    await this.host.clock.advance(10);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.mapping[Symbol.asyncDispose]();
    await this.host.clock.advance(2_000);
    await ended;
    await this.host[Symbol.asyncDispose]();
  }
}

const scenes: Scene[] = [];
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]();
});

//
describe("a port mapping is announced", () => {
  it("only once a volunteer has reached it from outside", async () => {
    const scene = await Scene.open();
    scene.answer(first, NOT_REACHED);
    await scene.start();
    expect(scene.mapping.report).toMatchObject({
      mapping: { external: EXTERNAL },
      unverified: "not-reached",
    });
    expect(scene.endpoints).toEqual([]);
    scene.answer(first, REACHED);
    await scene.host.clock.advance(500);
    expect(scene.endpoints).toEqual([EXTERNAL]);
    expect(scene.mapping.report).toMatchObject({ verifiedBy: first, unverified: undefined });
  });

  it("when one volunteer has reached it, whatever another says", async () => {
    const scene = await Scene.open();
    scene.answer(first, failure("request.unknown", "an older version"));
    scene.answer(second, REACHED);
    await scene.start();
    expect(scene.mapping.report.verifiedBy).toBe(second);
    expect(scene.control.asked.map(({ body }) => body)).toEqual(
      Array(2).fill({ kind: "probe", endpoint: EXTERNAL }),
    );
  });

  it("as soon as a volunteer is connected", async () => {
    const scene = await Scene.open();
    await scene.start();
    expect(scene.mapping.report.unverified).toBe("no-volunteer");
    await scene.host.clock.advance(3_600_000);
    scene.answer(first, REACHED);
    scene.mapping.onVolunteerConnected();
    await scene.host.clock.advance(0);
    expect(scene.endpoints).toEqual([EXTERNAL]);
  });

  it("no longer when volunteers cannot reach it any more", async () => {
    const scene = await Scene.open();
    scene.answer(first, REACHED);
    await scene.start();
    scene.answer(first, NOT_REACHED);
    await scene.host.clock.advance(599_000);
    expect(scene.endpoints).toEqual([EXTERNAL]);
    await scene.host.clock.advance(2_000);
    expect(scene.endpoints).toEqual([EXTERNAL, undefined]);
  });

  it("anew, and verified anew, where the router has moved it", async () => {
    const scene = await Scene.open();
    scene.answer(first, REACHED);
    await scene.start();
    scene.router.outsideAddress = "203.0.113.8";
    await scene.host.clock.advance(310_000);
    expect(scene.endpoints).toEqual([EXTERNAL, undefined, { ...EXTERNAL, address: "203.0.113.8" }]);
    expect(scene.control.asked).toHaveLength(2);
  });
});

//
describe("a port mapping that is not announced", () => {
  it("has another NAT in front of it where volunteers see this host elsewhere", async () => {
    const scene = await Scene.open();
    scene.router.outsideAddress = "100.64.0.9";
    scene.answer(first, failure("probe.other-address", ""));
    scene.seenAs = [{ address: "2001:db8::1", port: 51_820 }];
    await scene.start();
    expect(scene.mapping.report.unverified).toBe("probe.other-address");
    scene.seenAs = [{ address: "198.51.100.1", port: 1_234 }];
    await scene.host.clock.advance(500);
    expect(scene.mapping.report.unverified).toBe("another-nat");
  });

  it("is verified again and again, more seldom each time, up to once a minute", async () => {
    const scene = await Scene.open();
    scene.answer(first, NOT_REACHED);
    await scene.start();
    await scene.host.clock.advance(500 + 1_500 + 5_000 + 15_000);
    expect(scene.control.asked).toHaveLength(5);
    await scene.host.clock.advance(600_000);
    expect(scene.control.asked).toHaveLength(15);
  });
});

//
describe("the nonce of PCP", () => {
  it("is the same after a restart, so that what a crashed agent left is its successor's", async () => {
    const nonces: Buffer[] = [];
    for (let run = 0; run < 2; run++) {
      const scene = await Scene.open();
      await scene.start();
      nonces.push(scene.router.lastNonce);
    }
    expect(nonces[0]).toHaveLength(12);
    expect(nonces[0]).toEqual(nonces[1]);
  });
});
