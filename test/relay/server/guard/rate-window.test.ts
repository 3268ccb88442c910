import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RateWindow } from "../../../../agent/relay/server/guard/rate-window.ts";
import { monotonicMs } from "../../../../protocol/time.ts";

const LIMIT = { count: 3, windowMs: 1000 };
const SHARED = 1024;
const at = monotonicMs;
const windowOf = (maxSources: number) =>
  new RateWindow({ limit: LIMIT, maxSources, secret: new Uint8Array(32) });

//
describe("a limit for each source", () => {
  it("admits its count at once, and the next when the first is a whole window old", () => {
    const limiter = windowOf(10);
    expect([0, 1, 2, 3].map((ms) => limiter.admits("a", at(ms)))).toEqual([true, true, true, false]);
    expect(limiter.admits("a", at(999))).toBe(false);
    expect(limiter.admits("a", at(1000))).toBe(true);
    expect(limiter.admits("a", at(1000))).toBe(false);
  });

  it("counts each source for itself", () => {
    const limiter = windowOf(10);
    for (let i = 0; i < 4; i++) limiter.admits("a", at(0));
    expect(limiter.admits("b", at(0))).toBe(true);
  });

  it("does not count a refusal, so that who keeps asking is not kept out", () => {
    const limiter = windowOf(10);
    for (let ms = 0; ms < 1000; ms++) limiter.admits("a", at(ms));
    expect(limiter.admits("a", at(1000))).toBe(true);
  });

  it("does not forget a source that counts, however many others come", () => {
    const limiter = windowOf(4);
    for (let i = 0; i < 3; i++) limiter.admits("a", at(0));
    for (let i = 0; i < 10_000; i++) limiter.admits(`other ${i}`, at(1));
    expect(limiter.admits("a", at(2))).toBe(false);
  });

  it("refuses no source that has a window of its own for what a flood of others did", () => {
    const limiter = windowOf(4);
    limiter.admits("a", at(0));
    for (let i = 0; i < 10_000; i++) limiter.admits(`other ${i}`, at(1));
    expect(limiter.admits("a", at(2))).toBe(true);
  });

  it("forgets every source that no longer counts", () => {
    const limiter = windowOf(4);
    for (let i = 0; i < 100; i++) limiter.admits(`s${i}`, at(i));
    limiter.admits("last", at(2000));
    expect(limiter.size).toBe(1);
  });

  const asks = fc.array(fc.record({ source: fc.nat(12), pauseMs: fc.nat(250) }), { maxLength: 300 });

  it("is exceeded in no window wherever it is laid, also where sources share for want of room", () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 12 }), (requests, maxSources) => {
        const limiter = windowOf(maxSources);
        const admitted = new Map<number, number[]>();
        let now = 0;
        for (const { source, pauseMs } of requests) {
          now += pauseMs;
          if (!limiter.admits(String(source), at(now))) continue;
          const times = [...(admitted.get(source) ?? []), now];
          admitted.set(source, times);
          expect(times.filter((time) => now - time < LIMIT.windowMs).length).toBeLessThanOrEqual(LIMIT.count);
        }
      }),
    );
  });

  it("keeps no more windows than there is room for, whatever sources come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.ipV6(), { minLength: 200, maxLength: 600 }),
        fc.integer({ min: 1, max: 50 }),
        (sources, maxSources) => {
          const limiter = windowOf(maxSources);
          sources.forEach((source, i) => limiter.admits(source, at(i)));
          expect(limiter.size).toBeLessThanOrEqual(maxSources + SHARED);
        },
      ),
      { numRuns: 30 },
    );
    const limiter = windowOf(100);
    for (let i = 0; i < 20_000; i++) limiter.admits(`s${i}`, at(0));
    expect(limiter.size).toBeLessThanOrEqual(100 + SHARED);
  });
});
