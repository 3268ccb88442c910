import { sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { MonotonicMs } from "../../../protocol/time.ts";

/**
 * WireGuard has one handshake at a time with a peer. Of two initiations that cross, each end answers the other's and
 * forgets its own, so both answers are worthless and both ends wait for 5 s (seen with wireguard-go; the paper's
 * state machine). Two ends that are told of a relay at the same moment do just that. All their packets pass here,
 * so the first initiation goes on and the second does not; its maker will have a session from answering the first.
 */

/**
 * They cross when the second was sent before the first arrived: within a round trip between us and an end. Lower
 * lets far ends cross; higher gains nothing and lets a first one that was lost hold up the second for as long.
 */
export const CROSSING_MS = 500;

/** A host makes one initiation in 5 s; a few sources may be asking. */
const MAX_ASKED = 8;

/** An initiation that was relayed. Its answer does not end it: an initiation from before the answer may come after. */
export type Asked = {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly at: MonotonicMs;
};

/** Whether an initiation between these two would meet one of `asked`, which went the other way. */
export function wouldCross(asked: readonly Asked[], from: Endpoint, to: Endpoint, now: MonotonicMs): boolean {
  return asked.some(
    (one) => now - one.at < CROSSING_MS && sameEndpoint(one.from, to) && sameEndpoint(one.to, from),
  );
}

export function withAsked(asked: readonly Asked[], one: Asked): readonly Asked[] {
  return [one, ...asked].slice(0, MAX_ASKED);
}
