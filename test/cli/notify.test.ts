import { describe, expect, it } from "vitest";
import { systemdNotifier } from "../../agent/cli/notify.ts";
import { AgentError } from "../../agent/errors.ts";
import { silentLogger, type Logger } from "../../agent/log.ts";
import type { CommandRunner } from "../../agent/runner.ts";
import { FakeClock } from "../support/fake-clock.ts";

const MANAGED = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "120000000" };

function setUp(environment: Record<string, string>, run?: CommandRunner, log: Logger = silentLogger) {
  const told: string[] = [];
  const clock = new FakeClock();
  const tell: CommandRunner = (program, args) => {
    told.push([program, ...args].join(" "));
    return Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
  };
  return { told, clock, notifier: systemdNotifier({ environment, run: run ?? tell, clock, log }) };
}

// R-1301
describe("systemdNotifier", () => {
  it("feeds the watchdog at half its time-out, from ready until stopping", async () => {
    const { told, clock, notifier } = setUp(MANAGED);
    await clock.advance(300_000);
    expect(told).toEqual([]);
    notifier.ready();
    await clock.advance(59_999);
    expect(told).toEqual(["systemd-notify READY=1"]);
    await clock.advance(1);
    await clock.advance(60_000);
    expect(told.slice(1)).toEqual(["systemd-notify WATCHDOG=1", "systemd-notify WATCHDOG=1"]);
    await notifier.stopping();
    await clock.advance(300_000);
    expect(told.slice(3)).toEqual(["systemd-notify STOPPING=1"]);
    expect(clock.pending).toBe(0);
  });

  it("says that it stops only once", async () => {
    const { told, notifier } = setUp(MANAGED);
    notifier.ready();
    await notifier.stopping();
    await notifier.stopping();
    expect(told).toEqual(["systemd-notify READY=1", "systemd-notify STOPPING=1"]);
  });

  it("sets no timer where systemd asks for no watchdog", () => {
    const { clock, notifier } = setUp({ NOTIFY_SOCKET: "@notify" });
    notifier.ready();
    expect(clock.pending).toBe(0);
  });

  it("runs nothing where no service manager listens", async () => {
    const { told, clock, notifier } = setUp({ WATCHDOG_USEC: "1000" });
    notifier.ready();
    await clock.advance(10_000);
    await notifier.stopping();
    expect(told).toEqual([]);
  });

  it("warns once, and lives on, where systemd-notify is missing", async () => {
    const warnings: string[] = [];
    const log: Logger = {
      ...silentLogger,
      warn: (_fields: unknown, message?: string) => void warnings.push(message ?? ""),
    };
    const missing: CommandRunner = () => Promise.reject(new AgentError("command.failed", "it could not run"));
    const { clock, notifier } = setUp(MANAGED, missing, log);
    notifier.ready();
    await clock.advance(180_000);
    expect(warnings).toEqual(["the service manager could not be told"]);
  });
});
