import { RELAY_TIERS, type RelayTier } from "../../../protocol/relay-token.ts";

/** 0 is "not limited". */
export type TierLimits = { readonly bandwidthBps: number; readonly quotaBytes: number };

/** What a token gives a pair, within what its tier allows. */
export type Grant = TierLimits & { readonly tier: RelayTier };

/**
 * Of an invite, whatever tier: a joiner gets some 50 KB, and again where an answer was lost. So whoever holds a token has
 * no use of it beyond that.
 */
export const GUEST_LIMITS: TierLimits = { bandwidthBps: 1_000_000, quotaBytes: 4_000_000 };

export type Tiers = Readonly<Record<RelayTier, TierLimits>>;

/** Whether who may have `best` may have `asked`. */
export function isWithin(asked: RelayTier, best: RelayTier): boolean {
  return rank(asked) <= rank(best);
}

/** Above 0: `a` is the better grant; 0: neither is. By tier first, so that of any two one is better on both ends alike. */
export function compareGrants(a: Grant, b: Grant): number {
  return (
    rank(a.tier) - rank(b.tier) ||
    compareLimits(a.bandwidthBps, b.bandwidthBps) ||
    compareLimits(a.quotaBytes, b.quotaBytes)
  );
}

/** A token may ask for less than its tier gives, never for more. */
export function grantedLimits(token: TierLimits, tier: TierLimits): TierLimits {
  return {
    bandwidthBps: smallerLimit(token.bandwidthBps, tier.bandwidthBps),
    quotaBytes: smallerLimit(token.quotaBytes, tier.quotaBytes),
  };
}

function compareLimits(a: number, b: number): number {
  const [size, other] = [a, b].map((limit) => (limit === 0 ? Infinity : limit));
  return a === b ? 0 : (size ?? 0) > (other ?? 0) ? 1 : -1;
}

function smallerLimit(a: number, b: number): number {
  if (a === 0 || b === 0) return Math.max(a, b);
  return Math.min(a, b);
}

function rank(tier: RelayTier): number {
  return RELAY_TIERS.indexOf(tier);
}
