import { createHash } from "node:crypto";
import { decoded, refused, type Decoded } from "./decoded.ts";

declare const brand: unique symbol;

/** Half of a SHA-256 of the member's Ed25519 identity key, as 32 lower-case hex digits. */
export type MemberId = string & { readonly [brand]: "member" };
/** The same of the network's key. */
export type NetworkId = string & { readonly [brand]: "network" };
/** 32 lower-case hex digits. */
export type AllocationId = string & { readonly [brand]: "allocation" };
/** Random; 32 lower-case hex digits. */
export type InviteId = string & { readonly [brand]: "invite" };
type Id = MemberId | NetworkId | AllocationId | InviteId;

/** Half a SHA-256: 128 bits leave a second preimage out of reach, and the id still fits a terminal line. */
const ID_BYTES = 16;
const ID_TEXT = /^[0-9a-f]{32}$/;

function hashId(domain: string, publicKey: Uint8Array): string {
  return createHash("sha256")
    .update(domain)
    .update(publicKey)
    .digest("hex")
    .slice(0, 2 * ID_BYTES);
}

export function memberIdOf(identityKey: Uint8Array): MemberId {
  return hashId("hopwire member v1\0", identityKey) as MemberId;
}

/** Stands for a joiner that has no identity yet: of an invite's temporary WireGuard key. No member has such an id. */
export function guestIdOf(wireguardKey: Uint8Array): MemberId {
  return hashId("hopwire guest v1\0", wireguardKey) as MemberId;
}

export function networkIdOf(networkKey: Uint8Array): NetworkId {
  return hashId("hopwire network v1\0", networkKey) as NetworkId;
}

export function idBytes(id: string): Uint8Array {
  return new Uint8Array(Buffer.from(id, "hex"));
}

export function decodeId<T extends Id>(bytes: Uint8Array): Decoded<T> {
  if (bytes.length !== ID_BYTES) return refused("id-length");
  return decoded(Buffer.from(bytes).toString("hex") as T);
}

export function parseId<T extends Id>(text: string): Decoded<T> {
  return ID_TEXT.test(text) ? decoded(text as T) : refused("not-an-id");
}

/** A DNS label (RFC 1123), so that a member's name can be a host name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function isMemberName(text: string): boolean {
  return NAME.test(text);
}
