import { setTimeout as wait } from "node:timers/promises";
import type { Host } from "../lab/host.ts";

export type PingOutcome = { readonly sent: number; readonly lost: number };

/** An echo request every 20 ms: an interruption of that length shows. */
const INTERVAL_MS = 20;
/** Those of the last 200 ms may still be on their way when it is stopped; round trips in the lab take a tenth of that. */
const UNDECIDED = 10;

/** The system's own `ping`, which knows nothing of us, running until it is stopped. Dies with the lab. */
export class Pings {
  readonly #child: ReturnType<Host["spawn"]>;
  readonly #ended: Promise<void>;
  readonly #answered = new Set<number>();
  #sent = 0;
  #rest = "";
  #answeredAtMs: number | undefined;
  #longestGapMs = 0;

  constructor(from: Host, address: string) {
    this.#child = from.spawn("ping", ["-n", "-i", String(INTERVAL_MS / 1000), "-W", "1", address]);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  get answered(): number {
    return this.#answered.size;
  }

  /** The longest time between two answers since this was asked last. */
  takeLongestGapMs(): number {
    const gapMs = this.#longestGapMs;
    this.#longestGapMs = 0;
    return gapMs;
  }

  /** How long it took until `count` more were answered. Throws when that takes too long. */
  async moreAnswers(count: number, patienceMs = 10_000): Promise<number> {
    const startedAt = performance.now();
    const wanted = this.answered + count;
    while (this.answered < wanted) {
      if (performance.now() - startedAt > patienceMs) {
        throw new Error(`only ${this.answered} of ${wanted} answers after ${patienceMs} ms`);
      }
      await wait(10);
    }
    return performance.now() - startedAt;
  }

  async stop(): Promise<PingOutcome> {
    this.#child.kill("SIGINT");
    await this.#ended;
    const sent = Math.max(0, this.#sent - UNDECIDED);
    return { sent, lost: sent - [...this.#answered].filter((seq) => seq <= sent).length };
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const seq = /icmp_seq=(\d+) .*time=/.exec(line)?.[1];
      if (seq !== undefined) this.#onAnswer(Number(seq));
      const sent = /^(\d+) packets transmitted/.exec(line)?.[1];
      if (sent !== undefined) this.#sent = Number(sent);
    }
  }

  #onAnswer(seq: number): void {
    const now = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, now - (this.#answeredAtMs ?? now));
    this.#answeredAtMs = now;
    this.#answered.add(seq);
  }
}

/** Whether `from` gets an answer to one of a few requests. */
export async function reaches(from: Host, address: string): Promise<boolean> {
  const args = ["-n", "-q", "-c", "3", "-i", "0.1", "-W", "1", address];
  return (await from.run("ping", args)).exitCode === 0;
}
