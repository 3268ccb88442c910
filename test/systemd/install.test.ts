import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

let dest: string;
beforeAll(() => (dest = mkdtempSync(join(tmpdir(), "hopwire-install-"))));
afterAll(() => rmSync(dest, { recursive: true, force: true }));

function run(program: string, ...argv: string[]) {
  const env = { PATH: process.env["PATH"], HOME: dest, DESTDIR: dest };
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: "utf8", env });
  return { status, stdout, stderr };
}

const install = (...argv: string[]) => run(join(root, "scripts/install"), ...argv);
const uninstall = (...argv: string[]) => run(join(root, "scripts/uninstall"), ...argv);
const below = (path: string): string => join(dest, path);

// R-1301
describe("scripts/install", () => {
  it("installs, also over an older version, a program that runs on its own", () => {
    for (let time = 0; time < 2; time++) {
      expect(install()).toEqual({ status: 0, stdout: `install: done below ${dest}\n`, stderr: "" });
    }
    expect(run(below("usr/bin/hopwire"), "version")).toEqual({ status: 0, stdout: "0.1.0\n", stderr: "" });
    expect(existsSync(below("usr/lib/hopwire.new"))).toBe(false);
    expect(existsSync(below("usr/lib/hopwire.old"))).toBe(false);
  }, 60_000);

  it("takes along what the product needs, and nothing of what builds and tests it", () => {
    const modules = below("usr/lib/hopwire/node_modules");
    for (const name of ["commander", "execa", "pino", "protobufjs"])
      expect(existsSync(join(modules, name))).toBe(true);
    for (const name of ["vitest", "typescript", "eslint", "knip"])
      expect(existsSync(join(modules, name))).toBe(false);
    expect(existsSync(below("usr/lib/hopwire/test"))).toBe(false);
  });

  it("keeps the program out of everybody's reach but root's", () => {
    for (const path of ["usr/lib/hopwire/agent/main.ts", "usr/lib/hopwire/node_modules/.cache/hopwire"]) {
      expect(lstatSync(below(path)).mode & 0o022).toBe(0);
    }
  });

  it("puts unit, group and completion where the system looks for them", () => {
    expect(readFileSync(below("usr/lib/systemd/system/hopwire.service"), "utf8")).toContain(
      "ExecStart=/usr/bin/hopwire daemon\n",
    );
    expect(readFileSync(below("usr/lib/sysusers.d/hopwire.conf"), "utf8")).toContain("g hopwire -");
    expect(readFileSync(below("usr/share/bash-completion/completions/hopwire"), "utf8")).toContain(
      "_hopwire()",
    );
  });

  it("removes all of it again, and keys only when it is told to", () => {
    mkdirSync(below("var/lib/hopwire"), { recursive: true });
    writeFileSync(below("var/lib/hopwire/key"), "");
    expect(uninstall().status).toBe(0);
    for (const path of ["bin/hopwire", "lib/hopwire", "lib/systemd/system/hopwire.service"]) {
      expect(existsSync(below(`usr/${path}`))).toBe(false);
    }
    expect(existsSync(below("var/lib/hopwire/key"))).toBe(true);
    expect(uninstall("--purge").status).toBe(0);
    expect(existsSync(below("var/lib/hopwire"))).toBe(false);
  });

  it("refuses an option that it does not know", () => {
    expect(install("--what")).toMatchObject({ status: 64 });
    expect(uninstall("--what")).toMatchObject({ status: 64 });
  });
});
