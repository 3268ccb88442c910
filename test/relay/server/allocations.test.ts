import { describe, expect, it } from "vitest";
import {
  AllocationTable,
  DEFAULT_ALLOCATION_LIMITS,
  type AllocationRequest,
} from "../../../agent/relay/server/allocations.ts";
import { memberIdOf, networkIdOf, type MemberId } from "../../../protocol/ids.ts";
import { allocationIdOf, type Pair } from "../../../protocol/relay-token.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const network = networkIdOf(new Uint8Array([1]));
const relay = memberIdOf(new Uint8Array([2]));
const member = (n: number): MemberId => memberIdOf(new Uint8Array([3, n >> 8, n & 0xff]));
const at = (sec: number) => monotonicMs(sec * 1000);

function request(from: number, to: number, notAfterSec = 10_000, key = "k"): AllocationRequest {
  const pair: Pair = [
    { memberId: member(from), wireguardKey: `${key}${from}` },
    { memberId: member(to), wireguardKey: `${key}${to}` },
  ];
  return {
    id: allocationIdOf({ network, relay, pair }),
    pair,
    tier: "free",
    bandwidthBps: 0,
    quotaBytes: 0,
    requestedBy: member(from),
    notAfter: at(notAfterSec),
  };
}

describe("the table of allocations", () => {
  //
  it("has one for a pair, however often it is asked for, and each time gives it a new lifetime", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    const first = table.create(request(1, 2), at(0));
    const again = table.create(request(1, 2), at(100));
    expect(table.size).toBe(1);
    expect(first.ok && first.value.expiresAt).toBe(at(600));
    expect(again.ok && again.value.expiresAt).toBe(at(700));
    expect(again.ok && again.value.createdAt).toBe(at(0));
  });

  it("prolongs to a lifetime from now, and never beyond the token", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    const wanted = request(1, 2, 1000);
    table.create(wanted, at(0));
    expect(table.refresh(wanted.id, at(400))?.expiresAt).toBe(at(1000));
    expect(table.refresh(wanted.id, at(399))?.expiresAt).toBe(at(999));
    table.create(request(1, 2, 2000), at(500));
    expect(table.refresh(wanted.id, at(900))?.expiresAt).toBe(at(1500));
  });

  it("expires at its time and cannot be refreshed from then on", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    const { id } = request(1, 2);
    table.create(request(1, 2), at(0));
    expect(table.nextExpiryAt()).toBe(at(600));
    const justBefore = monotonicMs(at(600) - 1);
    expect(table.expired(justBefore)).toEqual([]);
    expect(table.expired(at(600)).map((one) => one.id)).toEqual([id]);
    expect(table.refresh(id, at(600))).toBeUndefined();
    table.remove(id);
    expect(table.nextExpiryAt()).toBeUndefined();
  });

  it("takes no token that has ended", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    expect(table.create(request(1, 2, 50), at(50))).toEqual({ ok: false, reason: "token-expired" });
    expect(table.create(request(1, 2, 50), monotonicMs(at(50) - 1)).ok).toBe(true);
  });

  it("refuses the one over the maximum and keeps those it has", () => {
    const table = new AllocationTable({ maxAllocations: 3, maxPerMember: 2, lifetimeSec: 600 });
    for (const n of [1, 2, 3]) expect(table.create(request(n, 100 + n), at(0)).ok).toBe(true);
    expect(table.create(request(4, 104), at(0))).toEqual({ ok: false, reason: "relay-full" });
    expect(table.create(request(3, 103), at(0)).ok).toBe(true);
    table.remove(request(1, 101).id);
    expect(table.create(request(4, 104), at(0)).ok).toBe(true);
  });

  it("counts a member's own requests, not what others ask for with it", () => {
    const table = new AllocationTable({ maxAllocations: 100, maxPerMember: 2, lifetimeSec: 600 });
    table.create(request(1, 11), at(0));
    table.create(request(1, 12), at(0));
    expect(table.create(request(1, 13), at(0))).toEqual({ ok: false, reason: "member-full" });
    expect(table.create(request(13, 1), at(0)).ok).toBe(true);
    expect(table.create(request(1, 11), at(0)).ok).toBe(true);
  });

  it("says when a pair comes with other keys: the old port must not serve them", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    table.create(request(1, 2), at(0));
    expect(table.create(request(1, 2, 10_000, "new"), at(0))).toEqual({ ok: false, reason: "keys-changed" });
  });
});
