import {
  familyOf,
  isUsableRemote,
  sameEndpoint,
  type AddressFamily,
  type Endpoint,
} from "../../../protocol/endpoint.ts";
import type { AllocationId } from "../../../protocol/ids.ts";
import { FlowTotals } from "./flow-totals.ts";
import type { ForwarderAllocation, ForwarderStatus, KernelHeld } from "./forwarder.ts";
import type { Route } from "./kernel-routes.ts";
import type { LegName } from "./leg.ts";
import type { Flow, FlowEnd, Meter } from "./nft-ruleset.ts";

const ADDRESS_FAMILIES = ["ipv4", "ipv6"] as const satisfies readonly AddressFamily[];

/** An allocation as the kernel forwarder knows it. */
export type Entry = {
  readonly id: AllocationId;
  /** Undefined: the table is full, it stays in userspace. */
  readonly index: number | undefined;
  readonly bytesPerSec: number | undefined;
  readonly totals: FlowTotals;
  /** The families that it has counters for in the table. */
  readonly metered: Set<AddressFamily>;
  flow: Flow | undefined;
};

/** `left`: there may be counters of a predecessor at its place, read so far. */
export function newEntry(
  { id, bandwidthBps }: ForwarderAllocation,
  index: number | undefined,
  left?: KernelHeld["counted"],
): Entry {
  return {
    id,
    index,
    bytesPerSec: bandwidthBps === undefined ? undefined : bandwidthBps / 8,
    totals: new FlowTotals(left),
    metered: new Set(left === undefined ? [] : ADDRESS_FAMILIES),
    flow: undefined,
  };
}

/** The addresses that its legs are at; none where the kernel cannot carry it. */
export function legAddresses(status: ForwarderStatus | undefined): readonly string[] {
  const legs = carriable(status?.endpoints);
  return legs === undefined ? [] : [legs.a.address, legs.b.address];
}

/** Undefined where userspace has to carry it. */
export function flowOf(
  { index }: Entry,
  status: ForwarderStatus | undefined,
  routeTo: (address: string) => Route | undefined,
): Flow | undefined {
  const legs = carriable(status?.endpoints);
  if (index === undefined || status === undefined || legs === undefined) return undefined;
  const [a, b] = [routeTo(legs.a.address), routeTo(legs.b.address)];
  // Fragments that only userspace makes: nobody tells the sender that its packet is too big.
  if (a === undefined || b?.mtuBytes !== a.mtuBytes) return undefined;
  return { index, port: status.port, ends: { a: flowEnd(legs.a, a), b: flowEnd(legs.b, b) } };
}

export function familyOfFlow(flow: Flow): AddressFamily {
  return familyOf(flow.ends.a.remote.address);
}

export function meterOf({ index, bytesPerSec }: Entry, family: AddressFamily): readonly Meter[] {
  return index === undefined ? [] : [{ index, family, bytesPerSec }];
}

/** Both known, of one family, and nothing that only a socket reaches, such as loopback. */
function carriable(
  endpoints: ForwarderStatus["endpoints"] | undefined,
): Readonly<Record<LegName, Endpoint>> | undefined {
  const [a, b] = [endpoints?.a, endpoints?.b];
  if (a === undefined || b === undefined || sameEndpoint(a, b)) return undefined;
  if (familyOf(a.address) !== familyOf(b.address)) return undefined;
  return isUsableRemote(a.address) && isUsableRemote(b.address) ? { a, b } : undefined;
}

function flowEnd(remote: Endpoint, { hop, local, device, ifIndex }: Route): FlowEnd {
  return { remote, hop, local, device, ifIndex };
}
