import type { AllocationId } from "../../../protocol/ids.ts";
import type { MonotonicMs } from "../../../protocol/time.ts";
import type { AllocationStatus } from "./allocations.ts";
import type { DropReason } from "./forwarder.ts";

/** Told at once, in the order in which it happens; must not throw. */
export type HistoryWatcher = {
  opened(id: AllocationId): void;
  /** `last` is how it stood at its end, `why` an `AllocationEnd`. */
  ended(last: AllocationStatus, why: string): void;
};

/** What an allocation, or all of them together, carried. */
export type Carried = {
  readonly packets: number;
  /** UDP payload, each byte once. */
  readonly bytes: number;
  readonly drops: ReadonlyMap<DropReason, number>;
};

const NOTHING: Carried = { packets: 0, bytes: 0, drops: new Map() };

/** What a relay has done since it began, which its allocations do not show any more once they have ended. */
export class RelayHistory {
  readonly startedAt: MonotonicMs;
  readonly #open = new Set<AllocationId>();
  readonly #endedByReason = new Map<string, number>();
  readonly #watchers = new Set<HistoryWatcher>();
  #opened = 0;
  #carried = NOTHING;

  constructor(startedAt: MonotonicMs) {
    this.startedAt = startedAt;
  }

  /** Its port is open. */
  opened(id: AllocationId): void {
    this.#open.add(id);
    this.#opened++;
    for (const watcher of this.#watchers) watcher.opened(id);
  }

  /** One whose port never opened is none. */
  ended(last: AllocationStatus, why: string): void {
    if (!this.#open.delete(last.allocation.id)) return;
    this.#endedByReason.set(why, (this.#endedByReason.get(why) ?? 0) + 1);
    this.#carried = sum([this.#carried, carriedBy(last)]);
    for (const watcher of this.#watchers) watcher.ended(last, why);
  }

  get openedCount(): number {
    return this.#opened;
  }

  get endedByReason(): ReadonlyMap<string, number> {
    return new Map(this.#endedByReason);
  }

  /** By those that have ended and by `live` ones. */
  carriedWith(live: readonly AllocationStatus[]): Carried {
    return sum([this.#carried, ...live.map(carriedBy)]);
  }

  /** Until the returned function is called. */
  watch(watcher: HistoryWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

function carriedBy({ forwarder }: AllocationStatus): Carried {
  if (forwarder === undefined) return NOTHING;
  const { a, b } = forwarder.counters;
  return { packets: a.rxPackets + b.rxPackets, bytes: a.rxBytes + b.rxBytes, drops: forwarder.drops };
}

function sum(all: readonly Carried[]): Carried {
  const drops = new Map<DropReason, number>();
  for (const each of all)
    for (const [reason, count] of each.drops) drops.set(reason, (drops.get(reason) ?? 0) + count);
  return {
    packets: all.reduce((packets, each) => packets + each.packets, 0),
    bytes: all.reduce((bytes, each) => bytes + each.bytes, 0),
    drops,
  };
}
