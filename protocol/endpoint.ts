import { decoded, refused, type Decoded } from "./decoded.ts";

/** An IP transport address. IPv6 in the compressed form of RFC 5952, without brackets or zone. */
export type Endpoint = { readonly address: string; readonly port: number };

export type AddressFamily = "ipv4" | "ipv6";

export function familyOf(address: string): AddressFamily {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** "192.0.2.1:51820" or "[2001:db8::1]:51820", as `wg` prints and takes it. */
export function formatEndpoint(endpoint: Endpoint): string {
  return familyOf(endpoint.address) === "ipv6"
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
}

export function sameEndpoint(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  return a !== undefined && a.port === b?.port && a.address === b.address;
}

/** Never throws. Names are refused: what a remote says must not make us ask the DNS. */
export function parseEndpoint(text: string): Decoded<Endpoint> {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  if (!match) return refused("not-an-endpoint");
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return refused("port-out-of-range");
  if (match[1] !== undefined) {
    const address = canonicalIPv6(match[1]);
    return address === undefined ? refused("not-an-address") : decoded({ address, port });
  }
  const address = match[2] ?? "";
  return isIPv4(address) ? decoded({ address, port }) : refused("not-an-address");
}

/** Without leading zeros: some programs read those as octal. */
export function isIPv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** The form of RFC 5952, by way of the URL parser, which implements it. Undefined where it is no IPv6 address. */
export function canonicalIPv6(text: string): string | undefined {
  const url = `http://[${text}]/`;
  return /^[0-9a-fA-F.]*:[0-9a-fA-F:.]*$/.test(text) && URL.canParse(url)
    ? new URL(url).hostname.slice(1, -1)
    : undefined;
}

/**
 * Whether packets may be sent there because a remote said so. Never loopback, unspecified, multicast, broadcast
 * or link-local: a member must not be able to aim our packets at our own host or at a metadata service.
 */
export function isUsableRemote(address: string): boolean {
  if (familyOf(address) === "ipv4") {
    const [a = 0, b = 0] = address.split(".").map(Number);
    if (a === 0 || a === 127 || a >= 224) return false;
    return !(a === 169 && b === 254);
  }
  const lower = address.toLowerCase();
  if (lower === "::" || lower === "::1" || lower.startsWith("::ffff:")) return false;
  return !/^f[ef]/.test(lower) || /^fe[c-f]/.test(lower);
}
