import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";

/**
 * A flow that was quiet may send this much at once: a bandwidth-delay product of 20 Mbit/s over 100 ms. Smaller
 * throttles TCP below its rate, since senders burst; the kernel forwarder's limits have the same depth.
 */
export const BURST_BYTES = 256_000;

/** Polices bytes to a rate: what finds no tokens is dropped, not queued, so that a limit adds no delay (RFC 2697 without colours). */
export class TokenBucket {
  readonly #bytesPerMs: number;
  #tokens = BURST_BYTES;
  #filledAt: MonotonicMs = monotonicMs(0);

  /** Full at first. `rateBps` is above 0, in bits a second. */
  constructor(rateBps: number) {
    this.#bytesPerMs = rateBps / 8000;
  }

  has(bytes: number, now: MonotonicMs): boolean {
    this.#fill(now);
    return this.#tokens >= bytes;
  }

  /** After `has` said so. */
  take(bytes: number): void {
    this.#tokens -= bytes;
  }

  #fill(now: MonotonicMs): void {
    this.#tokens = Math.min(BURST_BYTES, this.#tokens + (now - this.#filledAt) * this.#bytesPerMs);
    this.#filledAt = now;
  }
}

/** Undefined where there is no limit: 0 bits a second, or nothing said. */
export function bucketOf(rateBps: number | undefined): TokenBucket | undefined {
  return rateBps === undefined || rateBps === 0 ? undefined : new TokenBucket(rateBps);
}

/** Takes from all or from none: what one bucket refuses must not use up another. */
export function takeFromAll(
  buckets: readonly (TokenBucket | undefined)[],
  bytes: number,
  now: MonotonicMs,
): boolean {
  if (!buckets.every((bucket) => bucket?.has(bytes, now) ?? true)) return false;
  for (const bucket of buckets) bucket?.take(bytes);
  return true;
}
