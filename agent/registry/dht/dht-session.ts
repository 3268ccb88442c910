import { sign, verify } from "node:crypto";
import type Library from "bittorrent-dht";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { publicKeyOf } from "../../../protocol/keys.ts";
import type { Logger } from "../../log.ts";
import { DhtSocket, type DatagramSocket } from "./dht-socket.ts";
import { QueryLedger } from "./query-ledger.ts";
import type { Slot } from "./slot.ts";

/** What lies in a slot, signed by somebody who knows its key. */
export type SlotItem = { readonly value: Uint8Array; readonly sequence: number };

export type KnownNode = { readonly id: string; readonly address: string; readonly port: number };

export type DhtSessionPort = AsyncDisposable & {
  /** Undefined where no node that was asked has anything, or the signal came first. Never rejects. */
  get(slot: Slot, signal: AbortSignal): Promise<SlotItem | undefined>;
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
  readonly openSocket: () => DatagramSocket;
};

/** Enough to start from without the first nodes when half of them are gone. */
const MAX_KNOWN = 64;

/**
 * A client of the public DHT for a minute: asks, writes, and is gone, with all that it has learned but where some nodes are. It
 * serves nobody and keeps nothing for anybody (BEP 43). Owner of library and socket.
 */
export class DhtSession implements DhtSessionPort {
  readonly #library: Library;
  readonly #ledger: QueryLedger;

  private constructor(library: Library, ledger: QueryLedger) {
    this.#library = library;
    this.#ledger = ledger;
  }

  /** The library is loaded here: who has it switched off never does. */
  static opener({ log, openSocket }: DhtSessionParts): OpenDhtSession {
    return async (first, known) => {
      const { default: Dht } = await import("bittorrent-dht");
      const ledger = new QueryLedger(first);
      const onError = (error: unknown): void => log.debug({ err: error }, "DHT failed");
      const socket = new DhtSocket({
        socket: openSocket(),
        ledger,
        onRefused: (refusal, address) => log.trace({ address, refusal }, "DHT datagram refused"),
        onError,
      });
      const nodes = first.map(({ address, port }) => ({ host: address, port }));
      const library = new Dht({ bootstrap: false, nodes, socket });
      library.on("error", onError);
      for (const { id, address, port } of known)
        library.addNode({ id: Buffer.from(id, "hex"), host: address, port });
      return new DhtSession(library, ledger);
    };
  }

  get answered(): number {
    return this.#ledger.answered;
  }

  get asked(): number {
    return this.#ledger.asked;
  }

  get known(): readonly KnownNode[] {
    return this.#library.nodes
      .toArray()
      .slice(0, MAX_KNOWN)
      .map(({ id, host, port }) => ({ id: id.toString("hex"), address: host, port }));
  }

  get(slot: Slot, signal: AbortSignal): Promise<SlotItem | undefined> {
    const publicKey = publicKeyOf("ed25519", slot.publicKey);
    return until<SlotItem | undefined>(signal, undefined, (resolve) => {
      const options = {
        cache: false,
        // The key first: whatever else lies near costs no check of a signature.
        verify: (signature: Buffer, message: Uint8Array, key: Buffer) =>
          key.equals(slot.publicKey) && verify(null, message, publicKey, signature),
      };
      this.#library.get(Buffer.from(slot.target), options, (error, item) =>
        resolve(error === null && item !== null ? { value: item.v, sequence: item.seq } : undefined),
      );
    });
  }

  put(
    slot: Slot,
    { value, sequence }: SlotItem,
    before: SlotItem | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    return until(signal, 0, (resolve) => {
      const item = {
        k: Buffer.from(slot.publicKey),
        v: Buffer.from(value),
        seq: sequence,
        ...(before === undefined ? {} : { cas: before.sequence }),
        sign: (message: Uint8Array) => sign(null, message, slot.privateKey),
      };
      this.#library.put(item, (_error, _target, nodes) => resolve(nodes ?? 0));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      this.#library.destroy(resolve);
    });
  }
}

/** The library calls back when it is done, or, once it is destroyed, not at all. */
function until<T>(
  signal: AbortSignal,
  otherwise: T,
  work: (resolve: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(otherwise);
      return;
    }
    const onAbort = (): void => resolve(otherwise);
    signal.addEventListener("abort", onAbort, { once: true });
    work((value) => {
      signal.removeEventListener("abort", onAbort);
      resolve(value);
    });
  });
}
