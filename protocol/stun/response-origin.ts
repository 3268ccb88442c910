import { addressAttribute } from "./plain-address.ts";

/** RFC 5780, section 7.3: from where the server sent this answer, as far as it knows. */
export const responseOrigin = addressAttribute(0x802b);
