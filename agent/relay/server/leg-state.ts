import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { MonotonicMs } from "../../../protocol/time.ts";
import type { Asked } from "./crossing.ts";
import type { LegName } from "./leg.ts";

/** WireGuard starts a handshake over after this long (paper, section 6.1: REKEY_TIMEOUT), so a held initiation is worthless then. */
export const HOLD_MS = 5_000;

/** A source is a candidate for this long: six initiations. What it may forward is counted over that time. */
export const CANDIDATE_MS = 30_000;

/** The real one and three liars; each costs 148 bytes. Two NAT mappings of one host may both be seen while it roams. */
export const MAX_CANDIDATES = 4;

/**
 * What a candidate may relay to any one address and get from it: a handshake started from both ends takes three
 * packets each way, the rest is for losses. More would make us a reflector; fewer in all, instead of for each
 * address, would let one liar use up what the real other end needs.
 */
export const CANDIDATE_PACKETS = 8;

/** Seven keepalives of 25 s missed, and longer than a session lives (REJECT_AFTER_TIME, 180 s). */
export const LEG_IDLE_MS = 180_000;

/** A member that asked for `relearn` sends at once, and its WireGuard starts a handshake within 15 s (KEEPALIVE_TIMEOUT + REKEY_TIMEOUT). */
export const RELEARN_MS = 30_000;

/**
 * An initiation that came by once is never taken again: a liar to whom we relayed it as to a candidate could
 * repeat it from elsewhere before its receiver has seen a newer one. Candidates need 10 s to flush this many out.
 */
export const SEEN_INDICES = 2 * MAX_CANDIDATES * CANDIDATE_PACKETS;

/** WireGuard keeps the previous, the current and the next session (paper, section 6.1). */
export const LIVE_INDICES = 3;

type Reply = { readonly from: Endpoint; readonly index: number };

/** The latest initiation from one source, and what became of it. */
export type Opening = {
  readonly source: Endpoint;
  readonly firstSeenAt: MonotonicMs;
  readonly seenAt: MonotonicMs;
  readonly index: number;
  readonly initiation: Uint8Array;
  readonly sentTo: readonly Endpoint[];
  readonly replies: readonly Reply[];
  /** While nothing is proven about `source`: initiations taken from it, and packets relayed by direction and address. */
  readonly initiations: number;
  readonly relayed: ReadonlyMap<string, number>;
};

export type LegProof = "stun" | "handshake";

export type ConfirmedLeg = {
  readonly endpoint: Endpoint;
  readonly heardAt: MonotonicMs;
  /** Where the leg was before it moved: what is still in flight from there is relayed until the new place is heard. */
  readonly previous: Endpoint | undefined;
  /** Its member said over control that it moved: until then a handshake from elsewhere may replace it. */
  readonly relearnUntil: MonotonicMs | undefined;
};

/**
 * What shows where a leg is. "any": binding, or a handshake while nothing is known. Of an allocation for an invite, the
 * member's leg by "stun" alone, since a stranger knows the public keys of both ends and could play both; and the guest's,
 * who has no leg key, by "handshakes": each newer one that the member's WireGuard has answered, and nothing else.
 */
export type LegRule = "any" | "stun" | "handshakes";

export type Leg = {
  readonly rule: LegRule;
  /** `mac1Key` of this side's WireGuard key: what packets *to* it carry. */
  readonly mac1Key: Uint8Array;
  readonly confirmed: ConfirmedLeg | undefined;
  readonly openings: readonly Opening[];
  /** This side's initiations that were relayed lately, newest first. */
  readonly asked: readonly Asked[];
  /** Indices of this side's initiations, newest first. */
  readonly seenIndices: readonly number[];
  /** Indices this side answers to, newest first: only who sees its packets knows them. */
  readonly liveIndices: readonly number[];
};

export type LearnerState = Readonly<Record<LegName, Leg>>;

/** Where a predecessor had confirmed the legs, not long before `now`. */
export type KnownLegs = {
  readonly endpoints: Readonly<Record<LegName, Endpoint | undefined>>;
  readonly now: MonotonicMs;
};

/** `mac1Keys` are `mac1Key` of each side's public key; `guest` is the leg of an invite's joiner. */
export function newLearner(
  mac1Keys: Readonly<Record<LegName, Uint8Array>>,
  known?: KnownLegs,
  guest?: LegName,
): LearnerState {
  const leg = (name: LegName): Leg => ({
    rule: guest === undefined ? "any" : guest === name ? "handshakes" : "stun",
    mac1Key: mac1Keys[name],
    confirmed: confirmedAt(name, known),
    openings: [],
    asked: [],
    seenIndices: [],
    liveIndices: [],
  });
  return { a: leg("a"), b: leg("b") };
}

function confirmedAt(leg: LegName, known: KnownLegs | undefined): ConfirmedLeg | undefined {
  const endpoint = known?.endpoints[leg];
  if (known === undefined || endpoint === undefined) return undefined;
  return { endpoint, heardAt: known.now, previous: undefined, relearnUntil: undefined };
}
