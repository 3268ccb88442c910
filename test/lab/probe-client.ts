import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { ANSWER, QUESTION, type ProbeCommand, type ProbeEvent } from "./probe.ts";
import type { Site } from "./site.ts";

const PROGRAM = resolve(import.meta.dirname, "probe.ts");

/** A starting Node takes 100 ms, several at once on two busy cores much more. */
const START_TIMEOUT_MS = 10_000;

/** An answer takes below 5 ms. Asked three times, as the first packet through a fresh namespace may wait for ARP. */
const ANSWER_TIMEOUT_MS = 300;
const QUESTIONS = 3;

type Received = { readonly from: Endpoint; readonly text: string };

/** A UDP socket inside a site; it dies with the lab. */
export class ProbeClient {
  readonly port: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #inbox: Received[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(child: ChildProcessWithoutNullStreams, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async open(site: Site, port = 0, address = "0.0.0.0"): Promise<ProbeClient> {
    const child = site.spawn(process.execPath, [PROGRAM, address, String(port)]);
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    const events = createInterface(child.stdout);
    const bound = Promise.withResolvers<ProbeClient>();
    let probe: ProbeClient | undefined;
    events.on("line", (line) => {
      const event = JSON.parse(line) as ProbeEvent;
      switch (event.type) {
        case "bound":
          probe = new ProbeClient(child, event.port);
          bound.resolve(probe);
          break;
        case "received":
          if (probe !== undefined) probe.#receive(event);
          break;
      }
    });
    child.once("exit", () => bound.reject(new Error(`the probe in ${site.name} ended: ${complaint}`)));
    const slow = setTimeout(
      () => bound.reject(new Error(`the probe in ${site.name} hangs`)),
      START_TIMEOUT_MS,
    );
    return bound.promise.finally(() => clearTimeout(slow));
  }

  send(text: string, to: Endpoint): void {
    const command: ProbeCommand = { to, text };
    this.#child.stdin.write(JSON.stringify(command) + "\n");
  }

  /** As which this socket appears to `server`; undefined where no answer comes back. */
  async mappedBy(server: Endpoint): Promise<Endpoint | undefined> {
    for (let question = 0; question < QUESTIONS; question++) {
      this.send(QUESTION, server);
      const isAnswer = ({ from, text }: Received): boolean =>
        text.startsWith(ANSWER) && formatEndpoint(from) === formatEndpoint(server);
      const answer = await this.#next(isAnswer, ANSWER_TIMEOUT_MS);
      if (answer !== undefined) return JSON.parse(answer.text.slice(ANSWER.length)) as Endpoint;
    }
    return undefined;
  }

  /** Waits for a datagram with that text: its source; undefined where none comes. */
  async receives(text: string): Promise<Endpoint | undefined> {
    return (await this.#next((received) => received.text === text, ANSWER_TIMEOUT_MS))?.from;
  }

  /** Whether one has already come. For after a round trip that it would have been faster than. */
  hasReceived(text: string): boolean {
    return this.#inbox.some((received) => received.text === text);
  }

  #receive(received: Received): void {
    this.#inbox.push(received);
    for (const look of this.#waiting) look();
  }

  #next(wanted: (received: Received) => boolean, timeoutMs: number): Promise<Received | undefined> {
    return new Promise((done) => {
      const look = (): void => {
        const index = this.#inbox.findIndex(wanted);
        if (index >= 0) finish(this.#inbox.splice(index, 1)[0]);
      };
      const finish = (received: Received | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        done(received);
      };
      const timer = setTimeout(finish, timeoutMs, undefined);
      this.#waiting.add(look);
      look();
    });
  }
}
