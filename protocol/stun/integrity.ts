import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";
import { HEADER_BYTES, readHeader } from "./header.ts";
import { readTlvs, tlvBytes } from "./tlv.ts";

/** RFC 8489, section 14.6: HMAC-SHA-256 of the message up to here. We never truncate it, and refuse it truncated. */
export const INTEGRITY_TYPE = 0x001c;
export const INTEGRITY_BYTES = 32;

/**
 * Whether MESSAGE-INTEGRITY-SHA256 is there, whole, and made with `key`; constant time in the value. Never
 * throws. Only a message for which this is true says anything about who sent it.
 */
export function verifyIntegrity(bytes: Uint8Array, key: Uint8Array): boolean {
  if (!readHeader(bytes).ok) return false;
  const tlvs = readTlvs(bytes);
  if (!tlvs.ok) return false;
  const integrity = tlvs.value.find(({ type }) => type === INTEGRITY_TYPE);
  if (integrity?.value.length !== INTEGRITY_BYTES) return false;
  return timingSafeEqual(integrityOf(bytes, integrity.offset, key), integrity.value);
}

/** `offset` is where the attribute begins. The header's length counts as if the message ended with it. */
export function integrityOf(message: Uint8Array, offset: number, key: Uint8Array): Uint8Array {
  const prefix = message.slice(0, offset);
  new DataView(prefix.buffer).setUint16(2, offset + tlvBytes(INTEGRITY_BYTES) - HEADER_BYTES);
  return createHmac("sha256", keyObjectOf(key)).update(prefix).digest();
}

/** Making one costs as much as the HMAC itself, and a pair's key serves for thousands of messages. */
const keyObjects = new WeakMap<Uint8Array, KeyObject>();

function keyObjectOf(key: Uint8Array): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key);
  keyObjects.set(key, made);
  return made;
}
