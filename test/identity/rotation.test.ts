import { describe, expect, it } from "vitest";
import { certify } from "../../agent/identity/certifying.ts";
import { keysOf } from "../../agent/identity/identity.ts";
import { disown, revoke } from "../../agent/identity/membership.ts";
import {
  beginRotation,
  change,
  changeRecords,
  endRotation,
  exchangeKeySets,
  keepSuccessor,
  successionRequest,
} from "../../agent/identity/rotation.ts";
import { membershipOf } from "../../agent/identity/signer.ts";
import { decodeState, encodeState } from "../../agent/identity/state.ts";
import { heirOf, type Roster } from "../../agent/registry/roster.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { wallMs } from "../../protocol/time.ts";
import { founder, idOf, join, NOW, publish, random, type Host } from "./hosts.ts";

const LATER = wallMs(NOW + 1_000);

/** As far as an admin's certificate, which `admin` holds. */
function certified(admin: Host, host: Host): Host {
  host.state = beginRotation(host.state, random).state;
  const request = successionRequest(host.state);
  if (request === undefined) throw new Error("nothing to ask");
  const answer = certify(admin.state, admin.store.roster, idOf(host), request, NOW);
  if (!answer.ok) throw new Error(answer.code);
  admin.state = answer.state;
  publish(admin.store, [{ bytes: answer.certificate }]);
  host.state = keepSuccessor(host.state, answer.certificate).state;
  return host;
}

/** The whole way; the id that it had. */
function rotated(admin: Host, host: Host): MemberId {
  const before = idOf(host);
  certified(admin, host);
  host.state = change(host.state, LATER).state;
  publish(admin.store, recordsOf(host));
  host.state = endRotation(host.state).state;
  return before;
}

function recordsOf({ state }: Host): readonly { readonly bytes: Uint8Array }[] {
  return changeRecords(membershipOf(state)).map((bytes) => ({ bytes }));
}

/** The same from the records in another order. */
function shuffled({ store }: Host): Roster {
  const other = new RecordStore(store.networkKey);
  publishAll(other, [...store.records()].reverse());
  return other.roster;
}

function publishAll(store: RecordStore, records: readonly { readonly bytes: Uint8Array }[]): void {
  for (const { bytes } of records) store.apply(bytes, LATER);
  for (const { bytes } of records) store.apply(bytes, LATER);
}

// R-1202
describe("a rotation of keys", () => {
  it("leaves name and addresses as they are, and the old keys are no member's any more", () => {
    const admin = founder();
    const host = join(admin, "host");
    const before = admin.store.roster.members.get(idOf(host));
    const oldId = rotated(admin, host);
    const { roster } = admin.store;
    const after = roster.members.get(idOf(host));
    expect(idOf(host)).not.toBe(oldId);
    expect(roster.members.has(oldId)).toBe(false);
    expect(after).toMatchObject({
      name: "host",
      address4: before?.address4,
      address6: before?.address6,
      roles: ["member"],
      issuedAt: before?.issuedAt,
    });
    expect(after?.wireguardKey).toBe(keysOf(host.state).wireguardKey);
    expect(heirOf(roster, oldId)?.id).toBe(idOf(host));
    expect(shuffled(admin).members).toEqual(roster.members);
  });

  it("can be made again and again, with the IPv6 address of the first key", () => {
    const admin = founder();
    const host = join(admin, "host");
    const address6 = admin.store.roster.members.get(idOf(host))?.address6;
    for (let round = 0; round < 3; round++) rotated(admin, host);
    expect(admin.store.roster.memberByName.get("host")).toMatchObject({ id: idOf(host), address6 });
  });

  it("changes nothing for the others before the old keys are given up", () => {
    const admin = founder();
    const host = certified(admin, join(admin, "host"));
    const { members, successors, conflicts } = admin.store.roster;
    expect(members.get(idOf(host))?.name).toBe("host");
    expect(successors.get(idOf(host))?.name).toBe("host");
    expect(conflicts.size).toBe(0);
  });

  it("asks with the same keys after a crash, at whatever step, and believes a certificate for these alone", () => {
    const admin = founder();
    const host = join(admin, "host");
    const other = certified(admin, join(admin, "other"));
    host.state = beginRotation(host.state, random).state;
    const restored = decodeState(encodeState(host.state), "state.json");
    expect(beginRotation(restored, random).state).toBe(restored);
    expect(successionRequest(restored)).toEqual(successionRequest(host.state));
    const foreign = membershipOf(other.state).rotation?.certificate ?? "";
    expect(keepSuccessor(host.state, Buffer.from(foreign, "base64")).state).toBe(host.state);
    expect(keepSuccessor(host.state, new Uint8Array(9)).state).toBe(host.state);
    expect(change(host.state, LATER).state).toBe(host.state);
  });

  it("has both sets of keys until its end, and signs the farewell once", () => {
    const admin = founder();
    const host = certified(admin, join(admin, "host"));
    const oldId = idOf(host);
    expect(successionRequest(host.state)).toBeUndefined();
    expect(recordsOf(host)).toEqual([]);
    const changed = change(host.state, LATER).state;
    expect(keysOf(changed).id).not.toBe(oldId);
    expect(change(changed, LATER).state).toBe(changed);
    const back = exchangeKeySets(changed).state;
    expect(keysOf(back).id).toBe(oldId);
    expect(membershipOf(back).certificate).toBe(membershipOf(host.state).certificate);
    expect(changeRecords(membershipOf(back))).toEqual(changeRecords(membershipOf(changed)));
    expect(endRotation(back).state).toBe(back);
    expect(exchangeKeySets(back).state).toEqual(changed);
    expect(membershipOf(endRotation(changed).state).rotation).toBeUndefined();
  });

  it("does not survive a revocation of the member, whichever of the two is named and whenever it comes", () => {
    for (const isLate of [false, true]) {
      const admin = founder();
      const host = certified(admin, join(admin, "host"));
      const revocation = revoke(admin.state, admin.store.roster, idOf(host), NOW, random).records;
      host.state = change(host.state, LATER).state;
      const all = [recordsOf(host), revocation];
      for (const records of isLate ? all : all.reverse()) publishAll(admin.store, records);
      expect(admin.store.roster.memberByName.has("host")).toBe(false);
      expect(shuffled(admin).memberByName.has("host")).toBe(false);
    }
  });

  it("gives the place to one of two heirs, whom all agree on, where two admins certified different keys", () => {
    const network = founder();
    const admin = join(network, "admin", { asAdmin: true });
    const host = join(network, "host");
    publishAll(admin.store, network.store.records());
    const twin = { ...host };
    rotated(network, host);
    rotated(admin, twin);
    publishAll(network.store, admin.store.records());
    const { roster } = network.store;
    const [first, second] = [idOf(host), idOf(twin)].filter((id) => roster.members.has(id));
    expect([first === undefined, second]).toEqual([false, undefined]);
    expect(shuffled(network).members).toEqual(roster.members);
  });
});

describe("an admin that has rotated its keys", () => {
  it("takes back what the old ones have signed, and signs it anew", () => {
    const network = founder();
    const admin = join(network, "admin", { asAdmin: true });
    const host = join(admin, "host");
    publishAll(network.store, admin.store.records());
    const oldId = rotated(network, admin);
    publishAll(admin.store, network.store.records());
    const { state, records } = disown(admin.state, admin.store.roster, oldId, LATER, random);
    publishAll(network.store, records);
    const { roster } = network.store;
    const { author } = roster.members.get(idOf(host))?.certificate ?? {};
    expect(author).toEqual(keysOf(admin.state).identityKey);
    expect(roster.members.get(idOf(admin))?.roles).toEqual(["member", "admin"]);
    expect(roster.secret?.content.epoch).toBe(2);
    expect(state.membership?.secrets[0]?.epoch).toBe(2);
    expect(roster.revoked.has(oldId)).toBe(true);
  });
});
