import type { Endpoint } from "../endpoint.ts";
import type { AttributeCodec } from "./attribute.ts";
import { MAGIC_COOKIE, TRANSACTION_ID_BYTES } from "./header.ts";
import { addressAttribute } from "./plain-address.ts";

const TYPE = 0x0020;

const plain = addressAttribute(TYPE);

/**
 * RFC 8489, section 14.2: as MAPPED-ADDRESS, with port and address XORed with the magic cookie and, for IPv6, the
 * transaction id after it, so that no NAT that rewrites addresses in payloads finds them.
 */
export const xorMappedAddress: AttributeCodec<Endpoint> = {
  type: TYPE,
  encode: (endpoint, transactionId) => masked(plain.encode(endpoint, transactionId), transactionId),
  decode: (value, transactionId) => plain.decode(masked(value, transactionId), transactionId),
};

/** The first two bytes, zero and the family, stay. */
function masked(value: Uint8Array, transactionId: Uint8Array): Uint8Array {
  const mask = new Uint8Array(2 + 2 + 4 + TRANSACTION_ID_BYTES);
  const view = new DataView(mask.buffer);
  view.setUint16(2, MAGIC_COOKIE >>> 16);
  view.setUint32(4, MAGIC_COOKIE);
  mask.set(transactionId, 8);
  return value.map((byte, i) => byte ^ (mask[i] ?? 0));
}
