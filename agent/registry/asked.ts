import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/** A megabyte on a slow link takes as long; asked of two at once, it would come twice. */
const ASK_AGAIN_MS = 10_000;

/** What was sent and not admitted (a version that we do not understand, a clock that is off) costs no more than this often. */
const MAX_ASK_AGAIN_MS = 3_600_000;

/**
 * Four for each of 1,000 members. What a peer offers beyond it is asked of it once it has sent some: were older questions forgotten
 * instead, a peer could have those forgotten that it never answers.
 */
const MAX_OF_PEER = 4_096;

/** Some 1 MB. Of what is forgotten, a copy too many is asked for. */
const MAX_SLOTS = 8_192;

/** That one slot is asked of; the one asked longest ago is forgotten, and may be asked anew. */
const MAX_PEERS = 4;

type Question = {
  readonly from: MemberId;
  readonly sequence: number;
  readonly againAt: MonotonicMs;
  readonly waitMs: number;
  /** While it is the first that this peer is asked, no other is. */
  readonly isFirst: boolean;
};

/**
 * Records under way to us, so that several peers that offer the same are not all asked for it. A peer that does not send what it
 * offers is asked ever more rarely, and keeps the others from being asked once, for as long as the first answer may take: a member
 * could otherwise withhold a record by offering it.
 */
export class Asked {
  /** By slot, that of the latest question last. */
  readonly #questions = new Map<string, readonly Question[]>();
  readonly #countByPeer = new Map<MemberId, number>();

  get size(): number {
    return this.#questions.size;
  }

  /** Whether to ask `from` for it; then it counts as asked. */
  ask(key: string, sequence: number, from: MemberId, now: MonotonicMs): boolean {
    const asked = this.#questions.get(key) ?? [];
    const own = asked.find((question) => question.from === from);
    const isUnderWay = asked.some(
      (other) => other.isFirst && other.sequence >= sequence && now < other.againAt,
    );
    // A peer sends the newest that it has: while it is under way, a greater number is no reason to ask again.
    if (isUnderWay || (own !== undefined && now < againAtFor(own, sequence))) return false;
    if (own === undefined && (this.#countByPeer.get(from) ?? 0) >= MAX_OF_PEER) return false;
    const isSame = own !== undefined && own.sequence >= sequence;
    const waitMs = isSame ? Math.min(own.waitMs * 4, MAX_ASK_AGAIN_MS) : ASK_AGAIN_MS;
    const againAt = monotonicMs(now + waitMs);
    const question = { from, sequence, againAt, waitMs, isFirst: own === undefined };
    this.#keep(key, [...asked.filter((other) => other !== own), question].slice(-MAX_PEERS));
    const [oldest] = this.#questions.keys();
    if (this.#questions.size > MAX_SLOTS && oldest !== undefined) this.#keep(oldest, []);
    return true;
  }

  admitted(key: string): void {
    this.#keep(key, []);
  }

  /** What it was asked for may be asked of others, and of it once it is back. That it was asked is not forgotten. */
  disconnected(peer: MemberId): void {
    for (const [key, asked] of this.#questions) {
      if (!asked.some(({ from }) => from === peer)) continue;
      const left = asked.map((question) =>
        question.from === peer ? { ...question, againAt: monotonicMs(-Infinity), isFirst: false } : question,
      );
      this.#questions.set(key, left);
    }
  }

  /** As the latest. */
  #keep(key: string, questions: readonly Question[]): void {
    for (const { from } of this.#questions.get(key) ?? []) this.#add(from, -1);
    for (const { from } of questions) this.#add(from, 1);
    this.#questions.delete(key);
    if (questions.length > 0) this.#questions.set(key, questions);
  }

  #add(peer: MemberId, change: 1 | -1): void {
    const count = (this.#countByPeer.get(peer) ?? 0) + change;
    if (count === 0) this.#countByPeer.delete(peer);
    else this.#countByPeer.set(peer, count);
  }
}

function againAtFor({ sequence, againAt, waitMs }: Question, offered: number): number {
  return sequence >= offered ? againAt : againAt - waitMs + ASK_AGAIN_MS;
}
