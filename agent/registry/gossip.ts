import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import { slotHash, slotOf, type SignedRecord } from "../../protocol/record.ts";
import type { MonotonicMs, WallMs } from "../../protocol/time.ts";
import { KeyedLimiter, type Rate } from "../rate-limit.ts";
import { recordMessages, type GossipEffect, type GossipMessage } from "./gossip-message.ts";
import { Reconciliation, offers } from "./reconciliation.ts";
import { slotKey } from "./record-reader.ts";
import { isFault } from "./refusal.ts";
import type { RecordStore } from "./store.ts";
import { Subscriptions, type Wish } from "./subscriptions.ts";

/** More at once, as after a partition, are offered: a step more for each of them, and not three copies of all. */
const PUSHED_AT_ONCE = 16;

/** Twice what a member chooses by itself; a volunteer has hundreds of peers, and its load changes. */
const OWN_PUSHES = 8;

/**
 * Announcements of one author, and its revocations of whom it has revoked. A start, when one home relay after the other connects, takes some six; a flood becomes one
 * record in ten seconds at the first members that it meets, and that is what the whole network sees of it.
 */
export const AUTHOR_RATE: Rate = { perSec: 0.1, burst: 16 };

/** Records that their sender should not have passed on. Whoever sends more is not listened to until a second has passed for each. */
export const FAULT_RATE: Rate = { perSec: 1, burst: 64 };

/** Buckets and digests sent in answer: 2 KB and more for 40 bytes of a question. An exchange a minute takes two. */
const ANSWER_RATE: Rate = { perSec: 0.2, burst: 16 };

/** Bytes of records, and entries of buckets, that one peer is sent because it asked: a full store twice over, and then a store of 1,000 members in a minute. */
const SERVED_RATE: Rate = { perSec: 16 * 1024, burst: 16 * 1024 * 1024 };

/** More than a network of a thousand has, so that nobody's limit is forgotten by reconnecting. */
const MAX_KEYS = 4_096;

export type Now = { readonly wall: WallMs; readonly monotonic: MonotonicMs };

type Digest = Extract<GossipMessage, { readonly kind: "digest" }>;

export type Received = {
  readonly effects: readonly GossipEffect[];
  readonly admitted: readonly SignedRecord[];
};

/**
 * Anti-entropy: what is new is pushed on, once, to the peers that want it; what was missed is found by comparing
 * stores, on a new connection and from time to time (`Reconciliation`). Decides; sends nothing itself.
 */
export class Gossip {
  readonly #store: RecordStore;
  readonly #ownId: MemberId;
  readonly #reconciliation: Reconciliation;
  readonly #subscriptions: Subscriptions;
  readonly #authors = new KeyedLimiter(AUTHOR_RATE, MAX_KEYS);
  readonly #faults = new KeyedLimiter(FAULT_RATE, MAX_KEYS);
  readonly #answers = new KeyedLimiter(ANSWER_RATE, MAX_KEYS);
  readonly #served = new KeyedLimiter(SERVED_RATE, MAX_KEYS);
  readonly #refusals = new Map<MemberId, Map<string, number>>();

  constructor(store: RecordStore, ownId: MemberId) {
    this.#store = store;
    this.#ownId = ownId;
    this.#reconciliation = new Reconciliation(store);
    this.#subscriptions = new Subscriptions((peer) => store.hasRelay(peer));
  }

  /** Refused records by reason, for every connected peer. */
  get refusals(): ReadonlyMap<MemberId, ReadonlyMap<string, number>> {
    return this.#refusals;
  }

  /** One end begins to compare: two would make every difference cross twice. */
  connected(peer: MemberId): readonly GossipEffect[] {
    const wishes = wishMessages(this.#subscriptions.connected(peer));
    return [...wishes, ...this.replaced(peer)];
  }

  /**
   * Two hosts that dial each other at once have a connection more for a moment, and what went into the one that ends is lost. The
   * other end may never have seen that one: it counts on the lower id to compare in the one that stays.
   */
  replaced(peer: MemberId): readonly GossipEffect[] {
    // What was asked for there may not come: it may be asked for again.
    this.#reconciliation.disconnected(peer);
    return this.#ownId < peer ? [{ to: peer, message: this.#reconciliation.begin() }] : [];
  }

  disconnected(peer: MemberId): readonly GossipEffect[] {
    this.#reconciliation.disconnected(peer);
    this.#refusals.delete(peer);
    return wishMessages(this.#subscriptions.disconnected(peer));
  }

  /** Compares with one peer after the other, one at each call: brings what no push did. */
  exchange(): readonly GossipEffect[] {
    const wishes = wishMessages(this.#subscriptions.relieve());
    const to = this.#subscriptions.next();
    return to === undefined ? wishes : [...wishes, { to, message: this.#reconciliation.begin() }];
  }

  /** For records of this host that the store has just admitted: to so many that no choice of others stops them here. */
  publish(records: readonly SignedRecord[]): readonly GossipEffect[] {
    const { peers, subscribers } = this.#subscriptions;
    return spread(records, peers, new Set([...subscribers, ...peers.slice(0, OWN_PUSHES)]));
  }

  receive(from: MemberId, message: GossipMessage, now: Now): Received {
    switch (message.kind) {
      case "store-root":
        if (this.#reconciliation.isEqual(message.hash)) return NOTHING;
        return this.#answer(from, () => [this.#reconciliation.buckets()], now);
      case "store-buckets":
        return this.#answer(from, () => this.#reconciliation.digests(message.hashes), now);
      case "digest":
        return to(from, this.#compare(from, message, now));
      case "wanted":
        return to(from, this.#serve(from, message.slots, now));
      case "subscription":
        return { effects: wishMessages(this.#subscriptions.heard(from, message)), admitted: [] };
      case "records":
        return this.#takeAll(from, message.records, now);
    }
  }

  #answer(from: MemberId, messages: () => readonly GossipMessage[], { monotonic }: Now): Received {
    if (this.#answers.allows(from, monotonic)) return to(from, messages());
    this.#count(from, "exchange-rate");
    return NOTHING;
  }

  /** Two hundred bytes of buckets can ask for all that is here: beyond the rate only what is named is compared. */
  #compare(from: MemberId, digest: Digest, { monotonic }: Now): readonly GossipMessage[] {
    const { entries, buckets } = digest;
    const costBytes =
      buckets.length === 0 ? 0 : HEAD_BYTES + this.#reconciliation.sizeOf(buckets) * ENTRY_BYTES;
    const isServed = this.#served.allows(from, monotonic, costBytes);
    if (!isServed) this.#count(from, "exchange-rate");
    const compared = isServed ? buckets : new Uint8Array();
    return this.#reconciliation.compare(from, entries, compared, monotonic);
  }

  #serve(from: MemberId, slots: readonly Uint8Array[], { monotonic }: Now): readonly GossipMessage[] {
    const messages = recordMessages(this.#reconciliation.wanted(slots));
    const served = messages.filter((message) =>
      this.#served.allows(from, monotonic, recordBytes(message) + HEAD_BYTES),
    );
    if (served.length < messages.length) this.#count(from, "wanted-rate");
    return served;
  }

  #takeAll(from: MemberId, records: readonly Uint8Array[], now: Now): Received {
    const admitted: SignedRecord[] = [];
    for (const bytes of records) {
      if (!this.#faults.wouldAllow(from, now.monotonic)) {
        this.#count(from, "sender-rate");
        break;
      }
      admitted.push(...this.#take(from, bytes, now));
    }
    return { effects: admitted.length === 0 ? [] : this.#passOn(admitted, from), admitted };
  }

  #take(from: MemberId, bytes: Uint8Array, now: Now): readonly SignedRecord[] {
    const applied = this.#store.apply(
      bytes,
      now.wall,
      (record, author) => !this.#authors.wouldAllow(authorKey(record, author), now.monotonic),
    );
    switch (applied.outcome) {
      case "known":
        return [];
      case "waiting":
        if (isFault(applied.reason)) this.#faults.allows(from, now.monotonic);
        return [];
      case "refused":
        this.#count(from, applied.reason);
        if (isFault(applied.reason)) this.#faults.allows(from, now.monotonic);
        return [];
      case "accepted":
        for (const record of applied.admitted) this.#onAdmitted(record, now);
        return applied.admitted;
    }
  }

  #onAdmitted(record: SignedRecord, { monotonic }: Now): void {
    this.#reconciliation.admitted(slotKey(slotHash(slotOf(record))));
    this.#authors.allows(authorKey(record, memberIdOf(record.author)), monotonic);
  }

  #passOn(records: readonly SignedRecord[], except: MemberId): readonly GossipEffect[] {
    const { peers, subscribers } = this.#subscriptions;
    return spread(
      records,
      peers.filter((peer) => peer !== except),
      new Set(subscribers),
    );
  }

  #count(peer: MemberId, reason: string): void {
    const counts = this.#refusals.get(peer) ?? new Map<string, number>();
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    this.#refusals.set(peer, counts);
  }
}

const NOTHING: Received = { effects: [], admitted: [] };

/** What a message of records costs beyond them; also of an empty one, so that asking for nothing is not free. */
const HEAD_BYTES = 64;

/** Of a digest: slot, sequence and heads. */
const ENTRY_BYTES = 25;

function to(peer: MemberId, messages: readonly GossipMessage[]): Received {
  return { effects: messages.map((message) => ({ to: peer, message })), admitted: [] };
}

/** Who has announced much can still be heard of what it revokes. */
function authorKey({ content }: SignedRecord, author: MemberId): string {
  return content.kind === "relay" || content.kind === "endpoints" ? author : `${content.kind} ${author}`;
}

function news(records: readonly SignedRecord[]): readonly GossipMessage[] {
  if (records.length <= PUSHED_AT_ONCE) return recordMessages(records);
  return offers(records.map((record) => ({ slot: slotHash(slotOf(record)), sequence: record.sequence })));
}

/** A revocation goes to all peers: it is rare, and what it ends must end everywhere. All else to those of `audience`. */
function spread(
  records: readonly SignedRecord[],
  peers: readonly MemberId[],
  audience: ReadonlySet<MemberId>,
): readonly GossipEffect[] {
  const revocations = records.filter(({ content }) => content.kind === "revocation");
  const hearing = peers.filter((peer) => audience.has(peer));
  const others = peers.filter((peer) => !audience.has(peer));
  return [...toEach(hearing, news(records)), ...toEach(others, news(revocations))];
}

function toEach(peers: readonly MemberId[], messages: readonly GossipMessage[]): readonly GossipEffect[] {
  return peers.flatMap((peer) => messages.map((message) => ({ to: peer, message })));
}

function wishMessages(wishes: readonly Wish[]): readonly GossipEffect[] {
  return wishes.map(({ to: peer, wanted, overloaded }) => ({
    to: peer,
    message: { kind: "subscription", wanted, overloaded },
  }));
}

function recordBytes(message: GossipMessage): number {
  return message.kind === "records" ? message.records.reduce((sum, { length }) => sum + length, 0) : 0;
}
