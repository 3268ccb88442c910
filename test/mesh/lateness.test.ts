import { expect, it } from "vitest";
import { Lateness } from "../../agent/mesh/lateness.ts";
import { monotonicMs } from "../../protocol/time.ts";

it("a host is late for ten seconds after a timer that came 100 ms too late, and not after one of 99", () => {
  const late = (byMs: number, thenMs: number): boolean => {
    const lateness = new Lateness();
    lateness.onDue(monotonicMs(1_000), monotonicMs(1_000 + byMs));
    return lateness.isLate(monotonicMs(1_000 + byMs + thenMs));
  };
  expect([late(99, 0), late(100, 0), late(100, 9_999), late(100, 10_000)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
