import { memberIdOf, networkIdOf, type MemberId, type NetworkId } from "../../protocol/ids.ts";
import { sha256 } from "../../protocol/keys.ts";
import { slotHash, type RecordContent, type SignedRecord } from "../../protocol/record.ts";
import type { WallMs } from "../../protocol/time.ts";
import { judge, MAX_CERTIFICATE_LIFETIME_MS, type Evidence } from "./authority.ts";
import { readRecord, slotKey, type ReadRecord, type RecordReader } from "./record-reader.ts";
import { buildRoster, isOf, type Roster } from "./roster.ts";
import { SlotTable } from "./slot-table.ts";

/** A wrong time zone or daylight saving time is an hour off, and such a host must still connect; ten minutes for drift. */
export const MAX_FUTURE_MS = 70 * 60_000;
/** Sixteen for each of 1,000 members; at the usual 250 bytes 4 MB, at the longest a record may be 32 MB. */
export const MAX_RECORDS = 16_384;
/** Of one kind by one author: a network of 1,000 that replaces every member four times. Members have one slot per kind anyway. */
export const MAX_PER_AUTHOR_AND_KIND = 4_096;
/** What overtook the certificate it needs, 512 KiB at most. Beyond that the oldest goes, and the next digest brings it again. */
export const MAX_WAITING = 256;

export type Applied =
  /** `admitted`: this record, then those that had been waiting for it. */
  | { readonly outcome: "accepted"; readonly admitted: readonly SignedRecord[] }
  | { readonly outcome: "known" }
  | { readonly outcome: "waiting"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };

/** Whether its author has said so much of the kind of late that it has to wait. */
export type IsTooSoon = (record: SignedRecord, author: MemberId) => boolean;

type Admission =
  | { readonly outcome: "accepted"; readonly record: SignedRecord }
  | { readonly outcome: "known" }
  | { readonly outcome: "waiting"; readonly reason: string; readonly author: MemberId }
  | { readonly outcome: "refused"; readonly reason: string };

/**
 * The newest record of every slot that its author was entitled to sign. What it holds, and so the roster, follows from
 * the set of records it was given, not from their order, as long as none of the limits is reached and no author signs
 * two records with one sequence number. No I/O, no clock.
 */
export class RecordStore {
  readonly networkKey: Uint8Array;
  readonly network: NetworkId;
  readonly #entries = new SlotTable();
  readonly #read: RecordReader;
  readonly #certificates = new Multimap();
  readonly #revocations = new Multimap();
  readonly #announcements = new Multimap();
  readonly #countByShare = new Map<string, number>();
  /** By the hash of the bytes, oldest first. */
  readonly #waiting = new Map<string, { readonly bytes: Uint8Array; readonly author: MemberId }>();
  readonly #evidence: Evidence;
  /** Wall time before which nothing runs out. */
  #nextEnd = Infinity;
  #roster: Roster | undefined;

  /** `read`: of a simulation, which reads a record once for all its members. */
  constructor(networkKey: Uint8Array, read: RecordReader = readRecord) {
    this.networkKey = networkKey;
    this.#read = read;
    this.network = networkIdOf(networkKey);
    const root = memberIdOf(networkKey);
    this.#evidence = {
      isAdmin: (member) => this.#entries.has(slotKey(slotHash(`admin ${member} ${root}`))),
      isKnown: (member) => this.#certificates.has(member),
      isRevoked: (member) => this.#revocations.has(member),
      isDisowned: (member) =>
        this.#revocations.of(member).some((key) => this.#entries.get(key)?.author !== member),
    };
  }

  get size(): number {
    return this.#entries.size;
  }

  get roster(): Roster {
    this.#roster ??= buildRoster(this.records(), this.networkKey);
    return this.#roster;
  }

  records(): readonly SignedRecord[] {
    return inAuthorityOrder([...this.#entries.values()].map(({ record }) => record));
  }

  /** Bytes of what waits for a certificate. */
  get waitingBytes(): number {
    return [...this.#waiting.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** `slot`: the twelve bytes of `slotHash`. */
  get(slot: Uint8Array): SignedRecord | undefined {
    return this.#entries.get(slotKey(slot))?.record;
  }

  /** Whether the member has announced a relay. */
  hasRelay(member: MemberId): boolean {
    return this.#entries.has(slotKey(slotHash(`relay ${member}`)));
  }

  /** See `SlotTable`. */
  rootHash(): Uint8Array {
    return this.#entries.rootHash();
  }

  /** See `SlotTable`. */
  bucketHashes(): Uint8Array {
    return this.#entries.bucketHashes();
  }

  /** Slots whose hash begins with this byte. */
  bucket(number: number): Iterable<ReadRecord> {
    return this.#entries.bucket(number);
  }

  bucketSize(number: number): number {
    return this.#entries.sizeOf(number);
  }

  /** Never throws; anybody may have made `bytes`. */
  apply(bytes: Uint8Array, now: WallMs, isTooSoon: IsTooSoon = () => false): Applied {
    return this.#apply(bytes, now, now + MAX_FUTURE_MS, isTooSoon);
  }

  /** For what was accepted before and kept on disk: a host that starts with its clock far behind must not lose it. */
  restore(bytes: Uint8Array, now: WallMs): Applied {
    return this.#apply(bytes, now, Infinity, () => false);
  }

  /** Removes what has expired, and announcements of those that nobody certifies any more. True if there was any. Looks through all only when something may have. */
  sweep(now: WallMs): boolean {
    if (now < this.#nextEnd) return false;
    const before = this.#entries.size;
    for (const entry of this.#entries.values()) if (isExpired(entry.record, now)) this.#remove(entry);
    for (const entry of this.#entries.values()) {
      const isStranger = isAnnouncement(entry.record) && !this.#evidence.isKnown(entry.author);
      if (isStranger) this.#remove(entry);
    }
    // After those that expired: what ends a membership goes when the last certificate of it has gone.
    for (const entry of this.#entries.values()) if (this.#isSpent(entry, now)) this.#remove(entry);
    this.#nextEnd = Infinity;
    for (const { record } of this.#entries.values()) {
      const end = endOf(record);
      if (end > now) this.#nextEnd = Math.min(this.#nextEnd, end);
    }
    return this.#entries.size < before;
  }

  /** A farewell has nothing left to end once no certificate signed before it, known here or not, can be valid any more. */
  #isSpent({ record, author }: ReadRecord, now: WallMs): boolean {
    if (!isOf(record, "revocation") || record.content.member !== author) return false;
    return endOf(record) <= now && !this.#evidence.isKnown(author);
  }

  #apply(bytes: Uint8Array, now: WallMs, latest: number, isTooSoon: IsTooSoon): Applied {
    const admission = this.#admit(bytes, now, latest, isTooSoon);
    switch (admission.outcome) {
      case "known":
      case "refused":
        return admission;
      case "waiting":
        this.#keepWaiting(bytes, admission.author);
        return { outcome: "waiting", reason: admission.reason };
      case "accepted":
        return {
          outcome: "accepted",
          admitted: [admission.record, ...this.#release(admission.record, now, latest, isTooSoon)],
        };
    }
  }

  /** Cheapest check first, the signature last (about 144 us). */
  #admit(bytes: Uint8Array, now: WallMs, latest: number, isTooSoon: IsTooSoon): Admission {
    const read = this.#read(bytes, this.network);
    if (!read.ok) return { outcome: "refused", reason: read.reason };
    const { record, key, author } = read.value;
    const held = this.#entries.get(key)?.record;
    if (held !== undefined && Buffer.compare(held.bytes, record.bytes) === 0) return { outcome: "known" };
    const untimely = reasonOfTime(record, held, now, latest);
    if (untimely !== undefined) return { outcome: "refused", reason: untimely };
    const judged = judge(read.value, this.networkKey, this.#evidence);
    switch (judged.verdict) {
      case "refused":
        return { outcome: "refused", reason: judged.reason };
      case "waiting":
        return { outcome: "waiting", reason: judged.reason, author: judged.author };
      case "entitled":
        break;
    }
    const full = held === undefined ? this.#reasonOfSpace(read.value) : undefined;
    if (full !== undefined) return { outcome: "refused", reason: full };
    if (isRepeatable(record, held) && isTooSoon(record, author))
      return { outcome: "refused", reason: "author-rate" };
    if (!read.value.hasValidSignature()) return { outcome: "refused", reason: "record-signature" };
    this.#put(read.value);
    return { outcome: "accepted", record };
  }

  /** Revocations, and what every member needs, still find room in a store that others have filled. */
  #reasonOfSpace({ record, share }: ReadRecord): string | undefined {
    if ((this.#countByShare.get(share) ?? 0) >= MAX_PER_AUTHOR_AND_KIND) return "author-full";
    const isVital = isOf(record, "revocation") || isOf(record, "secret") || isOf(record, "network");
    return this.#entries.size >= MAX_RECORDS && !isVital ? "store-full" : undefined;
  }

  #put(entry: ReadRecord): void {
    const before = this.#entries.get(entry.key);
    if (before !== undefined) this.#remove(before);
    this.#entries.put(entry);
    this.#nextEnd = Math.min(this.#nextEnd, endOf(entry.record));
    this.#roster = undefined;
    const { content } = entry.record;
    this.#indexOf(content)?.add(entry.about, entry.key);
    this.#countByShare.set(entry.share, (this.#countByShare.get(entry.share) ?? 0) + 1);
    if (content.kind !== "revocation") return;
    for (const key of this.#announcements.of(content.member)) {
      const announcement = this.#entries.get(key);
      if (announcement !== undefined) this.#remove(announcement);
    }
    if (this.#evidence.isDisowned(content.member) && this.#evidence.isAdmin(content.member))
      this.#removeVoid(content.member);
  }

  /**
   * What the admin certified takes up no room: else a stolen key could fill the store before it is revoked, and everybody's with
   * another member's help after that. Who is certified anew in a moment keeps its announcements meanwhile.
   */
  #removeVoid(admin: MemberId): void {
    for (const entry of this.#entries.values()) {
      const { kind } = entry.record.content;
      if (entry.author === admin && (kind === "member" || kind === "secret")) this.#remove(entry);
    }
    this.#nextEnd = -Infinity;
  }

  #remove(entry: ReadRecord): void {
    this.#entries.delete(entry.key);
    this.#roster = undefined;
    this.#indexOf(entry.record.content)?.delete(entry.about, entry.key);
    const count = (this.#countByShare.get(entry.share) ?? 1) - 1;
    if (count === 0) this.#countByShare.delete(entry.share);
    else this.#countByShare.set(entry.share, count);
  }

  #indexOf(content: RecordContent): Multimap | undefined {
    switch (content.kind) {
      case "member":
        return this.#certificates;
      case "revocation":
        return this.#revocations;
      case "relay":
      case "endpoints":
        return this.#announcements;
      case "network":
      case "secret":
        return undefined;
    }
  }

  #keepWaiting(bytes: Uint8Array, author: MemberId): void {
    this.#waiting.set(slotKey(sha256(bytes)), { bytes: new Uint8Array(bytes), author });
    const oldest = this.#waiting.keys().next();
    if (this.#waiting.size > MAX_WAITING && oldest.done !== true) this.#waiting.delete(oldest.value);
  }

  /** Tries again what waits for a certificate, and what waits for that. */
  #release(certificate: SignedRecord, now: WallMs, latest: number, isTooSoon: IsTooSoon): SignedRecord[] {
    if (!isOf(certificate, "member")) return [];
    const member = memberIdOf(certificate.content.identityKey);
    const admitted: SignedRecord[] = [];
    for (const [key, { bytes, author }] of [...this.#waiting]) {
      if (author !== member) continue;
      const admission = this.#admit(bytes, now, latest, isTooSoon);
      if (admission.outcome !== "waiting") this.#waiting.delete(key);
      if (admission.outcome !== "accepted") continue;
      admitted.push(admission.record, ...this.#release(admission.record, now, latest, isTooSoon));
    }
    return admitted;
  }
}

/** Certificates before what rests on them, so that whoever takes them in this order never has to wait. */
export function inAuthorityOrder(records: readonly SignedRecord[]): readonly SignedRecord[] {
  return [...records].sort((a, b) => rankOf(a) - rankOf(b));
}

/** Values by member. A member has one or two, so a list is the smallest that holds them. */
class Multimap {
  readonly #map = new Map<MemberId, readonly string[]>();

  has(member: MemberId): boolean {
    return this.#map.has(member);
  }

  of(member: MemberId): readonly string[] {
    return this.#map.get(member) ?? [];
  }

  add(member: MemberId, value: string): void {
    this.#map.set(member, [...this.of(member).filter((other) => other !== value), value]);
  }

  delete(member: MemberId, value: string): void {
    const left = this.of(member).filter((other) => other !== value);
    if (left.length === 0) this.#map.delete(member);
    else this.#map.set(member, left);
  }
}

/** A held record that is itself from the future came when our clock was wrong: it must not block what is right. */
function reasonOfTime(
  record: SignedRecord,
  held: SignedRecord | undefined,
  now: WallMs,
  latest: number,
): string | undefined {
  if (record.issuedAt > latest) return "from-the-future";
  // Sequences are wall times as well: one far ahead would keep its slot for ever.
  if (record.sequence > latest) return "sequence-from-the-future";
  if (isExpired(record, now)) return "expired";
  if (held === undefined || held.issuedAt > latest || held.sequence > latest) return undefined;
  if (record.sequence < held.sequence) return "rollback";
  return record.sequence === held.sequence ? "sequence-reused" : undefined;
}

function isExpired(record: SignedRecord, now: WallMs): boolean {
  return record.expiresAt !== undefined && record.expiresAt <= now;
}

/** When a record runs out, or may be of no use any more. */
function endOf(record: SignedRecord): number {
  if (record.content.kind === "revocation")
    return record.issuedAt + MAX_CERTIFICATE_LIFETIME_MS + MAX_FUTURE_MS;
  return record.expiresAt ?? Infinity;
}

function rankOf({ content }: SignedRecord): number {
  switch (content.kind) {
    case "network":
      return 0;
    case "member":
      return content.roles.includes("admin") ? 1 : 2;
    case "secret":
      return 3;
    case "revocation":
      return 4;
    case "endpoints":
      return 5;
    case "relay":
      return 6;
  }
}

function isAnnouncement({ content }: SignedRecord): boolean {
  return content.kind === "relay" || content.kind === "endpoints";
}

/**
 * What anybody may sign again and again: what a member says about itself, and, though it changes nothing, its farewell. The first of a
 * revocation never waits.
 */
function isRepeatable(record: SignedRecord, held: SignedRecord | undefined): boolean {
  return isAnnouncement(record) || (record.content.kind === "revocation" && held !== undefined);
}
