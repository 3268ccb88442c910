import { flushCompileCache } from "node:module";
import { LiveConfig } from "../config/live-config.ts";
import type { AgentConfig, LogLevel } from "../config/schema.ts";
import type { DaemonOptions } from "../daemon.ts";
import { AgentError } from "../errors.ts";
import { withThreshold } from "../log-threshold.ts";
import type { Logger } from "../log.ts";

import type { Cli } from "./cli.ts";
import { systemdNotifier } from "./notify.ts";
import type { Define } from "./define.ts";
import { openSession, type Session } from "./session.ts";

export const define: Define = (command, cli) => {
  command.action(() => runForeground(openSession(command, cli), { relayOnly: false }));
};

/** Returns after a clean stop. Errors: what a start can fail with. */
export async function runForeground(session: Session, mode: { readonly relayOnly: boolean }): Promise<void> {
  const { cli, config } = session;
  // Whatever the agent writes is its own: keys, cache, log, socket.
  process.umask(0o077);
  let level = config.logLevel;
  const log = await openLog(() => level);
  endOnBug(log);
  const live = new LiveConfig(session, () => session.reload(), log);
  live.onReload(({ logLevel }) => void (level = logLevel));
  // Also from a terminal that was closed: that is no reason to leave the mesh.
  process.on("SIGHUP", () => live.reload());
  try {
    await runUntilStopped(live, cli, { ...mode, log });
  } catch (error) {
    if (error instanceof AgentError) {
      log.fatal({ code: error.code, reason: error.message, hint: error.hint }, "the agent could not go on");
    } else {
      log.fatal({ err: error }, "the agent failed by a bug");
    }
    throw error;
  }
}

/** Removes what an agent left that did not end by itself. The only command beside `daemon` that touches the kernel. */
export async function cleanUpAfterCrash(config: AgentConfig): Promise<void> {
  const { cleanUp } = await import("../daemon.ts");
  await cleanUp(config);
}

async function runUntilStopped(
  live: LiveConfig,
  cli: Cli,
  options: Pick<DaemonOptions, "log" | "relayOnly">,
): Promise<void> {
  const { log } = options;
  const config = live.started;
  const { interrupted, environment, run, clock } = cli;
  const notifier = systemdNotifier({ environment, run, clock, log });
  interrupted.addEventListener("abort", () => {
    log.info({ reason: (interrupted.reason as Error).message }, "stopping on a signal");
    void notifier.stopping();
  });
  const { runDaemon } = await import("../daemon.ts");
  await runDaemon(live, interrupted, {
    ...options,
    onReady: () => {
      notifier.ready();
      // Node writes its compile cache at the exit, and an agent may run for a year before that.
      flushCompileCache();
      log.info({ interface: config.interface, listenPort: config.listenPort }, "the agent is ready");
    },
  });
  await notifier.stopping();
  log.info({}, "the agent has stopped");
}

/** Written at once and to standard error: the last lines before a crash are the ones that matter. */
async function openLog(level: () => LogLevel): Promise<Logger> {
  const { destination, pino } = await import("pino");
  const log: Logger = pino({ level: "trace", base: null }, destination({ fd: 2, sync: true }));
  return withThreshold(log, level);
}

/** A state that nobody foresaw is not run on: the service manager starts a fresh agent, which adopts what is there. */
function endOnBug(log: Logger): void {
  const end = (err: unknown): void => {
    log.fatal({ err }, "the agent failed by a bug");
    process.exit(new AgentError("internal.bug", "").exitCode);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}
