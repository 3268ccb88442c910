import { describe, expect, it } from "vitest";
import type { Candidate } from "../../agent/nat/candidate.ts";
import { ROUND_MS } from "../../agent/nat/check-list.ts";
import { HANDSHAKE_STEP_MS, NatTraverse, type NatEffect } from "../../agent/nat/traverse.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { at, endpoint, host, OTHER_PEER, PEER, reflexive } from "./samples.ts";

type Timed = NatEffect & { readonly atMs: number };

function run(traverse: NatTraverse, fromMs: number, untilMs: number): readonly Timed[] {
  const effects: Timed[] = [];
  for (let now = fromMs; now <= untilMs;) {
    effects.push(...traverse.step(at(now)).map((effect) => ({ ...effect, atMs: now })));
    const wakeAt = traverse.wakeAt();
    if (wakeAt === undefined) break;
    expect(wakeAt).toBeGreaterThan(now);
    now = wakeAt;
  }
  return effects;
}

const timesOf = (effects: readonly Timed[], kind: NatEffect["kind"]): readonly number[] =>
  effects.flatMap((effect) => (effect.kind === kind ? [effect.atMs] : []));

/** Heard and answered on the pair. */
function reach(traverse: NatTraverse, number: number, nowMs: number): void {
  traverse.onCheckRequest(PEER, endpoint(number), false, at(nowMs));
  traverse.onCheckAnswer(PEER, endpoint(number), 5, at(nowMs));
}

//
describe("a traversal", () => {
  it("is finished when no peer remains, and is not while one does", () => {
    const traverse = new NatTraverse("checks");
    expect(traverse.isFinished()).toBe(true);
    traverse.add(PEER, [], at(0));
    traverse.add(OTHER_PEER, [], at(0));
    traverse.markConnected(PEER);
    expect(traverse.remaining()).toEqual([OTHER_PEER]);
    expect(traverse.isFinished()).toBe(false);
    traverse.remove(OTHER_PEER);
    expect(traverse.isFinished()).toBe(true);
    expect(traverse.wakeAt()).toBeUndefined();
  });

  it("adds a peer once: what has begun goes on", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    run(traverse, 0, 0);
    traverse.add(PEER, [host(1)], at(1));
    expect(traverse.step(at(1))).toEqual([]);
  });

  it("signals at once and then after 1, 3, 10, 30, 60 and for ever every 300 s", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    const times = timesOf(run(traverse, 0, 1_000_000), "signal");
    expect(times.map((ms) => ms / 1_000)).toEqual([0, 1, 4, 14, 44, 104, 404, 704]);
  });

  it("checks each pair of fifty peers of which none answers, one in 50 ms after a burst, and none more than thrice as often as another", () => {
    const traverse = new NatTraverse("checks");
    const peers = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(32, "0") as MemberId);
    for (const peer of peers) {
      traverse.add(peer, [], at(0));
      traverse.setCandidates(peer, [host(1), host(2), reflexive(3)], "at-once", at(0));
    }
    const checks = run(traverse, 0, ROUND_MS).filter(({ kind }) => kind === "send-check");
    expect(checks.length).toBeLessThanOrEqual(100 + ROUND_MS / 50);
    expect(checks.length).toBeGreaterThan(190);
    const counts = peers.map((peer) => checks.filter((check) => check.peer === peer).length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...counts)).toBeLessThanOrEqual(9);
  });

  it("begins with eight of fifty peers at once, and with the next one as soon as one of them is reached or cannot be signalled to", () => {
    const traverse = new NatTraverse("checks");
    const peers = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(32, "0") as MemberId);
    for (const peer of peers) traverse.add(peer, [], at(0));
    const signalledTo = (nowMs: number): readonly MemberId[] =>
      traverse.step(at(nowMs)).flatMap(({ kind, peer }) => (kind === "signal" ? [peer] : []));
    expect(signalledTo(0)).toEqual(peers.slice(0, 8));
    expect(peers.filter((peer) => traverse.hasBegun(peer))).toEqual(peers.slice(0, 8));
    for (const peer of peers.slice(0, 3)) traverse.markConnected(peer);
    for (const peer of peers.slice(3, 5)) traverse.signalLost(peer);
    for (const peer of peers.slice(5, 6)) traverse.resetAttempts(peer);
    expect(signalledTo(100)).toEqual(peers.slice(8, 14));
    expect(traverse.wakeAt()).toBe(1_000);
  });

  it("checks where somebody says that a peer is once it is that peer's turn, and at once after that", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(1_000));
    traverse.onHint(PEER, endpoint(1), at(0));
    expect(traverse.step(at(0))).toEqual([]);
    expect(traverse.step(at(1_000))).toContainEqual({ kind: "send-check", peer: PEER, to: endpoint(1) });
    traverse.onHint(PEER, endpoint(2), at(1_010));
    expect(traverse.step(at(1_010))).toContainEqual({ kind: "send-check", peer: PEER, to: endpoint(2) });
  });

  it("has had a turn with each of fifty peers that never answer within 19 s", () => {
    const traverse = new NatTraverse("checks");
    const peers = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(32, "0") as MemberId);
    for (const peer of peers) traverse.add(peer, [], at(0));
    const signals = run(traverse, 0, 19_000).filter(({ kind }) => kind === "signal");
    expect(new Set(signals.map(({ peer }) => peer)).size).toBe(50);
  });

  it("begins with four at once while the host is busy, and asks none again for 15 s", () => {
    const traverse = new NatTraverse("checks");
    const peers = Array.from({ length: 5 }, (_, index) => index.toString(16).padStart(32, "0") as MemberId);
    for (const peer of peers) traverse.add(peer, [], at(0));
    expect(traverse.step(at(0), true)).toHaveLength(4);
    expect(traverse.wakeAt(true)).toBe(3_000);
    expect(traverse.step(at(3_000), true)).toHaveLength(1);
    expect(traverse.step(at(14_999), true)).toEqual([]);
    expect(traverse.step(at(15_000), true)).toHaveLength(4);
  });

  it("checks what is remembered without waiting for a signal's answer", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1)], at(0));
    expect(traverse.step(at(0))).toEqual([
      { kind: "signal", peer: PEER },
      { kind: "send-check", peer: PEER, to: endpoint(1) },
    ]);
  });

  it("checks the peer's candidates as soon as they are known", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    run(traverse, 0, 0);
    traverse.setCandidates(PEER, [reflexive(2)], "at-once", at(70));
    expect(traverse.wakeAt()).toBe(70);
    expect(traverse.step(at(70))).toEqual([{ kind: "send-check", peer: PEER, to: endpoint(2) }]);
  });

  //
  it("opens its NAT for a peer that may not have begun, and checks when the peer has answered", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    run(traverse, 0, 0);
    traverse.setCandidates(PEER, [reflexive(2)], "opening", at(70));
    expect(traverse.step(at(70))).toEqual([{ kind: "send-opener", peer: PEER, to: endpoint(2) }]);
    expect(timesOf(run(traverse, 71, 300), "send-check")).toEqual([]);
    traverse.setCandidates(PEER, [reflexive(2)], "at-once", at(301));
    expect(traverse.step(at(301))).toEqual([{ kind: "send-check", peer: PEER, to: endpoint(2) }]);
  });

  //
  it("opens its NAT again with every signal of its own, since the peer may have begun anew", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    traverse.step(at(0));
    traverse.setCandidates(PEER, [reflexive(2)], "at-once", at(70));
    run(traverse, 70, 999);
    expect(traverse.step(at(1_000)).map(({ kind }) => kind)).toEqual(["signal", "send-opener"]);
  });

  it("reports a pair that carries packets both ways, and ends the peer's checks when it is connected", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1)], at(0));
    run(traverse, 0, 0);
    reach(traverse, 1, 10);
    expect(run(traverse, 10, 40)).toContainEqual({
      kind: "validated",
      peer: PEER,
      candidate: host(1),
      rttMs: 5,
      atMs: 30,
    });
    traverse.markConnected(PEER);
    expect(traverse.wakeAt()).toBeUndefined();
    expect(traverse.step(at(100_000))).toEqual([]);
  });

  it("tells what a failed round had tried", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1)], at(0));
    run(traverse, 0, 4_000);
    const effects = run(traverse, 4_001, 4_000 + ROUND_MS);
    expect(effects).toContainEqual({
      kind: "round-failed",
      peer: PEER,
      tried: [host(1)],
      atMs: 4_000 + ROUND_MS,
    });
  });

  it("begins anew with a signal when a connection is lost, after the pause it is told", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1)], at(0));
    traverse.markConnected(PEER);
    traverse.markLost(PEER, at(50_000), 2_000);
    expect(traverse.remaining()).toEqual([PEER]);
    expect(traverse.step(at(51_999))).toEqual([]);
    expect(traverse.step(at(52_000))).toContainEqual({ kind: "signal", peer: PEER });
  });

  it("begins the schedule of signals anew when told to, for one peer or for all", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    traverse.add(OTHER_PEER, [], at(0));
    run(traverse, 0, 50_000);
    traverse.restart(at(50_000), PEER);
    expect(timesOf(run(traverse, 50_000, 60_000), "signal")).toEqual([50_000, 51_000, 54_000]);
    traverse.restart(at(60_000));
    expect(
      traverse
        .step(at(60_000))
        .map(({ peer }) => peer)
        .toSorted(),
    ).toEqual([PEER, OTHER_PEER]);
  });

  it("counts how often a peer was tried over all its rounds, until it is connected or reached otherwise", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1), reflexive(2)], at(0));
    run(traverse, 0, 60);
    expect(traverse.attempts(PEER)).toBe(2);
    run(traverse, 150, 160);
    expect(traverse.attempts(PEER)).toBe(3);
    traverse.resetAttempts(PEER);
    expect(traverse.attempts(PEER)).toBe(0);
    run(traverse, 350, 360);
    expect(traverse.attempts(PEER)).toBe(1);
    run(traverse, 650, 1_000);
    expect(traverse.attempts(PEER)).toBeGreaterThan(2);
    traverse.markConnected(PEER);
    expect(traverse.attempts(PEER)).toBe(0);
  });

  it("answers a connected peer's check with one of its own, which that peer must hear, once a second at most", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    traverse.markConnected(PEER);
    const check = [{ kind: "send-check", peer: PEER, to: endpoint(5) }];
    traverse.onCheckRequest(PEER, endpoint(5), false, at(10));
    expect(traverse.wakeAt()).toBe(10);
    expect(traverse.step(at(10))).toEqual(check);
    traverse.onCheckRequest(PEER, endpoint(5), false, at(1_009));
    expect(traverse.wakeAt()).toBeUndefined();
    traverse.onCheckRequest(PEER, endpoint(5), false, at(1_010));
    expect(traverse.step(at(1_010))).toEqual(check);
    expect(traverse.isFinished()).toBe(true);
  });

  it("answers no check with one of its own by which a connected peer keeps the pair", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [], at(0));
    traverse.markConnected(PEER);
    traverse.onCheckRequest(PEER, endpoint(5), true, at(10));
    expect(traverse.wakeAt()).toBeUndefined();
  });

  it("knows nothing of a peer that was never added", () => {
    new NatTraverse("checks").setMoved(PEER, [host(1)], "at-once", at(0));
    const traverse = new NatTraverse("checks");
    traverse.setCandidates(PEER, [host(1)], "at-once", at(0));
    reach(traverse, 1, 0);
    traverse.markLost(PEER, at(0));
    expect(traverse.step(at(0))).toEqual([]);
    expect(traverse.has(PEER)).toBe(false);
    expect(traverse.attempts(PEER)).toBe(0);
  });
});

//
describe("a traversal after a move", () => {
  function connected(...candidates: readonly Candidate[]): NatTraverse {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, candidates, at(0));
    traverse.markConnected(PEER);
    return traverse;
  }

  it("of this host tells every peer and checks all pairs again, also beside a connection, for a round", () => {
    const traverse = connected(host(1));
    traverse.recheckAll(at(1_000));
    expect(traverse.isFinished()).toBe(true);
    const effects = run(traverse, 1_000, 60_000);
    expect(timesOf(effects, "signal")).toEqual([1_000, 2_000, 5_000]);
    expect(timesOf(effects, "send-check").length).toBeGreaterThan(10);
    // Nothing has failed: there is a connection.
    expect(timesOf(effects, "round-failed")).toEqual([]);
    expect(traverse.wakeAt()).toBeUndefined();
  });

  it("reports the pair that works, and has done with it when the connection is found to use it", () => {
    const traverse = connected(host(1));
    traverse.recheckAll(at(1_000));
    run(traverse, 1_000, 1_000);
    reach(traverse, 1, 1_010);
    expect(run(traverse, 1_010, 1_040)).toContainEqual(
      expect.objectContaining({ kind: "validated", candidate: host(1) }),
    );
    traverse.markWorking(PEER, endpoint(9));
    expect(traverse.wakeAt()).toBeDefined();
    traverse.markWorking(PEER, endpoint(1));
    expect(traverse.wakeAt()).toBeUndefined();
  });

  it("of this host believes no answer from before", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1)], at(0));
    run(traverse, 0, 0);
    reach(traverse, 1, 10);
    run(traverse, 10, 100);
    traverse.recheckAll(at(100));
    expect(timesOf(run(traverse, 100, 140), "validated")).toEqual([]);
    traverse.onCheckAnswer(PEER, endpoint(1), 5, at(145));
    expect(timesOf(run(traverse, 145, 200), "validated")).toEqual([165]);
  });

  it("of the peer checks its new candidates beside the connection, and leaves the signals to it", () => {
    const traverse = connected(host(1));
    traverse.setMoved(PEER, [host(2)], "at-once", at(1_000));
    const effects = run(traverse, 1_000, 60_000);
    expect(timesOf(effects, "signal")).toEqual([]);
    expect(effects[0]).toEqual({ kind: "send-check", peer: PEER, to: endpoint(2), atMs: 1_000 });
    expect(effects.at(-1)?.atMs).toBeLessThan(1_000 + ROUND_MS);
  });

  it("goes on with what a lost connection needs", () => {
    const traverse = connected(host(1));
    traverse.recheckAll(at(1_000));
    run(traverse, 1_000, 1_400);
    traverse.markLost(PEER, at(1_500));
    expect(traverse.remaining()).toEqual([PEER]);
    expect(timesOf(run(traverse, 1_500, 1_500), "signal")).toEqual([1_500]);
  });

  it("leaves a connection alone where nothing can be checked", () => {
    const traverse = new NatTraverse("handshakes");
    traverse.add(PEER, [host(1)], at(0));
    traverse.markConnected(PEER);
    traverse.recheckAll(at(1_000));
    traverse.setMoved(PEER, [host(2)], "at-once", at(1_000));
    expect(traverse.step(at(1_000))).toEqual([]);
  });
});

describe("a connection that a better pair may replace", () => {
  it("leaves it a second from the first answer, and no more", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1), reflexive(2)], at(0));
    run(traverse, 0, 0);
    reach(traverse, 2, 10);
    run(traverse, 10, 40);
    traverse.markConnected(PEER);
    const effects = run(traverse, 41, 10_000);
    expect(new Set(effects.map(({ kind }) => kind))).toEqual(new Set(["send-check"]));
    expect(effects).not.toContainEqual(expect.objectContaining({ to: endpoint(2) }));
    expect(effects.at(-1)?.atMs).toBeLessThan(1_010);
    expect(traverse.wakeAt()).toBeUndefined();
  });

  it("gives way to the LAN's, whose first checks were lost to ARP", () => {
    const traverse = new NatTraverse("checks");
    traverse.add(PEER, [host(1), reflexive(2)], at(0));
    run(traverse, 0, 0);
    reach(traverse, 2, 10);
    run(traverse, 10, 40);
    traverse.markConnected(PEER);
    reach(traverse, 1, 400);
    expect(run(traverse, 400, 500)).toContainEqual(
      expect.objectContaining({ kind: "validated", candidate: host(1) }),
    );
  });
});

//
describe("a traversal without nftables", () => {
  it("tries one candidate every 5 s, round and round, and sends no check", () => {
    const traverse = new NatTraverse("handshakes");
    traverse.add(PEER, [host(1), reflexive(2)], at(0));
    const effects = run(traverse, 0, 3 * HANDSHAKE_STEP_MS);
    expect(
      effects.flatMap((effect) =>
        effect.kind === "try-endpoint" ? [`${effect.atMs} ${effect.candidate.kind}`] : [],
      ),
    ).toEqual(["0 host", "5000 server-reflexive", "10000 host", "15000 server-reflexive"]);
    expect(timesOf(effects, "send-check")).toEqual([]);
    expect(traverse.attempts(PEER)).toBe(4);
  });

  it("begins with the best of new candidates, but not before WireGuard would send", () => {
    const traverse = new NatTraverse("handshakes");
    traverse.add(PEER, [reflexive(2)], at(0));
    run(traverse, 0, 0);
    traverse.setCandidates(PEER, [reflexive(3), host(1)], "at-once", at(100));
    expect(timesOf(run(traverse, 100, HANDSHAKE_STEP_MS - 1), "try-endpoint")).toEqual([]);
    expect(traverse.step(at(HANDSHAKE_STEP_MS))).toEqual([
      { kind: "try-endpoint", peer: PEER, candidate: host(1) },
    ]);
  });
});
