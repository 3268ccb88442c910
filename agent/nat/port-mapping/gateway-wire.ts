import { createSocket, type Socket } from "node:dgram";
import { request, type IncomingMessage } from "node:http";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Answer, HttpAnswer, HttpRequest, Message } from "./message.ts";
import { encodeSearches, SSDP_GROUP } from "./ssdp.ts";
import { MAX_XML_LENGTH } from "./xml.ts";

/** The way to one gateway. Disposed of by whoever opened it. */
export type GatewayWire = AsyncDisposable & {
  /** This host's address towards it. */
  readonly own: string;
  /** Never throws: what cannot be sent gets no answer. `id` comes back with HTTP's answer. */
  send(message: Message, id: number): void;
};

/** Rejects where there is no route. `receive` gets what came from the gateway's address, and nothing else. */
export type OpenGatewayWire = (gateway: string, receive: (answer: Answer) => void) => Promise<GatewayWire>;

/** RFC 6887, section 19.1, and RFC 6886. */
const GATEWAY_PORT = 5351;

/** UPnP Device Architecture 1.1, section 1.3.3: searches stay in the LAN. */
const SSDP_TTL = 2;

/** A little more than the machine waits: its time-out decides, this one only frees the connection. */
const HTTP_TIMEOUT_MS = 6_000;
const MAX_HEADER_BYTES = 8_192;

export function gatewayWires(parts: { readonly clock: Clock; readonly log: Logger }): OpenGatewayWire {
  return async (gateway, receive) => {
    await using stack = new AsyncDisposableStack();
    const direct = owned(stack, createSocket("udp4"));
    await new Promise<void>((resolve, reject) => {
      direct.once("error", reject);
      direct.connect(GATEWAY_PORT, gateway, () => {
        direct.off("error", reject);
        resolve();
      });
    });
    const own = direct.address().address;
    const search = owned(stack, createSocket("udp4"));
    await new Promise<void>((resolve, reject) => {
      search.once("error", reject);
      search.bind({ address: own, port: 0 }, () => {
        search.off("error", reject);
        resolve();
      });
    });
    search.setMulticastInterface(own);
    search.setMulticastTTL(SSDP_TTL);
    return new SocketWire({ ...parts, gateway, own, direct, search, receive, sockets: stack.move() });
  };
}

type SocketWireParts = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly gateway: string;
  readonly own: string;
  /** Connected: the kernel drops what comes from elsewhere, and tells of ICMP errors. */
  readonly direct: Socket;
  readonly search: Socket;
  readonly receive: (answer: Answer) => void;
  readonly sockets: AsyncDisposableStack;
};

class SocketWire implements GatewayWire {
  readonly own: string;
  readonly #parts: SocketWireParts;
  readonly #closing = new AbortController();

  constructor(parts: SocketWireParts) {
    const { direct, search, gateway } = parts;
    this.own = parts.own;
    this.#parts = parts;
    direct.on("message", (bytes) => this.#receive({ kind: "datagram", bytes }));
    direct.on("error", (error) => this.#onDirectError(error));
    search.on("message", (bytes, { address }) => {
      if (address === gateway) this.#receive({ kind: "search", bytes });
    });
    search.on("error", (error) => this.#logError(error));
  }

  send(message: Message, id: number): void {
    if (this.#closing.signal.aborted) return;
    const { direct, search, gateway } = this.#parts;
    switch (message.kind) {
      case "datagram":
        direct.send(message.bytes, (error) => {
          if (error !== null) this.#onDirectError(error);
        });
        break;
      case "search":
        // To the gateway as well: an answer to what went to a group looks unasked for to a host's firewall.
        for (const bytes of encodeSearches()) {
          for (const address of [SSDP_GROUP.address, gateway]) {
            search.send(bytes, SSDP_GROUP.port, address, () => undefined);
          }
        }
        break;
      case "http":
        void this.#exchange(message.request).then((answer) => this.#receive({ kind: "http", id, answer }));
        break;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#parts.sockets.disposeAsync();
  }

  #receive(answer: Answer): void {
    if (!this.#closing.signal.aborted) this.#parts.receive(answer);
  }

  #onDirectError(error: NodeJS.ErrnoException): void {
    if (error.code === "ECONNREFUSED") this.#receive({ kind: "unreachable" });
    else this.#logError(error);
  }

  #logError({ code }: NodeJS.ErrnoException): void {
    this.#parts.log.debug({ code }, "port mapping socket error");
  }

  /** Without redirects, and bounded in time and size, since a gateway is anybody who owns the LAN. */
  #exchange(asked: HttpRequest): Promise<Decoded<HttpAnswer>> {
    const { gateway, own, clock } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<Decoded<HttpAnswer>>();
    const ending = new AbortController();
    const cancel = clock.after(HTTP_TIMEOUT_MS, () => ending.abort());
    const body = asked.method === "POST" ? asked.body : "";
    const outgoing = request(
      {
        host: gateway,
        localAddress: own,
        port: asked.url.port,
        path: asked.url.path,
        method: asked.method,
        agent: false,
        maxHeaderSize: MAX_HEADER_BYTES,
        signal: AbortSignal.any([ending.signal, this.#closing.signal]),
        headers:
          asked.method === "POST"
            ? {
                "Content-Type": 'text/xml; charset="utf-8"',
                "Content-Length": Buffer.byteLength(body),
                SOAPAction: asked.soapAction,
              }
            : {},
      },
      (incoming) => void readBody(incoming).then(resolve),
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => resolve(refused(httpFailure(error))));
    outgoing.end(body);
    return promise.finally(cancel);
  }
}

async function readBody(incoming: IncomingMessage): Promise<Decoded<HttpAnswer>> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length;
      // Leaving the loop destroys the connection.
      if (length > MAX_XML_LENGTH) return refused("http-too-long");
      chunks.push(chunk);
    }
  } catch (error) {
    return refused(httpFailure(error as NodeJS.ErrnoException));
  }
  return decoded({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
}

function httpFailure({ name, code }: NodeJS.ErrnoException): string {
  return name === "AbortError" ? "http-timeout" : `http-${(code ?? "failed").toLowerCase()}`;
}

function owned(stack: AsyncDisposableStack, socket: Socket): Socket {
  socket.unref();
  stack.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return socket;
}
