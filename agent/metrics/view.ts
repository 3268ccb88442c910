import type { PathType } from "../admin/contract.ts";
import type { ForwarderKind } from "../relay/server/forwarder.ts";
import type { GuardCounters } from "../relay/server/guard/guard.ts";
import type { RelayTotals } from "./relay-tally.ts";

/** What a scrape reads: nothing is counted for it while packets flow. */
export type MetricsView = {
  readonly version: string;
  /** A network runs here. */
  readonly isMember: boolean;
  readonly peers: readonly {
    readonly path: PathType;
    readonly handshakeAgeSec: number | null;
    readonly rttMs: number | null;
  }[];
  readonly registryRecords: number;
  /** Undefined where this host is in no network. */
  readonly relay: RelayView | undefined;
};

export type RelayView = {
  /** Undefined while this host does not volunteer. */
  readonly running: RunningRelay | undefined;
  /** Also of relays that ran before in this network. */
  readonly totals: RelayTotals;
  readonly guard: GuardCounters;
};

/** Limits of 0 mean "not limited". */
export type RunningRelay = {
  readonly forwarder: ForwarderKind;
  /** "" where the operator names none. */
  readonly region: string;
  readonly allocations: number;
  readonly maxAllocations: number;
  /** Two for each allocation at most: those whose place is known. */
  readonly legs: number;
  /** 0 to 1, the largest of all allocations that have a quota. */
  readonly quotaRatio: number;
  readonly bandwidthRatio: number;
  /** Of all allocations together. */
  readonly bandwidthBps: number;
  readonly monthBytes: number;
  readonly monthlyBytes: number;
};
