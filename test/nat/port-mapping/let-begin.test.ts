import { describe, expect, it } from "vitest";
import { FLOW_MS, LET_BEGIN_MS, letBeginMs } from "../../../agent/nat/port-mapping/let-begin.ts";
import { at } from "../samples.ts";

//
describe("a host with a port mapping", () => {
  it("lets its peers begin until flows from before the mapping are forgotten, and two seconds from then on", () => {
    expect(letBeginMs(at(1_000), at(1_000))).toBe(FLOW_MS);
    expect(letBeginMs(at(1_000), at(1_000 + FLOW_MS - LET_BEGIN_MS - 1))).toBe(LET_BEGIN_MS + 1);
    expect(letBeginMs(at(1_000), at(10_000_000))).toBe(LET_BEGIN_MS);
  });

  it("begins itself at once without one", () => {
    expect(letBeginMs(undefined, at(0))).toBe(0);
  });
});
