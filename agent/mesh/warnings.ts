import type { Conflict } from "../registry/roster.ts";
import { relayAdvice } from "./relay-refusals.ts";

/** What may be wrong with this host as a member. */
export type Symptoms = {
  /** Why nftables cannot be used. */
  readonly nftFault: string | undefined;
  /** How far each connected member's clock is ahead of ours. */
  readonly skewsMs: readonly number[];
  readonly conflict: Conflict | undefined;
  /** Nodes of the DHT that answered; undefined where it is off, or was not asked yet. */
  readonly dhtNodes: number | undefined;
  readonly isVolunteering: boolean;
  readonly hasPublicAddress: boolean;
  /** Relayed pairs that are close to their quota, members by name. */
  readonly nearlyUsedQuotas: readonly NearlyUsedQuota[];
  readonly refusedPeers: readonly RefusedPeer[];
  readonly refusedTokens: readonly RefusedToken[];
  /** Until this member's certificate runs out; undefined: never. */
  readonly certificateLeftMs: number | undefined;
  /** What a rotation of this member's keys waits for; undefined where there is none. */
  readonly rotationAwaits: "an admin" | "others" | undefined;
};

/** A pair that a volunteer does not relay, members by name. */
export type RefusedPeer = { readonly peer: string; readonly relay: string; readonly reason: string };

/** A token that this host was given and that does not count, members by name. */
export type RefusedToken = { readonly peer: string; readonly relay: string; readonly refusal: string };

export type NearlyUsedQuota = {
  readonly peer: string;
  readonly relay: string;
  readonly usedBytes: number;
  readonly limitBytes: number;
};

const DAY_MS = 86_400_000;

/** Of peers in one line. */
const SHOWN_NAMES = 5;

/** Above this a clock is not merely imprecise: certificates, tokens and invites may be judged wrongly. */
export const SKEW_WARNING_MS = 60_000;

/** A month before its end, three after an admin's host should have renewed it: nobody is on holiday that long. */
export const EXPIRY_WARNING_MS = 30 * DAY_MS;

/** In words for the operator, each with what to do. */
export function warningsOf(symptoms: Symptoms): readonly string[] {
  const { nftFault, skewsMs, conflict, isVolunteering, hasPublicAddress, nearlyUsedQuotas } = symptoms;
  const warnings: string[] = [];
  if (nftFault !== undefined) {
    warnings.push(
      `nftables cannot be used (${nftFault}): paths are found slowly and the guard is off; install nftables`,
    );
  }
  const skew = skewWarning(skewsMs);
  if (skew !== undefined) warnings.push(skew);
  if (conflict !== undefined) {
    warnings.push(
      `this member's certificate loses against another's (${conflict}): ask an admin for a new invite`,
    );
  }
  const expiry = expiryWarning(symptoms.certificateLeftMs);
  if (expiry !== undefined) warnings.push(expiry);
  if (symptoms.rotationAwaits !== undefined) warnings.push(ROTATION_WARNING[symptoms.rotationAwaits]);
  if (symptoms.dhtNodes === 0) {
    warnings.push(
      "no node of the DHT answers: members that are connected to nobody do not find others there; let UDP out to any port, or name nodes by dht-nodes",
    );
  }
  if (isVolunteering && !hasPublicAddress) {
    warnings.push(
      "this volunteer has no public address: only hosts of its own network can use it; give one by --endpoint",
    );
  }
  return [
    ...warnings,
    ...nearlyUsedQuotas.map(quotaWarning),
    ...refusalWarnings(symptoms.refusedPeers),
    ...symptoms.refusedTokens.map(tokenWarning),
  ];
}

function expiryWarning(leftMs: number | undefined): string | undefined {
  if (leftMs === undefined || leftMs > EXPIRY_WARNING_MS) return undefined;
  const days = Math.max(0, Math.round(leftMs / DAY_MS));
  return `this member's certificate runs out in ${days} days, and no admin has renewed it: start an admin's host, which does so by itself; without it an admin has to invite this host anew`;
}

const ROTATION_WARNING = {
  "an admin":
    "new keys wait for an admin to certify them: start an admin's host (the founder's, for an admin's keys); the log says why one refused",
  others: "the keys are being changed, and nobody has taken the new ones yet: it goes on by itself",
} as const;

/** One for each relay and reason: a volunteer that is closed refuses every pair alike. */
function refusalWarnings(refused: readonly RefusedPeer[]): readonly string[] {
  const kinds = Map.groupBy(refused, ({ relay, reason }) => `${relay} ${reason}`);
  return [...kinds.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const names = same.map(({ peer }) => peer);
    const shown = names.length > SHOWN_NAMES ? [...names.slice(0, SHOWN_NAMES), "others"] : names;
    return [`${first.relay} does not relay to ${shown.join(", ")}: ${relayAdvice(first.reason)}`];
  });
}

function tokenWarning({ peer, relay, refusal }: RefusedToken): string {
  const reason = refusal.replace(/^relay\./, "");
  return `${relay} does not take the relay token for ${peer} (${reason}), and relays as without one: ask its operator for a new one`;
}

/** Rounded down: nobody is told of 100 % before the end. */
function quotaWarning({ peer, relay, usedBytes, limitBytes }: NearlyUsedQuota): string {
  const percent = Math.floor((100 * usedBytes) / limitBytes);
  const limitMb = Math.round(limitBytes / 1e6);
  return `${percent} % of the ${limitMb} MB that ${relay} relays to ${peer} are used: it ends at 100 %; another volunteer helps, or a larger quota there`;
}

/** It is our clock that is wrong where most others disagree with it; a single one that does is wrong itself. */
function skewWarning(skewsMs: readonly number[]): string | undefined {
  const large = skewsMs.filter((ms) => Math.abs(ms) > SKEW_WARNING_MS);
  const [worst] = large.toSorted((a, b) => Math.abs(b) - Math.abs(a));
  if (worst === undefined || large.length * 2 <= skewsMs.length) return undefined;
  const minutes = Math.round(Math.abs(worst) / 60_000);
  return `this host's clock is ${minutes} min ${worst > 0 ? "behind" : "ahead of"} other members': set it, by NTP`;
}
