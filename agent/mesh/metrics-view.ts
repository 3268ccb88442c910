import type { PeerStatus } from "../admin/contract.ts";
import type { AllocationView, MetricsView } from "../metrics/view.ts";
import type { Network } from "./network.ts";

type Relayed = ReturnType<NonNullable<Network["volunteer"]["current"]>["status"]>[number];

/** `network` is undefined where this host is in none. */
export function metricsView(
  network: Network | undefined,
  peers: readonly PeerStatus[],
  { version, monotonicNow }: { readonly version: string; readonly monotonicNow: number },
): MetricsView {
  const relay = network?.volunteer.current;
  return {
    version,
    isMember: network !== undefined,
    peers: peers.map(({ path, handshakeAgeSec }) => ({
      path: path.type,
      handshakeAgeSec,
      rttMs: path.rttMs,
    })),
    registryRecords: network?.registryRecords ?? 0,
    relay: relay && {
      maxAllocations: relay.limits.maxAllocations,
      allocations: relay.status().map((relayed) => allocationView(relayed, monotonicNow)),
    },
  };
}

function allocationView({ allocation, forwarder, usedBytes }: Relayed, monotonicNow: number): AllocationView {
  const { id, createdAt, quotaBytes } = allocation;
  const { a, b } = forwarder?.counters ?? {};
  return {
    id,
    ageSec: (monotonicNow - createdAt) / 1000,
    quotaRatio: quotaBytes > 0 ? usedBytes / quotaBytes : undefined,
    bytes: (a?.rxBytes ?? 0) + (b?.rxBytes ?? 0),
    packets: (a?.rxPackets ?? 0) + (b?.rxPackets ?? 0),
    drops: forwarder?.drops ?? new Map<string, number>(),
  };
}
