import { BUCKET_HASH_BYTES, BUCKETS } from "../../protocol/frame-body.ts";
import { sha256 } from "../../protocol/keys.ts";
import type { ReadRecord } from "./record-reader.ts";

/** Of a slot and a sequence number, in what is hashed. */
const ENTRY_BYTES = 20;

/**
 * One record for every slot, in 256 buckets by the first byte of the slot's hash, so that two stores find what differs by
 * comparing a root, then 256 hashes, then the buckets that differ: 12 records each where 1,000 members have three.
 * A bucket is hashed again when it is asked for and has changed: some 10 us.
 */
export class SlotTable {
  readonly #buckets: readonly Map<string, ReadRecord>[] = Array.from({ length: BUCKETS }, () => new Map());
  readonly #hashes = new Array<Uint8Array | undefined>(BUCKETS).fill(undefined);
  #root: Uint8Array | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(key: string): boolean {
    return this.#bucketOf(key).has(key);
  }

  get(key: string): ReadRecord | undefined {
    return this.#bucketOf(key).get(key);
  }

  /** Replaces what was there. */
  put(entry: ReadRecord): void {
    const bucket = this.#bucketOf(entry.key);
    if (!bucket.has(entry.key)) this.#size++;
    bucket.set(entry.key, entry);
    this.#changed(entry.key);
  }

  delete(key: string): void {
    if (!this.#bucketOf(key).delete(key)) return;
    this.#size--;
    this.#changed(key);
  }

  /** The caller may delete what it is given. */
  *values(): Iterable<ReadRecord> {
    for (const bucket of this.#buckets) yield* bucket.values();
  }

  bucket(number: number): Iterable<ReadRecord> {
    return this.#buckets[number]?.values() ?? [];
  }

  sizeOf(number: number): number {
    return this.#buckets[number]?.size ?? 0;
  }

  /** The first bytes of each bucket's hash, one after the other. */
  bucketHashes(): Uint8Array {
    const hashes = new Uint8Array(BUCKETS * BUCKET_HASH_BYTES);
    for (let number = 0; number < BUCKETS; number++)
      hashes.set(this.#hashOf(number).subarray(0, BUCKET_HASH_BYTES), number * BUCKET_HASH_BYTES);
    return hashes;
  }

  /** SHA-256 over the whole hashes of all buckets. The same for the same slots and sequence numbers, and for no others. */
  rootHash(): Uint8Array {
    this.#root ??= sha256(
      "hopwire root v1\0",
      Buffer.concat(Array.from({ length: BUCKETS }, (_, number) => this.#hashOf(number))),
    );
    return this.#root;
  }

  #hashOf(number: number): Uint8Array {
    const known = this.#hashes[number];
    if (known !== undefined) return known;
    const hash = sha256("hopwire bucket v1\0", this.#contentOf(number));
    this.#hashes[number] = hash;
    return hash;
  }

  /** In order of the slots: twelve bytes each, and eight of the sequence number. */
  #contentOf(number: number): Uint8Array {
    const entries = [...this.bucket(number)].sort((a, b) => (a.key < b.key ? -1 : 1));
    const content = Buffer.alloc(entries.length * ENTRY_BYTES);
    for (const [index, { slot, record }] of entries.entries()) {
      content.set(slot, index * ENTRY_BYTES);
      content.writeBigUInt64BE(BigInt(record.sequence), index * ENTRY_BYTES + slot.length);
    }
    return content;
  }

  #changed(key: string): void {
    this.#hashes[numberOf(key)] = undefined;
    this.#root = undefined;
  }

  #bucketOf(key: string): Map<string, ReadRecord> {
    const bucket = this.#buckets[numberOf(key)];
    if (bucket === undefined) throw new RangeError("not the key of a slot");
    return bucket;
  }
}

function numberOf(key: string): number {
  return Number.parseInt(key.slice(0, 2), 16);
}
