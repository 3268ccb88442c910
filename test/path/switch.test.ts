import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimulatedPair, type PairOptions } from "../nat/simulated-pair.ts";

const network = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  jitterMs: fc.integer({ min: 0, max: 8 }),
  directMs: fc.integer({ min: 1, max: 60 }),
  relayMs: fc.integer({ min: 1, max: 80 }),
});

function relayed(options: PairOptions, pingEveryMs: number): SimulatedPair {
  const pair = new SimulatedPair(options);
  pair.network.runFor(1_000);
  expect(pair.tags()).toEqual(["relayed", "relayed"]);
  pair.startPings(pingEveryMs);
  pair.network.runFor(500);
  return pair;
}

function direct(options: PairOptions, pingEveryMs: number): SimulatedPair {
  const pair = relayed(options, pingEveryMs);
  pair.pursueDirect();
  pair.network.runFor(4_000);
  expect(pair.tags()).toEqual(["direct", "direct"]);
  return pair;
}

const movesOf = ({ a, b }: SimulatedPair): number => a.moves.length + b.moves.length;

//
describe("the switch from the relay to the direct path", () => {
  it("loses no packet of pings every 20 ms each way, takes one move, and both ends stay direct", () => {
    fc.assert(
      fc.property(network, (options) => {
        const pair = relayed(options, 20);
        const before = movesOf(pair);
        pair.pursueDirect();
        expect(pair.timeUntil(() => pair.areDirect(), 2_000)).toBeLessThan(2_000);
        pair.network.runFor(20_000);
        expect(pair.areDirect()).toBe(true);
        expect(pair.tags()).toEqual(["direct", "direct"]);
        expect(movesOf(pair) - before).toBe(1);
        expect(pair.stopPings()).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("takes one move also with a packet every millisecond each way and 50 of them under way on the relay", () => {
    for (const jitterMs of [0, 3]) {
      const pair = relayed({ seed: 7, relayMs: 25, directMs: 10, jitterMs }, 1);
      const before = movesOf(pair);
      pair.pursueDirect();
      expect(pair.timeUntil(() => pair.areDirect(), 500)).toBeLessThan(500);
      pair.network.runFor(5_000);
      expect(pair.areDirect()).toBe(true);
      expect(movesOf(pair) - before).toBe(1);
      expect(pair.stopPings()).toBe(0);
    }
  });

  it("stays on the relay, ever more rarely tried, where WireGuard cannot be pinned and traffic moves it back", () => {
    const pair = relayed({ seed: 1, hasPins: false }, 20);
    pair.pursueDirect();
    pair.network.runFor(300_000);
    const switches = pair.a.changes.filter(({ to }) => to === "checking").length;
    expect(switches).toBeGreaterThan(1);
    expect(switches).toBeLessThan(9);
    expect(pair.stopPings()).toBe(0);
  });

  it.each([true, false])("takes one move between idle ends (pinned: %s)", (hasPins) => {
    const pair = new SimulatedPair({ seed: 1, hasPins });
    pair.network.runFor(12_000);
    pair.pursueDirect();
    pair.network.runFor(1_000);
    expect(pair.areDirect()).toBe(true);
    expect(pair.tags()).toEqual(["direct", "direct"]);
    expect(movesOf(pair)).toBe(3);
  });

  it("is made in the end under 20 % loss, and nothing flaps afterwards", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const pair = new SimulatedPair({ seed, lossRate: 0.2 });
      pair.pursueDirect();
      pair.startPings(50);
      const isDone = (): boolean => pair.tags().every((tag) => tag === "direct");
      expect(pair.timeUntil(isDone, 10_000)).toBeLessThan(10_000);
      const before = movesOf(pair);
      pair.network.runFor(60_000);
      expect(pair.areDirect()).toBe(true);
      expect(movesOf(pair) - before).toBe(0);
    }
  });
});

//
describe("the death of the direct path", () => {
  it("puts both ends on the relay within 3 s while packets flow", () => {
    fc.assert(
      fc.property(network, (options) => {
        const pair = direct(options, 20);
        pair.cutDirect();
        expect(pair.timeUntil(() => pair.areOnRelay(), 3_000)).toBeLessThan(3_000);
      }),
      { numRuns: 30, examples: [[{ seed: 1, jitterMs: 8, directMs: 60, relayMs: 28 }]] },
    );
  });

  it("is not believed under 20 % loss while bytes arrive", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const pair = direct({ seed }, 20);
        pair.network.setLoss(0.2);
        pair.network.runFor(60_000);
        expect(pair.areDirect()).toBe(true);
        expect(movesOf(pair)).toBe(3);
      }),
      { numRuns: 10 },
    );
  });

  it("is followed by the direct path again when that returns", () => {
    const pair = direct({ seed: 3 }, 20);
    pair.cutDirect();
    pair.network.runFor(10_000);
    expect(pair.areOnRelay()).toBe(true);
    pair.restoreDirect();
    expect(pair.timeUntil(() => pair.areDirect(), 60_000)).toBeLessThan(60_000);
    pair.network.runFor(2_000);
    expect(pair.tags()).toEqual(["direct", "direct"]);
  });

  it("makes the next direct path wait longer each time, so that a link which comes and goes does not flap", () => {
    const pair = direct({ seed: 4 }, 20);
    for (let turn = 0; turn < 40; turn++) {
      pair.cutDirect();
      pair.network.runFor(4_000);
      pair.restoreDirect();
      pair.network.runFor(4_000);
    }
    const upgrades = pair.a.changes.filter(({ to }) => to === "direct").length;
    expect(upgrades).toBeGreaterThan(1);
    expect(upgrades).toBeLessThan(9);
  });
});
