import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/** A timer is late by a millisecond or two; by so much where the processors, or this process, have more to do than they can. */
const LATE_MS = 100;

/** Work comes in bursts: a host that was late is, for so long. */
const LATE_FOR_MS = 10_000;

/**
 * Whether this host is too busy to tell a path that is slow or silent from itself: its own timers come late, and so does it look at answers
 * that came in time. What it would do about such paths, to all its peers at once, would keep it and them busy.
 */
export class Lateness {
  #until = monotonicMs(-Infinity);

  /** What was due then is done now. */
  onDue(dueAt: MonotonicMs, now: MonotonicMs): void {
    if (now - dueAt >= LATE_MS) this.#until = monotonicMs(now + LATE_FOR_MS);
  }

  isLate(now: MonotonicMs): boolean {
    return now < this.#until;
  }
}
