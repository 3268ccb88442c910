import { addressBytes } from "../../protocol/address.ts";
import { canonicalIPv6, familyOf, isIPv4, type AddressFamily } from "../../protocol/endpoint.ts";

/** A block of addresses; host bits are zero. */
export type Cidr = { readonly address: string; readonly length: number; readonly family: AddressFamily };

/**
 * "192.0.2.0/24", "2001:db8::/32", or an address alone. Undefined for all else, and for host bits that are set: whoever
 * wrote "10.1.2.3/8" meant something else than it says.
 */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([0-9a-fA-F:.]+)(?:\/([0-9]{1,3}))?$/.exec(text);
  const written = match?.[1] ?? "";
  const address = isIPv4(written) ? written : canonicalIPv6(written);
  if (address === undefined) return undefined;
  const family = familyOf(address);
  const bits = family === "ipv4" ? 32 : 128;
  const length = match?.[2] === undefined ? bits : Number(match[2]);
  if (length > bits || hasHostBits(addressBytes(address), length)) return undefined;
  return { address, length, family };
}

function hasHostBits(bytes: Uint8Array, length: number): boolean {
  return bytes.some((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, length - 8 * i)))) !== 0);
}
