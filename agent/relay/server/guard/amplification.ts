import type { AllocationId } from "../../../../protocol/ids.ts";
import type { MonotonicMs } from "../../../../protocol/time.ts";
import type { LegCounters } from "../forwarder.ts";
import { LEG_NAMES, type LegName } from "../leg.ts";

/** RFC 9000, section 8.1: what an address gets at most, for each byte from it, before it has shown that it receives. */
const MAX_FACTOR = 3;

/** Bytes: more credit than a few answers need would let somebody save up for a burst. */
const MAX_CREDIT_BYTES = 4096;

/** What sources that have proven nothing may still be answered. Who is forgotten loses credit, and nobody gains any by it. */
export class AnswerCredit {
  readonly #maxSources: number;
  /** In order of last use. */
  readonly #creditBySource = new Map<string, number>();

  constructor(maxSources: number) {
    this.#maxSources = maxSources;
  }

  get size(): number {
    return this.#creditBySource.size;
  }

  /** Whether `answerBytes` may go to who just sent `receivedBytes`; if so, they are spent. */
  allows(source: string, receivedBytes: number, answerBytes: number): boolean {
    const before = this.#creditBySource.get(source) ?? 0;
    const credit = Math.min(MAX_CREDIT_BYTES, before + MAX_FACTOR * receivedBytes);
    const allowed = answerBytes <= credit;
    this.#creditBySource.delete(source);
    this.#creditBySource.set(source, allowed ? credit - answerBytes : credit);
    const [oldest] = this.#creditBySource.keys();
    if (this.#creditBySource.size > this.#maxSources && oldest !== undefined)
      this.#creditBySource.delete(oldest);
    return allowed;
  }
}

/**
 * WireGuard answers data within 10 s, if only by a keepalive (paper, section 6.5), and its other end asks for a new
 * session after 15 s without an answer. Who says nothing for three keepalives is no WireGuard, or is there no more.
 */
export const UNANSWERED_MS = 30_000;

/** Below it is what keepalives, pings and handshakes to an end that just went away amount to: 3 kB/s for that time. */
export const UNANSWERED_BYTES = 100_000;

export type UnansweredLeg = { readonly leg: LegName; readonly bytes: number; readonly forMs: number };

type Mark = { readonly rxBytes: number; readonly txBytes: number; readonly at: MonotonicMs };

/** Finds allocations that pour data on somebody who never answers. Holds one mark for each leg of those that are observed. */
export class UnansweredWatch {
  readonly #marks = new Map<AllocationId, Partial<Record<LegName, Mark>>>();

  get size(): number {
    return this.#marks.size;
  }

  /** The legs that got too much since they last sent anything; each is named again only after as much again. */
  observe(
    id: AllocationId,
    counters: Readonly<Record<LegName, LegCounters>>,
    now: MonotonicMs,
  ): readonly UnansweredLeg[] {
    const marks = this.#marks.get(id) ?? {};
    this.#marks.set(id, marks);
    return LEG_NAMES.flatMap((leg) => {
      const { rxBytes, txBytes } = counters[leg];
      const mark = marks[leg];
      const fresh = { rxBytes, txBytes, at: now };
      // Counters that fell are those of a new forwarder.
      if (mark?.rxBytes !== rxBytes || txBytes < mark.txBytes) {
        marks[leg] = fresh;
        return [];
      }
      const bytes = txBytes - mark.txBytes;
      const forMs = now - mark.at;
      if (forMs < UNANSWERED_MS || bytes < UNANSWERED_BYTES) return [];
      marks[leg] = fresh;
      return [{ leg, bytes, forMs }];
    });
  }

  forget(id: AllocationId): void {
    this.#marks.delete(id);
  }
}
