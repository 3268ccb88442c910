import { addressBytes, addressText } from "../../../../protocol/address.ts";
import type { AddressFamily, Endpoint } from "../../../../protocol/endpoint.ts";

/** A socket address as the kernel takes and gives it: `sockaddr_in6` (28 bytes), or `sockaddr_in` (16) with zeros after it. */
export const SOCKADDR_BYTES = 28;

export const AF: Readonly<Record<AddressFamily, number>> = { ipv4: 2, ipv6: 10 };

export const SOCKADDR_LENGTH: Readonly<Record<AddressFamily, number>> = { ipv4: 16, ipv6: 28 };

/** Family in the host's order, little-endian on all that this runs on; port and address in the network's. */
export function encodeSockaddr({ address, port }: Endpoint): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_BYTES);
  const view = new DataView(bytes.buffer);
  const host = addressBytes(address);
  const family = host.length === 4 ? "ipv4" : "ipv6";
  view.setUint16(0, AF[family], true);
  view.setUint16(2, port);
  bytes.set(host, family === "ipv4" ? 4 : 8);
  return bytes;
}

/** Undefined for another family's. */
export function decodeSockaddr(bytes: Uint8Array): Endpoint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family !== AF.ipv4 && family !== AF.ipv6) return undefined;
  const address = addressText(family === AF.ipv4 ? bytes.subarray(4, 8) : bytes.subarray(8, 24));
  return address === undefined ? undefined : { address, port: view.getUint16(2) };
}
