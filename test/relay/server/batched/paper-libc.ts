import { constants } from "node:os";
import type { Libc } from "../../../../agent/relay/server/batched/libc.ts";
import { encodeSockaddr } from "../../../../agent/relay/server/batched/sockaddr.ts";
import type { Endpoint } from "../../../../protocol/endpoint.ts";

export type Outcome = number | keyof typeof constants.errno;

export type PaperPacket = { readonly source: Endpoint; readonly type: number; readonly bytes: number };

export const FIRST_FD = 10;

/** Memories are this far apart. */
const MEMORY_BYTES = 2 ** 33;

/** Of `struct epoll_event`, see `EventPoll`. */
const EVENT_DATA = process.arch === "x64" ? 4 : 8;

/** A C library that sends, receives and waits in memory, as told; descriptors count up, and what wakes is the first. */
export class PaperLibc implements Libc {
  /** What each sendmmsg does: how many it takes, or which error it finds. Then it takes all. */
  readonly outcomes: Outcome[] = [];
  /** How many packets each sendmmsg was given. */
  readonly offered: number[] = [];
  /** What recvmmsg brings, one at a time. */
  readonly waiting: (PaperPacket | "broken")[] = [];
  /** Descriptors that epoll_wait says one by one; then only the one that wakes is ready. */
  readonly ready: number[] = [];
  readonly closed: number[] = [];
  readonly #memories: ArrayBuffer[] = [];
  #errno = 0;
  #nextFd = FIRST_FD;

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
    if (packet === "broken") return this.#fail("EBADF");
    const header = this.#at(vector);
    const name = this.#at(Number(header.getBigUint64(0, true)));
    encodeSockaddr(packet.source).forEach((byte, i) => name.setUint8(i, byte));
    const part = this.#at(Number(header.getBigUint64(16, true)));
    this.#at(Number(part.getBigUint64(0, true))).setUint32(0, packet.type, true);
    header.setUint32(56, packet.bytes, true);
    return 1;
  };

  readonly epollWait = (_epoll: number, events: number): number => {
    this.#at(events).setInt32(EVENT_DATA, this.ready.shift() ?? FIRST_FD, true);
    return 1;
  };

  readonly eventfd = (): number => this.#nextFd++;
  readonly socket = (): number => this.#nextFd++;
  readonly close = (fd: number): number => this.closed.push(fd) && 0;
  readonly bind = done;
  readonly setsockopt = done;
  readonly read = done;
  readonly epollCreate = done;
  readonly epollCtl = done;
  readonly socketpair = done;

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

function done(): number {
  return 0;
}
