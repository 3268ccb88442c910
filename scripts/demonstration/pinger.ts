import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { Host } from "../../test/lab/host.ts";

const INTERVAL_MS = 20;
const POLL_MS = 5;

/** `[1700000000.123456] 64 bytes from 100.64.0.2: icmp_seq=7 ttl=64 time=0.512 ms` */
const REPLY = /^\[(\d+\.\d+)\] \d+ bytes from .* icmp_seq=(\d+) .*time=([\d.]+) ms/;

type Reply = { readonly sentAt: number; readonly receivedAt: number };

/** ping(8) on a host, every 20 ms until it is disposed of. Times are milliseconds since the Unix epoch, ping's own clock. */
export class Pinger implements Disposable {
  readonly #ping: ChildProcessWithoutNullStreams;
  readonly #replies = new Map<number, Reply>();
  #latest = 0;

  constructor(from: Host, address: string) {
    // -D: the time at which ping saw the reply, whenever we come to read it.
    this.#ping = from.spawn("ping", ["-n", "-D", "-i", String(INTERVAL_MS / 1000), address]);
    this.#ping.stderr.resume();
    createInterface({ input: this.#ping.stdout }).on("line", (line) => this.#onLine(line));
  }

  /** The highest sequence number that was answered; 0 before the first. */
  get latest(): number {
    return this.#latest;
  }

  /** Of the sequence numbers above `sequence`, up to the latest that was answered. */
  countsSince(sequence: number): { readonly sent: number; readonly lost: number } {
    const sent = this.#latest - sequence;
    const answered = [...this.#replies.keys()].filter((key) => key > sequence).length;
    return { sent, lost: sent - answered };
  }

  /** Waits for a ping sent at or after `sentFrom` to be answered; resolves when that was. */
  async answered(sentFrom: number, patienceMs: number): Promise<number> {
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      const reply = this.#replies.get(this.#latest);
      if (reply !== undefined && reply.sentAt >= sentFrom) return this.#firstSince(sentFrom);
      if (performance.now() > giveUpAt) throw new Error(`no ping was answered within ${patienceMs} ms`);
      await wait(POLL_MS);
    }
  }

  [Symbol.dispose](): void {
    this.#ping.kill("SIGKILL");
  }

  #firstSince(sentFrom: number): number {
    const since = [...this.#replies.values()].filter(({ sentAt }) => sentAt >= sentFrom);
    return Math.min(...since.map(({ receivedAt }) => receivedAt));
  }

  #onLine(line: string): void {
    const [, seconds, sequence, rttMs] = REPLY.exec(line) ?? [];
    if (seconds === undefined || sequence === undefined || rttMs === undefined) return;
    const receivedAt = Number(seconds) * 1000;
    this.#replies.set(Number(sequence), { sentAt: receivedAt - Number(rttMs), receivedAt });
    this.#latest = Math.max(this.#latest, Number(sequence));
  }
}
