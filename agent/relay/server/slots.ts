/** Numbers from 0 below `capacity`, each held by one at a time. */
export class Slots {
  readonly #capacity: number;
  readonly #free = new Set<number>();
  /** All below it are held, or free to be given out again. */
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Undefined where all are held. */
  take(): number | undefined {
    for (const slot of this.#free) {
      this.#free.delete(slot);
      return slot;
    }
    return this.#next < this.#capacity ? this.#next++ : undefined;
  }

  /** This one, or another where it is held or none of ours. */
  claim(slot: number | undefined): number | undefined {
    if (slot === undefined || slot < 0 || slot >= this.#capacity) return this.take();
    while (this.#next <= slot) this.#free.add(this.#next++);
    return this.#free.delete(slot) ? slot : this.take();
  }

  release(slot: number): void {
    this.#free.add(slot);
  }
}
