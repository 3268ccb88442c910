import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { agentClient, type AgentClient } from "../../agent/admin/client.ts";
import { socketPathIn } from "../../agent/admin/socket.ts";
import type { PeerStatus } from "../../agent/admin/contract.ts";
import type { RunOptions, RunResult } from "../../agent/runner.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PROGRAM = join(ROOT, "scripts/hopwire");

/** How long anything in the lab may take before a test gives up on it. */
const PATIENCE_MS = 30_000;

/** The real program on a host of the lab, with directories and an interface of its own. Owner of both. */
export class LabAgent implements AsyncDisposable {
  readonly host: Host;
  readonly name: string;
  readonly interfaceName: string;
  readonly directory: string;
  /** Speaks to the agent's socket, which needs no namespace. */
  readonly api: AgentClient;
  #daemon: ChildProcess | undefined;
  #log = "";
  #exitCode: number | undefined;

  private constructor(lab: Lab, host: Host, directory: string) {
    this.host = host;
    this.name = host.name;
    this.interfaceName = lab.interfaceName(host.name.slice(0, 5));
    this.directory = directory;
    this.api = agentClient(socketPathIn(join(directory, "run")));
  }

  static async create(lab: Lab, host: Host): Promise<LabAgent> {
    return new LabAgent(lab, host, await mkdtemp(join(tmpdir(), `hopwire-lab-${host.name}-`)));
  }

  get environment(): Record<string, string> {
    return {
      HOPWIRE_STATE_DIR: join(this.directory, "state"),
      HOPWIRE_RUNTIME_DIR: join(this.directory, "run"),
      HOPWIRE_INTERFACE: this.interfaceName,
      HOPWIRE_LISTEN_PORT: "51820",
      HOPWIRE_CONFIG: "",
    };
  }

  /** What the daemon wrote since it was started last. */
  get log(): string {
    return this.#log;
  }

  /** Of the daemon that was started last; undefined while it runs, and where a signal ended it. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  get pid(): number | undefined {
    return this.#daemon?.pid;
  }

  /** Any command of the program, on this host. */
  cli(...args: readonly string[]): Promise<RunResult> {
    return this.run(args);
  }

  /** The same, with what it reads or needs. `daemon`, too, where it is to end by itself. */
  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const env = { ...this.environment, ...options.env };
    return this.host.run(PROGRAM, args, { timeoutMs: PATIENCE_MS, ...options, env });
  }

  /** A command that must succeed; its standard output. */
  async must(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.cli(...args);
    if (exitCode !== 0)
      throw new Error(
        `${this.name}: hopwire ${args[0] ?? ""}: exit ${exitCode}: ${stderr.trim()}\n${this.#log}`,
      );
    return stdout.trim();
  }

  /** Starts the daemon, by the command `through` where it is given, and resolves when its API answers. */
  async start(
    env: Readonly<Record<string, string>> = {},
    through: readonly string[] = [],
    command: readonly string[] = ["daemon"],
  ): Promise<void> {
    this.#log = "";
    this.#exitCode = undefined;
    const [program = PROGRAM, ...args] = [...through, PROGRAM, ...command];
    const daemon = this.host.spawn(program, args, {
      env: { ...this.environment, HOPWIRE_LOG_LEVEL: "debug", ...env },
    });
    this.#daemon = daemon;
    daemon.once("exit", (exitCode) => (this.#exitCode = exitCode ?? undefined));
    daemon.stderr.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
    daemon.stdout.resume();
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (performance.now() < giveUpAt) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) {
        throw new Error(`${this.name}: the daemon ended: ${this.#log}`);
      }
      if (
        await this.api.status().then(
          () => true,
          () => false,
        )
      )
        return;
      await wait(10);
    }
    throw new Error(`${this.name}: the daemon does not answer: ${this.#log}`);
  }

  /** As a crash or a power cut: the interface stays. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async peer(name: string): Promise<PeerStatus> {
    const peers = await this.api.peers();
    const found = peers.find((peer) => peer.name === name);
    if (found === undefined) throw new Error(`${this.name} does not know ${name}`);
    return found;
  }

  /** Polls until the path to `name` is of this type; how long that took. */
  async waitForPath(
    name: string,
    type: PeerStatus["path"]["type"],
    patienceMs = PATIENCE_MS,
  ): Promise<number> {
    const startedAt = performance.now();
    for (;;) {
      const peer = await this.peer(name).catch(() => undefined);
      const waitedMs = performance.now() - startedAt;
      if (peer?.path.type === type) return waitedMs;
      if (waitedMs > patienceMs) {
        throw new Error(
          `${this.name}: ${name} is ${peer?.path.type ?? "unknown"}, not ${type}\n${this.#log}`,
        );
      }
      await wait(25);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon?.exitCode !== null || daemon.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
    daemon.kill(signal);
    await ended;
  }
}
