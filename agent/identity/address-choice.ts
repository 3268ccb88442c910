import { addressAt4, isInPrefix, type Prefix } from "../../protocol/address.ts";
import { sha256 } from "../../protocol/keys.ts";
import type { Random } from "../random.ts";

/** Shared address space (RFC 6598): no public host has such an address, and few private networks use it. */
const SHARED: Prefix = { address: "100.64.0.0", length: 10 };
const SLICE_LENGTH = 16;

/**
 * A random /16 of 100.64.0.0/10 that overlaps no prefix in use; undefined where there is none. A route that holds all of
 * the space (the default route, a provider's) cannot be avoided and does not count.
 */
export function randomPrefix4(random: Random, used: readonly Prefix[]): Prefix | undefined {
  const count = 2 ** (SLICE_LENGTH - SHARED.length);
  const start = Math.floor(random.fraction() * count);
  const obstacles = used.filter((prefix) => prefix.length > SHARED.length);
  for (let step = 0; step < count; step++) {
    const offset = ((start + step) % count) * 2 ** (32 - SLICE_LENGTH);
    const slice = { address: addressAt4(SHARED, offset), length: SLICE_LENGTH };
    if (!obstacles.some((prefix) => overlaps(prefix, slice))) return slice;
  }
  return undefined;
}

/**
 * The first free host address from where `seed` points to: several admins that do not know of each other's choice yet
 * rarely choose the same. Undefined where the prefix is full.
 */
export function freeAddress4(
  prefix: Prefix,
  seed: Uint8Array,
  isTaken: (address: string) => boolean,
): string | undefined {
  const count = 2 ** (32 - prefix.length) - 2; // without the network and the broadcast address
  const start = Buffer.from(sha256("hopwire address4 v1\0", seed)).readUInt32BE() % count;
  for (let step = 0; step < count; step++) {
    const address = addressAt4(prefix, 1 + ((start + step) % count));
    if (!isTaken(address)) return address;
  }
  return undefined;
}

function overlaps(a: Prefix, b: Prefix): boolean {
  return isInPrefix(a.address, b) || isInPrefix(b.address, a);
}
