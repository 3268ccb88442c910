import { closeSync, constants, fchmodSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import type { Logger } from "../log.ts";

/** Some 50,000 actions. The file before is kept as `<path>.1`, so the log is at most twice as large. */
export const MAX_AUDIT_BYTES = 10 * 1024 * 1024;

const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Where audit lines are kept, 0600. Opened for each line: actions are rare, so a line is in the file before the caller has
 * its answer, and the file may be moved away at any time.
 */
export class AuditFile {
  readonly #path: string;
  readonly #log: Logger;
  #isBroken = false;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Never throws: a full disk must not keep an operator from acting. What is not written here is in the agent's log. */
  write(line: string): void {
    try {
      if (this.#append(line) > MAX_AUDIT_BYTES) renameSync(this.#path, `${this.#path}.1`);
      this.#isBroken = false;
    } catch (err) {
      if (!this.#isBroken) this.#log.error({ err }, "audit log not written");
      this.#isBroken = true;
    }
  }

  /** The file's size with the line. */
  #append(line: string): number {
    const file = openSync(this.#path, FLAGS, 0o600);
    try {
      fchmodSync(file, 0o600);
      writeSync(file, line);
      return fstatSync(file).size;
    } finally {
      closeSync(file);
    }
  }
}
