import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Host } from "../../test/lab/host.ts";
import { LabAgent } from "../../test/lab/lab-agent.ts";
import type { Lab } from "../../test/lab/lab.ts";

const PROGRAM = resolve(import.meta.dirname, "../hopwire");

/** A daemon answers within half a second; ten times that on a machine busy with something else. */
const START_PATIENCE_MS = 5_000;
const POLL_MS = 10;

/**
 * The real program on a host of the lab. Other than a test's agent it can outlive this process, so its daemon writes to a file.
 * Whatever runs in the host's namespace dies with the lab.
 */
export class DemoAgent {
  readonly host: Host;
  readonly name: string;
  /** Commands, API and directories. Its daemon is started here. */
  readonly program: LabAgent;
  readonly logFile: string;

  private constructor(program: LabAgent) {
    this.host = program.host;
    this.name = program.name;
    this.program = program;
    this.logFile = join(program.directory, "daemon.log");
  }

  static async create(lab: Lab, host: Host): Promise<DemoAgent> {
    return new DemoAgent(await LabAgent.create(lab, host));
  }

  /** Starts the daemon and resolves when its API answers. */
  async start(): Promise<void> {
    const log = openSync(this.logFile, "a", 0o600);
    const [program, ...prefix] = this.host.exec;
    const daemon = spawn(program, [...prefix, PROGRAM, "daemon"], {
      env: { ...process.env, ...this.program.environment, HOPWIRE_LOG_LEVEL: "debug" },
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    daemon.unref();
    const answers = (): Promise<boolean> =>
      this.program.api.status().then(
        () => true,
        () => false,
      );
    const giveUpAt = performance.now() + START_PATIENCE_MS;
    while (!(await answers())) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) {
        throw new Error(`the agent of ${this.name} ended instead of starting`);
      }
      if (performance.now() > giveUpAt) throw new Error(`the agent of ${this.name} does not answer`);
      await wait(POLL_MS);
    }
  }

  /** The clean way; the interface goes, too. */
  async stop(): Promise<void> {
    await this.program.must("down");
  }

  /** As a power cut: the agent, wireguard-go or the kernel's interface, and the link to everybody else. */
  async crash(): Promise<void> {
    const { stdout } = await this.host.run("ip", ["netns", "pids", this.host.namespace.name]);
    // Some may end by themselves first: kill then complains and goes on.
    await this.host.run("kill", ["-KILL", ...stdout.split("\n").filter(Boolean)]);
    // The kernel's interface outlives its agent; wireguard-go's is gone by now, and then this fails.
    await this.host.run("ip", ["link", "delete", this.program.interfaceName]);
    await this.host.cut();
  }

  async hasInterface(): Promise<boolean> {
    const { exitCode } = await this.host.run("ip", ["link", "show", this.program.interfaceName]);
    return exitCode === 0;
  }

  /** The last lines of the daemon's log. */
  logTail(lines: number): string {
    try {
      return readFileSync(this.logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "(it was never started)";
    }
  }
}
