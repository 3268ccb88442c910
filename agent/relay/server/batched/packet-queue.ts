import { SOCKADDR_BYTES } from "./sockaddr.ts";

/** Power of two. Some 20,000 small packets: what 20 ports may have waiting. Memory is taken only as it is used. */
const CAPACITY_BYTES = 4 << 20;

/** Two positions before the records. */
const HEAD = 0;
const TAIL = 1;
const POSITIONS_BYTES = 8;

/** A record: its size, the port, the packet's length, the source, the packet; padded so that a whole header fits anywhere. */
const RECORD_ALIGN = 8;
const RECORD_HEADER_BYTES = 12 + SOCKADDR_BYTES;
/** Fills what is left at the end where a record did not fit; no port has it. */
const NO_PORT = 0;

export type QueuedPacket = {
  readonly port: number;
  /** Copies, of the socket address and of the packet. */
  readonly source: Uint8Array;
  readonly bytes: Uint8Array;
};

/** Packets from one thread to one other, first in, first out, in memory of a fixed size that both share. */
export class PacketQueue {
  readonly #positions: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(POSITIONS_BYTES + CAPACITY_BYTES);
  }

  /** Over `PacketQueue.memory()`; each side has its own. */
  constructor(memory: SharedArrayBuffer) {
    this.#positions = new Int32Array(memory, 0, 2);
    this.#words = new Int32Array(memory, POSITIONS_BYTES);
    this.#bytes = new Uint8Array(memory, POSITIONS_BYTES);
  }

  /** False where it is full. `port` is above 0. */
  push(port: number, source: Uint8Array, bytes: Uint8Array): boolean {
    const size = align(RECORD_HEADER_BYTES + bytes.length);
    let tail = Atomics.load(this.#positions, TAIL);
    const used = (tail - Atomics.load(this.#positions, HEAD)) >>> 0;
    const untilEnd = CAPACITY_BYTES - (tail & (CAPACITY_BYTES - 1));
    const skipped = untilEnd < size ? untilEnd : 0;
    if (used + skipped + size > CAPACITY_BYTES) return false;
    if (skipped > 0) {
      this.#put(tail, skipped, NO_PORT);
      tail += skipped;
    }
    const at = this.#put(tail, size, port);
    this.#words[at / 4 + 2] = bytes.length;
    this.#bytes.set(source, at + 12);
    this.#bytes.set(bytes, at + RECORD_HEADER_BYTES);
    Atomics.store(this.#positions, TAIL, (tail + size) | 0);
    return true;
  }

  /** The next one; undefined where it is empty. */
  shift(): QueuedPacket | undefined {
    for (;;) {
      const head = Atomics.load(this.#positions, HEAD);
      if (head === Atomics.load(this.#positions, TAIL)) return undefined;
      const at = head & (CAPACITY_BYTES - 1);
      const size = this.#words[at / 4] ?? 0;
      const port = this.#words[at / 4 + 1] ?? NO_PORT;
      const end = at + RECORD_HEADER_BYTES;
      const packet = port === NO_PORT ? undefined : this.#copy(port, at + 12, end);
      Atomics.store(this.#positions, HEAD, (head + size) | 0);
      if (packet !== undefined) return packet;
    }
  }

  #put(position: number, size: number, port: number): number {
    const at = position & (CAPACITY_BYTES - 1);
    this.#words[at / 4] = size;
    this.#words[at / 4 + 1] = port;
    return at;
  }

  #copy(port: number, sourceAt: number, bytesAt: number): QueuedPacket {
    const length = this.#words[sourceAt / 4 - 1] ?? 0;
    return {
      port,
      source: Uint8Array.from(this.#bytes.subarray(sourceAt, sourceAt + SOCKADDR_BYTES)),
      bytes: Uint8Array.from(this.#bytes.subarray(bytesAt, bytesAt + length)),
    };
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / RECORD_ALIGN) * RECORD_ALIGN;
}
