import { decoded, refused } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/**
 * Ours, of the range that must be understood (RFC 8489, section 18.3): answer after so many seconds, 32 bits. Until
 * then nothing passes the asking socket's mapping, so the answer tells whether the mapping lived as long. RFC 5780,
 * section 4.6 has a second socket ask for it by RESPONSE-PORT; but then a server sends where nobody asked from.
 */
export const responseDelaySec: AttributeCodec<number> = {
  type: 0x7f01,
  encode(delaySec) {
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, delaySec);
    return value;
  },
  decode(value) {
    if (value.length !== 4) return refused("response-delay-length");
    return decoded(new DataView(value.buffer, value.byteOffset, 4).getUint32(0));
  },
};
