import { addressText } from "../../../protocol/address.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";

/**
 * NAT Port Mapping Protocol, RFC 6886, from the client's side: external address, and mapping of one UDP port.
 *
 *     request   version 0 | opcode |
 *     answer    version 0 | 128 + opcode | result 2 | epoch 4 |
 *     address   external address 4
 *     map       (request: reserved 2) internal port 2 | external port 2 | lifetime 4
 */
const VERSION = 0;
const EXTERNAL_ADDRESS = 0;
const MAP_UDP = 1;
const ANSWER = 128;
const HEADER_BYTES = 8;

export type NatPmpMap = {
  readonly internalPort: number;
  /** 0 leaves it to the gateway, as a deletion must. */
  readonly externalPort: number;
  /** 0 deletes the mapping. */
  readonly lifetimeSec: number;
};

/** RFC 6886, section 3.5, in the order of their codes. */
const RESULTS = [
  "success",
  "unsupported-version",
  "not-authorized",
  "network-failure",
  "no-resources",
  "unsupported-opcode",
] as const;

export type NatPmpResult = (typeof RESULTS)[number] | "unknown-error";

export type NatPmpAnswer = { readonly epochSec: number } & (
  | { readonly kind: "failure"; readonly result: Exclude<NatPmpResult, "success"> }
  | { readonly kind: "external-address"; readonly address: string }
  | { readonly kind: "mapped"; readonly mapped: NatPmpMap }
);

export function encodeNatPmpAddressRequest(): Uint8Array {
  return new Uint8Array([VERSION, EXTERNAL_ADDRESS]);
}

export function encodeNatPmpMap(map: NatPmpMap): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint8(1, MAP_UDP);
  view.setUint16(4, map.internalPort);
  view.setUint16(6, map.externalPort);
  view.setUint32(8, map.lifetimeSec);
  return bytes;
}

/** Never throws: anyone may have sent `bytes`. A failure is also the answer to a PCP request that an old gateway got. */
export function decodeNatPmp(bytes: Uint8Array): Decoded<NatPmpAnswer> {
  if (bytes.length < HEADER_BYTES) return refused("nat-pmp-length");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) !== VERSION) return refused("nat-pmp-version");
  const opcode = view.getUint8(1) - ANSWER;
  if (opcode < 0) return refused("nat-pmp-opcode");
  const result = RESULTS[view.getUint16(2)] ?? "unknown-error";
  const epochSec = view.getUint32(4);
  if (result !== "success") return decoded({ kind: "failure", result, epochSec });
  if (opcode === EXTERNAL_ADDRESS) {
    const address = addressText(bytes.subarray(8, 12));
    return address === undefined
      ? refused("nat-pmp-length")
      : decoded({ kind: "external-address", epochSec, address });
  }
  if (opcode !== MAP_UDP) return refused("nat-pmp-opcode");
  if (bytes.length < 16) return refused("nat-pmp-length");
  const mapped = {
    internalPort: view.getUint16(8),
    externalPort: view.getUint16(10),
    lifetimeSec: view.getUint32(12),
  };
  return decoded({ kind: "mapped", epochSec, mapped });
}
