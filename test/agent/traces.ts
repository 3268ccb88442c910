import { readdirSync, readFileSync } from "node:fs";
import type { LabAgent } from "../lab/lab-agent.ts";

export type Traces = Readonly<Record<string, unknown>>;

/** All that an agent may leave on a host. Equal before `up` and after `down`. */
export async function tracesOf({ host, interfaceName }: LabAgent): Promise<Traces> {
  const shown = async (program: string, ...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await host.run(program, args);
    if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  return {
    links: JSON.parse(await shown("ip", "-json", "link", "show")),
    addresses: JSON.parse(await shown("ip", "-json", "addr", "show")),
    routes: await shown("ip", "route", "show", "table", "all"),
    routes6: await shown("ip", "-6", "route", "show", "table", "all"),
    rules: await shown("ip", "rule", "show"),
    ruleset: await shown("nft", "list", "ruleset"),
    sockets: socketFilesOf(interfaceName),
    ports: (await shown("ss", "-H", "-lntu")).trim(),
    processes: await processesIn(host.namespace.name),
  };
}

/** wireguard-go's, which are named after the interface. */
function socketFilesOf(interfaceName: string): readonly string[] {
  try {
    return readdirSync("/var/run/wireguard").filter((name) => name.startsWith(interfaceName));
  } catch {
    return [];
  }
}

/** Names of the programs that run in a namespace. */
async function processesIn(namespace: string): Promise<readonly string[]> {
  const { systemRunner } = await import("../../agent/runner.ts");
  const { stdout } = await systemRunner("ip", ["netns", "pids", namespace]);
  return stdout
    .trim()
    .split("\n")
    .flatMap((pid) => nameOf(pid) ?? []);
}

/** Undefined for a process that has just ended. */
function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}
