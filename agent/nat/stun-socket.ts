import { createSocket, type Socket } from "node:dgram";
import { canonicalIPv6, familyOf, type Endpoint } from "../../protocol/endpoint.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";

/**
 * Dynamic ports (RFC 6335, section 6) above those that a relay uses by default, whose packets are counted and limited, and above
 * WireGuard's and the control port by default, which are bound after these.
 */
const FIRST_PORT = 52_000;
const LAST_PORT = 65_535;

/** Of the agent's own sockets. Chosen here because both families must get the same one. */
export function ownPort(random: Random): number {
  return FIRST_PORT + Math.floor(random.fraction() * (LAST_PORT - FIRST_PORT + 1));
}

/** Ports to try for one that is free for both families; a host with as many taken in a row has other trouble. */
const BIND_ATTEMPTS = 20;

/**
 * The agent's own sockets, one for each address family on the same port. nftables makes STUN on them leave from and
 * arrive at WireGuard's port; bound to every address, since WireGuard is.
 */
export class StunSocket implements AsyncDisposable {
  readonly port: number;
  readonly #sockets: Readonly<Partial<Record<"ipv4" | "ipv6", Socket>>>;
  #closed = false;

  private constructor(port: number, sockets: Partial<Record<"ipv4" | "ipv6", Socket>>) {
    this.port = port;
    this.#sockets = sockets;
  }

  static async open(
    random: Random,
    log: Logger,
    receive: (bytes: Uint8Array, from: Endpoint) => void,
  ): Promise<StunSocket> {
    let lastError: unknown;
    for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
      const port = ownPort(random);
      let ipv4: Socket;
      try {
        ipv4 = await bind("udp4", port);
      } catch (error) {
        lastError = error;
        continue;
      }
      try {
        const ipv6 = await bind("udp6", port);
        return new StunSocket(port, prepare({ ipv4, ipv6 }, log, receive));
      } catch (error) {
        if (isTaken(error)) {
          ipv4.close();
          lastError = error;
          continue;
        }
        // A host without IPv6.
        return new StunSocket(port, prepare({ ipv4 }, log, receive));
      }
    }
    throw lastError;
  }

  /**
   * Errors of one packet (no route, host unreachable) are the network's: whoever waits for an answer times out. Never
   * throws: port 0, which anyone can forge as a source, would make Node do so.
   */
  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#closed || to.port === 0) return;
    this.#sockets[familyOf(to.address)]?.send(bytes, to.port, to.address, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(
      Object.values(this.#sockets).map(
        (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      ),
    );
  }
}

function prepare<Sockets extends Readonly<Record<string, Socket>>>(
  sockets: Sockets,
  log: Logger,
  receive: (bytes: Uint8Array, from: Endpoint) => void,
): Sockets {
  for (const socket of Object.values(sockets)) {
    socket.on("message", (bytes, { address, port, family }) => {
      const plain = address.split("%")[0] ?? address;
      receive(bytes, { address: family === "IPv6" ? (canonicalIPv6(plain) ?? plain) : plain, port });
    });
    socket.on("error", (error) =>
      log.warn({ code: (error as NodeJS.ErrnoException).code }, "STUN socket error"),
    );
    socket.unref();
  }
  return sockets;
}

function bind(type: "udp4" | "udp6", port: number): Promise<Socket> {
  const socket = createSocket({ type, ipv6Only: type === "udp6" });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EADDRINUSE";
}
