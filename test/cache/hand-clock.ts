import { wallMs, type WallMs } from "../../protocol/time.ts";
import type { CacheClock } from "../../cache/store.ts";
import { NOW } from "./samples.ts";

/** A clock that is turned by hand. */
export class HandClock implements CacheClock {
  #elapsedMs = 0;
  readonly #timers = new Map<symbol, { readonly dueMs: number; readonly callback: () => void }>();

  wallNow(): WallMs {
    return wallMs(NOW + this.#elapsedMs);
  }

  after(delayMs: number, callback: () => void): () => void {
    const id = Symbol("timer");
    this.#timers.set(id, { dueMs: this.#elapsedMs + delayMs, callback });
    return () => this.#timers.delete(id);
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#elapsedMs += ms;
    for (const [id, { dueMs, callback }] of [...this.#timers]) {
      if (dueMs <= this.#elapsedMs && this.#timers.delete(id)) callback();
    }
  }
}
