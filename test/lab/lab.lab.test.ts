import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { removeLab } from "./cleanup.ts";
import { describeLab } from "./describe-lab.ts";
import { ownerOf, parseNamespaceName } from "./lab-name.ts";
import { Lab } from "./lab.ts";

const KIND = { mapping: "endpoint-independent", filtering: "address-and-port-dependent" } as const;

const LAB_URL = pathToFileURL(resolve(import.meta.dirname, "lab.ts")).href;

/** Makes a lab with a process in it, prints the namespace and that process's pid, and then lives until it is killed. */
const OWNER = `
  import { Lab } from ${JSON.stringify(LAB_URL)};
  const lab = await Lab.create({ name: "owner", keep: process.argv[1] === "keep" });
  const host = await lab.openHost("host");
  const child = host.spawn("sleep", ["600"]);
  child.unref();
  console.log(JSON.stringify({ namespace: host.namespace.name, pid: child.pid }));
  setInterval(() => undefined, 1_000);
`;

type Owned = {
  readonly owner: ChildProcessByStdio<null, Readable, null>;
  readonly namespace: string;
  readonly pid: number;
};

async function startOwner(argument: string): Promise<Owned> {
  const owner = spawn(process.execPath, ["--input-type=module", "-e", OWNER, argument], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  return { owner, ...(JSON.parse(line.toString()) as { namespace: string; pid: number }) };
}

async function end(owned: Owned, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const exited = once(owned.owner, "exit");
  owned.owner.kill(signal);
  await exited;
}

const namespaceExists = (name: string): boolean => existsSync(`/run/netns/${name}`);
const processExists = (pid: number): boolean => ownerOf(pid) !== undefined;

// R-1303
describeLab("a lab", () => {
  it("of two NATs and three hosts is there in well below a second", async () => {
    await using lab = await Lab.create({ name: "warm" });
    const start = performance.now();
    const [, natA, natB] = await Promise.all([lab.openHost("v"), lab.nat("na", KIND), lab.nat("nb", KIND)]);
    await Promise.all([lab.hostBehind(natA, "a"), lab.hostBehind(natB, "b")]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("has room for twelve sites at once, each with addresses of its own", async () => {
    await using lab = await Lab.create({ name: "many" });
    const hosts = await Promise.all(Array.from({ length: 12 }, (_, index) => lab.openHost(`h${index}`)));
    expect(new Set(hosts.map((host) => host.address4)).size).toBe(12);
    const [first, last] = [hosts[0], hosts[11]];
    expect((await first?.run("ping", ["-c1", "-W1", last?.address4 ?? ""]))?.exitCode).toBe(0);
  });

  it("does not meet another one with the same addresses", async () => {
    await using one = await Lab.create({ name: "twin" });
    await using two = await Lab.create({ name: "twin" });
    const [left, right] = await Promise.all([one.openHost("host"), two.openHost("host")]);
    const neighbour = await one.openHost("other");
    expect(left.address4).toBe(right.address4);
    expect(left.namespace.name).not.toBe(right.namespace.name);
    expect(one.interfaceName("a")).not.toBe(two.interfaceName("a"));
    const ping = ["-c1", "-W1", neighbour.address4];
    expect((await left.run("ping", ping)).exitCode).toBe(0);
    expect((await right.run("ping", ping)).exitCode).not.toBe(0);
  });

  it("leaves neither processes nor namespaces nor sockets", async () => {
    const lab = await Lab.create({ name: "clean" });
    const host = await lab.openHost("host");
    // The inner process has left its parent's group and session, as a daemon does.
    const child = host.spawn("sh", ["-c", "setsid sleep 600 & echo $!; wait"]);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const daemonPid = Number(line.toString());
    mkdirSync("/var/run/wireguard", { recursive: true });
    const socket = `/var/run/wireguard/${lab.interfaceName("a")}.sock`;
    writeFileSync(socket, "");
    expect(processExists(daemonPid)).toBe(true);
    await lab[Symbol.asyncDispose]();
    expect(processExists(daemonPid)).toBe(false);
    expect(existsSync(socket)).toBe(false);
    const prefix = host.namespace.name.replace(/host$/, "");
    expect(readdirSync("/run/netns").filter((name) => name.startsWith(prefix))).toEqual([]);
  });

  it("is swept after its owner was killed", async () => {
    const owned = await startOwner("");
    Lab.sweep();
    expect(namespaceExists(owned.namespace)).toBe(true);
    await end(owned, "SIGKILL");
    Lab.sweep();
    // Or the sweep of a lab that was made at this moment: then it may have got no further than the namespaces.
    expect(namespaceExists(owned.namespace)).toBe(false);
    await expect.poll(() => processExists(owned.pid)).toBe(false);
  });

  it("is removed by its owner when that is told to end", async () => {
    const owned = await startOwner("");
    await end(owned, "SIGTERM");
    expect(owned.owner.signalCode).toBe("SIGTERM");
    expect(namespaceExists(owned.namespace)).toBe(false);
    expect(processExists(owned.pid)).toBe(false);
  });

  it("made to be kept outlives its owner", async () => {
    const owned = await startOwner("keep");
    await end(owned, "SIGTERM");
    Lab.sweep();
    expect(namespaceExists(owned.namespace)).toBe(true);
    expect(processExists(owned.pid)).toBe(true);
    // This one only: somebody may be looking around in another.
    const id = parseNamespaceName(owned.namespace);
    if (id === undefined) throw new Error("not a lab's name");
    removeLab(id);
    expect(namespaceExists(owned.namespace)).toBe(false);
    expect(processExists(owned.pid)).toBe(false);
  });

  it("gives interfaces names that fit the kernel, and refuses others", async () => {
    await using lab = await Lab.create();
    expect(lab.interfaceName("hop-a").length).toBeLessThanOrEqual(15);
    expect(() => lab.interfaceName("much-too-long")).toThrow(RangeError);
  });

  it("refuses a second site of the same name", async () => {
    await using lab = await Lab.create();
    await lab.openHost("host");
    await expect(lab.openHost("host")).rejects.toThrow("already has a site");
  });
});
