import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIG_FILE, mergeConfig } from "../../agent/config/load.ts";
import { AgentError } from "../../agent/errors.ts";

const root = resolve(import.meta.dirname, "../..");

const ANALYZE = "systemd-analyze";
const hasAnalyze = spawnSync(ANALYZE, ["--version"]).status === 0;

/** A unit file as text, and its last value of a key. */
class Unit {
  readonly name: string;
  readonly text: string;

  constructor(name: string) {
    this.name = name;
    this.text = readFileSync(join(root, "systemd", name), "utf8");
  }

  valueOf(key: string): string | undefined {
    return new RegExp(`^${key}=(.*)$`, "m").exec(this.text)?.[1];
  }
}

const agent = new Unit("hopwire.service");
const relay = new Unit("hopwire-relay.service");

// R-1301
describe.each([agent, relay])("$name", (unit) => {
  it.skipIf(!hasAnalyze)("is clean for systemd-analyze verify (skipped where that is not installed)", () => {
    const dir = mkdtempSync(join(tmpdir(), "hopwire-unit-"));
    try {
      // The program need not be installed here, but verify asks whether it could be run.
      for (const { name, text } of [agent, relay])
        writeFileSync(join(dir, name), text.replaceAll("/usr/bin/hopwire", join(root, "scripts/hopwire")));
      const { status, stdout, stderr } = spawnSync(
        ANALYZE,
        ["verify", "--man=no", "--recursive-errors=no", join(dir, unit.name)],
        { encoding: "utf8" },
      );
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("gives the agent the very directories that are its defaults", () => {
    const { config } = mergeConfig({}, { environment: {} });
    expect(config.stateDir).toBe(`/var/lib/${unit.valueOf("StateDirectory") ?? ""}`);
    expect(unit.valueOf("RuntimeDirectory")?.split(" ")[0]).toBe(config.runtimeDir.replace("/run/", ""));
    expect(DEFAULT_CONFIG_FILE).toBe(`/etc/${unit.valueOf("ConfigurationDirectory") ?? ""}/hopwire.toml`);
  });

  it("does not start again after what would only fail again", () => {
    const fruitless = ["usage.invalid", "interface.taken", "rights.missing", "config.invalid"] as const;
    const statuses = fruitless.map((code) => String(new AgentError(code, "").exitCode));
    expect(unit.valueOf("RestartPreventExitStatus")?.split(" ")).toEqual(statuses);
  });

  it("leaves the agent one capability", () => {
    expect(unit.valueOf("CapabilityBoundingSet")).toBe("CAP_NET_ADMIN");
    expect(unit.valueOf("NoNewPrivileges")).toBe("yes");
  });

  it("lets V8 compile", () => {
    expect(unit.valueOf("MemoryDenyWriteExecute")).toBe("no");
  });
});

//
describe("hopwire-relay.service", () => {
  it("runs nothing but the relay, and never beside the whole agent of the same member", () => {
    expect(relay.valueOf("ExecStart")).toBe("/usr/bin/hopwire relay serve");
    expect(relay.valueOf("Conflicts")).toBe(agent.name);
  });

  it("shares the state of the whole agent, to whom systemd gives it back", () => {
    expect(relay.valueOf("StateDirectory")).toBe(agent.valueOf("StateDirectory"));
    expect(agent.valueOf("User")).toBe("root");
  });

  it("is not root, and has wireguard-go's sockets in a folder of its own", () => {
    expect(relay.valueOf("User")).toBe("hopwire-relay");
    expect(relay.valueOf("AmbientCapabilities")).toBe("CAP_NET_ADMIN");
    expect(relay.valueOf("RuntimeDirectory")).toBe("hopwire hopwire/wireguard");
    expect(relay.valueOf("BindPaths")).toBe("/run/hopwire/wireguard:/run/wireguard");
  });

  it("keeps every protection that the whole agent has", () => {
    const protections = (of: Unit): readonly string[] =>
      of.text.split("\n").filter((line) => /^(Protect|Restrict[A-Z]|Private|Lock|SystemCall)/.test(line));
    expect(protections(relay)).toEqual(expect.arrayContaining([...protections(agent)]));
  });

  it("may open the sockets of as many allocations as the configuration takes", () => {
    const withMost = (count: number) =>
      mergeConfig({ toml: `relay.max-allocations = ${count}` }, { environment: {} }).config.relay;
    const most = 10_000;
    expect(withMost(most).maxAllocations).toBe(most);
    expect(() => withMost(most + 1)).toThrow(AgentError);
    expect(Number(relay.valueOf("LimitNOFILE"))).toBe(2 * most + 1024);
  });
});
