import { describe, expect, it } from "vitest";
import { placesOf, rankRelays, turnOf, type RelayFacts } from "../../../agent/relay/client/selection.ts";
import type { Random } from "../../../agent/random.ts";
import { memberIdOf, type MemberId } from "../../../protocol/ids.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const relay = (digit: string): MemberId => digit.repeat(32) as MemberId;

function facts(digit: string, change: Partial<RelayFacts> = {}): RelayFacts {
  return {
    relay: relay(digit),
    ownRttMs: 20,
    peerRttMs: 20,
    loss: 0,
    health: "answers",
    load: 0,
    bandwidthBps: 0,
    forwarder: "kernel",
    isSameRegion: true,
    experience: { basis: "untried" },
    isPinned: false,
    bar: undefined,
    ...change,
  };
}

/** "1 2": those that are asked, in their order. */
function order(all: readonly RelayFacts[], turn = 0): string {
  const asked = rankRelays(all, turn).filter(({ place }) => place !== undefined);
  return asked.map(({ facts: { relay } }) => relay.slice(0, 1)).join(" ");
}

//
describe("the order of volunteers for a peer", () => {
  const WORSE: readonly (readonly [what: string, change: Partial<RelayFacts>])[] = [
    ["is farther from us", { ownRttMs: 60 }],
    ["is farther from the peer", { peerRttMs: 60 }],
    ["loses packets", { loss: 0.05 }],
    ["does not answer us", { health: "silent" }],
    ["is nearly full", { load: 0.95 }],
    ["gives less than a video call needs", { bandwidthBps: 2e6 }],
    [
      "failed with this peer today",
      { experience: { basis: "this-peer", success: 1 / 3, lastOutcome: 0.5, recency: 1 } },
    ],
  ];
  it.each(WORSE)("has one behind that %s, whatever the pair's turn", (_, change) => {
    for (let turn = 0; turn < 20; turn++) {
      expect(order([facts("1", change), facts("2")], turn)).toBe("2 1");
    }
  });

  it("judges a leg that nobody measured as one of 50 ms", () => {
    const unmeasured = facts("2", { peerRttMs: undefined });
    expect(order([facts("1", { peerRttMs: 100 }), unmeasured])).toBe("2 1");
    expect(order([facts("1", { peerRttMs: 5 }), unmeasured])).toBe("1 2");
  });

  it("forgives a failure with another peer sooner, and one of long ago", () => {
    const failed = { success: 1 / 3, lastOutcome: 0.5 } as const;
    const score = (experience: RelayFacts["experience"]): number =>
      rankRelays([facts("1", { experience })], 0)[0]?.score ?? 0;
    const today = score({ basis: "this-peer", ...failed, recency: 1 });
    expect(score({ basis: "other-peers", ...failed, recency: 1 })).toBeGreaterThan(today);
    expect(score({ basis: "this-peer", ...failed, recency: 0.1 })).toBeGreaterThan(today);
  });

  it("names every part, and the score is their product", () => {
    const [first] = rankRelays([facts("1", { load: 0.9, loss: 0.1, forwarder: "userspace" })], 0);
    const parts = Object.values(first?.parts ?? {});
    expect(parts.every((part) => part > 0 && part <= 1)).toBe(true);
    expect(first?.score).toBeCloseTo(parts.reduce((a, b) => a * b));
    expect(first?.parts).toMatchObject({ load: 0.55, loss: 0.5, capability: 0.97, health: 1 });
  });

  it("begins with what is pinned, however bad, and leaves out what is barred, with the reason", () => {
    const ranked = rankRelays(
      [facts("1"), facts("2", { isPinned: true, ownRttMs: 500 }), facts("3", { bar: "banned" })],
      0,
    );
    expect(ranked.map(({ facts: { relay }, place, reason }) => [relay.slice(0, 1), place, reason])).toEqual([
      ["2", 0, "pinned"],
      ["1", 1, "score"],
      ["3", undefined, "banned"],
    ]);
  });

  it("goes from a first turn that is more than half full to a second that is much less so", () => {
    const volunteers = ["1", "2"];
    const [first = "", second = ""] = order(volunteers.map((digit) => facts(digit))).split(" ");
    const reasons = (load: number, other = 0): readonly string[] =>
      rankRelays([facts(first, { load }), facts(second, { load: other })], 0).map(
        ({ facts: { relay }, reason }) => `${relay.slice(0, 1)} ${reason}`,
      );
    expect(reasons(0.5)).toEqual([`${first} spread`, `${second} spread`]);
    expect(reasons(0.51)).toEqual([`${second} less-loaded`, `${first} spread`]);
    expect(reasons(0.6, 0.35)).toEqual([`${first} spread`, `${second} spread`]);
  });

  it("is the same at both ends, which see the legs the other way round", () => {
    const members = Array.from({ length: 30 }, (_, n) => memberIdOf(new Uint8Array([n])));
    const [a, b] = [members[4], members[17]] as [MemberId, MemberId];
    const places = placesOf(members);
    expect(turnOf(a, b, places)).toBe(turnOf(b, a, places));
    const seenByA = "12345".split("").map((digit) => facts(digit, { ownRttMs: 10, peerRttMs: 30 }));
    const seenByB = seenByA.map((one) => ({ ...one, ownRttMs: 30, peerRttMs: 10 }));
    const turn = turnOf(a, b, places);
    expect(order(seenByA, turn)).toBe(order(seenByB, turn));
  });
});

type Herd = {
  /** Pairs in the order in which they choose. */
  readonly pairs: readonly (readonly [MemberId, MemberId])[];
  readonly members: readonly MemberId[];
  readonly volunteers: readonly string[];
  readonly capacity: number;
  /** A volunteer's load is announced anew after so many choices of all; what was announced is as old as that. */
  readonly announcedEvery: number;
  readonly random: Random;
};

/** How many of the pairs end on each volunteer. Round trips are equal, and measured to a tenth. */
function settle({ pairs, members, volunteers, capacity, announcedEvery, random }: Herd): readonly number[] {
  const places = placesOf(members);
  const chosen = new Map(volunteers.map((digit) => [relay(digit), 0]));
  let announced = new Map(chosen);
  for (const [index, [a, b]] of pairs.entries()) {
    if (index % announcedEvery === 0) announced = new Map(chosen);
    const all = volunteers.map((digit) =>
      facts(digit, {
        ownRttMs: 20 * (0.9 + 0.2 * random.fraction()),
        peerRttMs: 20 * (0.9 + 0.2 * random.fraction()),
        load: Math.round((10 * (announced.get(relay(digit)) ?? 0)) / capacity) / 10,
      }),
    );
    const [first] = rankRelays(all, turnOf(a, b, places));
    if (first !== undefined) chosen.set(first.facts.relay, (chosen.get(first.facts.relay) ?? 0) + 1);
  }
  return [...chosen.values()];
}

/** How far the fullest or emptiest is from even: 0.3 is 30 %. */
function unevenness(counts: readonly number[]): number {
  const even = counts.reduce((a, b) => a + b, 0) / counts.length;
  return Math.max(...counts.map((count) => Math.abs(count - even) / even));
}

// the figures of docs/operations.md.
describe("50 members that choose among 5 volunteers at equal distance", () => {
  const SEEDS = 200;

  function worstOf(herd: Partial<Herd>): number {
    const worst = Array.from({ length: SEEDS }, (_, seed) => {
      const random = seededRandom(seed);
      const members = Array.from({ length: 51 }, (_, n) => memberIdOf(new Uint8Array([seed, n])));
      const shuffled = members.toSorted(() => random.fraction() - 0.5);
      const [hub, ...others] = shuffled as [MemberId, ...MemberId[]];
      const standard: Herd = {
        pairs: others.map((id) => [id, hub] as const),
        members,
        volunteers: ["1", "2", "3", "4", "5"],
        capacity: 256,
        announcedEvery: 10,
        random,
      };
      return unevenness(settle({ ...standard, ...herd }));
    });
    return Math.max(...worst);
  }

  it.each([
    { name: "all at once, before any load is announced", herd: { announcedEvery: 1_000 } },
    { name: "loads are ten choices old", herd: {} },
    { name: "loads are 25 choices old, relays take 16 pairs", herd: { announcedEvery: 25, capacity: 16 } },
    { name: "loads are as they are", herd: { announcedEvery: 1 } },
    { name: "one of six has died", herd: { volunteers: ["1", "3", "4", "5", "6"], announcedEvery: 1_000 } },
  ])("end within 30 percent of even in each of 200 networks: $name", ({ herd }) => {
    expect(worstOf(herd)).toBeLessThanOrEqual(0.3);
  });

  it("are as even where all talk with all, with loads that are a hundred choices old", () => {
    const random = seededRandom(1);
    const members = Array.from({ length: 50 }, (_, n) => memberIdOf(new Uint8Array([n])));
    const pairs = members.flatMap((a, i) => members.slice(i + 1).map((b) => [a, b] as const));
    const herd = { pairs, members, volunteers: ["1", "2", "3", "4", "5"], random };
    expect(unevenness(settle({ ...herd, capacity: 500, announcedEvery: 100 }))).toBeLessThan(0.1);
  });

  it("would be a herd by announced loads alone", () => {
    const counts = [0, 0, 0, 0, 0];
    let announced = [...counts];
    for (let choice = 0; choice < 50; choice++) {
      if (choice % 25 === 0) announced = [...counts];
      const least = announced.indexOf(Math.min(...announced));
      counts[least] = (counts[least] ?? 0) + 1;
    }
    expect(unevenness(counts)).toBe(1.5);
  });
});
