import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isListening, readPid, socketPathIn } from "../../agent/admin/socket.ts";
import type { Cli } from "../../agent/cli/cli.ts";
import { startFailure } from "../../agent/cli/up.ts";
import { systemClock } from "../../agent/clock.ts";
import { TestCommandLine } from "./command-line.ts";

const self = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("fake-daemon.ts", import.meta.url)),
];

function world(hopwire: TestCommandLine, behaviour = ""): Partial<Cli> {
  const environment = {
    PATH: process.env["PATH"],
    HOPWIRE_RUNTIME_DIR: hopwire.runtimeDir,
    HOPWIRE_STATE_DIR: hopwire.stateDir,
    FAKE_DAEMON: behaviour,
  };
  return { self, environment, clock: systemClock };
}

/** One that has ended counts as gone also where nobody has reaped it yet: its parent, which was `up`, is gone as well. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

describe("up and down", () => {
  it("starts the agent detached, answers only when it answers, and stops it without a trace", async () => {
    await using hopwire = new TestCommandLine();
    const up = await hopwire.run(["up", "--json", "--listen-port", "5000"], world(hopwire));
    expect(up).toMatchObject({ exitCode: 0, err: "" });
    const pid = readPid(hopwire.runtimeDir);
    expect(JSON.parse(up.out)).toEqual({ running: true, pid, startedBy: "detached" });
    expect(await hopwire.run(["status"])).toMatchObject({ exitCode: 0 });

    const again = await hopwire.run(["up", "--json"], world(hopwire));
    expect(JSON.parse(again.out)).toEqual({ running: true, pid, startedBy: "already-running" });

    const log = join(hopwire.stateDir, "hopwire.log");
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(statSync(hopwire.stateDir).mode & 0o777).toBe(0o700);
    const { argv } = JSON.parse(readFileSync(log, "utf8")) as { argv: string[] };
    expect(argv).toEqual([
      "daemon",
      "--state-dir",
      hopwire.stateDir,
      "--runtime-dir",
      hopwire.runtimeDir,
      "--listen-port",
      "5000",
    ]);

    const down = await hopwire.run(["down", "--json"], world(hopwire));
    expect(down).toMatchObject({ exitCode: 0, err: "" });
    expect(JSON.parse(down.out)).toEqual({ running: false, wasRunning: true });
    expect(isRunning(pid ?? 0)).toBe(false);
    expect(await isListening(socketPathIn(hopwire.runtimeDir))).toBe(false);
    expect(existsSync(socketPathIn(hopwire.runtimeDir))).toBe(false);
  });

  //
  it.each(["refuse", "late"])(
    "ends with the agent's own reason where it could not start (%s)",
    async (behaviour) => {
      await using hopwire = new TestCommandLine();
      expect(await hopwire.run(["up"], world(hopwire, behaviour))).toEqual({
        exitCode: 71,
        out: "",
        err: "hopwire: the agent could not start: UDP port 51820 is taken; choose another --listen-port\n",
      });
    },
  );

  it("shows the last line of an agent that ended without a reason", async () => {
    await using hopwire = new TestCommandLine();
    const { exitCode, err } = await hopwire.run(["up"], world(hopwire, "crash"));
    expect(exitCode).toBe(70);
    expect(err).toContain("the agent ended at once (exit status 139): Segmentation fault; see ");
  });

  it("says which log it cannot write", async () => {
    await using hopwire = new TestCommandLine();
    const environment = { HOPWIRE_RUNTIME_DIR: hopwire.runtimeDir, HOPWIRE_STATE_DIR: "/dev/null/state" };
    expect(await hopwire.run(["up"], { environment })).toMatchObject({
      exitCode: 74,
      err: "hopwire: cannot write /dev/null/state/hopwire.log: ENOTDIR\n",
    });
  });
});

describe("startFailure", () => {
  it("takes the last error that the agent logged, not an earlier one", () => {
    const line = (reason: string) => JSON.stringify({ level: 60, code: "rights.missing", reason });
    const error = startFailure(`${line("first")}\n${line("second")}\n`, "exit status 77", "/log");
    expect(error).toMatchObject({ code: "rights.missing", message: "the agent could not start: second" });
  });

  it("takes no code from a line that is not the agent's", () => {
    expect(startFailure('{"code":"made.up","reason":"x"}\n', "SIGKILL", "/log").code).toBe("internal.bug");
  });
});
