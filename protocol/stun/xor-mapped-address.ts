import { addressBytes, addressText } from "../address.ts";
import { decoded, refused } from "../decoded.ts";
import type { Endpoint } from "../endpoint.ts";
import type { AttributeCodec } from "./attribute.ts";
import { MAGIC_COOKIE, TRANSACTION_ID_BYTES } from "./header.ts";

const FAMILY_IPV4 = 0x01;
const FAMILY_IPV6 = 0x02;

/**
 * RFC 8489, section 14.2: a zero byte, the family, the port and the address, both XORed with the magic cookie
 * and, for IPv6, the transaction id after it, so that no NAT that rewrites addresses in payloads finds them.
 */
export const xorMappedAddress: AttributeCodec<Endpoint> = {
  type: 0x0020,
  encode(endpoint, transactionId) {
    const address = addressBytes(endpoint.address);
    const value = new Uint8Array(4 + address.length);
    const view = new DataView(value.buffer);
    view.setUint8(1, address.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6);
    view.setUint16(2, endpoint.port ^ (MAGIC_COOKIE >>> 16));
    value.set(masked(address, transactionId), 4);
    return value;
  },
  decode(value, transactionId) {
    const family = value[1];
    const wanted = family === FAMILY_IPV4 ? 8 : family === FAMILY_IPV6 ? 20 : undefined;
    if (wanted === undefined) return refused("address-family");
    if (value.length !== wanted) return refused("address-length");
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const address = addressText(masked(value.subarray(4), transactionId));
    if (address === undefined) return refused("address-length");
    return decoded({ address, port: view.getUint16(2) ^ (MAGIC_COOKIE >>> 16) });
  },
};

function masked(address: Uint8Array, transactionId: Uint8Array): Uint8Array {
  const mask = new Uint8Array(4 + TRANSACTION_ID_BYTES);
  new DataView(mask.buffer).setUint32(0, MAGIC_COOKIE);
  mask.set(transactionId, 4);
  return address.map((byte, i) => byte ^ (mask[i] ?? 0));
}
