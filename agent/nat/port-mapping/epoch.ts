import type { MonotonicMs } from "../../../protocol/time.ts";

/** A gateway's own clock, as it said when: it starts anew where the gateway has forgotten its mappings. */
export type Epoch = { readonly serverSec: number; readonly at: MonotonicMs };

/**
 * Whether mappings of before are still there. RFC 6887, section 8.5, which also does for NAT-PMP (RFC 6886, section 3.6): both clocks
 * must have run alike, within 1/16 and two seconds, and the gateway's not back by more than one.
 */
export function epochGoesOn(before: Epoch, after: Epoch): boolean {
  const serverDelta = after.serverSec - before.serverSec;
  const clientDelta = (after.at - before.at) / 1000;
  if (serverDelta < -1) return false;
  return (
    clientDelta + 2 >= serverDelta - serverDelta / 16 && serverDelta + 2 >= clientDelta - clientDelta / 16
  );
}
