import { sign, verify } from "node:crypto";
import type KrpcSocket from "k-rpc-socket";
import type { Query, Response } from "k-rpc-socket";
import { formatEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { publicKeyOf } from "../../../protocol/keys.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import { DhtSocket, type DatagramSocket } from "./dht-socket.ts";
import { Lookup, type AnsweredNode, type NamedNode, type Question } from "./lookup.ts";
import { inFairOrder } from "./networks.ts";
import { QueryLedger } from "./query-ledger.ts";
import { ID_BYTES, namedIn } from "./reply.ts";
import type { Slot } from "./slot.ts";

/** What lies in a slot, signed by somebody who knows its key. */
export type SlotItem = { readonly value: Uint8Array; readonly sequence: number };

export type KnownNode = { readonly id: string; readonly address: string; readonly port: number };

export type DhtSessionPort = AsyncDisposable & {
  /**
   * The newest; undefined where no node that was asked has anything, or the signal came first. `onNewer` hears of each one that
   * is newer than those before it when it comes: nodes that do not answer hold up the end. Never rejects.
   */
  get(slot: Slot, signal: AbortSignal, onNewer?: (item: SlotItem) => void): Promise<SlotItem | undefined>;
  /** In the place of `before`. How many nodes have taken it; 0 where the signal came first. Never rejects. */
  put(slot: Slot, item: SlotItem, before: SlotItem | undefined, signal: AbortSignal): Promise<number>;
  /** Nodes that have answered anything. */
  readonly answered: number;
  readonly asked: number;
  /** To begin the next session with. */
  readonly known: readonly KnownNode[];
};

/** `first` are asked where too few of `known` are left. Rejects where the system has no socket. */
export type OpenDhtSession = (
  first: readonly Endpoint[],
  known: readonly KnownNode[],
) => Promise<DhtSessionPort>;

export type DhtSessionParts = {
  readonly log: Pick<Logger, "debug" | "trace">;
  readonly random: Random;
  readonly openSocket: () => DatagramSocket;
};

/** Enough to start from without the first nodes when half of them are gone. */
const MAX_KNOWN = 64;

/** That a look-up begins with: what it can ask at once, and some more for those that are gone. */
const MAX_SEEDS = 20;

/** A query that came to nothing: the node has answered that it cannot, or has not answered. */
type Failure = "unable" | "silent";

/**
 * A client of the public DHT for a minute: asks, writes, and is gone, with all that it has learned but where some nodes are. It
 * serves nobody and keeps nothing for anybody (BEP 43). The library sends single queries and waits for their answers; whom to
 * ask is decided by `Lookup`. Owner of library and socket.
 */
export class DhtSession implements DhtSessionPort {
  readonly #library: KrpcSocket;
  readonly #ledger: QueryLedger;
  readonly #id: Buffer;
  readonly #first: readonly Endpoint[];
  /** Before this session. */
  readonly #knownBefore: readonly NamedNode[];
  /** In the order in which they have answered: the first were not found by what lies near a slot. */
  readonly #answered = new Map<string, NamedNode>();
  readonly #closestByTarget = new Map<string, readonly AnsweredNode[]>();
  readonly #closing = new AbortController();

  private constructor(
    library: KrpcSocket,
    ledger: QueryLedger,
    id: Uint8Array,
    first: readonly Endpoint[],
    known: readonly KnownNode[],
  ) {
    this.#library = library;
    this.#ledger = ledger;
    this.#id = Buffer.from(id);
    this.#first = first;
    this.#knownBefore = known.map((node) => ({ ...node, id: Buffer.from(node.id, "hex") }));
  }

  /** The library is loaded here: who has it switched off never does. */
  static opener({ log, random, openSocket }: DhtSessionParts): OpenDhtSession {
    return async (first, known) => {
      const { default: Krpc } = await import("k-rpc-socket");
      const ledger = new QueryLedger(first);
      const onError = (error: unknown): void => log.debug({ err: error }, "DHT failed");
      const socket = new DhtSocket({
        socket: openSocket(),
        ledger,
        onRefused: (refusal, address) => log.trace({ address, refusal }, "DHT datagram refused"),
        onError,
      });
      const library = new Krpc({ socket });
      library.on("error", onError);
      return new DhtSession(library, ledger, random.bytes(ID_BYTES), first, known);
    };
  }

  get answered(): number {
    return this.#ledger.answered;
  }

  get asked(): number {
    return this.#ledger.asked;
  }

  get known(): readonly KnownNode[] {
    return inFairOrder([...this.#answered.values()])
      .slice(0, MAX_KNOWN)
      .map(({ node: { id, address, port } }) => ({ id: id.toString("hex"), address, port }));
  }

  async get(
    slot: Slot,
    signal: AbortSignal,
    onNewer: (item: SlotItem) => void = () => undefined,
  ): Promise<SlotItem | undefined> {
    const publicKey = publicKeyOf("ed25519", slot.publicKey);
    let newest: SlotItem | undefined;
    await this.#lookUp(slot, signal, ({ k, v, sig, seq }) => {
      if (k === undefined || v === undefined || sig === undefined || seq === undefined) return;
      // The key first: whatever else lies near costs no check of a signature.
      if (!k.equals(slot.publicKey) || seq <= (newest?.sequence ?? -1)) return;
      const item = { value: v, sequence: seq };
      if (!verify(null, signedPart(item), publicKey, sig)) return;
      newest = item;
      onNewer(item);
    });
    return signal.aborted ? undefined : newest;
  }

  async put(slot: Slot, item: SlotItem, before: SlotItem | undefined, signal: AbortSignal): Promise<number> {
    if (!this.#closestByTarget.has(keyOf(slot))) await this.#lookUp(slot, signal, () => undefined);
    const nodes = this.#closestByTarget.get(keyOf(slot)) ?? [];
    const sig = sign(null, signedPart(item), slot.privateKey);
    const content = { k: Buffer.from(slot.publicKey), v: Buffer.from(item.value), seq: item.sequence, sig };
    const cas = before === undefined ? {} : { cas: before.sequence };
    return this.#until(signal, 0, (resolve) => {
      let open = 0;
      let taken = 0;
      for (const { token, ...node } of nodes) {
        if (token === undefined) continue;
        open++;
        this.#query(node, { q: "put", a: { id: this.#id, ...content, ...cas, token } }, (reply) => {
          if (typeof reply !== "string") taken++;
          if (--open === 0) resolve(taken);
        });
      }
      if (open === 0) resolve(0);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    return new Promise((resolve) => {
      this.#library.destroy(resolve);
    });
  }

  /** Until the nodes closest to the slot are known, with what each of those that are asked for it answers. */
  #lookUp(slot: Slot, signal: AbortSignal, onReply: (reply: Response) => void): Promise<void> {
    const lookup = new Lookup(slot.target, this.#seedsFor(slot), this.#first);
    return this.#until(signal, undefined, (resolve, ending) => {
      const goOn = (): void => {
        if (ending.aborted) return;
        for (let question = lookup.next(); question !== undefined; question = lookup.next()) ask(question);
        if (!lookup.isDone) return;
        this.#closestByTarget.set(keyOf(slot), lookup.closest);
        resolve(undefined);
      };
      const ask = (question: Question): void => {
        const { node, target, isBeside } = question;
        if (!this.#ledger.allows(node)) {
          lookup.failed(question, "silent");
          return;
        }
        const query = { q: isBeside ? "find_node" : "get", a: { id: this.#id, target } };
        this.#query(node, query, (reply) => {
          if (typeof reply === "string") lookup.failed(question, reply);
          else {
            const nodes = reply.nodes === undefined ? [] : namedIn(reply.nodes);
            lookup.answered(question, { id: reply.id, nodes, token: reply.token });
            if (!isBeside) onReply(reply);
          }
          goOn();
        });
      };
      goOn();
    });
  }

  #query(node: Endpoint, query: Query, done: (reply: Response | Failure) => void): void {
    this.#library.query({ host: node.address, port: node.port }, query, (error, reply) => {
      if (error !== null || reply === null) {
        done(typeof error?.code === "number" ? "unable" : "silent");
        return;
      }
      this.#answered.set(formatEndpoint(node), { ...node, id: reply.r.id });
      done(reply.r);
    });
  }

  /** Those closest to the slot, of those that have answered in this session and before. */
  #seedsFor({ target }: Slot): readonly NamedNode[] {
    const distance = ({ id }: NamedNode): Buffer =>
      Buffer.from(id.map((byte, at) => byte ^ (target[at] ?? 0)));
    const nodes = [...this.#answered.values(), ...this.#knownBefore]
      .map((node) => ({ node, distance: distance(node) }))
      .sort((a, b) => Buffer.compare(a.distance, b.distance))
      .map(({ node }) => node);
    return inFairOrder(nodes)
      .slice(0, MAX_SEEDS)
      .map(({ node }) => node);
  }

  /** `otherwise` once the signal or the session's end comes first. */
  #until<T>(
    signal: AbortSignal,
    otherwise: T,
    work: (resolve: (value: T) => void, ending: AbortSignal) => void,
  ): Promise<T> {
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    return new Promise((resolve) => {
      if (ending.aborted) {
        resolve(otherwise);
        return;
      }
      const onAbort = (): void => resolve(otherwise);
      ending.addEventListener("abort", onAbort, { once: true });
      work((value) => {
        ending.removeEventListener("abort", onAbort);
        resolve(value);
      }, ending);
    });
  }
}

/** What the signature is of, BEP 44. */
function signedPart({ value, sequence }: SlotItem): Buffer {
  return Buffer.concat([Buffer.from(`3:seqi${sequence}e1:v${value.length}:`), value]);
}

function keyOf({ target }: Slot): string {
  return Buffer.from(target).toString("hex");
}
