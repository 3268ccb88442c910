import { sleep, type Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { CommandRunner } from "../runner.ts";
import { complaint, failure } from "./failure.ts";

export type WireguardBackend = "kernel" | "wireguard-go";

export type BackendPreference = "auto" | WireguardBackend;

export type BackendDeps = { readonly run: CommandRunner; readonly clock: Clock };

/** wireguard-go answers 20 to 200 ms after its start on two shared cores; a loaded machine gets the rest. */
const START_LIMIT_MS = 5_000;

/** After its interface is deleted, wireguard-go ends within 100 ms. */
const STOP_LIMIT_MS = 5_000;

/** A probe is a spawn of about 5 ms: polling faster would burn the core that wireguard-go needs to start. */
const POLL_MS = 25;

/**
 * Makes a WireGuard interface: in the kernel where it can, else by wireguard-go. The caller has seen that the name is
 * free. Errors: interface.taken, rights.missing, command.failed (no wireguard-go), interface.failed.
 */
export async function createInterface(
  name: string,
  preference: BackendPreference,
  deps: BackendDeps,
): Promise<WireguardBackend> {
  if (preference !== "wireguard-go") {
    const added = await deps.run("ip", ["link", "add", "dev", name, "type", "wireguard"]);
    if (added.exitCode === 0) return "kernel";
    const why = complaint(added);
    if (/file exists/i.test(why)) throw taken(name, "another interface");
    if (!/unknown device type|not supported/i.test(why)) throw failure(`create the interface ${name}`, added);
    if (preference === "kernel") {
      throw new AgentError("interface.failed", "this kernel has no WireGuard", {
        hint: "load the module wireguard, or allow wireguard-go",
      });
    }
  }
  await startWireguardGo(name, deps);
  return "wireguard-go";
}

/** Deletes the interface and waits until a wireguard-go behind it has ended and its socket file is gone. */
export async function removeInterface(name: string, { run, clock }: BackendDeps): Promise<void> {
  const deleted = await run("ip", ["link", "delete", "dev", name]);
  if (deleted.exitCode !== 0 && !/cannot find device|does not exist/i.test(deleted.stderr)) {
    throw failure(`delete the interface ${name}`, deleted);
  }
  if (!(await until(clock, STOP_LIMIT_MS, async () => !(await answers(name, run))))) {
    throw new AgentError(
      "interface.failed",
      `wireguard-go for ${name} still runs after its interface is gone`,
    );
  }
}

/** Whether a backend serves the interface. `wg` itself deletes the socket file of a wireguard-go that was killed. */
export async function answers(name: string, run: CommandRunner): Promise<boolean> {
  return (await run("wg", ["show", name, "listen-port"])).exitCode === 0;
}

export function taken(name: string, by: string): AgentError {
  return new AgentError("interface.taken", `the interface name ${name} is taken by ${by}`, {
    hint: "choose another --interface, or delete that one",
  });
}

/**
 * wireguard-go opens device and socket, then starts itself again in the background. Its environment decides about two
 * traps: WG_PROCESS_FOREGROUND with any value but "1" makes it start itself for ever, so it must be unset; and unless its
 * log is silent, the background process keeps our pipes open and the command never seems to end.
 */
async function startWireguardGo(name: string, { run, clock }: BackendDeps): Promise<void> {
  const started = await run("env", ["-u", "WG_PROCESS_FOREGROUND", "LOG_LEVEL=silent", "wireguard-go", name]);
  if (started.exitCode === 126 || started.exitCode === 127) {
    throw new AgentError("command.failed", "this kernel has no WireGuard and wireguard-go could not run", {
      hint: "install wireguard-go",
    });
  }
  if (started.exitCode !== 0) throw await whyItFailed(name, run);
  if (!(await until(clock, START_LIMIT_MS, () => answers(name, run)))) {
    await run("ip", ["link", "delete", "dev", name]);
    throw new AgentError("interface.failed", `wireguard-go for ${name} started but does not answer`);
  }
}

/** The silent run said nothing: fails once more, in the foreground and aloud. Should it work now, the time-out ends it. */
async function whyItFailed(name: string, run: CommandRunner): Promise<AgentError> {
  const doing = `create the interface ${name} with wireguard-go`;
  const args = ["LOG_LEVEL=error", "wireguard-go", "--foreground", name];
  const loud = await run("env", args, { timeoutMs: 1_000 }).catch(() => undefined);
  if (loud === undefined) return new AgentError("interface.failed", `cannot ${doing}`);
  const why = complaint(loud);
  if (why.includes("/dev/net/tun")) {
    return new AgentError("interface.failed", `cannot ${doing}: /dev/net/tun does not exist`, {
      hint: "load the module tun, or give this container the device",
    });
  }
  if (/resource busy|socket in use|invalid argument/i.test(why)) {
    return taken(name, "another interface or another wireguard-go on this machine");
  }
  return failure(doing, loud);
}

async function until(clock: Clock, limitMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const giveUpAt = clock.monotonicNow() + limitMs;
  while (!(await holds())) {
    if (clock.monotonicNow() >= giveUpAt) return false;
    await sleep(clock, POLL_MS);
  }
  return true;
}
