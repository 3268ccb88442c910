import { AgentError } from "./errors.ts";

export type RunOptions = {
  /** Goes to standard input: the only way a secret reaches a program. */
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
};

export type RunResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a program and resolves whatever its exit code; rejects only where it could not run (missing, no right, time-out). */
export type CommandRunner = (
  program: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<RunResult>;

/** wg, ip and nft answer within milliseconds; one that takes this long hangs on a lock that somebody else holds. */
const DEFAULT_TIMEOUT_MS = 10_000;

export const systemRunner: CommandRunner = async (program, args, options = {}) => {
  // Imported late: execa is the heaviest of the core imports, and the command line never runs a program.
  const { execa } = await import("execa");
  const result = await execa(program, args, {
    reject: false,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    input: options.input ?? "",
    stripFinalNewline: false,
    // What has begun to change the host is let finish; it also hooks signals, and would end us on our second one.
    cleanup: false,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (result.exitCode === undefined) {
    // `shortMessage` without the cause: an execa error carries stdin and stdout, and those may hold keys.
    const why = result.timedOut
      ? "it did not end in time"
      : (result.code ?? result.signal ?? "it did not start");
    throw new AgentError("command.failed", `${program} could not run: ${why}`, {
      hint: result.code === "ENOENT" ? `install ${program}` : undefined,
    });
  }
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
};
