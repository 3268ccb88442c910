import { describe, expect, it } from "vitest";
import { certify, rename, RENEW_BEFORE_MS } from "../../agent/identity/certifying.ts";
import { beginRotation } from "../../agent/identity/rotation.ts";
import { CERTIFICATE_LIFETIME_MS } from "../../agent/identity/signer.ts";
import { CertificateKeeper } from "../../agent/mesh/certificate-keeper.ts";
import { failure, type Failure, type RequestBody, type ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { founder, idOf, join, NOW, random, type Host } from "../identity/hosts.ts";
import { ControlStub } from "./control-stub.ts";
import { MemberHost } from "./member-host.ts";

const DAY_MS = 86_400_000;
const DUE_IN_MS = CERTIFICATE_LIFETIME_MS - RENEW_BEFORE_MS;

/** A member and what it asks of the network's admins; its admin answers as the real one does. */
class Scene implements AsyncDisposable {
  readonly admin: Host;
  readonly host: Host;
  readonly member: MemberHost;
  readonly control = new ControlStub();
  readonly keeper: CertificateKeeper;
  needed = 0;
  successors = 0;

  private constructor(admin: Host, host: Host, member: MemberHost) {
    this.admin = admin;
    this.host = host;
    this.member = member;
    this.keeper = new CertificateKeeper({
      context: member.context,
      control: this.control,
      onNeeded: () => this.needed++,
      onSuccessor: () => this.successors++,
    });
  }

  static async of(admin = founder(), host = join(admin, "host")): Promise<Scene> {
    return new Scene(admin, host, await MemberHost.of(host));
  }

  connectAdmin(): void {
    this.control.answerBy.set(idOf(this.admin), (body) => this.answer(body));
  }

  answer(body: RequestBody): ResponseBody | Failure {
    if (body.kind !== "certify") return failure("request.unknown", "");
    const now = this.member.clock.wallNow();
    const certified = certify(this.admin.state, this.admin.store.roster, idOf(this.host), body, now);
    this.admin.state = certified.state;
    return certified.ok ? { kind: "certified", member: certified.certificate } : failure(certified.code, "");
  }

  get expiresAt(): number {
    return this.member.context.registry.roster.members.get(idOf(this.host))?.certificate.expiresAt ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.keeper[Symbol.dispose]();
    await this.member[Symbol.asyncDispose]();
  }
}

// R-1202
describe("a member's certificate", () => {
  it("is asked for when a third of its life is left, and needs an admin's connection until it has come", async () => {
    await using scene = await Scene.of();
    const { keeper, member, control, admin } = scene;
    await member.clock.advance(DUE_IN_MS - 1);
    await keeper.check();
    expect(keeper.needed).toEqual([]);
    await member.clock.advance(1);
    await keeper.check();
    expect(keeper.needed).toEqual([idOf(admin)]);
    expect(control.asked).toEqual([]);
    scene.connectAdmin();
    await keeper.check();
    expect(scene.expiresAt).toBe(NOW + DUE_IN_MS + CERTIFICATE_LIFETIME_MS);
    expect([keeper.needed, scene.needed]).toEqual([[], 2]);
    await keeper.check();
    expect(control.asked).toHaveLength(1);
  });

  it("is in the state as soon as it has come, so that the next start has it", async () => {
    await using scene = await Scene.of();
    const { keeper, member } = scene;
    const before = member.context.identity.state.membership?.certificate;
    await member.clock.advance(DUE_IN_MS);
    scene.connectAdmin();
    await keeper.check();
    const after = member.context.identity.state.membership?.certificate;
    const held = member.context.registry.roster.members.get(idOf(scene.host))?.certificate.bytes;
    expect(after).not.toBe(before);
    expect(after).toBe(Buffer.from(held ?? []).toString("base64"));
  });

  it("that an admin refuses is asked for again, later each time, unless the operator waits", async () => {
    await using scene = await Scene.of();
    const { keeper, member, control, admin } = scene;
    control.answerBy.set(idOf(admin), () => failure("rights.missing", ""));
    await member.clock.advance(DUE_IN_MS);
    await keeper.check();
    await keeper.check();
    expect(control.asked).toHaveLength(1);
    await keeper.askNow();
    expect(control.asked).toHaveLength(2);
    await member.clock.advance(15_000 - 1);
    expect(control.asked).toHaveLength(2);
    await member.clock.advance(15_001);
    expect(control.asked).toHaveLength(3);
    // Every 3 to 6 hours in the end.
    await member.clock.advance(DAY_MS);
    const before = control.asked.length;
    await member.clock.advance(30 * DAY_MS);
    expect(control.asked.length - before).toBeGreaterThanOrEqual(30 * 4);
    expect(control.asked.length - before).toBeLessThanOrEqual(30 * 8);
  });

  it("is asked of the next admin where one refuses or answers with another's", async () => {
    const network = founder();
    const [second, third] = ["second", "third"].map((name) => join(network, name, { asAdmin: true })) as [
      Host,
      Host,
    ];
    await using scene = await Scene.of(network, join(network, "host"));
    const { keeper, member, control } = scene;
    const other = network.store.roster.members.get(idOf(third))?.certificate.bytes ?? new Uint8Array(1);
    control.answerBy.set(idOf(second), () => failure("member.unknown", ""));
    control.answerBy.set(idOf(third), () => ({ kind: "certified", member: other }));
    await member.clock.advance(DUE_IN_MS);
    await keeper.check();
    expect(new Set(control.asked.map(({ id }) => id))).toEqual(
      new Set<MemberId>([idOf(second), idOf(third)]),
    );
    scene.connectAdmin();
    await keeper.askNow();
    expect(scene.expiresAt).toBeGreaterThan(NOW + CERTIFICATE_LIFETIME_MS);
  });

  it("that an admin has given another name is taken over", async () => {
    await using scene = await Scene.of();
    const { keeper, member, admin, host } = scene;
    const own = admin.store.roster.members.get(idOf(host));
    if (own === undefined) throw new Error("no member");
    const { records } = rename(admin.state, admin.store.roster, own, "guest", NOW);
    await member.context.registry.publish(records.map(({ bytes }) => bytes));
    await keeper.check();
    const [record] = records;
    const certificate = Buffer.from(record?.bytes ?? []).toString("base64");
    expect(member.context.identity.state.membership?.certificate).toBe(certificate);
    expect(scene.control.asked).toEqual([]);
  });
});

describe("new keys", () => {
  it("are certified by an admin, which is told of once", async () => {
    await using scene = await Scene.of();
    const { keeper, member } = scene;
    const { identity, registry } = member.context;
    await identity.update((state) => beginRotation(state, random));
    scene.connectAdmin();
    await keeper.check();
    await keeper.check();
    expect(scene.successors).toBe(1);
    expect(registry.roster.successors.has(idOf(scene.host))).toBe(true);
    expect(identity.state.membership?.rotation?.certificate).toBeDefined();
    expect(scene.control.asked).toHaveLength(1);
  });

  it("of the founder need nobody else", async () => {
    const admin = founder();
    await using scene = await Scene.of(admin, admin);
    await scene.member.context.identity.update((state) => beginRotation(state, random));
    await scene.keeper.check();
    expect([scene.successors, scene.control.asked.length]).toEqual([1, 0]);
  });
});
