import { describe, expect, it } from "vitest";
import { freeAddress4, randomPrefix4 } from "../../agent/identity/address-choice.ts";
import { keysOf } from "../../agent/identity/identity.ts";
import { createNetwork, learnSecret, leave, revoke, secretOf } from "../../agent/identity/membership.ts";
import { freshState } from "../../agent/identity/state.ts";
import { address6Of } from "../../agent/registry/overlay-address.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import { isInPrefix } from "../../protocol/address.ts";
import { keyText } from "../../protocol/keys.ts";
import { secretCommitment } from "../../protocol/record.ts";
import { wallMs } from "../../protocol/time.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { founder, idOf, join, NOW, publish, random } from "./hosts.ts";

// R-1201
describe("the founder", () => {
  it("is an admin at the first address of the prefix, with an IPv6 address of its key", () => {
    const host = founder();
    const { roster, network } = host.store;
    const member = roster.memberByName.get("founder");
    expect(member).toMatchObject({ id: idOf(host), address4: "100.64.0.1", roles: ["member", "admin"] });
    expect(member?.address6).toBe(address6Of(network, idOf(host)));
    const prefix6 = roster.network?.content.prefix6;
    expect(prefix6?.address).toMatch(/^fd/);
    expect(prefix6 && isInPrefix(member?.address6 ?? "", prefix6)).toBe(true);
  });

  it("commits to the secret that it keeps, in epoch 1", () => {
    const { state, store } = founder();
    const secret = secretOf(state, 1);
    expect(store.roster.secret?.content).toEqual({
      kind: "secret",
      epoch: 1,
      commitment: secret && secretCommitment(secret),
    });
  });

  it("needs no prefix: it gets a /16 of 100.64.0.0/10 that no route touches", () => {
    const wanted = {
      networkName: "home",
      memberName: "a",
      usedPrefixes: [{ address: "100.64.0.0", length: 11 }],
    };
    const { records } = createNetwork(freshState(random), wanted, NOW, random);
    const prefix4 = records.flatMap(({ content }) =>
      content.kind === "network" ? [content.prefix4] : [],
    )[0];
    expect(prefix4?.length).toBe(16);
    expect(isInPrefix(prefix4?.address ?? "", { address: "100.96.0.0", length: 11 })).toBe(true);
  });

  it("founds one network only", () => {
    expect(() => createNetwork(founder().state, { networkName: "b", memberName: "b" }, NOW, random)).toThrow(
      expect.objectContaining({ code: "network.exists" }),
    );
  });

  it.each(["", "Big", "a b", "-a", "a".repeat(64), "ü"])("refuses %j as a name", (memberName) => {
    const wanted = { networkName: "home", memberName };
    expect(() => createNetwork(freshState(random), wanted, NOW, random)).toThrow(
      expect.objectContaining({ code: "usage.invalid" }),
    );
  });
});

describe("addresses", () => {
  it("of members are found past those that are taken, round the end of the prefix", () => {
    const prefix = { address: "10.0.0.0", length: 29 };
    const taken = new Set<string>();
    for (let count = 0; count < 6; count++) {
      const address = freeAddress4(prefix, new Uint8Array(16), (text) => taken.has(text));
      expect(address !== undefined && !taken.has(address)).toBe(true);
      if (address !== undefined) taken.add(address);
    }
    expect([...taken].sort()).toEqual([1, 2, 3, 4, 5, 6].map((last) => `10.0.0.${last}`));
    expect(freeAddress4(prefix, new Uint8Array(16), (text) => taken.has(text))).toBeUndefined();
  });

  it("of a network: a route that holds all of the space does not count, one inside it does", () => {
    const everything = [
      { address: "0.0.0.0", length: 0 },
      { address: "100.64.0.0", length: 10 },
    ];
    expect(randomPrefix4(seededRandom(7), everything)).toBeDefined();
    const halves = ["100.64.0.0", "100.96.0.0"].map((address) => ({ address, length: 11 }));
    expect(randomPrefix4(seededRandom(7), halves)).toBeUndefined();
  });
});

describe("revoking a member", () => {
  it("ends it everywhere, and moves on to a secret that the others learn and it does not", () => {
    const admin = founder();
    const [gone, stays] = [join(admin, "gone"), join(admin, "stays")];
    const { state, records } = revoke(admin.state, admin.store.roster, idOf(gone), NOW, random);
    publish(stays.store, records);
    expect(stays.store.roster.members.has(idOf(gone))).toBe(false);
    expect(stays.store.roster.secret?.content.epoch).toBe(2);
    const secret = secretOf(state, 2) ?? new Uint8Array();
    expect(secretOf(state, 1)).toEqual(secretOf(gone.state, 1));
    const learned = learnSecret(stays.state, stays.store.roster, 2, secret);
    expect([learned.isKnown, secretOf(learned.state, 2)]).toEqual([true, secret]);
    expect(learned.state.membership?.secrets.map(({ epoch }) => epoch)).toEqual([2, 1]);
  });

  it("gives every record a higher sequence number, also at the same instant", () => {
    const admin = founder();
    const gone = idOf(join(admin, "gone"));
    const { state, records } = revoke(admin.state, admin.store.roster, gone, NOW, random);
    const sequences = records.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
    expect(sequences[0]).toBeGreaterThan(admin.state.highestSequence);
    expect(state.highestSequence).toBe(sequences.at(-1));
  });

  // R-1202
  it("that was an admin keeps whom it certified, at their addresses, and cuts nobody off in between", () => {
    const root = founder();
    const admin = join(root, "admin", { asAdmin: true });
    const host = join(admin, "host");
    publish(root.store, admin.store.records());
    const before = root.store.roster.members.get(idOf(host));
    const { records } = revoke(root.state, root.store.roster, idOf(admin), NOW, random);
    for (const record of records) {
      publish(root.store, [record]);
      expect(root.store.roster.members.get(idOf(host))?.address4).toBe(before?.address4);
    }
    expect(root.store.roster.revoked).toEqual(new Set([idOf(admin)]));
    const after = root.store.roster.members.get(idOf(host));
    expect(keyText(after?.certificate.author ?? new Uint8Array())).toBe(root.state.membership?.networkKey);
    expect([after?.issuedAt, after?.certificate.expiresAt]).toEqual([
      before?.issuedAt,
      before?.certificate.expiresAt,
    ]);
  });

  it("needs an admin, another member, and one that is not revoked yet", () => {
    const admin = founder();
    const [host, other] = [join(admin, "host"), join(admin, "other")];
    publish(host.store, admin.store.records());
    const codeOf = (by: typeof admin, id: ReturnType<typeof idOf>): unknown => {
      try {
        const { state, records } = revoke(by.state, by.store.roster, id, NOW, random);
        by.state = state;
        publish(by.store, records);
        return "done";
      } catch (error) {
        return error instanceof Error && "code" in error ? error.code : error;
      }
    };
    const stranger = idOf({ state: freshState(random) });
    expect([
      codeOf({ state: freshState(random), store: admin.store }, idOf(other)),
      codeOf(host, idOf(other)),
      codeOf(admin, idOf(admin)),
      codeOf(admin, stranger),
      codeOf(admin, idOf(other)),
      codeOf(admin, idOf(other)),
    ]).toEqual([
      "network.none",
      "rights.missing",
      "usage.invalid",
      "member.unknown",
      "done",
      "member.revoked",
    ]);
  });
});

describe("leaving", () => {
  it("is a farewell that everybody believes, and a new identity", () => {
    const admin = founder();
    const host = join(admin, "host");
    const { state, records } = leave(host.state, NOW, random);
    publish(admin.store, records);
    expect(admin.store.roster.memberByName.has("host")).toBe(false);
    expect(state.membership).toBeUndefined();
    expect(keysOf(state).id).not.toBe(idOf(host));
    expect(state.wireguardKey).not.toBe(host.state.wireguardKey);
  });

  it("of an admin leaves its members where they are", () => {
    const root = founder();
    const admin = join(root, "admin", { asAdmin: true });
    const host = join(admin, "host");
    publish(host.store, leave(admin.state, wallMs(NOW + 1), random).records);
    expect([...host.store.roster.memberByName.keys()].sort()).toEqual(["founder", "host"]);
  });
});

describe("a secret that somebody hands over", () => {
  it("is refused unless the network's record commits to it", () => {
    const admin = founder();
    const host = join(admin, "host");
    const gone = idOf(join(admin, "gone"));
    const { state, records } = revoke(admin.state, admin.store.roster, gone, NOW, random);
    publish(host.store, admin.store.records());
    publish(host.store, records);
    const secret = secretOf(state, 2) ?? new Uint8Array();
    const learn = (epoch: number, bytes: Uint8Array): unknown => {
      const learned = learnSecret(host.state, host.store.roster, epoch, bytes);
      return [learned.isKnown, learned.state === host.state];
    };
    expect(learn(2, new Uint8Array(32))).toEqual([false, true]);
    expect(learn(2, secret.subarray(1))).toEqual([false, true]);
    expect(learn(3, secret)).toEqual([false, true]);
    expect(learn(2, secret)).toEqual([true, false]);
    const empty = new RecordStore(host.store.networkKey);
    expect(learnSecret(host.state, empty.roster, 2, secret).isKnown).toBe(false);
  });
});
