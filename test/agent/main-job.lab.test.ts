import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { PeerStatus, RelayStatus, Status } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { EASY_NAT, HARD_NAT, Mesh, MASQUERADING_NAT } from "./mesh.ts";
import { Pings, reaches } from "./pings.ts";
import { pathWith } from "./program-path.ts";
import { tracesOf } from "./traces.ts";

const json = async <T>(agent: LabAgent, ...command: string[]): Promise<T> =>
  JSON.parse(await agent.must(...command, "--json")) as T;

/** UDP ports of the range that a relay takes its own from, on every address: the second port for STUN is on one. */
async function relayPorts(agent: LabAgent): Promise<readonly string[]> {
  const { stdout } = await agent.host.run("ss", ["-H", "-lnu"]);
  return [...stdout.matchAll(/(?:0\.0\.0\.0|\*|\[::\]):(4[0-9]{4})\s/g)].flatMap(([, port]) => port ?? []);
}

const MEMBER = {
  name: expect.any(String) as string,
  id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  address4: expect.stringMatching(/^100\.\d+\.\d+\.\d+$/) as string,
  address6: expect.stringMatching(/^fd[0-9a-f:]+$/) as string,
};

describeLab("two hosts behind endpoint-dependent NATs", () => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await Mesh.create("hard", HARD_NAT);
    await mesh.connect();
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  //
  it("reach each other through the volunteer, over IPv4 and IPv6", async () => {
    const { a, b } = mesh;
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
    const { address4, address6 } = await a.peer("b");
    expect(await reaches(a.host, address4)).toBe(true);
    expect(await reaches(a.host, address6)).toBe(true);
    expect(await reaches(b.host, (await b.peer("a")).address6)).toBe(true);
  });

  //
  it("show with status --json what they are", async () => {
    expect(await json<Status>(mesh.a, "status")).toStrictEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      network: "demo",
      member: { ...MEMBER, name: "a" },
      interface: {
        name: mesh.a.interfaceName,
        backend: expect.stringMatching(/^(kernel|wireguard-go)$/) as string,
        listenPort: 51_820,
      },
      relay: { volunteering: false },
      peers: { total: 2, direct: 1, relayed: 1, none: 0 },
      dht: null,
      warnings: [],
    });
    expect((await json<Status>(mesh.v, "status")).relay).toStrictEqual({ volunteering: true });
  });

  //
  it("show with peers --json who is reached how, and why not directly", async () => {
    const figures = {
      handshakeAgeSec: expect.any(Number) as number,
      rxBytes: expect.any(Number) as number,
      txBytes: expect.any(Number) as number,
    };
    const sinceMs = expect.any(Number) as number;
    const reason =
      "both NATs give every destination another port, one of them at random, so neither end can know where to send";
    // What a NAT lets in takes both ends 2.5 s to find out.
    await expect
      .poll(async () => (await mesh.a.peer("b")).path.reason, { timeout: 10_000, interval: 200 })
      .toBe(reason);
    expect(await json<PeerStatus[]>(mesh.a, "peers")).toStrictEqual([
      {
        ...MEMBER,
        name: "b",
        path: {
          type: "relayed",
          endpoint: expect.stringMatching(`^${mesh.v.host.address4}:4\\d{4}$`) as string,
          relay: "v",
          sinceMs,
          rttMs: expect.any(Number) as number,
          loss: null,
          reason,
          avoided: null,
        },
        ...figures,
      },
      {
        ...MEMBER,
        name: "v",
        path: {
          type: "direct",
          endpoint: `${mesh.v.host.address4}:51820`,
          relay: null,
          sinceMs,
          rttMs: expect.any(Number) as number,
          loss: 0,
          reason: null,
          avoided: null,
        },
        ...figures,
      },
    ]);
  });

  //
  it("are pinged by name, with the path that each ping took", async () => {
    const { sent, received, replies } = await json<{
      sent: number;
      received: number;
      replies: { path: { type: string; relay: string | null } }[];
    }>(mesh.a, "ping", "b", "--count", "3", "--interval", "50");
    expect({ sent, received }).toStrictEqual({ sent: 3, received: 3 });
    expect(replies.map(({ path }) => [path.type, path.relay])).toStrictEqual(
      Array.from({ length: 3 }, () => ["relayed", "v"]),
    );
  });

  //
  it("stay relayed, without flapping and without loss", async () => {
    const { a, b } = mesh;
    const before = (await a.peer("b")).path;
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await wait(6_000);
    expect(await pings.stop()).toMatchObject({ lost: 0 });
    expect((await a.peer("b")).path).toMatchObject({
      type: "relayed",
      endpoint: before.endpoint,
      sinceMs: before.sinceMs,
    });
    expect((await b.peer("a")).path.type).toBe("relayed");
  });

  //
  it("do not relay themselves, since they have not volunteered", async () => {
    for (const agent of [mesh.a, mesh.b]) {
      const { volunteering, allocations } = await json<RelayStatus>(agent, "relay", "status");
      expect({ volunteering, allocations }).toStrictEqual({ volunteering: false, allocations: [] });
      expect(await relayPorts(agent)).toEqual([]);
    }
    expect(await relayPorts(mesh.v)).not.toEqual([]);
    const relays = await json<{ name: string }[]>(mesh.a, "relay", "list");
    expect(relays.map(({ name }) => name)).toEqual(["v"]);
  });

  //
  it("lose their path when the volunteer stops relaying, and have it again when it starts", async () => {
    const { v, a, b } = mesh;
    await v.must("relay", "stop");
    expect(await relayPorts(v)).toEqual([]);
    await Promise.all([a.waitForPath("b", "none", 5_000), b.waitForPath("a", "none", 5_000)]);
    expect(await json<RelayStatus>(v, "relay", "status")).toMatchObject({
      volunteering: false,
      allocations: [],
    });
    await v.must("relay", "start");
    await Promise.all([a.waitForPath("b", "relayed", 10_000), b.waitForPath("a", "relayed", 10_000)]);
    expect(await reaches(a.host, (await a.peer("b")).address4)).toBe(true);
  });

  //
  it("have no path while one's UDP is blocked, and the same as before when it no longer is", async () => {
    const { a, b, natB } = mesh;
    const pings = new Pings(b.host, (await b.peer("a")).address4);
    await natB.blockUdp();
    await Promise.all([b.waitForPath("a", "none", 10_000), b.waitForPath("v", "none", 10_000)]);
    await natB.allowUdp();
    await pings.moreAnswers(10, 15_000);
    await Promise.all([b.waitForPath("v", "direct", 5_000), b.waitForPath("a", "relayed", 5_000)]);
    expect((await a.peer("b")).path.type).toBe("relayed");
    await pings.stop();
  });
});

describeLab("two hosts behind endpoint-independent NATs", () => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await Mesh.create("easy", EASY_NAT);
    await mesh.lab.cutBetween(mesh.natA, mesh.natB);
    await mesh.connect();
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  //
  it("go from the volunteer to the direct path without losing a packet", async () => {
    const { lab, natA, natB, a, b } = mesh;
    await a.waitForPath("b", "relayed");
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(25);
    await lab.restoreBetween(natA, natB);
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    await pings.moreAnswers(50);
    expect(await pings.stop()).toMatchObject({ lost: 0 });
    expect((await a.peer("b")).path.endpoint).toMatch(`${natB.outside4}:`);
  });

  //
  it("are back on the volunteer within seconds when the direct path is cut, and direct again after it", async () => {
    const { lab, natA, natB, a, b } = mesh;
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(25);
    await lab.cutBetween(natA, natB);
    await pings.moreAnswers(5); // on their way, or the relay's already
    expect(await pings.moreAnswers(25)).toBeLessThan(5_000);
    await a.waitForPath("b", "relayed", 1_000);
    await lab.restoreBetween(natA, natB);
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    await pings.stop();
  });

  //
  it("need the volunteer only until they are direct", async () => {
    const { v, a, b } = mesh;
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(10);
    await v.stop();
    await a.waitForPath("v", "none");
    await pings.moreAnswers(50);
    expect(await pings.stop()).toMatchObject({ lost: 0 });
    expect((await a.peer("b")).path.type).toBe("direct");
    expect((await b.peer("a")).path.type).toBe("direct");
  });

  //
  it("keep every packet while an agent is killed and started again, which takes over its interface", async () => {
    const { a, b } = mesh;
    const { address4, rxBytes } = await a.peer("b");
    const pings = new Pings(a.host, address4);
    const back = new Pings(b.host, (await b.peer("a")).address4);
    await pings.moreAnswers(10);
    await a.kill();
    await pings.moreAnswers(50);
    await a.start();
    await a.waitForPath("b", "direct", 3_000);
    await pings.moreAnswers(50);
    expect(await pings.stop()).toMatchObject({ lost: 0 });
    expect(await back.stop()).toMatchObject({ lost: 0 });
    // An interface that was made anew would count from nothing.
    expect((await a.peer("b")).rxBytes).toBeGreaterThan(rxBytes);
  });
});

//
describeLab("two hosts behind routers that masquerade and take early packets themselves", () => {
  it("are direct: each opens its router before the other's check comes", async () => {
    await using mesh = await Mesh.create("linux", MASQUERADING_NAT);
    await mesh.connect();
    const { a, b } = mesh;
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
  });
});

describeLab("two hosts with stateful firewalls", () => {
  //
  it("are direct, though neither lets anything in that it has not asked for", async () => {
    await using mesh = await Mesh.create("walled", EASY_NAT);
    const { lab } = mesh;
    const [c, d] = await Promise.all([mesh.add(lab.openHost("c")), mesh.add(lab.openHost("d"))]);
    await Promise.all([c.host.firewall("stateful-drop"), d.host.firewall("stateful-drop")]);
    await Promise.all([mesh.found(), c.start(), d.start()]);
    await mesh.admit(c);
    await mesh.admit(d);
    await Promise.all([c.waitForPath("d", "direct"), d.waitForPath("c", "direct")]);
    expect(await reaches(c.host, (await c.peer("d")).address4)).toBe(true);
    expect(await reaches(d.host, (await d.peer("c")).address6)).toBe(true);
  });
});

describeLab("a host without nftables", () => {
  // neither STUN nor checks leave from WireGuard's port; relays learn legs from handshakes.
  it.each([
    ["a host behind another NAT", EASY_NAT, false],
    ["one like it behind the worst NATs", HARD_NAT, true],
  ])("says so, and still gets to %s", async (_, behindNat, both) => {
    await using mesh = await Mesh.create("nonft", behindNat);
    await using programs = await pathWith({ without: ["nft"] });
    const { a, b } = mesh;
    const poor = { PATH: programs.path };
    await Promise.all([mesh.found(), a.start(poor), b.start(both ? poor : {})]);
    await mesh.admit(a);
    await mesh.admit(b);
    expect((await a.api.status()).warnings).toEqual([expect.stringContaining("nftables cannot be used")]);
    await vi.waitFor(async () => expect((await a.peer("b")).path.type).not.toBe("none"), 20_000);
    const there = new Pings(a.host, (await a.peer("b")).address4);
    const back = new Pings(b.host, (await b.peer("a")).address4);
    await Promise.all([there.moreAnswers(25), back.moreAnswers(25)]);
    const { sinceMs } = (await a.peer("v")).path;
    // Longer than an unanswered path lives.
    await there.moreAnswers(125);
    await Promise.all([there.stop(), back.stop()]);
    expect((await a.peer("v")).path).toMatchObject({ type: "direct", sinceMs });
  });
});

describeLab("hopwire down", () => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await Mesh.create("down", EASY_NAT);
    await mesh.found();
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  it("leaves the host as it was before up", async () => {
    const { a } = mesh;
    const before = await tracesOf(a);
    await a.must("up");
    await mesh.admit(a);
    await a.waitForPath("v", "direct");
    expect(await tracesOf(a)).not.toEqual(before);
    await a.must("down");
    expect(await tracesOf(a)).toEqual(before);
  });

  it("does so after the agent was killed while it volunteered", async () => {
    const { b } = mesh;
    const before = await tracesOf(b);
    await b.start();
    await mesh.admit(b);
    await b.must("relay", "start");
    await b.kill();
    expect(await tracesOf(b)).not.toEqual(before);
    await b.must("down");
    expect(await tracesOf(b)).toEqual(before);
  });

  it("is no error where nothing runs", async () => {
    expect(await mesh.b.must("down")).toContain("no agent was running");
  });

  // what a host is survives it.
  it("keeps the membership for the next start", async () => {
    const { v, b } = mesh;
    const { id } = await v.peer("b");
    await b.start();
    expect((await b.api.status()).member?.id).toBe(id);
    await b.waitForPath("v", "direct");
  });
});
