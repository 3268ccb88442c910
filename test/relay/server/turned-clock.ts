import type { Clock } from "../../../agent/clock.ts";
import { monotonicMs, wallMs, type MonotonicMs, type WallMs } from "../../../protocol/time.ts";

/** A clock that only goes when it is turned. */
export class TurnedClock implements Clock {
  #nowMs = 1_000_000;
  readonly #timers = new Map<symbol, { readonly dueMs: number; readonly callback: () => void }>();

  wallNow(): WallMs {
    return wallMs(1_800_000_000_000 + this.#nowMs);
  }

  monotonicNow(): MonotonicMs {
    return monotonicMs(this.#nowMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const id = Symbol("timer");
    this.#timers.set(id, { dueMs: this.#nowMs + Math.max(0, delayMs), callback });
    return () => void this.#timers.delete(id);
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const [id, { dueMs, callback }] of [...this.#timers]) {
      if (dueMs <= this.#nowMs && this.#timers.delete(id)) callback();
    }
  }
}
