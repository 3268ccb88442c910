import type { MonotonicMs } from "../../protocol/time.ts";

/** How long the paths to one peer are compared: time for `ALL_PROBES` nearly. Where that does not tell, more will not either. */
export const MEASURE_MS = 60_000;

/**
 * Peers whose paths this host compares at the same time. Where more are in doubt it is this host or its own network that is slow, and
 * to probe every path twice a second would make it slower. What is left out has its turn a minute later.
 */
const MAX_PEERS = 2;
/** Paths that carry packets of users go first. */
const MAX_ACTIVE_PEERS = 8;

/**
 * A host that nobody has used for so long need not know which of two paths is the better one, before somebody does. To find out costs more than all else
 * that it does for its idle peers, and on one that is slow because it is busy with that it would never end.
 */
const UNUSED_MS = 600_000;

export type HostUse = {
  /** When users last waited for packets of whatever peer. */
  usedUntil(): MonotonicMs;
  /** It is too busy to tell a slow path from itself. */
  isLate(): boolean;
};

/** Of one host, for all its peers. */
export class MeasureBudget {
  readonly #host: HostUse;
  #beganAt: readonly MonotonicMs[] = [];

  constructor(host: HostUse) {
    this.#host = host;
  }

  /** Whether the paths to one more peer may be compared from now on, for `MEASURE_MS`. Counts it, if so. */
  take(isActive: boolean, now: MonotonicMs): boolean {
    if (!isActive && (this.#host.isLate() || now - this.#host.usedUntil() >= UNUSED_MS)) return false;
    this.#beganAt = this.#beganAt.filter((at) => now - at < MEASURE_MS);
    if (this.#beganAt.length >= (isActive ? MAX_ACTIVE_PEERS : MAX_PEERS)) return false;
    this.#beganAt = [...this.#beganAt, now];
    return true;
  }
}
