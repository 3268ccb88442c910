import type { Clock } from "../clock.ts";
import type { CommandRunner } from "../runner.ts";

/** All that the command line touches of the world around it; tests pass their own. */
export type Cli = {
  out(text: string): void;
  err(text: string): void;
  /** All of standard input, as text. */
  readInput(): Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads: then there are colours (NO_COLOR is honoured) and symbols. */
  readonly terminal: boolean;
  readonly clock: Clock;
  /** Unlike the clock's timers this one keeps the process alive. */
  pause(delayMs: number): Promise<void>;
  readonly run: CommandRunner;
  /** Aborts when the person interrupts. */
  readonly interrupted: AbortSignal;
  /** Program and first arguments that start this same program again. */
  readonly self: readonly string[];
};
