import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BUSY_CHECK_INTERVAL_MS,
  CHECK_BURST,
  CHECK_INTERVAL_MS,
  CheckPace,
  type CheckUse,
} from "../../agent/nat/check-pace.ts";
import { at } from "./samples.ts";

const USES = ["heard", "first", "repeated"] as const;

/** How many may go at once. */
function atOnce(pace: CheckPace, use: CheckUse, nowMs: number): number {
  let sent = 0;
  while (pace.take(use, at(nowMs)) === nowMs) sent++;
  return sent;
}

//
describe("the pace of a host's checks", () => {
  it("lets a burst go, of which each kind leaves some to those of more use", () => {
    const pace = new CheckPace();
    expect(USES.toReversed().map((use) => atOnce(pace, use, 0))).toEqual([50, 25, 25]);
  });

  it("is one in 50 ms then, and says when", () => {
    const pace = new CheckPace();
    for (const use of USES.toReversed()) atOnce(pace, use, 0);
    expect(pace.take("heard", at(0))).toBe(CHECK_INTERVAL_MS);
    expect(pace.take("heard", at(49))).toBe(50);
    expect(pace.take("heard", at(50))).toBe(50);
    expect(pace.take("heard", at(50))).toBe(100);
  });

  it("is a tenth of that on a busy host, which has the same burst", () => {
    const pace = new CheckPace();
    for (let sent = 0; sent < CHECK_BURST; sent++) expect(pace.take("heard", at(0), true)).toBe(0);
    expect(pace.take("heard", at(0), true)).toBe(BUSY_CHECK_INTERVAL_MS);
    expect(pace.take("heard", at(BUSY_CHECK_INTERVAL_MS), true)).toBe(BUSY_CHECK_INTERVAL_MS);
  });

  it("is never exceeded, whatever is asked for and when, and what it says holds", () => {
    const ask = fc.record({ use: fc.constantFrom(...USES), afterMs: fc.integer({ min: 0, max: 400 }) });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 400 }), (asks) => {
        const pace = new CheckPace();
        let [now, sent] = [0, 0];
        for (const { use, afterMs } of asks) {
          now += afterMs;
          const mayAt = pace.take(use, at(now));
          expect(mayAt).toBeGreaterThanOrEqual(now);
          if (mayAt === now) sent++;
          else {
            now = mayAt;
            expect(pace.take(use, at(now))).toBe(now);
            sent++;
          }
        }
        expect(sent).toBeLessThanOrEqual(CHECK_BURST + now / CHECK_INTERVAL_MS);
      }),
    );
  });
});
