import { decoded, refused, type Decoded } from "../decoded.ts";
import { decodeAttributes, encodeAttributes, type StunAttributes } from "./attributes.ts";
import { FINGERPRINT_BYTES, FINGERPRINT_TYPE, fingerprintOf } from "./fingerprint.ts";
import {
  HEADER_BYTES,
  MAX_STUN_BYTES,
  readHeader,
  TRANSACTION_ID_BYTES,
  writeHeader,
  type StunHeader,
} from "./header.ts";
import { INTEGRITY_BYTES, integrityOf, INTEGRITY_TYPE } from "./integrity.ts";
import { readTlvs, tlvBytes, writeTlv, type Tlv } from "./tlv.ts";

/** A Binding message (RFC 8489, section 3). Integrity and fingerprint are the codec's, not the caller's. */
export type StunMessage = StunHeader & { readonly attributes: StunAttributes };

export type ReceivedStun = StunMessage & {
  /** RFC 8489, section 6.3: answer a request with 420 and these, discard a response or an indication. */
  readonly notUnderstood: readonly number[];
};

/**
 * With `key` the message ends in MESSAGE-INTEGRITY-SHA256, and always in FINGERPRINT, so that nobody takes it for
 * WireGuard. Throws RangeError for what no caller of ours may send: a longer message than 548 bytes.
 */
export function encodeStun(message: StunMessage, key?: Uint8Array): Uint8Array {
  if (message.transactionId.length !== TRANSACTION_ID_BYTES)
    throw new RangeError("transaction id: not 12 bytes");
  const attributes = encodeAttributes(message.attributes, message.transactionId);
  const integrityBytes = key === undefined ? 0 : tlvBytes(INTEGRITY_BYTES);
  const size = attributes.reduce(
    (sum, { value }) => sum + tlvBytes(value.length),
    HEADER_BYTES + integrityBytes + tlvBytes(FINGERPRINT_BYTES),
  );
  if (size > MAX_STUN_BYTES) throw new RangeError(`a STUN message of ${size} bytes`);

  const bytes = new Uint8Array(size);
  writeHeader(bytes, message);
  let offset = HEADER_BYTES;
  for (const { type, value } of attributes) {
    writeTlv(bytes, offset, type, value);
    offset += tlvBytes(value.length);
  }
  if (key !== undefined) writeTlv(bytes, offset, INTEGRITY_TYPE, integrityOf(bytes, offset, key));
  offset += integrityBytes;
  writeTlv(bytes, offset, FINGERPRINT_TYPE, fingerprintOf(bytes, offset));
  return bytes;
}

/** Never throws, and does not check the integrity: `verifyIntegrity` does. A wrong fingerprint is refused, a missing one is not. */
export function decodeStun(bytes: Uint8Array): Decoded<ReceivedStun> {
  const header = readHeader(bytes);
  if (!header.ok) return header;
  const tlvs = readTlvs(bytes);
  if (!tlvs.ok) return tlvs;
  const unsound = fingerprintFault(bytes, tlvs.value);
  if (unsound !== undefined) return refused(unsound);
  const read = decodeAttributes(protectedPart(tlvs.value), header.value.transactionId);
  if (!read.ok) return read;
  return decoded({ ...header.value, ...read.value });
}

function fingerprintFault(bytes: Uint8Array, tlvs: readonly Tlv[]): string | undefined {
  const at = tlvs.findIndex(({ type }) => type === FINGERPRINT_TYPE);
  const found = tlvs[at];
  if (found === undefined) return undefined;
  if (at !== tlvs.length - 1) return "fingerprint-not-last";
  const wanted = fingerprintOf(bytes, found.offset);
  return Buffer.compare(wanted, found.value) === 0 ? undefined : "fingerprint-mismatch";
}

/** Nothing protects what comes after the integrity, so it is not read (RFC 8489, section 14.6). */
function protectedPart(tlvs: readonly Tlv[]): readonly Tlv[] {
  const end = tlvs.findIndex(({ type }) => type === INTEGRITY_TYPE);
  return tlvs.slice(0, end === -1 ? undefined : end);
}
