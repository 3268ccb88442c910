import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/**
 * Between the checks of one host, whomever they are for (RFC 8445, section 14.2, default of Ta): what a host sends and others
 * answer is bounded, however many of its peers do not answer. Without it members of a mesh whose machines are busy keep them so.
 */
export const CHECK_INTERVAL_MS = 50;

/**
 * The same on a host that is late with all that it does, while nobody waits for any path. A check takes a millisecond of processors in all: forty such hosts on two processors
 * check at a rate at which they stay late, and take one another for dead, for ever.
 */
export const BUSY_CHECK_INTERVAL_MS = 500;

/** Checks without a pause: a round with each of ten peers, or the first ones with a hundred. */
export const CHECK_BURST = 100;

/** As much of the burst is left to checks of more use. */
const KEPT: Readonly<Record<CheckUse, number>> = {
  heard: 0,
  first: CHECK_BURST / 4,
  repeated: CHECK_BURST / 2,
};

/** "heard": the peer has reached us on this pair, and waits for our check. "first": of the pair in this round. */
export type CheckUse = "heard" | "first" | "repeated";

/** In these a check costs a whole number, and so does each millisecond. */
const UNITS = BUSY_CHECK_INTERVAL_MS;

/** A token bucket of the checks that this host may send. */
export class CheckPace {
  #units = CHECK_BURST * UNITS;
  #at = monotonicMs(-Infinity);

  /** When the check may go: now, and then it counts, or else when it may ask again. */
  take(use: CheckUse, now: MonotonicMs, isBusy = false): MonotonicMs {
    const unitsPerMs = UNITS / (isBusy ? BUSY_CHECK_INTERVAL_MS : CHECK_INTERVAL_MS);
    this.#units = Math.min(CHECK_BURST * UNITS, this.#units + (now - this.#at) * unitsPerMs);
    this.#at = now;
    const missing = (KEPT[use] + 1) * UNITS - this.#units;
    if (missing > 0) return monotonicMs(now + Math.ceil(missing / unitsPerMs));
    this.#units -= UNITS;
    return now;
  }
}
