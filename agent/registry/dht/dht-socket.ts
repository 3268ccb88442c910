import { createSocket, type RemoteInfo } from "node:dgram";
import { EventEmitter } from "node:events";
import type { QueryLedger } from "./query-ledger.ts";

/** As in node:dgram; what the tests put in its place. */
export type DatagramSocket = EventEmitter & {
  send(bytes: Uint8Array, port: number, address: string, sent: Sent): void;
  close(closed: () => void): void;
};

type Sent = (error: Error | null, bytes: number) => void;

export type DhtSocketParts = {
  readonly socket: DatagramSocket;
  readonly ledger: QueryLedger;
  readonly onRefused: (refusal: string, address: string) => void;
  readonly onError: (error: unknown) => void;
};

/** A port that the system picks: whoever only asks needs no certain one. IPv4, as the library is. */
export function openDatagramSocket(): DatagramSocket {
  return createSocket("udp4").unref();
}

/** The socket in the shape in which the library takes one, with what `QueryLedger` lets by. Owner of the real one. */
export class DhtSocket extends EventEmitter {
  readonly #parts: DhtSocketParts;
  #isClosed = false;

  constructor(parts: DhtSocketParts) {
    super();
    this.#parts = parts;
    parts.socket.on("error", parts.onError);
    parts.socket.on("message", (bytes: Buffer, from: RemoteInfo) => this.#receive(bytes, from));
  }

  send(bytes: Uint8Array, offset: number, length: number, port: number, address: string, sent: Sent): void {
    const { socket, ledger, onRefused } = this.#parts;
    if (this.#isClosed) return;
    const query = ledger.query(bytes.subarray(offset, offset + length), { address, port });
    // As if lost on its way: the library counts it among what is not answered.
    if ("refusal" in query) onRefused(query.refusal, address);
    else socket.send(query.bytes, port, address, sent);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.socket.close(() => this.emit("close"));
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    const { ledger, onRefused, onError } = this.#parts;
    if (this.#isClosed) return;
    const reply = ledger.reply(bytes, { address: from.address, port: from.port });
    if ("refusal" in reply) {
      onRefused(reply.refusal, from.address);
      return;
    }
    try {
      this.emit("message", Buffer.from(reply.bytes), from);
    } catch (error) {
      onError(error); // should the library still not bear it, the session is worse for it and nothing else is
    }
  }
}
