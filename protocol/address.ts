import { canonicalIPv6, isIPv4 } from "./endpoint.ts";

/** An overlay prefix; `address` is its network address. */
export type Prefix = { readonly address: string; readonly length: number };

export function addressBytes(address: string): Uint8Array {
  if (!address.includes(":")) return new Uint8Array(address.split(".").map(Number));
  const [head = "", tail] = (canonicalIPv6(address) ?? "::").split("::");
  const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map((g) => parseInt(g, 16)));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return new Uint8Array(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Undefined unless `bytes` are 4 or 16. */
export function addressText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return canonicalIPv6(groups.join(":"));
}

export function isInPrefix(address: string, prefix: Prefix): boolean {
  const a = addressBytes(address);
  const p = addressBytes(prefix.address);
  if (a.length !== p.length) return false;
  for (let bit = 0; bit < prefix.length; bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((a[bit >> 3] ?? 0) & mask) !== ((p[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

/** "100.64.0.0/16"; undefined unless it is an IPv4 prefix whose host bits are zero. */
export function parsePrefix4(text: string): Prefix | undefined {
  const match = /^([0-9.]+)\/([0-9]{1,2})$/.exec(text);
  const address = match?.[1] ?? "";
  const length = Number(match?.[2] ?? -1);
  if (!isIPv4(address) || length < 8 || length > 30) return undefined;
  const value = addressBytes(address).reduce((sum, byte) => sum * 256 + byte, 0);
  return value % 2 ** (32 - length) === 0 ? { address, length } : undefined;
}

/** The address `offset` places after the start of the prefix. */
export function addressAt4(prefix: Prefix, offset: number): string {
  const value = addressBytes(prefix.address).reduce((sum, byte) => sum * 256 + byte, 0) + offset;
  return [value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value].map((v) => Math.floor(v) % 256).join(".");
}
