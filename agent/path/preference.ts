import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { WorseBy } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import {
  CONSENT_IDLE_MS,
  CONSENT_MISSES,
  CONSENT_RETRY_MS,
  MAX_ASSERTS,
  SWITCH_MS,
  type AvoidedPath,
  type DirectPath,
  type Leg,
  type NoPath,
  type PathState,
  type PathStep,
  type Preference,
  type RelayedPath,
} from "./state.ts";
import {
  change,
  forgotten,
  isRelay,
  mayMove,
  moveWireguard,
  shared,
  toDirect,
  unchanged,
  withLegs,
} from "./transition.ts";

/** Between two changes that are made for quality alone: a path may be bad for seconds, and each change moves packets about. */
export const CHANGE_MS = 60_000;
/** A direct path that was left waits as long, and twice as long each time that it is left again. */
const MAX_HOLD_MS = 30 * 60_000;
/** One that was good for so long is no longer the one that was bad. */
const CALM_MS = 10 * 60_000;
/** An avoided path is not needed in a moment, but a NAT forgets it after 30 s (RFC 4787 wants 120), and it shall be known when it is good again. */
export const AVOIDED_PROBE_MS = 5_000;
/** RFC 7675, section 5.1: consent expires. */
const AVOIDED_DEATH_MS = 30_000;

const WHY: Readonly<Record<WorseBy, string>> = {
  loss: "the relay loses less",
  rtt: "the relay is faster",
};
const WHY_OTHER: Readonly<Record<WorseBy, string>> = {
  loss: "the other address family loses less",
  rtt: "the other address family is faster",
};

/**
 * The direct path is left for the relay, and kept beside it. The end that controls moves WireGuard, tells the other in the next probe, and holds
 * it there.
 */
export function onRelayBetter(state: DirectPath, worseBy: WorseBy, now: MonotonicMs): PathStep {
  const { leg, movedSince, strayedAt } = state;
  if (leg === undefined || movedSince !== undefined || strayedAt !== undefined || !mayChange(state, now))
    return unchanged(state);
  const departures = isCalm(state.preference, now) ? 1 : state.preference.departures + 1;
  const holdMs = Math.min(MAX_HOLD_MS, CHANGE_MS * 2 ** (departures - 1));
  const holdUntil = monotonicMs(Math.max(state.holdUntil, now + holdMs));
  const kept = { ...shared(state), holdUntil, preference: { changedAt: now, departures } };
  const next = avoiding(kept, leg, { endpoint: state.endpoint, worseBy, by: "us" }, now);
  const moved = moveWireguard(next, leg.endpoint, now, state.endpoint, "families");
  const step = unchanged(moved.state, ...moved.effects, { kind: "probe", endpoint: state.endpoint });
  return change(state, step, WHY[worseBy]);
}

/** The other end, which controls, has left it. WireGuard follows by roaming; where it has not yet, it is moved, or what we send keeps the other here. */
export function onPeerAvoids(
  state: PathState,
  endpoint: Endpoint,
  worseBy: WorseBy,
  now: MonotonicMs,
): PathStep {
  if (state.tag !== "direct" || state.leg === undefined || !sameEndpoint(endpoint, state.endpoint))
    return unchanged(state);
  const next = avoiding(shared(state), state.leg, { endpoint, worseBy, by: "peer" }, now);
  const follows = state.seen?.endpoint !== undefined && isRelay(state, state.seen.endpoint);
  const step = follows ? unchanged(next) : moveWireguard(next, state.leg.endpoint, now, endpoint, "families");
  return change(state, step, WHY[worseBy]);
}

/** A direct path of the other address family takes over; see `onValidatedDirect`, which does the same for a better kind of pair. */
export function onOtherBetter(
  state: DirectPath,
  endpoint: Endpoint,
  worseBy: WorseBy,
  now: MonotonicMs,
): PathStep {
  if (sameEndpoint(endpoint, state.endpoint) || state.movedSince !== undefined || !mayChange(state, now))
    return unchanged(state);
  const preference = { ...state.preference, changedAt: now };
  const changed = toDirect({ ...state, preference }, endpoint, now, WHY_OTHER[worseBy]);
  const moved = moveWireguard(changed.state, endpoint, now, state.endpoint, "families");
  return unchanged(moved.state, ...changed.effects, ...moved.effects);
}

/** Whether a path that is as good as the relay may be taken again. */
export function mayReturn({ avoided, holdUntil }: RelayedPath, now: MonotonicMs): boolean {
  return avoided?.by === "us" && now >= holdUntil;
}

/** An avoided path is asked for consent as one in use is, at leisure. */
export function onTickAvoided(state: RelayedPath, avoided: AvoidedPath, now: MonotonicMs): PathStep {
  const { probedAt, unanswered, aliveAt, endpoint } = avoided;
  if (now - probedAt < CONSENT_RETRY_MS) return unchanged(state);
  if (unanswered >= CONSENT_MISSES && now - aliveAt >= AVOIDED_DEATH_MS) {
    const retryInMs = Math.max(0, state.holdUntil - now);
    return unchanged({ ...state, avoided: undefined }, ...forgotten(avoided, retryInMs));
  }
  const probed: AvoidedPath = { ...avoided, probedAt: now, unanswered: unanswered + 1 };
  return unchanged({ ...state, avoided: probed }, { kind: "probe", endpoint });
}

export function avoidedWakeAt({ probedAt, by }: AvoidedPath): MonotonicMs {
  return monotonicMs(probedAt + (by === "us" ? AVOIDED_PROBE_MS : CONSENT_IDLE_MS));
}

/** The path works: a probe of ours was answered, or the peer probes it, and ours can wait. */
export function onAvoidedAlive(
  state: RelayedPath,
  endpoint: Endpoint,
  asked: boolean,
  now: MonotonicMs,
): PathStep {
  const { avoided } = state;
  if (avoided === undefined || !sameEndpoint(endpoint, avoided.endpoint)) return unchanged(state);
  const probedAt = asked && avoided.by === "peer" ? now : avoided.probedAt;
  return unchanged({ ...state, avoided: { ...avoided, probedAt, aliveAt: now, unanswered: 0 } });
}

/**
 * WireGuard was found on a direct endpoint while the relay is in use. Late packets of the peer, or of one that has not heard yet: the end that
 * decided moves it back, and gives in where that does not help.
 */
export function onStrayedFromRelay(state: RelayedPath, endpoint: Endpoint, now: MonotonicMs): PathStep {
  const { avoided, leg, movedAt } = state;
  const roamed = "WireGuard roamed to it";
  if (avoided?.by !== "us") return toDirect(state, endpoint, now, roamed);
  const asserts = now - (movedAt ?? now) >= SWITCH_MS ? 0 : avoided.asserts;
  if (asserts >= MAX_ASSERTS) return toDirect(state, endpoint, now, roamed);
  if (!mayMove(state, now)) return unchanged(state, { kind: "observe" });
  const next: RelayedPath = { ...state, avoided: { ...avoided, asserts: asserts + 1 } };
  return moveWireguard(next, leg.endpoint, now, endpoint, "families");
}

/** The relay is gone, and the path that was avoided is what there is. */
export function returnAtOnce(state: RelayedPath, avoided: AvoidedPath, now: MonotonicMs): PathStep {
  const gone: NoPath = {
    ...shared(state),
    ...withLegs(state, undefined, undefined),
    tag: "none",
    since: now,
    trying: undefined,
  };
  const direct = toDirect(gone, avoided.endpoint, now, "the relay is gone", state);
  const moved = moveWireguard(direct.state, avoided.endpoint, now);
  return unchanged(moved.state, ...direct.effects, ...moved.effects);
}

function avoiding(
  kept: Omit<RelayedPath, "tag" | "leg" | "avoided">,
  leg: Leg,
  avoided: Pick<AvoidedPath, "endpoint" | "worseBy" | "by">,
  now: MonotonicMs,
): RelayedPath {
  const asked = { probedAt: now, unanswered: 1, aliveAt: now, asserts: 0 };
  return { ...kept, leg, tag: "relayed", since: now, avoided: { ...avoided, ...asked } };
}

function mayChange({ preference: { changedAt } }: PathState, now: MonotonicMs): boolean {
  return changedAt === undefined || now - changedAt >= CHANGE_MS;
}

function isCalm({ changedAt }: Preference, now: MonotonicMs): boolean {
  return changedAt === undefined || now - changedAt >= CALM_MS;
}
