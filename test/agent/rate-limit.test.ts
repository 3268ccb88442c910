import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyedLimiter, fullBucket, takeTokens } from "../../agent/rate-limit.ts";
import { monotonicMs } from "../../protocol/time.ts";

const RATE = { perSec: 10, burst: 5 };
const at = monotonicMs;

describe("a token bucket", () => {
  it("gives its burst at once, then says when there will be more", () => {
    let bucket = fullBucket(RATE, at(0));
    for (let taken = 0; taken < 5; taken++) {
      const step = takeTokens(bucket, RATE, 1, at(0));
      expect(step.waitMs).toBe(0);
      bucket = step.bucket;
    }
    expect(takeTokens(bucket, RATE, 1, at(0)).waitMs).toBe(100);
    expect(takeTokens(bucket, RATE, 1, at(99)).waitMs).toBeGreaterThan(0);
    expect(takeTokens(bucket, RATE, 1, at(100)).waitMs).toBe(0);
  });

  it("never gives more than burst + rate x time, and gives after the wait it named", () => {
    const steps = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 5 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (requests) => {
        let bucket = fullBucket(RATE, at(0));
        let now = 0;
        let given = 0;
        for (const [pauseMs, cost] of requests) {
          now += pauseMs;
          const step = takeTokens(bucket, RATE, cost, at(now));
          if (step.waitMs === 0) given += cost;
          else
            expect(takeTokens(step.bucket, RATE, cost, at(now + step.waitMs)).waitMs).toBeLessThanOrEqual(1);
          bucket = step.bucket;
        }
        expect(given).toBeLessThanOrEqual(RATE.burst + (now * RATE.perSec) / 1000 + 1e-6);
      }),
    );
  });

  it("gives nothing for a clock that stands", () => {
    const { bucket } = takeTokens(fullBucket(RATE, at(50)), RATE, 5, at(50));
    expect(takeTokens(bucket, RATE, 1, at(50)).waitMs).toBeGreaterThan(0);
  });
});

describe("a limiter by key", () => {
  it("counts each key for itself", () => {
    const limiter = new KeyedLimiter({ perSec: 1, burst: 1 }, 10);
    expect([limiter.allows("a", at(0)), limiter.allows("a", at(0)), limiter.allows("b", at(0))]).toEqual([
      true,
      false,
      true,
    ]);
    expect(limiter.allows("a", at(1000))).toBe(true);
  });

  it("says what it would allow without counting it, and counts what a thing costs", () => {
    const limiter = new KeyedLimiter({ perSec: 1, burst: 4 }, 10);
    expect([
      limiter.allows("a", at(0), 3),
      limiter.wouldAllow("a", at(0)),
      limiter.allows("a", at(0), 2),
    ]).toEqual([true, true, false]);
    limiter.allows("a", at(0));
    expect([limiter.wouldAllow("a", at(999)), limiter.wouldAllow("a", at(1000))]).toEqual([false, true]);
    expect(limiter.wouldAllow("b", at(0))).toBe(true);
  });

  it("forgets the key that was used longest ago when there are too many", () => {
    const limiter = new KeyedLimiter({ perSec: 1, burst: 1 }, 2);
    for (const key of ["a", "b", "a", "c"]) limiter.allows(key, at(0));
    expect(limiter.allows("a", at(0))).toBe(false);
    expect(limiter.allows("b", at(0))).toBe(true);
  });
});
