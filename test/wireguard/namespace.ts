import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../agent/clock.ts";
import { systemRunner, type CommandRunner } from "../../agent/runner.ts";
import { WireguardDevice } from "../../agent/wireguard/device.ts";
import { userspaceSocket, type AskUserspace } from "../../agent/wireguard/uapi-socket.ts";

/** Real packets need root; elsewhere these tests are skipped, except in CI, where that would hide them. */
export const canBuildNamespaces = process.getuid?.() === 0 || process.env["CI"] !== undefined;

/** "hwt", the pid of the test, a letter: also the start of every interface in it, which must be unique on the machine. */
const NAME = /^hwt(\d+)[a-z]$/;

export type Call = { readonly program: string; readonly args: readonly string[] };

/** A network namespace of one test, removed with all that runs in it at the end of `await using`. */
export class Namespace implements AsyncDisposable {
  readonly name: string;
  /** What `run` was asked to run. */
  readonly calls: Call[] = [];

  private constructor(name: string) {
    this.name = name;
  }

  static async create(letter: string): Promise<Namespace> {
    await sweep();
    const namespace = new Namespace(`hwt${process.pid}${letter}`);
    await must(systemRunner, "ip netns add", namespace.name);
    await namespace.must("ip link set lo up");
    return namespace;
  }

  /** Runs a program inside; records the call. */
  readonly run: CommandRunner = (program, args, options) => {
    this.calls.push({ program, args });
    return systemRunner("ip", ["netns", "exec", this.name, program, ...args], options);
  };

  /** Runs a command line (split at spaces) inside and gives its output; throws where it fails. */
  must(command: string): Promise<string> {
    return must(this.run, command);
  }

  async load(ruleset: string): Promise<void> {
    const loaded = await this.run("nft", ["-f", "-"], { input: ruleset });
    if (loaded.exitCode !== 0) throw new Error(loaded.stderr);
  }

  /** Starts a program of this folder inside, with Node; resolves when it has written its first line. The caller kills it. */
  async start(script: URL, args: readonly string[], input = ""): Promise<ChildProcess> {
    const command = ["ip", "netns", "exec", this.name, process.execPath, fileURLToPath(script), ...args];
    const child = spawn("env", command, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(input);
    const ended = once(child, "exit").then(() => Promise.reject(new Error(`${script.pathname} ended early`)));
    await Promise.race([once(child.stdout, "data"), ended]);
    return child;
  }

  /** Unique on the machine and at most 15 characters. */
  interfaceName(suffix: string): string {
    return `${this.name}${suffix}`;
  }

  device(
    ownerId: string,
    options: {
      readonly suffix?: string;
      readonly run?: CommandRunner;
      readonly askUserspace?: AskUserspace;
    } = {},
  ): WireguardDevice {
    return new WireguardDevice(this.interfaceName(options.suffix ?? "w"), ownerId, {
      run: options.run ?? this.run,
      // A socket of the file system is the same one in every network namespace.
      askUserspace: options.askUserspace ?? userspaceSocket(systemClock),
      clock: systemClock,
      // `ip netns exec` shows the namespace's own /sys.
      readFile: (path) => this.must(`cat ${path}`),
    });
  }

  /** Joins two namespaces by a veth; both ends are named "u0" and up. Addresses in CIDR form. */
  static async join(
    a: Namespace,
    addressesA: string[],
    b: Namespace,
    addressesB: string[],
    end = "u0",
  ): Promise<void> {
    const args = `${end} netns ${a.name} type veth peer name ${end} netns ${b.name}`;
    await must(systemRunner, `ip link add ${args}`);
    for (const [side, addresses] of [[a, addressesA] as const, [b, addressesB] as const]) {
      for (const address of addresses) {
        await side.must(`ip addr add ${address} dev ${end}${address.includes(":") ? " nodad" : ""}`);
      }
      await side.must(`ip link set ${end} up`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.name);
  }
}

async function must(run: CommandRunner, command: string, ...more: string[]): Promise<string> {
  const [program = "", ...args] = command.split(" ");
  const result = await run(program, [...args, ...more]);
  if (result.exitCode !== 0) throw new Error(`${command}: ${result.stderr}`);
  return result.stdout;
}

/** Removes what killed runs of these tests left. */
async function sweep(): Promise<void> {
  if (!existsSync("/run/netns")) return;
  for (const name of readdirSync("/run/netns")) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await remove(name);
  }
}

async function remove(name: string): Promise<void> {
  const pids = await systemRunner("ip", ["netns", "pids", name]);
  for (const pid of pids.stdout.split("\n").filter(Boolean)) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  await systemRunner("ip", ["netns", "delete", name]);
  const sockets = existsSync("/var/run/wireguard") ? readdirSync("/var/run/wireguard") : [];
  for (const socket of sockets.filter((file) => file.startsWith(name)))
    rmSync(`/var/run/wireguard/${socket}`, { force: true });
}
