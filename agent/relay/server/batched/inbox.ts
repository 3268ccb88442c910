import { MSG_DONTWAIT, systemError, type Libc } from "./libc.ts";
import { MessageVector } from "./message-vector.ts";
import { passageFrom, type Passage } from "./passages.ts";
import { SOCKADDR_BYTES } from "./sockaddr.ts";

/** Packets of one call: 32 are most of what batching brings, and no port keeps the others waiting for long. */
export const BATCH = 32;

/** UDP payload. What is longer only comes in fragments, and WireGuard's own limit is below. */
const MAX_RELAYED_BYTES = 1500;
/** A longer packet is cut here and still shows that it is too long; aligned for words. */
export const PACKET_BYTES = MAX_RELAYED_BYTES + 4;

/** Header 16 and tag 16 (WireGuard's paper, section 5.4.6). */
const MIN_DATA_BYTES = 32;
/** Little-endian, with three zero bytes. */
const DATA_TYPE = 4;

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** The packets that recvmmsg brought last. */
export class Inbox {
  readonly #libc: Libc;
  readonly #vector: MessageVector;
  readonly #packets = new ArrayBuffer(BATCH * PACKET_BYTES);
  readonly #bytes = new Uint8Array(this.#packets);
  readonly #words = new Int32Array(this.#packets);
  readonly #address: number;
  readonly #names: Uint8Array;
  #count = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#vector = new MessageVector(libc, BATCH);
    this.#address = libc.addressOf(this.#packets);
    const { buffer, byteOffset, byteLength } = this.#vector.names;
    this.#names = new Uint8Array(buffer, byteOffset, byteLength);
    for (let i = 0; i < BATCH; i++) this.#vector.setPacket(i, this.address(i), PACKET_BYTES);
  }

  /** How many there are; 0 where none waited. Throws where the socket is of no more use. */
  receive(fd: number): number {
    for (let i = 0; i < this.#count; i++) this.#vector.makeRoomForName(i);
    const count = this.#libc.recvmmsg(fd, this.#vector.address, BATCH, MSG_DONTWAIT, 0);
    this.#count = Math.max(0, count);
    if (count >= 0) return count;
    const error = systemError(this.#libc, "recvmmsg");
    if (error.code === "EAGAIN" || error.code === "EINTR") return 0;
    throw error;
  }

  /** Which of `all` a packet takes: data, of a length that is relayed, from where a passage begins. */
  passage(index: number, all: readonly Passage[]): Passage | undefined {
    const bytes = this.length(index);
    if (bytes < MIN_DATA_BYTES || bytes > MAX_RELAYED_BYTES) return undefined;
    if (this.#words[(index * PACKET_BYTES) / WORD_BYTES] !== DATA_TYPE) return undefined;
    return passageFrom(all, this.#vector.names, MessageVector.nameAt(index));
  }

  length(index: number): number {
    return this.#vector.length(index);
  }

  /** In memory, for a vector that sends it. */
  address(index: number): number {
    return this.#address + index * PACKET_BYTES;
  }

  /** Good until the next `receive`. */
  packet(index: number): Uint8Array {
    const start = index * PACKET_BYTES;
    return this.#bytes.subarray(start, start + this.length(index));
  }

  /** The socket address that it came from; good until the next `receive`. */
  source(index: number): Uint8Array {
    const start = MessageVector.nameAt(index) * WORD_BYTES;
    return this.#names.subarray(start, start + SOCKADDR_BYTES);
  }
}
