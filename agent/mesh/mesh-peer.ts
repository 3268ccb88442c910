import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs, type WallMs } from "../../protocol/time.ts";
import type { Candidate } from "../nat/candidate.ts";
import type { StunCredential } from "../nat/stun-agent.ts";
import type { MeasureBudget } from "../path/measure-budget.ts";
import { PathQuality } from "../path/path-quality.ts";
import { initialPath, SESSION_MS, type PathState } from "../path/state.ts";
import { shareOf } from "../path/comparison.ts";
import type { Figures } from "../../protocol/stun/path-report.ts";
import { PathHistory } from "./path-history.ts";

/** A member as the roster has it, with what it takes to reach it. */
export type MeshPeer = {
  readonly id: MemberId;
  readonly name: string;
  readonly publicKey: string;
  /** Exactly the /32 and /128 of its certificate (R-1203). */
  readonly allowedIps: readonly string[];
  /** Protects our checks to it and its checks to us. */
  readonly outbound: StunCredential;
  /** Reachable from anywhere, by its signed records or as an operator says. */
  readonly publicEndpoints: readonly Endpoint[];
};

/** A session that WireGuard was told to begin, until it shows. */
export type AwaitedHandshake = {
  readonly endpoint: Endpoint;
  readonly tries: number;
  /** Tried again once WireGuard was looked at after this: making the peer anew ends a session that came about meanwhile. */
  readonly dueAt: MonotonicMs;
  /** When there is something to do for it. */
  readonly retryAt: MonotonicMs;
};

/** What the connector keeps of a peer. */
export type PeerEntry = {
  peer: MeshPeer;
  path: PathState;
  since: WallMs;
  /** Its counters show that we send to it. */
  activeUntil: MonotonicMs;
  relayRttMs: number | undefined;
  /** Over the overlay, by whichever path; for what is relayed the only round trip that means anything to people. */
  echoRttMs: number | undefined;
  readonly quality: PathQuality;
  readonly history: PathHistory;
  /** When the direct path that is not in use was probed last. */
  otherProbedAt: MonotonicMs;
  /** Our leg is probed more often, as it is measured which path is better. */
  isLegMeasured: boolean;
  /** As which the endpoint of the direct path saw us last. */
  mapping: { readonly at: Endpoint; readonly mapped: Endpoint } | undefined;
  /** The peer's own view of where it is, as it signalled it last. */
  signalled: readonly Candidate[];
  /** Endpoints from which the peer has answered a check since it was last without a direct path. */
  readonly proven: Set<string>;
  handshake: AwaitedHandshake | undefined;
  /** When WireGuard was asked for what `path` knows of it. */
  askedAt: MonotonicMs;
  /** When a silent relayed path may be kicked again. */
  kickAt: MonotonicMs;
};

/** What people are shown of a path. */
export type PathInfo = {
  readonly path: PathState;
  /** When packets began to go this way. */
  readonly since: WallMs;
  readonly rttMs: number | undefined;
  /** Share of round trips, 0 to 1. */
  readonly loss: number | undefined;
  readonly direct: Figures | undefined;
  /** Through the relay, from end to end. */
  readonly relay: Figures | undefined;
  readonly history: PathHistory;
  /** Packets of users go to the peer, or did. */
  readonly activeUntil: MonotonicMs;
};

/** `budget` is of all peers together. */
export function newEntry(peer: MeshPeer, budget: MeasureBudget, now: MonotonicMs, wall: WallMs): PeerEntry {
  return {
    peer,
    path: initialPath(now),
    since: wall,
    activeUntil: now,
    relayRttMs: undefined,
    echoRttMs: undefined,
    quality: new PathQuality(budget),
    history: new PathHistory(),
    otherProbedAt: now,
    isLegMeasured: false,
    mapping: undefined,
    signalled: [],
    proven: new Set(),
    handshake: undefined,
    askedAt: now,
    kickAt: now,
  };
}

export function pathInfo(
  { path, since, activeUntil, echoRttMs, quality, history }: PeerEntry,
  now: MonotonicMs,
): PathInfo {
  const [direct, relay] = [quality.direct(now), quality.relay(now)];
  const [used, rttMs] = path.tag === "direct" ? [direct, path.rttMs] : [relay, undefined];
  return {
    path,
    since,
    rttMs: rttMs ?? used?.rttMs ?? echoRttMs,
    loss: used && shareOf(used.recent),
    direct,
    relay,
    history,
    activeUntil,
  };
}

/** Packets go another way: what was measured was of the one before. */
export function forgetMeasures(entry: PeerEntry, wall: WallMs): void {
  entry.since = wall;
  entry.echoRttMs = undefined;
}

/** Whether a NAT has given us another mapping since the last answer from there. */
export function isRemapped(entry: PeerEntry, at: Endpoint, mapped: Endpoint): boolean {
  const before = entry.mapping;
  entry.mapping = { at, mapped };
  return sameEndpoint(before?.at, at) && !sameEndpoint(before?.mapped, mapped);
}

/**
 * When a handshake that has not come about is tried again, by making the peer anew. First soon, since WireGuard may
 * have tried in vain before it knew where to and then keeps silent for 5 s; then after more than a satellite's round
 * trip, since two handshakes that crossed have undone each other. After the last it is left to WireGuard.
 */
const RETRY_MS: readonly number[] = [250, 1_200, 1_200];
/** The end that does not begin only steps in. */
const STEP_IN_MS = 1_000;

export function awaitHandshake(
  endpoint: Endpoint,
  tries: number,
  begins: boolean,
  now: MonotonicMs,
): AwaitedHandshake | undefined {
  const delayMs = RETRY_MS[tries];
  if (delayMs === undefined) return undefined;
  const dueAt = monotonicMs(now + (begins ? delayMs : 2 * delayMs + STEP_IN_MS));
  return { endpoint, tries, retryAt: dueAt, dueAt };
}

export function hasSession({ seen }: PathState): boolean {
  return seen?.handshakeAgeMs !== undefined && seen.handshakeAgeMs < SESSION_MS;
}

/** "checking" is relayed, for whoever looks from outside. */
export function shownType(tag: PathState["tag"]): "direct" | "relayed" | "none" {
  return tag === "checking" ? "relayed" : tag;
}
