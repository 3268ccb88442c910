import { createSocket, type Socket } from "node:dgram";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { familyOf, type AddressFamily, type Endpoint } from "../../../protocol/endpoint.ts";
import type { Carrier } from "./carrier.ts";
import type { LegName } from "./leg.ts";

/** One UDP port number on both address families; owns both sockets. */
export type UdpPort = {
  readonly number: number;
  /** "congested" and "send-failed" come late or at once; UDP promises nothing, so they only count. */
  send(bytes: Uint8Array, to: Endpoint): void;
  /** Of a port that carries packets by itself, within its limits; without one every packet is handed over. */
  readonly carrier?: Carrier;
  /** Resolves once the number is free. No handler is called after the call. */
  close(): Promise<void>;
};

export type UdpPortHandlers = {
  message(bytes: Uint8Array, source: Endpoint): void;
  /** The port's carrier carried data of the leg; said now and then. */
  heard(leg: LegName): void;
  undelivered(reason: "congested" | "send-failed"): void;
  /** The port is of no more use. */
  error(error: Error): void;
};

/** For a carrier: bits a second, of the port alone and of all together. */
export type PortLimits = {
  readonly bandwidthBps?: number | undefined;
  readonly sharedBandwidthBps?: number | undefined;
};

/** Refused: "port-taken". Rejects for everything else that keeps a socket from opening. */
export type OpenUdpPort = (
  number: number,
  handlers: UdpPortHandlers,
  limits: PortLimits,
) => Promise<Decoded<UdpPort>>;

export type ListenAddresses = { readonly ipv4: string; readonly ipv6: string };

export const ANY_ADDRESS: ListenAddresses = { ipv4: "0.0.0.0", ipv6: "::" };

/** Some 700 full packets: 50 ms at 170 Mbit/s. What waits longer is worth less than the memory it takes. */
const MAX_QUEUED_BYTES = 1_000_000;

/** Some 1,000 small packets: what comes within 200 ms of a flood of 5,000 a second. The kernel grants what its limit allows. */
export const RECEIVE_BUFFER_BYTES = 1 << 20;

/** Where the host has no IPv6, the port is IPv4 alone. */
export function udpPortOpener(addresses: ListenAddresses): OpenUdpPort {
  return async (number, handlers) => {
    const sockets = new Map<AddressFamily, Socket>();
    try {
      sockets.set("ipv4", await bound(createSocket("udp4"), number, addresses.ipv4));
      try {
        const socket = createSocket({ type: "udp6", ipv6Only: true });
        sockets.set("ipv6", await bound(socket, number, addresses.ipv6));
      } catch (error) {
        if (!hasCode(error, "EAFNOSUPPORT", "EADDRNOTAVAIL")) throw error;
      }
    } catch (error) {
      await Promise.all([...sockets.values()].map(closed));
      if (hasCode(error, "EADDRINUSE")) return refused("port-taken");
      throw error;
    }
    return decoded(new DgramPort(number, sockets, handlers));
  };
}

class DgramPort implements UdpPort {
  readonly number: number;
  readonly #sockets: ReadonlyMap<AddressFamily, Socket>;
  readonly #handlers: UdpPortHandlers;
  #closing: Promise<void> | undefined;

  constructor(number: number, sockets: ReadonlyMap<AddressFamily, Socket>, handlers: UdpPortHandlers) {
    this.number = number;
    this.#sockets = sockets;
    this.#handlers = handlers;
    for (const socket of sockets.values()) {
      socket.on("message", (bytes, { address, port }) => {
        if (this.#closing === undefined) handlers.message(bytes, { address, port });
      });
      socket.on("error", (error) => {
        if (this.#closing === undefined) handlers.error(error);
      });
    }
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closing !== undefined) return;
    const socket = this.#sockets.get(familyOf(to.address));
    if (socket === undefined) {
      this.#handlers.undelivered("send-failed");
      return;
    }
    if (socket.getSendQueueSize() > MAX_QUEUED_BYTES) {
      this.#handlers.undelivered("congested");
      return;
    }
    socket.send(bytes, to.port, to.address, this.#sent);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([...this.#sockets.values()].map(closed)).then(() => undefined);
    return this.#closing;
  }

  readonly #sent = (error: Error | null): void => {
    if (error !== null && this.#closing === undefined) this.#handlers.undelivered("send-failed");
  };
}

function bound(socket: Socket, port: number, address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once("error", onError);
    socket.bind(port, address, () => {
      socket.off("error", onError);
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      resolve(socket);
    });
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
