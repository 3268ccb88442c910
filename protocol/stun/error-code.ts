import { decoded, refused } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/** `code` is 300 to 699. `reason` is for people. */
export type ErrorCode = { readonly code: number; readonly reason: string };

/** RFC 8489, section 14.8: 21 reserved bits, the hundreds in 3 bits, the rest in 8 bits, then the reason in UTF-8. */
export const errorCode: AttributeCodec<ErrorCode> = {
  type: 0x0009,
  encode({ code, reason }) {
    const text = new TextEncoder().encode(reason);
    const value = new Uint8Array(4 + text.length);
    value[2] = Math.floor(code / 100);
    value[3] = code % 100;
    value.set(text, 4);
    return value;
  },
  decode(value) {
    const hundreds = (value[2] ?? 0) & 0x07;
    const rest = value[3] ?? 100;
    if (hundreds < 3 || hundreds > 6 || rest > 99) return refused("error-code-out-of-range");
    // The reason is only shown: what is no UTF-8 in it is replaced.
    const reason = new TextDecoder("utf-8", { ignoreBOM: true }).decode(value.subarray(4));
    return decoded({ code: 100 * hundreds + rest, reason });
  },
};
