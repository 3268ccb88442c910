import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { EndpointProber } from "../../agent/mesh/endpoint-prober.ts";
import { probeSender, shortId } from "../../agent/mesh/stun-names.ts";
import { StunAgent } from "../../agent/nat/stun-agent.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { Failure, ResponseBody } from "../../protocol/frame-body.ts";
import { testHost } from "../registry/network.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { endpoint } from "./samples.ts";

const [VOLUNTEER, ANN] = [testHost(1).id, testHost(2).id];
const KEY = new Uint8Array(32).fill(9);
/** Of the volunteer, that no NAT has seen. */
const SECOND_PORT = endpoint(1, 50_123);

/** A volunteer that sees ann's packets come from `seen`; ann's agent answers at `reachable`. */
class Scene {
  readonly clock = new FakeClock();
  isVolunteering = true;
  seen: Endpoint | undefined = endpoint(2, 40_000);
  reachable: Endpoint | undefined = endpoint(2, 51_820);
  /** Which key ann believes. */
  key = KEY;
  /** To whom the volunteer sent something. */
  readonly sent: Endpoint[] = [];
  open = 0;
  readonly prober = new EndpointProber({
    self: VOLUNTEER,
    clock: this.clock,
    random: seededRandom(1),
    log: silentLogger,
    isVolunteering: () => this.isVolunteering,
    outerEndpoint: () => this.seen,
    checkKey: (member) => (member === ANN ? KEY : undefined),
    open: (receive) => {
      this.open++;
      const ann = new StunAgent({
        clock: this.clock,
        random: seededRandom(2),
        send: (bytes) => this.reachable && receive(bytes, this.reachable),
        server: {
          keyFor: (username) => (probeSender(username, ANN) === shortId(VOLUNTEER) ? this.key : undefined),
          onBinding: () => undefined,
        },
      });
      return Promise.resolve({
        send: (bytes: Uint8Array, to: Endpoint) => {
          this.sent.push(to);
          if (to.port === this.reachable?.port) ann.receive(bytes, SECOND_PORT);
        },
        [Symbol.asyncDispose]: () => {
          this.open--;
          return Promise.resolve();
        },
      });
    },
  });

  async serve(wanted = endpoint(2, 51_820)): Promise<ResponseBody | Failure> {
    const answer = this.prober.serve(ANN, wanted);
    await this.clock.advance(2_000);
    expect(this.open).toBe(0);
    return answer;
  }
}

//
describe("a volunteer that is asked whether an endpoint can be reached", () => {
  it("says so when an authenticated answer comes to a port that nobody has seen before", async () => {
    expect(await new Scene().serve()).toEqual({ kind: "probed", reached: true });
  });

  it("says that it cannot after three datagrams without an answer, or with one of somebody else's key", async () => {
    const scene = new Scene();
    scene.reachable = undefined;
    expect(await scene.serve()).toEqual({ kind: "probed", reached: false });
    expect(scene.sent).toEqual(Array(3).fill(endpoint(2, 51_820)));
    const strange = new Scene();
    strange.key = new Uint8Array(32);
    expect(await strange.serve()).toEqual({ kind: "probed", reached: false });
  });
});

//
describe("a volunteer is not aimed at others", () => {
  const codeOf = async (scene: Scene, wanted?: Endpoint): Promise<string | undefined> => {
    const answer = await scene.serve(wanted);
    return answer.kind === "failure" ? answer.code : undefined;
  };

  it("sends only to the address that the member's own packets come from, whatever the port", async () => {
    const scene = new Scene();
    expect(await codeOf(scene, endpoint(3))).toBe("probe.other-address");
    scene.seen = undefined;
    expect(await codeOf(scene)).toBe("probe.not-direct");
    expect(scene.sent).toEqual([]);
  });

  it("sends nothing where it does not volunteer", async () => {
    const scene = new Scene();
    scene.isVolunteering = false;
    expect(await codeOf(scene)).toBe("probe.not-volunteering");
    expect(scene.sent).toEqual([]);
  });

  it("sends for a member six times in a row, and then every ten seconds", async () => {
    const scene = new Scene();
    const codes: (string | undefined)[] = [];
    for (let turn = 0; turn < 8; turn++) codes.push(await codeOf(scene));
    // 2 s pass with each: the seventh would be due after 12 s, which gives one more.
    expect(codes.filter((code) => code === undefined)).toHaveLength(7);
    expect(codes.at(-1)).toBe("probe.rate");
  });

  it("sends nothing for somebody whose key it does not know, and closes its ports", async () => {
    const scene = new Scene();
    const stranger = testHost(3).id;
    expect(await scene.prober.serve(stranger, endpoint(2))).toMatchObject({ code: "probe.not-direct" });
    scene.reachable = undefined;
    const probes = Array.from({ length: 6 }, () => scene.prober.serve(ANN, endpoint(2)));
    await scene.clock.advance(0);
    expect(scene.open).toBe(6);
    await scene.clock.advance(2_000);
    await Promise.all(probes);
    expect(scene.open).toBe(0);
  });
});
