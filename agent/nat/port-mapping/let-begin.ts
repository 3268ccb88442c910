import type { MonotonicMs } from "../../../protocol/time.ts";

/** The peer has our candidates at about the same time as we have its: it needs a round trip, and a retransmission or two. */
export const LET_BEGIN_MS = 2_000;

/** RFC 4787, REQ-5: what a NAT keeps at least, and few keep much longer. */
export const FLOW_MS = 120_000;

/**
 * How long a host whose port mapping was reached from outside lets its peers begin. A packet of ours to a peer's NAT makes an
 * endpoint-dependent router keep a flow under another port; what then comes from there to the mapping clashes with it, and many routers
 * drop it. Flows from before the mapping have to be forgotten first.
 * @param mappedSince undefined: there is none
 */
export function letBeginMs(mappedSince: MonotonicMs | undefined, now: MonotonicMs): number {
  return mappedSince === undefined ? 0 : Math.max(LET_BEGIN_MS, mappedSince + FLOW_MS - now);
}
