import type { Figure } from "./stopwatch.ts";

/** In the order of the report. */
export const SCALE_PARTS = ["bookkeeping", "userspace", "nft", "kernel"] as const;

export type ScalePart = (typeof SCALE_PARTS)[number];

/** `count`: of the allocations that there really were. */
export type Measured = { readonly count: number; readonly figures: readonly Figure[] };
