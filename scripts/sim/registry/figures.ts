export const SEC = 1_000;
export const HOUR_MS = 3_600 * SEC;
export const MB = 1e6;

/** A lossy line: one message in a hundred has to be sent again. */
export const LOSS = 0.01;

/** Seconds until a new record is everywhere (99 of 100 members and records). */
export const NEWS_GOAL_SEC = 5;

/** The value that `share` of them do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
