import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import {
  canonicalIPv6,
  formatEndpoint,
  isIPv4,
  parseEndpoint,
  type Endpoint,
} from "../../protocol/endpoint.ts";
import { decodePeer, parseInteger, type PeerText, type WgInterface, type WgPeer } from "./dump.ts";
import { isKey, publicKeyOf } from "./keys.ts";
import { peerSections, type PeerChange, type PeerSection } from "./peer-change.ts";

/**
 * The protocol that `wg` speaks with a WireGuard in userspace: wireguard.com/xplatform, "Configuration Protocol". Requests and
 * answers are lines of ASCII, "key=value", that end with an empty one; keys are in hex.
 */
export const GET_REQUEST = "get=1\n\n";

/**
 * The request that makes the changes, in their order, with the lines that `wg set` would send. No secrets. Throws RangeError for
 * what `wg` would not take: wireguard-go would have made the changes before it, and obeyed what else the text says.
 */
export function encodePeers(changes: readonly PeerChange[]): string {
  return ["set=1", ...changes.flatMap(peerSections).flatMap(sectionLines), "", ""].join("\n");
}

/** The errno that every answer ends with: 0 where it was done. Refused where the answer is cut off. Never throws. */
export function decodeStatus(answer: string): Decoded<number> {
  const errno = /(?:^|\n)errno=(-?\d{1,10})\n\n$/.exec(answer)?.[1];
  return errno === undefined ? refused("no-status") : decoded(Number(errno));
}

/**
 * The answer to `GET_REQUEST`, as `parseDump` gives that of `wg`. Drops private and preshared keys, and what it does not know, as
 * `wg` does. Never throws.
 */
export function decodeInterface(answer: string): Decoded<WgInterface> {
  const status = decodeStatus(answer);
  if (!status.ok) return status;
  if (status.value !== 0) return refused("errno");
  const groups = groupsOf(answer.trimEnd().split("\n"));
  if (groups === undefined) return refused("line");
  const [head, ...rest] = groups;
  const privateKey = head.get("private_key")?.at(-1);
  const ownKey = privateKey === undefined ? undefined : keyOfHex(privateKey);
  if (privateKey !== undefined && ownKey === undefined) return refused("interface-key");
  const listenPort = parseInteger(head.get("listen_port")?.at(-1) ?? "0", 65_535);
  if (listenPort === undefined) return refused("listen-port");
  const peerByKey = new Map<string, WgPeer>();
  for (const group of rest) {
    const peer = decodePeer(peerTextOf(group));
    if (!peer.ok) return peer;
    peerByKey.set(peer.value.publicKey, peer.value);
  }
  return decoded({ publicKey: ownKey && publicKeyOf(ownKey), listenPort, peerByKey });
}

/** The order is that of `wg`. */
function sectionLines(section: PeerSection): string[] {
  const { publicKey, endpoint, keepaliveSec, allowedIps } = section;
  const lines = [`public_key=${hexOfKey(publicKey)}`];
  if (section.remove) lines.push("remove=true");
  if (endpoint !== undefined) lines.push(`endpoint=${checkedEndpoint(endpoint)}`);
  if (keepaliveSec !== undefined) lines.push(`persistent_keepalive_interval=${checkedSeconds(keepaliveSec)}`);
  if (allowedIps !== undefined) lines.push("replace_allowed_ips=true");
  for (const cidr of allowedIps ?? []) lines.push(`allowed_ip=${checkedCidr(cidr)}`);
  return lines;
}

function hexOfKey(key: string): string {
  if (!isKey(key)) throw new RangeError("not a WireGuard key");
  return Buffer.from(key, "base64").toString("hex");
}

function checkedEndpoint(endpoint: Endpoint): string {
  const text = formatEndpoint(endpoint);
  if (!parseEndpoint(text).ok) throw new RangeError("not an endpoint");
  return text;
}

function checkedSeconds(seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 65_535)
    throw new RangeError("not a keepalive interval");
  return seconds;
}

function checkedCidr(cidr: string): string {
  const [, address = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const isIn4 = isIPv4(address) && Number(length) <= 32;
  const isIn6 = canonicalIPv6(address) !== undefined && Number(length) <= 128;
  if (!isIn4 && !isIn6) throw new RangeError("not a prefix");
  return cidr;
}

type Group = ReadonlyMap<string, readonly string[]>;

/** Values by key: of the interface, then of each peer, which begins with its public key. Undefined for a line of another form. */
function groupsOf(lines: readonly string[]): readonly [Group, ...Group[]] | undefined {
  let group = new Map<string, string[]>();
  const groups: [Group, ...Group[]] = [group];
  for (const line of lines) {
    const at = line.indexOf("=");
    if (at < 1) return undefined;
    const key = line.slice(0, at);
    if (key === "public_key") groups.push((group = new Map<string, string[]>()));
    const values = group.get(key);
    if (values === undefined) group.set(key, [line.slice(at + 1)]);
    else values.push(line.slice(at + 1));
  }
  return groups;
}

function peerTextOf(group: Group): PeerText {
  const last = (key: string): string | undefined => group.get(key)?.at(-1);
  return {
    publicKey: keyOfHex(last("public_key") ?? ""),
    endpoint: last("endpoint"),
    allowedIps: group.get("allowed_ip") ?? [],
    handshakeSec: last("last_handshake_time_sec") ?? "0",
    rxBytes: last("rx_bytes") ?? "0",
    txBytes: last("tx_bytes") ?? "0",
    keepaliveSec: last("persistent_keepalive_interval"),
  };
}

function keyOfHex(hex: string): string | undefined {
  return /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, "hex").toString("base64") : undefined;
}
