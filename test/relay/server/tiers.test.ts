import { describe, expect, it } from "vitest";
import { compareGrants, grantedLimits, isWithin } from "../../../agent/relay/server/tiers.ts";

const grant = (tier: "free" | "paid", bandwidthBps: number, quotaBytes: number) => ({
  tier,
  bandwidthBps,
  quotaBytes,
});

//
describe("of two grants", () => {
  it("the better one has the better tier, then more bandwidth, then more quota, where 0 is no limit", () => {
    const rising = [
      grant("free", 10, 10),
      grant("free", 10, 0),
      grant("free", 0, 5),
      grant("paid", 5, 5),
      grant("paid", 6, 1),
    ];
    for (const [index, better] of rising.entries()) {
      expect(compareGrants(better, better)).toBe(0);
      for (const worse of rising.slice(0, index)) {
        expect(compareGrants(better, worse)).toBeGreaterThan(0);
        expect(compareGrants(worse, better)).toBeLessThan(0);
      }
    }
  });
});

//
describe("a grant", () => {
  it.each([
    [0, 10, 10],
    [10, 0, 10],
    [5, 10, 5],
    [20, 10, 10],
    [0, 0, 0],
  ])("of a token that asks for %d in a tier of %d is %d, where 0 is no limit", (token, tier, granted) => {
    const limits = (limit: number) => ({ bandwidthBps: limit, quotaBytes: limit });
    expect(grantedLimits(limits(token), limits(tier))).toEqual(limits(granted));
  });
});

describe("a tier", () => {
  it("is within itself and every better one", () => {
    expect([isWithin("free", "free"), isWithin("free", "paid"), isWithin("paid", "unlimited")]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isWithin("paid", "free"), isWithin("unlimited", "paid")]).toEqual([false, false]);
  });
});
