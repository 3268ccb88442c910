import type { MonotonicMs } from "../../../protocol/time.ts";

export type Expiring = { readonly expiresAt: MonotonicMs };

/** An item that knows its place, so that whoever holds it moves or removes it without a search. */
export type HeapEntry<T extends Expiring> = { item: T; place: number };

/**
 * What expires, the earliest first: a binary heap. Each change costs the logarithm of the size, as keepalives prolong
 * every allocation more than once a second.
 */
export class ExpiryHeap<T extends Expiring> {
  readonly #entries: HeapEntry<T>[] = [];

  first(): T | undefined {
    return this.#entries[0]?.item;
  }

  add(item: T): HeapEntry<T> {
    const entry = { item, place: this.#entries.length };
    this.#entries.push(entry);
    this.#settle(entry);
    return entry;
  }

  /** `entry` is of this heap; its item expires earlier or later than before. */
  replace(entry: HeapEntry<T>, item: T): void {
    entry.item = item;
    this.#settle(entry);
  }

  /** `entry` is of this heap, and is not to be used any more. */
  remove(entry: HeapEntry<T>): void {
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, entry.place);
    this.#settle(last);
  }

  /** In no order. */
  expired(now: MonotonicMs): readonly T[] {
    const found: T[] = [];
    const places = [0];
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const item = this.#entries[place]?.item;
      if (item === undefined || item.expiresAt > now) continue; // nor is anything below
      found.push(item);
      places.push(2 * place + 1, 2 * place + 2);
    }
    return found;
  }

  #settle(entry: HeapEntry<T>): void {
    for (let above = this.#above(entry); above !== undefined && isBefore(entry, above);) {
      this.#swap(entry, above);
      above = this.#above(entry);
    }
    for (let below = this.#below(entry); below !== undefined && isBefore(below, entry);) {
      this.#swap(entry, below);
      below = this.#below(entry);
    }
  }

  #above({ place }: HeapEntry<T>): HeapEntry<T> | undefined {
    return place === 0 ? undefined : this.#entries[(place - 1) >> 1];
  }

  /** The earlier of the two. */
  #below({ place }: HeapEntry<T>): HeapEntry<T> | undefined {
    const [left, right] = [this.#entries[2 * place + 1], this.#entries[2 * place + 2]];
    return left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
  }

  #swap(one: HeapEntry<T>, other: HeapEntry<T>): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(entry: HeapEntry<T>, place: number): void {
    this.#entries[place] = entry;
    entry.place = place;
  }
}

function isBefore<T extends Expiring>(one: HeapEntry<T>, other: HeapEntry<T>): boolean {
  return one.item.expiresAt < other.item.expiresAt;
}
