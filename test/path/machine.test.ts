import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathWakeAt } from "../../agent/path/machine.ts";
import {
  ASSERT_MS,
  CONSENT_MISSES,
  CONSENT_IDLE_MS,
  CONSENT_MS,
  CONSENT_RETRY_MS,
  DEATH_MS,
  HANDSHAKE_MS,
  DOUBT_MISSES,
  MAX_ASSERTS,
  MOVED_DEATH_MS,
  MOVED_MISSES,
  SESSION_MS,
  STABLE_MS,
  STRAY_MS,
  SWITCH_MS,
  type PathInput,
} from "../../agent/path/state.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { DIRECT, leg, OTHER_DIRECT, PathBench } from "./samples.ts";

const RELAY = leg(1).endpoint;
const validated: PathInput = { kind: "validated", endpoint: DIRECT };
const tick: PathInput = { kind: "tick" };
const moved: PathInput = { kind: "moved" };
const consent: PathInput = { kind: "consent", endpoint: DIRECT, rttMs: 20 };

/** Ticks when due, for as long as the path stays direct. When it was left. */
function tickUntilDead(bench: PathBench, limitMs = 60_000, input = tick): number {
  const startMs = bench.nowMs;
  const isIdle = input.kind === "tick" && input.isIdle === true;
  while (bench.state.tag === "direct" && bench.nowMs - startMs < limitMs) {
    bench.input(input, Math.max(1, (pathWakeAt(bench.state, isIdle) ?? 0) - bench.nowMs));
  }
  return bench.nowMs - startMs;
}

//
describe("a direct path whose peer asks for consent", () => {
  const heard: PathInput = { kind: "heard", endpoint: DIRECT };

  it("is not probed from this end as long as it does", () => {
    const bench = new PathBench(false).direct();
    bench.input(consent, 5);
    for (let round = 0; round < 5; round++) {
      expect(bench.input(heard, CONSENT_IDLE_MS - 1)).toEqual([]);
      expect(pathWakeAt(bench.state)).toBe(bench.nowMs + CONSENT_IDLE_MS);
    }
  });

  it("dies no later for it when the peer falls silent", () => {
    const bench = new PathBench(false).direct();
    bench.input(consent, 5);
    bench.input(heard, 1_000);
    expect(tickUntilDead(bench)).toBeLessThanOrEqual(CONSENT_IDLE_MS + DEATH_MS + CONSENT_RETRY_MS);
  });

  it("dies within some seconds where nobody uses it, and at once where somebody begins to", () => {
    const idle: PathInput = { kind: "tick", isIdle: true };
    const dying = (): PathBench => {
      const bench = new PathBench(false).direct();
      bench.input(consent, 5);
      bench.input(idle, CONSENT_IDLE_MS);
      return bench;
    };
    const unused = dying();
    expect(tickUntilDead(unused, 60_000, idle)).toBeGreaterThan(12_000);
    expect(unused.nowMs).toBeLessThan(CONSENT_IDLE_MS + 20_000);
    const used = dying();
    for (let i = 0; i < CONSENT_MISSES; i++) used.input(idle, CONSENT_RETRY_MS);
    expect(used.state.tag).toBe("direct");
    for (let i = 0; i < CONSENT_MISSES; i++) used.input(tick, CONSENT_RETRY_MS);
    expect(used.state.tag).not.toBe("direct");
  });

  it("is still asked about by this end while an own probe is unanswered: the way there may be dead alone", () => {
    const bench = new PathBench(false).direct();
    bench.input(consent, 5);
    bench.input(tick, CONSENT_IDLE_MS);
    const wakeAt = pathWakeAt(bench.state);
    bench.input(heard, 10);
    expect(pathWakeAt(bench.state)).toBe(wakeAt);
  });

  it("says nothing when asked from elsewhere", () => {
    const bench = new PathBench(false).direct();
    bench.input(consent, 5);
    const wakeAt = pathWakeAt(bench.state);
    bench.input({ kind: "heard", endpoint: OTHER_DIRECT }, 100);
    expect(pathWakeAt(bench.state)).toBe(wakeAt);
  });

  it("is probed all the same by the end that controls, which decides by what it measures", () => {
    const bench = new PathBench().direct();
    bench.input(consent, 5);
    const wakeAt = pathWakeAt(bench.state);
    bench.input(heard, 100);
    expect(pathWakeAt(bench.state)).toBe(wakeAt);
  });
});

//
describe("a peer without a path", () => {
  it("is pointed at its relay as soon as there is one", () => {
    const bench = new PathBench();
    expect(bench.input({ kind: "relay-ready", leg: leg(1) })).toEqual([
      { kind: "set-endpoint", endpoint: RELAY, reset: true, pin: undefined },
      { kind: "observe" },
    ]);
    expect(bench.state.tag).toBe("none");
  });

  it("is relayed when bytes of a completed handshake come through the relay", () => {
    const bench = new PathBench();
    bench.input({ kind: "relay-ready", leg: leg(1) });
    expect(bench.kinds(bench.observe({}, 60))).toEqual(["observe"]);
    expect(bench.kinds(bench.observe({ received: 148n }, 60))).toEqual(["observe"]);
    expect(bench.kinds(bench.observe({ received: 92n, handshakeAgeMs: 5 }, 60))).toEqual(["none > relayed"]);
  });

  it("is not called reached for bytes beside a handshake of long ago", () => {
    const bench = new PathBench();
    bench.input({ kind: "relay-ready", leg: leg(1) });
    bench.observe({}, 60);
    bench.observe({ received: 148n, handshakeAgeMs: SESSION_MS }, 60);
    expect(bench.state.tag).toBe("none");
    bench.observe({ received: 148n, handshakeAgeMs: SESSION_MS - 1 }, 60);
    expect(bench.state.tag).toBe("relayed");
  });

  it("is found direct at first sight where an adopted WireGuard has just heard it, and not otherwise", () => {
    const fresh = new PathBench();
    fresh.observe({ at: DIRECT, handshakeAgeMs: 14_999 });
    expect(fresh.state.tag).toBe("direct");
    const stale = new PathBench();
    stale.observe({ at: DIRECT, handshakeAgeMs: 15_000 });
    expect(stale.state.tag).toBe("none");
  });

  it("is tried where it is told to be, and direct when that answers", () => {
    const bench = new PathBench();
    expect(bench.kinds(bench.input({ kind: "try", endpoint: DIRECT }))).toEqual([
      "set 203.0.113.1:51820",
      "observe",
    ]);
    bench.observe({}, 60);
    expect(bench.kinds(bench.observe({ received: 92n, handshakeAgeMs: 5 }, 60))).toEqual([
      "none > direct",
      "probe",
      "observe",
    ]);
  });

  it("is moved to a validated pair by both ends, since nothing can be lost", () => {
    for (const controlling of [true, false]) {
      const bench = new PathBench(controlling);
      bench.input({ kind: "relay-ready", leg: leg(1) });
      const effects = bench.input(validated, 30);
      expect(bench.kinds(effects)).toEqual(["none > checking", "set 203.0.113.1:51820", "observe", "probe"]);
    }
  });

  it("is left alone when WireGuard is on its way to the validated pair already", () => {
    const bench = new PathBench();
    bench.input({ kind: "try", endpoint: DIRECT });
    expect(bench.input(validated, SWITCH_MS - 1)).toEqual([{ kind: "observe" }]);
    expect(bench.kinds(bench.input(validated, 1))).toContain("set 203.0.113.1:51820");
  });
});

// R-407 R-502
describe("a relayed peer", () => {
  it("is moved and pinned by the controlling end when a pair is validated", () => {
    const bench = new PathBench(true).relayed();
    expect(bench.input(validated, 100)).toEqual([
      { kind: "changed", from: "relayed", to: "checking", why: "a direct pair is validated" },
      { kind: "set-endpoint", endpoint: DIRECT, reset: false, pin: RELAY },
      { kind: "observe" },
      { kind: "probe", endpoint: DIRECT },
    ]);
  });

  it("is not pinned across address families, which no rewriting bridges", () => {
    const bench = new PathBench(true).relayed();
    const endpoint = { address: "2001:db8::1", port: 51_820 };
    expect(bench.input({ kind: "validated", endpoint }, 100)).toContainEqual({
      kind: "set-endpoint",
      endpoint,
      reset: false,
      pin: undefined,
    });
  });

  it("is watched, not moved, by the other end", () => {
    const bench = new PathBench(false).relayed();
    expect(bench.kinds(bench.input(validated, 100))).toEqual(["relayed > checking", "observe"]);
  });

  it("is direct when WireGuard roams and bytes come, and only then", () => {
    const bench = new PathBench(false).relayed();
    expect(bench.observe({ at: DIRECT }, 100)).toEqual([]);
    expect(bench.kinds(bench.observe({ received: 32n }, 100))).toContain("relayed > direct");
  });

  it("goes on over the other relay, and is still relayed while the peer uses the old one", () => {
    const bench = new PathBench().relayed();
    expect(bench.input({ kind: "relay-ready", leg: leg(2) }, 100)).toEqual([]);
    expect(bench.kinds(bench.input({ kind: "relay-gone", allocation: leg(1).allocation }, 100))).toEqual([
      "relayed > relayed",
      "set 192.0.2.1:40002",
      "observe",
    ]);
    expect(bench.observe({ at: RELAY, received: 100n }, 60)).toEqual([]);
    expect(bench.state.tag).toBe("relayed");
  });

  it("has no path when its relay is gone, and bytes that still come through that relay make none", () => {
    const bench = new PathBench().relayed();
    const gone: PathInput = { kind: "relay-gone", allocation: leg(1).allocation };
    expect(bench.kinds(bench.input(gone, 100))).toEqual(["relayed > none"]);
    bench.observe({ received: 100n }, 60);
    expect(bench.state.tag).toBe("none");
    bench.input({ kind: "relay-ready", leg: leg(2) });
    bench.observe({ at: RELAY, received: 100n }, 60);
    expect(bench.state.tag).toBe("relayed");
  });

  it("does not care for the end of an allocation that is not its own", () => {
    const bench = new PathBench().relayed();
    expect(bench.input({ kind: "relay-gone", allocation: leg(9).allocation })).toEqual([]);
  });

  it("does not let handshakes be tried elsewhere", () => {
    expect(new PathBench().relayed().input({ kind: "try", endpoint: DIRECT })).toEqual([]);
  });

  it("has no path when session and bytes have ended for three minutes, and not before", () => {
    const bench = new PathBench().relayed();
    const heardAt = bench.nowMs;
    bench.observe({ handshakeAgeMs: SESSION_MS }, heardAt + SESSION_MS - 1 - bench.nowMs);
    expect(bench.state.tag).toBe("relayed");
    expect(bench.kinds(bench.observe({}, 1))).toEqual(["relayed > none"]);
  });
});

//
describe("a switch", () => {
  it("is done for the controlling end when a probe of the new path was answered and WireGuard is there", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    expect(bench.kinds(bench.observe({ received: 500n }, 60))).toEqual(["observe"]);
    expect(bench.state.tag).toBe("checking");
    bench.input(consent, 5);
    expect(bench.kinds(bench.observe({}, 60))).toEqual(["checking > direct", "probe", "observe"]);
  });

  it("asks again where the probe was not answered", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    expect(bench.kinds(bench.observe({}, CONSENT_RETRY_MS - 1))).toEqual(["observe"]);
    expect(bench.kinds(bench.observe({}, 1))).toEqual(["probe", "observe"]);
  });

  it("takes no answer for another endpoint", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    bench.input({ kind: "consent", endpoint: OTHER_DIRECT, rttMs: 1 }, 5);
    bench.observe({}, 60);
    expect(bench.state.tag).toBe("checking");
  });

  it("is done for the other end when it was moved and bytes came", () => {
    const bench = new PathBench(false).relayed();
    bench.input(validated, 100);
    expect(bench.kinds(bench.observe({ received: 100n }, 60))).toEqual(["observe"]);
    expect(bench.kinds(bench.observe({ at: DIRECT, received: 32n }, 60))).toContain("checking > direct");
  });

  it("is made again where WireGuard is found on the relay, every 100 ms and eight times at most", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    expect(bench.kinds(bench.observe({ at: RELAY }, ASSERT_MS - 1))).toEqual(["observe"]);
    for (let asserts = 1; asserts < MAX_ASSERTS; asserts++) {
      const effects = bench.observe({ at: RELAY }, ASSERT_MS);
      expect(bench.kinds(effects)).toContain("set 203.0.113.1:51820");
    }
    expect(bench.kinds(bench.observe({ at: RELAY }, ASSERT_MS))).toEqual(["observe"]);
  });

  it("is given up after 2 s, back on the relay, with a pause that grows", () => {
    const bench = new PathBench().relayed();
    const pauses: number[] = [];
    for (let failure = 0; failure < 7; failure++) {
      bench.input(validated, 400_000);
      expect(bench.input(tick, SWITCH_MS - 1)).toEqual([]);
      for (const effect of bench.input(tick, 1))
        if (effect.kind === "direct-lost") pauses.push(effect.retryInMs);
      expect(bench.state.tag).toBe("relayed");
      bench.observe({ at: RELAY, received: 1n });
    }
    expect(pauses).toEqual([0, 2_000, 5_000, 15_000, 60_000, 300_000, 300_000]);
  });

  it("is not begun by the controlling end before its pause is over", () => {
    const bench = new PathBench().relayed();
    for (let failure = 0; failure < 2; failure++) {
      bench.input(validated, 100);
      bench.input(tick, SWITCH_MS);
    }
    expect(bench.input(validated, 1_999)).toEqual([{ kind: "direct-lost", endpoint: DIRECT, retryInMs: 1 }]);
    expect(bench.kinds(bench.input(validated, 1))).toContain("relayed > checking");
  });

  it("that the controlling end holds back is no failure of the other", () => {
    const bench = new PathBench(false).relayed();
    bench.input(validated, 100);
    expect(bench.kinds(bench.input(tick, SWITCH_MS))).toEqual(["checking > relayed"]);
    expect(bench.state.directFailures).toBe(0);
  });

  it("from nothing has the time of a handshake before it is given up", () => {
    const bench = new PathBench();
    bench.input(validated);
    expect(bench.input(tick, HANDSHAKE_MS - 1)).toEqual([]);
    expect(bench.kinds(bench.input(tick, 1))).toEqual(["checking > none", "direct-lost"]);
  });

  it("goes to the better pair when one is validated meanwhile", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    expect(bench.input(validated, ASSERT_MS)).toEqual([]);
    const effects = bench.input({ kind: "validated", endpoint: OTHER_DIRECT }, 1);
    expect(bench.kinds(effects)).toContain("set 203.0.113.2:51820");
  });

  it("goes on without the relay when that ends, and to nothing when it then fails", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    expect(bench.input({ kind: "relay-gone", allocation: leg(1).allocation })).toEqual([]);
    expect(bench.kinds(bench.input(tick, SWITCH_MS))).toEqual(["checking > none", "direct-lost"]);
  });
});

// R-407 R-502
describe("a direct path", () => {
  it("keeps the relay warm: a leg that comes or goes moves nothing", () => {
    const bench = new PathBench().direct();
    expect(bench.input({ kind: "relay-gone", allocation: leg(1).allocation })).toEqual([]);
    expect(bench.input({ kind: "relay-ready", leg: leg(2) })).toEqual([]);
    expect(bench.state.leg).toEqual(leg(2));
  });

  it("is probed every 15 s while it answers and nothing else flows", () => {
    const bench = new PathBench().direct();
    const probedAt = bench.nowMs;
    bench.input(tick, CONSENT_IDLE_MS);
    bench.input(consent, 20);
    expect((pathWakeAt(bench.state) ?? 0) - probedAt).toBe(2 * CONSENT_IDLE_MS);
  });

  it("is probed again 200 ms after a probe without an answer, or after one and a half round trips where that is longer", () => {
    const quick = new PathBench().direct();
    quick.input(tick, CONSENT_IDLE_MS);
    expect(pathWakeAt(quick.state)).toBe(quick.nowMs + CONSENT_RETRY_MS);
    const slow = new PathBench().direct();
    for (let i = 0; i < 60; i++) slow.input({ ...consent, rttMs: 350 }, 10);
    slow.input(tick, CONSENT_IDLE_MS);
    expect((pathWakeAt(slow.state) ?? 0) - slow.nowMs).toBeCloseTo(525, -1);
  });

  it("is not probed more often than that, however often it is asked", () => {
    const bench = new PathBench().direct();
    const before = bench.effects.length;
    for (let ms = 0; ms < 2_000; ms++) bench.input(ms % 10 === 0 ? consent : tick, 1);
    expect(bench.effects.length - before).toBeLessThanOrEqual(2_000 / CONSENT_RETRY_MS);
  });

  it("is dead after six probes without an answer, and the relay takes over", () => {
    const bench = new PathBench().direct();
    bench.input(tick, 500);
    const tookMs = tickUntilDead(bench);
    expect(tookMs).toBe((CONSENT_MISSES - 1) * CONSENT_RETRY_MS + CONSENT_RETRY_MS);
    expect(bench.state.tag).toBe("relayed");
    expect(bench.kinds(bench.effects.slice(-4).map(({ effect }) => effect))).toEqual([
      "direct > relayed",
      "set 192.0.2.1:40001",
      "observe",
      "direct-lost",
    ]);
  });

  it("is doubted after two probes without an answer, once", () => {
    const bench = new PathBench().direct();
    bench.input(tick, 500);
    const beganAt = bench.nowMs;
    tickUntilDead(bench);
    const doubts = bench.effects.filter(({ effect }) => effect.kind === "doubted");
    expect(doubts.map(({ atMs }) => atMs - beganAt)).toEqual([DOUBT_MISSES * CONSENT_RETRY_MS]);
  });

  it("is dead without a relay too: there is no path then, and the next is sought at once", () => {
    const bench = new PathBench().direct();
    bench.input({ kind: "relay-gone", allocation: leg(1).allocation });
    tickUntilDead(bench);
    expect(bench.state.tag).toBe("none");
    expect(bench.effects.at(-1)?.effect).toEqual({ kind: "direct-lost", endpoint: DIRECT, retryInMs: 0 });
  });

  it("is alive while bytes come on it, though no probe is answered", () => {
    const bench = new PathBench().direct();
    for (let i = 0; i < 500; i++) {
      bench.input(tick, CONSENT_RETRY_MS);
      if (i % 4 === 0) bench.observe({ received: 1n });
    }
    expect(bench.state.tag).toBe("direct");
  });

  it("is not kept alive by bytes that come through the relay", () => {
    const bench = new PathBench().direct();
    bench.input(tick, 500);
    for (let i = 0; i < 10 && bench.state.tag === "direct"; i++) {
      bench.input(tick, CONSENT_RETRY_MS);
      bench.observe({ at: RELAY, received: 100n });
    }
    expect(bench.state.tag).toBe("relayed");
  });

  it("follows the peer that roams, and asks the new endpoint at once", () => {
    const bench = new PathBench().direct();
    expect(bench.observe({ at: OTHER_DIRECT, received: 100n }, 500)).toEqual([
      { kind: "probe", endpoint: OTHER_DIRECT },
    ]);
    expect(bench.state).toMatchObject({ tag: "direct", endpoint: OTHER_DIRECT, rttMs: undefined });
    bench.input(consent, 10);
    expect(bench.state).toMatchObject({ rttMs: undefined });
  });

  it("forgets its failures when it has been stable for a minute, and not before", () => {
    const bench = new PathBench().relayed();
    bench.input(validated, 100);
    bench.input(tick, SWITCH_MS);
    bench.observe({ at: RELAY, received: 1n });
    bench.input(validated, 100);
    bench.input(consent, 20);
    bench.observe({}, 60);
    expect(bench.state).toMatchObject({ tag: "direct", directFailures: 1 });
    bench.input(consent, STABLE_MS - 1);
    expect(bench.state.directFailures).toBe(1);
    bench.input(consent, 1);
    expect(bench.state.directFailures).toBe(0);
  });

  it("ends where session and bytes have ended, though probes are answered", () => {
    const bench = new PathBench().direct();
    for (let ms = 0; ms < SESSION_MS; ms += CONSENT_MS) bench.input(consent, CONSENT_MS);
    bench.observe({ handshakeAgeMs: SESSION_MS });
    expect(bench.state.tag).toBe("relayed");
  });
});

//
describe("a direct path whose WireGuard is found on the relay", () => {
  it("is asked before anything is moved", () => {
    const bench = new PathBench().direct();
    expect(bench.kinds(bench.observe({ at: RELAY, received: 100n }, 1_000))).toEqual(["probe", "observe"]);
  });

  it("is taken back by the controlling end, pinned, when it answers", () => {
    const bench = new PathBench().direct();
    bench.observe({ at: RELAY, received: 100n }, 1_000);
    expect(bench.kinds(bench.observe({}, 60))).toEqual(["observe"]);
    bench.input(consent, 10);
    expect(bench.observe({}, 60)).toEqual([
      { kind: "set-endpoint", endpoint: DIRECT, reset: false, pin: RELAY },
      { kind: "observe" },
    ]);
  });

  it("is left to the relay after 2 s without an answer, as one direction may be dead", () => {
    const bench = new PathBench().direct();
    bench.observe({ at: RELAY, received: 100n }, 1_000);
    bench.observe({ received: 100n }, SWITCH_MS - 1);
    expect(bench.state.tag).toBe("direct");
    expect(bench.kinds(bench.observe({ received: 100n }, 1))).toEqual(["direct > relayed", "direct-lost"]);
  });

  it("waits at the other end for as long as the controlling one may need to notice", () => {
    const bench = new PathBench(false).direct();
    bench.observe({ at: RELAY, received: 100n }, 1_000);
    for (let ms = 0; ms < STRAY_MS - 1_000; ms += 1_000) {
      bench.input(consent, 1_000);
      bench.observe({ received: 100n });
    }
    expect(bench.state.tag).toBe("direct");
    bench.observe({ received: 100n }, 1_000);
    expect(bench.state.tag).toBe("relayed");
  });
});

//
describe("the path of a host that has moved", () => {
  it("has WireGuard told the endpoint that it has, so that it chooses its source anew and the peer hears of it", () => {
    expect(new PathBench().relayed().input(moved)).toEqual([
      { kind: "set-endpoint", endpoint: RELAY, reset: false, pin: undefined },
    ]);
    expect(new PathBench().direct().input(moved)).toEqual([
      { kind: "set-endpoint", endpoint: DIRECT, reset: false, pin: undefined },
      { kind: "probe", endpoint: DIRECT },
    ]);
    expect(new PathBench().input(moved)).toEqual([]);
  });

  it("is the relay's after three probes and half a second, which count as no failure of the direct one", () => {
    const bench = new PathBench().direct();
    bench.input(moved, 500);
    expect(tickUntilDead(bench)).toBe(Math.max(MOVED_DEATH_MS, MOVED_MISSES * CONSENT_RETRY_MS));
    expect(bench.state).toMatchObject({ tag: "relayed", directFailures: 0 });
    expect(bench.effects.at(-1)?.effect).toEqual({ kind: "direct-lost", endpoint: DIRECT, retryInMs: 0 });
  });

  it("gets no more time by moving again", () => {
    const bench = new PathBench().direct();
    bench.input(moved, 500);
    const diesAt = bench.nowMs + MOVED_MISSES * CONSENT_RETRY_MS;
    bench.input(tick, CONSENT_RETRY_MS);
    bench.input(moved, 100);
    tickUntilDead(bench);
    expect(bench.nowMs).toBe(diesAt);
  });

  it.each([
    ["an answered probe", (bench: PathBench) => bench.input(consent, 10)],
    ["a check", (bench: PathBench) => bench.input(validated, 10)],
  ])("is as sure as before after %s", (_, prove) => {
    const bench = new PathBench().direct();
    bench.input(moved, 500);
    prove(bench);
    expect(bench.state).toMatchObject({ tag: "direct", movedSince: undefined });
    bench.input(tick, CONSENT_IDLE_MS);
    expect(tickUntilDead(bench)).toBe(CONSENT_MISSES * CONSENT_RETRY_MS);
  });

  it("is no surer for bytes, which may have come before", () => {
    const bench = new PathBench().direct();
    bench.input(moved, 500);
    bench.observe({ received: 1n }, 10);
    expect(tickUntilDead(bench)).toBe(MOVED_MISSES * CONSENT_RETRY_MS - 10);
  });

  it("has the time of any other where there is no relay to go to", () => {
    const bench = new PathBench().direct();
    bench.input({ kind: "relay-gone", allocation: leg(1).allocation });
    bench.input(moved, 500);
    expect(tickUntilDead(bench)).toBe(CONSENT_MISSES * CONSENT_RETRY_MS);
  });
});

//
describe("a better pair beside a direct path", () => {
  const better: PathInput = { kind: "validated", endpoint: OTHER_DIRECT };

  it("is moved to by the controlling end, with what comes the old way pinned", () => {
    const bench = new PathBench().direct();
    expect(bench.input(better, 500)).toEqual([
      { kind: "set-endpoint", endpoint: OTHER_DIRECT, reset: false, pin: DIRECT },
      { kind: "observe" },
      { kind: "probe", endpoint: OTHER_DIRECT },
    ]);
    expect(bench.state).toMatchObject({ tag: "direct", endpoint: OTHER_DIRECT });
  });

  it("is left to the controlling end by the other, which follows by roaming", () => {
    const bench = new PathBench(false).direct();
    expect(bench.input(better, 500)).toEqual([]);
    expect(bench.state).toMatchObject({ tag: "direct", endpoint: DIRECT });
  });
});

const endpoints = fc.constantFrom<Endpoint>(DIRECT, OTHER_DIRECT, RELAY, leg(2).endpoint);
type Look = { readonly kind: "look" } & Parameters<PathBench["observe"]>[0];

const kind = <Kind extends string>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);
const direct = fc.constantFrom(DIRECT, OTHER_DIRECT);
const input: fc.Arbitrary<PathInput | Look> = fc.oneof(
  fc.constant(tick),
  fc.record({ kind: kind("validated"), endpoint: direct }),
  fc.record({ kind: kind("consent"), endpoint: direct, rttMs: fc.constantFrom(20, 300) }),
  fc.record({ kind: kind("relay-gone"), allocation: fc.constantFrom(leg(1).allocation, leg(2).allocation) }),
  fc.record(
    {
      kind: kind("look"),
      at: endpoints,
      received: fc.constantFrom(0n, 100n),
      handshakeAgeMs: fc.constantFrom(10, 100_000, 200_000),
    },
    { requiredKeys: ["kind"] },
  ),
);
const event = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 3_000 })),
  input,
});

function play(bench: PathBench, input: PathInput | Look, afterMs: number): void {
  if (input.kind === "look") bench.observe(input, afterMs);
  else bench.input(input, afterMs);
}

//
describe("whatever WireGuard, the checks and the relay do", () => {
  const events = fc.array(event, { maxLength: 300 });

  it("WireGuard is moved at most a dozen times in any second", () => {
    fc.assert(
      fc.property(fc.boolean(), events, (controlling, events) => {
        const bench = new PathBench(controlling).relayed();
        for (const { input, afterMs } of events) play(bench, input, afterMs);
        const moves = bench.effects.flatMap(({ atMs, effect }) =>
          effect.kind === "set-endpoint" ? [atMs] : [],
        );
        for (const [index, atMs] of moves.entries()) {
          expect(moves.slice(index).filter((later) => later - atMs < 1_000).length).toBeLessThanOrEqual(12);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a silent path is called dead only after misses and silence both", () => {
    fc.assert(
      fc.property(fc.boolean(), events, (controlling, events) => {
        const bench = new PathBench(controlling).direct();
        for (const { input, afterMs } of events) {
          const before = bench.state;
          play(bench, input, afterMs);
          const { effect } = bench.effects.findLast(({ effect }) => effect.kind === "changed") ?? {};
          if (before.tag !== "direct" || bench.state.tag === "direct") continue;
          if (effect?.kind !== "changed" || effect.why !== "the direct path is silent") continue;
          expect(before.unanswered).toBeGreaterThanOrEqual(CONSENT_MISSES);
          expect(bench.nowMs - before.aliveAt).toBeGreaterThanOrEqual(DEATH_MS);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a peer whose bytes keep coming on the direct path is never called dead", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: DEATH_MS - 1 }), { maxLength: 300 }), (gaps) => {
        const bench = new PathBench().direct();
        for (const gap of gaps) {
          for (let ms = 0; ms < gap; ms += 50) bench.input(tick, Math.min(50, gap - ms));
          bench.observe({ received: 1n });
          expect(bench.state.tag).toBe("direct");
        }
      }),
    );
  });

  it("the machine never asks to be woken in the past of its own last step", () => {
    fc.assert(
      fc.property(fc.boolean(), events, fc.nat(20), (controlling, events, movesEach) => {
        const bench = new PathBench(controlling);
        bench.input({ kind: "relay-ready", leg: leg(1) });
        for (const [index, { input, afterMs }] of events.entries()) {
          play(bench, index % (movesEach + 2) === 0 ? moved : input, afterMs);
          bench.input(tick);
          expect(pathWakeAt(bench.state) ?? Infinity).toBeGreaterThan(bench.nowMs);
        }
      }),
      { numRuns: 300 },
    );
  });
});
