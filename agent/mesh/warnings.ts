import type { Conflict } from "../registry/roster.ts";

/** What may be wrong with this host as a member. */
export type Symptoms = {
  /** Why nftables cannot be used. */
  readonly nftFault: string | undefined;
  /** How far each connected member's clock is ahead of ours. */
  readonly skewsMs: readonly number[];
  readonly conflict: Conflict | undefined;
  readonly isVolunteering: boolean;
  readonly hasPublicAddress: boolean;
  /** Relayed pairs that are close to their quota, members by name. */
  readonly nearlyUsedQuotas: readonly NearlyUsedQuota[];
};

export type NearlyUsedQuota = {
  readonly peer: string;
  readonly relay: string;
  readonly usedBytes: number;
  readonly limitBytes: number;
};

/** Above this a clock is not merely imprecise: certificates, tokens and invites may be judged wrongly. */
export const SKEW_WARNING_MS = 60_000;

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
  if (isVolunteering && !hasPublicAddress) {
    warnings.push(
      "this volunteer has no public address: only hosts of its own network can use it; give one by --endpoint",
    );
  }
  return [...warnings, ...nearlyUsedQuotas.map(quotaWarning)];
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
