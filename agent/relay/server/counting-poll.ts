import type { Clock } from "../../clock.ts";

/**
 * How far a quota may be overrun, in time at full rate: at the free tier's 10 Mbit/s 2.5 MB of 1 GB. Each round reads the
 * counters of every allocation.
 */
export const POLL_MS = 2_000;

/** Counting costs at most this share of a core: thousands of allocations in the kernel are counted less often, up to `MAX_POLL_MS`. */
const COUNTING_SHARE = 1 / 20;

/** On a busy host counting takes long without costing much, and a quota must not be left alone for that. */
const MAX_POLL_MS = 10_000;

export type CountingPollParts = {
  readonly clock: Clock;
  /** See `Forwarder.count`. */
  readonly count: () => Promise<void> | undefined;
  /** With counters of now; whether to look again. */
  readonly look: () => boolean;
};

/** Looks at the counters, again and again while there is something to look at. Owner of its timer. */
export class CountingPoll implements Disposable {
  readonly #parts: CountingPollParts;
  #cancel: (() => void) | undefined;
  #intervalMs = POLL_MS;
  #ended = false;

  constructor(parts: CountingPollParts) {
    this.#parts = parts;
  }

  /** Nothing where it is under way. */
  start(): void {
    const { clock, count } = this.#parts;
    this.#cancel ??= clock.after(this.#intervalMs, () => {
      const startedAt = clock.monotonicNow();
      const counting = count();
      if (counting === undefined) {
        this.#look();
        return;
      }
      void counting.then(() => {
        const share = (clock.monotonicNow() - startedAt) / COUNTING_SHARE;
        this.#intervalMs = Math.min(MAX_POLL_MS, Math.max(POLL_MS, share));
        this.#look();
      });
    });
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#cancel?.();
  }

  #look(): void {
    this.#cancel = undefined;
    if (!this.#ended && this.#parts.look()) this.start();
  }
}
