import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the agent, its start script and `sh` run. */
const PROGRAMS = [
  "bash",
  "env",
  "readlink",
  "dirname",
  "sh",
  "cat",
  "ip",
  "wg",
  "wireguard-go",
  "nft",
] as const;
type Program = (typeof PROGRAMS)[number];

const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

/** A folder that is the whole PATH of a daemon. Owner of it. */
export class ProgramPath implements AsyncDisposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Every program that was started by it, one for each line: its arguments, then its environment. */
  started(): Promise<string> {
    return readFile(this.#log, "utf8");
  }

  /** A script in the place of a program; "$REAL" is the program itself. */
  async replace(program: Program, script: string): Promise<void> {
    const place = join(this.path, program);
    await rm(place, { force: true });
    await writeFile(place, `#!/bin/sh\nREAL=${realPathOf(program)}\n${script}\n`);
    await chmod(place, 0o755);
  }

  /** From now on `started` tells. */
  async record(): Promise<void> {
    await writeFile(this.#log, "");
    for (const program of PROGRAMS) {
      if (program === "env" || program === "bash") continue; // they start the daemon itself
      await this.replace(
        program,
        `{ printf '%s ' ${program} "$@" $(/usr/bin/env | /usr/bin/tr '\\n' ' '); echo; } >> ${this.#log}\nexec $REAL "$@"`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  get #log(): string {
    return join(this.path, "started.log");
  }
}

export async function pathWith(
  options: { readonly without?: readonly Program[] } = {},
): Promise<ProgramPath> {
  const folder = await mkdtemp(join(tmpdir(), "hopwire-path-"));
  for (const program of PROGRAMS) {
    if (options.without?.includes(program) !== true)
      await symlink(realPathOf(program), join(folder, program));
  }
  return new ProgramPath(folder);
}

function realPathOf(program: Program): string {
  const found = FOLDERS.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${program} is not installed`);
  return found;
}
