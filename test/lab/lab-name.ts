import { readFileSync } from "node:fs";

/**
 * The owner of a namespace is written in its name, so that cleaning up after a crash needs no record that could be lost:
 * `hwl-<pid>-<start time>-<number of the lab in its process>-<node>`, numbers in base 36; `hwlk-` for a lab that is to outlive its owner.
 */
export type LabOwner = {
  readonly pid: number;
  /** Clock ticks since boot, proc(5) field 22: tells a process from a later one with the same pid. */
  readonly startTicks: number;
};

export type LabId = LabOwner & { readonly serial: number; readonly kept: boolean };

const NAMESPACE_NAME = /^hwl(k?)-([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-(.+)$/;

export function namespacePrefix(id: LabId): string {
  return `hwl${id.kept ? "k" : ""}-${id.pid.toString(36)}-${id.startTicks.toString(36)}-${id.serial.toString(36)}-`;
}

/** Undefined where the namespace is not a lab's. */
export function parseNamespaceName(name: string): LabId | undefined {
  const [, kept, pid, startTicks, serial] = NAMESPACE_NAME.exec(name) ?? [];
  if (pid === undefined || startTicks === undefined || serial === undefined) return undefined;
  return {
    pid: parseInt(pid, 36),
    startTicks: parseInt(startTicks, 36),
    serial: parseInt(serial, 36),
    kept: kept === "k",
  };
}

/** Network interfaces' names have at most 15 bytes (IFNAMSIZ less the terminating zero). */
const MAX_INTERFACE_NAME = 15;

/**
 * wireguard-go's socket is named after the interface and the file system is shared between namespaces,
 * so these names are unique on the machine: the pid is, among the living.
 */
export function interfacePrefix(id: LabId): string {
  return `hw${id.pid.toString(36)}-${id.serial.toString(36)}-`;
}

/** Throws where `suffix` makes it longer than an interface's name may be; five characters always fit. */
export function interfaceName(id: LabId, suffix: string): string {
  const name = interfacePrefix(id) + suffix;
  if (name.length > MAX_INTERFACE_NAME) {
    throw new RangeError(`interface name ${name} is longer than ${MAX_INTERFACE_NAME} characters`);
  }
  return name;
}

/** Undefined where there is no such process; a zombie is none, though its parent may keep its entry for long. */
export function ownerOf(pid: number): LabOwner | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // Field 2 is the program's name in parentheses and may itself hold spaces and parentheses; field 3 follows the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : { pid, startTicks: Number(fields[19]) };
}

export function isAlive(owner: LabOwner): boolean {
  return ownerOf(owner.pid)?.startTicks === owner.startTicks;
}
