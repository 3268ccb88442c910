import type { WallMs } from "../protocol/time.ts";
import type { CacheData, EndpointHistory, Experience, PeerHistory, RelayHistory } from "./data.ts";
import { byScore, score, type ScoredKind } from "./score.ts";

export const PEER_LIMITS: PeerLimits = {
  // Two uplinks with host, reflexive and mapped endpoints in both families are 12; at RFC 8445's 50 ms a check, 16 take 0.8 s.
  endpoints: 16,
  // Each end keeps two or three home relays, and either may have moved once since.
  relays: 8,
};

/** The registry is laid out for 1,000 members. */
export const MAX_PEERS = 1_024;

/** Endpoints and relays of all peers. A row takes at most 350 bytes of JSON, so the file stays below 3 MB. */
export const MAX_ROWS = 8_192;

/** A month: longer than a holiday, so the laptop left at the office still finds its peers at once. */
export const EXPIRY_MS = 30 * 86_400_000;

/** What never worked and nobody has mentioned for a week is a former address. */
export const UNPROVEN_EXPIRY_MS = 7 * 86_400_000;

/** Drops what expired, then what exceeds the bounds. Gives back `data` itself where nothing was to drop. */
export function prune(data: CacheData, now: WallMs): CacheData {
  const isAlive = (entry: Experience): boolean => !isExpired(entry, now);
  let changed = false;
  const kept: [string, PeerHistory][] = [];
  for (const [id, before] of Object.entries(data.peers)) {
    const after = boundPeer(keepRows(before, isAlive, isAlive), now);
    if (after !== before) changed = true;
    if (rowsOf(after) > 0) kept.push([id, after]);
    else changed = true;
  }
  return boundTotal(changed ? { ...data, peers: Object.fromEntries(kept) } : data);
}

/** How many rows a peer may have. */
export type PeerLimits = { readonly endpoints: number; readonly relays: number };

/** Keeps the best endpoints and relays of one peer, so a peer that floods us only displaces its own unproven entries. */
export function boundPeer(peer: PeerHistory, now: WallMs, limits: PeerLimits = PEER_LIMITS): PeerHistory {
  const endpoints = best(peer.endpoints, limits.endpoints, ({ kind }) => kind, now);
  const relays = best(peer.relays, limits.relays, () => "relay", now);
  return endpoints === peer.endpoints && relays === peer.relays ? peer : { endpoints, relays };
}

/** Drops the peers heard from longest ago until both their number and the rows are within bounds. */
export function boundTotal(data: CacheData): CacheData {
  const peers = Object.entries(data.peers);
  let rows = peers.reduce((sum, [, peer]) => sum + rowsOf(peer), 0);
  if (peers.length <= MAX_PEERS && rows <= MAX_ROWS) return data;
  const oldestFirst = peers
    .map(([id, peer]) => ({ id, peer, heardAt: heardAt(peer) }))
    .sort((a, b) => a.heardAt - b.heardAt || (a.id < b.id ? -1 : 1));
  let first = 0;
  for (const { peer } of oldestFirst) {
    if (oldestFirst.length - first <= MAX_PEERS && rows <= MAX_ROWS) break;
    rows -= rowsOf(peer);
    first += 1;
  }
  return { ...data, peers: Object.fromEntries(oldestFirst.slice(first).map(({ id, peer }) => [id, peer])) };
}

/** Gives back the peer itself where every row is kept. */
export function keepRows(
  peer: PeerHistory,
  isEndpointKept: (entry: EndpointHistory) => boolean,
  isRelayKept: (entry: RelayHistory, relay: string) => boolean,
): PeerHistory {
  const endpoints = filtered(peer.endpoints, isEndpointKept);
  const relays = filtered(peer.relays, isRelayKept);
  return endpoints === peer.endpoints && relays === peer.relays ? peer : { endpoints, relays };
}

function isExpired({ lastSeenAt, lastSuccessAt }: Experience, now: WallMs): boolean {
  const limitMs = lastSuccessAt === undefined ? UNPROVEN_EXPIRY_MS : EXPIRY_MS;
  return now - Math.max(lastSeenAt, lastSuccessAt ?? 0) > limitMs;
}

function best<T extends Experience>(
  rows: Readonly<Record<string, T>>,
  limit: number,
  kindOf: (entry: T) => ScoredKind,
  now: WallMs,
): Readonly<Record<string, T>> {
  const entries = Object.entries(rows);
  if (entries.length <= limit) return rows;
  const ranked = entries
    .map(([key, entry]) => ({ key, entry, score: score(kindOf(entry), entry, now) }))
    .sort(byScore);
  return Object.fromEntries(ranked.slice(0, limit).map(({ key, entry }) => [key, entry]));
}

function filtered<T>(
  rows: Readonly<Record<string, T>>,
  keep: (entry: T, key: string) => boolean,
): Readonly<Record<string, T>> {
  const entries = Object.entries(rows);
  const kept = entries.filter(([key, entry]) => keep(entry, key));
  return kept.length === entries.length ? rows : Object.fromEntries(kept);
}

function rowsOf({ endpoints, relays }: PeerHistory): number {
  return Object.keys(endpoints).length + Object.keys(relays).length;
}

function heardAt({ endpoints, relays }: PeerHistory): number {
  return [...Object.values(endpoints), ...Object.values(relays)].reduce(
    (latest, { lastSeenAt }) => Math.max(latest, lastSeenAt),
    0,
  );
}
