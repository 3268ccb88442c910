import { CLOEXEC, systemError, type Libc } from "./libc.ts";

const EPOLLIN = 1;
const EPOLL_CTL_ADD = 1;

/** `struct epoll_event`: 32 bits of events and 64 of data, which only x86-64 packs. */
const LAYOUT = process.arch === "x64" ? { bytes: 12, data: 4 } : { bytes: 16, data: 8 };

/** Ready descriptors of one wait; more wait for the next. */
const CAPACITY = 64;

const FOREVER = -1;

/** Which descriptors have something to read. A closed one is forgotten by itself. */
export class EventPoll {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #events = new ArrayBuffer(CAPACITY * LAYOUT.bytes);
  readonly #view = new DataView(this.#events);
  readonly #address: number;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#address = libc.addressOf(this.#events);
    this.fd = libc.epollCreate(CLOEXEC);
    if (this.fd < 0) throw systemError(libc, "epoll_create1");
  }

  add(fd: number): void {
    const event = new Uint8Array(LAYOUT.bytes);
    const view = new DataView(event.buffer);
    view.setUint32(0, EPOLLIN, true);
    view.setInt32(LAYOUT.data, fd, true);
    if (this.#libc.epollCtl(this.fd, EPOLL_CTL_ADD, fd, event) < 0)
      throw systemError(this.#libc, "epoll_ctl");
  }

  /** How many are ready; blocks until there are any. Zero where a signal came. */
  wait(): number {
    const ready = this.#libc.epollWait(this.fd, this.#address, CAPACITY, FOREVER);
    if (ready >= 0) return ready;
    const error = systemError(this.#libc, "epoll_wait");
    if (error.code === "EINTR") return 0;
    throw error;
  }

  readyFd(index: number): number {
    return this.#view.getInt32(index * LAYOUT.bytes + LAYOUT.data, true);
  }
}
