import { describe, expect, it } from "vitest";
import { sparkline } from "../../agent/cli/sparkline.ts";

//
describe("a sparkline", () => {
  it("has a block of eight heights for each value, and a blank where there is none", () => {
    expect(sparkline([0, 1, null, 4, 8], 0, 8)).toBe("▁▂ ▅█");
  });

  it("reaches to the largest value where that is above its top", () => {
    expect(sparkline([0, 8, 16], 0, 8)).toBe("▁▅█");
  });

  it("is low for what is no more than its bottom, also where that is its top", () => {
    expect(sparkline([0, -5], 0, 0)).toBe("▁▁");
  });
});
