import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

/** A path may be coming up right now: the first repeats come fast. */
export const BACKOFF_FIRST_MS = 250;

/** A peer that is away for days costs a SYN in this time, and is back within it even where nothing says so. */
export const BACKOFF_MAX_MS = 15_000;

/** The kernel sends SYN at 0, 1 and 3 s; what comes up later than that is better dialled anew than awaited until 7 s. */
const CONNECT_DEADLINE_MS = 5_000;

/** Doubles; half of it random, so that peers of one relay that died do not come back in step. `failures` from 1. */
export function backoffMs(failures: number, fraction: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return full / 2 + (full / 2) * fraction;
}

export type DialerOptions = {
  readonly connect: (signal: AbortSignal) => Promise<Duplex>;
  /** Owns the stream from then on. The dialer rests until it is told to go on. */
  readonly onStream: (stream: Duplex) => void;
  readonly clock: Clock;
  readonly random: Random;
};

/** Tries to reach one member until it has a stream, or is told to rest. Owns its timer and its attempt. */
export class Dialer {
  readonly #options: DialerOptions;
  #failures = 0;
  #dialing: AbortController | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** At once the first time, else after the backoff. No effect where an attempt is under way or due. */
  dial(): void {
    if (this.#dialing !== undefined || this.#cancelRetry !== undefined) return;
    const delayMs = this.#failures === 0 ? 0 : backoffMs(this.#failures, this.#options.random.fraction());
    this.#failures++;
    this.#cancelRetry = this.#options.clock.after(delayMs, () => {
      this.#cancelRetry = undefined;
      void this.#attempt();
    });
  }

  /** What is under way was begun under circumstances that have changed: begins anew. */
  dialNow(): void {
    this.rest();
    this.forgive();
    this.dial();
  }

  /** What it reached proved good: the next attempt is the first again. */
  forgive(): void {
    this.#failures = 0;
  }

  rest(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const dialing = this.#dialing;
    this.#dialing = undefined;
    dialing?.abort(new Error("no longer wanted"));
  }

  async #attempt(): Promise<void> {
    const { clock, connect, onStream } = this.#options;
    const attempt = new AbortController();
    this.#dialing = attempt;
    const cancelDeadline = clock.after(CONNECT_DEADLINE_MS, () => attempt.abort(new Error("nobody answers")));
    try {
      const stream = await connect(attempt.signal);
      if (this.#dialing === attempt) {
        this.#dialing = undefined;
        onStream(stream);
      } else {
        stream.destroy();
      }
    } catch {
      if (this.#dialing !== attempt) return;
      this.#dialing = undefined;
      this.dial();
    } finally {
      cancelDeadline();
    }
  }
}
