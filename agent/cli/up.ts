import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { isListening, readPid } from "../admin/socket.ts";
import { AgentError, isAgentErrorCode } from "../errors.ts";
import type { Define } from "./define.ts";
import { openSession, type Session } from "./session.ts";
import { isUnderSystemd, UNIT } from "./systemd.ts";

export type StartedBy = "systemd" | "detached" | "already-running";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const session = openSession(command, cli);
    const startedBy = await start(session);
    const pid = readPid(session.config.runtimeDir) ?? null;
    session.print({ running: true, pid, startedBy }, () => [
      startedBy === "already-running"
        ? `the agent runs already (pid ${pid ?? "?"})`
        : `the agent runs (pid ${pid ?? "?"})`,
    ]);
  });
};

async function start(session: Session): Promise<StartedBy> {
  if (await isListening(session.socketPath)) {
    await session.agent.status();
    return "already-running";
  }
  if (await isUnderSystemd(session)) {
    await startUnit(session);
    return "systemd";
  }
  await startDetached(session);
  return "detached";
}

/** systemd itself gives a unit 90 s (TimeoutStartSec) and then says so. */
const UNIT_START_TIMEOUT_MS = 100_000;

async function startUnit({ cli, agent }: Session): Promise<void> {
  const { exitCode, stderr } = await cli.run("systemctl", ["start", UNIT], {
    timeoutMs: UNIT_START_TIMEOUT_MS,
  });
  if (exitCode !== 0) {
    const [why = ""] = stderr.trim().split("\n");
    throw new AgentError("command.failed", `systemd could not start ${UNIT}: ${why}`, {
      hint: `see: journalctl -u ${UNIT} -n 20`,
    });
  }
  await agent.status();
}

/** wireguard-go's interface is up within a second; after this long something hangs. */
const START_TIMEOUT_MS = 30_000;
/** An attempt costs well under a millisecond, and a person waits. */
const POLL_MS = 50;

async function startDetached(session: Session): Promise<void> {
  const { cli, config } = session;
  const path = join(config.stateDir, "hopwire.log");
  const log = openLog(config.stateDir, path);
  const logStart = fstatSync(log).size;
  const [program = "", ...first] = cli.self;
  const child = spawn(program, [...first, "daemon", ...session.daemonArguments], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    env: cli.environment,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = signal ?? `exit status ${code ?? "?"}`));
  child.unref();
  const deadline = cli.clock.monotonicNow() + START_TIMEOUT_MS;
  while (!(await answers(session))) {
    if (ended !== undefined)
      throw startFailure(readFileSync(path).subarray(logStart).toString(), ended, path);
    if (cli.clock.monotonicNow() > deadline) {
      throw new AgentError("daemon.unreachable", "the agent started, but does not answer", {
        hint: `see ${path}`,
      });
    }
    await cli.pause(POLL_MS);
  }
}

/** False also for an agent that took the socket and then failed: the caller sees its end. */
async function answers({ agent, socketPath }: Session): Promise<boolean> {
  if (!(await isListening(socketPath))) return false;
  try {
    await agent.status();
    return true;
  } catch (error) {
    if (error instanceof AgentError && error.code === "daemon.unreachable") return false;
    throw error;
  }
}

/** Weeks of an agent at level info; the one before is kept. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

function openLog(stateDir: string, path: string): number {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
    return openSync(path, "a", 0o600);
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    const rights = code === "EACCES" || code === "EPERM" || code === "EROFS";
    throw new AgentError(rights ? "rights.missing" : "state.io", `cannot write ${path}: ${code}`, {
      hint: rights ? "run it as root, or choose another --state-dir" : undefined,
    });
  }
}

/** The agent's own last words where it had any: its log ends with the error, code and all. */
export function startFailure(log: string, ended: string, path: string): AgentError {
  const lines = log.trim().split("\n");
  for (const line of lines.toReversed()) {
    const { code, reason, hint } = fieldsOf(line);
    if (typeof code === "string" && typeof reason === "string" && isAgentErrorCode(code)) {
      return new AgentError(code, `the agent could not start: ${reason}`, {
        hint: typeof hint === "string" ? hint : undefined,
      });
    }
  }
  const last = lines.at(-1)?.slice(0, 300) ?? "";
  return new AgentError("internal.bug", `the agent ended at once (${ended}): ${last}`, {
    hint: `see ${path}`,
  });
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
