import { decoded, refused } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/** "Fewer than 509 bytes" (RFC 8489, sections 14.3 and 14.10). */
const MAX_TEXT_BYTES = 508;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function textAttribute(type: number): AttributeCodec<string> {
  return {
    type,
    encode: (text) => new TextEncoder().encode(text),
    decode(value) {
      if (value.length > MAX_TEXT_BYTES) return refused("text-too-long");
      try {
        return decoded(utf8.decode(value));
      } catch {
        return refused("text-not-utf8");
      }
    },
  };
}
