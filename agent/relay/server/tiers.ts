import type { RelayTier } from "../../../protocol/relay-token.ts";

/** 0 is "not limited". */
export type TierLimits = { readonly bandwidthBps: number; readonly quotaBytes: number };

export type Tiers = Readonly<Record<RelayTier, TierLimits>>;

const RANK = { free: 0, paid: 1, unlimited: 2 } as const satisfies Record<RelayTier, number>;

/** Whether who may have `best` may have `asked`. */
export function isWithin(asked: RelayTier, best: RelayTier): boolean {
  return RANK[asked] <= RANK[best];
}

/** A token may ask for less than its tier gives, never for more. */
export function grantedLimits(token: TierLimits, tier: TierLimits): TierLimits {
  return {
    bandwidthBps: smallerLimit(token.bandwidthBps, tier.bandwidthBps),
    quotaBytes: smallerLimit(token.quotaBytes, tier.quotaBytes),
  };
}

function smallerLimit(a: number, b: number): number {
  if (a === 0 || b === 0) return Math.max(a, b);
  return Math.min(a, b);
}
