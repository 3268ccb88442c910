import type { AddressFamily } from "../../../protocol/endpoint.ts";
import type { KernelCount, KernelHeld } from "./forwarder.ts";
import { LEG_NAMES, type LegName } from "./leg.ts";
import { counterKey, payloadBytes } from "./nft-ruleset.ts";

const NOTHING: KernelCount = { packets: 0, bytes: 0 };

export type FlowSums = {
  /** What came from the leg and went on: packets and bytes of UDP payload. */
  readonly carried: Readonly<Record<LegName, KernelCount>>;
  /** Packets that the rate limit took, both directions. */
  readonly overRate: number;
};

/** One allocation's kernel counters, added up over all the tables that it was in. */
export class FlowTotals {
  readonly #lastByKey = new Map<number, KernelCount>();
  readonly #carried: Record<LegName, KernelCount> = { a: NOTHING, b: NOTHING };
  #overRate = 0;

  /** `counted` is what a predecessor had read already of the same counters. */
  constructor(counted: KernelHeld["counted"] = []) {
    for (const { key, packets, bytes } of counted) this.#lastByKey.set(key, { packets, bytes });
  }

  /** The legs that were heard since the last time; undefined where the allocation has no counters. */
  update(
    index: number,
    family: AddressFamily,
    counters: ReadonlyMap<number, KernelCount>,
  ): readonly LegName[] | undefined {
    if (LEG_NAMES.some((leg) => !counters.has(counterKey(index, family, leg)))) return undefined;
    return LEG_NAMES.filter((leg) => {
      const carried = this.#advance(counterKey(index, family, leg), counters);
      const over = this.#advance(counterKey(index, family, leg, true), counters);
      const { packets, bytes } = this.#carried[leg];
      this.#carried[leg] = {
        packets: packets + carried.packets,
        bytes: bytes + payloadBytes(carried, family),
      };
      this.#overRate += over.packets;
      return carried.packets + over.packets > 0;
    });
  }

  /** The kernel's counters begin at zero again. */
  restart(): void {
    this.#lastByKey.clear();
  }

  /** As the kernel's counters were when they were last read. */
  counted(): KernelHeld["counted"] {
    return [...this.#lastByKey].map(([key, count]) => ({ key, ...count }));
  }

  sums(): FlowSums {
    return { carried: { ...this.#carried }, overRate: this.#overRate };
  }

  #advance(key: number, counters: ReadonlyMap<number, KernelCount>): KernelCount {
    const now = counters.get(key) ?? NOTHING;
    const last = this.#lastByKey.get(key) ?? NOTHING;
    this.#lastByKey.set(key, now);
    // Fewer than before: a table of the same name replaced ours.
    if (now.packets < last.packets) return now;
    return { packets: now.packets - last.packets, bytes: now.bytes - last.bytes };
  }
}
