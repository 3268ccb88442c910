import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { CommandRunner } from "../runner.ts";

/** What the service manager wants to hear (sd_notify(3)). */
export type Notifier = {
  /** Also starts the watchdog. */
  ready(): void;
  stopping(): Promise<void>;
};

export type NotifierOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: CommandRunner;
  readonly clock: Clock;
  readonly log: Logger;
};

const silentNotifier: Notifier = { ready: () => undefined, stopping: () => Promise.resolve() };

/**
 * Speaks through the program systemd-notify, for Node has no unix datagram sockets: some 5 ms of CPU each, so the unit's
 * WatchdogSec is long. The watchdog is fed by a timer of the main loop: a loop that hangs lets it bark.
 */
export function systemdNotifier({ environment, run, clock, log }: NotifierOptions): Notifier {
  if ((environment["NOTIFY_SOCKET"] ?? "") === "") return silentNotifier;
  let warned = false;
  let stopping = false;
  let cancel: () => void = () => undefined;
  const notify = async (...assignments: string[]): Promise<void> => {
    try {
      const { exitCode } = await run("systemd-notify", assignments);
      if (exitCode === 0 || warned) return;
    } catch {
      if (warned) return;
    }
    warned = true;
    log.warn({ assignments }, "the service manager could not be told");
  };
  // Half the time-out, as sd_watchdog_enabled(3) advises.
  const everyMs = Number(environment["WATCHDOG_USEC"] ?? 0) / 2000;
  const feed = (): void => {
    cancel = clock.after(everyMs, () => {
      void notify("WATCHDOG=1");
      feed();
    });
  };
  return {
    ready() {
      void notify("READY=1");
      if (everyMs > 0) feed();
    },
    async stopping() {
      cancel();
      if (stopping) return;
      stopping = true;
      await notify("STOPPING=1");
    },
  };
}
