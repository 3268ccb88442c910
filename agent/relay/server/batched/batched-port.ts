import type { Endpoint } from "../../../../protocol/endpoint.ts";
import type { Carrier, Routes, Traffic } from "../carrier.ts";
import type { LegName } from "../leg.ts";
import type { UdpPort, UdpPortHandlers } from "../udp-port.ts";
import type { PortTraffic } from "./port-traffic.ts";
import { decodeSockaddr, encodeSockaddr } from "./sockaddr.ts";
import type { SocketRoute, WorkerCommand } from "./worker-messages.ts";

export type BatchedPortParts = {
  readonly serial: number;
  readonly number: number;
  readonly handlers: UdpPortHandlers;
  readonly traffic: PortTraffic;
  readonly tell: (command: WorkerCommand) => void;
  /** Resolves once the worker, or what is left of it, has no sockets of the port any more. */
  readonly release: () => Promise<void>;
};

/** The main thread's side of a port whose sockets the worker has. */
export class BatchedPort implements UdpPort, Carrier {
  readonly #parts: BatchedPortParts;
  #closing: Promise<void> | undefined;

  constructor(parts: BatchedPortParts) {
    this.#parts = parts;
  }

  get number(): number {
    return this.#parts.number;
  }

  get carrier(): Carrier {
    return this;
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    this.#tell({ tag: "send", port: this.#parts.serial, to: encodeSockaddr(to), bytes: bare(bytes) });
  }

  relay(from: LegName, to: Endpoint, bytes: Uint8Array): void {
    this.#tell({ tag: "relay", port: this.#parts.serial, from, to: encodeSockaddr(to), bytes: bare(bytes) });
  }

  carry(routes: Routes): void {
    const encoded = (leg: LegName): SocketRoute | undefined => {
      const route = routes[leg];
      return route && { from: encodeSockaddr(route.from), to: encodeSockaddr(route.to) };
    };
    this.#tell({ tag: "carry", port: this.#parts.serial, routes: { a: encoded("a"), b: encoded("b") } });
  }

  traffic(): Traffic {
    return this.#parts.traffic.read();
  }

  close(): Promise<void> {
    this.#closing ??= this.#parts.release();
    return this.#closing;
  }

  received(source: Uint8Array, bytes: Uint8Array): void {
    this.#parts.traffic.taken();
    const endpoint = decodeSockaddr(source);
    if (endpoint !== undefined && this.#closing === undefined) this.#parts.handlers.message(bytes, endpoint);
  }

  heard(leg: LegName): void {
    if (this.#closing === undefined) this.#parts.handlers.heard(leg);
  }

  failed(error: Error): void {
    if (this.#closing === undefined) this.#parts.handlers.error(error);
  }

  #tell(command: WorkerCommand): void {
    if (this.#closing === undefined) this.#parts.tell(command);
  }
}

/** Without what else is in its memory, which would all be copied to the other thread. */
function bare(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
