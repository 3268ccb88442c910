import { decoded, refused } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/** From where the answer shall come: another address than the one asked, another port, both, or neither. */
export type ChangeRequest = { readonly address: boolean; readonly port: boolean };

const CHANGE_ADDRESS = 0x04;
const CHANGE_PORT = 0x02;

/** RFC 5780, section 7.2: 32 bits, of which two mean something. */
export const changeRequest: AttributeCodec<ChangeRequest> = {
  type: 0x0003,
  encode: ({ address, port }) =>
    Uint8Array.of(0, 0, 0, (address ? CHANGE_ADDRESS : 0) | (port ? CHANGE_PORT : 0)),
  decode(value) {
    if (value.length !== 4) return refused("change-request-length");
    const flags = value[3] ?? 0;
    return decoded({ address: (flags & CHANGE_ADDRESS) !== 0, port: (flags & CHANGE_PORT) !== 0 });
  },
};
