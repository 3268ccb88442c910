import { familyOf, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import {
  ASSERT_MS,
  SESSION_MS,
  type AvoidedPath,
  type CheckingPath,
  type DirectPath,
  type Leg,
  type Observation,
  type PathEffect,
  type PathState,
  type PathStep,
  type Shared,
} from "./state.ts";

/** Wait before the next direct path, by how many in a row died young. The first may have been bad luck. */
const HOLD_MS: readonly number[] = [0, 2_000, 5_000, 15_000, 60_000, 300_000];

/** Packets through a former leg come for a round trip or until the peer has learned of the new one. */
const MAX_FORMER_LEGS = 4;

export function toRelayed(
  state: DirectPath | CheckingPath,
  leg: Leg,
  now: MonotonicMs,
  why: string,
  move: boolean,
): PathStep {
  // It was this host that moved: the path has not failed by itself, and the next one need not wait.
  const hasMoved = state.tag === "direct" && state.movedSince !== undefined;
  const failed = hasMoved ? shared(state) : withFailure(state, now);
  const next: PathState = { ...failed, leg, tag: "relayed", since: now, avoided: undefined };
  const moved = move ? moveWireguard(next, leg.endpoint, now) : unchanged(next);
  const lost: PathEffect = {
    kind: "direct-lost",
    endpoint: state.tag === "direct" ? state.endpoint : state.target,
    retryInMs: Math.max(0, failed.holdUntil - now),
  };
  return change(state, { state: moved.state, effects: [...moved.effects, lost] }, why);
}

export function toDirect(
  state: PathState,
  endpoint: Endpoint,
  now: MonotonicMs,
  why: string,
  from: Pick<PathState, "tag"> = state,
): PathStep {
  const next: PathState = {
    ...shared(state),
    tag: "direct",
    since: now,
    endpoint,
    rttMs: undefined,
    aliveAt: now,
    consentAt: undefined,
    probedAt: now,
    unanswered: 1,
    movedSince: undefined,
    strayedAt: undefined,
    asserts: 0,
  };
  return change(from, { state: next, effects: [{ kind: "probe", endpoint }, { kind: "observe" }] }, why);
}

/** WireGuard keeps its endpoint: it may be the network that is gone, and then it comes back by itself. */
export function toNone(state: PathState, now: MonotonicMs, why: string): PathStep {
  switch (state.tag) {
    case "none":
      return change(state, unchanged({ ...shared(state), tag: "none", since: now, trying: undefined }), why);
    case "relayed": {
      const next: PathState = { ...shared(state), tag: "none", since: now, trying: undefined };
      return change(state, unchanged(next, ...forgotten(state.avoided)), why);
    }
    case "checking":
    case "direct": {
      const endpoint = state.tag === "direct" ? state.endpoint : state.target;
      const failed = withFailure(state, now);
      const next: PathState = { ...failed, tag: "none", since: now, trying: undefined };
      // Nothing else carries packets: what failed is tried again at once.
      return change(state, { state: next, effects: [{ kind: "direct-lost", endpoint, retryInMs: 0 }] }, why);
    }
  }
}

/** What was known of a direct path counts no longer: it is looked for anew. */
export function forgotten(avoided: AvoidedPath | undefined, retryInMs = 0): readonly PathEffect[] {
  return avoided === undefined ? [] : [{ kind: "direct-lost", endpoint: avoided.endpoint, retryInMs }];
}

/** `pinned`, where it was before, keeps WireGuard from being moved back by what is under way from there. */
export function moveWireguard(
  state: PathState,
  endpoint: Endpoint,
  now: MonotonicMs,
  pinned?: Endpoint,
  between: "same-family" | "families" = "same-family",
): PathStep {
  const reset = !hasSession(state.seen);
  // An address cannot be made to look like one of the other family: there, moving again has to do, or what comes late is dropped.
  const isSame = pinned !== undefined && familyOf(pinned.address) === familyOf(endpoint.address);
  const pin = isSame || between === "families" ? pinned : undefined;
  return {
    state: { ...state, movedAt: now, ...(reset ? { seen: undefined } : {}) },
    effects: [{ kind: "set-endpoint", endpoint, reset, pin }, { kind: "observe" }],
  };
}

export function change(before: Pick<PathState, "tag">, step: PathStep, why: string): PathStep {
  return {
    state: step.state,
    effects: [{ kind: "changed", from: before.tag, to: step.state.tag, why }, ...step.effects],
  };
}

export function unchanged(state: PathState, ...effects: readonly PathEffect[]): PathStep {
  return { state, effects };
}

/** The part that all states have; what is theirs alone stays behind. */
export function shared(state: PathState): Shared {
  const { since, leg, spare, moveBy, formerLegs, seen, rxAt, movedAt } = state;
  const { directFailures, holdUntil, preference } = state;
  return {
    since,
    leg,
    spare,
    moveBy,
    formerLegs,
    seen,
    rxAt,
    movedAt,
    directFailures,
    holdUntil,
    preference,
  };
}

/** `leg` and `spare` take the places of those there were. Whoever was to be left has been, or is no leg any more. */
export function withLegs<Leg_ extends Leg | undefined>(
  state: PathState,
  leg: Leg_,
  spare: Leg | undefined,
): Pick<Shared, "spare" | "moveBy" | "formerLegs"> & { readonly leg: Leg_ } {
  const isKept = (endpoint: Endpoint): boolean =>
    sameEndpoint(endpoint, leg?.endpoint) || sameEndpoint(endpoint, spare?.endpoint);
  const before = [state.leg, state.spare].flatMap((one) => one?.endpoint ?? []);
  const formerLegs = [...before, ...state.formerLegs].filter(
    (one, index, all) => !isKept(one) && all.findIndex((other) => sameEndpoint(other, one)) === index,
  );
  const moveBy = state.leg?.allocation === leg?.allocation ? state.moveBy : undefined;
  return { leg, spare, moveBy, formerLegs: formerLegs.slice(0, MAX_FORMER_LEGS) };
}

export function isRelay(state: PathState, endpoint: Endpoint): boolean {
  return (
    sameEndpoint(endpoint, state.leg?.endpoint) ||
    sameEndpoint(endpoint, state.spare?.endpoint) ||
    state.formerLegs.some((former) => sameEndpoint(endpoint, former))
  );
}

export function mayMove({ movedAt }: PathState, now: MonotonicMs): boolean {
  return movedAt === undefined || now - movedAt >= ASSERT_MS;
}

export function hasSession(seen: Observation | undefined): boolean {
  return seen?.handshakeAgeMs !== undefined && seen.handshakeAgeMs < SESSION_MS;
}

function withFailure(state: PathState, now: MonotonicMs): Shared {
  const directFailures = state.directFailures + 1;
  const hold = HOLD_MS[Math.min(directFailures, HOLD_MS.length) - 1] ?? 0;
  return { ...shared(state), directFailures, holdUntil: monotonicMs(Math.max(state.holdUntil, now + hold)) };
}
