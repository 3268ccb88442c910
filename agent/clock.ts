import { monotonicMs, wallMs, type MonotonicMs, type WallMs } from "../protocol/time.ts";

/** The only source of time and timers. Tests pass one that they turn by hand. */
export type Clock = {
  wallNow(): WallMs;
  monotonicNow(): MonotonicMs;
  /** Runs `callback` once after `delayMs`. The returned function cancels it; the timer never keeps the process alive. */
  after(delayMs: number, callback: () => void): () => void;
};

export const systemClock: Clock = {
  wallNow: () => wallMs(Date.now()),
  monotonicNow: () => monotonicMs(performance.now()),
  after(delayMs, callback) {
    // Node fires a delay above 2^31-1 at once; a day is longer than any timer here means.
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), 86_400_000));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Keeps the process alive until the returned function is called: no timer or socket of ours does, so without it a stop
 * that waits would end half-way, when the last connection closes.
 */
export function holdProcess(): () => void {
  const hold = setInterval(() => undefined, 86_400_000);
  return () => clearInterval(hold);
}

/** Resolves after `delayMs`, or rejects with the signal's reason. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
