import { describe, expect, it } from "vitest";
import { grantedLimits, isWithin } from "../../../agent/relay/server/tiers.ts";

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
