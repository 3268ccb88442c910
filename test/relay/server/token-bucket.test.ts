import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BURST_BYTES, bucketOf, takeFromAll, TokenBucket } from "../../../agent/relay/server/token-bucket.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const at = monotonicMs;

//
describe("a token bucket", () => {
  it("lets a burst through at once, and after it no byte before its time", () => {
    const bucket = new TokenBucket(8_000_000); // a byte in a microsecond
    expect(takeFromAll([bucket], BURST_BYTES, at(0))).toBe(true);
    expect(takeFromAll([bucket], 1500, at(1.499))).toBe(false);
    expect(takeFromAll([bucket], 1500, at(1.5))).toBe(true);
  });

  it("never passes more than its rate and one burst, whatever is offered when", () => {
    const offers = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 1500 })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), offers, (megabits, packets) => {
        const bucket = new TokenBucket(megabits * 1e6);
        let now = 0;
        let passed = 0;
        for (const [waitMs, bytes] of packets) {
          now += waitMs;
          if (takeFromAll([bucket], bytes, at(now))) passed += bytes;
        }
        expect(passed).toBeLessThanOrEqual(BURST_BYTES + (megabits * 1e6 * now) / 8000 + 1);
      }),
    );
  });

  it("gives nothing up for a packet that another bucket refuses", () => {
    const own = new TokenBucket(8);
    const shared = new TokenBucket(8);
    shared.take(BURST_BYTES);
    expect(takeFromAll([own, shared], 1000, at(0))).toBe(false);
    expect(own.has(BURST_BYTES, at(0))).toBe(true);
  });

  it("is none where there is no limit", () => {
    expect([bucketOf(0), bucketOf(undefined)]).toEqual([undefined, undefined]);
    expect(takeFromAll([undefined], 1e9, at(0))).toBe(true);
  });
});
