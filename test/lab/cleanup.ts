import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import {
  interfacePrefix,
  isAlive,
  namespacePrefix,
  ownerOf,
  parseNamespaceName,
  type LabId,
  type LabOwner,
} from "./lab-name.ts";

const NAMESPACES = "/run/netns";
/** Where wireguard-go listens for configuration; its own path, fixed at its compilation. */
const WIREGUARD_SOCKETS = "/var/run/wireguard";

/** A killed process is gone within milliseconds, unless the kernel is stuck in a driver. */
const REMOVAL_TIMEOUT_MS = 2_000;
const REMOVAL_POLL_MS = 2;

/** What this process must remove before it ends. */
const living = new Map<string, LabId>();

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whoever handles one of the signals as well decides whether the process ends; its lab is gone in any case. */
export function removeLabOnExit(id: LabId): void {
  if (living.size === 0) {
    process.on("exit", removeLiving);
    for (const signal of ENDING_SIGNALS) process.on(signal, endBy);
  }
  living.set(namespacePrefix(id), id);
}

function removeLiving(): void {
  for (const id of [...living.values()]) removeLab(id);
}

function endBy(signal: NodeJS.Signals): void {
  removeLiving();
  // Without our handler the signal has its usual effect.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/**
 * Removes all that a lab made: the processes in its namespaces, the namespaces, and the sockets of its interfaces.
 * Synchronous, so that it works from an exit handler. Doing it twice, or two at once, does no harm.
 */
export function removeLab(id: LabId): void {
  const giveUpAt = performance.now() + REMOVAL_TIMEOUT_MS;
  const killed: LabOwner[] = [];
  for (;;) {
    const names = namespaceNames().filter((name) => name.startsWith(namespacePrefix(id)));
    if (names.length === 0) break;
    if (performance.now() > giveUpAt) throw new Error(`could not remove the namespaces ${names.join(", ")}`);
    // Until nobody is left: a process may fork while it is being looked for, and one that is ending leaves its namespaces before it is gone.
    killed.push(...killInside(names));
    if (killed.some(isAlive)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVAL_POLL_MS);
    else
      spawnSync("ip", ["-force", "-batch", "-"], {
        input: names.map((name) => `netns del ${name}\n`).join(""),
      });
  }
  removeSockets(id);
  if (living.delete(namespacePrefix(id)) && living.size === 0) {
    process.off("exit", removeLiving);
    for (const signal of ENDING_SIGNALS) process.off(signal, endBy);
  }
}

/**
 * Removes the labs whose owner no longer lives; with `kept`, those that were made to outlive it, too.
 * @returns how many.
 */
export function sweepLabs(options: { readonly kept?: boolean } = {}): number {
  const dead = new Map<string, LabId>();
  for (const name of namespaceNames()) {
    const id = parseNamespaceName(name);
    if (id === undefined || (id.kept ? options.kept !== true : isAlive(id))) continue;
    dead.set(namespacePrefix(id), id);
  }
  for (const id of dead.values()) removeLab(id);
  return dead.size;
}

function namespaceNames(): readonly string[] {
  return existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : [];
}

/** Returns those that it found there. */
function killInside(names: readonly string[]): readonly LabOwner[] {
  const namespaces = new Set(names.map((name) => namespaceAt(`${NAMESPACES}/${name}`)));
  namespaces.delete(undefined);
  namespaces.delete(namespaceAt("/proc/self/ns/net"));
  const found: LabOwner[] = [];
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || !namespaces.has(namespaceAt(`/proc/${pid}/ns/net`))) continue;
    const owner = ownerOf(Number(pid));
    if (owner === undefined) continue;
    found.push(owner);
    try {
      process.kill(owner.pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** What tells a namespace from all others. Undefined where there is none, or no longer: a zombie has left its namespaces. */
function namespaceAt(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function removeSockets(id: LabId): void {
  // The pid in these names may by now be another owner's; then they are its sockets.
  const owner = ownerOf(id.pid);
  if (owner !== undefined && owner.startTicks !== id.startTicks) return;
  if (!existsSync(WIREGUARD_SOCKETS)) return;
  for (const name of readdirSync(WIREGUARD_SOCKETS)) {
    if (name.startsWith(interfacePrefix(id))) rmSync(`${WIREGUARD_SOCKETS}/${name}`, { force: true });
  }
}
