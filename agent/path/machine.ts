import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { onConsent, onHeard, onObservedDirect, onTickDirect, onValidatedDirect } from "./direct.ts";
import {
  onHandOver,
  onObservedRelayed,
  onRelayDoubted,
  onRelayGone,
  onRelayReady,
  onTickRelayed,
} from "./legs.ts";
import {
  avoidedWakeAt,
  mayReturn,
  onAvoidedAlive,
  onOtherBetter,
  onPeerAvoids,
  onRelayBetter,
  onStrayedFromRelay,
  onTickAvoided,
} from "./preference.ts";
import {
  CONSENT_IDLE_MS,
  CONSENT_RETRY_MS,
  HANDSHAKE_MS,
  MAX_ASSERTS,
  retryMs,
  SESSION_MS,
  SWITCH_MS,
  type CheckingPath,
  type NoPath,
  type Observation,
  type PathEffect,
  type PathInput,
  type PathState,
  type PathStep,
  type RelayedPath,
} from "./state.ts";
import {
  change,
  forgotten,
  hasSession,
  isRelay,
  mayMove,
  moveWireguard,
  shared,
  toDirect,
  toNone,
  toRelayed,
  unchanged,
  withLegs,
} from "./transition.ts";

/** A completed handshake this young shows, at first sight, that packets flow now (KEEPALIVE + REKEY; paper, section 6.5). */
const FRESH_HANDSHAKE_MS = 15_000;

/**
 * How packets reach one peer. `controlling` is the side that moves WireGuard to a validated pair; the other
 * follows by WireGuard's own roaming (both moving at once loses packets, measured).
 */
export function stepPath(
  state: PathState,
  input: PathInput,
  controlling: boolean,
  now: MonotonicMs,
): PathStep {
  switch (input.kind) {
    case "relay-ready":
      return onRelayReady(state, input.leg, now);
    case "relay-gone":
      return onRelayGone(state, input.allocation, now);
    case "relay-doubted":
      return onRelayDoubted(state, input.allocation, now);
    case "hand-over":
      return onHandOver(state, input.allocation, controlling, now);
    case "validated":
      return onValidated(state, input.endpoint, controlling, now);
    case "try":
      if (state.tag !== "none") return unchanged(state);
      return moveWireguard({ ...state, trying: input.endpoint }, input.endpoint, now);
    case "observed":
      return onObserved(state, input.wireguard, controlling, now);
    case "heard":
      if (state.tag === "relayed") return onAvoidedAlive(state, input.endpoint, true, now);
      // The end that decides by what it measures does measure.
      return state.tag === "direct" && !controlling ? onHeard(state, input.endpoint, now) : unchanged(state);
    case "consent":
      if (state.tag === "direct") return onConsent(state, input.endpoint, input.rttMs, now);
      if (state.tag === "relayed") return onAvoidedAlive(state, input.endpoint, false, now);
      return state.tag === "checking" && sameEndpoint(state.target, input.endpoint)
        ? unchanged({ ...state, consented: true })
        : unchanged(state);
    case "relay-better":
      if (state.tag !== "direct" || !controlling) return unchanged(state);
      return onRelayBetter(state, input.worseBy, now);
    case "other-better":
      if (state.tag !== "direct" || !controlling) return unchanged(state);
      return onOtherBetter(state, input.endpoint, input.worseBy, now);
    case "direct-as-good":
      return state.tag === "relayed" && controlling ? onDirectAsGood(state, now) : unchanged(state);
    case "peer-avoids":
      return controlling ? unchanged(state) : onPeerAvoids(state, input.endpoint, input.worseBy, now);
    case "moved":
      return onMoved(state, now);
    case "tick":
      return onTick(state, input, now);
  }
}

/**
 * When a tick is due; `isIdle` as it will say. More often does no harm: a direct path is probed at most every `CONSENT_RETRY_MS`, and more rarely while
 * nobody uses it.
 */
export function pathWakeAt(state: PathState, isIdle = false): MonotonicMs | undefined {
  switch (state.tag) {
    case "none":
      return undefined;
    case "relayed":
      return earlier(state.moveBy, state.avoided && avoidedWakeAt(state.avoided));
    case "checking":
      return state.giveUpAt;
    case "direct":
      return monotonicMs(state.probedAt + (state.unanswered > 0 ? retryMs(state, isIdle) : CONSENT_IDLE_MS));
  }
}

function onValidated(state: PathState, endpoint: Endpoint, controlling: boolean, now: MonotonicMs): PathStep {
  const why = "a direct pair is validated";
  const next = checking(state, endpoint, now);
  switch (state.tag) {
    case "none":
      if (isTrying(state, endpoint, now)) return unchanged(state, { kind: "observe" });
      // Nothing carries packets yet, so nothing can be lost: both sides move.
      return change(state, assertTarget(next, controlling, now), why);
    case "relayed":
      // It works, as is known.
      if (sameEndpoint(endpoint, state.avoided?.endpoint)) return unchanged(state);
      if (!controlling) return change(state, unchanged(next, { kind: "observe" }), why);
      if (now < state.holdUntil) {
        const lost: PathEffect = { kind: "direct-lost", endpoint, retryInMs: state.holdUntil - now };
        return unchanged({ ...state, avoided: undefined }, lost);
      }
      return change(state, assertTarget(next, controlling, now), why);
    case "checking": {
      if (sameEndpoint(endpoint, state.target)) return unchanged(state);
      const aimed: CheckingPath = { ...state, target: endpoint, consented: false };
      if (!controlling || !mayMove(state, now)) return unchanged(aimed, { kind: "observe" });
      return assertTarget(aimed, controlling, now);
    }
    case "direct":
      return onValidatedDirect(state, endpoint, controlling, now);
  }
}

function checking(state: PathState, target: Endpoint, now: MonotonicMs): CheckingPath {
  return {
    ...shared(state),
    tag: "checking",
    since: now,
    target,
    giveUpAt: monotonicMs(now + (hasSession(state.seen) ? SWITCH_MS : HANDSHAKE_MS)),
    asserts: 0,
    probedAt: undefined,
    consented: false,
  };
}

/** The path that was avoided is taken again, as a validated one is. */
function onDirectAsGood(state: RelayedPath, now: MonotonicMs): PathStep {
  const { avoided } = state;
  if (avoided === undefined || !mayReturn(state, now)) return unchanged(state);
  const next = {
    ...checking(state, avoided.endpoint, now),
    preference: { ...state.preference, changedAt: now },
  };
  return change(state, assertTarget(next, true, now), "the direct path is as good as the relay again");
}

function onObserved(before: PathState, seen: Observation, controlling: boolean, now: MonotonicMs): PathStep {
  const received =
    before.seen === undefined
      ? seen.handshakeAgeMs !== undefined && seen.handshakeAgeMs < FRESH_HANDSHAKE_MS
      : // Fewer than before: WireGuard's peer was made anew, and its counters with it.
        seen.rxBytes > before.seen.rxBytes;
  const state: PathState = { ...before, seen, rxAt: received ? now : before.rxAt };
  const { endpoint } = seen;
  if (endpoint === undefined) return unchanged(state);
  switch (state.tag) {
    case "none":
      return onObservedNone(state, endpoint, received, now);
    case "relayed":
      if (received && !isRelay(state, endpoint)) return onStrayedFromRelay(state, endpoint, now);
      if (isSilent(state, now)) return toNone(state, now, "nothing came for three minutes");
      return onObservedRelayed(state, endpoint, received, controlling, now) ?? unchanged(state);
    case "checking":
      return onObservedChecking(state, endpoint, received, controlling, now);
    case "direct":
      if (!isSilent(state, now)) return onObservedDirect(state, endpoint, received, controlling, now);
      return state.leg === undefined
        ? toNone(state, now, "nothing came for three minutes")
        : toRelayed(state, state.leg, now, "nothing came for three minutes", true);
  }
}

function onObservedNone(state: NoPath, endpoint: Endpoint, received: boolean, now: MonotonicMs): PathStep {
  // Bytes of a handshake that the peer began prove only one direction; a completed one proves both.
  if (!received || !hasSession(state.seen)) {
    return isMoving(state, now) ? unchanged(state, { kind: "observe" }) : unchanged(state);
  }
  if (!isRelay(state, endpoint)) return toDirect(state, endpoint, now, "bytes came");
  // Through a leg of before while there is no other: it is about to end.
  if (state.leg === undefined) return unchanged(state);
  const { leg, spare } = state;
  const isSpares = spare !== undefined && sameEndpoint(endpoint, spare.endpoint);
  const legs = isSpares ? withLegs(state, spare, leg) : { leg };
  const next: PathState = { ...shared(state), ...legs, tag: "relayed", since: now, avoided: undefined };
  return change(state, unchanged(next), "bytes came");
}

/**
 * Whoever did not move WireGuard itself and finds it there has the proof: the peer's packets come that way. Whoever did
 * has none in its bytes, which may have come through the relay, nor needs an idle peer send any: an answered probe does.
 */
function onObservedChecking(
  state: CheckingPath,
  endpoint: Endpoint,
  received: boolean,
  controlling: boolean,
  now: MonotonicMs,
): PathStep {
  if (isRelay(state, endpoint)) {
    const moves = controlling && state.asserts < MAX_ASSERTS && mayMove(state, now);
    return moves ? assertTarget(state, controlling, now) : unchanged(state, { kind: "observe" });
  }
  if (state.asserts === 0 && received) return toDirect(state, endpoint, now, "bytes came on it");
  if (state.consented && hasSession(state.seen)) return toDirect(state, endpoint, now, "it carries packets");
  if (state.probedAt === undefined || now - state.probedAt < CONSENT_RETRY_MS)
    return unchanged(state, { kind: "observe" });
  const probe: PathEffect = { kind: "probe", endpoint: state.target };
  return unchanged({ ...state, probedAt: now }, probe, { kind: "observe" });
}

/** Moves WireGuard to the target and asks whether it is there. One end that is pinned is enough: the controlling one. */
function assertTarget(state: CheckingPath, controlling: boolean, now: MonotonicMs): PathStep {
  const next: CheckingPath = { ...state, asserts: state.asserts + 1, probedAt: now };
  const moved = moveWireguard(next, state.target, now, controlling ? state.leg?.endpoint : undefined);
  return { state: moved.state, effects: [...moved.effects, { kind: "probe", endpoint: state.target }] };
}

/**
 * WireGuard keeps the source address that it last used for a peer, also where that leads to the old gateway, until it is told the
 * endpoint again. And the peer learns where we are now only from what we send: with a flow towards us alone, that is nothing.
 */
function onMoved(state: PathState, now: MonotonicMs): PathStep {
  switch (state.tag) {
    case "none":
    case "checking":
      return unchanged(state);
    case "relayed": {
      // From where this host is now another path leads to the peer, which may be good.
      const next: PathState =
        state.avoided === undefined ? state : { ...state, avoided: undefined, holdUntil: now };
      return unchanged(next, setAgain(state.leg.endpoint), ...forgotten(state.avoided));
    }
    case "direct": {
      const probe: PathEffect = { kind: "probe", endpoint: state.endpoint };
      // Moves come in twos and threes, and the later ones must not give a dead path more time.
      const next =
        state.movedSince === undefined ? { ...state, movedSince: now, probedAt: now, unanswered: 1 } : state;
      return unchanged(next, setAgain(state.endpoint), probe);
    }
  }
}

function setAgain(endpoint: Endpoint): PathEffect {
  return { kind: "set-endpoint", endpoint, reset: false, pin: undefined };
}

function onTick(state: PathState, tick: PathInput & { kind: "tick" }, now: MonotonicMs): PathStep {
  switch (state.tag) {
    case "none":
      return unchanged(state);
    case "relayed":
      if (state.moveBy !== undefined && now >= state.moveBy) return onTickRelayed(state, now);
      return state.avoided === undefined ? unchanged(state) : onTickAvoided(state, state.avoided, now);
    case "checking": {
      if (now < state.giveUpAt) return unchanged(state);
      const why = "the direct pair carried nothing";
      if (state.leg === undefined) return toNone(state, now, why);
      if (state.asserts > 0) return toRelayed(state, state.leg, now, why, true);
      // The controlling side did not move yet; it may be holding back. Nothing of ours has failed.
      const next: PathState = {
        ...shared(state),
        leg: state.leg,
        tag: "relayed",
        since: now,
        avoided: undefined,
      };
      return change(state, unchanged(next), "the peer stays");
    }
    case "direct":
      return onTickDirect(state, tick.lossShare, tick.isIdle === true, now);
  }
}

/** WireGuard was just pointed at it: its handshake is under way. */
function isTrying(state: NoPath, endpoint: Endpoint, now: MonotonicMs): boolean {
  return sameEndpoint(state.trying, endpoint) && isMoving(state, now);
}

function isMoving({ trying, movedAt }: NoPath, now: MonotonicMs): boolean {
  return trying !== undefined && movedAt !== undefined && now - movedAt < SWITCH_MS;
}

/** With keepalives every 25 s and a handshake every 2 minutes, an end that is there is heard within a session's life. */
function isSilent({ seen, rxAt, since }: PathState, now: MonotonicMs): boolean {
  return !hasSession(seen) && now - Math.max(rxAt ?? since, since) >= SESSION_MS;
}

function earlier(a: MonotonicMs | undefined, b: MonotonicMs | undefined): MonotonicMs | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
