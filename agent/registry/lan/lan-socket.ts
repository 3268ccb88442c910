import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { EventEmitter } from "node:events";
import type { Prefix } from "../../../protocol/address.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { MDNS_PORT } from "./packet-gate.ts";

/** RFC 6762, section 3. */
const MDNS_GROUP = "224.0.0.251";
/** RFC 6762, section 11. */
const MDNS_TTL = 255;

type Sent = (error: Error | null, bytes: number) => void;

/**
 * A multicast socket on one address of this host, in the shape in which the DNS library takes one, with only those
 * packets that `admits` lets by. Shares the port with whatever else speaks mDNS here (SO_REUSEADDR); bound to the group, so that
 * it takes no packet from those that is meant for them alone. Owner of the real socket.
 */
export class LanSocket extends EventEmitter {
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  /** Rejects where the system does: another program has the port for itself, or the address has just gone. */
  static async open(
    { address }: Prefix,
    admits: (bytes: Uint8Array, from: Endpoint) => boolean,
    onError: (error: unknown) => void,
  ): Promise<LanSocket> {
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    try {
      await bound(socket);
      socket.setMulticastInterface(address);
      socket.addMembership(MDNS_GROUP, address);
      socket.setMulticastTTL(MDNS_TTL);
      // Other programs of this host are neighbours, too.
      socket.setMulticastLoopback(true);
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.unref();
    const lan = new LanSocket(socket);
    socket.on("error", onError);
    socket.on("message", (bytes, from: RemoteInfo) => {
      if (!admits(bytes, { address: from.address, port: from.port })) return;
      try {
        lan.emit("message", bytes, from);
      } catch (error) {
        onError(error); // whatever a stranger's packet makes of the library ends here
      }
    });
    return lan;
  }

  send(bytes: Uint8Array, offset: number, length: number, port: number, address: string, sent: Sent): void {
    if (this.#isClosed) sent(null, 0);
    else this.#socket.send(bytes, offset, length, port, address, sent);
  }

  close(closed: () => void): void {
    this.#isClosed = true;
    this.#socket.close(closed);
  }
}

function bound(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ port: MDNS_PORT, address: MDNS_GROUP, exclusive: true }, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}
