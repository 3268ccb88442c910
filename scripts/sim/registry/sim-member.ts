import { Gossip } from "../../../agent/registry/gossip.ts";
import type { GossipEffect, GossipMessage } from "../../../agent/registry/gossip-message.ts";
import type { RecordReader } from "../../../agent/registry/record-reader.ts";
import { RecordStore } from "../../../agent/registry/store.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type { SignedRecord } from "../../../protocol/record.ts";
import { monotonicMs, wallMs, type WallMs } from "../../../protocol/time.ts";
import { COST_US, FLUSH_MS } from "./costs.ts";
import { START, type Person } from "./population.ts";

export type Traffic = { frames: number; frameBytes: number; wireBytes: number };

/** What a member did with a message, and when it was through with it. */
export type Handled = {
  readonly effects: readonly GossipEffect[];
  readonly admitted: readonly SignedRecord[];
  readonly doneAtMs: number;
};

/** The real store and the real gossip of one member, with a processor of its own that takes its time. */
export class SimMember {
  readonly person: Person;
  readonly store: RecordStore;
  gossip: Gossip;
  /** Where it is, in milliseconds of light: two members are as far apart as the line between them. */
  readonly place: { readonly x: number; readonly y: number };
  readonly sent: Traffic = { frames: 0, frameBytes: 0, wireBytes: 0 };
  readonly received: Traffic = { frames: 0, frameBytes: 0, wireBytes: 0 };
  /** Of the processor. */
  busyMs = 0;
  online = true;
  /** Whom it knows to be revoked, and talks with no more. */
  readonly revoked = new Set<MemberId>();
  /** When its line is free to send. */
  lineFreeAtMs = 0;
  #processorFreeAtMs = 0;

  constructor(
    person: Person,
    networkKey: Uint8Array,
    read: RecordReader,
    place: { readonly x: number; readonly y: number },
  ) {
    this.person = person;
    this.store = new RecordStore(networkKey, read);
    this.gossip = new Gossip(this.store, person.id);
    this.place = place;
  }

  get id(): MemberId {
    return this.person.id;
  }

  /** A new process: the store was on disk, all else is gone. */
  restarted(): void {
    this.gossip = new Gossip(this.store, this.id);
  }

  handle(from: MemberId, message: GossipMessage, nowMs: number): Handled {
    const startMs = Math.max(nowMs, this.#processorFreeAtMs);
    const bad = this.#badSignatures(from);
    const { effects, admitted } = this.gossip.receive(from, message, {
      wall: wallAt(nowMs),
      monotonic: monotonicMs(nowMs),
    });
    const verified = admitted.length + this.#badSignatures(from) - bad;
    const us =
      inputUs(message) + verified * COST_US.verification + this.#changeUs(admitted) + outputUs(effects);
    this.busyMs += us / 1_000;
    this.#processorFreeAtMs = startMs + us / 1_000;
    const isRevoked = admitted.some(({ content }) => content.kind === "revocation");
    return { effects, admitted, doneAtMs: this.#processorFreeAtMs + (isRevoked ? FLUSH_MS : 0) };
  }

  /** Own records, which its own store takes. */
  publish(records: readonly SignedRecord[], nowMs: number): readonly GossipEffect[] {
    for (const { bytes } of records) {
      const applied = this.store.apply(bytes, wallAt(nowMs));
      if ("reason" in applied) throw new Error(`own record: ${applied.reason}`);
    }
    return this.gossip.publish(records);
  }

  #changeUs(admitted: readonly SignedRecord[]): number {
    return admitted.length === 0 ? 0 : this.store.size * COST_US.rosterRecord;
  }

  #badSignatures(from: MemberId): number {
    return this.gossip.refusals.get(from)?.get("record-signature") ?? 0;
  }
}

export function wallAt(nowMs: number): WallMs {
  return wallMs(START + Math.floor(nowMs));
}

function inputUs(message: GossipMessage): number {
  switch (message.kind) {
    case "records":
      return COST_US.message + message.records.length * COST_US.record;
    case "digest":
      return COST_US.message + message.entries.length * COST_US.entry;
    case "wanted":
      return COST_US.message + message.slots.length * COST_US.entry;
    case "store-root":
    case "store-buckets":
    case "subscription":
      return COST_US.message;
  }
}

function outputUs(effects: readonly GossipEffect[]): number {
  return effects.length * COST_US.message;
}
