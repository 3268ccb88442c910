import type { Figures, ProbeCount } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/** Of the last so many probes: at the quickest pace 16 s, enough to prove that a fifth of the packets is lost each way. */
export const RECENT_PROBES = 32;
/** Enough to prove that a fourteenth is. */
export const ALL_PROBES = 128;
/** What is older says nothing of now: at the pace of an idle path, forty probes. */
const MAX_AGE_MS = 600_000;
/**
 * A probe that follows another one sooner does not count: what is asked again because it was not answered would count one outage as many
 * losses, and 200 ms of it are no loss rate.
 */
export const SAMPLE_GAP_MS = 400;

/** The last that are looked at to see whether it is worth to measure more. */
const LATE_PROBES = 8;
const LATE_RTTS = 3;

/**
 * What became of the probes of one way, in a ring of 1 KiB. An answered probe is known before a lost one of the same time, which is known
 * by its time-out: at the quickest pace the share of the lost is shown too low by a tenth of itself, for two seconds.
 */
export class SampleWindow {
  /** NaN: no answer came. */
  readonly #rttMs = new Float32Array(ALL_PROBES);
  readonly #sentSec = new Uint32Array(ALL_PROBES);
  #count = 0;
  #sentAt: MonotonicMs | undefined;

  /** A probe is sent now: whether it counts. Asked then and not after, as the answer to a later probe comes before a time-out. */
  begin(now: MonotonicMs): boolean {
    if (this.#sentAt !== undefined && Math.abs(now - this.#sentAt) < SAMPLE_GAP_MS) return false;
    this.#sentAt = monotonicMs(Math.max(now, this.#sentAt ?? now));
    return true;
  }

  /** When the last probe that counts was sent. */
  get sentAt(): MonotonicMs | undefined {
    return this.#sentAt;
  }

  /** What came of a probe that counts. @param rttMs undefined: no answer came */
  add(sentAt: MonotonicMs, rttMs: number | undefined): void {
    const at = this.#count++ % ALL_PROBES;
    this.#rttMs[at] = rttMs ?? NaN;
    this.#sentSec[at] = Math.floor(sentAt / 1_000);
  }

  figures(now: MonotonicMs): Figures {
    const all = this.#newest(ALL_PROBES, now);
    const recent = all.slice(0, RECENT_PROBES);
    const answered = recent.filter((rttMs) => !Number.isNaN(rttMs));
    return {
      recent: countOf(recent),
      all: countOf(all),
      rttMs: median(answered),
      jitterMs: meanDifference(answered),
    };
  }

  /** Whether the last few probes give reason to measure more: two of eight were lost, or three in a row took longer than this. */
  isDoubtful(limitMs: number, now: MonotonicMs): boolean {
    const late = this.#newest(LATE_PROBES, now);
    const rtts = late.filter((rttMs) => !Number.isNaN(rttMs)).slice(0, LATE_RTTS);
    return countOf(late).lost >= 2 || (rtts.length === LATE_RTTS && Math.min(...rtts) > limitMs);
  }

  #newest(most: number, now: MonotonicMs): readonly number[] {
    const newest: number[] = [];
    const first = Math.max(0, this.#count - most);
    for (let index = this.#count - 1; index >= first; index--) {
      const at = index % ALL_PROBES;
      if (now - (this.#sentSec[at] ?? 0) * 1_000 > MAX_AGE_MS) break;
      newest.push(this.#rttMs[at] ?? NaN);
    }
    return newest;
  }
}

function countOf(rtts: readonly number[]): ProbeCount {
  return { probes: rtts.length, lost: rtts.filter(Number.isNaN).length };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function meanDifference(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const sum = values.slice(1).reduce((total, value, i) => total + Math.abs(value - (values[i] ?? value)), 0);
  return sum / (values.length - 1);
}
