import type { PeerStatus } from "../admin/contract.ts";
import type { MetricsView } from "../metrics/view.ts";
import type { Network } from "./network.ts";

/** `network` is undefined where this host is in none. */
export function metricsView(
  network: Network | undefined,
  peers: readonly PeerStatus[],
  version: string,
): MetricsView {
  return {
    version,
    isMember: network !== undefined,
    peers: peers.map(({ path, handshakeAgeSec }) => ({
      path: path.type,
      handshakeAgeSec,
      rttMs: path.rttMs,
    })),
    registryRecords: network?.registryRecords ?? 0,
    relay: network?.volunteer.metrics(),
  };
}
