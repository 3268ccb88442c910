import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import {
  CONSENT_RETRY_MS,
  DEATH_MS,
  DOUBT_MISSES,
  IDLE_DOUBT_MISSES,
  MAX_ASSERTS,
  missesOfDeath,
  MOVED_DEATH_MS,
  MOVED_MISSES,
  retryMs,
  STABLE_MS,
  STRAY_MS,
  SWITCH_MS,
  type DirectPath,
  type PathEffect,
  type PathStep,
} from "./state.ts";
import { isRelay, mayMove, moveWireguard, toNone, toRelayed, unchanged } from "./transition.ts";

/** WireGuard was looked at while the path is direct; `endpoint` is where it sends to. */
export function onObservedDirect(
  state: DirectPath,
  endpoint: Endpoint,
  received: boolean,
  controlling: boolean,
  now: MonotonicMs,
): PathStep {
  if (isRelay(state, endpoint)) return onStrayed(state, controlling, now);
  const heard: DirectPath = received ? { ...state, aliveAt: now } : state;
  // Bytes that came since the last look may all have come before a move: after one only an answer is an answer.
  const unanswered = received && state.movedSince === undefined ? 0 : state.unanswered;
  const alive: DirectPath = { ...heard, unanswered, strayedAt: undefined };
  if (sameEndpoint(endpoint, state.endpoint)) return unchanged(alive);
  // The peer has roamed: what is known of the way there is about another.
  return unchanged(
    { ...alive, endpoint, rttMs: undefined, consentAt: undefined, probedAt: now, unanswered: 1 },
    { kind: "probe", endpoint },
  );
}

/**
 * The peer uses the relay: either something was still under way when we moved, or the peer knows of a loss that we
 * have not noticed, perhaps of the other direction alone. An answered probe tells which.
 */
function onStrayed(state: DirectPath, controlling: boolean, now: MonotonicMs): PathStep {
  if (state.strayedAt === undefined) {
    const probed = { ...state, strayedAt: now, probedAt: now, unanswered: state.unanswered + 1 };
    return unchanged(probed, { kind: "probe", endpoint: state.endpoint }, { kind: "observe" });
  }
  const works = state.consentAt !== undefined && state.consentAt >= state.strayedAt;
  if (controlling && works && state.asserts < MAX_ASSERTS && mayMove(state, now)) {
    const next: DirectPath = { ...state, asserts: state.asserts + 1 };
    return moveWireguard(next, state.endpoint, now, state.leg?.endpoint);
  }
  if (now - state.strayedAt >= (controlling ? SWITCH_MS : STRAY_MS)) {
    const why = "the peer uses the relay";
    return state.leg === undefined ? toNone(state, now, why) : toRelayed(state, state.leg, now, why, false);
  }
  return controlling ? unchanged(state, { kind: "observe" }) : unchanged(state);
}

/** Checks found that this pair works now: the path's own after a move, or a better one, such as the LAN's. */
export function onValidatedDirect(
  state: DirectPath,
  endpoint: Endpoint,
  controlling: boolean,
  now: MonotonicMs,
): PathStep {
  if (sameEndpoint(endpoint, state.endpoint)) {
    return unchanged({ ...state, aliveAt: now, unanswered: 0, movedSince: undefined });
  }
  // Whoever does not control follows by roaming.
  if (!controlling || !mayMove(state, now)) return unchanged(state);
  const next: DirectPath = {
    ...state,
    endpoint,
    rttMs: undefined,
    aliveAt: now,
    consentAt: undefined,
    probedAt: now,
    unanswered: 1,
    movedSince: undefined,
  };
  const moved = moveWireguard(next, endpoint, now, state.endpoint);
  return { state: moved.state, effects: [...moved.effects, { kind: "probe", endpoint }] };
}

/** A probe was answered. */
export function onConsent(state: DirectPath, endpoint: Endpoint, rttMs: number, now: MonotonicMs): PathStep {
  if (!sameEndpoint(endpoint, state.endpoint)) return unchanged(state);
  return unchanged({
    ...state,
    ...proven(state, now),
    // RFC 6298's gain: one slow answer is not a slow path.
    rttMs: state.rttMs === undefined ? rttMs : state.rttMs + (rttMs - state.rttMs) / 8,
    aliveAt: now,
    consentAt: now,
    unanswered: 0,
    movedSince: undefined,
  });
}

function proven(
  { since, directFailures, asserts }: DirectPath,
  now: MonotonicMs,
): Pick<DirectPath, "directFailures" | "asserts"> {
  return now - since >= STABLE_MS ? { directFailures: 0, asserts: 0 } : { directFailures, asserts };
}

export function onTickDirect(
  state: DirectPath,
  lossShare: number | undefined,
  isIdle: boolean,
  now: MonotonicMs,
): PathStep {
  if (now - state.probedAt < CONSENT_RETRY_MS) return unchanged(state);
  if (isIdle && state.unanswered > 0 && now - state.probedAt < retryMs(state, isIdle))
    return unchanged(state);
  const misses = missesOfDeath(lossShare);
  if (isDead(state, misses, now)) {
    const why = "the direct path is silent";
    return state.leg === undefined ? toNone(state, now, why) : toRelayed(state, state.leg, now, why, true);
  }
  const effects: PathEffect[] = [{ kind: "probe", endpoint: state.endpoint }];
  if (state.unanswered === (isIdle ? IDLE_DOUBT_MISSES : DOUBT_MISSES)) effects.push({ kind: "doubted" });
  // Answers may be lost while data still arrives: look before the path is called dead.
  if (state.unanswered >= misses - 2) effects.push({ kind: "observe" });
  return { state: { ...state, probedAt: now, unanswered: state.unanswered + 1 }, effects };
}

/** Without a relay nothing is gained by saying so early. */
function isDead(
  { unanswered, aliveAt, movedSince, leg }: DirectPath,
  misses: number,
  now: MonotonicMs,
): boolean {
  if (movedSince !== undefined && leg !== undefined)
    return unanswered >= MOVED_MISSES && now - Math.max(movedSince, aliveAt) >= MOVED_DEATH_MS;
  return unanswered >= misses && now - aliveAt >= DEATH_MS;
}

/**
 * The peer asks for consent itself, and will notice what we would: our next probe can wait. So of two idle ends one
 * probes, at half the cost. While an own probe is unanswered nothing waits: the way there may be dead alone.
 */
export function onHeard(state: DirectPath, endpoint: Endpoint, now: MonotonicMs): PathStep {
  if (!sameEndpoint(endpoint, state.endpoint) || state.unanswered > 0) return unchanged(state);
  return unchanged({ ...state, ...proven(state, now), probedAt: now, aliveAt: now });
}
