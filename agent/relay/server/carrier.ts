import { sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { DropReason, LegCounters } from "./forwarder.ts";
import type { LearnerState } from "./leg-state.ts";
import { otherLeg, type LegName } from "./leg.ts";

/** Where the data packets of a leg come from and go to. */
export type Route = { readonly from: Endpoint; readonly to: Endpoint };

export function sameRoute(one: Route | undefined, other: Route | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return sameEndpoint(one.from, other.from) && sameEndpoint(one.to, other.to);
}

export type Routes = Readonly<Record<LegName, Route | undefined>>;

/** Brings packets of one allocation from leg to leg, within its bandwidth, and counts them. */
export type Carrier = {
  relay(from: LegName, to: Endpoint, bytes: Uint8Array): void;
  /** Data packets that come this way may be relayed without asking, until the next call. */
  carry(routes: Routes): void;
  traffic(): Traffic;
};

export type Traffic = {
  readonly counters: Readonly<Record<LegName, LegCounters>>;
  readonly drops: ReadonlyMap<DropReason, number>;
};

/** What came from each leg and was relayed. */
export type CarriedByLeg = Readonly<Record<LegName, { readonly packets: number; readonly bytes: number }>>;

export function legCounters(carried: CarriedByLeg): Traffic["counters"] {
  const counters = (leg: LegName): LegCounters => {
    const [rx, tx] = [carried[leg], carried[otherLeg(leg)]];
    return { rxPackets: rx.packets, rxBytes: rx.bytes, txPackets: tx.packets, txBytes: tx.bytes };
  };
  return { a: counters("a"), b: counters("b") };
}

/**
 * The legs between which the learner would do nothing but relay data: both confirmed, neither about to move. It has to
 * hear of such a leg now and then, and see all other packets.
 */
export function settledRoutes(state: LearnerState): Routes {
  const route = (leg: LegName): Route | undefined => {
    const [mine, other] = [state[leg].confirmed, state[otherLeg(leg)].confirmed];
    if (mine === undefined || other === undefined) return undefined;
    // The first packet from the new place ends what is let through from the old one.
    if (mine.previous !== undefined || other.relearnUntil !== undefined) return undefined;
    return { from: mine.endpoint, to: other.endpoint };
  };
  return { a: route("a"), b: route("b") };
}
