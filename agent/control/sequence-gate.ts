import type { MonotonicMs } from "../../protocol/time.ts";

/**
 * After so long without a message from a sender, its mark is forgotten. A sender counts from its wall clock, so one
 * that restarted with its clock set back would otherwise stay unheard until the clock has caught up. What a carrier
 * could then replay are candidates ten minutes old: checks to them fail, and nothing else follows.
 */
export const MARK_LIFETIME_MS = 10 * 60_000;

type Mark = { readonly sequence: number; readonly at: MonotonicMs };

/** Refuses replays: the sequence of a sender must grow. Holds one mark for each sender of the last ten minutes. */
export class SequenceGate {
  readonly #maxSenders: number;
  /** In order of `at`. */
  readonly #marks = new Map<string, Mark>();

  constructor(maxSenders: number) {
    this.#maxSenders = maxSenders;
  }

  /** Whether the message is new; it is not, from then on. */
  admit(sender: string, sequence: number, now: MonotonicMs): boolean {
    this.#forgetOld(now);
    const mark = this.#marks.get(sender);
    if (mark !== undefined && sequence <= mark.sequence) return false;
    this.#set(sender, sequence, now);
    return true;
  }

  /** For a message that the sender handed over itself: it cannot be a replay, and says where the sender now counts. */
  trust(sender: string, sequence: number, now: MonotonicMs): void {
    this.#forgetOld(now);
    this.#set(sender, sequence, now);
  }

  #set(sender: string, sequence: number, now: MonotonicMs): void {
    this.#marks.delete(sender);
    this.#marks.set(sender, { sequence, at: now });
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > this.#maxSenders && oldest !== undefined) this.#marks.delete(oldest);
  }

  #forgetOld(now: MonotonicMs): void {
    for (const [sender, { at }] of this.#marks) {
      if (now - at < MARK_LIFETIME_MS) return;
      this.#marks.delete(sender);
    }
  }
}
