import { addressAttribute } from "./plain-address.ts";

/** RFC 5780, section 7.4: where the server may be asked beside here. The address is the same one where it has no other. */
export const otherAddress = addressAttribute(0x802c);
