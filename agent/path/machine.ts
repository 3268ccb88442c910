import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { onConsent, onObservedDirect, onTickDirect } from "./direct.ts";
import {
  CONSENT_MS,
  MAX_ASSERTS,
  retryMs,
  SESSION_MS,
  SWITCH_MS,
  type CheckingPath,
  type Leg,
  type NoPath,
  type Observation,
  type PathInput,
  type PathState,
  type PathStep,
} from "./state.ts";
import {
  change,
  hasSession,
  isRelay,
  mayMove,
  moveWireguard,
  shared,
  toDirect,
  toNone,
  toRelayed,
  unchanged,
  withLeg,
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
    case "validated":
      return onValidated(state, input.endpoint, controlling, now);
    case "try":
      if (state.tag !== "none") return unchanged(state);
      return moveWireguard({ ...state, trying: input.endpoint }, input.endpoint, now);
    case "observed":
      return onObserved(state, input.wireguard, controlling, now);
    case "consent":
      return state.tag === "direct" ? onConsent(state, input.endpoint, input.rttMs, now) : unchanged(state);
    case "tick":
      return onTick(state, now);
  }
}

/** When a tick is due. More often does no harm: a direct path is probed at most every `CONSENT_RETRY_MS`. */
export function pathWakeAt(state: PathState): MonotonicMs | undefined {
  switch (state.tag) {
    case "none":
    case "relayed":
      return undefined;
    case "checking":
      return monotonicMs(state.since + SWITCH_MS);
    case "direct":
      return monotonicMs(state.probedAt + (state.unanswered > 0 ? retryMs(state) : CONSENT_MS));
  }
}

function onRelayReady(state: PathState, leg: Leg, now: MonotonicMs): PathStep {
  const legs = withLeg(state, leg);
  switch (state.tag) {
    case "direct":
    case "checking":
      return unchanged({ ...state, ...legs });
    case "relayed":
      return moveWireguard({ ...state, ...legs }, leg.endpoint, now);
    case "none":
      return moveWireguard({ ...state, ...legs, trying: leg.endpoint }, leg.endpoint, now);
  }
}

function onRelayGone(state: PathState, allocation: AllocationId, now: MonotonicMs): PathStep {
  if (state.leg?.allocation !== allocation) return unchanged(state);
  const legs = withLeg(state, undefined);
  switch (state.tag) {
    case "none":
    case "checking":
    case "direct":
      return unchanged({ ...state, ...legs });
    case "relayed":
      return change(
        state,
        unchanged({ ...shared(state), ...legs, tag: "none", since: now, trying: undefined }),
        "the relay is gone",
      );
  }
}

function onValidated(state: PathState, endpoint: Endpoint, controlling: boolean, now: MonotonicMs): PathStep {
  const why = "a direct pair is validated";
  const next: CheckingPath = { ...shared(state), tag: "checking", since: now, target: endpoint, asserts: 0 };
  const pinned = controlling ? state.leg : undefined;
  switch (state.tag) {
    case "none":
      if (isTrying(state, endpoint, now)) return unchanged(state, { kind: "observe" });
      // Nothing carries packets yet, so nothing can be lost: both sides move.
      return change(state, moveWireguard({ ...next, asserts: 1 }, endpoint, now, pinned), why);
    case "relayed":
      if (!controlling) return change(state, unchanged(next, { kind: "observe" }), why);
      if (now < state.holdUntil) {
        return unchanged(state, { kind: "direct-lost", endpoint, retryInMs: state.holdUntil - now });
      }
      return change(state, moveWireguard({ ...next, asserts: 1 }, endpoint, now, pinned), why);
    case "checking": {
      const aimed: CheckingPath = { ...state, target: endpoint };
      const moves = controlling && mayMove(state, now);
      return moves ? moveWireguard(aimed, endpoint, now, pinned) : unchanged(aimed, { kind: "observe" });
    }
    case "direct": {
      const moves = controlling && mayMove(state, now) && !sameEndpoint(endpoint, state.endpoint);
      return moves ? moveWireguard({ ...state, endpoint }, endpoint, now, pinned) : unchanged(state);
    }
  }
}

function onObserved(before: PathState, seen: Observation, controlling: boolean, now: MonotonicMs): PathStep {
  const isFirst = before.seen === undefined;
  const received = isFirst
    ? seen.handshakeAgeMs !== undefined && seen.handshakeAgeMs < FRESH_HANDSHAKE_MS
    : // Fewer than before: WireGuard's peer was made anew, and its counters with it.
      seen.rxBytes > (before.seen?.rxBytes ?? 0n);
  const state: PathState = { ...before, seen, rxAt: received ? now : before.rxAt };
  const { endpoint } = seen;
  if (endpoint === undefined) return unchanged(state);
  switch (state.tag) {
    case "none":
      return onObservedNone(state, endpoint, received, now);
    case "relayed":
      if (received && !isRelay(state, endpoint))
        return toDirect(state, endpoint, now, "WireGuard roamed to it");
      return isSilent(state, now) ? toNone(state, now, "nothing came for three minutes") : unchanged(state);
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
  return change(
    state,
    unchanged({ ...shared(state), leg: state.leg, tag: "relayed", since: now }),
    "bytes came",
  );
}

function onObservedChecking(
  state: CheckingPath,
  endpoint: Endpoint,
  received: boolean,
  controlling: boolean,
  now: MonotonicMs,
): PathStep {
  const onRelay = isRelay(state, endpoint);
  if (!onRelay && received) return toDirect(state, endpoint, now, "bytes came on it");
  if (onRelay && controlling && state.asserts < MAX_ASSERTS && mayMove(state, now)) {
    return moveWireguard({ ...state, asserts: state.asserts + 1 }, state.target, now, state.leg);
  }
  return unchanged(state, { kind: "observe" });
}

function onTick(state: PathState, now: MonotonicMs): PathStep {
  switch (state.tag) {
    case "none":
    case "relayed":
      return unchanged(state);
    case "checking": {
      if (now < state.since + SWITCH_MS) return unchanged(state);
      const why = "the direct pair carried nothing";
      if (state.leg === undefined) return toNone(state, now, why);
      if (state.asserts > 0) return toRelayed(state, state.leg, now, why, true);
      // The controlling side did not move yet; it may be holding back. Nothing of ours has failed.
      const next: PathState = { ...shared(state), leg: state.leg, tag: "relayed", since: now };
      return change(state, unchanged(next), "the peer stays");
    }
    case "direct":
      return onTickDirect(state, now);
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
