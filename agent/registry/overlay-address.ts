import { addressBytes, addressText, type Prefix } from "../../protocol/address.ts";
import { idBytes, type MemberId, type NetworkId } from "../../protocol/ids.ts";
import { sha256 } from "../../protocol/keys.ts";

/** The network's ULA /64 (RFC 4193): fd, 40 bits that follow from the network id, subnet 0. */
export function prefix6Of(network: NetworkId): Prefix {
  const bytes = new Uint8Array(16);
  bytes[0] = 0xfd;
  bytes.set(sha256("hopwire prefix6 v1\0", idBytes(network)).subarray(0, 5), 1);
  return { address: textOf(bytes), length: 64 };
}

/** Follows from the identity key alone, so that everybody can check that it belongs to whoever claims it (R-1203). */
export function address6Of(network: NetworkId, member: MemberId): string {
  const bytes = addressBytes(prefix6Of(network).address);
  bytes.set(sha256("hopwire address6 v1\0", idBytes(member)).subarray(0, 8), 8);
  return textOf(bytes);
}

function textOf(bytes: Uint8Array): string {
  const text = addressText(bytes);
  if (text === undefined) throw new RangeError("not 16 bytes");
  return text;
}
