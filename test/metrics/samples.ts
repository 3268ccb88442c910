import type { AllocationView, MetricsView } from "../../agent/metrics/view.ts";

export function allocation(changes: Partial<AllocationView> = {}): AllocationView {
  const none = new Map<string, number>();
  return { id: "e", ageSec: 10, quotaRatio: 0.25, bytes: 1000, packets: 10, drops: none, ...changes };
}

export function view(
  allocations: readonly AllocationView[] = [],
  changes: Partial<MetricsView> = {},
): MetricsView {
  return {
    version: "0.1.0",
    isMember: true,
    peers: [
      { path: "direct", handshakeAgeSec: 4, rttMs: 20 },
      { path: "direct", handshakeAgeSec: 90, rttMs: 40 },
      { path: "none", handshakeAgeSec: null, rttMs: null },
    ],
    registryRecords: 9,
    relay: { maxAllocations: 256, allocations },
    ...changes,
  };
}
