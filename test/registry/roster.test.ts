import { describe, expect, it } from "vitest";
import { buildRoster, type Roster } from "../../agent/registry/roster.ts";
import { introductions } from "../../agent/registry/introductions.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import { keyText } from "../../protocol/keys.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import {
  adminCertificateOf,
  announced,
  certificateOf,
  ENDPOINTS,
  FOUNDER,
  NETWORK_KEY,
  networkRecord,
  NOW,
  RELAY,
  revocationOf,
  ROOT,
  signed,
  testHost,
} from "./network.ts";

function rosterOf(...records: readonly SignedRecord[]): Roster {
  return buildRoster([networkRecord(), adminCertificateOf(1), ...records], NETWORK_KEY);
}

const earlier = { issuedAt: NOW - 1 };

// R-1203
describe("of two claims the later one is refused", () => {
  const taken = [
    ["address-taken", { address4: "100.64.0.2" }],
    ["name-taken", { name: "m2" }],
    ["key-taken", { wireguardKey: keyText(new Uint8Array(32).fill(2)) }],
  ] as const;
  it.each(taken)("%s", (conflict, change) => {
    const claims = [certificateOf(2, FOUNDER, {}, earlier), certificateOf(3, FOUNDER, change)];
    for (const order of [claims, claims.toReversed()]) {
      const roster = rosterOf(...order);
      expect(roster.members.get(testHost(2).id)?.address4).toBe("100.64.0.2");
      expect(roster.conflicts).toEqual(new Map([[testHost(3).id, conflict]]));
    }
  });

  it("unless the network key signed it, which goes before any date that an admin may write", () => {
    const stolen = certificateOf(3, FOUNDER, { address4: "100.64.0.1" }, { issuedAt: 0 });
    expect(rosterOf(stolen).memberByAddress4.get("100.64.0.1")?.name).toBe("m1");
  });

  it("with a tie on the date, by the id, so that every host decides alike", () => {
    const claims = [certificateOf(2, FOUNDER), certificateOf(3, FOUNDER, { address4: "100.64.0.2" })];
    const [first] = [testHost(2).id, testHost(3).id].sort();
    for (const order of [claims, claims.toReversed()])
      expect(rosterOf(...order).memberByAddress4.get("100.64.0.2")?.id).toBe(first);
  });
});

describe("an address counts only inside the network", () => {
  it.each(["100.65.0.1", "0.0.0.0", "100.64.0.0", "100.64.255.255"])("%s is outside", (address4) => {
    const roster = rosterOf(certificateOf(2, FOUNDER, { address4 }));
    expect(roster.conflicts.get(testHost(2).id)).toBe("address-outside");
  });

  it("without the network's record nobody is a member", () => {
    const roster = buildRoster([adminCertificateOf(1)], NETWORK_KEY);
    expect([roster.members.size, [...roster.conflicts.values()]]).toEqual([0, ["no-network"]]);
  });
});

describe("a member", () => {
  it("is found by name, address and WireGuard key, with what it announced", () => {
    const roster = rosterOf(
      certificateOf(2, FOUNDER),
      announced(RELAY, testHost(2)),
      announced(ENDPOINTS, testHost(2)),
    );
    const member = roster.members.get(testHost(2).id);
    expect(member?.roles).toEqual(["member"]);
    expect(roster.memberByName.get("m2")).toBe(member);
    expect(roster.memberByAddress4.get("100.64.0.2")).toBe(member);
    expect(roster.memberByWireguardKey.get(keyText(new Uint8Array(32).fill(2)))).toBe(member);
    expect(roster.relays.get(testHost(2).id)?.record.content).toEqual(RELAY);
    expect(roster.endpoints.get(testHost(2).id)).toEqual(ENDPOINTS);
  });

  it("that became an admin stays one when a later certificate does not say so", () => {
    const roster = rosterOf(certificateOf(1, ROOT, { name: "renamed" }, { sequence: NOW + 1 }));
    expect(roster.memberByName.get("renamed")?.roles).toEqual(["member", "admin"]);
  });

  it("announces in vain once it is revoked, and so does a volunteer without an endpoint", () => {
    const gone = [certificateOf(2, FOUNDER), announced(RELAY, testHost(2)), revocationOf(2, FOUNDER)];
    expect(rosterOf(...gone).relays.size).toBe(0);
    expect(rosterOf(announced({ ...RELAY, endpoints: [] }, FOUNDER)).relays.size).toBe(0);
  });
});

describe("the secret", () => {
  const commitTo = (epoch: number, author = FOUNDER, sequence: number = NOW): SignedRecord =>
    signed({ kind: "secret", epoch, commitment: new Uint8Array(32).fill(epoch) }, author, { sequence });

  it("is that of the highest epoch, whatever the sequence numbers", () => {
    expect(rosterOf(commitTo(3, ROOT, NOW - 9), commitTo(2)).secret?.content.epoch).toBe(3);
  });

  it("of an admin that was revoked is void", () => {
    const rogue = [adminCertificateOf(3), commitTo(4_000_000_000, testHost(3)), revocationOf(3, FOUNDER)];
    expect(rosterOf(commitTo(2), ...rogue).secret?.content.epoch).toBe(2);
  });
});

describe("introductions", () => {
  it("hold, in order, all that it takes to believe them", () => {
    const records = [
      certificateOf(2, FOUNDER),
      certificateOf(4, FOUNDER),
      announced(RELAY, testHost(2)),
      announced({ ...RELAY, draining: true }, testHost(4)),
      signed({ kind: "secret", epoch: 1, commitment: new Uint8Array(32) }, FOUNDER),
    ];
    const store = new RecordStore(NETWORK_KEY);
    store.apply(networkRecord().bytes, NOW);
    const outcomes = introductions(rosterOf(...records)).map((bytes) => store.apply(bytes, NOW).outcome);
    expect(outcomes).toEqual(["accepted", "accepted", "accepted", "accepted"]);
    expect([...store.roster.relays.keys()]).toEqual([testHost(2).id]);
    expect(store.roster.secret).toBeDefined();
  });
});
