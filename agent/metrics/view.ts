import type { PathType } from "../admin/contract.ts";

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
  /** Undefined while this host does not volunteer. */
  readonly relay:
    { readonly maxAllocations: number; readonly allocations: readonly AllocationView[] } | undefined;
};

/** Counts are since the allocation began; they begin anew with a new allocation of the same id. */
export type AllocationView = {
  readonly id: string;
  readonly ageSec: number;
  /** 0 to 1 of its quota; undefined where there is none. */
  readonly quotaRatio: number | undefined;
  /** UDP payload that was relayed, both ways together. */
  readonly bytes: number;
  readonly packets: number;
  /** Datagrams that were not, by reason. */
  readonly drops: ReadonlyMap<string, number>;
};
