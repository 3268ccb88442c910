import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lanSecretOf } from "../../agent/registry/lan/lan-secret.ts";
import { announcementOf, txtOf } from "../../agent/registry/lan/tag.ts";
import { wallMs } from "../../protocol/time.ts";
import { Avahi, type BrowsedService } from "../lab/avahi.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { Host } from "../lab/host.ts";
import { Lab } from "../lab/lab.ts";
import { LabAgent } from "../lab/lab-agent.ts";
import type { Nat } from "../lab/nat.ts";
import { EASY_NAT } from "./mesh.ts";
import { reaches } from "./pings.ts";

const TYPE = "_hopwire._udp";
const OFF = { HOPWIRE_LAN_DISCOVERY: "off" };

/** Against the program that everybody else has; where it is not installed there is nothing to test against, and the title says so. */
const whereAvahi = Avahi.isInstalled() ? it : it.skip;

/** Founder and volunteer "vera" on the internet; "anna" and "berta" on one LAN, and no way out of it from the second test on. */
class Home implements AsyncDisposable {
  readonly lab: Lab;
  readonly nat: Nat;
  readonly vera: LabAgent;
  readonly anna: LabAgent;
  readonly berta: LabAgent;
  /** No member. */
  readonly guest: Host;

  private constructor(lab: Lab, nat: Nat, guest: Host, agents: readonly [LabAgent, LabAgent, LabAgent]) {
    this.lab = lab;
    this.nat = nat;
    this.guest = guest;
    [this.vera, this.anna, this.berta] = agents;
  }

  static async create(): Promise<Home> {
    const lab = await Lab.create({ name: "lan" });
    const [open, nat] = await Promise.all([lab.openHost("vera"), lab.nat("home", EASY_NAT)]);
    const [anna, berta, guest] = await Promise.all([
      lab.hostBehind(nat, "anna"),
      lab.hostBehind(nat, "berta"),
      lab.hostBehind(nat, "guest"),
    ]);
    const agentOn = (host: Host): Promise<LabAgent> => LabAgent.create(lab, host);
    const agents = await Promise.all([agentOn(open), agentOn(anna), agentOn(berta)] as const);
    const home = new Home(lab, nat, guest, agents);
    const [vera, ...others] = agents;
    await Promise.all([vera.start(), ...others.map((agent) => agent.start(OFF))]);
    await vera.must("init", "--network", "demo", "--name", "vera");
    await vera.must("relay", "start");
    for (const agent of others) await agent.must("join", await vera.must("invite", agent.name));
    await home.anna.waitForPath("berta", "direct");
    await Promise.all(others.map((agent) => agent.stop()));
    return home;
  }

  /** No cache tells them where the other was. */
  async forget(): Promise<void> {
    for (const { directory } of [this.anna, this.berta])
      await rm(join(directory, "state/cache.json"), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.vera, this.anna, this.berta].map((agent) => agent[Symbol.asyncDispose]()));
    await this.lab[Symbol.asyncDispose]();
  }
}

/** All datagrams that come to a port of the host, as text of which only ASCII means anything. */
function listen(host: Host, port: number): { readonly heard: () => string } {
  const script = `require("node:dgram").createSocket("udp4").on("message", (m) => process.stdout.write(m.toString("latin1"))).bind(${port})`;
  let heard = "";
  host
    .spawn(process.execPath, ["-e", script])
    .stdout.setEncoding("latin1")
    .on("data", (text: string) => (heard += text));
  return { heard: () => heard };
}

//
describeLab("two members on a LAN without internet", () => {
  let home: Home;

  beforeAll(async () => {
    home = await Home.create();
    await home.nat.cut();
    await home.vera.stop();
  });
  afterAll(() => home[Symbol.asyncDispose]());

  const startBoth = (env = {}): Promise<unknown> =>
    Promise.all([home.anna.start(env), home.berta.start(env)]);
  const stopBoth = (): Promise<unknown> => Promise.all([home.anna.stop(), home.berta.stop()]);

  it("that know nothing of where the other is find each other there, and only by LAN discovery", async () => {
    const { anna, berta } = home;
    await home.forget();
    await startBoth(OFF);
    await wait(5_000);
    expect((await anna.peer("berta")).path.type).toBe("none");
    await stopBoth();
    await home.forget();
    await startBoth();
    await Promise.all([anna.waitForPath("berta", "direct"), berta.waitForPath("anna", "direct")]);
    expect((await anna.peer("berta")).path.endpoint).toBe(`${berta.host.address4}:51820`);
    expect((await berta.peer("anna")).path.endpoint).toBe(`${anna.host.address4}:51820`);
    expect(await reaches(anna.host, (await anna.peer("berta")).address4)).toBe(true);
  });

  it("find each other where the firewalls of both let in answers and multicast DNS alone", async () => {
    const { anna, berta } = home;
    await stopBoth();
    await home.forget();
    for (const { host } of [anna, berta]) {
      await host.firewall("stateful-drop");
      await host.namespace.configure({ nft: "insert rule inet lab_firewall input udp dport 5353 accept" });
    }
    await startBoth();
    await Promise.all([anna.waitForPath("berta", "direct"), berta.waitForPath("anna", "direct")]);
    for (const { host } of [anna, berta]) await host.firewall("open");
  });

  whereAvahi(
    "show to avahi, also on a host of theirs, services in which there is no name, key or lasting mark",
    async () => {
      const { anna, berta } = home;
      await using avahi = await Avahi.start(anna.host);
      const heardFrom = async (address: string): Promise<BrowsedService> => {
        for (let tries = 0; tries < 20; tries++) {
          const found = (await avahi.browse(TYPE)).find((service) => service.address === address);
          if (found !== undefined) return found;
          await wait(500);
        }
        throw new Error(`avahi hears nothing from ${address}`);
      };
      const before = await heardFrom(berta.host.address4);
      expect(before).toEqual({
        name: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        host: `${before.name}.local`,
        address: berta.host.address4,
        port: 51_820,
        txt: expect.stringMatching(
          /^("s=[0-9a-f]{16}" "t=[0-9a-f]{32}"|"t=[0-9a-f]{32}" "s=[0-9a-f]{16}")$/,
        ) as string,
      });
      // With avahi at the same port, too.
      await berta.stop();
      // RFC 6762, section 10.1: what is taken back is kept for another second.
      await expect
        .poll(async () => (await avahi.browse(TYPE)).map(({ address }) => address), { timeout: 10_000 })
        .toEqual([anna.host.address4]);
      await berta.start();
      await anna.waitForPath("berta", "direct");
      const after = await heardFrom(berta.host.address4);
      expect(after.name).not.toBe(before.name);
      const words = (txt: string): string[] => txt.match(/[0-9a-f]{16,}/g) ?? [];
      expect(words(after.txt)).toHaveLength(2);
      expect(words(after.txt).filter((word) => before.txt.includes(word))).toEqual([]);
    },
  );

  whereAvahi(
    "ask who is behind a tag of theirs that avahi announces, without a name, and nobody behind any other",
    async () => {
      const { anna, guest } = home;
      await using avahi = await Avahi.start(guest);
      const state = JSON.parse(await readFile(join(anna.directory, "state/state.json"), "utf8")) as {
        membership: { secrets: { epoch: number; secret: string }[] };
      };
      const [secret] = state.membership.secrets;
      if (secret === undefined) throw new Error("anna has no secret");
      const key = lanSecretOf(secret.epoch, new Uint8Array(Buffer.from(secret.secret, "base64")));
      const txtFor = (lanSecret: typeof key, port: number): string[] => {
        const at = { address: guest.address4, port };
        const announcement = announcementOf(lanSecret, "0123456789abcdef", at, wallMs(Date.now()));
        return Object.entries(txtOf(announcement)).map((pair) => pair.join("="));
      };
      const [ours, theirs, moved] = [listen(guest, 40_001), listen(guest, 40_002), listen(guest, 40_003)];
      await avahi.publish("theirs", TYPE, 40_002, txtFor({ ...key, key: new Uint8Array(32) }, 40_002));
      await avahi.publish("moved", TYPE, 40_003, txtFor(key, 40_001));
      await avahi.publish("ours", TYPE, 40_001, txtFor(key, 40_001));
      await expect.poll(ours.heard, { timeout: 15_000 }).toContain("lan:0123456789abcdef:");
      await wait(2_000);
      expect([theirs.heard(), moved.heard()]).toEqual(["", ""]);
      for (const peer of [...(await anna.api.peers()), (await anna.api.status()).member])
        expect(ours.heard()).not.toContain(peer?.id.slice(0, 16));
    },
  );

  it("outlive a neighbour that floods the LAN with announcements and nonsense, and find each other after it", async () => {
    const { anna, berta, guest } = home;
    const memory = async (): Promise<number> => {
      const status = await readFile(`/proc/${anna.pid ?? 0}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
    };
    await stopBoth();
    await anna.start();
    const before = await memory();
    const flood = ["test/agent/mdns-flood.ts", guest.address4, "10000", "1000"];
    const { exitCode, stderr } = await guest.run(process.execPath, flood, { timeoutMs: 60_000 });
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(anna.exitCode).toBeUndefined();
    expect((await memory()) - before).toBeLessThan(32 * 1024 * 1024);
    await home.forget();
    await berta.start();
    await Promise.all([anna.waitForPath("berta", "direct"), berta.waitForPath("anna", "direct")]);
  });
});
