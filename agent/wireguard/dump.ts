import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { parseEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import { isKey } from "./keys.ts";

export type WgPeer = {
  readonly publicKey: string;
  /** Undefined also for a link-local endpoint with a zone, which means nothing to another host. */
  readonly endpoint: Endpoint | undefined;
  /** In CIDR form, as given by `wg`. */
  readonly allowedIps: readonly string[];
  readonly latestHandshakeAt: WallMs | undefined;
  /** Bytes that WireGuard authenticated. u64, hence bigint. */
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
  readonly keepaliveSec: number | undefined;
};

export type WgInterface = {
  /** Undefined while the interface has no private key. */
  readonly publicKey: string | undefined;
  /** 0 while no socket is bound. */
  readonly listenPort: number;
  readonly peerByKey: ReadonlyMap<string, WgPeer>;
};

/**
 * `wg show NAME dump`: one line of 4 columns for the interface, then one of 8 for each peer (wg(8)).
 * Drops private and preshared keys. "(none)", "off" and a handshake at 0 become undefined. Never throws.
 */
export function parseDump(stdout: string): Decoded<WgInterface> {
  const [head, ...rest] = rowsOf(stdout);
  return head === undefined ? refused("empty") : parseInterface(head, rest);
}

/** `wg show all dump`: the same with the interface's name before every line. By name. Never throws. */
export function parseDumpAll(stdout: string): Decoded<ReadonlyMap<string, WgInterface>> {
  const rowsByName = new Map<string, string[][]>();
  for (const [name = "", ...row] of rowsOf(stdout)) {
    const rows = rowsByName.get(name);
    if (rows === undefined) rowsByName.set(name, [row]);
    else rows.push(row);
  }
  const interfaceByName = new Map<string, WgInterface>();
  for (const [name, [head = [], ...rest]] of rowsByName) {
    const parsed = parseInterface(head, rest);
    if (!parsed.ok) return parsed;
    interfaceByName.set(name, parsed.value);
  }
  return decoded(interfaceByName);
}

function rowsOf(stdout: string): string[][] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

function parseInterface(head: readonly string[], rest: readonly (readonly string[])[]): Decoded<WgInterface> {
  const [, publicKey = "", portText = ""] = head;
  if (head.length !== 4) return refused("interface-columns");
  if (publicKey !== "(none)" && !isKey(publicKey)) return refused("interface-key");
  const listenPort = parseInteger(portText, 65_535);
  if (listenPort === undefined) return refused("listen-port");
  const peerByKey = new Map<string, WgPeer>();
  for (const row of rest) {
    const peer = parsePeer(row);
    if (!peer.ok) return peer;
    peerByKey.set(peer.value.publicKey, peer.value);
  }
  return decoded({ publicKey: publicKey === "(none)" ? undefined : publicKey, listenPort, peerByKey });
}

function parsePeer(row: readonly string[]): Decoded<WgPeer> {
  const [
    publicKey = "",
    ,
    endpointText = "",
    allowedText = "",
    handshakeText = "",
    rxText = "",
    txText = "",
    offText = "",
  ] = row;
  if (row.length !== 8) return refused("peer-columns");
  return decodePeer({
    publicKey: isKey(publicKey) ? publicKey : undefined,
    endpoint: endpointText === "(none)" ? undefined : endpointText,
    allowedIps: allowedText === "(none)" ? [] : allowedText.split(","),
    handshakeSec: handshakeText,
    rxBytes: rxText,
    txBytes: txText,
    keepaliveSec: offText === "off" ? undefined : offText,
  });
}

/** As it stands in what `wg` or WireGuard prints. */
export type PeerText = {
  /** Undefined where it is no key. */
  readonly publicKey: string | undefined;
  readonly endpoint: string | undefined;
  readonly allowedIps: readonly string[];
  /** Of the latest handshake; "0" before the first. */
  readonly handshakeSec: string;
  readonly rxBytes: string;
  readonly txBytes: string;
  readonly keepaliveSec: string | undefined;
};

export function decodePeer(text: PeerText): Decoded<WgPeer> {
  const { publicKey, allowedIps, rxBytes, txBytes } = text;
  if (publicKey === undefined) return refused("peer-key");
  const isZoned = text.endpoint?.includes("%") === true;
  const endpoint = text.endpoint === undefined || isZoned ? undefined : parseEndpoint(text.endpoint);
  if (endpoint?.ok === false) return refused("peer-endpoint");
  if (!allowedIps.every(looksLikeCidr)) return refused("peer-allowed-ips");
  const handshakeSec = parseInteger(text.handshakeSec, Number.MAX_SAFE_INTEGER / 1000);
  if (handshakeSec === undefined) return refused("peer-handshake");
  if (!isU64(rxBytes) || !isU64(txBytes)) return refused("peer-bytes");
  const keepaliveSec = parseInteger(text.keepaliveSec ?? "0", 65_535);
  if (keepaliveSec === undefined) return refused("peer-keepalive");
  return decoded({
    publicKey,
    endpoint: endpoint?.value,
    allowedIps,
    latestHandshakeAt: handshakeSec === 0 ? undefined : wallMs(handshakeSec * 1000),
    rxBytes: BigInt(rxBytes),
    txBytes: BigInt(txBytes),
    keepaliveSec: keepaliveSec === 0 ? undefined : keepaliveSec,
  });
}

/** Undefined where it is none, or more than `max`. */
export function parseInteger(text: string, max: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return value <= max ? value : undefined;
}

/** Who prints these has parsed them: this keeps out what is something else. */
function looksLikeCidr(text: string): boolean {
  return /^[0-9a-fA-F.:]+\/\d{1,3}$/.test(text);
}

function isU64(text: string): boolean {
  return /^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n;
}
