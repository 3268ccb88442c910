import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isAgentErrorCode } from "../../agent/errors.ts";
import type { RunResult } from "../../agent/runner.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { Host } from "../lab/host.ts";
import { Lab } from "../lab/lab.ts";
import { LabAgent } from "../lab/lab-agent.ts";
import { EASY_NAT, HARD_NAT, Mesh } from "./mesh.ts";
import { Pings, reaches } from "./pings.ts";
import { ShiftedClock } from "./shifted-clock.ts";
import { tracesOf } from "./traces.ts";

/** The one line that the program ends with. */
function errorOf({ exitCode, stderr }: RunResult): { exitCode: number; error: string } {
  const errors = stderr.split("\n").filter((line) => line.startsWith("hopwire: "));
  expect(errors).toHaveLength(1);
  return { exitCode, error: errors[0] ?? "" };
}

/** The daemon has to end by itself. Its log, too, says why, as the last thing. */
async function daemonError(agent: LabAgent): Promise<{ exitCode: number; error: string }> {
  const result = await agent.run(["daemon"]);
  const last = result.stderr.split("\n").findLast((line) => line.startsWith("{")) ?? "{}";
  const { level, code } = JSON.parse(last) as { level?: number; code?: string };
  expect({ level, isKnown: isAgentErrorCode(code ?? "") }).toEqual({ level: 60, isKnown: true });
  return errorOf(result);
}

/** Runs in a host until it is disposed of, once it has printed something. */
async function running(host: Host, script: string): Promise<AsyncDisposable> {
  const child = host.spawn(process.execPath, ["-e", script]);
  await once(child.stdout, "data");
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

describeLab("an agent", () => {
  let lab: Lab;
  let host: Host;
  let stranger: Host;
  let agent: LabAgent;
  const file = (name: string): string => join(agent.directory, "state", name);

  beforeAll(async () => {
    lab = await Lab.create({ name: "faults" });
    [host, stranger] = await Promise.all([lab.openHost("host"), lab.openHost("stranger")]);
    agent = await LabAgent.create(lab, host);
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  });

  //
  it("whose interface name is taken founds nothing, and leaves that interface alone", async () => {
    await agent.start();
    await host.namespace.must("ip", ["link", "add", "dev", agent.interfaceName, "type", "bridge"]);
    const before = await tracesOf(agent);
    expect(errorOf(await agent.cli("init"))).toStrictEqual({
      exitCode: 73,
      error: expect.stringContaining("is taken") as string,
    });
    expect(await tracesOf(agent)).toEqual(before);
    expect((await agent.api.status()).network).toBeNull();
    await host.namespace.must("ip", ["link", "delete", "dev", agent.interfaceName]);
  });

  //
  it.each([
    ["UDP", `require("node:dgram").createSocket("udp4").bind(51820, () => console.log("bound"))`],
    ["TCP", `require("node:net").createServer().listen(51821, () => console.log("bound"))`],
  ])("whose %s port is taken founds nothing, and leaves nothing behind", async (_, script) => {
    const before = await tracesOf(agent);
    {
      await using _holder = await running(host, script);
      expect(errorOf(await agent.cli("init"))).toStrictEqual({
        exitCode: 71,
        error: expect.stringMatching(/port/) as string,
      });
    }
    expect(await tracesOf(agent)).toEqual(before);
    expect((await agent.api.status()).network).toBeNull();
  });

  //
  it("without the right to configure the network says so, and leaves nothing behind", async () => {
    await agent.stop();
    const before = await tracesOf(agent);
    const confined = ["--bounding-set=-net_admin", "--inh-caps=-net_admin", "--"];
    await agent.start({}, ["setpriv", ...confined]);
    expect(errorOf(await agent.cli("init"))).toStrictEqual({
      exitCode: 77,
      error: expect.stringContaining("CAP_NET_ADMIN") as string,
    });
    expect((await agent.api.status()).network).toBeNull();
    await agent.stop();
    expect(await tracesOf(agent)).toEqual(before);

    // The same for a member: there the daemon itself has to give up.
    await agent.start();
    await agent.must("init", "--name", "host");
    await agent.stop();
    const ended = agent.start({}, ["setpriv", ...confined]);
    await expect(ended).rejects.toThrow("the daemon ended");
    expect(agent.exitCode).toBe(77);
    await expect.poll(() => agent.log).toContain("rights.missing");
    expect(await tracesOf(agent)).toEqual(before);
  });

  it("ends with the reason where a member's interface name or port is taken at the start", async () => {
    await host.namespace.must("ip", ["link", "add", "dev", agent.interfaceName, "type", "bridge"]);
    expect(await daemonError(agent)).toStrictEqual({
      exitCode: 73,
      error: expect.stringContaining("is taken") as string,
    });
    await host.namespace.must("ip", ["link", "delete", "dev", agent.interfaceName]);
    const before = await tracesOf(agent);
    {
      await using _holder = await running(
        host,
        `require("node:dgram").createSocket("udp4").bind(51820, () => console.log("bound"))`,
      );
      expect((await daemonError(agent)).exitCode).toBe(71);
    }
    expect(await tracesOf(agent)).toEqual(before);
    await agent.start();
  });

  it("is not disturbed by a second one on the same directories", async () => {
    const before = await agent.api.status();
    expect(await daemonError(agent)).toStrictEqual({
      exitCode: 73,
      error: expect.stringContaining("already answers") as string,
    });
    expect(await agent.api.status()).toEqual(before);
  });

  //
  it("survives whatever anybody sends, and tells a stranger nothing", async () => {
    await agent.must("relay", "start");
    const binding = `Buffer.from("000100002112a442" + "00".repeat(12), "hex")`;
    const { stdout } = await stranger.run(process.execPath, [
      "-e",
      `const socket = require("node:dgram").createSocket("udp4").on("message", () => console.log("an answer"));
       for (let i = 0; i < 200; i++) {
         const noise = require("node:crypto").randomBytes(1 + i * 7);
         if (i % 2) ${binding}.copy(noise.length < 20 ? Buffer.alloc(20) : noise);
         socket.send(noise, 51820, "${host.address4}");
       }
       socket.send(${binding}, 51820, "${host.address4}");
       setTimeout(() => process.exit(), 500);`,
    ]);
    expect(stdout).toBe("");
    const overlay = (await agent.api.status()).member?.address4 ?? "";
    const socketPath = join(agent.directory, "run/hopwire.sock");
    for (const target of [`51821, "${overlay}"`, `51821, "${host.address4}"`, JSON.stringify(socketPath)]) {
      await host.run(process.execPath, [
        "-e",
        `const end = () => process.exit();
         const socket = require("node:net").connect(${target}).on("error", end).on("close", end);
         socket.end(require("node:crypto").randomBytes(70_000));
         setTimeout(end, 1_000);`,
      ]);
    }
    expect((await agent.api.status()).network).not.toBeNull();
    expect(agent.log).not.toContain("bug");
  });

  //
  it("sets a damaged cache aside, starts with an empty one and says so", async () => {
    await agent.stop();
    const damage = '{"version":2,"peers":{"';
    await writeFile(file("cache.json"), damage);
    await agent.start();
    const kept = (await readdir(join(agent.directory, "state"))).filter((name) =>
      name.startsWith("cache.json.corrupt-"),
    );
    expect(kept).toHaveLength(1);
    expect(await readFile(file(kept[0] ?? ""), "utf8")).toBe(damage);
    const { warnings } = await agent.api.status();
    expect(warnings.some((text) => text.includes("damaged") && text.includes(kept[0] ?? "-"))).toBe(true);
  });

  //
  it("leaves a newer version's cache alone, works without one and says so", async () => {
    await agent.stop();
    const newer = '{"version":99,"peers":{}}';
    await writeFile(file("cache.json"), newer);
    await agent.start();
    const { warnings } = await agent.api.status();
    expect(warnings.some((text) => text.includes("later version"))).toBe(true);
    await agent.stop();
    expect(await readFile(file("cache.json"), "utf8")).toBe(newer);
  });

  //
  it.each([
    ["damaged", 65, "damaged", (whole: string) => whole.slice(0, whole.length >> 1)],
    ["empty", 65, "damaged", () => ""],
    ["random", 65, "damaged", () => randomBytes(300).toString("latin1")],
    ["newer version's", 78, "later version", (whole: string) => whole.replace('"version":1', '"version":99')],
  ])("does not start on a %s state, and leaves the file alone", async (_, exitCode, why, spoil) => {
    const whole = await readFile(file("state.json"), "utf8");
    const spoilt = spoil(whole);
    await writeFile(file("state.json"), spoilt);
    const before = await tracesOf(agent);
    expect(await daemonError(agent)).toStrictEqual({
      exitCode,
      error: expect.stringContaining(why) as string,
    });
    expect(await tracesOf(agent)).toEqual(before);
    expect(await readFile(file("state.json"), "utf8")).toBe(spoilt);
    await writeFile(file("state.json"), whole);
  });

  //
  it("sets a damaged registry aside, and is still the member that it was", async () => {
    await agent.start();
    const { member } = await agent.api.status();
    await agent.stop();
    await writeFile(file("registry.json"), "{");
    await agent.start();
    const status = await agent.api.status();
    expect(status.member).toEqual(member);
    expect(status.warnings.some((text) => text.includes("registry file was damaged"))).toBe(true);
    await agent.must("invite", "next");
  });
});

describeLab("a relayed pair", () => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await Mesh.create("relayed", HARD_NAT);
    await mesh.connect();
    await Promise.all([mesh.a.waitForPath("b", "relayed"), mesh.b.waitForPath("a", "relayed")]);
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  // R-504 in its simple form: there is no other volunteer.
  it("recovers within seconds after the relay's agent was killed and is started again", async () => {
    const { v, a, b } = mesh;
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(10);
    await v.kill();
    await v.start();
    await pings.moreAnswers(5); // answered before it was killed, at most
    expect(await pings.moreAnswers(10, 15_000)).toBeLessThan(5_000);
    await pings.stop();
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
  });

  //
  it("is there again after one's registry file was damaged, by what is sound in it and in its copy", async () => {
    const { a } = mesh;
    const path = join(a.directory, "state", "registry.json");
    const spoil: readonly ((whole: string) => string)[] = [
      (whole) => whole.slice(0, whole.length >> 1),
      () => "{",
    ];
    for (const spoilt of spoil) {
      await a.stop();
      await writeFile(path, spoilt(await readFile(path, "utf8")));
      await a.start();
      expect((await a.api.status()).warnings).toEqual([
        expect.stringContaining("the registry file was damaged"),
      ]);
      await a.waitForPath("b", "relayed");
    }
    await a.stop();
    await a.start();
    expect((await a.api.status()).warnings).toEqual([]);
    await a.waitForPath("b", "relayed");
  });

  //
  it("ends within five seconds after one of it was revoked, at every member and at the relay", async () => {
    const { v, a, b } = mesh;
    const { address4 } = await a.peer("b");
    const key = (await b.host.run("wg", ["show", b.interfaceName, "public-key"])).stdout.trim();
    const startedAt = performance.now();
    await v.must("revoke", "b");
    for (const agent of [v, a]) {
      const peers = async (): Promise<string> =>
        (await agent.host.run("wg", ["show", agent.interfaceName, "peers"])).stdout;
      await expect.poll(peers, { timeout: 5_000 }).not.toContain(key);
      await expect(agent.peer("b")).rejects.toThrow("does not know b");
    }
    await expect.poll(async () => (await v.api.relayStatus()).allocations, { timeout: 5_000 }).toEqual([]);
    expect(await reaches(a.host, address4)).toBe(false);
    await expect.poll(async () => (await b.cli("ping", "a")).exitCode, { timeout: 5_000 }).toBe(77);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    // Nothing of it is remembered.
    expect(await a.must("cache", "list", "--json")).not.toContain('"name": null');
  });

  it("is told so by its own agent, which has taken its interface down, also after a restart", async () => {
    const { b } = mesh;
    const isUp = async (): Promise<boolean> =>
      (await b.host.run("ip", ["link", "show", "dev", b.interfaceName])).exitCode === 0;
    await expect.poll(isUp, { timeout: 5_000 }).toBe(false);
    expect((await b.api.status()).warnings).toEqual([expect.stringContaining("revoked")]);
    await b.stop();
    await b.start();
    await expect
      .poll(async () => (await b.api.status()).warnings, { timeout: 5_000 })
      .toEqual([expect.stringContaining("revoked")]);
    await expect.poll(isUp, { timeout: 5_000 }).toBe(false);
    expect(errorOf(await b.cli("peers"))).toStrictEqual({
      exitCode: 77,
      error: expect.stringContaining("revoked") as string,
    });
  });

  it("may begin anew: who was revoked leaves and joins with another identity", async () => {
    const { v, a, b } = mesh;
    await b.must("leave");
    await b.must("join", await v.must("invite", "b2"));
    await Promise.all([a.waitForPath("b2", "relayed"), b.waitForPath("a", "relayed")]);
  });

  // R-1201
  it("ends within five seconds after one of it has left, which leaves nothing on its host", async () => {
    const { v, a, b } = mesh;
    const idBefore = (await b.api.status()).member?.id;
    await b.must("leave");
    for (const agent of [v, a]) {
      await expect
        .poll(async () => (await agent.api.peers()).map(({ name }) => name), { timeout: 5_000 })
        .not.toContain("b2");
    }
    expect((await b.host.run("ip", ["link", "show", "dev", b.interfaceName])).exitCode).not.toBe(0);
    expect((await b.api.status()).network).toBeNull();
    expect(await readFile(join(b.directory, "state/state.json"), "utf8")).not.toContain(idBefore ?? "-");
    expect(errorOf(await b.cli("leave")).exitCode).toBe(76);
  });
});

describeLab("a host whose clock is an hour off", () => {
  it.each([
    ["ahead of", 3_600_000],
    ["behind", -3_600_000],
  ])("%s the others joins, is reached like any other, and is warned of it", async (side, shiftMs) => {
    await using mesh = await Mesh.create("clock", EASY_NAT);
    await using clock = await ShiftedClock.by(shiftMs);
    const { v, a, b } = mesh;
    await Promise.all([mesh.found(), a.start(clock.env), b.start()]);
    await mesh.admit(a);
    await mesh.admit(b);
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    expect(await reaches(a.host, (await a.peer("b")).address4)).toBe(true);
    expect((await a.api.status()).warnings).toEqual([
      expect.stringContaining(`clock is 60 min ${side}`) as string,
    ]);
    for (const agent of [v, b]) expect((await agent.api.status()).warnings).toEqual([]);
  });
});
