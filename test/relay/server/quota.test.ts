import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PERIOD_MS, MIN_PERIOD_MS, quotaLevel, RelayUsage } from "../../../agent/relay/server/quota.ts";
import type { AllocationId } from "../../../protocol/ids.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";

const ONE = "1".repeat(32) as AllocationId;
const TWO = "2".repeat(32) as AllocationId;
const START = Date.UTC(2026, 10, 10);
const at = (ms: number): WallMs => wallMs(START + ms);
const DAY_MS = 86_400_000;

//
describe("a quota", () => {
  it("is nearly used from 90 % and used from 100 %", () => {
    expect([899, 900, 999, 1000].map((used) => quotaLevel(used, 1000))).toEqual([
      "within",
      "nearly-used",
      "nearly-used",
      "used",
    ]);
  });

  it("of 0 is none", () => {
    expect(quotaLevel(Number.MAX_SAFE_INTEGER, 0)).toBe("within");
  });
});

describe("a period", () => {
  it("ends with its first token, and no newer token moves that", () => {
    const usage = new RelayUsage();
    expect(usage.begin(ONE, at(DAY_MS), at(0))).toBe(true);
    usage.charge(ONE, 5, at(1));
    expect(usage.begin(ONE, at(9 * DAY_MS), at(2))).toBe(false);
    expect(usage.usedBytes(ONE, at(DAY_MS - 1))).toBe(5);
    expect(usage.usedBytes(ONE, at(DAY_MS))).toBe(0);
    expect(usage.begin(ONE, at(9 * DAY_MS), at(DAY_MS))).toBe(true);
  });

  it.each([
    ["short", 1, MIN_PERIOD_MS],
    ["endless", 1e12, MAX_PERIOD_MS],
  ])("of a token that is too %s has bounds of its own", (_, tokenMs, periodMs) => {
    const usage = new RelayUsage();
    usage.begin(ONE, at(tokenMs), at(0));
    usage.charge(ONE, 5, at(0));
    expect(usage.usedBytes(ONE, at(periodMs - 1))).toBe(5);
    usage.sweep(at(periodMs - 1));
    expect(usage.usedBytes(ONE, at(periodMs - 1))).toBe(5);
    usage.sweep(at(periodMs));
    expect(JSON.stringify(usage.toJson())).not.toContain(ONE);
  });
});

describe("the count of a month", () => {
  it("is of all allocations together, and begins anew with each month in UTC", () => {
    const usage = new RelayUsage();
    const newYear = Date.UTC(2027, 0, 1);
    usage.charge(ONE, 5, wallMs(newYear - 1));
    usage.charge(TWO, 6, wallMs(newYear - 1));
    expect(usage.monthBytes(wallMs(newYear - 1))).toBe(11);
    expect(usage.monthBytes(wallMs(newYear))).toBe(0);
  });
});

describe("what was relayed", () => {
  it("is the same after it was written and read", () => {
    const charges = fc.array(fc.tuple(fc.constantFrom(ONE, TWO), fc.nat(), fc.nat({ max: 100 })));
    fc.assert(
      fc.property(charges, (all) => {
        const usage = new RelayUsage();
        usage.charge(ONE, 0, at(0));
        for (const [id, bytes, days] of all) {
          usage.begin(id, at((days + 1) * DAY_MS), at(0));
          usage.charge(id, bytes, at(0));
        }
        const read = RelayUsage.fromJson(JSON.parse(JSON.stringify(usage.toJson())));
        expect(read.ok && read.value.toJson()).toEqual(usage.toJson());
      }),
    );
  });

  it("is refused where the file makes no sense, and never throws", () => {
    for (const json of [undefined, "", {}, [], { month: "x", monthBytes: 0, periods: [] }])
      expect(RelayUsage.fromJson(json)).toEqual({ ok: false, reason: "malformed" });
  });
});
