import type { Libc } from "./libc.ts";
import { SOCKADDR_BYTES } from "./sockaddr.ts";

/** `struct mmsghdr` (64 bytes) and `struct iovec` (16) where pointers have 64 bits, in words of 32. */
const HEADER_WORDS = 16;
const HEADER = { name: 0, nameLength: 2, iov: 4, iovCount: 6, length: 14 } as const;
const IOV_WORDS = 4;
const IOV = { base: 0, length: 2 } as const;
/** `SOCKADDR_BYTES`, and aligned for whatever is read in it. */
const NAME_WORDS = 8;

const WORD_BYTES = 4;

/**
 * What recvmmsg fills and sendmmsg reads: headers, and a socket address for each. The packets' bytes are elsewhere.
 * Owns the memory; `address` is good for as long as this is.
 */
export class MessageVector {
  readonly address: number;
  /** Socket address `i` is at word `i * NAME_WORDS`. */
  readonly names: Int32Array;
  readonly #headers: Int32Array;
  readonly #iovs: Int32Array;

  constructor(libc: Libc, capacity: number) {
    const sizes = { headers: HEADER_WORDS, iovs: IOV_WORDS, names: NAME_WORDS };
    const memory = new ArrayBuffer(capacity * (sizes.headers + sizes.iovs + sizes.names) * WORD_BYTES);
    this.address = libc.addressOf(memory);
    const iovsAt = capacity * sizes.headers * WORD_BYTES;
    const namesAt = iovsAt + capacity * sizes.iovs * WORD_BYTES;
    this.#headers = new Int32Array(memory, 0, capacity * sizes.headers);
    this.#iovs = new Int32Array(memory, iovsAt, capacity * sizes.iovs);
    this.names = new Int32Array(memory, namesAt, capacity * sizes.names);
    for (let i = 0; i < capacity; i++) {
      const header = i * HEADER_WORDS;
      setPointer(this.#headers, header + HEADER.name, this.address + namesAt + i * NAME_WORDS * WORD_BYTES);
      setPointer(this.#headers, header + HEADER.iov, this.address + iovsAt + i * IOV_WORDS * WORD_BYTES);
      this.#headers[header + HEADER.iovCount] = 1;
      this.#headers[header + HEADER.nameLength] = SOCKADDR_BYTES;
    }
  }

  static nameAt(index: number): number {
    return index * NAME_WORDS;
  }

  setPacket(index: number, address: number, bytes: number): void {
    setPointer(this.#iovs, index * IOV_WORDS + IOV.base, address);
    this.#iovs[index * IOV_WORDS + IOV.length] = bytes;
  }

  setName(index: number, name: Int32Array, nameBytes: number): void {
    this.names.set(name, index * NAME_WORDS);
    this.#headers[index * HEADER_WORDS + HEADER.nameLength] = nameBytes;
  }

  /** Of the packet that was received there. */
  length(index: number): number {
    return this.#headers[index * HEADER_WORDS + HEADER.length] ?? 0;
  }

  /** The kernel wrote over it how long the name is, and reads there how much room it has. */
  makeRoomForName(index: number): void {
    this.#headers[index * HEADER_WORDS + HEADER.nameLength] = SOCKADDR_BYTES;
  }

  headerAddress(index: number): number {
    return this.address + index * HEADER_WORDS * WORD_BYTES;
  }
}

function setPointer(words: Int32Array, at: number, address: number): void {
  words[at] = (address % 2 ** 32) | 0;
  words[at + 1] = Math.floor(address / 2 ** 32);
}
