import { getSystemErrorName } from "node:util";

/**
 * The calls that move many packets at once, and what belongs to them, as the C library has them. What fails gives a
 * negative number and `errno`. Where an address is a number, `addressOf` said it, and whoever passes it keeps the memory.
 */
export type Libc = {
  readonly addressOf: (memory: ArrayBuffer) => number;
  readonly errno: () => number;
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, name: Uint8Array, nameBytes: number) => number;
  readonly setsockopt: (
    fd: number,
    level: number,
    option: number,
    value: Int32Array,
    bytes: number,
  ) => number;
  readonly socketpair: (domain: number, type: number, protocol: number, fds: Int32Array) => number;
  readonly close: (fd: number) => number;
  readonly read: (fd: number, into: Uint8Array, bytes: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly epollCreate: (flags: number) => number;
  readonly epollCtl: (epoll: number, operation: number, fd: number, event: Uint8Array) => number;
  /** Blocks the thread. */
  readonly epollWait: (epoll: number, events: number, capacity: number, timeoutMs: number) => number;
  readonly recvmmsg: (fd: number, vector: number, count: number, flags: number, timeout: number) => number;
  readonly sendmmsg: (fd: number, vector: number, count: number, flags: number) => number;
};

/** Linux on x86-64 and arm64; the memory layouts of this folder are theirs. */
export const SOCK_NONBLOCK = 0o4000;
export const CLOEXEC = 0o2000000;
export const MSG_DONTWAIT = 0x40;

/** Rejects where there is no koffi for this machine or no such call in its C library. */
export async function loadLibc(): Promise<Libc> {
  if (process.platform !== "linux" || (process.arch !== "x64" && process.arch !== "arm64")) {
    throw new Error(`no layouts for ${process.platform} on ${process.arch}`);
  }
  const { default: koffi } = await import("koffi");
  const library = koffi.load(null);
  const call = (definition: string) => library.func(definition) as (...values: readonly unknown[]) => number;
  return {
    addressOf: (memory) => Number(koffi.address(memory)),
    errno: () => koffi.errno(),
    socket: call("int socket(int, int, int)"),
    bind: call("int bind(int, const void *, uint32_t)"),
    setsockopt: call("int setsockopt(int, int, int, const void *, uint32_t)"),
    socketpair: call("int socketpair(int, int, int, void *)"),
    close: call("int close(int)"),
    read: call("intptr_t read(int, void *, uint64_t)"),
    eventfd: call("int eventfd(uint32_t, int)"),
    epollCreate: call("int epoll_create1(int)"),
    epollCtl: call("int epoll_ctl(int, int, int, void *)"),
    epollWait: call("int epoll_wait(int, uint64_t, int, int)"),
    recvmmsg: call("int recvmmsg(int, uint64_t, uint32_t, int, uint64_t)"),
    sendmmsg: call("int sendmmsg(int, uint64_t, uint32_t, int)"),
  };
}

/** What Node would have thrown: `code` is the name of `errno`. */
export function systemError(libc: Libc, call: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(-libc.errno());
  return Object.assign(new Error(`${call} ${code}`), { code, syscall: call });
}
