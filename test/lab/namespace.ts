import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { systemRunner, type CommandRunner } from "../../agent/runner.ts";

export type SpawnOptions = {
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
};

/** What a namespace is told at once; applied in this order, and nothing after the first failure. */
export type NamespaceSetup = {
  /** Written where the kernel has the key. */
  readonly sysctl?: Readonly<Record<string, string | number>>;
  /** Lines for `ip -batch -`. */
  readonly ip?: readonly string[];
  /** A ruleset for `nft -f -`. */
  readonly nft?: string;
};

/** A named network namespace, `/run/netns/<name>`. It neither creates nor deletes it: the lab does, in batches. */
export class Namespace {
  readonly name: string;
  /** What to put before a command to run it in here. */
  readonly exec: readonly [string, ...string[]];
  /** Runs a program in here. */
  readonly run: CommandRunner;

  constructor(name: string) {
    this.name = name;
    this.exec = ["ip", "netns", "exec", name];
    const [program, ...prefix] = this.exec;
    this.run = (inner, args, options) => systemRunner(program, [...prefix, inner, ...args], options);
  }

  /** Starts a long-running program in here, in a process group of its own. Whatever runs in a lab's namespaces dies with the lab. */
  spawn(inner: string, args: readonly string[], options: SpawnOptions = {}): ChildProcessWithoutNullStreams {
    const [program, ...prefix] = this.exec;
    return spawn(program, [...prefix, inner, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      detached: true,
      stdio: "pipe",
    });
  }

  /** One shell for all of it: starting programs is what building a lab takes its time for. Throws with what the tools said. */
  async configure(setup: NamespaceSetup): Promise<void> {
    const script: string[] = [];
    const sysctl = Object.entries(setup.sysctl ?? {}).map(([key, value]) => `${key}=${value}`);
    if (sysctl.length > 0) script.push(`sysctl -eqw ${sysctl.join(" ")}`);
    if (setup.ip !== undefined) script.push("ip -batch - <<'END'", ...setup.ip, "END");
    if (setup.nft !== undefined) script.push("nft -f - <<'END'", setup.nft, "END");
    await this.must("sh", ["-es"], script.join("\n") + "\n");
  }

  /** Runs a program that has no reason to fail. */
  async must(program: string, args: readonly string[], input = ""): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(program, args, { input });
    if (exitCode !== 0)
      throw new Error(`${this.name}: ${program} ${args.join(" ")}: ${stderr.trim()}\n${input}`);
    return stdout;
  }
}
