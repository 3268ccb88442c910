import { addressBytes, addressText } from "../../../../protocol/address.ts";
import { canonicalIPv6, isIPv4 } from "../../../../protocol/endpoint.ts";

/** ::ffff:0:0/96 (RFC 4291, section 2.5.5.2) and 64:ff9b::/96 (RFC 6052, section 2.1): IPv6 outside, an IPv4 host behind. */
const EMBEDDING_PREFIXES = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
  [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
] as const;

/** What one site is given at least (RFC 6177): whoever has one IPv6 address has 2^64. */
const SITE_BYTES = 8;

/**
 * One form for each address: without zone, and IPv4 where IPv6 only carries it, so that no rule for an IPv4 address is
 * passed by writing it differently. Undefined for what is no address.
 */
export function plainAddress(address: string): string | undefined {
  if (isIPv4(address)) return address;
  const canonical = canonicalIPv6(address.replace(/%.*$/, ""));
  if (canonical === undefined) return undefined;
  // Most addresses are neither, and reading one takes 10 us.
  if (!/^(::ffff:|64:ff9b::)/.test(canonical)) return canonical;
  const bytes = addressBytes(canonical);
  const embeds = EMBEDDING_PREFIXES.some((prefix) => prefix.every((byte, i) => bytes[i] === byte));
  return embeds ? addressText(bytes.subarray(12)) : canonical;
}

/** Whom a limit counts: an IPv4 address, or an IPv6 /64 as its first 16 hexadecimal digits. Takes what `plainAddress` gave. */
export function sourceKey(plain: string): string {
  return isIPv4(plain) ? plain : Buffer.from(addressBytes(plain).subarray(0, SITE_BYTES)).toString("hex");
}
