import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROUND_MS } from "../../agent/nat/check-list.ts";
import type { Filtering } from "./simulated-network.ts";
import { SimulatedPair, type NatKind } from "./simulated-pair.ts";

const FILTERINGS: readonly Filtering[] = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
];
const filtering = fc.constantFrom(...FILTERINGS);
const seed = fc.integer({ min: 1, max: 2 ** 31 });
const independent = (filtering: Filtering): NatKind => ({ mapping: "endpoint-independent", filtering });
/** Masquerading, without a firewall. */
const LINUX: NatKind = {
  mapping: "endpoint-dependent",
  filtering: "address-and-port-dependent",
  portFor: (insidePort) => insidePort,
  unsolicited: "taken",
};
const dependent = (filtering: Filtering): NatKind => ({ mapping: "endpoint-dependent", filtering });

/** The end that is led to the direct path before it validated a pair by itself has no need to any more. */
const isValidated = ({ a, b }: SimulatedPair): boolean =>
  [a, b].every(({ validatedAtMs, path }) => validatedAtMs.length > 0 || path.tag === "direct");

// R-401 R-404
describe("two ends behind NATs that check at the same time", () => {
  it("validate within a second, whatever the filtering, where both mappings are endpoint-independent", () => {
    fc.assert(
      fc.property(seed, filtering, filtering, (seed, a, b) => {
        const pair = new SimulatedPair({ seed, a: independent(a), b: independent(b), jitterMs: 5 });
        pair.pursueDirect();
        expect(pair.timeUntil(() => pair.areDirect(), 1_000)).toBeLessThan(1_000);
      }),
      { numRuns: 60 },
    );
  });

  //
  it("validate within a second where a NAT keeps ports, and takes itself what nobody asked for", () => {
    fc.assert(
      fc.property(
        seed,
        fc.boolean(),
        filtering,
        fc.integer({ min: 5, max: 80 }),
        fc.constantFrom("a" as const, "both" as const),
        (seed, both, other, directMs, asking) => {
          const b = both ? LINUX : independent(other);
          const pair = new SimulatedPair({ seed, a: LINUX, b, directMs, relayMs: 20, jitterMs: 5 });
          pair.pursueDirect({ asking });
          expect(pair.timeUntil(() => pair.areDirect(), 1_000)).toBeLessThan(1_000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("validate within two rounds under 20 % loss", () => {
    fc.assert(
      fc.property(seed, filtering, filtering, (seed, a, b) => {
        const pair = new SimulatedPair({ seed, a: independent(a), b: independent(b), lossRate: 0.2 });
        pair.pursueDirect();
        expect(pair.timeUntil(() => isValidated(pair), 2 * ROUND_MS)).toBeLessThan(2 * ROUND_MS);
      }),
      { numRuns: 60 },
    );
  });

  it.each(FILTERINGS.slice(0, 2))(
    "validate through a peer-reflexive candidate where one mapping is dependent and the other filters %s",
    (filtering) => {
      fc.assert(
        fc.property(seed, (seed) => {
          const b = dependent("address-and-port-dependent");
          const pair = new SimulatedPair({ seed, a: independent(filtering), b });
          pair.pursueDirect();
          expect(pair.timeUntil(() => pair.areDirect(), 1_000)).toBeLessThan(1_000);
        }),
        { numRuns: 20 },
      );
    },
  );

  it("never validate where both mappings are endpoint-dependent, and stay on the relay without a move", () => {
    fc.assert(
      fc.property(seed, (seed) => {
        const strict = dependent("address-and-port-dependent");
        const pair = new SimulatedPair({ seed, a: strict, b: strict });
        pair.pursueDirect();
        pair.startPings(20);
        pair.network.runFor(60_000);
        expect([...pair.a.validatedAtMs, ...pair.b.validatedAtMs]).toEqual([]);
        expect(pair.tags()).toEqual(["relayed", "relayed"]);
        expect([pair.a.moves.length, pair.b.moves.length]).toEqual([1, 1]);
        expect(pair.stopPings()).toBe(0);
      }),
      { numRuns: 5 },
    );
  });
});
