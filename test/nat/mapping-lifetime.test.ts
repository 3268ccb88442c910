import { describe, expect, it } from "vitest";
import { lifetimeFrom } from "../../agent/nat/mapping-lifetime.ts";

//
describe("how long a mapping is kept", () => {
  it.each([
    ["no answer came late", [15, 30, 60], [], { atLeastSec: 0, belowSec: 15 }],
    ["some did", [15, 30, 60], [15, 30], { atLeastSec: 30, belowSec: 60 }],
    ["an earlier one was lost", [15, 30, 60], [30], { atLeastSec: 30, belowSec: 60 }],
    ["all did", [15, 30, 60], [15, 30, 60], { atLeastSec: 60, belowSec: undefined }],
    ["nobody could be asked", [], [], { atLeastSec: 0, belowSec: undefined }],
  ])("where %s", (_, waited, lived, lifetime) => {
    expect(lifetimeFrom(waited, new Set(lived))).toEqual(lifetime);
  });
});
