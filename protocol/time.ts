declare const wall: unique symbol;
declare const monotonic: unique symbol;

/** Milliseconds since the Unix epoch; may jump either way. For what is stored or leaves the host. */
export type WallMs = number & { readonly [wall]: true };

/** Milliseconds since an arbitrary start; never goes back. For every duration and time-out. */
export type MonotonicMs = number & { readonly [monotonic]: true };

export const wallMs = (ms: number): WallMs => ms as WallMs;
export const monotonicMs = (ms: number): MonotonicMs => ms as MonotonicMs;
