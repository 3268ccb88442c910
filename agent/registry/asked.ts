import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/** A megabyte on a slow link takes as long; asked of two at once, it would come twice. */
const ASK_AGAIN_MS = 10_000;

/** What was sent and not admitted (a version that we do not understand, a clock that is off) costs no more than this often. */
const MAX_ASK_AGAIN_MS = 3_600_000;

/** Four for each of 1,000 members; 0.5 MB. Of what is forgotten, a copy too many is asked for. */
const MAX_ASKED = 4_096;

type Question = {
  readonly sequence: number;
  readonly from: MemberId;
  readonly againAt: MonotonicMs;
  readonly waitMs: number;
};

/** Records under way to us, so that several peers that offer the same are not all asked for it. */
export class Asked {
  /** By slot, the oldest first. */
  readonly #questions = new Map<string, Question>();

  get size(): number {
    return this.#questions.size;
  }

  /** Whether to ask `from` for it; then it counts as asked. */
  ask(key: string, sequence: number, from: MemberId, now: MonotonicMs): boolean {
    const last = this.#questions.get(key);
    const isSame = last !== undefined && last.sequence >= sequence;
    if (isSame && now < last.againAt) return false;
    const waitMs = isSame ? Math.min(last.waitMs * 4, MAX_ASK_AGAIN_MS) : ASK_AGAIN_MS;
    this.#questions.delete(key);
    this.#questions.set(key, { sequence, from, againAt: monotonicMs(now + waitMs), waitMs });
    const [oldest] = this.#questions.keys();
    if (this.#questions.size > MAX_ASKED && oldest !== undefined) this.#questions.delete(oldest);
    return true;
  }

  admitted(key: string): void {
    this.#questions.delete(key);
  }

  /** What it was asked for may be asked of others. */
  disconnected(peer: MemberId): void {
    for (const [key, { from }] of this.#questions) if (from === peer) this.#questions.delete(key);
  }
}
