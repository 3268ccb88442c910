import type { Clock } from "../../agent/clock.ts";
import { monotonicMs, wallMs, type MonotonicMs, type WallMs } from "../../protocol/time.ts";

/** 2026-01-01: any date that certificates and caches accept. */
const START_MS = Date.UTC(2026, 0, 1);

/** Turns of the microtask queue after every timer: more than any chain of awaits under test has. */
const TURNS = 50;

/** A clock that is turned by hand: time stands still but for `advance`. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #sleptMs = 0;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  wallNow(): WallMs {
    return wallMs(START_MS + this.#nowMs + this.#sleptMs);
  }

  monotonicNow(): MonotonicMs {
    return monotonicMs(this.#nowMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The host sleeps: the wall clock goes on, and nothing else. */
  sleep(ms: number): void {
    this.#sleptMs += ms;
  }

  /** The process does not run: what falls due meanwhile fires late. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Fires what falls due within `ms`, in order of time and then of setting, with what it awaits after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs);
      const [next] = due.sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
