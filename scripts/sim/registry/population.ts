import type { KeyObject } from "node:crypto";
import { ANNOUNCEMENT_LIFETIME_MS } from "../../../agent/registry/authority.ts";
import { address6Of, prefix6Of } from "../../../agent/registry/overlay-address.ts";
import { readRecord, type ReadRecord, type RecordReader } from "../../../agent/registry/record-reader.ts";
import type { Random } from "../../../agent/random.ts";
import type { Decoded } from "../../../protocol/decoded.ts";
import { memberIdOf, networkIdOf, type MemberId, type NetworkId } from "../../../protocol/ids.ts";
import { keyText, privateKeyOf, rawPublicKey } from "../../../protocol/keys.ts";
import { signRecord, type RecordContent, type SignedRecord } from "../../../protocol/record.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";

/** 2026-01-01: virtual time 0. */
export const START = wallMs(Date.UTC(2026, 0, 1));
const YEAR_MS = 365 * 86_400_000;
const KEY_BYTES = 32;

export type Person = {
  readonly index: number;
  readonly id: MemberId;
  readonly key: KeyObject;
  readonly isVolunteer: boolean;
};

/** One volunteer for twenty members, and three at least. */
const MEMBERS_PER_VOLUNTEER = 20;
const MIN_VOLUNTEERS = 3;

/** Who is in a network, with all that the founder has signed for them. The same for the same random numbers. */
export class Population {
  readonly networkKey: Uint8Array;
  readonly network: NetworkId;
  readonly people: readonly Person[];
  readonly certificates: readonly SignedRecord[];
  readonly #root: KeyObject;

  constructor(count: number, random: Random) {
    this.#root = privateKeyOf("ed25519", random.bytes(KEY_BYTES));
    this.networkKey = rawPublicKey(this.#root);
    this.network = networkIdOf(this.networkKey);
    const volunteers = Math.min(count, Math.max(MIN_VOLUNTEERS, Math.round(count / MEMBERS_PER_VOLUNTEER)));
    this.people = Array.from({ length: count }, (_, index) => {
      const key = privateKeyOf("ed25519", random.bytes(KEY_BYTES));
      return { index, id: memberIdOf(rawPublicKey(key)), key, isVolunteer: index < volunteers };
    });
    const info = {
      kind: "network",
      name: "sim",
      prefix4: { address: "100.64.0.0", length: 16 },
      prefix6: prefix6Of(this.network),
    } as const;
    this.certificates = [
      this.#signed(info, this.#root, START, undefined),
      ...this.people.map((person) => this.#certificate(person, random)),
    ];
  }

  /** What a member says about itself, with so many home relays. */
  endpoints(person: Person, homeRelays: readonly MemberId[], now: WallMs): SignedRecord {
    const content = { kind: "endpoints", homeRelays, publicEndpoints: [] } as const;
    return this.#signed(content, person.key, now, wallMs(now + ANNOUNCEMENT_LIFETIME_MS));
  }

  relay(person: Person, load: number, now: WallMs): SignedRecord {
    const address = `198.51.${100 + (person.index >> 8)}.${person.index & 255}`;
    const content = {
      kind: "relay",
      endpoints: [{ carrier: "udp", endpoint: { address, port: 51820 } }],
      capacity: 256,
      load,
      region: "eu-central",
      bandwidthBps: 10_000_000,
      version: "0.1.0",
      draining: false,
      allow: ["*"],
      schedule: "* * * * *",
      quotaBytes: 1_000_000_000,
      forwarder: "kernel",
      closed: false,
    } as const;
    return this.#signed(content, person.key, now, wallMs(now + ANNOUNCEMENT_LIFETIME_MS));
  }

  revocation({ id }: Person, now: WallMs): SignedRecord {
    return this.#signed({ kind: "revocation", member: id }, this.#root, now, undefined);
  }

  #certificate(person: Person, random: Random): SignedRecord {
    const { index, id, key } = person;
    const content = {
      kind: "member",
      name: `m${index}`,
      identityKey: rawPublicKey(key),
      wireguardKey: keyText(random.bytes(KEY_BYTES)),
      exchangeKey: random.bytes(KEY_BYTES),
      address4: `100.64.${(index + 1) >> 8}.${(index + 1) & 255}`,
      address6: address6Of(this.network, id),
      roles: ["member"],
    } as const;
    return this.#signed(content, this.#root, START, wallMs(START + YEAR_MS));
  }

  #signed(content: RecordContent, key: KeyObject, now: WallMs, expiresAt: WallMs | undefined): SignedRecord {
    return signRecord(content, { network: this.network, sequence: now, issuedAt: now, expiresAt }, key);
  }
}

/**
 * Reads each record once for all members, and checks its signature once: a thousand members that check a thousand
 * signatures would take minutes. Members are charged for the check all the same (`COST_US`).
 */
export function sharedReader(): RecordReader {
  const known = new WeakMap<Uint8Array, Decoded<ReadRecord>>();
  return (bytes, network) => {
    const before = known.get(bytes);
    if (before !== undefined) return before;
    const read = readRecord(bytes, network);
    if (!read.ok) {
      known.set(bytes, read);
      return read;
    }
    let isValid: boolean | undefined;
    const shared: Decoded<ReadRecord> = {
      ok: true,
      value: { ...read.value, hasValidSignature: () => (isValid ??= read.value.hasValidSignature()) },
    };
    known.set(bytes, shared);
    known.set(read.value.record.bytes, shared);
    return shared;
  };
}
