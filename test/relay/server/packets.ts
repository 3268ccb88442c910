import { blake2s } from "@noble/hashes/blake2.js";
import { mac1Key } from "../../../protocol/wireguard-packet.ts";

/** Packets with WireGuard's outside: right lengths, indices and mac1; the inside is filler. */
export function initiation(sender: number, recipient: Uint8Array, filler = 0): Uint8Array {
  return marked(packet(1, 148, [sender], filler), recipient);
}

export function response(sender: number, receiver: number, recipient: Uint8Array, filler = 0): Uint8Array {
  return marked(packet(2, 92, [sender, receiver], filler), recipient);
}

export function cookieReply(receiver: number): Uint8Array {
  return packet(3, 64, [receiver], 0);
}

export function data(receiver: number, length = 32, filler = 0): Uint8Array {
  return packet(4, length, [receiver], filler);
}

function packet(type: number, length: number, indices: readonly number[], filler: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(filler);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  indices.forEach((index, i) => view.setUint32(4 + 4 * i, index, true));
  return bytes;
}

function marked(bytes: Uint8Array, recipient: Uint8Array): Uint8Array {
  const end = bytes.length - 32;
  bytes.set(blake2s(bytes.subarray(0, end), { key: mac1Key(recipient), dkLen: 16 }), end);
  return bytes;
}
