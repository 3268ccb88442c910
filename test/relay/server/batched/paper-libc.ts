import { constants } from "node:os";
import type { Libc } from "../../../../agent/relay/server/batched/libc.ts";
import { encodeSockaddr } from "../../../../agent/relay/server/batched/sockaddr.ts";
import type { Endpoint } from "../../../../protocol/endpoint.ts";

export type Outcome = number | keyof typeof constants.errno;

export type PaperPacket = { readonly source: Endpoint; readonly type: number; readonly bytes: number };

/** Memories are this far apart. */
const MEMORY_BYTES = 2 ** 33;

/** A C library that only sends and receives, and does so in memory: as told. */
export class PaperLibc implements Libc {
  /** What each sendmmsg does: how many it takes, or which error it finds. Then it takes all. */
  readonly outcomes: Outcome[] = [];
  /** How many packets each sendmmsg was given. */
  readonly offered: number[] = [];
  /** What recvmmsg brings, one at a time. */
  readonly waiting: PaperPacket[] = [];
  readonly #memories: ArrayBuffer[] = [];
  #errno = 0;

  readonly addressOf = (memory: ArrayBuffer): number => this.#memories.push(memory) * MEMORY_BYTES;
  readonly errno = (): number => this.#errno;

  readonly sendmmsg = (_fd: number, _vector: number, count: number): number => {
    this.offered.push(count);
    const outcome = this.outcomes.shift() ?? count;
    return typeof outcome === "number" ? outcome : this.#fail(outcome);
  };

  readonly recvmmsg = (_fd: number, vector: number): number => {
    const packet = this.waiting.shift();
    if (packet === undefined) return this.#fail("EAGAIN");
    const header = this.#at(vector);
    const name = this.#at(Number(header.getBigUint64(0, true)));
    encodeSockaddr(packet.source).forEach((byte, i) => name.setUint8(i, byte));
    const part = this.#at(Number(header.getBigUint64(16, true)));
    this.#at(Number(part.getBigUint64(0, true))).setUint32(0, packet.type, true);
    header.setUint32(56, packet.bytes, true);
    return 1;
  };

  readonly socket = refuse;
  readonly bind = refuse;
  readonly setsockopt = refuse;
  readonly socketpair = refuse;
  readonly close = refuse;
  readonly read = refuse;
  readonly eventfd = refuse;
  readonly epollCreate = refuse;
  readonly epollCtl = refuse;
  readonly epollWait = refuse;

  #at(address: number): DataView {
    const memory = this.#memories[Math.floor(address / MEMORY_BYTES) - 1];
    if (memory === undefined) throw new RangeError("no such memory");
    return new DataView(memory, address % MEMORY_BYTES);
  }

  #fail(error: keyof typeof constants.errno): -1 {
    this.#errno = constants.errno[error];
    return -1;
  }
}

function refuse(): number {
  throw new Error("not on paper");
}
