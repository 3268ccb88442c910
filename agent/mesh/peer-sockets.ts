import type { Endpoint } from "../../protocol/endpoint.ts";
import { verifyIntegrity } from "../../protocol/stun/integrity.ts";
import { decodeStun, encodeStun } from "../../protocol/stun/message.ts";
import type { Clock } from "../clock.ts";
import type { Receive, SocketBundle } from "../nat/socket-bundle.ts";
import { StunAgent, type StunCredential, type StunServer } from "../nat/stun-agent.ts";
import type { Random } from "../random.ts";
import type { StunRequest } from "./stun-service.ts";

/** What this needs of a `SocketBundle`. */
export type Bundle = Pick<SocketBundle, "localPorts" | "send" | "keepOnly" | typeof Symbol.dispose>;

export type OpenBundle = (count: number, random: Random, receive: Receive) => Promise<Bundle>;

/** Protects checks with one peer. */
export type CheckCredentials = { readonly outbound: StunCredential; readonly inbound: StunCredential };

export type PeerSocketsParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly open: OpenBundle;
  readonly checks: CheckCredentials;
  /** An authenticated check of the peer arrived at the socket of this number. */
  readonly onCheck: (socket: number, from: Endpoint) => void;
};

/** Nobody asks these sockets but the peer, which they leave without an answer. */
const SILENT: StunServer = { keyFor: () => undefined, onBinding: () => undefined };

/**
 * Many sockets that wait for one peer's check. They never answer it: an answer tells the peer that it may move its WireGuard here,
 * and what that sends is lost until nftables gives the socket's mapping to ours. The peer hears from us through the hole,
 * when it stands. Owner of the sockets and of the timers of what is sent again.
 */
export class PeerSockets implements Disposable {
  readonly #parts: PeerSocketsParts;
  readonly #bundle: Bundle;
  readonly #first: StunAgent;
  readonly #cancels = new Set<() => void>();

  private constructor(parts: PeerSocketsParts, bundle: Bundle, first: StunAgent) {
    this.#parts = parts;
    this.#bundle = bundle;
    this.#first = first;
  }

  static async open(parts: PeerSocketsParts, count: number): Promise<PeerSockets> {
    const { clock, random, open, checks, onCheck } = parts;
    const ready: { bundle?: Bundle } = {};
    const first = new StunAgent({
      clock,
      random,
      send: (bytes, to) => ready.bundle?.send(0, bytes, to),
      server: SILENT,
    });
    ready.bundle = await open(count, random, (socket, bytes, from) => {
      if (isCheck(bytes, checks.inbound)) onCheck(socket, from);
      else if (socket === 0) first.receive(bytes, from);
    });
    return new PeerSockets(parts, ready.bundle, first);
  }

  /** By number. */
  get localPorts(): readonly number[] {
    return this.#bundle.localPorts;
  }

  /** STUN from the first socket. */
  readonly request: StunRequest = (to, credential, options) => this.#first.request(to, credential, options);

  /** One check from each of the sockets `from` to before `to`, and the same again after `againMs` each; see `SocketBundle.send`. */
  check(
    from: number,
    to: number,
    target: Endpoint,
    { againMs, hops }: { againMs: readonly number[]; hops: number | undefined },
  ): void {
    const { clock, random, checks } = this.#parts;
    const { username, key } = checks.outbound;
    for (let socket = from; socket < to; socket++) {
      const transactionId = random.bytes(12);
      const bytes = encodeStun({ class: "request", transactionId, attributes: { username } }, key);
      this.#bundle.send(socket, bytes, target, hops);
      for (const ms of againMs) {
        const cancel = clock.after(ms, () => {
          this.#cancels.delete(cancel);
          this.#bundle.send(socket, bytes, target);
        });
        this.#cancels.add(cancel);
      }
    }
  }

  /** Closes all but this one, whose port stays taken, and which sends nothing of its own any more. */
  keepOnly(socket: number): void {
    this.#quiet();
    this.#bundle.keepOnly(socket);
  }

  [Symbol.dispose](): void {
    this.#quiet();
    this.#bundle[Symbol.dispose]();
  }

  #quiet(): void {
    this.#first.close();
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

/** Never throws: anyone may have sent `bytes`. */
function isCheck(bytes: Uint8Array, { username, key }: StunCredential): boolean {
  const message = decodeStun(bytes);
  return (
    message.ok &&
    message.value.class === "request" &&
    message.value.attributes.username === username &&
    verifyIntegrity(bytes, key)
  );
}
