import { familyOf, type AddressFamily } from "../../../../protocol/endpoint.ts";

/** An address from outside, read once for all that the guard asks of it. */
export type Source = {
  /** IPv4 where IPv6 only carries it, so that no rule for an IPv4 address is passed by writing it differently. No zone. */
  readonly address: string;
  readonly family: AddressFamily;
  /** Whom a limit counts: an IPv4 address, or an IPv6 /64, which is what one site is given at least (RFC 6177). */
  readonly key: string;
};

/** 64:ff9b::/96 (RFC 6052, section 2.1). */
const NAT64 = [0x64, 0xff9b, 0, 0, 0, 0] as const;
/** ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0xffff] as const;

const DOT = 0x2e;
const COLON = 0x3a;

/**
 * Undefined for what is no address. Written by hand since it runs for each packet from a stranger: the URL parser, which
 * `canonicalIPv6` asks, takes twenty times as long.
 */
export function readSource(text: string): Source | undefined {
  if (familyOf(text) === "ipv4") {
    return readIPv4(text, 0) === undefined ? undefined : sourceAt4(text);
  }
  const zone = text.indexOf("%");
  const address = zone === -1 ? text : text.slice(0, zone);
  const groups = readIPv6(address);
  if (groups === undefined) return undefined;
  const [g0, g1, g2, g3, , , g6, g7] = groups;
  if (beginsWith(groups, MAPPED) || beginsWith(groups, NAT64)) {
    return sourceAt4(`${g6 >> 8}.${g6 & 0xff}.${g7 >> 8}.${g7 & 0xff}`);
  }
  const key = `${(g0 * 0x1_0000 + g1).toString(16)}:${(g2 * 0x1_0000 + g3).toString(16)}`;
  return { address, family: "ipv6", key };
}

function sourceAt4(address: string): Source {
  return { address, family: "ipv4", key: address };
}

function beginsWith(groups: Groups, prefix: readonly number[]): boolean {
  return prefix.every((group, i) => groups[i] === group);
}

type Groups = [number, number, number, number, number, number, number, number];

/** RFC 4291, section 2.2, each form; "::" stands for one group at least. */
function readIPv6(text: string): Groups | undefined {
  const groups: Groups = [0, 0, 0, 0, 0, 0, 0, 0];
  let count = 0;
  /** How many groups come before "::". */
  let gap = -1;
  let at = 0;
  if (text.startsWith("::")) {
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    if (count === groups.length) return undefined;
    const start = at;
    let value = 0;
    while (at < text.length && at - start < 4) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit === undefined) break;
      value = value * 16 + digit;
      at++;
    }
    if (at === start) return undefined;
    if (text.charCodeAt(at) === DOT) {
      const tail = count > 6 ? undefined : readIPv4(text, start);
      if (tail === undefined) return undefined;
      groups[count++] = Math.floor(tail / 0x1_0000);
      groups[count++] = tail % 0x1_0000;
      break;
    }
    groups[count++] = value;
    if (at === text.length) break;
    if (text.charCodeAt(at++) !== COLON) return undefined;
    if (text.charCodeAt(at) === COLON) {
      if (gap !== -1) return undefined;
      gap = count;
      at++;
    } else if (at === text.length) return undefined;
  }
  if (gap === -1) return count === groups.length ? groups : undefined;
  if (count === groups.length) return undefined;
  groups.copyWithin(groups.length - (count - gap), gap, count);
  groups.fill(0, gap, groups.length - (count - gap));
  return groups;
}

/** The 32 bits that are written from there to the end. Without leading zeros: some programs read those as octal. */
function readIPv4(text: string, from: number): number | undefined {
  let bits = 0;
  let dots = 0;
  let byte: number | undefined;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (byte === undefined || ++dots > 3) return undefined;
      bits = bits * 256 + byte;
      byte = undefined;
      continue;
    }
    const digit = code - 0x30;
    if (digit < 0 || digit > 9 || byte === 0) return undefined;
    byte = (byte ?? 0) * 10 + digit;
    if (byte > 255) return undefined;
  }
  return byte === undefined || dots !== 3 ? undefined : bits * 256 + byte;
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
