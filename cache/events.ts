import type { Endpoint } from "../protocol/endpoint.ts";
import type { WallMs } from "../protocol/time.ts";
import { boundPeer, boundTotal, keepRows } from "./bounds.ts";
import {
  EMPTY_PEER,
  isMemberId,
  keyOf,
  type CacheData,
  type EndpointHistory,
  type EndpointKind,
  type EndpointSource,
  type Experience,
  type Outcome,
  type PeerHistory,
} from "./data.ts";

export type Observation = {
  readonly peer: string;
  readonly endpoint: Endpoint;
  readonly kind: EndpointKind;
  readonly source: EndpointSource;
  /** The volunteer's member id, for the kinds "relayed" and "carrier". */
  readonly relay?: string | undefined;
};

export type Attempt = {
  readonly peer: string;
  readonly outcome: Outcome;
  readonly rttMs?: number | undefined;
  /** Share of lost packets since the last report, 0 to 1. */
  readonly loss?: number | undefined;
};

export type DirectAttempt = Attempt & { readonly endpoint: Endpoint };

export type RelayAttempt = Attempt & {
  readonly relay: string;
  /** Carried since the last report, both ways. */
  readonly bytes?: number | undefined;
};

/** An endpoint was heard of. One that we must not send to (loopback and the like) changes nothing. */
export function observeEndpoint(data: CacheData, observation: Observation, now: WallMs): CacheData {
  const key = keyOf(observation.endpoint);
  if (key === undefined) return data;
  const { kind, source, relay } = observation;
  const known = data.peers[observation.peer]?.endpoints[key];
  const entry: EndpointHistory = {
    ...(known ?? untried(now)),
    // "Peer-reflexive" is inferred from a packet's source; what the peer itself says is better (RFC 8445 section 7.3.1.3).
    kind: known !== undefined && kind === "peer-reflexive" ? known.kind : kind,
    source,
    relay: relay === undefined ? known?.relay : memberId(relay),
    lastSeenAt: now,
  };
  return withEndpoint(data, observation.peer, key, entry, now);
}

/**
 * A direct attempt ended. An endpoint that works without having been heard of was found by its own packets, so it is
 * peer-reflexive; one that fails without having been heard of (it was pruned meanwhile) changes nothing.
 */
export function recordDirect(data: CacheData, attempt: DirectAttempt, now: WallMs): CacheData {
  const key = keyOf(attempt.endpoint);
  if (key === undefined) return data;
  const known = data.peers[attempt.peer]?.endpoints[key];
  if (known === undefined && attempt.outcome === "failure") return data;
  const before = known ?? { ...untried(now), kind: "peer-reflexive", source: "check" };
  return withEndpoint(data, attempt.peer, key, { ...before, ...tried(before, attempt, now) }, now);
}

/** An attempt to reach `peer` through `relay` ended, or a report on a path that goes that way came in. */
export function recordRelay(data: CacheData, attempt: RelayAttempt, now: WallMs): CacheData {
  const relay = memberId(attempt.relay);
  const peer = data.peers[memberId(attempt.peer)] ?? EMPTY_PEER;
  const before = peer.relays[relay] ?? { ...untried(now), bytes: 0 };
  const carried = Math.max(0, Math.trunc(finite(attempt.bytes) ?? 0));
  const bytes = Math.min(Number.MAX_SAFE_INTEGER, before.bytes + carried);
  const relays = { ...peer.relays, [relay]: { ...tried(before, attempt, now), bytes } };
  return withPeer(data, attempt.peer, { ...peer, relays }, relay in peer.relays, now);
}

/** Drops all that concerns a member, as a peer and as the relay of others. Gives back `data` itself where there was nothing. */
export function forget(data: CacheData, member: string): CacheData {
  return retainWhere(data, (id) => id !== member);
}

/** Drops all that concerns anybody else than these members: to be applied whenever the signed roster changes. */
export function retainMembers(data: CacheData, members: ReadonlySet<string>): CacheData {
  return retainWhere(data, (id) => members.has(id));
}

function retainWhere(data: CacheData, isKept: (member: string) => boolean): CacheData {
  let changed = false;
  const kept: [string, PeerHistory][] = [];
  for (const [id, before] of Object.entries(data.peers)) {
    const after = keepRows(
      before,
      ({ relay }) => relay === undefined || isKept(relay),
      (_, relay) => isKept(relay),
    );
    if (isKept(id)) kept.push([id, after]);
    if (!isKept(id) || after !== before) changed = true;
  }
  return changed ? { ...data, peers: Object.fromEntries(kept) } : data;
}

function withEndpoint(
  data: CacheData,
  id: string,
  key: string,
  entry: EndpointHistory,
  now: WallMs,
): CacheData {
  const peer = data.peers[memberId(id)] ?? EMPTY_PEER;
  return withPeer(
    data,
    id,
    { ...peer, endpoints: { ...peer.endpoints, [key]: entry } },
    key in peer.endpoints,
    now,
  );
}

function withPeer(
  data: CacheData,
  id: string,
  peer: PeerHistory,
  isKnownRow: boolean,
  now: WallMs,
): CacheData {
  const peers = { ...data.peers, [id]: isKnownRow ? peer : boundPeer(peer, now) };
  return isKnownRow ? { ...data, peers } : boundTotal({ ...data, peers });
}

function untried(now: WallMs): Experience {
  return { attempts: 0, successes: 0, firstSeenAt: now, lastSeenAt: now };
}

function tried(before: Experience, { outcome, rttMs, loss }: Attempt, now: WallMs): Experience {
  const worked = outcome === "success";
  return {
    attempts: before.attempts + 1,
    successes: before.successes + (worked ? 1 : 0),
    lastOutcome: outcome,
    firstSeenAt: before.firstSeenAt,
    lastSeenAt: worked ? now : before.lastSeenAt,
    lastSuccessAt: worked ? now : before.lastSuccessAt,
    rttMs: smoothed(before.rttMs, rttMs, MAX_RTT_MS, 100),
    loss: smoothed(before.loss, loss, 1, 10_000),
  };
}

/** RFC 6298 section 2 smooths round trips with 1/8: eight samples of a changed path outweigh what came before. */
const SMOOTHING_GAIN = 1 / 8;

/** The longest retransmission time-out that RFC 6298 section 2.5 asks for: what answers later has not answered. */
const MAX_RTT_MS = 60_000;

/** Rounded to `1 / precision`: finer is noise and makes the file longer. What is no measurement changes nothing. */
function smoothed(
  before: number | undefined,
  sample: number | undefined,
  max: number,
  precision: number,
): number | undefined {
  const measured = finite(sample);
  if (measured === undefined) return before;
  const clamped = Math.min(max, Math.max(0, measured));
  const next = before === undefined ? clamped : before + (clamped - before) * SMOOTHING_GAIN;
  return Math.round(next * precision) / precision;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** A malformed id would make the file refuse itself at the next start, so it must not get in. */
function memberId(id: string): string {
  if (!isMemberId(id)) throw new TypeError("not a member id");
  return id;
}
