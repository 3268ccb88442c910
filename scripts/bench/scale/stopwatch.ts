import { readFileSync } from "node:fs";

export type Figure = {
  readonly what: string;
  readonly unit: "ms" | "us" | "KiB";
  readonly samples: readonly number[];
  /** Of this process and the programs that it ran, the mean of one sample: what other work on the machine disturbs least. */
  readonly cpuMs?: number;
};

/** One sample for each time that `work` was done, one after the other. */
export async function each(what: string, times: number, work: (turn: number) => unknown): Promise<Figure> {
  const samples: number[] = [];
  const cpuBefore = cpuMs();
  for (let turn = 0; turn < times; turn++) {
    const startedAt = performance.now();
    await work(turn);
    samples.push(performance.now() - startedAt);
  }
  return { what, unit: "ms", samples, cpuMs: (cpuMs() - cpuBefore) / times };
}

/** What is too short to be timed alone: the mean of `count`. */
export async function mean(what: string, count: number, work: (index: number) => unknown): Promise<Figure> {
  const startedAt = performance.now();
  for (let index = 0; index < count; index++) await work(index);
  return { what, unit: "us", samples: [((performance.now() - startedAt) * 1000) / count] };
}

/** Of this process alone, without what is garbage. */
export function processBytes(): number {
  globalThis.gc?.();
  return kibibytes("/proc/self/status", "VmRSS") * 1024;
}

/** Sockets and nftables keep theirs there; of the whole machine, so other work on it shows. */
export function kernelBytes(): number {
  const parts = ["Slab", "Percpu", "VmallocUsed"].map((field) => kibibytes("/proc/meminfo", field));
  return parts.reduce((sum, part) => sum + part, 0) * 1024;
}

export function growth(what: string, beforeBytes: number, afterBytes: number, count: number): Figure {
  return { what, unit: "KiB", samples: [(afterBytes - beforeBytes) / count / 1024] };
}

/** proc(5): utime, stime, cutime and cstime, fields 14 to 17, in ticks of 10 ms. The command's name may hold blanks. */
function cpuMs(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

function kibibytes(file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8"))?.[1] ?? NaN);
}
