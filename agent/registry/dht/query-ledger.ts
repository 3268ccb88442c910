import { formatEndpoint, isUsableRemote, type Endpoint } from "../../../protocol/endpoint.ts";
import { isGlobal } from "../../../protocol/global-address.ts";
import { decodeReply, encodeReply } from "./reply.ts";

/** A look-up asks some 70 nodes, 160 where nodes lie; there are 24 at most in a session. */
const MAX_QUERIES = 2_000;

/**
 * Of different nodes. Several share an address behind a carrier's NAT; with more, who answers for a thousand nodes would be
 * most of what is heard, or have this host knock at a thousand ports of a third one.
 */
const MAX_NODES_AT_ADDRESS = 4;
/** Ports that may be asked for these: who names wrong ones must not have the right ones refused so easily. */
const MAX_PORTS_AT_ADDRESS = 8;

/** Below it are services that are no nodes, and would be asked for the sake of who says that they are. */
const MIN_PORT = 1_024;

/** At the end of a query without the library's own last byte: transaction id and kind, in the order of BEP 3. */
const TAIL = /^1:t2:(..)1:y1:qe$/s;
const TAIL_BYTES = 14;

/** BEP 43: who asks answers nothing itself; nobody needs to remember it. */
const READ_ONLY = Buffer.from("2:roi1e");

export type QueryRefusal = "not-a-query" | "address" | "port" | "too-many-at-address" | "too-many";
export type ReplyRefusal = "not-asked" | "malformed";

/**
 * What this host has asked the DHT's nodes in one session: says which queries may leave, and lets in one answer to each, from
 * where it was asked for, in the one form of it. So the library parses nothing that a stranger has written, nothing makes it
 * ask without end, and all that it can keep of a session is bounded.
 */
export class QueryLedger {
  readonly #first: readonly Endpoint[];
  readonly #isPrivate: boolean;
  readonly #open = new Set<string>();
  /** With whether it has answered. */
  readonly #portsByAddress = new Map<string, Map<number, boolean>>();
  #asked = 0;
  #answered = 0;

  /** `first`: the nodes that the operator named. Where all have private addresses the DHT is a private one. */
  constructor(first: readonly Endpoint[]) {
    this.#first = first;
    this.#isPrivate = first.length > 0 && first.every(({ address }) => !isGlobal(address));
  }

  /** Nodes that have answered. */
  get answered(): number {
    return this.#answered;
  }

  get asked(): number {
    return this.#asked;
  }

  /** Whether a query may leave for it. */
  allows(to: Endpoint): boolean {
    return this.#refusalOf(to) === undefined;
  }

  /** The query as it may leave for `to`, or why it must not. */
  query(
    bytes: Uint8Array,
    to: Endpoint,
  ): { readonly bytes: Uint8Array } | { readonly refusal: QueryRefusal } {
    const query = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const transaction = TAIL.exec(query.toString("latin1", Math.max(0, query.length - TAIL_BYTES)))?.[1];
    if (transaction === undefined) return { refusal: "not-a-query" };
    const refusal = this.#refusalOf(to);
    if (refusal !== undefined) return { refusal };
    const ports = this.#portsByAddress.get(to.address) ?? new Map<number, boolean>();
    this.#portsByAddress.set(to.address, ports.set(to.port, ports.get(to.port) ?? false));
    this.#asked++;
    this.#open.add(keyOf(to, transaction));
    return {
      bytes: Buffer.concat([query.subarray(0, -TAIL_BYTES), READ_ONLY, query.subarray(-TAIL_BYTES)]),
    };
  }

  /** The answer to one of the queries, once. Never throws: anybody may have sent `bytes`. */
  reply(
    bytes: Uint8Array,
    from: Endpoint,
  ): { readonly bytes: Uint8Array } | { readonly refusal: ReplyRefusal } {
    // Before a byte of it is read: who was not asked costs a look into a map.
    const ports = this.#portsByAddress.get(from.address);
    const hadAnswered = ports?.get(from.port);
    if (ports === undefined || hadAnswered === undefined) return { refusal: "not-asked" };
    const reply = decodeReply(bytes);
    if (!reply.ok) return { refusal: "malformed" };
    if (!this.#open.delete(keyOf(from, reply.value.transaction.toString("latin1"))))
      return { refusal: "not-asked" };
    if (!hadAnswered) this.#answered++;
    ports.set(from.port, true);
    return { bytes: encodeReply(reply.value) };
  }

  #refusalOf(to: Endpoint): QueryRefusal | undefined {
    if (this.#asked >= MAX_QUERIES) return "too-many";
    const isFirst = this.#first.some(({ address, port }) => address === to.address && port === to.port);
    if (!isFirst && !this.#isAllowed(to.address)) return "address";
    if (!isFirst && to.port < MIN_PORT) return "port";
    return isFirst || this.#hasRoom(to) ? undefined : "too-many-at-address";
  }

  #hasRoom({ address, port }: Endpoint): boolean {
    const ports = this.#portsByAddress.get(address) ?? new Map<number, boolean>();
    if (ports.has(port)) return true;
    const nodes = [...ports.values()].filter((hasAnswered) => hasAnswered).length;
    return nodes < MAX_NODES_AT_ADDRESS && ports.size < MAX_PORTS_AT_ADDRESS;
  }

  /** What nodes say of others must not make this host knock inside its own network. */
  #isAllowed(address: string): boolean {
    return isUsableRemote(address) && (this.#isPrivate || isGlobal(address));
  }
}

function keyOf(node: Endpoint, transaction: string): string {
  return `${formatEndpoint(node)} ${transaction}`;
}
