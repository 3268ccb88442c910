import { decoded, refused } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/** RFC 8445, section 7.1.2: the pair that this check succeeds on is nominated. A flag, without value. */
export const useCandidate: AttributeCodec<true> = {
  type: 0x0025,
  encode: () => new Uint8Array(),
  decode: (value) => (value.length === 0 ? decoded(true) : refused("flag-with-value")),
};
