import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, mergeConfig, type ConfigSources } from "../../agent/config/load.ts";
import { AgentError } from "../../agent/errors.ts";

const PATH = "/etc/hopwire/hopwire.toml";

function merged(
  toml: string,
  environment: ConfigSources["environment"] = {},
  given: ConfigSources["arguments"] = {},
) {
  return mergeConfig({ path: PATH, toml }, { environment, arguments: given });
}

function refusal(act: () => unknown): AgentError {
  try {
    act();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("mergeConfig", () => {
  //
  it("takes an argument before the environment, the environment before the file, the file before the default", () => {
    const toml = 'listen-port = 1001\ninterface = "file0"\nstate-dir = "/file"\n';
    const environment = { HOPWIRE_INTERFACE: "env0", HOPWIRE_STATE_DIR: "/env" };
    const { config, origins } = merged(toml, environment, { "state-dir": "/argument" });
    expect(config).toMatchObject({
      stateDir: "/argument",
      interface: "env0",
      listenPort: 1001,
      runtimeDir: "/run/hopwire",
    });
    expect(origins).toMatchObject({
      "state-dir": "argument",
      interface: "environment",
      "listen-port": "file",
      "runtime-dir": "default",
    });
  });

  it("has a default for every key", () => {
    expect(merged("").config).toEqual({
      stateDir: "/var/lib/hopwire",
      runtimeDir: "/run/hopwire",
      interface: "hopwire0",
      listenPort: 51_820,
      controlPort: 51_821,
      mtu: 1280,
      endpoints: [],
      backend: "auto",
      logLevel: "info",
      stunServers: [],
      bootstrap: [],
      portMapping: "auto",
      lanDiscovery: "auto",
      dht: {
        discovery: "off",
        nodes: ["router.bittorrent.com:6881", "dht.transmissionbt.com:6881", "router.utorrent.com:6881"],
      },
      metricsListen: undefined,
      relay: {
        ports: { first: 40_000, last: 49_999 },
        maxAllocations: 256,
        maxPerMember: 64,
        forwarder: "auto",
        bandwidthBps: 0,
        monthlyBytes: 0,
        schedule: "* * * * *",
        allow: ["*"],
        memberTier: "free",
        guard: {
          allocationsPerMinute: 10,
          connectionsPerMinute: 30,
          allowPrivate: "auto",
          lists: { allow: [], block: [] },
          hook: undefined,
        },
        region: "",
        wishes: { pin: [], ban: [] },
        tiers: {
          free: { bandwidthBps: 10_000_000, quotaBytes: 1_000_000_000 },
          paid: { bandwidthBps: 100_000_000, quotaBytes: 100_000_000_000 },
          unlimited: { bandwidthBps: 0, quotaBytes: 0 },
        },
      },
    });
  });

  it("reads every key from the environment", () => {
    const environment = {
      HOPWIRE_CONTROL_PORT: "4000",
      HOPWIRE_MTU: "1400",
      HOPWIRE_ENDPOINTS: "vpn.example.org:51820, [2001:db8::1]:51820",
      HOPWIRE_BACKEND: "wireguard-go",
      HOPWIRE_LOG_LEVEL: "debug",
      HOPWIRE_STUN_SERVERS: "198.51.100.1:3478",
      HOPWIRE_RELAY_PORTS: "5000-5999",
      HOPWIRE_RELAY_MAX_ALLOCATIONS: "8",
    };
    expect(merged("", environment).config).toMatchObject({
      controlPort: 4000,
      mtu: 1400,
      endpoints: ["vpn.example.org:51820", "[2001:db8::1]:51820"],
      backend: "wireguard-go",
      logLevel: "debug",
      stunServers: ["198.51.100.1:3478"],
      relay: { ports: { first: 5000, last: 5999 }, maxAllocations: 8 },
    });
  });

  it("takes an empty variable for one that is not set", () => {
    expect(merged("", { HOPWIRE_INTERFACE: "" }).origins.interface).toBe("default");
  });

  it("reads a table in each way that TOML writes it", () => {
    for (const toml of [
      "[relay]\nmax-allocations = 7",
      "relay.max-allocations = 7",
      "relay = { max-allocations = 7 }",
    ]) {
      expect(merged(toml).config.relay.maxAllocations).toBe(7);
    }
  });

  //
  it("takes members by name, id and role, and everybody", () => {
    const allow = ["*", "role:admin", "bob", "a".repeat(32)];
    expect(merged(`relay.allow = ${JSON.stringify(allow)}`).config.relay.allow).toEqual(allow);
  });

  it("takes a relative path that was typed from the current directory", () => {
    expect(merged("", {}, { "state-dir": "state" }).config.stateDir).toBe(join(process.cwd(), "state"));
  });

  //
  it.each([
    ["listen-prot = 1", 'line 1: there is no key "listen-prot"', 'did you mean "listen-port"?'],
    ["\nlisten_port = 1", 'line 2: there is no key "listen_port"', 'did you mean "listen-port"?'],
    [
      "[relay]\n# a comment\nmax-alocations = 1",
      'line 3: there is no key "relay.max-alocations"',
      'did you mean "relay.max-allocations"?',
    ],
    [
      'mtu = 1280\n[relais]\nports = "1-2"',
      'line 3: there is no key "relais.ports"',
      'did you mean "relay.ports"?',
    ],
    ["relay = { prots = 1 }", 'line 1: there is no key "relay.prots"', 'did you mean "relay.ports"?'],
  ])("names the key, its line and the nearest right one for %j", (toml, message, hint) => {
    const error = refusal(() => merged(toml));
    expect(error).toMatchObject({ code: "config.invalid", exitCode: 78, hint });
    expect(error.message).toBe(`${PATH} ${message}`);
  });

  it("lists the keys where none is near", () => {
    expect(refusal(() => merged("zzzzzzzz = 1")).hint).toMatch(/^the keys are: state-dir, /);
  });

  it.each([
    ['listen-port = "51820"', "line 1: listen-port must be a number from 1 to 65535"],
    ["\n\nlisten-port = 0", "line 3: listen-port must be a whole number from 1 to 65535, not 0"],
    ["mtu = 1279", "line 1: mtu must be a whole number from 1280 to 9000, not 1279"],
    ['state-dir = "relative"', "line 1: state-dir must be an absolute path"],
    ['interface = "a-name-of-16-chr"', "line 1: interface must be 1 to 15 of"],
    ['interface = "../etc"', "line 1: interface must be 1 to 15 of"],
    ['backend = "magic"', "line 1: backend must be one of: auto, kernel, wireguard-go"],
    ['endpoints = ["host"]', 'line 1: endpoints must be "host:port"'],
    ['endpoints = ["2001:db8::1:51820"]', 'line 1: endpoints must be "host:port"'],
    ['endpoints = "host:1"', "line 1: endpoints must be a list"],
    ['[relay]\nports = "9-3"', "line 2: relay.ports must be a range of ports"],
    [
      '[relay]\nallow = ["role:boss"]',
      'line 2: relay.allow must be "*", "role:admin" or "role:member", or a member\'s name or id',
    ],
    //
    ['[metrics]\nlisten = "0.0.0.0:9820"', "line 2: metrics.listen must be empty or a loopback address"],
    ['[metrics]\nlisten = "127.0.0.1"', "line 2: metrics.listen must be empty or a loopback address"],
    ["mtu = 1\nmtu = 2", "line 2: "],
    ["mtu = ", "line 1: "],
  ])("says where and why it refuses %j", (toml, message) => {
    const error = refusal(() => merged(toml));
    expect(error.code).toBe("config.invalid");
    expect(error.message).toContain(`${PATH} ${message}`);
    expect(error.message).not.toContain("\n");
  });

  it("names the variable or the option that holds a wrong value", () => {
    expect(refusal(() => merged("", { HOPWIRE_LISTEN_PORT: "x" })).message).toBe(
      'HOPWIRE_LISTEN_PORT must be a number from 1 to 65535, not "x"',
    );
    expect(refusal(() => merged("", {}, { "listen-port": "99999" })).message).toBe(
      "--listen-port must be a whole number from 1 to 65535, not 99999",
    );
  });

  it("takes a runtime directory as long as its socket's path may be, and no longer", () => {
    const longest = `/${"x".repeat(93)}`;
    expect(merged("", {}, { "runtime-dir": longest }).config.runtimeDir).toBe(longest);
    expect(refusal(() => merged("", {}, { "runtime-dir": `${longest}x` })).message).toContain(
      "at most 94 bytes",
    );
  });
});

describe("loadConfig", () => {
  it("does without the standard file, but not without one that was named", () => {
    const named = "/nonexistent/hopwire.toml";
    expect(refusal(() => loadConfig({ file: named, environment: {} })).message).toBe(
      `cannot read ${named}: ENOENT`,
    );
    expect(refusal(() => loadConfig({ environment: { HOPWIRE_CONFIG: named } })).code).toBe("config.invalid");
  });

  it("reads the file that was named, by option before variable", () => {
    const dir = mkdtempSync(join(tmpdir(), "hopwire-config-"));
    try {
      const file = join(dir, "a.toml");
      writeFileSync(file, 'interface = "a0"\n');
      const loaded = loadConfig({ file, environment: { HOPWIRE_CONFIG: "/nonexistent" } });
      expect(loaded).toMatchObject({ file, config: { interface: "a0" } });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
