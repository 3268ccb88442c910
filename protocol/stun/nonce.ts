import { textAttribute } from "./text.ts";

/** RFC 8489, section 14.10. Opaque to who receives it; it goes back as it came. */
export const nonce = textAttribute(0x0015);
