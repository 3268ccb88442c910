import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathWakeAt } from "../../agent/path/machine.ts";
import { AVOIDED_PROBE_MS, CHANGE_MS } from "../../agent/path/preference.ts";
import {
  ASSERT_MS,
  CONSENT_MISSES,
  DEATH_MS,
  MAX_ASSERTS,
  MAX_CONSENT_MISSES,
  missesOfDeath,
  type PathInput,
} from "../../agent/path/state.ts";
import { DIRECT, leg, OTHER_DIRECT, PathBench } from "./samples.ts";

const RELAY = leg(1).endpoint;
const OVER_IPV6 = { address: "2001:db8::1", port: 51_820 };
const tick: PathInput = { kind: "tick" };
const relayBetter: PathInput = { kind: "relay-better", worseBy: "loss" };
const asGood: PathInput = { kind: "direct-as-good" };
const peerAvoids: PathInput = { kind: "peer-avoids", endpoint: DIRECT, worseBy: "loss" };
const consent: PathInput = { kind: "consent", endpoint: DIRECT, rttMs: 20 };

/** Left for the relay, and WireGuard is there at both ends. */
function avoiding(): PathBench {
  const bench = new PathBench().direct();
  bench.input(relayBetter, 1_000);
  bench.observe({ received: 100n }, 100);
  return bench;
}

/** Direct again after `afterMs`, as a validated path is taken into use. */
function comeBack(bench: PathBench, afterMs: number): void {
  bench.input(asGood, afterMs);
  bench.input(consent, 20);
  bench.observe({ received: 100n, at: DIRECT }, 60);
}

//
describe("a direct path that is worse than the relay", () => {
  it("is left by the controlling end, pinned, and the other end is told by a probe", () => {
    const bench = new PathBench().direct();
    const effects = bench.input(relayBetter, 1_000);
    expect(bench.kinds(effects)).toEqual([
      "direct > relayed",
      `set ${RELAY.address}:${RELAY.port}`,
      "observe",
      "probe",
    ]);
    expect(effects).toContainEqual({ kind: "set-endpoint", endpoint: RELAY, reset: false, pin: DIRECT });
    expect(bench.state).toMatchObject({
      tag: "relayed",
      avoided: { endpoint: DIRECT, worseBy: "loss", by: "us" },
    });
  });

  it("is left by the other end when it is told so, which moves WireGuard where that has not followed", () => {
    const bench = new PathBench(false).direct();
    expect(bench.kinds(bench.input(peerAvoids, 100))).toContain(`set ${RELAY.address}:${RELAY.port}`);
    expect(bench.state).toMatchObject({ tag: "relayed", avoided: { by: "peer" } });
  });

  it("is left by the other end without a move where WireGuard has followed", () => {
    const bench = new PathBench(false).direct();
    bench.observe({ received: 100n, at: RELAY }, 10);
    expect(bench.kinds(bench.input(peerAvoids, 10))).toEqual(["direct > relayed"]);
  });

  it.each<[string, PathBench, PathInput]>([
    ["by the end that does not control, whatever it measures", new PathBench(false).direct(), relayBetter],
    ["by the controlling end because the other one says so", new PathBench().direct(), peerAvoids],
    [
      "for another path than the one that is avoided",
      new PathBench(false).direct(),
      { ...peerAvoids, endpoint: OTHER_DIRECT },
    ],
  ])("is not left %s", (_, bench, input) => {
    bench.input(input, 1_000);
    expect(bench.state.tag).toBe("direct");
  });

  it("is not left where there is no relay", () => {
    const bench = new PathBench().direct();
    bench.input({ kind: "relay-gone", allocation: leg(1).allocation }, 10);
    bench.input(relayBetter, 1_000);
    expect(bench.state.tag).toBe("direct");
  });

  it("is not left while this host has just moved, as it may be another path now", () => {
    const bench = new PathBench().direct();
    bench.input({ kind: "moved" }, 10);
    bench.input(relayBetter, 10);
    expect(bench.state.tag).toBe("direct");
  });
});

//
describe("a direct path that was left", () => {
  it("is probed every 5 s by the end that left it, and waits with its own at the other while it hears those", () => {
    const bench = avoiding();
    const leftAt = bench.nowMs - 100;
    bench.input(consent, 10);
    expect(pathWakeAt(bench.state)).toBe(leftAt + AVOIDED_PROBE_MS);
    const other = new PathBench(false).direct();
    other.input(peerAvoids, 10);
    other.input({ kind: "heard", endpoint: DIRECT }, 4_000);
    expect(pathWakeAt(other.state)).toBe(other.nowMs + 15_000);
  });

  it("is taken again when it is as good for a minute, and not before", () => {
    const bench = avoiding();
    bench.input(asGood, CHANGE_MS - 101);
    expect(bench.state.tag).toBe("relayed");
    bench.input(asGood, 1);
    expect(bench.state.tag).toBe("checking");
    bench.input(consent, 20);
    bench.observe({ received: 100n, at: DIRECT }, 60);
    expect(bench.state.tag).toBe("direct");
  });

  it("is left for twice as long each time, half an hour at the most", () => {
    const bench = new PathBench().direct();
    const waitsMs: number[] = [];
    for (let turn = 0; turn < 8; turn++) {
      bench.input(relayBetter, CHANGE_MS);
      bench.observe({ received: 100n, at: RELAY }, 10);
      const leftAt = bench.nowMs - 10;
      while (bench.state.tag === "relayed") bench.input(asGood, 10_000);
      waitsMs.push(Math.floor((bench.nowMs - leftAt) / CHANGE_MS));
      bench.input(consent, 20);
      bench.observe({ received: 100n, at: DIRECT }, 60);
    }
    expect(waitsMs).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it("begins with a minute again once it was good for ten", () => {
    const bench = avoiding();
    comeBack(bench, CHANGE_MS);
    bench.input(relayBetter, 600_000);
    bench.observe({ received: 100n, at: RELAY }, 10);
    bench.input(asGood, CHANGE_MS);
    expect(bench.state.tag).toBe("checking");
  });

  it("is no news when a check finds it", () => {
    const bench = avoiding();
    expect(bench.input({ kind: "validated", endpoint: DIRECT }, 2 * CHANGE_MS)).toEqual([]);
  });

  it("is taken at once when the relay is gone", () => {
    const bench = avoiding();
    const effects = bench.input({ kind: "relay-gone", allocation: leg(1).allocation }, 10);
    expect(bench.kinds(effects)).toEqual([
      "relayed > direct",
      "probe",
      "observe",
      `set ${DIRECT.address}:${DIRECT.port}`,
      "observe",
    ]);
    expect(bench.state).toMatchObject({ tag: "direct", leg: undefined });
  });

  it("is sought anew when it has not answered for half a minute, and still not taken within the hold", () => {
    const bench = avoiding();
    const startMs = bench.nowMs;
    while (bench.state.tag === "relayed" && bench.state.avoided !== undefined)
      bench.input(tick, AVOIDED_PROBE_MS);
    expect(bench.nowMs - startMs).toBeLessThan(40_000);
    expect(bench.effects.at(-1)?.effect).toMatchObject({ kind: "direct-lost", endpoint: DIRECT });
    bench.input({ kind: "validated", endpoint: DIRECT }, 10);
    expect(bench.state.tag).toBe("relayed");
    bench.input({ kind: "validated", endpoint: DIRECT }, CHANGE_MS);
    expect(bench.state.tag).toBe("checking");
  });

  it("is sought anew when this host moves: from there it may be good", () => {
    const bench = avoiding();
    expect(bench.kinds(bench.input({ kind: "moved" }, 10))).toContain("direct-lost");
    bench.input({ kind: "validated", endpoint: DIRECT }, 10);
    expect(bench.state.tag).toBe("checking");
  });
});

//
describe("WireGuard that goes back to a path which was left", () => {
  it("is moved to the relay again by the end that left it", () => {
    const bench = avoiding();
    const effects = bench.observe({ received: 100n, at: DIRECT }, ASSERT_MS);
    expect(effects).toContainEqual({ kind: "set-endpoint", endpoint: RELAY, reset: false, pin: DIRECT });
  });

  it("has its way after eight moves in a row: the other end insists", () => {
    const bench = avoiding();
    for (let turn = 0; turn < MAX_ASSERTS; turn++) {
      bench.observe({ received: 100n, at: DIRECT }, ASSERT_MS);
      expect(bench.state.tag).toBe("relayed");
    }
    bench.observe({ received: 100n, at: DIRECT }, ASSERT_MS);
    expect(bench.state.tag).toBe("direct");
  });

  it("is how the other end learns that the path is used again", () => {
    const bench = new PathBench(false).direct();
    bench.input(peerAvoids, 10);
    bench.observe({ received: 100n, at: DIRECT }, CHANGE_MS);
    expect(bench.state.tag).toBe("direct");
  });
});

//
describe("a direct path of the other address family", () => {
  const otherBetter: PathInput = { kind: "other-better", endpoint: OVER_IPV6, worseBy: "rtt" };

  it("takes over where it is better, and what comes late of the old one is dropped", () => {
    const bench = new PathBench().direct();
    const effects = bench.input(otherBetter, 1_000);
    expect(effects).toContainEqual({ kind: "set-endpoint", endpoint: OVER_IPV6, reset: false, pin: DIRECT });
    expect(bench.state).toMatchObject({ tag: "direct", endpoint: OVER_IPV6 });
  });

  it("does so once a minute at the most, and at the controlling end alone", () => {
    const bench = new PathBench().direct();
    bench.input(otherBetter, 1_000);
    bench.input({ ...otherBetter, endpoint: DIRECT }, CHANGE_MS - 1);
    expect(bench.state).toMatchObject({ endpoint: OVER_IPV6 });
    bench.input({ ...otherBetter, endpoint: DIRECT }, 1);
    expect(bench.state).toMatchObject({ endpoint: DIRECT });
    const other = new PathBench(false).direct();
    other.input(otherBetter, 1_000);
    expect(other.state).toMatchObject({ endpoint: DIRECT });
  });
});

//
describe("a path that loses much", () => {
  it("is dead after six lost probes in a row, or more where six are not seldom", () => {
    expect([0, 0.1, 0.2, 0.25, 0.36, 0.5, 1].map(missesOfDeath)).toEqual([6, 6, 6, 7, 10, 10, 10]);
    for (const lossShare of [0, 0.25]) {
      const bench = new PathBench().direct();
      let probes = 0;
      while (bench.state.tag === "direct") {
        const effects = bench.input({ kind: "tick", lossShare }, 500);
        probes += effects.filter(({ kind }) => kind === "probe").length;
      }
      expect(probes).toBe(missesOfDeath(lossShare));
    }
  });

  it("is dead within three seconds of probes all the same", () => {
    expect(MAX_CONSENT_MISSES * 200).toBeLessThan(3_000 - 500);
    expect(CONSENT_MISSES * 200).toBeGreaterThanOrEqual(DEATH_MS);
  });
});

//
describe("whatever is measured, and whatever WireGuard, checks and the relay do", () => {
  const anything = fc.oneof<fc.Arbitrary<PathInput>[]>(
    fc.constant(relayBetter),
    fc.constant(asGood),
    fc.constantFrom<PathInput>(peerAvoids, { kind: "other-better", endpoint: OVER_IPV6, worseBy: "loss" }),
    fc.constantFrom<PathInput>(
      tick,
      consent,
      { kind: "heard", endpoint: DIRECT },
      { kind: "validated", endpoint: DIRECT },
      { kind: "relay-ready", leg: leg(1) },
    ),
  );
  const history = fc.array(fc.tuple(anything, fc.integer({ min: 1, max: 20_000 })), { maxLength: 300 });
  const FOR_QUALITY = /the relay (loses|is faster)|the other address|as good as/;

  it("a path is changed for its quality at most once a minute", () => {
    fc.assert(
      fc.property(history, (inputs) => {
        const bench = new PathBench().direct();
        for (const [input, afterMs] of inputs) {
          bench.input(input, afterMs);
          bench.observe({ received: 10n }, 10);
        }
        const changedAt = bench.effects.flatMap(({ atMs, effect }) =>
          effect.kind === "changed" && FOR_QUALITY.test(effect.why) ? [atMs] : [],
        );
        for (const [i, at] of changedAt.slice(1).entries())
          expect(at - (changedAt[i] ?? 0)).toBeGreaterThanOrEqual(CHANGE_MS);
      }),
      { numRuns: 300 },
    );
  });

  it("none is left on a path that is dead: direct is left in ten probes, and an avoided one is not taken", () => {
    fc.assert(
      fc.property(history, fc.double({ min: 0, max: 1, noNaN: true }), (inputs, lossShare) => {
        const bench = new PathBench().direct();
        for (const [input, afterMs] of inputs) bench.input(input, afterMs);
        // From here on nothing is answered, and no bytes come but by the relay.
        const deadAt = bench.nowMs;
        while (bench.nowMs - deadAt < 40_000) bench.input({ kind: "tick", lossShare }, 250);
        expect(bench.state.tag).not.toBe("direct");
        if (bench.state.tag === "relayed")
          expect(bench.state.avoided?.unanswered ?? 0).toBeLessThanOrEqual(200);
      }),
      { numRuns: 200 },
    );
  });
});
