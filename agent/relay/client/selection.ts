import type { MemberId } from "../../../protocol/ids.ts";

/** What is known of a volunteer, as a relay to one peer. */
export type RelayFacts = {
  readonly relay: MemberId;
  /** Measured here, from WireGuard's port. */
  readonly ownRttMs: number | undefined;
  /** As the peer told. */
  readonly peerRttMs: number | undefined;
  /** Of our own round trips to it, lately. */
  readonly loss: number | undefined;
  readonly health: RelayHealthState;
  /** As announced: 0 idle to 1 full. */
  readonly load: number;
  /** Bits a second of one allocation, as announced; 0 is "not limited". */
  readonly bandwidthBps: number;
  readonly forwarder: "kernel" | "userspace" | undefined;
  /** Whether it names the region that this host names. */
  readonly isSameRegion: boolean;
  readonly experience: RelayExperience;
  readonly isPinned: boolean;
  readonly bar: RelayBar | undefined;
};

/** Measured, not announced: by round trips of our own. "silent": the last ones were lost; "dead": so was a leg, a moment ago. */
export type RelayHealthState = "answers" | "unknown" | "silent" | "dead";

/** From the connection cache (`cache/score.ts`); each share from 0 to 1. */
export type RelayExperience =
  | { readonly basis: "untried" }
  | {
      readonly basis: "this-peer" | "other-peers";
      /** By Laplace's rule: a half where nothing is known. */
      readonly success: number;
      /** 1: it worked the last time. */
      readonly lastOutcome: number;
      /** 1 now, and less with each day. */
      readonly recency: number;
    };

/** Why it is out of the question. */
export type RelayBar = "banned" | "draining" | "closed" | "not-allowed" | "unreachable";

/** Each above 0 and at most 1; the score is their product. */
export type RelayScoreParts = {
  readonly latency: number;
  readonly loss: number;
  readonly health: number;
  readonly load: number;
  readonly capability: number;
  readonly region: number;
  readonly experience: number;
};

/** What decided its place in the order. */
export type RelayReason = "pinned" | "spread" | "less-loaded" | "score" | RelayBar;

export type RankedRelay = {
  readonly facts: RelayFacts;
  readonly score: number;
  readonly parts: RelayScoreParts;
  readonly reason: RelayReason;
  /** Undefined: it is not asked at all. */
  readonly place: number | undefined;
};

/**
 * The order in which volunteers are asked to relay to a peer, and after them those that are not. Pins come first,
 * then whoever is about as good as the best, spread over the pairs by `turn`, then the rest by score. `turn` is a whole
 * number that both ends of a pair agree on and that differs from pair to pair.
 *
 * Without the spread all members would ask the best at once; by announced load alone all would then leave it for another
 * one, since announcements are late. So load moves a pair only as a brake: from its first turn to its second, where that
 * one is less loaded by more than what announcements can be wrong by.
 */
export function rankRelays(all: readonly RelayFacts[], turn: number): readonly RankedRelay[] {
  const scored = all.map((facts) => {
    const parts = partsOf(facts);
    return { facts, parts, score: Object.values(parts).reduce((product, part) => product * part, 1) };
  });
  const open = scored.filter(({ facts }) => facts.bar === undefined).toSorted(byScore);
  const pinned = open.filter(({ facts }) => facts.isPinned);
  const others = open.filter(({ facts }) => !facts.isPinned);
  const best = others[0]?.score ?? 0;
  const equals = others.filter(({ score }) => score >= best * EQUAL_SHARE);
  const [first, second, isBraked] = twoTurns(equals, turn);
  const turns = [first, second].flatMap((one) => one ?? []);
  const rest = others.filter((one) => !turns.includes(one));
  const ranked = [
    ...pinned.map((one) => ({ ...one, reason: "pinned" as const })),
    ...turns.map((one, index) => ({ ...one, reason: turnReason(equals.length, index, isBraked) })),
    ...rest.map((one) => ({ ...one, reason: "score" as const })),
  ].map((one, place) => ({ ...one, place }));
  const barred = scored
    .toSorted(byScore)
    .flatMap((one) =>
      one.facts.bar === undefined ? [] : [{ ...one, reason: one.facts.bar, place: undefined }],
    );
  return [...ranked, ...barred];
}

/**
 * By the places of both ends among all members, so that the pairs of one member, and those of all members with one, have
 * turns that follow each other. Ids are hashes: whoever founds a network or joins early has no place of its own.
 */
export function turnOf(self: MemberId, peer: MemberId, placeById: ReadonlyMap<MemberId, number>): number {
  return (placeById.get(self) ?? 0) + (placeById.get(peer) ?? 0);
}

/** In the order of their ids. */
export function placesOf(members: Iterable<MemberId>): ReadonlyMap<MemberId, number> {
  return new Map([...members].toSorted().map((id, place) => [id, place]));
}

type Scored = Pick<RankedRelay, "facts" | "parts" | "score">;

/**
 * Volunteers whose score is at least this share of the best one's count as equal. With `HALVING_RTT_MS` that is 10 ms in a
 * town, 25 ms across a country, a quarter of the round trip across an ocean: less than what a path changes by from day to day.
 */
const EQUAL_SHARE = 0.85;

/** 25 ms one way is hardly noticed: a path at twice that is worth half, so that near ones are told apart at all. */
const HALVING_RTT_MS = 50;

/** A leg that nobody measured is taken for one across a country. */
const UNMEASURED_RTT_MS = 50;

/** At a tenth lost, TCP through the tunnel crawls (as `cache/score.ts` has it). */
const HALVING_LOSS = 0.1;

/** A relay with room for some more serves as well as an idle one; a full one refuses. */
export const EASY_LOAD = 0.8;
const FULL_LOAD_SCORE = 0.1;

/** Below it the spread alone is more even than what announcements make of it (simulated). */
const BRAKED_LOAD = 0.5;

/**
 * Announced in steps of a tenth and believed until the next announcement: a smaller difference may be gone, and 50 members
 * that act on it at once make up a fifth of a relay of standard size.
 */
const LOAD_GAP = 0.25;

/** What the tier `free` has by default, enough for a video call. */
const EASY_BANDWIDTH_BPS = 10e6;
const LEAST_BANDWIDTH_SCORE = 0.3;

/** Enough to go before an equal one, too little to outweigh 10 ms. */
const NUDGE = 0.97;

const HEALTH: Readonly<Record<RelayHealthState, number>> = {
  answers: 1,
  unknown: 1,
  silent: 0.2,
  dead: 0.05,
};

function partsOf(facts: RelayFacts): RelayScoreParts {
  const rttMs = (facts.ownRttMs ?? UNMEASURED_RTT_MS) + (facts.peerRttMs ?? UNMEASURED_RTT_MS);
  return {
    latency: 1 / (1 + rttMs / (2 * HALVING_RTT_MS)),
    loss: 1 / (1 + (facts.loss ?? 0) / HALVING_LOSS),
    health: HEALTH[facts.health],
    load: loadScore(facts.load),
    capability: bandwidthScore(facts.bandwidthBps) * (facts.forwarder === "kernel" ? 1 : NUDGE),
    region: facts.isSameRegion ? 1 : NUDGE,
    experience: experienceScore(facts.experience),
  };
}

function loadScore(load: number): number {
  const over = Math.max(0, Math.min(1, load) - EASY_LOAD) / (1 - EASY_LOAD);
  return 1 - over * (1 - FULL_LOAD_SCORE);
}

function bandwidthScore(bandwidthBps: number): number {
  if (bandwidthBps === 0) return 1;
  return Math.max(LEAST_BANDWIDTH_SCORE, Math.min(1, bandwidthBps / EASY_BANDWIDTH_BPS));
}

/** Nothing is worse than untried but what has failed: or else the first that was ever used would be used for ever. */
function experienceScore(experience: RelayExperience): number {
  if (experience.basis === "untried") return NUDGE;
  const { success, lastOutcome, recency, basis } = experience;
  const worth = Math.min(1, 2 * success) * lastOutcome;
  // A failure with another peer may have been that peer's.
  return 1 - (1 - worth) * recency * (basis === "this-peer" ? 1 : 0.5);
}

/** Multiples of these fill the unit interval evenly, in steps of whatever size (Weyl); 1 / golden ratio the most evenly. */
const FIRST_TURN = (Math.sqrt(5) - 1) / 2;
const SECOND_TURN = Math.SQRT2 - 1;

function twoTurns(
  equals: readonly Scored[],
  turn: number,
): readonly [first: Scored | undefined, second: Scored | undefined, isBraked: boolean] {
  const ring = equals.toSorted((a, b) => (a.facts.relay < b.facts.relay ? -1 : 1));
  const first = ring[placeOf(turn * FIRST_TURN, ring.length)];
  const others = ring.filter((one) => one !== first);
  const second = others[placeOf(turn * SECOND_TURN, others.length)];
  if (first === undefined || second === undefined) return [first, second, false];
  const isBraked = first.facts.load > BRAKED_LOAD && first.facts.load - second.facts.load > LOAD_GAP;
  return isBraked ? [second, first, true] : [first, second, false];
}

function placeOf(turn: number, count: number): number {
  return Math.floor((turn - Math.floor(turn)) * count);
}

function turnReason(equals: number, index: number, isBraked: boolean): RelayReason {
  if (equals === 1) return "score";
  return isBraked && index === 0 ? "less-loaded" : "spread";
}

/** Equal scores by id, so that every run agrees. */
function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || (a.facts.relay < b.facts.relay ? -1 : 1);
}
