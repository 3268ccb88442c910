import { formatEndpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { EndedAllocation, RelayedPair, RelayStats } from "../admin/relay-schemas.ts";
import type { Clock } from "../clock.ts";
import type { AllocationStatus } from "../relay/server/allocations.ts";
import type { GuardRefusal } from "../relay/server/guard/security-log.ts";
import type { LegName } from "../relay/server/leg.ts";
import type { Volunteering } from "./volunteering.ts";

/** How far the host's clock must be set before points in time are said anew. */
const CLOCK_SET_MS = 1000;

/**
 * Wall time of monotonic points, to the millisecond the same at every look: readers tell allocations of one id apart by when
 * they were created.
 */
export class WallTimes {
  readonly #clock: Pick<Clock, "wallNow" | "monotonicNow">;
  #offsetMs = Infinity;

  constructor(clock: Pick<Clock, "wallNow" | "monotonicNow">) {
    this.#clock = clock;
  }

  of(at: MonotonicMs): number {
    const offsetMs = this.#clock.wallNow() - this.#clock.monotonicNow();
    if (!(Math.abs(offsetMs - this.#offsetMs) < CLOCK_SET_MS)) this.#offsetMs = offsetMs;
    return Math.round(at + this.#offsetMs);
  }
}

export type PairContext = {
  /** Null where the roster does not know it. */
  readonly nameOf: (member: MemberId) => string | null;
  readonly times: WallTimes;
};

export function relayedPair(status: AllocationStatus, { nameOf, times }: PairContext): RelayedPair {
  const { allocation, forwarder, usedBytes } = status;
  const { id, pair, tier, bandwidthBps, quotaBytes, requestedBy } = allocation;
  const leg = (name: LegName): RelayedPair["legs"][0] => {
    const { memberId } = name === "a" ? pair[0] : pair[1];
    const endpoint = forwarder?.endpoints[name];
    const counters = forwarder?.counters[name];
    return {
      name: nameOf(memberId),
      id: memberId,
      endpoint: endpoint === undefined ? null : formatEndpoint(endpoint),
      rxPackets: counters?.rxPackets ?? 0,
      rxBytes: counters?.rxBytes ?? 0,
      txPackets: counters?.txPackets ?? 0,
      txBytes: counters?.txBytes ?? 0,
    };
  };
  return {
    id,
    legs: [leg("a"), leg("b")],
    port: forwarder?.port ?? null,
    tier,
    forwarder: forwarder?.kind ?? null,
    drops: Object.fromEntries(forwarder?.drops ?? []),
    bandwidthBps: limitOf(bandwidthBps),
    quotaBytes: limitOf(quotaBytes),
    usedBytes,
    createdAt: times.of(allocation.createdAt),
    expiresAt: times.of(allocation.expiresAt),
    tokenEndsAt: times.of(allocation.notAfter),
    requestedBy: { name: nameOf(requestedBy), id: requestedBy },
  };
}

export function endedAllocation({ id, legs }: RelayedPair): EndedAllocation {
  return { id, members: legs.map(({ name, id }) => ({ name, id })) };
}

/** `relay` is undefined where this host does not volunteer. */
export function relayStats(
  relay: Volunteering | undefined,
  { clock, times }: { readonly clock: Clock; readonly times: WallTimes },
): RelayStats {
  const live = relay?.status() ?? [];
  const carried = relay?.history.carriedWith(live);
  const { allocationsRefused, connectionsRefused } = relay?.admissions ?? {};
  const startedAt = relay?.history.startedAt;
  return {
    volunteering: relay !== undefined,
    forwarder: relay?.forwarderKind ?? null,
    startedAt: startedAt === undefined ? null : times.of(startedAt),
    uptimeSec: startedAt === undefined ? 0 : Math.floor((clock.monotonicNow() - startedAt) / 1000),
    allocations: {
      now: live.length,
      max: relay?.limits.maxAllocations ?? 0,
      opened: relay?.history.openedCount ?? 0,
      ended: Object.fromEntries(relay?.history.endedByReason ?? []),
    },
    relayed: { packets: carried?.packets ?? 0, bytes: carried?.bytes ?? 0 },
    drops: Object.fromEntries(carried?.drops ?? []),
    rateLimitHits: {
      allocations: rateLimited(allocationsRefused),
      connections: rateLimited(connectionsRefused),
      packets: carried?.drops.get("over-rate") ?? 0,
    },
    refused: {
      allocations: Object.fromEntries(allocationsRefused ?? []),
      connections: Object.fromEntries(connectionsRefused ?? []),
    },
    month: { usedBytes: relay?.monthBytes ?? 0, limitBytes: limitOf(relay?.limits.monthlyBytes ?? 0) },
    tokensCached: relay?.tokensCached ?? 0,
  };
}

function rateLimited(refusals: ReadonlyMap<GuardRefusal, number> | undefined): number {
  return refusals?.get("rate-limited") ?? 0;
}

/** 0 is "not limited". */
function limitOf(value: number): number | null {
  return value === 0 ? null : value;
}
