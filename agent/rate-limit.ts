import type { MonotonicMs } from "../protocol/time.ts";

/** A token bucket: `burst` at once, `perSec` in the long run, in whatever unit the costs have. */
export type Rate = { readonly perSec: number; readonly burst: number };

export type Bucket = { readonly tokens: number; readonly at: MonotonicMs };

export type Taken = {
  readonly bucket: Bucket;
  /** 0: taken. Otherwise nothing was taken, and there will be enough in so many milliseconds. */
  readonly waitMs: number;
};

export function fullBucket(rate: Rate, now: MonotonicMs): Bucket {
  return { tokens: rate.burst, at: now };
}

/** `cost` must not exceed the burst: it would have to wait for ever. */
export function takeTokens(bucket: Bucket, rate: Rate, cost: number, now: MonotonicMs): Taken {
  const elapsedMs = Math.max(0, now - bucket.at);
  const tokens = Math.min(rate.burst, bucket.tokens + (elapsedMs * rate.perSec) / 1000);
  if (tokens >= cost) return { bucket: { tokens: tokens - cost, at: now }, waitMs: 0 };
  return { bucket: { tokens, at: now }, waitMs: Math.ceil(((cost - tokens) * 1000) / rate.perSec) };
}

/** One bucket a key, for the keys last seen. Who is forgotten starts full: `maxKeys` must exceed what is busy at once. */
export class KeyedLimiter {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  /** In order of last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, maxKeys: number) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** Whether one more would be allowed; takes nothing. */
  wouldAllow(key: string, now: MonotonicMs): boolean {
    const bucket = this.#buckets.get(key);
    return bucket === undefined || takeTokens(bucket, this.#rate, 1, now).waitMs === 0;
  }

  /** `cost` must not exceed the burst. */
  allows(key: string, now: MonotonicMs, cost = 1): boolean {
    const { bucket, waitMs } = takeTokens(
      this.#buckets.get(key) ?? fullBucket(this.#rate, now),
      this.#rate,
      cost,
      now,
    );
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#maxKeys && oldest !== undefined) this.#buckets.delete(oldest);
    return waitMs === 0;
  }
}
