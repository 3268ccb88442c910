import { blake2s } from "@noble/hashes/blake2.js";
import { timingSafeEqual } from "node:crypto";
import { decoded, refused, type Decoded } from "./decoded.ts";

/**
 * What an onlooker can tell of a WireGuard packet (paper, section 5.4). Indices are 32 bits; the receiver chose
 * its own when it sent it as `sender`, so a packet that names a live one comes from somebody who saw it.
 */
export type WireGuardPacket =
  | { readonly type: "initiation"; readonly sender: number }
  | { readonly type: "response"; readonly sender: number; readonly receiver: number }
  | { readonly type: "cookie-reply"; readonly receiver: number }
  | { readonly type: "data"; readonly receiver: number };

export const INITIATION_BYTES = 148;
const RESPONSE_BYTES = 92;
const COOKIE_REPLY_BYTES = 64;
/** Header 16 and tag 16: a keepalive. Longer ones need not be a multiple of 16: padding stops at the tunnel's MTU. */
const MIN_DATA_BYTES = 32;

/** mac1 and mac2, 16 bytes each, end both handshake messages (section 5.4.4). */
const MAC_BYTES = 16;
const MACS_BYTES = 2 * MAC_BYTES;

/** Never throws. The type is a little-endian 32-bit number, so the three reserved bytes must be zero. */
export function classifyPacket(bytes: Uint8Array): Decoded<WireGuardPacket> {
  if (bytes.length < MIN_DATA_BYTES) return refused("too-short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint32(4, true);
  const second = view.getUint32(8, true);
  switch (view.getUint32(0, true)) {
    case 1:
      if (bytes.length !== INITIATION_BYTES) return refused("initiation-length");
      return decoded({ type: "initiation", sender: first });
    case 2:
      if (bytes.length !== RESPONSE_BYTES) return refused("response-length");
      return decoded({ type: "response", sender: first, receiver: second });
    case 3:
      if (bytes.length !== COOKIE_REPLY_BYTES) return refused("cookie-reply-length");
      return decoded({ type: "cookie-reply", receiver: first });
    case 4:
      return decoded({ type: "data", receiver: first });
  }
  return refused("not-wireguard");
}

/** What packets to the holder of this 32-byte public key are marked with (section 5.4.4). Compute it once for each peer. */
export function mac1Key(publicKey: Uint8Array): Uint8Array {
  return blake2s(Buffer.concat([Buffer.from("mac1----"), publicKey]));
}

/**
 * Whether an initiation or response is addressed to the holder of `key`. Proves that its sender knows the
 * receiver's public key, not who it is; it can be replayed. About 9 us.
 */
export function hasMac1(packet: Uint8Array, key: Uint8Array): boolean {
  if (packet.length !== INITIATION_BYTES && packet.length !== RESPONSE_BYTES) return false;
  const end = packet.length - MACS_BYTES;
  const mac1 = blake2s(packet.subarray(0, end), { key, dkLen: MAC_BYTES });
  return timingSafeEqual(mac1, packet.subarray(end, end + MAC_BYTES));
}
