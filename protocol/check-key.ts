import { hkdfSync, type KeyObject } from "node:crypto";
import { idBytes, type MemberId, type NetworkId } from "./ids.ts";
import { KEY_BYTES, sharedSecret } from "./keys.ts";

/**
 * The key that two members authenticate connectivity checks with (RFC 8489, short-term credential): 32 bytes, the
 * same at both ends, known to nobody else, without a message for it. Static-static X25519, then HKDF-SHA256 (RFC 5869)
 * salted with the network. Undefined where the peer's certificate names a key of low order.
 */
export function checkKeyOf(
  ownExchangeKey: KeyObject,
  peerExchangeKey: Uint8Array,
  network: NetworkId,
  self: MemberId,
  peer: MemberId,
): Uint8Array | undefined {
  const secret = sharedSecret(ownExchangeKey, peerExchangeKey);
  if (secret === undefined) return undefined;
  const pair = [self, peer].sort().map(idBytes);
  const info = Buffer.concat([Buffer.from("hopwire check v1\0"), ...pair]);
  return new Uint8Array(hkdfSync("sha256", secret, idBytes(network), info, KEY_BYTES));
}
