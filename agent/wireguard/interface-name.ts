import { AgentError } from "../errors.ts";

/** IFNAMSIZ is 16 with the closing zero. */
const MAX_LENGTH = 15;

/** Words that `wg show` and `ip link` read as commands, not as names. */
const RESERVED = new Set(["all", "interfaces", "default", "dev", "lo"]);

/**
 * Stricter than the kernel: a name goes unquoted into argv, sysfs paths and nft scripts, where "*" matches many. Throws
 * config.invalid.
 */
export function checkInterfaceName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9_.-]*$/.test(name) && name.length <= MAX_LENGTH && !RESERVED.has(name)) return;
  throw new AgentError("config.invalid", `"${name}" cannot name an interface`, {
    hint: `use a letter, then letters, digits, "_", "." or "-", ${MAX_LENGTH} at most`,
  });
}
