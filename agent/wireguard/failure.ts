import { getSystemErrorMap } from "node:util";
import { AgentError } from "../errors.ts";
import type { RunResult } from "../runner.ts";
import { redactKeys } from "./keys.ts";

/**
 * Turns what `ip`, `wg`, `nft` or `wireguard-go` complained of into the error an operator can act on.
 * `doing` completes "cannot ...". The three tools have no exit codes of use, only errno's English.
 */
export function failure(doing: string, result: RunResult): AgentError {
  const why = complaint(result);
  if (/not permitted|permission denied/i.test(why)) {
    return new AgentError("rights.missing", `cannot ${doing}: ${why}`, {
      hint: "run the agent as root or with CAP_NET_ADMIN",
    });
  }
  if (/address already in use/i.test(why)) {
    return new AgentError("port.taken", `cannot ${doing}: another program has the UDP port`, {
      hint: "stop that program (ss -lunp shows it) or choose another --listen-port",
    });
  }
  return new AgentError("interface.failed", `cannot ${doing}: ${why}`);
}

/** The same for what wireguard-go refuses: it answers with an errno, below zero as in the kernel. */
export function refusal(doing: string, errno: number): AgentError {
  const named = getSystemErrorMap().get(-Math.abs(errno))?.join(": ") ?? `errno ${errno}`;
  return failure(doing, { exitCode: errno, stdout: "", stderr: `wireguard-go refuses with ${named}` });
}

/**
 * The first line that says something, without keys: nft repeats the script after it. wireguard-go complains on stdout,
 * and prints a framed advertisement for the kernel on stderr.
 */
export function complaint({ exitCode, stderr, stdout }: RunResult): string {
  const lines = `${stderr}\n${stdout}`
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /[A-Za-z]/.test(line) && !line.startsWith("│"));
  return redactKeys(lines[0] ?? `exit status ${exitCode}`);
}
