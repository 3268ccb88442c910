import type { MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import type { WallMs } from "../../protocol/time.ts";
import { inAuthorityOrder, MAX_RECORDS, type RecordStore } from "./store.ts";

/** What travels between stores; the control plane puts it into notifications. */
export type GossipMessage =
  | {
      readonly kind: "digest";
      readonly entries: readonly DigestEntry[];
      /** Of the messages that make up one digest. */
      readonly last: boolean;
    }
  | { readonly kind: "wanted"; readonly slots: readonly Uint8Array[] }
  | { readonly kind: "records"; readonly records: readonly Uint8Array[] };

/** `slot`: the twelve bytes of `slotHash`. */
export type DigestEntry = { readonly slot: Uint8Array; readonly sequence: number };

export type GossipEffect = { readonly to: MemberId; readonly message: GossipMessage };

/** A control frame takes 64 KiB; an entry is 14 bytes of slot, up to 9 of sequence and 2 of its own head. */
const ENTRIES_PER_MESSAGE = 2_000;
/** Three quarters of a control frame, so that heads and one record of any size always fit. */
const RECORDS_PER_MESSAGE_BYTES = 48 * 1024;

export type Received = {
  readonly effects: readonly GossipEffect[];
  readonly admitted: readonly SignedRecord[];
};

/**
 * Anti-entropy: what is new is pushed on, once, to everybody but its sender; on a new connection the end with the
 * lower id sends a digest, and the other answers with what is newer here and a list of what is newer there. One digest
 * tells both ends all, and a second would only make every difference cross twice. Decides; sends nothing itself.
 */
export class Gossip {
  readonly #store: RecordStore;
  readonly #ownId: MemberId;
  readonly #peers = new Set<MemberId>();
  /** Slots that the messages of an unfinished digest named. */
  readonly #digests = new Map<MemberId, Set<string>>();
  readonly #refusals = new Map<MemberId, Map<string, number>>();

  constructor(store: RecordStore, ownId: MemberId) {
    this.#store = store;
    this.#ownId = ownId;
  }

  /** Refused records by reason, for every connected peer. */
  get refusals(): ReadonlyMap<MemberId, ReadonlyMap<string, number>> {
    return this.#refusals;
  }

  connected(peer: MemberId): readonly GossipEffect[] {
    this.#peers.add(peer);
    return this.#ownId < peer ? this.#digestFor(peer) : [];
  }

  disconnected(peer: MemberId): void {
    this.#peers.delete(peer);
    this.#digests.delete(peer);
    this.#refusals.delete(peer);
  }

  /** A digest for everybody: brings back what a full store or waiting list has dropped. */
  refresh(): readonly GossipEffect[] {
    return [...this.#peers].flatMap((peer) => this.#digestFor(peer));
  }

  /** For records that the store has just admitted. */
  publish(records: readonly SignedRecord[], except?: MemberId): readonly GossipEffect[] {
    return [...this.#peers].filter((peer) => peer !== except).flatMap((peer) => recordsFor(peer, records));
  }

  receive(from: MemberId, message: GossipMessage, now: WallMs): Received {
    switch (message.kind) {
      case "digest":
        return { effects: this.#compare(from, message.entries, message.last), admitted: [] };
      case "wanted": {
        const records = unique(message.slots).flatMap((slot) => this.#store.get(slot) ?? []);
        return { effects: recordsFor(from, records), admitted: [] };
      }
      case "records": {
        const admitted = message.records.flatMap((bytes) => this.#take(from, bytes, now));
        return { effects: this.publish(admitted, from), admitted };
      }
    }
  }

  #take(from: MemberId, bytes: Uint8Array, now: WallMs): readonly SignedRecord[] {
    const applied = this.#store.apply(bytes, now);
    switch (applied.outcome) {
      case "accepted":
        return applied.admitted;
      case "known":
      case "waiting":
        return [];
      case "refused":
        this.#count(from, applied.reason);
        return [];
    }
  }

  #compare(from: MemberId, entries: readonly DigestEntry[], isLast: boolean): readonly GossipEffect[] {
    const named = this.#digests.get(from) ?? new Set<string>();
    this.#digests.set(from, named);
    const newerHere: SignedRecord[] = [];
    const newerThere: Uint8Array[] = [];
    for (const { slot, sequence } of entries) {
      named.add(keyOf(slot));
      const held = this.#store.get(slot);
      if (held === undefined || held.sequence < sequence) newerThere.push(slot);
      else if (held.sequence > sequence) newerHere.push(held);
    }
    if (named.size > MAX_RECORDS * 2) {
      this.#digests.delete(from);
      this.#count(from, "digest-too-long");
      return [];
    }
    if (isLast) {
      this.#digests.delete(from);
      for (const { slot } of this.#store.slots()) {
        const held = named.has(keyOf(slot)) ? undefined : this.#store.get(slot);
        if (held !== undefined) newerHere.push(held);
      }
    }
    const wanted = chunk(newerThere, ENTRIES_PER_MESSAGE).map((slots): GossipEffect => {
      return { to: from, message: { kind: "wanted", slots } };
    });
    return [...recordsFor(from, newerHere), ...wanted];
  }

  #digestFor(to: MemberId): readonly GossipEffect[] {
    const chunks = chunk([...this.#store.slots()], ENTRIES_PER_MESSAGE);
    if (chunks.length === 0) return [{ to, message: { kind: "digest", entries: [], last: true } }];
    return chunks.map((entries, index): GossipEffect => {
      return { to, message: { kind: "digest", entries, last: index === chunks.length - 1 } };
    });
  }

  #count(peer: MemberId, reason: string): void {
    const counts = this.#refusals.get(peer) ?? new Map<string, number>();
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    this.#refusals.set(peer, counts);
  }
}

function recordsFor(to: MemberId, records: readonly SignedRecord[]): readonly GossipEffect[] {
  const messages: Uint8Array[][] = [];
  let roomBytes = 0;
  for (const { bytes } of inAuthorityOrder(records)) {
    if (bytes.length > roomBytes) {
      messages.push([]);
      roomBytes = RECORDS_PER_MESSAGE_BYTES;
    }
    messages.at(-1)?.push(bytes);
    roomBytes -= bytes.length;
  }
  return messages.map((batch): GossipEffect => ({ to, message: { kind: "records", records: batch } }));
}

/** A peer may name a slot many times; it gets the record once. */
function unique(slots: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(slots.map((slot) => [keyOf(slot), slot])).values()];
}

function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

function keyOf(slot: Uint8Array): string {
  return Buffer.from(slot).toString("hex");
}
