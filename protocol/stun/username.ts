import { textAttribute } from "./text.ts";

/** RFC 8489, section 14.3. Says whose key the integrity is under; we only use ASCII, so OpaqueString changes nothing. */
export const username = textAttribute(0x0006);
