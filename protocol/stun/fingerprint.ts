import { crc32 } from "node:zlib";

/**
 * RFC 8489, section 14.7: CRC-32 of the message up to here, XORed with "STUN". Always the last attribute. It is
 * no security; it tells STUN from other traffic on the same port.
 */
export const FINGERPRINT_TYPE = 0x8028;
export const FINGERPRINT_BYTES = 4;

const XOR = 0x5354554e;

/** `message` carries its final length already. */
export function fingerprintOf(message: Uint8Array, offset: number): Uint8Array {
  const value = new Uint8Array(FINGERPRINT_BYTES);
  new DataView(value.buffer).setUint32(0, crc32(message.subarray(0, offset)) ^ XOR);
  return value;
}
