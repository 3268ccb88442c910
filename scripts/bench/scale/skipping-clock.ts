import { monotonicMs, wallMs, type MonotonicMs, type WallMs } from "../../../protocol/time.ts";
import type { Clock } from "../../../agent/clock.ts";

/** Runs like any clock, but its timers fire only when time is skipped: so that what a timer does can be measured. */
export class SkippingClock implements Clock {
  readonly #timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();
  #skippedMs = 0;

  wallNow(): WallMs {
    return wallMs(Date.now() + this.#skippedMs);
  }

  monotonicNow(): MonotonicMs {
    return monotonicMs(performance.now() + this.#skippedMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueAt: this.monotonicNow() + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Calls what has fallen due, once. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    const now = this.monotonicNow();
    for (const timer of [...this.#timers]) {
      if (timer.dueAt <= now && this.#timers.delete(timer)) timer.callback();
    }
  }
}
