import { readFileSync } from "node:fs";
import { AgentError } from "../errors.ts";

/** Errors: state.io. */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AgentError("state.io", `cannot read ${file}: ${ioCodeOf(error)}`);
  }
}

/** "ENOENT" and the like. */
export function ioCodeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown error";
}
