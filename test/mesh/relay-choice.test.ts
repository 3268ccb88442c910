import { describe, expect, it } from "vitest";
import { RelayChoice, type RelayChoiceParts, type RelayWishes } from "../../agent/mesh/relay-choice.ts";
import { RelayHealth } from "../../agent/relay/client/relay-health.ts";
import { score } from "../../cache/score.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { RelayAnnouncement } from "../../protocol/record.ts";
import { announced, NOW, RELAY, testHost } from "../registry/network.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { rosterOf } from "./samples.ts";

const [SELF, PEER, ANN, BOB] = [1, 2, 3, 4].map((n) => testHost(n).id) as [
  MemberId,
  MemberId,
  MemberId,
  MemberId,
];

/** As often as it takes to be believed. */
function measure(health: RelayHealth, relay: MemberId, rttMs: number): void {
  for (let sample = 0; sample < 3; sample++) health.answered(relay, rttMs);
}

/** Host 1 chooses for host 2 among the volunteers 3 and 4, called m3 and m4. */
class Bench {
  readonly clock = new FakeClock();
  readonly health = new RelayHealth(this.clock);
  wishes: RelayWishes = { pin: [], ban: [] };
  readonly draining = new Set<MemberId>();
  readonly heldBack = new Set<MemberId>();
  readonly tried = new Map<MemberId, "success" | "failure">();
  readonly choice: RelayChoice;

  constructor(parts: Partial<RelayChoiceParts> = {}, ann: Partial<RelayAnnouncement> = {}) {
    const volunteers = [announced({ ...RELAY, ...ann }, testHost(3)), announced(RELAY, testHost(4))];
    const roster = rosterOf([1, 2, 3, 4], ...volunteers);
    this.choice = new RelayChoice({
      self: SELF,
      clock: this.clock,
      cache: {
        relaysTried: (peer) => (peer === PEER ? [...this.tried.keys()] : []),
        relayOrder: (peer, relays) =>
          relays.map((relay) => {
            const lastOutcome = peer === PEER ? this.tried.get(relay as MemberId) : undefined;
            const successes = lastOutcome === "success" ? 1 : 0;
            const experience = { attempts: 1, successes, lastOutcome, firstSeenAt: NOW, lastSeenAt: NOW };
            const basis = lastOutcome === undefined ? ("untried" as const) : ("this-peer" as const);
            return { relay, basis, score: score("relay", experience, NOW) };
          }),
      },
      health: this.health,
      roster: () => roster,
      region: "",
      wishes: () => this.wishes,
      isReachable: () => true,
      isDraining: (relay) => this.draining.has(relay),
      isHeldBack: (_, relay) => this.heldBack.has(relay),
      ...parts,
    });
  }

  /** What stands against it. */
  barOf(relay: MemberId): string | undefined {
    return this.choice.explain(PEER).find(({ facts }) => facts.relay === relay)?.facts.bar;
  }

  rtts(relay: MemberId, own: number, peers: number): void {
    measure(this.health, relay, own);
    this.choice.onPeerRtts(PEER, [{ relay, rttMs: peers }]);
  }
}

//
describe("the choice of a relay to a peer", () => {
  it("is among all volunteers but the two ends", () => {
    const { choice } = new Bench();
    expect(new Set(choice.order(PEER))).toEqual(new Set([ANN, BOB]));
    expect(choice.order(ANN)).toEqual([BOB]);
  });

  //
  it("for a spare leaves out who is 80 % full, so that pairs without any relay find one", () => {
    const load = (full: number): RelayChoice => new Bench({}, { load: full }).choice;
    expect(new Set(load(0.7).orderForSpare(PEER))).toEqual(new Set([ANN, BOB]));
    expect(load(0.8).orderForSpare(PEER)).toEqual([BOB]);
    expect(new Set(load(0.8).order(PEER))).toEqual(new Set([ANN, BOB]));
  });

  it("adds the peer's round trips to our own, as it told them last", () => {
    const bench = new Bench();
    for (const relay of [ANN, BOB]) bench.health.answered(relay, 10);
    bench.choice.onPeerRtts(PEER, [
      { relay: ANN, rttMs: 200 },
      { relay: BOB, rttMs: 10 },
    ]);
    expect(bench.choice.order(PEER)).toEqual([BOB, ANN]);
    bench.choice.onPeerRtts(PEER, [{ relay: BOB, rttMs: 300 }]);
    expect(bench.choice.order(PEER)).toEqual([ANN, BOB]);
    bench.choice.retain((id) => id !== PEER);
    expect(bench.choice.explain(PEER).map(({ facts }) => facts.peerRttMs)).toEqual([undefined, undefined]);
  });

  it("leaves behind what failed with this peer, and who does not answer", async () => {
    const failed = new Bench();
    failed.tried.set(ANN, "failure");
    expect(failed.choice.order(PEER)).toEqual([BOB, ANN]);
    const silent = new Bench();
    silent.health.answered(BOB, 20);
    await silent.clock.advance(1);
    silent.health.missed(BOB);
    silent.health.answered(ANN, 20);
    expect(silent.choice.order(PEER)).toEqual([ANN, BOB]);
  });

  //
  it.each([
    ["serves others only", { allow: ["somebody"] }, "not-allowed"],
    ["serves one end by name", { allow: ["m2"] }, undefined],
    ["serves one end by its role", { allow: ["role:admin"] }, undefined],
    ["does not say whom it serves", { allow: [] }, undefined],
    ["is out of its hours", { closed: true }, "closed"],
    ["announced that it stops", { draining: true }, "draining"],
  ])("heeds what a volunteer announces: it %s", (_, announcement, bar) => {
    expect(new Bench({}, announcement).barOf(ANN)).toBe(bar);
  });

  it("passes over who told that it stops, and whom no packet reaches", () => {
    const bench = new Bench({ isReachable: (relay) => relay === ANN });
    expect(bench.choice.order(PEER)).toEqual([ANN]);
    bench.draining.add(ANN);
    bench.choice.refresh();
    expect([bench.choice.order(PEER), bench.barOf(ANN), bench.barOf(BOB)]).toEqual([
      [],
      "draining",
      "unreachable",
    ]);
  });

  it("tells peers what was measured here, the nearest first", () => {
    const bench = new Bench();
    measure(bench.health, ANN, 30);
    measure(bench.health, BOB, 10);
    expect(bench.choice.ownRtts).toEqual([
      { relay: BOB, rttMs: 10 },
      { relay: ANN, rttMs: 30 },
    ]);
  });
});

describe("what the operator wishes", () => {
  it.each([
    ["by name", "m4"],
    ["by id", BOB],
    ["for this peer by name", "m2=m4"],
    ["for this peer by id", `${PEER}=${BOB}`],
  ])("pins a relay %s", (_, entry) => {
    const bench = new Bench();
    measure(bench.health, BOB, 500);
    bench.wishes = { pin: [entry], ban: [] };
    expect(bench.choice.order(PEER)).toEqual([BOB, ANN]);
  });

  it("bans a relay for one peer, or for all", () => {
    const bench = new Bench();
    bench.wishes = { pin: ["m4"], ban: ["m2=m4", "m9=m3"] };
    expect(bench.choice.order(PEER)).toEqual([ANN]);
    expect([bench.choice.isBanned(PEER, BOB), bench.choice.isBanned(ANN, BOB)]).toEqual([true, false]);
    bench.wishes = { pin: [], ban: ["m3"] };
    expect(bench.choice.isBanned(BOB, ANN)).toBe(true);
  });
});

describe("a relay that carries a path", () => {
  it("is second choice beside another leg that is much better, both measured at both ends", () => {
    const bench = new Bench();
    measure(bench.health, ANN, 60);
    measure(bench.health, BOB, 20);
    const isSecond = (): boolean => bench.choice.isSecondChoice(PEER, ANN, [ANN, BOB]);
    expect(isSecond()).toBe(false);
    bench.choice.onPeerRtts(PEER, [
      { relay: ANN, rttMs: 60 },
      { relay: BOB, rttMs: 20 },
    ]);
    expect(isSecond()).toBe(true);
    expect(bench.choice.isSecondChoice(PEER, ANN, [ANN])).toBe(false);
    expect(bench.choice.isSecondChoice(PEER, BOB, [ANN, BOB])).toBe(false);
  });

  it("is second choice to a pinned one, unless that has just refused", () => {
    const bench = new Bench();
    bench.wishes = { pin: ["m4"], ban: [] };
    expect(bench.choice.isSecondChoice(PEER, ANN, [ANN])).toBe(true);
    expect(bench.choice.isSecondChoice(PEER, BOB, [BOB])).toBe(false);
    bench.heldBack.add(BOB);
    expect(bench.choice.isSecondChoice(PEER, ANN, [ANN])).toBe(false);
  });
});

//
describe("what was measured of a volunteer", () => {
  it("is what its answers say: silent after a miss, dead for a minute after a leg was given up", async () => {
    const clock = new FakeClock();
    const health = new RelayHealth(clock);
    expect(health.of(ANN)).toEqual({ rttMs: undefined, loss: undefined, state: "unknown" });
    measure(health, ANN, 20);
    await clock.advance(1);
    health.missed(ANN);
    expect(health.of(ANN)).toEqual({ rttMs: 20, loss: 0, state: "silent" });
    health.died(ANN);
    expect(health.of(ANN).state).toBe("dead");
    await clock.advance(59_999);
    expect(health.of(ANN).state).toBe("dead");
    await clock.advance(1);
    expect(health.of(ANN).state).toBe("silent");
    health.answered(ANN, 36);
    expect(health.of(ANN).state).toBe("answers");
  });

  it("counts no loss for one round trip of many, and one for those of a relay that keeps losing", () => {
    const lossOf = (everyNth: number): number => {
      const health = new RelayHealth(new FakeClock());
      for (let trip = 1; trip <= 200; trip++)
        if (trip % everyNth === 0) health.missed(ANN);
        else health.answered(ANN, 20);
      return health.of(ANN).loss ?? NaN;
    };
    expect(lossOf(200)).toBe(0);
    expect(lossOf(10)).toBeLessThan(0.06);
    expect(lossOf(5)).toBeGreaterThan(0.06);
    expect(lossOf(2)).toBeGreaterThan(0.3);
  });

  it("is no less than 30 ms before the third round trip: one of a host that is just starting says that little", () => {
    const health = new RelayHealth(new FakeClock());
    const shown = [1, 9, 2].map((rttMs) => {
      health.answered(ANN, rttMs);
      return health.of(ANN).rttMs;
    });
    expect(shown).toEqual([30, 30, 1]);
    health.answered(BOB, 140);
    expect(health.of(BOB).rttMs).toBe(140);
  });

  it("is no less than 100 ms where this host was too late to see the answer when it came, until it has measured otherwise", () => {
    const health = new RelayHealth(new FakeClock());
    for (let i = 0; i < 4; i++) health.answered(ANN, 12, true);
    health.answered(BOB, 140, true);
    expect([ANN, BOB].map((relay) => health.of(relay).rttMs)).toEqual([100, 140]);
    for (let i = 0; i < 3; i++) health.answered(ANN, 14);
    health.answered(ANN, 90, true);
    expect(health.of(ANN).rttMs).toBe(14);
  });

  it("is the least of the last eight round trips and of eight minutes: more is what a start or a queue added", async () => {
    const clock = new FakeClock();
    const health = new RelayHealth(clock);
    for (const rttMs of [300, 20, 60]) health.answered(ANN, rttMs);
    expect(health.of(ANN).rttMs).toBe(20);
    for (let i = 0; i < 7; i++) health.answered(ANN, 50);
    expect(health.of(ANN).rttMs).toBe(50);
    for (let minutes = 0; minutes < 3; minutes++) {
      await clock.advance(160_000);
      health.answered(ANN, 70);
      expect(health.of(ANN).rttMs).toBe(50);
    }
    await clock.advance(1);
    expect(health.of(ANN).rttMs).toBe(70);
  });

  it("is forgotten three minutes after the last of it, and where this host has moved", async () => {
    const clock = new FakeClock();
    const health = new RelayHealth(clock);
    health.answered(ANN, 20);
    await clock.advance(180_001);
    health.answered(BOB, 20);
    expect(health.of(ANN).rttMs).toBeUndefined();
    health.forgetAll();
    expect(health.of(BOB).rttMs).toBeUndefined();
  });
});
