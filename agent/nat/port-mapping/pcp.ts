import { addressBytes, addressText } from "../../../protocol/address.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";

/**
 * Port Control Protocol, RFC 6887, from the client's side: ANNOUNCE and MAP of one UDP port, without options, over IPv4.
 *
 *     request   version 2 | opcode      | reserved 2       | lifetime 4 | client address 16 |
 *     answer    version 2 | 128 + opcode | reserved 1, result 1 | lifetime 4 | epoch 4 | reserved 12 |
 *     MAP       nonce 12 | protocol 1 | reserved 3 | internal port 2 | external port 2 | external address 16
 */
export const PCP_VERSION = 2;

/** Of the mapping nonce: whoever knows it may change the mapping (RFC 6887, section 11.1). */
export const PCP_NONCE_BYTES = 12;

const HEADER_BYTES = 24;
const MAP_BYTES = 36;
/** RFC 6887, section 7: longer messages are to be dropped. */
const MAX_BYTES = 1_100;

const ANNOUNCE = 0;
const MAP = 1;
const ANSWER = 128;
/** IANA's number. */
const UDP = 17;

export type PcpMap = {
  /** This host's address, as the gateway sees it: another one means that a NAT is in between (section 8.1). */
  readonly own: string;
  readonly nonce: Uint8Array;
  readonly internalPort: number;
  /** 0 deletes the mapping. */
  readonly lifetimeSec: number;
  /** Undefined leaves port and address to the gateway, as a deletion must. */
  readonly suggested: { readonly port: number; readonly address: string | undefined } | undefined;
};

export type PcpAnswer = {
  readonly opcode: "announce" | "map";
  readonly result: PcpResult;
  /** Of the mapping, or of how long an error lasts (section 7.4). */
  readonly lifetimeSec: number;
  readonly epochSec: number;
  /** Undefined also where a gateway that refuses leaves it out. */
  readonly map: PcpMapped | undefined;
};

export type PcpMapped = {
  readonly nonce: Uint8Array;
  readonly internalPort: number;
  readonly external: Endpoint;
};

/** RFC 6887, section 7.4, in the order of their codes. */
const RESULTS = [
  "success",
  "unsupported-version",
  "not-authorized",
  "malformed-request",
  "unsupported-opcode",
  "unsupported-option",
  "malformed-option",
  "network-failure",
  "no-resources",
  "unsupported-protocol",
  "user-exceeds-quota",
  "cannot-provide-external",
  "address-mismatch",
  "excessive-remote-peers",
] as const;

export type PcpResult = (typeof RESULTS)[number] | "unknown-error";

/** "Are you there, and since when?" (section 14.1). */
export function encodePcpAnnounce(own: string): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  writeHeader(bytes, ANNOUNCE, 0, own);
  return bytes;
}

export function encodePcpMap(map: PcpMap): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + MAP_BYTES);
  const view = writeHeader(bytes, MAP, map.lifetimeSec, map.own);
  bytes.set(map.nonce, 24);
  view.setUint8(36, UDP);
  view.setUint16(40, map.internalPort);
  view.setUint16(42, map.suggested?.port ?? 0);
  bytes.set(mappedAddress(map.suggested?.address ?? "0.0.0.0"), 44);
  return bytes;
}

/** Never throws: anyone may have sent `bytes`. */
export function decodePcp(bytes: Uint8Array): Decoded<PcpAnswer> {
  if (bytes.length > MAX_BYTES || bytes.length < HEADER_BYTES || bytes.length % 4 !== 0) {
    return refused("pcp-length");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) !== PCP_VERSION) return refused("pcp-version");
  const result: PcpResult = RESULTS[view.getUint8(3)] ?? "unknown-error";
  const head = { result, lifetimeSec: view.getUint32(4), epochSec: view.getUint32(8) };
  switch (view.getUint8(1) - ANSWER) {
    case ANNOUNCE:
      return decoded({ ...head, opcode: "announce", map: undefined });
    case MAP: {
      const map = readMap(bytes, view);
      return map === undefined && result === "success"
        ? refused("pcp-map")
        : decoded({ ...head, opcode: "map", map });
    }
    default:
      return refused("pcp-opcode");
  }
}

function readMap(bytes: Uint8Array, view: DataView): PcpMapped | undefined {
  if (bytes.length < HEADER_BYTES + MAP_BYTES || view.getUint8(36) !== UDP) return undefined;
  const [plain, address] = [addressText(bytes.subarray(56, 60)), addressText(bytes.subarray(44, 60))];
  const isMapped = bytes.subarray(44, 54).every((byte) => byte === 0) && view.getUint16(54) === 0xffff;
  if (plain === undefined || address === undefined) return undefined;
  return {
    nonce: bytes.slice(24, 24 + PCP_NONCE_BYTES),
    internalPort: view.getUint16(40),
    external: { address: isMapped ? plain : address, port: view.getUint16(42) },
  };
}

function writeHeader(bytes: Uint8Array, opcode: number, lifetimeSec: number, own: string): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint8(0, PCP_VERSION);
  view.setUint8(1, opcode);
  view.setUint32(4, lifetimeSec);
  bytes.set(mappedAddress(own), 8);
  return view;
}

/** ::ffff:a.b.c.d, the form of IPv4 addresses in PCP (section 5). */
function mappedAddress(address: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0xff, 0xff], 10);
  bytes.set(addressBytes(address), 12);
  return bytes;
}
