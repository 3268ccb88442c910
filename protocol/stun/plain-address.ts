import { addressBytes, addressText } from "../address.ts";
import { decoded, refused } from "../decoded.ts";
import type { Endpoint } from "../endpoint.ts";
import type { AttributeCodec } from "./attribute.ts";

const FAMILY_IPV4 = 0x01;
const FAMILY_IPV6 = 0x02;

/** RFC 8489, section 14.1, as MAPPED-ADDRESS has it: a zero byte, the family, the port, the address. */
export function addressAttribute(type: number): AttributeCodec<Endpoint> {
  return {
    type,
    encode({ address, port }) {
      const bytes = addressBytes(address);
      const value = new Uint8Array(4 + bytes.length);
      value[1] = bytes.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6;
      new DataView(value.buffer).setUint16(2, port);
      value.set(bytes, 4);
      return value;
    },
    decode(value) {
      const wanted = value[1] === FAMILY_IPV4 ? 8 : value[1] === FAMILY_IPV6 ? 20 : undefined;
      if (wanted === undefined) return refused("address-family");
      if (value.length !== wanted) return refused("address-length");
      const address = addressText(value.subarray(4));
      if (address === undefined) return refused("address-length");
      return decoded({ address, port: new DataView(value.buffer, value.byteOffset, 4).getUint16(2) });
    },
  };
}
