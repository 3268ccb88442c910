import type { Endpoint } from "../protocol/endpoint.ts";
import type { WallMs } from "../protocol/time.ts";
import {
  endpointOf,
  isDirectKind,
  type CacheData,
  type EndpointHistory,
  type EndpointKind,
  type EndpointSource,
  type Experience,
  type PeerHistory,
} from "./data.ts";
import { byScore, score, type Score } from "./score.ts";

export type DialCandidate = {
  readonly endpoint: Endpoint;
  readonly kind: EndpointKind;
  readonly source: EndpointSource;
  readonly relay: string | undefined;
  readonly score: Score;
};

export type RelayCandidate = {
  readonly relay: string;
  /** Whose experience the score rests on. */
  readonly basis: "this-peer" | "other-peers" | "untried";
  readonly score: Score;
};

/** The path that deserves a head start. */
export type LastWorked =
  | { readonly type: "direct"; readonly endpoint: Endpoint; readonly at: WallMs }
  | { readonly type: "relayed"; readonly relay: string; readonly at: WallMs };

/** With fewer failures, one lost round (the peer was just starting) would decide. */
export const RELAY_FIRST_AFTER_ATTEMPTS = 3;

/** A week: home and office have both been visited since, so an older success says nothing about today's NATs. */
export const DIRECT_MEMORY_MS = 7 * 86_400_000;

/** The peer's endpoints of every kind, best first. */
export function dialOrder(data: CacheData, peer: string, now: WallMs): readonly DialCandidate[] {
  return endpointsOf(data.peers[peer])
    .map(({ key, endpoint, entry }) => ({ key, endpoint, entry, score: score(entry.kind, entry, now) }))
    .sort(byScore)
    .map(({ endpoint, entry: { kind, source, relay }, score }) => ({ endpoint, kind, source, relay, score }));
}

/** Of the relays that are on offer now, the one most worth asking for this peer first. */
export function relayOrder(
  data: CacheData,
  peer: string,
  relays: readonly string[],
  now: WallMs,
): readonly RelayCandidate[] {
  return relays
    .map((relay) => ({ key: relay, ...relayScore(data, peer, relay, now) }))
    .sort(byScore)
    .map(({ key, basis, score }) => ({ relay: key, basis, score }));
}

/**
 * Whether the direct endpoints were tried and have not worked for a week, or never: such a peer goes to a relay at once,
 * and direct is pursued behind it. False for a peer that nothing is known of.
 */
export function needsRelayFirst(data: CacheData, peer: string, now: WallMs): boolean {
  const direct = endpointsOf(data.peers[peer]).filter(({ entry }) => isDirectKind(entry.kind));
  const attempts = direct.reduce((sum, { entry }) => sum + entry.attempts, 0);
  return attempts >= RELAY_FIRST_AFTER_ATTEMPTS && !direct.some(({ entry }) => isRecentSuccess(entry, now));
}

/**
 * The path that worked last. A direct endpoint that worked within the last week and has not failed since comes before any
 * relay, because a relay that is kept warm as a standby goes on working beside it. Undefined where nothing ever worked.
 */
export function lastWorked(data: CacheData, peer: string, now: WallMs): LastWorked | undefined {
  const history = data.peers[peer];
  let last: { rank: number; path: LastWorked } | undefined;
  const offer = (rank: number, path: LastWorked): void => {
    if (last === undefined || rank > last.rank || (rank === last.rank && path.at > last.path.at))
      last = { rank, path };
  };
  for (const { endpoint, entry } of endpointsOf(history)) {
    if (!isDirectKind(entry.kind) || entry.lastSuccessAt === undefined) continue;
    const isUnbroken = entry.lastOutcome === "success" && isRecentSuccess(entry, now);
    offer(isUnbroken ? 2 : 0, { type: "direct", endpoint, at: entry.lastSuccessAt });
  }
  for (const [relay, entry] of Object.entries(history?.relays ?? {})) {
    if (entry.lastSuccessAt === undefined) continue;
    const isUnbroken = entry.lastOutcome === "success";
    offer(isUnbroken ? 1 : 0, { type: "relayed", relay, at: entry.lastSuccessAt });
  }
  return last?.path;
}

/** A relay without experience with this peer is judged by what it did for others, and one without any as just heard of. */
export function relayScore(
  data: CacheData,
  peer: string,
  relay: string,
  now: WallMs,
): Pick<RelayCandidate, "basis" | "score"> {
  const own = data.peers[peer]?.relays[relay];
  if (own !== undefined) return { basis: "this-peer", score: score("relay", own, now) };
  const others = relayExperience(data, relay);
  if (others !== undefined) return { basis: "other-peers", score: score("relay-of-others", others, now) };
  const untried: Experience = { attempts: 0, successes: 0, firstSeenAt: now, lastSeenAt: now };
  return { basis: "untried", score: score("relay-of-others", untried, now) };
}

/** What all peers together have lived through with a relay; RTT and loss are means over the peers that measured them. */
function relayExperience(data: CacheData, relay: string): Experience | undefined {
  const rows = Object.values(data.peers).flatMap(({ relays }) => relays[relay] ?? []);
  const [first, ...rest] = rows;
  if (first === undefined) return undefined;
  const sum = rest.reduce<Experience>(
    (a, b) => ({
      attempts: a.attempts + b.attempts,
      successes: a.successes + b.successes,
      // A failure with one peer may be that peer's; only a relay that last failed with all of them has failed.
      lastOutcome: b.lastOutcome === "success" ? b.lastOutcome : a.lastOutcome,
      firstSeenAt: a.firstSeenAt < b.firstSeenAt ? a.firstSeenAt : b.firstSeenAt,
      lastSeenAt: later(a.lastSeenAt, b.lastSeenAt),
      lastSuccessAt: later(a.lastSuccessAt, b.lastSuccessAt),
    }),
    first,
  );
  return {
    ...sum,
    rttMs: mean(rows.flatMap(({ rttMs }) => rttMs ?? [])),
    loss: mean(rows.flatMap(({ loss }) => loss ?? [])),
  };
}

function endpointsOf(
  peer: PeerHistory | undefined,
): readonly { key: string; endpoint: Endpoint; entry: EndpointHistory }[] {
  return Object.entries(peer?.endpoints ?? {}).flatMap(([key, entry]) => {
    const endpoint = endpointOf(key);
    return endpoint === undefined ? [] : { key, endpoint, entry };
  });
}

function isRecentSuccess({ lastSuccessAt }: Experience, now: WallMs): boolean {
  return lastSuccessAt !== undefined && now - lastSuccessAt <= DIRECT_MEMORY_MS;
}

function later<T extends WallMs | undefined>(a: T, b: T): T {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
