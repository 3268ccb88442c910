import { createCipheriv, createDecipheriv } from "node:crypto";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { memberIdOf, type MemberId, type NetworkId } from "../../../protocol/ids.ts";
import { hopwire } from "../../../protocol/generated/hopwire.js";
import { openRecord, slotHash, type SignedRecord } from "../../../protocol/record.ts";
import type { Random } from "../../random.ts";
import { proofOf } from "../bootstrap.ts";
import type { RecordStore } from "../store.ts";
import type { Slot } from "./slot.ts";

/** What a member says in a slot: its own announcement, as gossip has it, and the certificates that let others believe it. */
export type Entry = {
  readonly member: MemberId;
  /** Where it says that it is. */
  readonly endpoints: readonly Endpoint[];
  /** In the order in which a store takes them. */
  readonly records: readonly Uint8Array[];
};

/**
 * Of every value, whatever is in it. With keys, signature and head the datagram that stores it has some 1,180 bytes, which is no
 * fragment anywhere; BEP 44 has nodes refuse values of more than 1,000.
 */
export const VALUE_BYTES = 960;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 2;
/** Bytes of the list of records. */
const MAX_CONTENT_BYTES = VALUE_BYTES - NONCE_BYTES - TAG_BYTES - LENGTH_BYTES;

/** An announcement and a chain of certificates: the member's, its admin's. */
const MAX_RECORDS = 4;

const CIPHER = "chacha20-poly1305";

/**
 * What a member has to say: how it is reached, and as much of its certificate's chain as fits. Undefined where it has said
 * nowhere that it can be reached, or says more beside that than an entry holds.
 */
export function entryOf(store: RecordStore, self: MemberId): Entry | undefined {
  const { roster } = store;
  const announcement = [roster.relays.get(self)?.record, store.get(slotHash(`endpoints ${self}`))].find(
    (record) => record !== undefined && endpointsIn(record).length > 0,
  );
  const member = roster.members.get(self);
  if (announcement === undefined || member === undefined) return undefined;
  // From the member's own upwards: the higher a certificate, the more likely is it that everybody has it.
  const records = [announcement];
  for (const certificate of proofOf(member, roster).toReversed()) {
    const more = [certificate, ...records];
    if (more.length > MAX_RECORDS || contentOf(more).length > MAX_CONTENT_BYTES) break;
    records.unshift(certificate);
  }
  if (contentOf(records).length > MAX_CONTENT_BYTES) return undefined;
  return { member: self, endpoints: endpointsIn(announcement), records: records.map(({ bytes }) => bytes) };
}

/** Always `VALUE_BYTES`. `entry` is of `entryOf`, so that it fits. */
export function sealEntry({ records }: Entry, { sealKey }: Slot, random: Random): Uint8Array {
  const content = hopwire.v1.Records.encode({ records: [...records] }).finish();
  const plain = Buffer.alloc(LENGTH_BYTES + MAX_CONTENT_BYTES);
  plain.writeUInt16BE(content.length);
  plain.set(content, LENGTH_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealKey, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Never throws: any member may have made `value`. The announcement's signature is checked here, so that nobody speaks for
 * another; whether its author is a member is for the store to say.
 */
export function openEntry(value: Uint8Array, { sealKey }: Slot, network: NetworkId): Decoded<Entry> {
  const plain = unsealed(value, sealKey);
  if (plain === undefined) return refused("dht-seal");
  const length = plain.readUInt16BE();
  if (length > MAX_CONTENT_BYTES) return refused("dht-length");
  const records = recordsIn(plain.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  if (records === undefined || records.length > MAX_RECORDS) return refused("dht-records");
  const last = openRecord(records.at(-1) ?? new Uint8Array(), network);
  if (!last.ok) return last;
  const endpoints = endpointsIn(last.value);
  if (endpoints.length === 0) return refused("dht-no-endpoint");
  return decoded({ member: memberIdOf(last.value.author), endpoints, records });
}

/** None where it is another kind of record. */
function endpointsIn({ content }: SignedRecord): readonly Endpoint[] {
  switch (content.kind) {
    case "relay":
      return content.endpoints.filter(({ carrier }) => carrier === "udp").map(({ endpoint }) => endpoint);
    case "endpoints":
      return content.publicEndpoints;
    case "network":
    case "member":
    case "revocation":
    case "secret":
      return [];
  }
}

function contentOf(records: readonly SignedRecord[]): Uint8Array {
  return hopwire.v1.Records.encode({ records: records.map(({ bytes }) => bytes) }).finish();
}

function recordsIn(content: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return hopwire.v1.Records.decode(content).records;
  } catch {
    return undefined;
  }
}

function unsealed(value: Uint8Array, sealKey: Uint8Array): Buffer | undefined {
  if (value.length !== VALUE_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, sealKey, value.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(value.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(value.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined; // the only way in which node:crypto says that the seal is wrong
  }
}
