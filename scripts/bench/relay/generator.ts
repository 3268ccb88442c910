import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { Host } from "../../../test/lab/host.ts";
import { GENERATOR_CPU, RELAY_CPU } from "./cpus.ts";

/** The sender's address is that of flow 0; the others follow. Below the ports that the kernel gives out itself. */
const FIRST_PORT = 10_000;
const SINK_PORT = 9_000;

/** A relay that does not answer by then was not started right: nothing here loses packets yet. */
const TRIES = 10;
const RETRY_MS = 300;

const root = resolve(import.meta.dirname, "../../..");

/** Of one run, as generator.c prints it. */
export type Figures = {
  readonly sent: number;
  readonly received: number;
  readonly sendingSec: number;
  /** Of the generator's CPU, 0 to 1: what sending had of it, with the softirqs that it brings about. */
  readonly senderCpuShare: number;
  /** Of the relay's CPU, 0 to 1: what anything but the soaker had of it. */
  readonly relayCpuShare: number;
  readonly p50Us: number;
  readonly p99Us: number;
};

/** Where one flow goes, and what stands before each of its datagrams of so many bytes. */
export type Flow = { readonly to: Endpoint; readonly prefix: (bytes: number) => Uint8Array };

export function plainFlow(to: Endpoint): Flow {
  return { to, prefix: () => new Uint8Array() };
}

/** Compiled where npm keeps what can be made again. */
export function compileGenerator(): string {
  const folder = join(root, "node_modules/.cache");
  const program = join(folder, "hopwire-bench-generator");
  mkdirSync(folder, { recursive: true });
  const source = join(import.meta.dirname, "../generator.c");
  execFileSync("cc", ["-O2", "-pthread", "-o", program, source]);
  return program;
}

/** Owns generator.c's process: sender in one host, receiver in the other. */
export class Generator implements AsyncDisposable {
  readonly sink: Endpoint;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  readonly #answers = new Map<string, (answer: Buffer) => void>();
  #ran: PromiseWithResolvers<Figures> | undefined;
  #complaint = "";

  constructor(program: string, a: Host, b: Host, flows: number) {
    this.sink = { address: b.address4, port: SINK_PORT };
    const netns = (host: Host): string => `/run/netns/${host.namespace.name}`;
    this.#child = spawn(
      program,
      [
        ...[netns(a), a.address4, String(FIRST_PORT)],
        ...[netns(b), b.address4, String(SINK_PORT)],
        ...[String(flows), String(GENERATOR_CPU), String(RELAY_CPU)],
      ],
      { stdio: "pipe" },
    );
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaint += text));
    createInterface(this.#child.stdout).on("line", (line) => this.#onLine(line));
    this.#child.stdin.on("error", () => undefined);
    this.#ended = new Promise((done) => {
      this.#child.once("error", (error) => (this.#complaint += error.message));
      this.#child.once("close", () => {
        this.#ran?.reject(new Error(`the generator ended: ${this.#complaint}`));
        done();
      });
    });
  }

  /** A STUN or TURN request; its answer is the one with the same transaction id. */
  async exchange(from: "a" | "b", flow: number, to: Endpoint, request: Uint8Array): Promise<Buffer> {
    const hex = Buffer.from(request).toString("hex");
    const id = transactionIdOf(request);
    const { promise, resolve: answered, reject } = Promise.withResolvers<Buffer>();
    this.#answers.set(id, answered);
    let tries = 0;
    const attempt = (): void => {
      if (tries++ < TRIES) this.#tell(`send ${from} ${flow} ${to.address} ${to.port} ${hex}`);
      else reject(new Error(`no answer from ${to.address}:${to.port} ${this.#complaint}`));
    };
    const timer = setInterval(attempt, RETRY_MS);
    attempt();
    try {
      return await promise;
    } finally {
      clearInterval(timer);
      this.#answers.delete(id);
    }
  }

  /** @param bytes of WireGuard's packet, the UDP payload without a prefix. */
  aim(flows: readonly Flow[], bytes: number): void {
    for (const [index, { to, prefix }] of flows.entries()) {
      const hex = Buffer.from(prefix(bytes)).toString("hex");
      this.#tell(`to ${index} ${to.address} ${to.port} ${hex}`);
    }
  }

  run(packetsPerSec: number, bytes: number, durationMs: number): Promise<Figures> {
    this.#ran = Promise.withResolvers<Figures>();
    this.#tell(`run ${packetsPerSec} ${bytes} ${durationMs}`);
    return this.#ran.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ran = undefined;
    this.#child.stdin.end();
    await this.#ended;
  }

  #tell(line: string): void {
    this.#child.stdin.write(`${line.trimEnd()}\n`);
  }

  #onLine(line: string): void {
    const [what, ...rest] = line.split(" ");
    if (what === "ran") this.#ran?.resolve(JSON.parse(rest.join(" ")) as Figures);
    const answer = Buffer.from(what === "got" ? (rest[2] ?? "") : "", "hex");
    this.#answers.get(transactionIdOf(answer))?.(answer);
  }
}

/** RFC 8489, section 5. */
function transactionIdOf(message: Uint8Array): string {
  return Buffer.from(message.subarray(8, 20)).toString("hex");
}
