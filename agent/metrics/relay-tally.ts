import type { MonotonicMs } from "../../protocol/time.ts";

/** Of one allocation since its port opened; they begin anew where another forwarder takes over. */
export type AllocationCounts = {
  /** UDP payload that was relayed, both ways together. */
  readonly bytes: number;
  readonly packets: number;
  /** Datagrams that were not, by reason. */
  readonly drops: ReadonlyMap<string, number>;
};

/** Allocations that lasted so long, and how long together. */
export type DurationBucket = { readonly count: number; readonly sumMs: number };

/** Since this host runs as a member; none ever falls. */
export type RelayTotals = AllocationCounts & {
  readonly opened: number;
  readonly endedByReason: ReadonlyMap<string, number>;
  /** One for each of `DURATION_BUCKETS_SEC`, and one for what lasted longer. */
  readonly durations: readonly DurationBucket[];
  /** Answers to members' requests, by "request result". */
  readonly answers: ReadonlyMap<string, number>;
};

/** Upper bounds, inclusive: a short call, an evening, and allocations that are kept for days. */
export const DURATION_BUCKETS_SEC = [10, 60, 300, 1800, 7200, 28_800, 86_400, 604_800] as const;

/** The kernel's counters are read every 5 s: six of these looks, so that one more or less does not look like a burst. */
const RATE_WINDOW_MS = 30_000;

type Live = {
  counts: AllocationCounts;
  /** Where the window began from which the rate is taken. */
  rateFrom: { readonly at: MonotonicMs; readonly bytes: number };
  bitsPerSec: number;
  bandwidthBps: number;
};

/** Makes counters that never fall out of the counts of allocations that come and go. Misses none, for it hears of each end. */
export class RelayTally {
  readonly #liveById = new Map<string, Live>();
  readonly #drops = new Map<string, number>();
  readonly #endedByReason = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #durations = Array.from({ length: DURATION_BUCKETS_SEC.length + 1 }, () => ({
    count: 0,
    sumMs: 0,
  }));
  #opened = 0;
  #bytes = 0;
  #packets = 0;

  /** `bandwidthBps` 0 is "not limited". */
  count(id: string, counts: AllocationCounts, bandwidthBps: number, now: MonotonicMs): void {
    const live = this.#liveById.get(id) ?? this.#begin(id, now);
    const { bytes, packets, drops } = live.counts;
    const added = risen(bytes, counts.bytes);
    this.#bytes += added;
    this.#packets += risen(packets, counts.packets);
    for (const [reason, count] of counts.drops)
      add(this.#drops, reason, risen(drops.get(reason) ?? 0, count));
    live.counts = counts;
    live.bandwidthBps = bandwidthBps;
    const { at, bytes: before } = live.rateFrom;
    if (now - at < RATE_WINDOW_MS) return;
    live.bitsPerSec = (risen(before, counts.bytes) * 8000) / (now - at);
    live.rateFrom = { at: now, bytes: counts.bytes };
  }

  end(id: string, reason: string, lastedMs: number): void {
    // One that ended while its port was opening was never counted.
    if (!this.#liveById.delete(id)) this.#opened++;
    add(this.#endedByReason, reason, 1);
    const found = DURATION_BUCKETS_SEC.findIndex((boundSec) => lastedMs <= boundSec * 1000);
    const bucket = this.#durations.at(found);
    if (bucket === undefined) return;
    bucket.count++;
    bucket.sumMs += Math.round(lastedMs);
  }

  /** `result` is "ok" or a fixed word. */
  answer(request: string, result: string): void {
    add(this.#answers, `${request} ${result}`, 1);
  }

  totals(): RelayTotals {
    return {
      opened: this.#opened,
      bytes: this.#bytes,
      packets: this.#packets,
      drops: new Map(this.#drops),
      endedByReason: new Map(this.#endedByReason),
      durations: this.#durations.map((bucket) => ({ ...bucket })),
      answers: new Map(this.#answers),
    };
  }

  /** 0 to 1, the largest of all allocations that have a limit, over the last half minute that was measured. */
  bandwidthRatio(): number {
    let largest = 0;
    for (const { bitsPerSec, bandwidthBps } of this.#liveById.values())
      if (bandwidthBps > 0) largest = Math.max(largest, bitsPerSec / bandwidthBps);
    return largest;
  }

  #begin(id: string, now: MonotonicMs): Live {
    const live: Live = {
      counts: { bytes: 0, packets: 0, drops: new Map() },
      rateFrom: { at: now, bytes: 0 },
      bitsPerSec: 0,
      bandwidthBps: 0,
    };
    this.#liveById.set(id, live);
    this.#opened++;
    return live;
  }
}

/** Counts that fell are those of a new forwarder. */
function risen(last: number, now: number): number {
  return now < last ? now : now - last;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
