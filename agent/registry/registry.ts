import type { MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { Gossip, type Now } from "./gossip.ts";
import type { GossipEffect, GossipMessage } from "./gossip-message.ts";
import { RegistryPersistence, type Loaded, type RegistryFile } from "./persistence.ts";
import type { Roster } from "./roster.ts";
import { RecordStore } from "./store.ts";

export type RegistryOptions = {
  readonly networkKey: Uint8Array;
  readonly ownId: MemberId;
  readonly file: RegistryFile;
  /** See `PersistenceOptions`. */
  readonly copy: RegistryFile;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Must not block; what cannot be sent is dropped, and the next exchange brings it. */
export type GossipSend = (to: MemberId, message: GossipMessage) => void;

export type RosterListener = (roster: Roster, admitted: readonly SignedRecord[]) => void;

/**
 * Store, file and gossip of one network on this host. Owns the file and its timer. Listeners hear of a change at once
 * (a revoked peer is cut off before anything else); others hear of it when it is as durable as it must be.
 */
export class Registry implements AsyncDisposable {
  readonly store: RecordStore;
  readonly #gossip: Gossip;
  readonly #persistence: RegistryPersistence;
  readonly #clock: Clock;
  readonly #log: Logger;
  #send: GossipSend = () => undefined;
  readonly #listeners = new Set<RosterListener>();

  private constructor(options: RegistryOptions) {
    this.store = new RecordStore(options.networkKey);
    this.#gossip = new Gossip(this.store, options.ownId);
    this.#persistence = new RegistryPersistence({ ...options, store: this.store });
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Throws AgentError `state.newer` or `state.io`. */
  static async open(options: RegistryOptions): Promise<{ registry: Registry; loaded: Loaded }> {
    const registry = new Registry(options);
    return { registry, loaded: await registry.#persistence.load() };
  }

  get roster(): Roster {
    return this.store.roster;
  }

  get refusals(): Gossip["refusals"] {
    return this.#gossip.refusals;
  }

  /** Before anybody is connected; until then there is nobody to send to. */
  sendBy(send: GossipSend): void {
    this.#send = send;
  }

  /** The returned function ends it. */
  onChange(listener: RosterListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  connected(peer: MemberId): void {
    this.#emit(this.#gossip.connected(peer));
  }

  /** Still connected, but what was sent last may be lost. */
  replaced(peer: MemberId): void {
    this.#emit(this.#gossip.replaced(peer));
  }

  disconnected(peer: MemberId): void {
    this.#emit(this.#gossip.disconnected(peer));
  }

  /** Never rejects: what a peer sends is counted, not thrown. */
  async receive(from: MemberId, message: GossipMessage): Promise<void> {
    const { effects, admitted } = this.#gossip.receive(from, message, this.#now());
    if (admitted.length > 0) this.#changed(admitted);
    if (admitted.some(({ content }) => content.kind === "revocation")) {
      // Passed on even when the disk is full: a revocation that stops here helps nobody.
      await this.#persistence.flush().catch((error: unknown) => {
        this.#log.error({ err: error }, "revocation could not be saved");
      });
    }
    this.#emit(effects);
  }

  /**
   * Records of this host: durable first, then pushed to all. Throws AgentError `state.io`, and `internal.bug` for a
   * record that the store itself refuses.
   */
  async publish(records: readonly Uint8Array[]): Promise<void> {
    const admitted: SignedRecord[] = [];
    for (const bytes of records) {
      const applied = this.store.apply(bytes, this.#clock.wallNow());
      switch (applied.outcome) {
        case "accepted":
          admitted.push(...applied.admitted);
          break;
        case "known":
          break;
        case "waiting":
        case "refused":
          throw new AgentError("internal.bug", `own record refused: ${applied.reason}`);
      }
    }
    if (admitted.length === 0) return;
    this.#changed(admitted);
    await this.#persistence.flush();
    this.#emit(this.#gossip.publish(admitted));
  }

  /** Drops what has expired; call once a minute. */
  sweep(): void {
    if (this.store.sweep(this.#clock.wallNow())) this.#changed([]);
  }

  /** Compares with one peer; call once a minute. */
  exchange(): void {
    this.#emit(this.#gossip.exchange());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    await this.#persistence.close();
  }

  #changed(admitted: readonly SignedRecord[]): void {
    this.#persistence.changed();
    for (const listener of this.#listeners) listener(this.store.roster, admitted);
  }

  #now(): Now {
    return { wall: this.#clock.wallNow(), monotonic: this.#clock.monotonicNow() };
  }

  #emit(effects: readonly GossipEffect[]): void {
    for (const { to, message } of effects) this.#send(to, message);
  }
}
