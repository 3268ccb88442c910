import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemCli } from "../../agent/cli/system.ts";

const PROGRAM = resolve(import.meta.dirname, "../../scripts/hopwire");

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "hopwire-process-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function hopwire(program: string, ...argv: string[]) {
  const env = { PATH: process.env["PATH"], HOPWIRE_RUNTIME_DIR: dir, HOPWIRE_STATE_DIR: dir };
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: "utf8", env });
  return { status, stdout, stderr };
}

describe("scripts/hopwire", () => {
  it("runs from anywhere, also through a symbolic link", () => {
    const link = join(dir, "hopwire");
    symlinkSync(PROGRAM, link);
    expect(hopwire(link, "version")).toEqual({ status: 0, stdout: "0.1.0\n", stderr: "" });
  });

  it("knows whether a person reads", () => {
    expect(systemCli().terminal).toBeTypeOf("boolean");
  });

  //
  it("ends with the exit status of the error and one line on standard error", () => {
    expect(hopwire(PROGRAM, "status")).toEqual({
      status: 69,
      stdout: "",
      stderr: `hopwire: no agent answers at ${dir}/hopwire.sock; start it with: hopwire up\n`,
    });
    expect(hopwire(PROGRAM, "statsu").status).toBe(64);
  });
});
