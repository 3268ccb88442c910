import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** This process, the generator, and what the kernel does with its packets. */
export const GENERATOR_CPU = 0;
/** The relay's process, and what the kernel does with its packets. */
export const RELAY_CPU = 1;

/** Undefined when there are enough. */
export function missingCpus(): string | undefined {
  return availableParallelism() > RELAY_CPU ? undefined : "one CPU for the generator and one for the relay";
}

/** Children inherit it. */
export function pinToGenerator(): void {
  execFileSync("taskset", ["-acp", String(GENERATOR_CPU), String(process.pid)], { stdio: "ignore" });
}
