import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AllocationTable,
  DEFAULT_ALLOCATION_LIMITS,
  type Allocation,
  type AllocationLimits,
  type AllocationRequest,
} from "../../../agent/relay/server/allocations.ts";
import { memberIdOf, networkIdOf, type AllocationId, type MemberId } from "../../../protocol/ids.ts";
import { keyText } from "../../../protocol/keys.ts";
import { allocationIdOf, guestOf, type Pair } from "../../../protocol/relay-token.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";

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
    epoch: 1,
  };
}

/** The same rules, each looked up by going through all there is. */
class PlainTable {
  readonly limits: AllocationLimits;
  readonly allocations = new Map<AllocationId, Allocation>();

  constructor(limits: AllocationLimits) {
    this.limits = limits;
  }

  create(wanted: AllocationRequest, now: MonotonicMs): string | Allocation {
    if (wanted.notAfter <= now) return "token-expired";
    const existing = this.allocations.get(wanted.id);
    if (existing !== undefined) {
      if (existing.pair[0].wireguardKey !== wanted.pair[0].wireguardKey) return "keys-changed";
      return this.prolonged({ ...existing, notAfter: later(existing.notAfter, wanted.notAfter) }, now);
    }
    if (this.allocations.size >= this.limits.maxAllocations) return "relay-full";
    const own = [...this.allocations.values()].filter((one) => one.requestedBy === wanted.requestedBy);
    if (own.length >= this.limits.maxPerMember) return "member-full";
    return this.prolonged({ ...wanted, createdAt: now, expiresAt: now }, now);
  }

  renew({ id, pair, notAfter }: AllocationRequest, now: MonotonicMs): string | Allocation {
    const existing = this.live(id, now);
    if (existing === undefined) return "unknown-allocation";
    if (existing.pair[0].wireguardKey !== pair[0].wireguardKey) return "keys-changed";
    return this.prolonged({ ...existing, notAfter: later(existing.notAfter, notAfter) }, now);
  }

  refresh({ id }: AllocationRequest, now: MonotonicMs): Allocation | undefined {
    const existing = this.live(id, now);
    return existing === undefined ? undefined : this.prolonged(existing, now);
  }

  live(id: AllocationId, now: MonotonicMs): Allocation | undefined {
    const existing = this.allocations.get(id);
    return existing === undefined || existing.expiresAt <= now ? undefined : existing;
  }

  prolonged(allocation: Allocation, now: MonotonicMs): Allocation {
    const expiresAt = Math.min(now + this.limits.lifetimeSec * 1000, allocation.notAfter);
    const next = { ...allocation, expiresAt: monotonicMs(expiresAt) };
    this.allocations.set(next.id, next);
    return next;
  }
}

function later(one: MonotonicMs, other: MonotonicMs): MonotonicMs {
  return one < other ? other : one;
}

const steps = fc.array(
  fc.record({
    tag: fc.constantFrom("create", "create", "renew", "refresh", "remove", "expire"),
    from: fc.nat({ max: 2 }),
    to: fc.integer({ min: 3, max: 12 }),
    forSec: fc.constantFrom(0, 30, 300, 5000),
    key: fc.constantFrom("k", "k", "k", "new"),
    waitSec: fc.constantFrom(0, 0, 1, 100, 600),
  }),
  { maxLength: 150, size: "max" },
);

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
    const table = new AllocationTable({
      maxAllocations: 3,
      maxPerMember: 2,
      maxGuestsPerMember: 1,
      lifetimeSec: 600,
    });
    for (const n of [1, 2, 3]) expect(table.create(request(n, 100 + n), at(0)).ok).toBe(true);
    expect(table.create(request(4, 104), at(0))).toEqual({ ok: false, reason: "relay-full" });
    expect(table.create(request(3, 103), at(0)).ok).toBe(true);
    table.remove(request(1, 101).id);
    expect(table.create(request(4, 104), at(0)).ok).toBe(true);
  });

  it("counts a member's own requests, not what others ask for with it", () => {
    const table = new AllocationTable({
      maxAllocations: 100,
      maxPerMember: 2,
      maxGuestsPerMember: 1,
      lifetimeSec: 600,
    });
    table.create(request(1, 11), at(0));
    table.create(request(1, 12), at(0));
    expect(table.create(request(1, 13), at(0))).toEqual({ ok: false, reason: "member-full" });
    expect(table.create(request(13, 1), at(0)).ok).toBe(true);
    expect(table.create(request(1, 11), at(0)).ok).toBe(true);
  });

  // R-1201
  it("has a few for a member's invites, and gives one back with each that is removed", () => {
    const table = new AllocationTable({ ...DEFAULT_ALLOCATION_LIMITS, maxGuestsPerMember: 2 });
    const forGuest = (n: number, from = 1): AllocationRequest => {
      const wanted = request(from, 100 + n);
      const guest = guestOf(keyText(new Uint8Array(32).fill(n)));
      const pair: Pair = [wanted.pair[0], guest];
      return { ...wanted, pair, id: allocationIdOf({ network, relay, pair }) };
    };
    for (const n of [1, 2]) expect(table.create(forGuest(n), at(0)).ok).toBe(true);
    expect(table.create(forGuest(3), at(0))).toEqual({ ok: false, reason: "member-full" });
    expect(table.create(forGuest(1), at(0)).ok).toBe(true);
    expect(table.create(forGuest(3, 2), at(0)).ok).toBe(true);
    expect(table.create(request(1, 50), at(0)).ok).toBe(true);
    table.remove(forGuest(1).id);
    expect(table.create(forGuest(3), at(0)).ok).toBe(true);
  });

  //
  it("says when a token grants more than there is, and is not kept up by one that grants less", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    const paid = { ...request(1, 2, 1000), tier: "paid" as const };
    table.create(paid, at(0));
    expect(table.create(request(1, 2), at(0))).toMatchObject({ value: { tier: "paid", notAfter: at(1000) } });
    expect(table.renew(paid.id, { ...paid, notAfter: at(2000), epoch: 2 }, at(0))).toMatchObject({
      value: { notAfter: at(2000), epoch: 2 },
    });
    const unlimited = { ...paid, tier: "unlimited" as const };
    expect(table.create(unlimited, at(0))).toEqual({ ok: false, reason: "better-token" });
  });

  it("says when a pair comes with other keys: the old port must not serve them", () => {
    const table = new AllocationTable(DEFAULT_ALLOCATION_LIMITS);
    table.create(request(1, 2), at(0));
    expect(table.create(request(1, 2, 10_000, "new"), at(0))).toEqual({ ok: false, reason: "keys-changed" });
  });

  it("holds, in whatever order they are made, prolonged and removed, what a plain list would", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const limits = { maxAllocations: 12, maxPerMember: 6, maxGuestsPerMember: 6, lifetimeSec: 600 };
        const [table, plain] = [new AllocationTable(limits), new PlainTable(limits)];
        let now = at(0);
        for (const { tag, from, to, forSec, key, waitSec } of all) {
          now = monotonicMs(now + waitSec * 1000);
          const wanted = request(from, to, now / 1000 + forSec, key);
          switch (tag) {
            case "create":
            case "renew": {
              const done = tag === "create" ? table.create(wanted, now) : table.renew(wanted.id, wanted, now);
              expect(done.ok ? done.value : done.reason).toEqual(plain[tag](wanted, now));
              break;
            }
            case "refresh":
              expect(table.refresh(wanted.id, now)).toEqual(plain.refresh(wanted, now));
              break;
            case "remove":
              table.remove(wanted.id);
              plain.allocations.delete(wanted.id);
              break;
            case "expire":
              for (const { id } of table.expired(now)) {
                expect(plain.live(id, now)).toBeUndefined();
                table.remove(id);
                expect(plain.allocations.delete(id)).toBe(true);
              }
              break;
          }
          const left = [...plain.allocations.values()];
          const times = left.map(({ expiresAt }) => expiresAt).toSorted((one, other) => one - other);
          expect(new Set(table.all())).toEqual(new Set(left));
          expect(table.size).toBe(left.length);
          expect(table.nextExpiryAt()).toBe(times[0]);
          expect(table.expired(now)).toHaveLength(times.filter((time) => time <= now).length);
        }
      }),
    );
  });
});
