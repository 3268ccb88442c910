import { decoded, refused, type Decoded } from "../decoded.ts";
import { HEADER_BYTES } from "./header.ts";

/** Type and length, 16 bits each (RFC 8489, section 14). */
export const TLV_HEADER_BYTES = 4;

/** `offset` is where the attribute's own header begins in the message. */
export type Tlv = { readonly type: number; readonly offset: number; readonly value: Uint8Array };

/** The size an attribute takes: its value is padded to a multiple of four bytes, and the padding is not counted in its length. */
export function tlvBytes(valueBytes: number): number {
  return TLV_HEADER_BYTES + ((valueBytes + 3) & ~3);
}

/** Splits what follows the header; `bytes` is exactly one message. The values are views into it. */
export function readTlvs(bytes: Uint8Array): Decoded<readonly Tlv[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tlvs: Tlv[] = [];
  let offset = HEADER_BYTES;
  while (offset < bytes.length) {
    if (offset + TLV_HEADER_BYTES > bytes.length) return refused("attribute-truncated");
    const start = offset + TLV_HEADER_BYTES;
    const length = view.getUint16(offset + 2);
    const end = offset + tlvBytes(length);
    if (end > bytes.length) return refused("attribute-truncated");
    tlvs.push({ type: view.getUint16(offset), offset, value: bytes.subarray(start, start + length) });
    offset = end;
  }
  return decoded(tlvs);
}

export function writeTlv(message: Uint8Array, offset: number, type: number, value: Uint8Array): void {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  view.setUint16(offset, type);
  view.setUint16(offset + 2, value.length);
  message.set(value, offset + TLV_HEADER_BYTES);
}
