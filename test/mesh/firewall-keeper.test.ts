import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { FirewallKeeper } from "../../agent/mesh/firewall-keeper.ts";
import type { CommandRunner } from "../../agent/runner.ts";
import { Firewall } from "../../agent/wireguard/firewall.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint } from "./samples.ts";

const LOOK_MS = 120_000;

/** An nft that has the table or not. */
class Host {
  readonly clock = new FakeClock();
  readonly scripts: string[] = [];
  invites: readonly string[] = [];
  isInstalled = false;
  isBroken = false;
  readonly keeper: FirewallKeeper;

  constructor(fault?: string) {
    const run: CommandRunner = (_, args, options) => {
      const ok = { exitCode: 0, stdout: "", stderr: "" };
      const failed = { exitCode: 1, stdout: "", stderr: "Error: No such file or directory" };
      if (args.includes("list")) return Promise.resolve(this.isInstalled ? ok : failed);
      if (this.isBroken) return Promise.resolve(failed);
      this.scripts.push(options?.input ?? "");
      this.isInstalled = true;
      return Promise.resolve(ok);
    };
    this.keeper = new FirewallKeeper({
      firewall: new Firewall("hopwire0", run),
      fault,
      rules: () => ({
        addresses: ["100.64.0.1"],
        prefixes: ["100.64.0.0/16"],
        controlPort: 51821,
        listenPort: 51820,
        agentPort: 4711,
        invites: this.invites,
      }),
      clock: this.clock,
      log: silentLogger,
    });
  }
}

describe("the firewall table", () => {
  it("is installed again when a firewall reload took it along, with the invites of now", async () => {
    const host = new Host();
    await host.keeper.start();
    host.invites = ["100.64.0.9"];
    host.isInstalled = false;
    await host.clock.advance(LOOK_MS - 1);
    expect(host.scripts).toHaveLength(1);
    await host.clock.advance(1);
    expect(host.scripts).toHaveLength(2);
    expect(host.scripts[1]).toContain("100.64.0.9");
  });

  it("is left alone while it is there", async () => {
    const host = new Host();
    await host.keeper.start();
    await host.clock.advance(10 * LOOK_MS);
    expect(host.scripts).toHaveLength(1);
  });

  it("that cannot be installed is tried again at the next look", async () => {
    const host = new Host();
    await host.keeper.start();
    host.isInstalled = false;
    host.isBroken = true;
    await host.clock.advance(LOOK_MS);
    host.isBroken = false;
    await host.clock.advance(LOOK_MS);
    expect(host.isInstalled).toBe(true);
  });

  it("is not looked at any more after disposal", async () => {
    const host = new Host();
    await host.keeper.start();
    host.keeper[Symbol.dispose]();
    expect(host.clock.pending).toBe(0);
  });

  it("has pins for WireGuard's port and the invites of now", async () => {
    const host = new Host();
    await host.keeper.pin?.([{ from: endpoint(1), to: endpoint(2) }]);
    expect(host.scripts[0]).toContain("192.0.2.1 udp sport 51820 udp dport 51820");
    host.invites = ["100.64.0.9"];
    await host.keeper.updateInvites();
    expect(host.scripts[1]).toContain("100.64.0.9");
  });

  //
  it("has its holes again after a firewall reload took it along", async () => {
    const host = new Host();
    await host.keeper.start();
    await host.keeper.dig?.([{ remote: endpoint(1), localPort: 50_007 }]);
    expect(host.scripts[1]).toContain("192.0.2.1 . 51820 : 50007");
    host.isInstalled = false;
    await host.clock.advance(LOOK_MS);
    expect(host.scripts.slice(3)).toEqual([host.scripts[1]]);
  });
});

it("without nftables nothing is installed, pinned or looked at", async () => {
  const host = new Host("nft could not run: it did not start");
  await host.keeper.start();
  await host.keeper.updateInvites();
  expect([host.keeper.pin, host.keeper.dig]).toEqual([undefined, undefined]);
  expect([host.scripts.length, host.clock.pending]).toEqual([0, 0]);
});
