import { readFileSync } from "node:fs";
import { isListening } from "../admin/socket.ts";
import { AgentError } from "../errors.ts";
import type { Cli } from "./cli.ts";
import type { Define } from "./define.ts";
import { openSession, type Session } from "./session.ts";
import { isUnderSystemd, UNIT } from "./systemd.ts";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const session = openSession(command, cli);
    const wasRunning = await isListening(session.socketPath);
    if (wasRunning) await stop(session);
    else await cleanUp(session);
    session.print({ running: false, wasRunning }, () => [
      wasRunning ? "the agent has stopped" : "no agent was running; what one may have left is removed",
    ]);
  });
};

/** An agent with a hundred peers removes all within a second; systemd, too, waits no longer than this before it kills. */
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

async function stop({ agent, cli, socketPath }: Session): Promise<void> {
  const { pid } = await agent.shutdown();
  const deadline = cli.clock.monotonicNow() + STOP_TIMEOUT_MS;
  while (isAlive(pid) || (await isListening(socketPath))) {
    if (cli.clock.monotonicNow() > deadline) {
      throw new AgentError(
        "daemon.running",
        `the agent (pid ${pid}) has not stopped within ${STOP_TIMEOUT_MS / 1000} s`,
        {
          hint: `see its log; as a last resort: kill -9 ${pid}, then hopwire down again`,
        },
      );
    }
    await cli.pause(POLL_MS);
  }
}

/** Where none answers: systemd may be about to start it again, and a crashed one left its interface. */
async function cleanUp(session: Session): Promise<void> {
  if (await isUnderSystemd(session)) await stopUnit(session.cli);
  const { cleanUpAfterCrash } = await import("./daemon.ts");
  await cleanUpAfterCrash(session.config);
}

async function stopUnit(cli: Cli): Promise<void> {
  const { exitCode, stderr } = await cli.run("systemctl", ["stop", UNIT], { timeoutMs: STOP_TIMEOUT_MS });
  if (exitCode === 0) return;
  const [why = ""] = stderr.trim().split("\n");
  throw new AgentError("command.failed", `systemd could not stop ${UNIT}: ${why}`, {
    hint: "run it as root",
  });
}

/** A zombie has ended: its parent (of a detached agent: init) only has not asked for its exit status yet. */
function isAlive(pid: number): boolean {
  try {
    // proc(5): "pid (name) state ..."; the name may hold anything, also a parenthesis.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/\) Z [^)]*$/.test(stat);
  } catch {
    return false;
  }
}
