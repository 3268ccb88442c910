import { afterAll, beforeAll, expect, it } from "vitest";
import { describeLab } from "./describe-lab.ts";
import type { Host } from "./host.ts";
import { Lab } from "./lab.ts";
import { ProbeClient } from "./probe-client.ts";
import type { Site } from "./site.ts";

const PORT = 5000;
const OPEN_KIND = { mapping: "endpoint-independent", filtering: "endpoint-independent" } as const;

/** Share of `count` echo requests, 2 ms apart, that were answered. */
async function answeredShare(from: Site, to: string, count: number): Promise<number> {
  const { stdout } = await from.run("ping", ["-q", "-c", String(count), "-i", "0.002", "-W", "1", to]);
  return Number(/(\d+) received/.exec(stdout)?.[1]) / count;
}

const reaches = async (from: Site, to: string): Promise<boolean> => (await answeredShare(from, to, 1)) === 1;

/** As soon as the neighbours have found each other again, which takes ARP up to a second after a cut. */
async function reachesAgain(from: Site, to: string): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) if (await reaches(from, to)) return true;
  return false;
}

/** Sends over TCP, and prints at how many bits per second it arrived. */
const SEND = `require("node:net").createServer((to) => to.end(Buffer.alloc(1_000_000))).listen(${PORT}, () => console.log("listening"))`;
const RECEIVE = `let bytes = 0, start; require("node:net").connect(${PORT}, process.argv[1])
  .on("data", (chunk) => { start ??= performance.now(); bytes += chunk.length; })
  .on("end", () => console.log(bytes * 8 * 1000 / (performance.now() - start)))`;

async function bitsPerSec(from: Site, to: Site, address: string): Promise<number> {
  const sender = from.spawn(process.execPath, ["-e", SEND]);
  await new Promise((resolve) => sender.stdout.once("data", resolve));
  const { stdout } = await to.run(process.execPath, ["-e", RECEIVE, address]);
  sender.kill();
  return Number(stdout);
}

// R-1303
describeLab("a site", () => {
  let lab: Lab;
  let server: Host;
  let serverProbe: ProbeClient;
  let other: Host;

  beforeAll(async () => {
    lab = await Lab.create({ name: "site" });
    [server, other] = await Promise.all([lab.openHost("server"), lab.openHost("other")]);
    serverProbe = await ProbeClient.open(server, PORT);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("on the internet is reached by anybody, by IPv4 and IPv6", async () => {
    expect(await reaches(other, server.address4)).toBe(true);
    expect(await reaches(other, server.address6 ?? "")).toBe(true);
  });

  it("with a stateful firewall gets answers only, until the firewall opens", async () => {
    const host = await lab.openHost("walled");
    await host.firewall("stateful-drop");
    const probe = await ProbeClient.open(host, PORT);
    const seen = await probe.mappedBy({ address: server.address4, port: PORT });
    expect(seen).toEqual({ address: host.address4, port: PORT });
    expect(await reaches(other, host.address4)).toBe(false);
    expect(await reaches(other, host.address6 ?? "")).toBe(false);
    const otherProbe = await ProbeClient.open(other);
    expect(await otherProbe.mappedBy({ address: host.address4, port: PORT })).toBeUndefined();
    await host.firewall("open");
    expect(await otherProbe.mappedBy({ address: host.address4, port: PORT })).toBeDefined();
  });

  it("with UDP blocked keeps everything else, and its sends do not fail", async () => {
    const nat = await lab.nat("mute", OPEN_KIND);
    const host = await lab.hostBehind(nat, "mute-host");
    const probe = await ProbeClient.open(host, PORT);
    const target = { address: server.address4, port: PORT };
    await nat.blockUdp();
    expect(await probe.mappedBy(target)).toBeUndefined();
    expect(await reaches(host, server.address4)).toBe(true);
    await nat.allowUdp();
    const seen = await probe.mappedBy(target);
    expect(seen?.address).toBe(nat.outside4);
    await host.blockUdp();
    expect(await probe.mappedBy(target)).toBeUndefined();
  });

  it("loses the share of packets that it was told to, each way", async () => {
    const host = await lab.openHost("lossy");
    await host.setLoss(0.2);
    // A round trip has a chance of 0.8 x 0.8; 600 of them: standard deviation 0.0196, and five of these to each side.
    const share = await answeredShare(host, server.address4, 600);
    expect(share).toBeGreaterThan(0.64 - 0.1);
    expect(share).toBeLessThan(0.64 + 0.1);
    await host.setLoss(0);
    expect(await answeredShare(host, server.address4, 100)).toBe(1);
  });

  it("gets about the bandwidth that it was given", async () => {
    const host = await lab.openHost("slow");
    await host.setBandwidth(8_000_000);
    const limited = await bitsPerSec(server, host, server.address4);
    expect(limited).toBeGreaterThan(5_000_000);
    expect(limited).toBeLessThan(10_000_000);
    await host.setBandwidth(undefined);
    expect(await bitsPerSec(host, other, host.address4)).toBeGreaterThan(20_000_000);
  });

  it("falls silent when it is cut off and comes back when it is restored", async () => {
    const host = await lab.openHost("cut");
    await host.cut();
    expect(await reaches(host, server.address4)).toBe(false);
    expect(await reaches(server, host.address6 ?? "")).toBe(false);
    await host.restore();
    expect(await reachesAgain(host, server.address4)).toBe(true);
    expect(await reachesAgain(server, host.address6 ?? "")).toBe(true);
  });

  it("without IPv4 is reached by IPv6 alone, also after its cable was unplugged", async () => {
    const nat = await lab.nat("six", { ...OPEN_KIND, ipv6: true });
    const host = await lab.hostBehind(nat, "six-host");
    await host.dropIpv4();
    const families = async (): Promise<boolean[]> => [
      await reaches(host, server.address4),
      await reachesAgain(host, server.address6 ?? ""),
    ];
    expect(await families()).toEqual([false, true]);
    await host.link.unplug();
    await host.link.plug();
    expect(await families()).toEqual([false, true]);
    expect((await host.run("ip", ["-4", "route"])).stdout).toBe("");
  });

  it("with only IPv4 cannot do without it", async () => {
    const host = await lab.openHost("four", { ipv6: false });
    await expect(host.dropIpv4()).rejects.toThrow("without any address");
  });

  it("with a stateful firewall that forgets its flows has asked nobody anything", async () => {
    const host = await lab.openHost("amnesiac");
    await host.firewall("stateful-drop");
    const probe = await ProbeClient.open(host, PORT);
    const seen = await probe.mappedBy({ address: server.address4, port: PORT });
    if (seen === undefined) throw new Error("the server did not answer");
    serverProbe.send("before", seen);
    expect(await probe.receives("before")).toBeDefined();
    await host.forgetFlows();
    serverProbe.send("after", seen);
    expect(await probe.receives("after")).toBeUndefined();
  });

  it("cut off from another one still reaches everybody else", async () => {
    const nat = await lab.nat("part", OPEN_KIND);
    const host = await lab.hostBehind(nat, "part-host");
    await lab.cutBetween(host, server);
    await lab.cutBetween(nat, server);
    expect(await reaches(host, server.address4)).toBe(false);
    expect(await reaches(host, other.address4)).toBe(true);
    expect(await reaches(server, other.address4)).toBe(true);
    await lab.restoreBetween(nat, server);
    await lab.restoreBetween(nat, server);
    expect(await reaches(host, server.address4)).toBe(true);
  });

  it("cannot be cut off from what shares its public link", async () => {
    const nat = await lab.nat("shared", OPEN_KIND);
    const host = await lab.hostBehind(nat, "shared-host");
    await expect(lab.cutBetween(nat, host)).rejects.toThrow("share a public link");
  });

  it("with two uplinks uses each for what is bound to its address, and the second for all when the first is unplugged", async () => {
    const nat = await lab.nat("wifi", OPEN_KIND);
    const host = await lab.hostBehind(nat, "two");
    const mobile = await lab.nat("mobile", OPEN_KIND);
    const uplink = await host.addUplink(mobile);
    const target = { address: server.address4, port: PORT };
    const [unbound, bound] = await Promise.all([
      ProbeClient.open(host),
      ProbeClient.open(host, 0, uplink.address4),
    ]);
    expect((await unbound.mappedBy(target))?.address).toBe(nat.outside4);
    expect((await bound.mappedBy(target))?.address).toBe(mobile.outside4);
    await host.link.unplug();
    expect((await unbound.mappedBy(target))?.address).toBe(mobile.outside4);
    await host.link.plug();
    expect((await unbound.mappedBy(target))?.address).toBe(nat.outside4);
  });

  it("on the internet is reached by the address of each uplink", async () => {
    const host = await lab.openHost("multi");
    const uplink = await host.addUplink();
    const probe = await ProbeClient.open(host, PORT);
    expect(probe.port).toBe(PORT);
    expect(await reaches(server, host.address4)).toBe(true);
    expect(await reaches(server, uplink.address4)).toBe(true);
    expect(await reaches(server, uplink.address6 ?? "")).toBe(true);
    serverProbe.send("to the second", { address: uplink.address4, port: PORT });
    expect(await probe.receives("to the second")).toEqual({ address: server.address4, port: PORT });
  });
});
