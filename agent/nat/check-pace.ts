import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/**
 * Between the checks of one host, whomever they are for (RFC 8445, section 14.2, default of Ta): what a host sends and others
 * answer is bounded, however many of its peers do not answer. Without it members of a mesh whose machines are busy keep them so.
 */
export const CHECK_INTERVAL_MS = 50;

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

/** A token bucket of the checks that this host may send, kept as the time at which it is full again. */
export class CheckPace {
  #fullAt = monotonicMs(-Infinity);

  /** When the check may go: now, and then it counts, or else when it may ask again. */
  take(use: CheckUse, now: MonotonicMs): MonotonicMs {
    const fullAt = Math.max(this.#fullAt, now);
    const mayAt = fullAt - CHECK_INTERVAL_MS * (CHECK_BURST - KEPT[use] - 1);
    if (mayAt > now) return monotonicMs(mayAt);
    this.#fullAt = monotonicMs(fullAt + CHECK_INTERVAL_MS);
    return now;
  }
}
