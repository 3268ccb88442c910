import { describe, expect, it } from "vitest";
import { LiveConfig } from "../../agent/config/live-config.ts";
import { mergeConfig, type LoadedConfig } from "../../agent/config/load.ts";
import { CONFIG_KEYS, configKeys } from "../../agent/config/schema.ts";
import { silentLogger, type Logger } from "../../agent/log.ts";

type Line = { readonly fields: unknown; readonly text: unknown };

function loaded(toml: string): LoadedConfig {
  return { ...mergeConfig({ path: "/a.toml", toml }, { environment: {} }), file: "/a.toml" };
}

function started(toml: string) {
  const lines: Line[] = [];
  const note = (fields: unknown, text?: unknown): void => void lines.push({ fields, text });
  const log: Logger = { ...silentLogger, info: note, warn: note, error: note };
  const file = { toml };
  const live = new LiveConfig(loaded(toml), () => loaded(file.toml), log);
  return {
    live,
    lines,
    reload: (next: string): void => {
      file.toml = next;
      live.reload();
    },
  };
}

//
describe("LiveConfig", () => {
  it("hands a key that can change live to every hook, and to none what has not changed", () => {
    const { live, reload } = started("");
    const levels: string[] = [];
    live.onReload(({ logLevel }, changed) => levels.push(`${logLevel}: ${changed.join()}`));
    reload('log-level = "debug"');
    reload('log-level = "debug"');
    reload("");
    expect(levels).toEqual(["debug: log-level", "info: log-level"]);
  });

  it("can change what the agent takes over, and promises no more", () => {
    // The log's level in `hopwire daemon`, the relay's in `runDaemon`; `relay-reload.lab.test.ts` sees it happen.
    const live = configKeys.filter((key) => CONFIG_KEYS[key].change === "live");
    expect(live).toEqual([
      "log-level",
      "relay.forwarder",
      "relay.pin",
      "relay.ban",
      "relay.guard.allow",
      "relay.guard.block",
    ]);
  });

  it("names the keys that wait for a restart, for as long as they differ from the start", () => {
    const { live, lines, reload } = started("mtu = 1400");
    reload("mtu = 1300");
    reload("mtu = 1300\nlisten-port = 1");
    expect(lines.map(({ fields }) => fields)).toEqual([
      { file: "/a.toml", changed: [] },
      { keys: ["mtu"] },
      { file: "/a.toml", changed: [] },
      { keys: ["listen-port", "mtu"] },
    ]);
    lines.length = 0;
    reload("mtu = 1400");
    expect(lines).toHaveLength(1);
    expect(live.started.mtu).toBe(1400);
  });

  it("changes nothing for a file that is no good, and says where it is wrong", () => {
    const { live, lines, reload } = started("");
    live.onReload(() => expect.unreachable());
    reload('log-level = "loud"');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({
      reason: expect.stringContaining("/a.toml line 1: log-level must be one of") as string,
    });
  });

  it("tells every hook, also after one that fails, until it is taken off", () => {
    const { live, lines, reload } = started("");
    let told = 0;
    live.onReload(() => {
      throw new Error("broken");
    });
    const takeOff = live.onReload(() => {
      told++;
    });
    reload('log-level = "debug"');
    expect(told).toBe(1);
    expect(lines[0]?.text).toBe("a part of the agent did not take over its configuration");
    takeOff();
    reload('log-level = "info"');
    expect(told).toBe(1);
  });
});
