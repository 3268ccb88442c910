import { decoded, refused, type Decoded } from "../decoded.ts";

/**
 * RFC 8489, section 5:
 *
 *   0 0 | type: 14 bits | length of what follows: 16 bits | magic cookie: 32 bits | transaction id: 96 bits
 */
export const HEADER_BYTES = 20;
export const MAGIC_COOKIE = 0x2112a442;
export const TRANSACTION_ID_BYTES = 12;

/**
 * RFC 8489, section 6.1: where the path MTU is not known, 576 bytes less the IPv4 and UDP headers, so that no
 * message depends on fragments. All of ours stay under 200.
 */
export const MAX_STUN_BYTES = 548;

export type StunClass = "request" | "indication" | "success" | "error";

/** Binding (0x001) is the only method we speak, so class and method together are one of four types (section 5, figure 3). */
const TYPE_BY_CLASS = {
  request: 0x0001,
  indication: 0x0011,
  success: 0x0101,
  error: 0x0111,
} as const satisfies Record<StunClass, number>;

const CLASS_BY_TYPE: ReadonlyMap<number, StunClass> = new Map(
  (Object.keys(TYPE_BY_CLASS) as StunClass[]).map((name) => [TYPE_BY_CLASS[name], name]),
);

export type StunHeader = { readonly class: StunClass; readonly transactionId: Uint8Array };

/**
 * Tells STUN from WireGuard on one port: WireGuard's first byte is 1 to 4 and the next three are zero, STUN's
 * first two are a message type, and bytes 4-7 are the cookie. Decoding decides.
 */
export function looksLikeStun(bytes: Uint8Array): boolean {
  return (
    bytes.length >= HEADER_BYTES &&
    bytes.length <= MAX_STUN_BYTES &&
    ((bytes[0] ?? 0xff) & 0xc0) === 0 &&
    bytes[4] === 0x21 &&
    bytes[5] === 0x12 &&
    bytes[6] === 0xa4 &&
    bytes[7] === 0x42
  );
}

/** 96 random bits: what keeps an off-path attacker from answering for the server (RFC 8489, section 6). */
export function newTransactionId(randomBytes: (length: number) => Uint8Array): Uint8Array {
  return randomBytes(TRANSACTION_ID_BYTES);
}

export function readHeader(bytes: Uint8Array): Decoded<StunHeader> {
  if (bytes.length > MAX_STUN_BYTES) return refused("too-long");
  if (!looksLikeStun(bytes)) return refused("not-stun");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(2) !== bytes.length - HEADER_BYTES || bytes.length % 4 !== 0)
    return refused("wrong-length");
  const type = CLASS_BY_TYPE.get(view.getUint16(0));
  if (type === undefined) return refused("unknown-type");
  return decoded({ class: type, transactionId: bytes.slice(8, HEADER_BYTES) });
}

/** `message` has its full length already; `transactionId` is 12 bytes. */
export function writeHeader(message: Uint8Array, header: StunHeader): void {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  view.setUint16(0, TYPE_BY_CLASS[header.class]);
  view.setUint16(2, message.length - HEADER_BYTES);
  view.setUint32(4, MAGIC_COOKIE);
  message.set(header.transactionId, 8);
}
