import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PROBES, portPlan, predictedPorts } from "../../agent/nat/port-plan.ts";
import { seededRandom } from "../support/seeded-random.ts";

const LOCAL = [50_001, 60_000];

//
describe("predicted ports", () => {
  it("are the sockets' own where the NAT preserves them, with its offset where it has one", () => {
    expect(predictedPorts({ ports: "preserving", portStep: 0 }, LOCAL, undefined)).toEqual(LOCAL);
    expect(predictedPorts({ ports: "delta-preserving", portStep: 7 }, LOCAL, undefined)).toEqual([
      50_008, 60_007,
    ]);
  });

  it("follow the last one that was seen where the NAT counts, and begin anew after the last of all", () => {
    expect(predictedPorts({ ports: "sequential", portStep: 2 }, LOCAL, 40_000)).toEqual([40_002, 40_004]);
    expect(predictedPorts({ ports: "sequential", portStep: 1 }, LOCAL, 65_534)).toEqual([65_535, 1_024]);
    expect(predictedPorts({ ports: "sequential", portStep: -1 }, LOCAL, 1_025)).toEqual([1_024, 65_535]);
  });

  it("are none where nothing was seen, or nothing can be told", () => {
    expect(predictedPorts({ ports: "sequential", portStep: 1 }, LOCAL, undefined)).toEqual([]);
    expect(predictedPorts({ ports: "random", portStep: 0 }, LOCAL, 40_000)).toEqual([]);
  });
});

//
describe("the ports that are tried", () => {
  it("are the predicted ones first, then others: a bounded number of different ones that NATs give out", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 256 }),
        (seed, predicted) => {
          const plan = portPlan(predicted, seededRandom(seed));
          const usable = predicted.filter((port) => port >= 1_024);
          expect(plan.slice(0, usable.length)).toEqual(usable);
          expect(new Set(plan).size).toBe(MAX_PROBES);
          expect(Math.min(...plan)).toBeGreaterThanOrEqual(1_024);
          expect(Math.max(...plan)).toBeLessThanOrEqual(65_535);
        },
      ),
      { numRuns: 20 },
    );
  });
});
