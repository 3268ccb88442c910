import { describe, expect, it } from "vitest";
import { certify } from "../../agent/identity/certifying.ts";
import { keysOf } from "../../agent/identity/identity.ts";
import { beginRotation, keepSuccessor, successionRequest } from "../../agent/identity/rotation.ts";
import { KeyChange, TRY_MS, type ChangingNetwork, type KeyChangeParts } from "../../agent/mesh/key-change.ts";
import type { Roster } from "../../agent/registry/roster.ts";
import type { PeerChange } from "../../agent/wireguard/peer-change.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { founder, idOf, join, NOW, publish, random, type Host } from "../identity/hosts.ts";
import { MemberHost } from "./member-host.ts";
import { endpoint, wgInterface, wgPeer } from "./samples.ts";

/** A member with certified new keys, and what its network and its WireGuard are told. */
class Scene implements AsyncDisposable {
  readonly member: MemberHost;
  readonly keyChange: KeyChange;
  readonly done: string[] = [];
  connected: readonly MemberId[] = ["c".repeat(32) as MemberId];
  isHeard = true;

  private constructor(member: MemberHost) {
    this.member = member;
    const { identity, random, log } = member.context;
    const device: KeyChangeParts["device"] = {
      setPrivateKey: (key) => this.#note(`key ${key === identity.wireguardPrivateKey ? "in use" : "other"}`),
      dump: () => {
        // Whoever is begun with answers at once, however long the state took to be written.
        const live = wgPeer("peer", { endpoint: endpoint(2), latestHandshakeAt: member.clock.wallNow() });
        return Promise.resolve(wgInterface(live, wgPeer("gone", { endpoint: endpoint(3) })));
      },
      apply: (changes: readonly PeerChange[]) => {
        for (const { publicKey } of changes) this.done.push(`begin ${publicKey}`);
        return Promise.resolve();
      },
    };
    this.keyChange = new KeyChange({ identity, clock: member.clock, random, log, device });
  }

  static async of(admin: Host = founder(), host = join(admin, "host")): Promise<Scene> {
    host.state = beginRotation(host.state, random).state;
    const request = successionRequest(host.state);
    if (request === undefined) throw new Error("nothing to ask");
    const answer = certify(admin.state, admin.store.roster, idOf(host), request, NOW);
    if (!answer.ok) throw new Error(answer.code);
    host.state = keepSuccessor(host.state, answer.certificate).state;
    publish(host.store, [{ bytes: answer.certificate }]);
    return new Scene(await MemberHost.of(host));
  }

  get network(): ChangingNetwork {
    const { registry } = this.member.context;
    return {
      connected: this.connected,
      roster: registry.roster,
      sayFarewell: () => this.#note("farewell").then(() => this.isHeard),
      publish: async (records) => {
        await registry.publish(records);
        this.done.push("publish");
      },
    };
  }

  get roster(): Roster {
    return this.member.context.registry.roster;
  }

  get id(): MemberId {
    return keysOf(this.member.context.identity.state).id;
  }

  /** Time goes on while it works. */
  async run<T>(work: Promise<T>): Promise<T> {
    const progress = { isDone: false };
    const end = (): void => void (progress.isDone = true);
    work.then(end, end);
    while (!progress.isDone) {
      await this.member.clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve)); // the state is written to a real file
    }
    return work;
  }

  #note(what: string): Promise<void> {
    this.done.push(what);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.member[Symbol.asyncDispose]();
  }
}

// R-1202
describe("a change of keys", () => {
  it("tells the others first, then changes WireGuard and begins the sessions that there were", async () => {
    await using scene = await Scene.of();
    const old = scene.id;
    expect(await scene.run(scene.keyChange.goOn(scene.network))).toBe(true);
    expect(scene.done).toEqual(["farewell", "key in use", "begin peer", "publish"]);
    expect(scene.id).not.toBe(old);
    expect(scene.roster.members.has(scene.id)).toBe(true);
    expect(scene.roster.revoked.has(old)).toBe(true);
  });

  it("waits for somebody who is connected", async () => {
    await using scene = await Scene.of();
    scene.connected = [];
    const old = scene.id;
    expect(await scene.keyChange.goOn(scene.network)).toBe(false);
    expect([scene.id, scene.done]).toEqual([old, []]);
  });

  it("ends when somebody has taken the new keys", async () => {
    await using scene = await Scene.of();
    await scene.run(scene.keyChange.goOn(scene.network));
    expect(scene.keyChange.tryMs).toBe(TRY_MS);
    expect(await scene.keyChange.goOn(scene.network)).toBe(false);
    expect(scene.member.context.identity.state.membership?.rotation).toBeUndefined();
    expect(scene.keyChange.tryMs).toBeUndefined();
  });

  it("that nobody may have heard is not believed here, and both sets of keys are tried until one is taken", async () => {
    await using scene = await Scene.of();
    const old = scene.id;
    scene.isHeard = false;
    expect(await scene.run(scene.keyChange.goOn(scene.network))).toBe(true);
    expect(scene.roster.revoked.has(old)).toBe(false);
    expect(await scene.run(scene.keyChange.tryOther())).toBe(true);
    expect(scene.id).toBe(old);
    expect(scene.keyChange.tryMs).toBe(2 * TRY_MS);
    // The old ones are taken: so the farewell has not been heard, and is said again.
    scene.isHeard = true;
    expect(await scene.run(scene.keyChange.goOn(scene.network))).toBe(true);
    expect(scene.id).not.toBe(old);
    expect(scene.roster.revoked.has(old)).toBe(true);
  });

  it("that comes back from others while the old keys are in use is our own doing", async () => {
    await using scene = await Scene.of();
    expect(scene.keyChange.isOwnDoing(scene.network)).toBe(false);
    await scene.run(scene.keyChange.goOn(scene.network));
    expect(scene.keyChange.isOwnDoing(scene.network)).toBe(false);
    await scene.run(scene.keyChange.tryOther());
    expect(scene.keyChange.isOwnDoing(scene.network)).toBe(true);
  });

  it("of an admin takes back what the old keys have signed", async () => {
    const admin = founder();
    join(admin, "host");
    await using scene = await Scene.of(admin, admin);
    await scene.run(scene.keyChange.goOn(scene.network));
    await scene.keyChange.goOn(scene.network);
    expect(scene.roster.secret?.content.epoch).toBe(2);
    expect(scene.roster.members.get(scene.id)?.roles).toContain("admin");
  });

  it("needs nobody in a network of one", async () => {
    const admin = founder();
    await using scene = await Scene.of(admin, admin);
    scene.connected = [];
    expect(await scene.run(scene.keyChange.goOn(scene.network))).toBe(true);
    expect(scene.done).not.toContain("farewell");
    await scene.keyChange.goOn(scene.network);
    expect(scene.member.context.identity.state.membership?.rotation).toBeUndefined();
  });
});
