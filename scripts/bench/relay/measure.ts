import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Figures, Generator } from "./generator.ts";

/** What counts as no loss: a receiver's own hiccups cost a few packets of any run. */
const LOSS_RATIO = 0.001;

/** Between what the slowest subject manages and what no generator on one CPU reaches. */
const SLOWEST_PER_SEC = 2_000;
const FASTEST_PER_SEC = 1_000_000;

/** Below this share of the wanted rate it is the generator that gives up. */
const KEPT_UP = 0.97;

/** For the queues of an overloaded relay: `MAX_QUEUED_BYTES` of small packets take it 100 ms. */
const SETTLE_MS = 150;

export type Throughput = {
  readonly packetsPerSec: number;
  /** The generator could not send faster, so the relay may be able to carry more. */
  readonly generatorBound: boolean;
};

/** The highest rate found without loss, by halving the range of rates on a logarithmic scale `steps` times. */
export async function throughput(
  generator: Generator,
  bytes: number,
  { steps, stepMs }: { readonly steps: number; readonly stepMs: number },
): Promise<Throughput> {
  let low = SLOWEST_PER_SEC;
  let high = FASTEST_PER_SEC;
  let best: Throughput = { packetsPerSec: 0, generatorBound: false };
  for (let step = 0; step < steps; step++) {
    const wanted = Math.sqrt(low * high);
    let figures = await generator.run(wanted, bytes, stepMs);
    if (!isLossless(figures)) {
      // Another one, in case that something else on this machine was to blame.
      await wait(SETTLE_MS);
      figures = await generator.run(wanted, bytes, stepMs);
    }
    const reached = figures.sent / figures.sendingSec;
    const generatorBound = reached < wanted * KEPT_UP;
    const lossless = isLossless(figures);
    if (lossless && reached > best.packetsPerSec) best = { packetsPerSec: reached, generatorBound };
    if (lossless && !generatorBound) low = wanted;
    else high = wanted;
    if (!lossless) await wait(SETTLE_MS);
  }
  return best;
}

function isLossless(figures: Figures): boolean {
  return lossOf(figures) <= LOSS_RATIO;
}

export function lossOf({ sent, received }: Figures): number {
  return sent === 0 ? 1 : (sent - received) / sent;
}

/** Of the process and, as sockets and nftables keep theirs there, of the kernel. */
export function memoryBytes(pid: number): number {
  const kernel = ["Slab", "Percpu", "VmallocUsed"].map((field) => kibibytes("/proc/meminfo", field));
  return (kibibytes(`/proc/${pid}/status`, "VmRSS") + kernel.reduce((sum, part) => sum + part, 0)) * 1024;
}

function kibibytes(file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8"))?.[1] ?? NaN);
}
