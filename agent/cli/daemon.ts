import { flushCompileCache } from "node:module";
import type { AgentConfig } from "../config/schema.ts";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Cli } from "./cli.ts";
import { systemdNotifier } from "./notify.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const { config } = openSession(command, cli);
    // Whatever the agent writes is its own: keys, cache, log, socket.
    process.umask(0o077);
    const log = await openLog(config);
    endOnBug(log);
    // A closed terminal is no reason to leave the mesh.
    process.on("SIGHUP", () => undefined);
    try {
      await runUntilStopped(config, cli, log);
    } catch (error) {
      if (error instanceof AgentError) {
        log.fatal({ code: error.code, reason: error.message, hint: error.hint }, "the agent could not go on");
      } else {
        log.fatal({ err: error }, "the agent failed by a bug");
      }
      throw error;
    }
  });
};

/** Removes what an agent left that did not end by itself. The only command beside `daemon` that touches the kernel. */
export async function cleanUpAfterCrash(config: AgentConfig): Promise<void> {
  const { cleanUp } = await import("../daemon.ts");
  await cleanUp(config);
}

async function runUntilStopped(config: AgentConfig, cli: Cli, log: Logger): Promise<void> {
  const { interrupted, environment, run, clock } = cli;
  const notifier = systemdNotifier({ environment, run, clock, log });
  interrupted.addEventListener("abort", () => {
    log.info({ reason: (interrupted.reason as Error).message }, "stopping on a signal");
    void notifier.stopping();
  });
  const { runDaemon } = await import("../daemon.ts");
  await runDaemon(config, interrupted, {
    log,
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
async function openLog(config: AgentConfig): Promise<Logger> {
  const { destination, pino } = await import("pino");
  const log: Logger = pino({ level: config.logLevel, base: null }, destination({ fd: 2, sync: true }));
  return log;
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
