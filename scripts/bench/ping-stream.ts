import type { ChildProcess } from "node:child_process";
import type { Host } from "../../test/lab/host.ts";

export type Reply = { readonly seq: number; readonly at: number };

/** ping(8) every 20 ms: what a user's packets live through. Times are `performance.now()` when the reply was seen. */
export class PingStream {
  readonly replies: Reply[] = [];
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #summary = "";
  #waiting: { readonly after: number; readonly resolve: (reply: Reply) => void }[] = [];

  constructor(host: Host, address: string, count?: number) {
    const limit = count === undefined ? [] : ["-c", String(count)];
    const child = host.spawn("ping", ["-n", "-i", "0.02", "-W", "1", ...limit, address]);
    this.#child = child;
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#onLine(line);
    });
    child.stderr.resume();
    this.ended = new Promise((resolve) => child.once("close", () => resolve()));
  }

  /** The first reply seen after `at`, to a request that cannot have been under way at that moment. */
  firstAfter(at: number, patienceMs: number): Promise<Reply> {
    const found = this.replies.find((reply) => reply.at > at);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ping was answered within ${patienceMs} ms`)),
        patienceMs,
      );
      this.#waiting.push({
        after: at,
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
      });
    });
  }

  /** Of a stream with a count, after its end. */
  get lost(): number {
    const match = /(\d+) packets transmitted, (\d+) received/.exec(this.#summary);
    if (match === null) throw new Error("ping printed no summary");
    return Number(match[1]) - Number(match[2]);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGINT");
    await this.ended;
  }

  #onLine(line: string): void {
    if (line.includes("packets transmitted")) this.#summary = line;
    const match = /icmp_seq=(\d+) .*time=/.exec(line);
    if (match === null) return;
    const reply = { seq: Number(match[1]), at: performance.now() };
    this.replies.push(reply);
    const due = this.#waiting.filter(({ after }) => reply.at > after);
    this.#waiting = this.#waiting.filter(({ after }) => reply.at <= after);
    for (const { resolve } of due) resolve(reply);
  }
}
