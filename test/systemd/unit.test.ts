import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIG_FILE, mergeConfig } from "../../agent/config/load.ts";
import { AgentError } from "../../agent/errors.ts";

const root = resolve(import.meta.dirname, "../..");
const unit = readFileSync(join(root, "systemd/hopwire.service"), "utf8");
const valueOf = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1];

const ANALYZE = "systemd-analyze";
const hasAnalyze = spawnSync(ANALYZE, ["--version"]).status === 0;

// R-1301
describe("hopwire.service", () => {
  it.skipIf(!hasAnalyze)("is clean for systemd-analyze verify (skipped where that is not installed)", () => {
    const dir = mkdtempSync(join(tmpdir(), "hopwire-unit-"));
    try {
      const path = join(dir, "hopwire.service");
      // The program need not be installed here, but verify asks whether it could be run.
      writeFileSync(path, unit.replaceAll("/usr/bin/hopwire", join(root, "scripts/hopwire")));
      const { status, stdout, stderr } = spawnSync(ANALYZE, ["verify", "--man=no", path], {
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("gives the agent the very directories that are its defaults", () => {
    const { config } = mergeConfig({}, { environment: {} });
    expect(config.stateDir).toBe(`/var/lib/${valueOf("StateDirectory") ?? ""}`);
    expect(valueOf("RuntimeDirectory")?.split(" ")).toEqual([
      config.runtimeDir.replace("/run/", ""),
      "wireguard",
    ]);
    expect(DEFAULT_CONFIG_FILE).toBe(`/etc/${valueOf("ConfigurationDirectory") ?? ""}/hopwire.toml`);
  });

  it("does not start again after what would only fail again", () => {
    const fruitless = ["usage.invalid", "interface.taken", "rights.missing", "config.invalid"] as const;
    const statuses = fruitless.map((code) => String(new AgentError(code, "").exitCode));
    expect(valueOf("RestartPreventExitStatus")?.split(" ")).toEqual(statuses);
  });

  it("leaves the agent one capability", () => {
    expect(valueOf("CapabilityBoundingSet")).toBe("CAP_NET_ADMIN");
    expect(valueOf("NoNewPrivileges")).toBe("yes");
  });
});
