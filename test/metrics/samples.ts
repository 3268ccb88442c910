import type { AllocationCounts } from "../../agent/metrics/relay-tally.ts";
import { RelayTally } from "../../agent/metrics/relay-tally.ts";
import type { MetricsView, RelayView, RunningRelay } from "../../agent/metrics/view.ts";

export function counts(changes: Partial<AllocationCounts> = {}): AllocationCounts {
  return { bytes: 0, packets: 0, drops: new Map(), ...changes };
}

export const RUNNING: RunningRelay = {
  forwarder: "userspace",
  region: "eu-west",
  allocations: 2,
  maxAllocations: 256,
  legs: 3,
  quotaRatio: 0.9,
  bandwidthRatio: 0.5,
  bandwidthBps: 80e6,
  monthBytes: 5e9,
  monthlyBytes: 10e9,
};

/** A relay that runs and has something of everything. */
export function relayView(changes: Partial<RelayView> = {}): RelayView {
  return {
    running: RUNNING,
    totals: new RelayTally().totals(),
    guard: {
      allocationsAdmitted: 4,
      connectionsAdmitted: 5,
      allocationsRefused: new Map([["rate-limited", 6]]),
      connectionsRefused: new Map([
        ["rate-limited", 7],
        ["address-blocked", 8],
      ]),
      answersWithheld: 9,
      legsUnanswered: 10,
      legsBlocked: 11,
      hookFailures: 12,
    },
    ...changes,
  };
}

export function view(changes: Partial<MetricsView> = {}): MetricsView {
  return {
    version: "0.1.0",
    isMember: true,
    peers: [
      { path: "direct", handshakeAgeSec: 4, rttMs: 20 },
      { path: "direct", handshakeAgeSec: 90, rttMs: 40 },
      { path: "none", handshakeAgeSec: null, rttMs: null },
    ],
    registryRecords: 9,
    relay: relayView(),
    ...changes,
  };
}
