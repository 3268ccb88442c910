import { decoded, refused } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/** RFC 8489, section 14.13: goes with error 420 and lists the types that were not understood, 16 bits each. */
export const unknownAttributes: AttributeCodec<readonly number[]> = {
  type: 0x000a,
  encode: (types) => new Uint8Array(types.flatMap((type) => [type >> 8, type & 0xff])),
  decode(value) {
    if (value.length % 2 !== 0) return refused("type-list-odd");
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    return decoded(Array.from({ length: value.length / 2 }, (_, i) => view.getUint16(2 * i)));
  },
};
