import { createHmac } from "node:crypto";
import type { MonotonicMs } from "../../../../protocol/time.ts";

/** Never more than `count` in any `windowMs`: not on average, as a bucket, but wherever the window is laid. */
export type RateLimit = { readonly count: number; readonly windowMs: number };

export type RateWindowOptions = {
  readonly limit: RateLimit;
  /** Sources that are counted each for itself. */
  readonly maxSources: number;
  /** Against choosing sources that fall together: 32 random bytes of this process. */
  readonly secret: Uint8Array;
};

/** Windows that sources share when there are too many. As many as need a flood of their own to be used up. */
const SHARED_WINDOWS = 1024;

/**
 * A limit for each source in bounded memory: at most `maxSources + 1024` windows of 8 bytes for each of the limit's count.
 *
 * A source that still counts is never forgotten, so nobody clears his own window by sending from many others. Newcomers
 * for whom there is no room share windows, by a keyed hash: they may be refused for what others did, but none gets more
 * than the limit, also not when it gets a window of its own later, for that begins as a copy of the shared one.
 */
export class RateWindow {
  readonly #options: RateWindowOptions;
  /** In order of the last admission, so those that no longer count are at the front. */
  readonly #own = new Map<string, Stamps>();
  /** By slot, in the same order. */
  readonly #shared = new Map<number, Stamps>();

  constructor(options: RateWindowOptions) {
    this.#options = options;
  }

  /** Whether the source may once more, and if so, counts it. A refusal is not counted: it ends by itself. */
  admits(source: string, now: MonotonicMs): boolean {
    forgetIdle(this.#own, now);
    forgetIdle(this.#shared, now);
    const own = this.#own.get(source);
    if (own !== undefined) return this.#use(source, own, now);
    const slot = this.#slotOf(source);
    const stamps = this.#shared.get(slot) ?? new Stamps(this.#options.limit);
    if (this.#own.size < this.#options.maxSources) return this.#use(source, stamps.copy(), now);
    if (!stamps.take(now)) return false;
    putLast(this.#shared, slot, stamps);
    return true;
  }

  /** Windows that are held. */
  get size(): number {
    return this.#own.size + this.#shared.size;
  }

  #use(source: string, stamps: Stamps, now: MonotonicMs): boolean {
    if (!stamps.take(now)) return false;
    putLast(this.#own, source, stamps);
    return true;
  }

  /** Without anything shared, and room, every slot is as good as another. */
  #slotOf(source: string): number {
    if (this.#shared.size === 0 && this.#own.size < this.#options.maxSources) return 0;
    const digest = createHmac("sha256", this.#options.secret).update(source).digest();
    return digest.readUInt16BE() % SHARED_WINDOWS;
  }
}

/** When the last `count` were admitted, in a ring whose next place holds the oldest. */
class Stamps {
  readonly #limit: RateLimit;
  readonly #ring: Float64Array;
  #next = 0;
  #newest = -Infinity;

  constructor(limit: RateLimit, ring = new Float64Array(limit.count).fill(-Infinity)) {
    this.#limit = limit;
    this.#ring = ring;
  }

  take(now: MonotonicMs): boolean {
    if (now - (this.#ring[this.#next] ?? -Infinity) < this.#limit.windowMs) return false;
    this.#ring[this.#next] = now;
    this.#next = (this.#next + 1) % this.#ring.length;
    this.#newest = now;
    return true;
  }

  isIdle(now: MonotonicMs): boolean {
    return now - this.#newest >= this.#limit.windowMs;
  }

  copy(): Stamps {
    const copy = new Stamps(this.#limit, this.#ring.slice());
    copy.#next = this.#next;
    copy.#newest = this.#newest;
    return copy;
  }
}

function putLast<Key>(windows: Map<Key, Stamps>, key: Key, stamps: Stamps): void {
  windows.delete(key);
  windows.set(key, stamps);
}

function forgetIdle<Key>(windows: Map<Key, Stamps>, now: MonotonicMs): void {
  for (const [key, stamps] of windows) {
    if (!stamps.isIdle(now)) return;
    windows.delete(key);
  }
}
