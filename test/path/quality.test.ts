import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANGE_MS } from "../../agent/path/preference.ts";
import { SimulatedPair, type PairOptions } from "../nat/simulated-pair.ts";

const MINUTE_MS = 60_000;
const seeds = fc.integer({ min: 1, max: 2 ** 31 });

/** Direct, both ends measuring, with a ping each way every `pingEveryMs`; 0: none. */
function direct(options: PairOptions, pingEveryMs = 200): SimulatedPair {
  const pair = new SimulatedPair({ ...options, measures: true });
  pair.network.runFor(1_000);
  pair.pursueDirect();
  if (pingEveryMs > 0) pair.startPings(pingEveryMs);
  pair.network.runFor(20_000);
  expect(pair.tags()).toEqual(["direct", "direct"]);
  return pair;
}

/** When the controlling end left its direct path, from now on. */
function departuresIn(pair: SimulatedPair, ms: number): readonly number[] {
  const from = pair.network.now;
  pair.network.runFor(ms);
  return pair.a.changes.filter((c) => c.atMs >= from && c.from === "direct").map((c) => c.atMs - from);
}

//
describe("a pair that measures its paths", () => {
  it.each([
    ["while packets flow", 200, 60_000],
    ["at rest", 0, 120_000],
  ])(
    "leaves a direct path that loses a fifth each way for a clean relay, once, and stays there, %s",
    (_, pings, limitMs) => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const pair = direct({ seed }, pings);
          pair.setLoss({ direct: 0.2, relay: 0 });
          expect(
            pair.timeUntil(() => pair.areOnRelay() && pair.tags().join() === "relayed,relayed", limitMs),
          ).toBeLessThan(limitMs);
          const moves = pair.a.moves.length;
          pair.network.runFor(10 * MINUTE_MS);
          expect(pair.tags()).toEqual(["relayed", "relayed"]);
          expect(pair.areOnRelay()).toBe(true);
          expect(pair.a.moves.length).toBe(moves);
        }),
        { numRuns: 6 },
      );
    },
  );

  it("loses no ping in the switch to a faster relay, with a dozen under way on the direct path", () => {
    const pair = direct({ seed: 3 }, 20);
    pair.setLatency({ directMs: 120, relayMs: 25 });
    expect(pair.timeUntil(() => pair.areOnRelay(), MINUTE_MS)).toBeLessThan(MINUTE_MS);
    pair.network.runFor(5_000);
    expect(pair.tags()).toEqual(["relayed", "relayed"]);
    expect(pair.stopPings()).toBe(0);
  });

  it("goes back once the direct path is good, a minute after it was left and half a minute after the loss at the soonest", () => {
    const pair = direct({ seed: 5 });
    pair.setLoss({ direct: 0.2, relay: 0 });
    pair.network.runFor(3 * MINUTE_MS);
    expect(pair.areOnRelay()).toBe(true);
    pair.setLoss({ direct: 0, relay: 0 });
    const backMs = pair.timeUntil(() => pair.areDirect(), MINUTE_MS);
    expect(backMs).toBeGreaterThan(10_000);
    expect(backMs).toBeLessThan(30_000);
    pair.network.runFor(10 * MINUTE_MS);
    expect(pair.tags()).toEqual(["direct", "direct"]);
  });

  it("leaves a direct path that is slower by far, and takes it again when it is not", () => {
    const pair = direct({ seed: 7, directMs: 20, relayMs: 25 });
    pair.setLatency({ directMs: 150, relayMs: 25 });
    expect(pair.timeUntil(() => pair.areOnRelay(), MINUTE_MS)).toBeLessThan(MINUTE_MS);
    pair.network.runFor(3 * MINUTE_MS);
    expect(pair.areOnRelay()).toBe(true);
    pair.setLatency({ directMs: 20, relayMs: 25 });
    expect(pair.timeUntil(() => pair.areDirect(), MINUTE_MS)).toBeLessThan(MINUTE_MS);
  });

  it("leaves its direct path at most once in any minute of ten where everything loses a fifth, and seldom at all", () => {
    let departures = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const pair = direct({ seed }, seed % 2 === 0 ? 200 : 0);
      pair.network.setLoss(0.2);
      const times = departuresIn(pair, 10 * MINUTE_MS);
      for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThan(MINUTE_MS);
      departures += times.length;
    }
    expect(departures).toBeLessThan(8);
  });

  it("is on the direct path again within 3 s when the relay ends", () => {
    const pair = direct({ seed: 11 });
    pair.setLoss({ direct: 0.2, relay: 0 });
    pair.network.runFor(2 * MINUTE_MS);
    expect(pair.areOnRelay()).toBe(true);
    pair.endRelay();
    expect(pair.timeUntil(() => pair.areDirect(), 3_000)).toBeLessThan(3_000);
  });

  it("never changes for quality more often than once a minute, nor stays on a dead path, whatever loss and delay do", () => {
    const weather = fc.record({
      direct: fc.constantFrom(0, 0.05, 0.1, 0.2, 0.4, 0.7),
      relay: fc.constantFrom(0, 0.05, 0.1, 0.2, 0.4),
      directMs: fc.integer({ min: 2, max: 200 }),
      relayMs: fc.integer({ min: 2, max: 100 }),
      forMs: fc.integer({ min: 1_000, max: 90_000 }),
    });
    fc.assert(
      fc.property(seeds, fc.array(weather, { minLength: 1, maxLength: 6 }), (seed, phases) => {
        const pair = direct({ seed }, 200);
        for (const { direct: loss, relay, forMs, ...latency } of phases) {
          pair.setLoss({ direct: loss, relay });
          pair.setLatency(latency);
          pair.network.runFor(forMs);
        }
        const forQuality = pair.a.changes.filter(({ why }) =>
          /^the relay (loses|is faster)|as good as/.test(why),
        );
        for (const [i, { atMs }] of forQuality.slice(1).entries())
          expect(atMs - (forQuality[i]?.atMs ?? 0)).toBeGreaterThanOrEqual(CHANGE_MS);
        pair.setLoss({ direct: 0, relay: 0 });
        pair.cutDirect();
        expect(pair.timeUntil(() => pair.areOnRelay(), 10_000)).toBeLessThan(10_000);
      }),
      { numRuns: 12 },
    );
  });
});
