import type { DropReason } from "../forwarder.ts";
import { legCounters, type Traffic } from "../carrier.ts";
import type { LegName } from "../leg.ts";

/** Each one 64-bit number, so that it is read whole; only the worker writes them. */
const COUNTERS = [
  "a packets",
  "a bytes",
  "b packets",
  "b bytes",
  "over-rate",
  "congested",
  "send-failed",
] as const;
const INDEX = { a: 0, b: 2 } as const satisfies Record<LegName, number>;
const DROPS = { "over-rate": 4, congested: 5, "send-failed": 6 } as const satisfies Partial<
  Record<DropReason, number>
>;

/** What of a port waits to be handed over stands after the counters: the worker adds, the main thread takes away. */
const WAITING_AT = COUNTERS.length * Float64Array.BYTES_PER_ELEMENT;

export type CarrierDrop = keyof typeof DROPS;

/** What a port relayed and dropped, in memory that both threads share. */
export class PortTraffic {
  readonly #counters: Float64Array;
  readonly #waiting: Int32Array;

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(WAITING_AT + Int32Array.BYTES_PER_ELEMENT);
  }

  /** Over `PortTraffic.memory()`; each side has its own. */
  constructor(memory: SharedArrayBuffer) {
    this.#counters = new Float64Array(memory, 0, COUNTERS.length);
    this.#waiting = new Int32Array(memory, WAITING_AT, 1);
  }

  relayed(from: LegName, bytes: number): void {
    this.#add(INDEX[from], 1);
    this.#add(INDEX[from] + 1, bytes);
  }

  dropped(reason: CarrierDrop, packets = 1): void {
    this.#add(DROPS[reason], packets);
  }

  /** How many packets of the port wait in the queue. */
  waiting(): number {
    return Atomics.load(this.#waiting, 0);
  }

  queued(): void {
    Atomics.add(this.#waiting, 0, 1);
  }

  taken(): void {
    Atomics.sub(this.#waiting, 0, 1);
  }

  read(): Traffic {
    const carried = (leg: LegName) => ({ packets: this.#at(INDEX[leg]), bytes: this.#at(INDEX[leg] + 1) });
    const drops = new Map<DropReason, number>();
    for (const [reason, index] of Object.entries(DROPS) as [CarrierDrop, number][]) {
      if (this.#at(index) > 0) drops.set(reason, this.#at(index));
    }
    return { counters: legCounters({ a: carried("a"), b: carried("b") }), drops };
  }

  #at(index: number): number {
    return this.#counters[index] ?? 0;
  }

  #add(index: number, value: number): void {
    this.#counters[index] = this.#at(index) + value;
  }
}
