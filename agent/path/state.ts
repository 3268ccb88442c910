import type { Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import type { WorseBy } from "../../protocol/stun/path-report.ts";
import type { MonotonicMs } from "../../protocol/time.ts";

/** Our side of an allocation: WireGuard's endpoint for the peer while it is relayed. */
export type Leg = {
  readonly relay: MemberId;
  readonly allocation: AllocationId;
  readonly endpoint: Endpoint;
};

/** What WireGuard says of the peer at one moment (`wg show dump`). */
export type Observation = {
  readonly endpoint: Endpoint | undefined;
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
  /** Since the last completed handshake. */
  readonly handshakeAgeMs: number | undefined;
};

export type PathInput =
  | { readonly kind: "relay-ready"; readonly leg: Leg }
  | { readonly kind: "relay-gone"; readonly allocation: AllocationId }
  /** Round trips to this relay are lost; to another one that could carry the path they are not. */
  | { readonly kind: "relay-doubted"; readonly allocation: AllocationId }
  /** The other relay is to carry the path from now on; this one works until it has. */
  | { readonly kind: "hand-over"; readonly allocation: AllocationId }
  /** Checks showed that the pair carries packets both ways. */
  | { readonly kind: "validated"; readonly endpoint: Endpoint }
  /** Without checks: let WireGuard's handshake try it. */
  | { readonly kind: "try"; readonly endpoint: Endpoint }
  | { readonly kind: "observed"; readonly wireguard: Observation }
  /** An authenticated probe of the peer came from there, and was answered. */
  | { readonly kind: "heard"; readonly endpoint: Endpoint }
  | { readonly kind: "consent"; readonly endpoint: Endpoint; readonly rttMs: number }
  /** Measured: the relay is better than the direct path that is in use. */
  | { readonly kind: "relay-better"; readonly worseBy: WorseBy }
  /** Measured: so is this direct path, of the other address family. */
  | { readonly kind: "other-better"; readonly endpoint: Endpoint; readonly worseBy: WorseBy }
  /** Measured: the direct path that was left for the relay is as good as that. */
  | { readonly kind: "direct-as-good" }
  /** The controlling end has left this path for the relay. */
  | { readonly kind: "peer-avoids"; readonly endpoint: Endpoint; readonly worseBy: WorseBy }
  /** This host has other addresses, another gateway or another mapping at a NAT, or it slept: every way may lead elsewhere. */
  | { readonly kind: "moved" }
  /** `lossShare`: of round trips on the direct path, as far as is known. `isIdle`: no packets of users flow. */
  | { readonly kind: "tick"; readonly lossShare?: number; readonly isIdle?: boolean };

export type PathEffect =
  /** Point WireGuard at it and make it send something now, so that the peer follows by roaming. */
  | {
      readonly kind: "set-endpoint";
      readonly endpoint: Endpoint;
      /** As far as is known here the peer has no live session, so WireGuard may be made to forget its 5 s initiation limit. */
      readonly reset: boolean;
      /**
       * What was used before, a relay's endpoint mostly: for `PIN_MS` let what comes from it look to WireGuard as if it came from `endpoint`. What
       * is still under way through the relay else moves WireGuard back with every packet, and each end keeps the other
       * there: under steady traffic moving it again and again does not get it off the relay (simulated: a ping every
       * 20 ms each way over a relay 50 ms away is enough). One end that is pinned is: the other then soon hears
       * nothing but the direct path. What cannot be made to look so, being of the other address family, is dropped.
       */
      readonly pin: Endpoint | undefined;
    }
  /** Send an authenticated check to the direct endpoint and report the answer as `consent` (RFC 7675). */
  | { readonly kind: "probe"; readonly endpoint: Endpoint }
  /** The direct path seems dead: find out whether a NAT has moved us, and have the relay's leg ready. */
  | { readonly kind: "doubted" }
  /** Look at WireGuard soon: the state depends on what it does next. */
  | { readonly kind: "observe" }
  | { readonly kind: "changed"; readonly from: PathTag; readonly to: PathTag; readonly why: string }
  /** Try again to get direct, but not before `retryInMs`. */
  | { readonly kind: "direct-lost"; readonly endpoint: Endpoint; readonly retryInMs: number };

export type PathTag = "none" | "relayed" | "checking" | "direct";

export type Shared = {
  readonly since: MonotonicMs;
  /** The warm standby, or the path itself. */
  readonly leg: Leg | undefined;
  /** Of another volunteer, to take the leg's place. */
  readonly spare: Leg | undefined;
  /** The leg is to be left, and the controlling end moves both; at this time we do. */
  readonly moveBy: MonotonicMs | undefined;
  /** Legs of before, the latest first: while the peer still uses one of them, that is no direct path. */
  readonly formerLegs: readonly Endpoint[];
  readonly seen: Observation | undefined;
  /** Last time that authenticated bytes came from the peer, on whichever path. */
  readonly rxAt: MonotonicMs | undefined;
  /** Last time that we moved WireGuard's endpoint. */
  readonly movedAt: MonotonicMs | undefined;
  /** Hysteresis: direct paths that died young make the next one wait. */
  readonly directFailures: number;
  readonly holdUntil: MonotonicMs;
  readonly preference: Preference;
};

/** Hysteresis of what is decided by measured quality. */
export type Preference = {
  /** Last time that the path was changed for it. */
  readonly changedAt: MonotonicMs | undefined;
  /** How often in a row a direct path was left that had not been good for long. */
  readonly departures: number;
};

/** A direct path that works, and is not used since the relay is better. */
export type AvoidedPath = {
  readonly endpoint: Endpoint;
  readonly worseBy: WorseBy;
  /** Who decided it: the controlling end does. */
  readonly by: "us" | "peer";
  readonly probedAt: MonotonicMs;
  readonly unanswered: number;
  readonly aliveAt: MonotonicMs;
  /** How often WireGuard was moved back to the relay. */
  readonly asserts: number;
};

/** No packets flow; `trying` is where WireGuard's endpoint points meanwhile. */
export type NoPath = Shared & { readonly tag: "none"; readonly trying: Endpoint | undefined };
export type RelayedPath = Shared & {
  readonly tag: "relayed";
  readonly leg: Leg;
  readonly avoided: AvoidedPath | undefined;
};
/** Still on the relay or on nothing, while the validated direct pair is being taken into use. */
export type CheckingPath = Shared & {
  readonly tag: "checking";
  readonly target: Endpoint;
  readonly giveUpAt: MonotonicMs;
  /** How often we moved WireGuard there. 0: the peer does. */
  readonly asserts: number;
  readonly probedAt: MonotonicMs | undefined;
  /** A probe was answered since. */
  readonly consented: boolean;
};
export type DirectPath = Shared & {
  readonly tag: "direct";
  readonly endpoint: Endpoint;
  readonly rttMs: number | undefined;
  /** Last proof that this very path works: an answered probe, or bytes received on it. */
  readonly aliveAt: MonotonicMs;
  /** Last answered probe: proof of both directions, which received bytes are not. */
  readonly consentAt: MonotonicMs | undefined;
  readonly probedAt: MonotonicMs;
  readonly unanswered: number;
  /** This host has moved, and nothing has shown since that the path still works. */
  readonly movedSince: MonotonicMs | undefined;
  /** WireGuard was found on the relay although direct was in use: since when. */
  readonly strayedAt: MonotonicMs | undefined;
  /** How often it was moved back. */
  readonly asserts: number;
};

export type PathState = NoPath | RelayedPath | CheckingPath | DirectPath;

export type PathStep = { readonly state: PathState; readonly effects: readonly PathEffect[] };

/** RFC 7675, section 5.1: consent is asked for every 5 s, as long as packets flow now and then. */
export const CONSENT_MS = 5_000;
/** Without any, half of what a consent lasts (section 5.1: 30 s) and of the least time that a NAT keeps a mapping. */
export const CONSENT_IDLE_MS = 15_000;
/** While packets flow, so that a dead path is noticed within two seconds. */
export const CONSENT_ACTIVE_MS = 500;
/**
 * After an unanswered probe, or half as much again as the round trip where that is longer. Under 20 % loss each way 64 of 100 probes
 * are answered, and all of a row of six are lost twice in a thousand times (four: 17).
 */
export const CONSENT_RETRY_MS = 200;
const CONSENT_RETRY_MAX_MS = 1_000;
export const CONSENT_MISSES = 6;
/** After the first one of a path that nobody uses. */
const IDLE_RETRY_MS = 500;
/** So seldom may a row of lost probes be by chance: on a path that is known to lose much it has to be longer than six. */
const CHANCE = 1e-4;
/** Of misses: two seconds, so that a dead path is left within three. */
export const MAX_CONSENT_MISSES = 10;
/** Silence that a dead path has shown at the least; below it, one lost burst would look like a cut. */
export const DEATH_MS = 1_200;
/**
 * The same where this host has moved, and the relay is there: a path through another NAT is dead more often than not, and one that
 * is called dead too soon is taken again without a loss. Three of a row are lost under 20 % loss each way 47 times in a thousand.
 */
export const MOVED_MISSES = 3;
export const MOVED_DEATH_MS = 500;
/** Unanswered probes after which it is time to ask others: two are lost under 20 % loss once in eight times, and the asking is cheap. */
export const DOUBT_MISSES = 2;
/** Of a path that nobody uses: seven seconds. */
export const IDLE_DOUBT_MISSES = 4;
/** A spawn of `wg` and a look at what it did: a faster step would not see its own effect. */
export const ASSERT_MS = 100;
export const MAX_ASSERTS = 8;
/** More than any relay's round trip: as long as packets sent before the switch can still come. Less than `SWITCH_MS`. */
export const PIN_MS = 1_000;
/** A switch that did not take within this is given up: the peer insists on the relay. */
export const SWITCH_MS = 2_000;
/** Without a session it takes a handshake first: time for WireGuard's own second initiation, after REKEY_TIMEOUT's 5 s. */
export const HANDSHAKE_MS = 6_000;
/** The controlling end looks at an idle WireGuard every 120 s: so long may it take to move WireGuard back. */
export const STRAY_MS = 125_000;
/** A direct path that lived this long was no mistake. */
export const STABLE_MS = 60_000;
/** WireGuard's session is gone after this (REJECT_AFTER_TIME; paper, section 6.2). */
export const SESSION_MS = 180_000;
/** How soon WireGuard is looked at again while the state depends on it. */
export const OBSERVE_MS = 60;

export function initialPath(now: MonotonicMs): PathState {
  return {
    tag: "none",
    since: now,
    leg: undefined,
    spare: undefined,
    moveBy: undefined,
    formerLegs: [],
    seen: undefined,
    rxAt: undefined,
    movedAt: undefined,
    directFailures: 0,
    holdUntil: now,
    preference: { changedAt: undefined, departures: 0 },
    trying: undefined,
  };
}

/**
 * When the next probe of a path is due that did not answer the last one. On a path that nobody uses twice as long each time, so that a dead one is left
 * after 17 s: its peer may only be too busy to answer, and if it and all others were asked in haste, they would be busier.
 */
export function retryMs({ rttMs, unanswered, movedSince }: DirectPath, isIdle: boolean): number {
  if (isIdle && movedSince === undefined) return Math.min(CONSENT_MS, IDLE_RETRY_MS * 2 ** (unanswered - 1));
  if (unanswered >= MAX_CONSENT_MISSES) return CONSENT_RETRY_MAX_MS;
  return Math.min(CONSENT_RETRY_MAX_MS, Math.max(CONSENT_RETRY_MS, 1.5 * (rttMs ?? 0)));
}

/** Unanswered probes that show that a path is dead of which this share of the round trips is lost anyway. */
export function missesOfDeath(lossShare = 0): number {
  if (lossShare <= 0) return CONSENT_MISSES;
  const row = lossShare >= 1 ? Infinity : Math.ceil(Math.log(CHANCE) / Math.log(lossShare));
  return Math.min(MAX_CONSENT_MISSES, Math.max(CONSENT_MISSES, row));
}
