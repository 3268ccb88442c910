import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AnswerCredit,
  UNANSWERED_BYTES,
  UNANSWERED_MS,
  UnansweredWatch,
} from "../../../../agent/relay/server/guard/amplification.ts";
import type { AllocationId } from "../../../../protocol/ids.ts";
import { monotonicMs } from "../../../../protocol/time.ts";

const ID = "ab".repeat(16) as AllocationId;
const at = monotonicMs;
const leg = (rxBytes: number, txBytes: number) => ({ rxPackets: 0, rxBytes, txPackets: 0, txBytes });
const quiet = leg(0, 0);

//
describe("what a source that has proven nothing is answered", () => {
  it("is at most three times what it sent", () => {
    const credit = new AnswerCredit(10);
    expect(credit.allows("a", 100, 301)).toBe(false);
    expect(credit.allows("b", 100, 300)).toBe(true);
    expect(credit.allows("b", 0, 1)).toBe(false);
  });

  it("is within bounds over any exchange, from any number of sources, in bounded memory", () => {
    const exchange = fc.record({ source: fc.nat(30), got: fc.nat(1500), answer: fc.nat(6000) });
    fc.assert(
      fc.property(
        fc.array(exchange, { maxLength: 200 }),
        fc.integer({ min: 1, max: 10 }),
        (all, maxSources) => {
          const credit = new AnswerCredit(maxSources);
          const balance = new Map<number, number>();
          for (const { source, got, answer } of all) {
            const before = (balance.get(source) ?? 0) + 3 * got;
            const after = credit.allows(String(source), got, answer) ? before - answer : before;
            expect(after).toBeGreaterThanOrEqual(0);
            balance.set(source, after);
            expect(credit.size).toBeLessThanOrEqual(maxSources);
          }
        },
      ),
    );
  });
});

//
describe("a leg that is sent much", () => {
  it("is found when it has said nothing for the time of three keepalives", () => {
    const watch = new UnansweredWatch();
    expect(watch.observe(ID, { a: quiet, b: quiet }, at(0))).toEqual([]);
    const counters = { a: quiet, b: leg(0, UNANSWERED_BYTES) };
    expect(watch.observe(ID, counters, at(UNANSWERED_MS - 1))).toEqual([]);
    expect(watch.observe(ID, counters, at(UNANSWERED_MS))).toEqual([
      { leg: "b", bytes: UNANSWERED_BYTES, forMs: UNANSWERED_MS },
    ]);
    expect(watch.observe(ID, counters, at(UNANSWERED_MS + 1))).toEqual([]);
  });

  it("is not found for less than what an end that went away is sent", () => {
    const watch = new UnansweredWatch();
    watch.observe(ID, { a: quiet, b: quiet }, at(0));
    const counters = { a: quiet, b: leg(0, UNANSWERED_BYTES - 1) };
    expect(watch.observe(ID, counters, at(10 * UNANSWERED_MS))).toEqual([]);
  });

  it("is not found while it answers, if only by keepalives", () => {
    const watch = new UnansweredWatch();
    for (let i = 0; i < 100; i++) {
      const counters = { a: leg(i * 1e6, i * 32), b: leg(i * 32, i * 1e6) };
      expect(watch.observe(ID, counters, at(i * 10_000))).toEqual([]);
    }
  });

  it("starts over with counters that start over, and leaves nothing behind", () => {
    const watch = new UnansweredWatch();
    watch.observe(ID, { a: quiet, b: leg(0, 5 * UNANSWERED_BYTES) }, at(0));
    expect(watch.observe(ID, { a: quiet, b: quiet }, at(UNANSWERED_MS))).toEqual([]);
    watch.forget(ID);
    expect(watch.size).toBe(0);
  });
});
