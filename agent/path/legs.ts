import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { returnAtOnce } from "./preference.ts";
import { SWITCH_MS, type Leg, type PathState, type PathStep, type RelayedPath } from "./state.ts";
import { change, hasSession, mayMove, moveWireguard, shared, unchanged, withLegs } from "./transition.ts";

/**
 * Which of at most two relays carries a path, and how it goes from one to the other: what is sent next leaves by the new
 * one while what is under way still comes by the old one, so a change of relays loses nothing as long as both are there.
 * Whoever finds the relay dead moves, at once. A relay that only ought to be left is left by the controlling end, and the
 * other follows by WireGuard's roaming; both know, so where it does not it moves by itself.
 */

/** A first leg may be used at once; a second one of another volunteer is kept as a spare. */
export function onRelayReady(state: PathState, leg: Leg, now: MonotonicMs): PathStep {
  if (state.leg !== undefined && state.leg.allocation !== leg.allocation) {
    // Both ends asked at the same time, each another volunteer, and nothing flows yet: both begin with the smaller id.
    const isFirst = state.tag === "none" && !hasSession(state.seen) && leg.allocation < state.leg.allocation;
    if (!isFirst) return unchanged(withSpare(state, leg));
    const legs = withLegs(state, leg, state.leg);
    return moveWireguard({ ...state, ...legs, trying: leg.endpoint }, leg.endpoint, now);
  }
  const legs = withLegs(state, leg, state.spare);
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

export function onRelayGone(state: PathState, allocation: AllocationId, now: MonotonicMs): PathStep {
  if (state.spare?.allocation === allocation) return unchanged(withSpare(state, undefined));
  if (state.leg?.allocation !== allocation) return unchanged(state);
  if (state.spare !== undefined) return takeSpare(state, state.spare, undefined, now, "the relay is gone");
  const legs = withLegs(state, undefined, undefined);
  switch (state.tag) {
    case "none":
    case "checking":
    case "direct":
      return unchanged({ ...state, ...legs });
    case "relayed":
      if (state.avoided !== undefined) return returnAtOnce(state, state.avoided, now);
      return change(
        state,
        unchanged({ ...shared(state), ...legs, tag: "none", since: now, trying: undefined }),
        "the relay is gone",
      );
  }
}

/** Our round trips to the relay are lost, and those to the spare are not. */
export function onRelayDoubted(state: PathState, allocation: AllocationId, now: MonotonicMs): PathStep {
  if (state.leg?.allocation !== allocation || state.spare === undefined) return unchanged(state);
  return takeSpare(state, state.spare, state.leg, now, "the relay does not answer");
}

/** The relay still works, and is about to go, or another one is better. */
export function onHandOver(
  state: PathState,
  allocation: AllocationId,
  controlling: boolean,
  now: MonotonicMs,
): PathStep {
  if (state.leg?.allocation !== allocation || state.spare === undefined) return unchanged(state);
  if (controlling || state.tag !== "relayed")
    return takeSpare(state, state.spare, state.leg, now, "the relay is handed over");
  if (state.moveBy !== undefined) return unchanged(state);
  return unchanged({ ...state, moveBy: monotonicMs(now + SWITCH_MS) }, { kind: "observe" });
}

/** WireGuard was looked at while the path is relayed. Undefined: it is where it was left. */
export function onObservedRelayed(
  state: RelayedPath,
  endpoint: Endpoint,
  received: boolean,
  controlling: boolean,
  now: MonotonicMs,
): PathStep | undefined {
  const { leg, spare, movedAt } = state;
  if (received && spare !== undefined && sameEndpoint(endpoint, spare.endpoint)) {
    // What was under way when we moved away from there brings WireGuard back. Of two ends that disagree one gives in first.
    const insistMs = controlling ? SWITCH_MS : SWITCH_MS / 2;
    if (movedAt === undefined || now - movedAt >= ASSERTED_MS || now - state.since >= insistMs) {
      const legs = withLegs(state, spare, leg);
      return change(state, unchanged({ ...state, ...legs, since: now }), "the peer uses the other relay");
    }
    if (!mayMove(state, now)) return unchanged(state, { kind: "observe" });
    return moveWireguard(state, leg.endpoint, now, spare.endpoint, "families");
  }
  return state.moveBy === undefined ? undefined : unchanged(state, { kind: "observe" });
}

/** The controlling end should have moved both by now. */
export function onTickRelayed(state: RelayedPath, now: MonotonicMs): PathStep {
  if (state.moveBy === undefined || now < state.moveBy) return unchanged(state);
  if (state.spare === undefined) return unchanged({ ...state, moveBy: undefined });
  return takeSpare(state, state.spare, state.leg, now, "the peer does not move");
}

function withSpare(state: PathState, spare: Leg | undefined): PathState {
  const { formerLegs } = withLegs(state, state.leg, spare);
  return { ...state, spare, formerLegs };
}

/** As long as we have been moving it, and what we sent is still on its way. */
const ASSERTED_MS = 500;

function takeSpare(
  state: PathState,
  next: Leg,
  spare: Leg | undefined,
  now: MonotonicMs,
  why: string,
): PathStep {
  const before = state.leg?.endpoint;
  const legs = withLegs(state, next, spare);
  switch (state.tag) {
    case "direct":
      return unchanged({ ...state, ...legs });
    case "checking":
      // Where the peer moves us to the direct pair, the relay carries the path until it has.
      return state.asserts > 0
        ? unchanged({ ...state, ...legs })
        : moveWireguard({ ...state, ...legs }, next.endpoint, now, before, "families");
    case "relayed":
      return change(
        state,
        moveWireguard({ ...state, ...legs, since: now }, next.endpoint, now, before, "families"),
        why,
      );
    case "none":
      return moveWireguard({ ...state, ...legs, trying: next.endpoint }, next.endpoint, now);
  }
}
