import { createSocket, type Socket } from "node:dgram";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { Random } from "../random.ts";
import { ownPort } from "./stun-socket.ts";

/** Ports to try for each socket; a host with as many taken in a row has other trouble. */
const BIND_ATTEMPTS = 10;

export type Receive = (socket: number, bytes: Uint8Array, from: Endpoint) => void;

/**
 * Many UDP sockets over IPv4, each on a port of its own and known by its number, from 0. Never connected: for a connected socket
 * Linux would choose before nftables has rewritten the port of what comes in.
 */
export class SocketBundle implements Disposable {
  /** By number. */
  readonly localPorts: readonly number[];
  readonly #sockets: readonly Socket[];
  readonly #open: Set<number>;

  private constructor(sockets: readonly Socket[], receive: Receive) {
    this.localPorts = sockets.map((socket) => socket.address().port);
    this.#sockets = sockets;
    this.#open = new Set(sockets.keys());
    for (const [number, socket] of sockets.entries()) {
      socket.on("message", (bytes, { address, port }) => receive(number, bytes, { address, port }));
      // Of one packet, such as "port unreachable": whoever waits for an answer times out.
      socket.on("error", () => undefined);
      socket.unref();
    }
  }

  /** As many as could be bound of `count`: each of them is a chance more. */
  static async open(count: number, random: Random, receive: Receive): Promise<SocketBundle> {
    const bound = await Promise.all(Array.from({ length: count }, () => bindSomewhere(random)));
    return new SocketBundle(
      bound.filter((socket) => socket !== undefined),
      receive,
    );
  }

  /**
   * Does nothing where the socket is closed. Never throws: port 0, which anyone can forge, would make Node do so.
   *
   * @param hops what the packet, and all that the socket sends after it, gets as its time to live
   */
  send(number: number, bytes: Uint8Array, to: Endpoint, hops?: number): void {
    if (!this.#open.has(number) || to.port === 0) return;
    if (hops !== undefined) this.#sockets[number]?.setTTL(hops);
    this.#sockets[number]?.send(bytes, to.port, to.address, () => undefined);
  }

  /** Closes all but this one, whose port stays taken. */
  keepOnly(number: number): void {
    for (const open of [...this.#open]) if (open !== number) this.#close(open);
  }

  [Symbol.dispose](): void {
    for (const open of [...this.#open]) this.#close(open);
  }

  #close(number: number): void {
    this.#open.delete(number);
    this.#sockets[number]?.close();
  }
}

async function bindSomewhere(random: Random): Promise<Socket | undefined> {
  for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
    const socket = await bind(ownPort(random));
    if (socket !== undefined) return socket;
  }
  return undefined;
}

function bind(port: number): Promise<Socket | undefined> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.once("error", () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}
