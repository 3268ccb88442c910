import type { MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";

/**
 * Beginning anew is a message to every peer that is not direct, an answer from each and a round of checks. The first volunteer
 * that connects, what it sees us as, and one more of each come one after the other within two round trips, and none of
 * them may wait; nor may what is then found out of our NAT.
 */
const AT_ONCE = 6;
/**
 * What many volunteers have to say at the start comes within it. On a host that is too busy connections break, and each that
 * is opened again is a reason: with one second ten such hosts kept each other busy for minutes.
 */
const PACE_MS = 5_000;

/** How often all peers may be met anew, whatever the reasons. Owner of its timer. */
export class RestartPace implements Disposable {
  readonly #clock: Clock;
  readonly #restart: () => void;
  readonly #before: MonotonicMs[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, restart: () => void) {
    this.#clock = clock;
    this.#restart = restart;
  }

  /** Now, or once with whatever else asks for it meanwhile. */
  ask(): void {
    if (this.#cancel !== undefined) return;
    const now = this.#clock.monotonicNow();
    while (this.#before[0] !== undefined && now - this.#before[0] >= PACE_MS) this.#before.shift();
    const [oldest] = this.#before;
    if (oldest === undefined || this.#before.length < AT_ONCE) {
      this.#before.push(now);
      this.#restart();
      return;
    }
    this.#cancel = this.#clock.after(oldest + PACE_MS - now, () => {
      this.#cancel = undefined;
      this.ask();
    });
  }

  [Symbol.dispose](): void {
    this.#cancel?.();
  }
}
