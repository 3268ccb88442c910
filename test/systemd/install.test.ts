import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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
const readdirIfThere = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);
const below = (path: string): string => join(dest, path);

// R-1301
describe("scripts/install", () => {
  it("installs, also over an older version and for a relay alone, a program that runs on its own", () => {
    for (const options of [[], ["--relay"]]) {
      expect(install(...options)).toEqual({ status: 0, stdout: `install: done below ${dest}\n`, stderr: "" });
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

  it("puts units, group, user and completion where the system looks for them", () => {
    const unit = (name: string): string => readFileSync(below(`usr/lib/systemd/system/${name}`), "utf8");
    expect(unit("hopwire.service")).toContain("ExecStart=/usr/bin/hopwire daemon\n");
    expect(unit("hopwire-relay.service")).toContain("ExecStart=/usr/bin/hopwire relay serve\n");
    expect(readFileSync(below("usr/lib/sysusers.d/hopwire.conf"), "utf8")).toContain("u hopwire-relay -");
    expect(readFileSync(below("usr/lib/sysusers.d/hopwire.conf"), "utf8")).toContain("g hopwire -");
    expect(readFileSync(below("usr/share/bash-completion/completions/hopwire"), "utf8")).toContain(
      "_hopwire()",
    );
  });

  it("adds a configuration to begin with and a dashboard to import", () => {
    for (const name of ["hopwire.example.toml", "hopwire.grafana.json"])
      expect(readFileSync(below(`usr/share/hopwire/${name}`))).toEqual(
        readFileSync(join(root, "systemd", name)),
      );
  });

  it("removes all of it again, and keys only when it is told to", () => {
    mkdirSync(below("var/lib/hopwire"), { recursive: true });
    writeFileSync(below("var/lib/hopwire/key"), "");
    expect(uninstall().status).toBe(0);
    for (const path of ["bin/hopwire", "lib/hopwire", "lib/systemd/system", "share/hopwire"]) {
      expect(readdirIfThere(below(`usr/${path}`))).toEqual([]);
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
