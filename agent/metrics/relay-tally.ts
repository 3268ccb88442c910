import type { AllocationView } from "./view.ts";

/** What has come to pass since the last look. */
export type RelayChange = {
  readonly opened: number;
  /** How long each that is gone had lasted when it was seen last. */
  readonly endedAgesSec: readonly number[];
  readonly bytes: number;
  readonly packets: number;
  readonly drops: ReadonlyMap<string, number>;
};

/**
 * Makes counters that never fall out of the counts of allocations that come and go. What an allocation carried between
 * the last look and its end is missing, and one that came and went in between is.
 */
export class RelayTally {
  #lastById: ReadonlyMap<string, AllocationView> = new Map();

  look(allocations: readonly AllocationView[]): RelayChange {
    const before = this.#lastById;
    this.#lastById = new Map(allocations.map((allocation) => [allocation.id, allocation]));
    const ended = new Map(before);
    const drops = new Map<string, number>();
    const change = { opened: 0, bytes: 0, packets: 0 };
    for (const allocation of allocations) {
      const last = sameOne(before.get(allocation.id), allocation);
      if (last === undefined) change.opened++;
      else ended.delete(allocation.id);
      change.bytes += risen(last?.bytes, allocation.bytes);
      change.packets += risen(last?.packets, allocation.packets);
      for (const [reason, count] of allocation.drops)
        drops.set(reason, (drops.get(reason) ?? 0) + risen(last?.drops.get(reason), count));
    }
    return { ...change, drops, endedAgesSec: [...ended.values()].map(({ ageSec }) => ageSec) };
  }
}

/** Ids are a pair's: one that is younger than it was is its next allocation. */
function sameOne(last: AllocationView | undefined, now: AllocationView): AllocationView | undefined {
  return last !== undefined && now.ageSec >= last.ageSec ? last : undefined;
}

/** Counts that fell are those of a new forwarder. */
function risen(last: number | undefined, now: number): number {
  return last === undefined || now < last ? now : now - last;
}
