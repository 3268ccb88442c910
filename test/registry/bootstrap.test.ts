import { describe, expect, it } from "vitest";
import {
  addBootstrap,
  announcedEndpoints,
  MAX_BOOTSTRAP,
  MAX_BOOTSTRAP_ENDPOINTS,
  refreshBootstrap,
  rememberedEndpoints,
} from "../../agent/registry/bootstrap.ts";
import { buildRoster, type Roster, type RosterMember } from "../../agent/registry/roster.ts";
import {
  adminCertificateOf,
  announced,
  certificateOf,
  ENDPOINTS,
  NETWORK_KEY,
  networkRecord,
  RELAY,
  revocationOf,
  ROOT,
  testHost,
} from "./network.ts";

const CERTIFICATES = [networkRecord(), adminCertificateOf(1), certificateOf(2, testHost(1))];
const rosterWith = (...more: Parameters<typeof buildRoster>[0][]): Roster =>
  buildRoster([...CERTIFICATES, ...more.flatMap((records) => [...records])], NETWORK_KEY);
const KNOWN = rosterWith();
const ANNOUNCED = rosterWith([announced(RELAY, testHost(2))]);
const { id } = testHost(2);

function memberOf(roster: Roster, number: number): RosterMember {
  const member = roster.members.get(testHost(number).id);
  if (member === undefined) throw new Error("no such member");
  return member;
}
const volunteer = memberOf(KNOWN, 2);

//
describe("a bootstrap entry", () => {
  it("holds the volunteer's certificate after that of the admin who signed it", () => {
    const [entry] = addBootstrap([], KNOWN, volunteer, ["relay.example.net:51820"]) ?? [];
    expect(entry).toEqual({
      member: id,
      endpoints: ["relay.example.net:51820"],
      announced: [],
      certificates: [adminCertificateOf(1), certificateOf(2, testHost(1))].map(({ bytes }) =>
        Buffer.from(bytes).toString("base64"),
      ),
    });
  });

  it("keeps where the volunteer's records said it is after they have expired", () => {
    const added = addBootstrap([], ANNOUNCED, volunteer, ["192.0.2.9:1"]) ?? [];
    expect(added[0]?.announced).toEqual(["192.0.2.1:51820"]);
    const [later] = refreshBootstrap(added, KNOWN);
    expect(later && rememberedEndpoints(later)).toEqual([{ address: "192.0.2.1", port: 51820 }]);
  });

  it("follows the volunteer's records", () => {
    const moved = { ...RELAY, endpoints: [{ carrier: "udp", endpoint: { address: "192.0.2.7", port: 7 } }] };
    const added = addBootstrap([], ANNOUNCED, volunteer, ["192.0.2.9:1"]) ?? [];
    const [later] = refreshBootstrap(added, rosterWith([announced(moved as typeof RELAY, testHost(2))]));
    expect(later?.announced).toEqual(["192.0.2.7:7"]);
  });

  it("goes with the revocation of its member", () => {
    const added = addBootstrap([], KNOWN, volunteer, ["192.0.2.9:1"]) ?? [];
    expect(refreshBootstrap(added, rosterWith([revocationOf(2, ROOT)]))).toEqual([]);
  });

  // R-1202
  it("is of the new keys once the volunteer has changed them", () => {
    const { name, address4, address6 } = volunteer;
    const lineage = { name, address4, address6, predecessor: id, origin: id };
    const heir = certificateOf(3, testHost(1), lineage);
    const roster = rosterWith([heir, revocationOf(2, testHost(2)), announced(RELAY, testHost(3))]);
    const [later] = refreshBootstrap(addBootstrap([], KNOWN, volunteer, ["192.0.2.9:1"]) ?? [], roster);
    expect(later).toMatchObject({ member: testHost(3).id, announced: ["192.0.2.1:51820"] });
    expect(later?.certificates.at(-1)).toBe(Buffer.from(heir.bytes).toString("base64"));
  });

  it("is one for each member: what is added joins it, each endpoint once", () => {
    const added = addBootstrap([], KNOWN, volunteer, ["192.0.2.9:1"]) ?? [];
    const more = addBootstrap(added, KNOWN, volunteer, ["192.0.2.9:1", "192.0.2.9:2"]);
    expect(more?.map(({ endpoints }) => endpoints)).toEqual([["192.0.2.9:1", "192.0.2.9:2"]]);
  });

  it("has a bounded number of endpoints, and there is a bounded number of entries", () => {
    const endpoints = Array.from({ length: MAX_BOOTSTRAP_ENDPOINTS }, (_, n) => `192.0.2.9:${n + 1}`);
    expect(addBootstrap([], KNOWN, volunteer, endpoints)).toHaveLength(1);
    expect(addBootstrap([], KNOWN, volunteer, [...endpoints, "192.0.2.9:99"])).toBeUndefined();
    const numbers = Array.from({ length: MAX_BOOTSTRAP + 1 }, (_, n) => n + 10);
    const roster = rosterWith(numbers.map((number) => certificateOf(number, testHost(1))));
    const fill = (count: number) =>
      numbers
        .slice(0, count)
        .reduce<ReturnType<typeof addBootstrap>>(
          (entries, number) =>
            entries && addBootstrap(entries, roster, memberOf(roster, number), ["192.0.2.9:1"]),
          [],
        );
    expect(fill(MAX_BOOTSTRAP)).toHaveLength(MAX_BOOTSTRAP);
    expect(fill(MAX_BOOTSTRAP + 1)).toBeUndefined();
  });
});

describe("where records say that a member is", () => {
  it("is its relay by UDP, then its own public endpoints", () => {
    const own = { address: "192.0.2.5", port: 5 };
    const roster = rosterWith([
      announced(RELAY, testHost(2)),
      announced({ ...ENDPOINTS, publicEndpoints: [own] }, testHost(2)),
    ]);
    expect(announcedEndpoints(roster, id)).toEqual([{ address: "192.0.2.1", port: 51820 }, own]);
  });
});
