import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Status } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { Host } from "../lab/host.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { EASY_NAT, Mesh } from "./mesh.ts";
import { reaches } from "./pings.ts";

const NODES = 50;
const PORT = 6_881;
const AT_ADDRESS = 4;

type Stored = Readonly<Record<string, { readonly v: string; readonly k?: string; readonly seq?: number }>>;

/** Addresses of the host's link beside its own: a /28 has fourteen, and its router the first. */
async function moreAddresses({ link, namespace }: Host): Promise<readonly string[]> {
  const last = Number(link.address4.split(".").at(-1));
  const addresses = Array.from({ length: 13 }, (_, index) =>
    link.address4.replace(/\d+$/, `${last + index}`),
  );
  const others = addresses.slice(1);
  await namespace.configure({
    ip: others.map((one) => `address add ${one}/${link.prefixLength4} dev ${link.device}`),
  });
  return addresses;
}

function program(name: string): string {
  return resolve(import.meta.dirname, name);
}

/** Fifty nodes of the library on one host. */
class PrivateDht {
  readonly first: string;
  readonly nodes: readonly string[];
  readonly #process: ReturnType<Host["spawn"]>;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ReturnType<Host["spawn"]>, addresses: readonly string[]) {
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    this.nodes = Array.from(
      { length: NODES },
      (_, index) => `${addresses[Math.floor(index / AT_ADDRESS)] ?? ""}:${PORT + (index % AT_ADDRESS)}`,
    );
    this.first = this.nodes[0] ?? "";
  }

  static async on(host: Host): Promise<PrivateDht> {
    const addresses = await moreAddresses(host);
    const args = [program("dht-nodes.ts"), `${PORT}`, `${NODES}`, ...addresses];
    const dht = new PrivateDht(host.spawn(process.execPath, args), addresses);
    expect(await dht.#line()).toBe("ready");
    return dht;
  }

  /** At each of the nodes. */
  async stored(): Promise<readonly Stored[]> {
    this.#process.stdin.write("stored\n");
    return JSON.parse(await this.#line()) as readonly Stored[];
  }

  async #line(): Promise<string> {
    const { value } = (await this.#lines.next()) as { readonly value?: string };
    return value ?? "";
  }
}

async function untilDht(agent: LabAgent, holds: (dht: NonNullable<Status["dht"]>) => boolean): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const { dht } = await agent.api.status();
    if (dht !== null && holds(dht)) return;
    await wait(250);
  }
  throw new Error(`${agent.name}: the DHT did not come so far\n${agent.log}`);
}

//
describeLab("a member that was away while its volunteer moved", () => {
  let mesh: Mesh;
  let dht: PrivateDht;
  let liar: Host;
  let moved: string;
  let on: Readonly<Record<string, string>>;

  beforeAll(async () => {
    mesh = await Mesh.create("dht", EASY_NAT);
    const [host, other] = await Promise.all([
      mesh.lab.openHost("d"),
      mesh.lab.openHost("m"),
      mesh.found(),
      mesh.a.start(),
    ]);
    liar = other;
    [dht] = await Promise.all([PrivateDht.on(host), mesh.admit(mesh.a)]);
    on = { HOPWIRE_DHT_DISCOVERY: "on", HOPWIRE_DHT_NODES: dht.first };
    await Promise.all([mesh.v.stop(), mesh.a.stop()]);
    [moved] = await Promise.all([mesh.v.host.renumber(), mesh.natA.renumber()]);
    await Promise.all(
      [mesh.v, mesh.a].map(({ directory }) => rm(join(directory, "state/cache.json"), { force: true })),
    );
  }, 60_000);
  afterAll(() => mesh[Symbol.asyncDispose]());

  it("does not find it without the DHT, in which the volunteer is written by then", async () => {
    const { v, a } = mesh;
    await Promise.all([v.start(on), a.start()]);
    await untilDht(v, ({ published }) => (published?.nodes ?? 0) >= 10);
    expect((await a.peer("v")).path.type).toBe("none");
    expect((await a.api.status()).dht).toBeNull();
    await a.stop();
  });

  it("is told of by values of one length in which the nodes find no name, key, id or address", async () => {
    const { v } = mesh;
    const status = await v.api.status();
    const state = JSON.parse(await readFile(join(v.directory, "state/state.json"), "utf8")) as {
      membership: { networkKey: string; secrets: { secret: string }[] };
    };
    const items = (await dht.stored()).flatMap((stored) => Object.entries(stored));
    expect(items.length).toBeGreaterThanOrEqual(10);
    const raw = (text: string): Buffer => Buffer.from(text, "base64");
    const inClear = [
      ...["demo", "hopwire", moved, v.host.link.address4, status.member?.id ?? "?"].map((text) =>
        Buffer.from(text),
      ),
      ...[state.membership.networkKey, ...state.membership.secrets.map(({ secret }) => secret)].map(raw),
      ...[moved, status.member?.address4 ?? "?"].map((address) =>
        Buffer.from(address.split(".").map(Number)),
      ),
    ];
    for (const [target, { v: value, k }] of items) {
      const seen = Buffer.from(`${target}${k ?? ""}${value}`, "hex");
      expect(value).toHaveLength(2 * 960);
      for (const one of inClear) expect(seen.includes(one)).toBe(false);
    }
  });

  it("finds it by the DHT within half a minute, though the nodes closest to its place lie, flood and send what parsers choke on", async () => {
    const { v, a } = mesh;
    const stored = await dht.stored();
    const targets = [...new Set(stored.flatMap((items) => Object.keys(items)))];
    // Else it has the entry before it has heard of any that lies.
    const first = dht.nodes[stored.findIndex((items) => Object.keys(items).length === 0)] ?? "";
    const addresses = await moreAddresses(liar);
    const args = [program("dht-liar.ts"), `${PORT}`, dht.nodes.join(","), addresses.join(","), ...targets];
    const lies = liar.spawn(process.execPath, args);
    for await (const line of createInterface({ input: lies.stdout })) if (line.startsWith("ready")) break;
    await a.start({ ...on, HOPWIRE_DHT_NODES: first, HOPWIRE_LOG_LEVEL: "trace" });
    const tookMs = await a.waitForPath("v", "direct");
    console.info(`found by the DHT ${(tookMs / 1_000).toFixed(1)} s after the start`);
    expect((await a.peer("v")).path.endpoint).toBe(`${moved}:51820`);
    expect(await reaches(a.host, (await a.peer("v")).address4)).toBe(true);
    expect((await a.api.status()).dht?.found?.name).toBe("v");
    await untilDht(a, ({ nodes }) => nodes !== null);
    expect(await v.must("status")).toContain("published on");
    for (const refusal of ["malformed", "not-asked"]) expect(a.log).toContain(`"refusal":"${refusal}"`);
  });
});
