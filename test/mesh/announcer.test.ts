import { describe, expect, it } from "vitest";
import { Announcer, announcementsOf, type Announced } from "../../agent/mesh/announcer.ts";
import { founder, idOf } from "../identity/hosts.ts";
import { MemberHost } from "./member-host.ts";
import { endpoint } from "./samples.ts";

const QUIET: Announced = { homeRelays: [], publicEndpoints: [], relay: undefined };
const RELAY = {
  endpoints: [endpoint(1)],
  maxAllocations: 4,
  allocations: 0,
  version: "0.1.0",
  region: "eu-west",
  draining: false,
  closed: false,
  allow: ["*"],
  schedule: "* 20-23 * * *",
  grant: { bandwidthBps: 10e6, quotaBytes: 1e9 },
  forwarder: "kernel",
} as const;

describe("what others are told of this host", () => {
  it("is no relay where it does not volunteer", () => {
    expect(announcementsOf(QUIET).relay).toBeUndefined();
  });

  it("has the relay's load as a share of what it grants, and never more than all of it", () => {
    const loadOf = (allocations: number): number | undefined =>
      announcementsOf({ ...QUIET, relay: { ...RELAY, allocations } }).relay?.load;
    expect([loadOf(0), loadOf(3), loadOf(5)]).toEqual([0, 0.75, 1]);
  });

  //
  it("has the relay's policy: whom it serves, when, and how much it gives a pair", () => {
    expect(announcementsOf({ ...QUIET, relay: RELAY }).relay).toMatchObject({
      region: "eu-west",
      allow: ["*"],
      schedule: "* 20-23 * * *",
      bandwidthBps: 10e6,
      quotaBytes: 1e9,
      forwarder: "kernel",
    });
  });

  it.each([
    ["entries", Array.from({ length: 17 }, (_, n) => `m${n}`)],
    ["bytes", Array.from({ length: 9 }, (_, n) => `${n}`.repeat(63))],
  ])("leaves out a list of members with too many %s: half of it would shut out the others", (_, allow) => {
    const allowOf = (list: readonly string[]): readonly string[] | undefined =>
      announcementsOf({ ...QUIET, relay: { ...RELAY, allow: list } }).relay?.allow;
    expect(allowOf(allow)).toEqual([]);
    expect(allowOf(allow.slice(1))).toEqual(allow.slice(1));
  });

  it("is in the registry after it was announced, and gone as a relay when it volunteers no longer", async () => {
    const admin = founder();
    await using host = await MemberHost.of(admin);
    let current: Announced = { ...QUIET, relay: RELAY };
    const announcer = new Announcer({ context: host.context, current: () => current });
    await announcer.announce();
    expect([...host.context.registry.roster.relays.keys()]).toEqual([idOf(admin)]);
    current = QUIET;
    await announcer.announce();
    expect([...host.context.registry.roster.relays.keys()]).toEqual([]);
  });
});
