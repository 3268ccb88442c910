import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";

export type PlannedLeg = {
  readonly allocation: AllocationId;
  readonly relay: MemberId;
  /** Undefined: its last probe was not answered, or none has been. */
  readonly answersSince: MonotonicMs | undefined;
  /** Its relay is about to stop, or was banned: it must go. */
  readonly isBarred: boolean;
  /** Another relay ought to carry the path: a pinned one, or one that is much better. */
  readonly isSecondChoice: boolean;
};

/** One peer, as far as it matters to which legs it should have. */
export type PlannedPeer = {
  readonly path: "none" | "relayed" | "direct";
  /** Since when it goes this way; also a change of relays begins a new one. */
  readonly since: MonotonicMs;
  /** Whether this end moves both. */
  readonly isControlling: boolean;
  /** The leg that carries the path, or stands by for a direct one. */
  readonly carrying: AllocationId | undefined;
  readonly legs: readonly PlannedLeg[];
  /** No user's packet has gone to the peer for `IDLE_MS`. */
  readonly isIdle: boolean;
};

export type LegAction =
  /** A second leg is wanted; `soon`: the first is about to go. */
  | { readonly kind: "ask"; readonly soon: boolean }
  | { readonly kind: "hand-over"; readonly from: AllocationId }
  | { readonly kind: "release"; readonly allocation: AllocationId };

/** Most peers that can meet directly have by then: for these a spare would be asked for in vain. */
const SPARE_AFTER_MS = 2_000;
/** One end asks for the spare, so that there is one; the other where that one reaches no second volunteer. */
const STEP_IN_MS = 10_000;
/** The other end was offered the leg, and has bound it, by then: a satellite's round trip or two. */
const SETTLED_MS = 1_000;
/** What was sent through a leg before it was left has arrived by then: longer than `PIN_MS` of the path machine. */
const DRAINED_MS = 1_200;
/** The end that follows knows when both have left; this is for where it was not told that they should. */
const UNTOLD_MS = 3_000;
/** A direct path that lived this long needs no second relay to fall back on. */
const DIRECT_MS = 60_000;
/** A relay that was taken may be what the other end needs: what is measured here has to hold for longer than that takes. */
const BETTER_AFTER_MS = 30_000;
/** Whoever has not been spoken with for so long can wait two seconds when a relay dies meanwhile. */
export const IDLE_MS = 600_000;

/**
 * What is to be done about a peer's legs, and when to look again at the latest: a relayed peer has a second one on another
 * volunteer, a leg that has to go is left before it is released, and what nobody needs is given back.
 */
export function planLegs(
  peer: PlannedPeer,
  now: MonotonicMs,
): { readonly action: LegAction | undefined; readonly wakeAt: MonotonicMs | undefined } {
  const at = (
    action: LegAction,
    due: number,
  ): { action: LegAction | undefined; wakeAt: MonotonicMs | undefined } =>
    now >= due ? { action, wakeAt: undefined } : { action: undefined, wakeAt: monotonicMs(due) };
  const nothing = { action: undefined, wakeAt: undefined };
  const { legs, path, since, isControlling } = peer;
  const carrying = legs.find(({ allocation }) => allocation === peer.carrying);
  const spare = legs.find((leg) => leg !== carrying);
  const release = ({ allocation }: PlannedLeg): LegAction => ({ kind: "release", allocation });
  // Nothing goes through it: another one is asked for once it is gone.
  const unused = path === "relayed" ? undefined : legs.find(({ isBarred }) => isBarred);
  if (unused !== undefined) return at(release(unused), since);
  if (path === "none" || carrying === undefined) return nothing;

  if (carrying.isBarred || (carrying.isSecondChoice && isControlling)) {
    const patienceMs = carrying.isBarred ? 0 : BETTER_AFTER_MS;
    const isBetter = spare !== undefined && !spare.isBarred && !(spare.isSecondChoice && !carrying.isBarred);
    if (isBetter)
      return spare.answersSince === undefined
        ? nothing
        : at(
            { kind: "hand-over", from: carrying.allocation },
            Math.max(spare.answersSince + SETTLED_MS, since + patienceMs),
          );
    if (spare !== undefined) return at(release(spare), since + patienceMs);
    const waitMs = isControlling ? 0 : SETTLED_MS;
    return at({ kind: "ask", soon: carrying.isBarred }, since + waitMs);
  }
  if (spare?.isBarred === true) return at(release(spare), since + (isControlling ? UNTOLD_MS : DRAINED_MS));
  if (path === "direct") {
    if (spare === undefined || !isControlling) return nothing;
    // The same one stays for both ends, whichever of them each has for the first.
    const [surplus] = [carrying, spare].toSorted((a, b) => (a.allocation > b.allocation ? -1 : 1));
    return at(release(surplus ?? spare), since + DIRECT_MS);
  }
  if (peer.isIdle) return spare === undefined || !isControlling ? nothing : at(release(spare), since);
  if (spare !== undefined) return nothing;
  return at({ kind: "ask", soon: false }, since + SPARE_AFTER_MS + (isControlling ? 0 : STEP_IN_MS));
}
