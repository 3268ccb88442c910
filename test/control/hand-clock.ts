import type { Clock } from "../../agent/clock.ts";
import { monotonicMs, wallMs, type MonotonicMs, type WallMs } from "../../protocol/time.ts";

/** Some time in 2027. */
const WALL_START_MS = 1_800_000_000_000;

/** Lets streams and promises do what they can do without time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

type Timer = { readonly dueMs: number; readonly callback: () => void };

/** Turned by hand. Timers run in the order in which they are due, and what they set going settles before the next. */
export class HandClock implements Clock {
  /** The wall clock's error. */
  skewMs = 0;
  #elapsedMs = 0;
  readonly #timers = new Set<Timer>();

  wallNow(): WallMs {
    return wallMs(WALL_START_MS + this.#elapsedMs + this.skewMs);
  }

  monotonicNow(): MonotonicMs {
    return monotonicMs(this.#elapsedMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#elapsedMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined || next.dueMs > untilMs) break;
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.callback();
      await settle();
    }
    this.#elapsedMs = untilMs;
  }
}
