import type { WallMs } from "../../protocol/time.ts";
import type { PathTag } from "../path/state.ts";

/** Each slot holds one probe of an idle path; sixty of them are a quarter of an hour, and a line in a terminal. */
export const SLOT_MS = 15_000;
export const MAX_SLOTS = 60;
/** More than a flapping path makes in a quarter of an hour. */
export const MAX_CHANGES = 16;

/** "direct": what was or would be the direct path. "relay": our leg to the relay. */
export type MeasuredWay = "direct" | "relay";

/** Of the probes of one slot; `rttMs` is the mean of those that were answered. */
export type SlotFigures = {
  readonly probes: number;
  readonly lost: number;
  readonly rttMs: number | undefined;
};

export type Slot = { readonly at: WallMs } & Readonly<Record<MeasuredWay, SlotFigures>>;

export type PathChange = {
  readonly at: WallMs;
  readonly from: PathTag;
  readonly to: PathTag;
  readonly why: string;
};

const FIELDS = 6;
const OFFSET: Readonly<Record<MeasuredWay, number>> = { direct: 0, relay: 3 };

/** What the paths to one peer were like: at most 4 KiB, of which the slots are 1.9. */
export class PathHistory {
  /** Probes, losses and the sum of round trips, of each way. */
  readonly #figures = new Float32Array(MAX_SLOTS * FIELDS);
  readonly #slots = new Float64Array(MAX_SLOTS);
  #count = 0;
  readonly #changes: PathChange[] = [];

  /** @param rttMs undefined: no answer came */
  addProbe(way: MeasuredWay, rttMs: number | undefined, now: WallMs): void {
    const slot = Math.floor(now / SLOT_MS) * SLOT_MS;
    // A clock that was set back goes on in the slot that there is.
    if (this.#count === 0 || slot > (this.#slots[(this.#count - 1) % MAX_SLOTS] ?? 0)) {
      const at = this.#count++ % MAX_SLOTS;
      this.#slots[at] = slot;
      this.#figures.fill(0, at * FIELDS, (at + 1) * FIELDS);
    }
    const first = ((this.#count - 1) % MAX_SLOTS) * FIELDS + OFFSET[way];
    this.#add(first, 1);
    this.#add(rttMs === undefined ? first + 1 : first + 2, rttMs ?? 1);
  }

  addChange(change: PathChange): void {
    this.#changes.push(change);
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift();
  }

  /** Oldest first. */
  get changes(): readonly PathChange[] {
    return this.#changes;
  }

  /** Oldest first; slots in which nothing was probed are missing. */
  get slots(): readonly Slot[] {
    const first = Math.max(0, this.#count - MAX_SLOTS);
    return Array.from({ length: this.#count - first }, (_, i) => {
      const at = (first + i) % MAX_SLOTS;
      return {
        at: (this.#slots[at] ?? 0) as WallMs,
        direct: this.#read(at * FIELDS + OFFSET.direct),
        relay: this.#read(at * FIELDS + OFFSET.relay),
      };
    });
  }

  #add(index: number, value: number): void {
    this.#figures[index] = (this.#figures[index] ?? 0) + value;
  }

  #read(first: number): SlotFigures {
    const [probes = 0, lost = 0, sumMs = 0] = this.#figures.subarray(first, first + 3);
    return { probes, lost, rttMs: probes > lost ? sumMs / (probes - lost) : undefined };
  }
}
