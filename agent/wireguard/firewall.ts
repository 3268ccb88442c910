import { AgentError } from "../errors.ts";
import type { CommandRunner, RunResult } from "../runner.ts";
import { complaint, failure } from "./failure.ts";
import {
  holesScript,
  invitesScript,
  loadScript,
  pinsScript,
  removeScript,
  tableName,
  usersCounterQuery,
  usersPackets,
  type FirewallRules,
  type Hole,
  type SourcePin,
} from "./nft.ts";

/**
 * Owns the agent's nft table, one per interface. Install it before the interface is up: its rules go by name. They
 * outlive the agent on purpose, so that a crash opens nothing.
 */
export class Firewall {
  readonly #interfaceName: string;
  readonly #run: CommandRunner;

  constructor(interfaceName: string, run: CommandRunner) {
    this.#interfaceName = interfaceName;
    this.#run = run;
  }

  /** Replaces the whole table in one transaction. */
  async install(rules: Omit<FirewallRules, "interfaceName">): Promise<void> {
    await this.#load(loadScript({ ...rules, interfaceName: this.#interfaceName }), "load the firewall table");
  }

  async replaceInvites(invites: readonly string[]): Promise<void> {
    await this.#load(invitesScript(this.#interfaceName, invites), "change the invites in the firewall table");
  }

  /** All pins that are in force from now on; see `SourcePin`. */
  async replacePins(listenPort: number, pins: readonly SourcePin[]): Promise<void> {
    await this.#load(
      pinsScript(this.#interfaceName, listenPort, pins),
      "change the pins in the firewall table",
    );
  }

  /** All holes that are in force from now on; see `Hole`. */
  async replaceHoles(listenPort: number, holes: readonly Hole[]): Promise<void> {
    await this.#load(
      holesScript(this.#interfaceName, listenPort, holes),
      "change the holes in the firewall table",
    );
  }

  /** See `usersPackets`. Undefined where there is no table, or no nft. One spawn of some 5 ms. */
  async readUsersPackets(): Promise<bigint | undefined> {
    const listed = await this.#run("nft", usersCounterQuery(this.#interfaceName));
    return listed.exitCode === 0 ? usersPackets(listed.stdout) : undefined;
  }

  /** False after `nft flush ruleset`, which firewall reloads do: install again. One spawn of some 5 ms. */
  async isInstalled(): Promise<boolean> {
    const listed = await this.#run("nft", ["-t", "list", "table", "inet", tableName(this.#interfaceName)]);
    return listed.exitCode === 0;
  }

  /** Idempotent. A host without a working nft has no table to remove. */
  async remove(): Promise<void> {
    const removed = await tryLoad(this.#run, [], removeScript(this.#interfaceName));
    if (removed instanceof AgentError || removed.exitCode === 0) return;
    if ((await nftUsable(this.#run)) === undefined) throw failure("remove the firewall table", removed);
  }

  async #load(script: string, doing: string): Promise<void> {
    const loaded = await this.#run("nft", ["-f", "-"], { input: script });
    if (loaded.exitCode !== 0) throw failure(doing, loaded);
  }
}

/**
 * Why nft cannot be used here (missing, no rights, a kernel without it), or undefined where it can. The kernel checks a
 * table of every construct we need and is then told to forget it.
 */
export async function nftUsable(run: CommandRunner): Promise<string | undefined> {
  const sample = loadScript({
    interfaceName: "probe",
    addresses: ["100.64.0.1", "fd00::1"],
    prefixes: ["100.64.0.0/16", "fd00::/64"],
    controlPort: 1,
    listenPort: 1,
    agentPort: 2,
    invites: ["100.64.0.2"],
  });
  const checked = await tryLoad(run, ["-c"], sample);
  if (checked instanceof AgentError) return checked.message;
  return checked.exitCode === 0 ? undefined : complaint(checked);
}

async function tryLoad(
  run: CommandRunner,
  flags: readonly string[],
  script: string,
): Promise<RunResult | AgentError> {
  try {
    return await run("nft", [...flags, "-f", "-"], { input: script });
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
}
