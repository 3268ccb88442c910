import type { KeyObject } from "node:crypto";
import { memberIdOf } from "../../protocol/ids.ts";
import { formatEndpoint } from "../../protocol/endpoint.ts";
import { rawPublicKey } from "../../protocol/keys.ts";
import {
  signRecord,
  slotHash,
  type MemberEndpoints,
  type RelayAnnouncement,
  type SignedRecord,
} from "../../protocol/record.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import { ANNOUNCEMENT_LIFETIME_MS } from "./authority.ts";
import type { Registry } from "./registry.ts";
import { isOf } from "./roster.ts";
import { MAX_FUTURE_MS, type RecordStore } from "./store.ts";

export type OwnAnnouncements = {
  readonly endpoints: MemberEndpoints;
  /** Undefined: this host is no volunteer. */
  readonly relay: RelayAnnouncement | undefined;
};

export type Announcement = MemberEndpoints | RelayAnnouncement;

/** What a volunteer says when it stops: no endpoint, so nobody chooses it; it then runs out by itself. */
const WITHDRAWN: RelayAnnouncement = {
  kind: "relay",
  endpoints: [],
  capacity: 0,
  load: 0,
  region: "",
  bandwidthBps: 0,
  version: "",
  draining: true,
  allow: [],
  schedule: "",
  quotaBytes: 0,
  forwarder: undefined,
  closed: false,
};

/** Every change of load would otherwise go to every member of the network. */
const LOAD_STEP = 0.1;

/** What has to be signed now: what changed, and what is past half of its life. */
export function announcementsDue(
  wanted: OwnAnnouncements,
  store: RecordStore,
  identityKey: Uint8Array,
  now: WallMs,
): readonly Announcement[] {
  const author = memberIdOf(identityKey);
  const heldOf = (kind: Announcement["kind"]): SignedRecord<Announcement> | undefined => {
    const record = store.get(slotHash(`${kind} ${author}`));
    return record !== undefined && (isOf(record, "endpoints") || isOf(record, "relay")) ? record : undefined;
  };
  const due: Announcement[] = [];
  if (isDue(wanted.endpoints, heldOf("endpoints"), now)) due.push(wanted.endpoints);
  const relay = heldOf("relay");
  if (wanted.relay !== undefined) {
    if (isDue(wanted.relay, relay, now)) due.push(wanted.relay);
  } else if (relay?.content.kind === "relay" && relay.content.endpoints.length > 0) due.push(WITHDRAWN);
  return due;
}

export type PublisherOptions = {
  readonly registry: Registry;
  readonly identityKey: KeyObject;
  readonly clock: Clock;
  /** Durable: a sequence number is never given twice, also after a crash. The first of `count`. */
  readonly reserveSequences: (count: number) => Promise<number>;
};

/** Keeps this host's endpoints and relay announcement in the registry. One publication runs at a time. */
export class Publisher {
  readonly #options: PublisherOptions;
  #wanted: OwnAnnouncements | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Rejects with what `Registry.publish` and `reserveSequences` throw; what was signed by then still spreads by digests. */
  announce(wanted: OwnAnnouncements): Promise<void> {
    this.#wanted = wanted;
    return this.refresh();
  }

  /** Call now and then, and after a jump of the clock; costs nothing when nothing is due. */
  refresh(): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#publish());
    return this.#last;
  }

  async #publish(): Promise<void> {
    if (this.#wanted === undefined) return;
    const { registry, identityKey, clock, reserveSequences } = this.#options;
    const due = announcementsDue(this.#wanted, registry.store, rawPublicKey(identityKey), clock.wallNow());
    if (due.length === 0) return;
    const first = await reserveSequences(due.length);
    const issuedAt = clock.wallNow();
    const expiresAt = wallMs(issuedAt + ANNOUNCEMENT_LIFETIME_MS);
    const { network } = registry.store;
    const records = due.map((content, index) =>
      signRecord(content, { network, sequence: first + index, issuedAt, expiresAt }, identityKey),
    );
    await registry.publish(records.map(({ bytes }) => bytes));
  }
}

/** A record from the future was signed while the clock was wrong: others refuse it, so it is as good as none. */
function isDue(wanted: Announcement, held: SignedRecord<Announcement> | undefined, now: WallMs): boolean {
  if (held === undefined) return true;
  if (Math.max(held.issuedAt, held.sequence) > now + MAX_FUTURE_MS) return true;
  return held.issuedAt + ANNOUNCEMENT_LIFETIME_MS / 2 <= now || textOf(wanted) !== textOf(held.content);
}

function textOf(content: Announcement): string {
  switch (content.kind) {
    case "endpoints":
      return JSON.stringify([content.homeRelays, content.publicEndpoints.map(formatEndpoint)]);
    case "relay": {
      const endpoints = content.endpoints.map((e) => [e.carrier, formatEndpoint(e.endpoint)]);
      const step = Math.round(content.load / LOAD_STEP);
      return JSON.stringify({ ...content, endpoints, load: step });
    }
  }
}
