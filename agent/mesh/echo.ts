import { createSocket, type Socket } from "node:dgram";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";

/**
 * UDP echo on the overlay address, for `ping`: a round trip through both WireGuards and both agents. Only members
 * reach it (the guard drops everybody else), and an answer is never longer than its question.
 */
const REQUEST = Buffer.from("hwP1");
const REPLY = Buffer.from("hwR1");
/** Tag and 8 random bytes, padded to the 64 bytes that ping(8) sends. */
const PACKET_BYTES = 64;

export class Echo implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #port: number;
  readonly #waiting = new Map<string, (from: string) => void>();
  readonly #closing = new AbortController();
  #sentPackets = 0;

  private constructor(socket: Socket, port: number, parts: { clock: Clock; random: Random; log: Logger }) {
    this.#socket = socket;
    this.#port = port;
    this.#clock = parts.clock;
    this.#random = parts.random;
    socket.on("message", (bytes, { address, port: from }) => this.#receive(bytes, address, from));
    socket.on("error", (error) => parts.log.warn({ reason: error.message }, "echo socket error"));
    socket.unref();
  }

  static open(
    address: string,
    port: number,
    parts: { clock: Clock; random: Random; log: Logger },
  ): Promise<Echo> {
    const socket = createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, address, () => {
        socket.off("error", reject);
        resolve(new Echo(socket, port, parts));
      });
    });
  }

  /** Questions and answers. */
  get sentPackets(): number {
    return this.#sentPackets;
  }

  /** Round trip in milliseconds; undefined after the time-out, and at once where it is aborted or this is disposed of. */
  ping(address: string, timeoutMs: number, signal: AbortSignal): Promise<number | undefined> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    if (either.aborted) return Promise.resolve(undefined);
    const id = Buffer.from(this.#random.bytes(8));
    const key = id.toString("hex");
    const packet = Buffer.alloc(PACKET_BYTES);
    REQUEST.copy(packet);
    id.copy(packet, REQUEST.length);
    return new Promise((resolve) => {
      const sentAt = this.#clock.monotonicNow();
      const settle = (rttMs: number | undefined): void => {
        cancel();
        either.removeEventListener("abort", onAbort);
        this.#waiting.delete(key);
        resolve(rttMs);
      };
      const onAbort = (): void => settle(undefined);
      const cancel = this.#clock.after(timeoutMs, () => settle(undefined));
      either.addEventListener("abort", onAbort, { once: true });
      this.#waiting.set(key, (from) => {
        if (from === address) settle(this.#clock.monotonicNow() - sentAt);
      });
      // An error (no route, no key yet) is a lost ping.
      this.#send(packet, this.#port, address);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #send(packet: Buffer, port: number, address: string): void {
    this.#sentPackets++;
    this.#socket.send(packet, port, address, () => undefined);
  }

  #receive(bytes: Buffer, address: string, port: number): void {
    if (bytes.length !== PACKET_BYTES) return;
    const tag = bytes.subarray(0, REQUEST.length);
    if (tag.equals(REQUEST)) {
      const reply = Buffer.from(bytes);
      REPLY.copy(reply);
      this.#send(reply, port, address);
    } else if (tag.equals(REPLY)) {
      this.#waiting.get(bytes.subarray(REPLY.length, REPLY.length + 8).toString("hex"))?.(address);
    }
  }
}
