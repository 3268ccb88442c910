import { spawn } from "node:child_process";
import { Socket } from "node:net";
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

export type ProgramEvents = {
  /** Without its end. */
  onLine(line: string): void;
  /** Once, also where it could not start; never after disposal. A fixed word or the exit status, nothing that it printed. */
  onEnd(why: string): void;
};

/**
 * Runs a program that tells something line by line until it is disposed of. The rules of `CommandRunner` hold: no shell, no
 * secret among the arguments, and it gets no input at all.
 */
export type ProgramListener = (program: string, args: readonly string[], events: ProgramEvents) => Disposable;

/** A line of `ip monitor` has some 200 characters, of a route with many next hops a few thousand. */
const MAX_LINE_LENGTH = 65_536;

/**
 * Ends with us; where we are killed, at the next thing that it has to say. Does not keep the process alive. `spawn` alone, since
 * execa's streams would cost more than what comes through them.
 */
export const systemListener: ProgramListener = (program, args, events) => {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  let rest = "";
  let isOver = false;
  const kill = (): void => void child.kill();
  const end = (why: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    process.off("exit", kill);
    kill();
    if (why !== undefined) events.onEnd(why);
  };
  process.once("exit", kill);
  child.once("error", (error) => end((error as NodeJS.ErrnoException).code ?? "it did not start"));
  child.once("close", (code, signal) => end(signal ?? `exit ${code}`));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (!isOver) events.onLine(line);
    if (rest.length > MAX_LINE_LENGTH) end("line too long");
  });
  child.unref();
  // Node makes pipes of sockets, which its types do not tell.
  if (child.stdout instanceof Socket) child.stdout.unref();
  return { [Symbol.dispose]: () => end(undefined) };
};
