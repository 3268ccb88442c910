import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { AgentApi } from "../../agent/admin/contract.ts";
import { AdminServer } from "../../agent/admin/server.ts";
import type { Cli } from "../../agent/cli/cli.ts";
import { runCommandLine } from "../../agent/cli/program.ts";
import { silentLogger } from "../../agent/log.ts";
import { fakeApi, type Call } from "../admin/fake-api.ts";
import { FakeClock } from "../support/fake-clock.ts";

export type Outcome = { readonly exitCode: number; readonly out: string; readonly err: string };

/** A command line in a directory of its own, with everything around it made up. The socket is real. */
export class TestCommandLine implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), "hopwire-cli-"));
  readonly runtimeDir = join(this.dir, "run");
  readonly stateDir = join(this.dir, "state");
  readonly calls: Call[] = [];
  #server: AdminServer | undefined;

  /** Serves the fake agent from now on. */
  async serve(overrides: Partial<AgentApi> = {}): Promise<this> {
    const api = fakeApi(this.calls, overrides);
    this.#server = await AdminServer.listen({ runtimeDir: this.runtimeDir, api, log: silentLogger });
    return this;
  }

  async run(argv: readonly string[], world: Partial<Cli> = {}): Promise<Outcome> {
    let out = "";
    let err = "";
    const cli: Cli = {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      readInput: () => Promise.resolve(""),
      environment: { HOPWIRE_RUNTIME_DIR: this.runtimeDir, HOPWIRE_STATE_DIR: this.stateDir },
      terminal: false,
      clock: new FakeClock(),
      pause: async (delayMs) => pause(delayMs),
      run: (program) => Promise.reject(new Error(`${program} must not run here`)),
      interrupted: new AbortController().signal,
      self: [],
      ...world,
    };
    return { exitCode: await runCommandLine(argv, cli), out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
