import type { Clock } from "../clock.ts";

/** Runs `work` after each `intervalMs`, the first time after one of them, until the returned function ends it. */
export function every(clock: Clock, intervalMs: number, work: () => void): () => void {
  let cancel = clock.after(intervalMs, again);
  return () => cancel();

  function again(): void {
    // Armed before it works, so that work which ends all this has a timer to end.
    cancel = clock.after(intervalMs, again);
    work();
  }
}
