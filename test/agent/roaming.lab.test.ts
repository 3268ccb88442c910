import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import type { Nat } from "../lab/nat.ts";
import { EASY_NAT, HARD_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";

const MAX_GAP_MS = 2_000;

/** Three seconds: the agents have noticed by then that users' packets flow, and ask for consent at the pace of that. */
const BUSY_ANSWERS = 150;

/** A ping stream each way between two hosts, and how long both were silent at the most. */
class Flows implements AsyncDisposable {
  readonly #pings: readonly Pings[];

  private constructor(pings: readonly Pings[]) {
    this.#pings = pings;
  }

  static async between(a: LabAgent, b: LabAgent, answers = BUSY_ANSWERS): Promise<Flows> {
    const [toB, toA] = await Promise.all([a.peer(b.name), b.peer(a.name)]);
    const flows = new Flows([new Pings(a.host, toB.address4), new Pings(b.host, toA.address4)]);
    await flows.#more(answers);
    return flows;
  }

  /** The longest gap of either stream around the move and what it leads to. */
  async gapAround(
    what: string,
    move: () => Promise<unknown>,
    settled: () => Promise<unknown>,
  ): Promise<number> {
    for (const pings of this.#pings) pings.takeLongestGapMs();
    await move();
    await this.#more(50);
    await settled();
    await this.#more(25);
    const gapMs = Math.round(Math.max(...this.#pings.map((pings) => pings.takeLongestGapMs())));
    console.info(`${what}: silent for ${gapMs} ms`);
    return gapMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pings.map((pings) => pings.stop()));
  }

  async #more(count: number): Promise<void> {
    await Promise.all(this.#pings.map((pings) => pings.moreAnswers(count)));
  }
}

/** The kernel may take a second until an interface that has just come up sends anything (linkwatch): that is not what is measured. */
async function addUplink(agent: LabAgent, behind: Nat): Promise<void> {
  const link = await agent.host.addUplink(behind);
  await expect.poll(() => agent.log, { timeout: 5_000 }).toContain(`"${link.address4}"`);
  await wait(1_000);
}

async function bothDirect(a: LabAgent, b: LabAgent): Promise<void> {
  await Promise.all([a.waitForPath(b.name, "direct"), b.waitForPath(a.name, "direct")]);
}

/** Where `from` finds `to` now. */
async function addressOf(from: LabAgent, to: string): Promise<string | undefined> {
  return (await from.peer(to)).path.endpoint?.replace(/:\d+$/, "");
}

/** Moves the wall clock of a daemon, as a sleep does, at each SIGUSR2. */
const SLEEPER = `const { now } = Date; let ms = 0; process.on("SIGUSR2", () => { ms += 60_000; }); Date.now = () => now() + ms;`;

//
describeLab("a direct pair behind endpoint-independent NATs", () => {
  let mesh: Mesh;
  let other: Nat;
  let flows: Flows;

  beforeAll(async () => {
    mesh = await Mesh.create("roam", EASY_NAT);
    const { v, a, b, lab } = mesh;
    other = await lab.nat("other", EASY_NAT);
    const sleeper = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(SLEEPER)}` };
    await Promise.all([mesh.found(), a.start(sleeper), b.start()]);
    await mesh.admit(a);
    await mesh.admit(b);
    await Promise.all([bothDirect(a, b), a.waitForPath(v.name, "direct")]);
    flows = await Flows.between(a, b);
  });
  afterAll(async () => {
    await flows[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  it("goes on within two seconds when the NAT of an end forgets its mappings", async () => {
    const { a, b, natA } = mesh;
    const gapsMs: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await wait(turn * 170); // at another time between two probes
      gapsMs.push(
        await flows.gapAround(
          "NAT forgets",
          () => natA.forgetFlows(),
          () => bothDirect(a, b),
        ),
      );
    }
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(MAX_GAP_MS);
  });

  it("goes on within two seconds when the NAT of an end gets another address", async () => {
    const { a, b, natA } = mesh;
    const gapMs = await flows.gapAround(
      "NAT renumbered",
      () => natA.renumber(),
      () => bothDirect(a, b),
    );
    expect(gapMs).toBeLessThanOrEqual(MAX_GAP_MS);
    await expect.poll(() => addressOf(b, "a"), { timeout: 5_000 }).toBe(natA.outside4);
  });

  it("keeps its packets when the host that sleeps wakes up, which asks for everything anew", async () => {
    const { a } = mesh;
    const gapMs = await flows.gapAround(
      "host resumed",
      () => Promise.resolve(process.kill(a.pid ?? 0, "SIGUSR2")),
      () => expect.poll(() => a.log, { timeout: 5_000 }).toContain('"resumed"'),
    );
    expect(gapMs).toBeLessThanOrEqual(200);
  });

  it("goes on within two seconds when an end changes its interface, and its NAT with it", async () => {
    const { a, b } = mesh;
    await addUplink(a, other);
    const there = await flows.gapAround(
      "interface switched",
      () => a.host.link.unplug(),
      () => bothDirect(a, b),
    );
    await expect.poll(() => addressOf(b, "a"), { timeout: 5_000 }).toBe(other.outside4);
    const back = await flows.gapAround(
      "interface back",
      () => a.host.link.plug(),
      () => bothDirect(a, b),
    );
    expect(Math.max(there, back)).toBeLessThanOrEqual(MAX_GAP_MS);
  });

  it("goes on within two seconds when an end's gateway changes and the old one is gone", async () => {
    const { a, b, natA } = mesh;
    const [, link] = a.host.links;
    if (link === undefined) throw new Error("a has one uplink only");
    const route = `0.0.0.0/0 via ${link.gateway4} dev ${link.device} metric 10`;
    const gapMs = await flows.gapAround(
      "gateway changed",
      () => Promise.all([natA.cut(), a.host.namespace.configure({ ip: [`route add ${route}`] })]),
      () => bothDirect(a, b),
    );
    expect(gapMs).toBeLessThanOrEqual(MAX_GAP_MS);
    await expect.poll(() => addressOf(b, "a"), { timeout: 5_000 }).toBe(other.outside4);
    await natA.restore();
    await a.host.namespace.configure({ ip: [`route delete ${route}`] });
    await bothDirect(a, b);
  });

  it("that is one of a host and a volunteer goes on though only the volunteer has something to send", async () => {
    await flows[Symbol.asyncDispose]();
    const { v, natA } = mesh;
    const pings = new Pings(v.host, (await v.peer("a")).address4);
    await pings.moreAnswers(50);
    pings.takeLongestGapMs();
    await natA.forgetFlows();
    await pings.moreAnswers(25);
    const gapMs = Math.round(pings.takeLongestGapMs());
    await pings.stop();
    console.info(`NAT forgets, towards the volunteer: silent for ${gapMs} ms`);
    expect(gapMs).toBeLessThanOrEqual(MAX_GAP_MS);
  });
});

//
describeLab("a relayed pair", () => {
  it("goes on within two seconds when an end changes its interface, or its NAT forgets", async () => {
    await using mesh = await Mesh.create("roamrelay", HARD_NAT);
    const { a, b, natA, lab } = mesh;
    const other = await lab.nat("other", HARD_NAT);
    await mesh.connect();
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
    await addUplink(a, other);
    await using flows = await Flows.between(a, b, 25);
    const relayed = () => a.waitForPath("b", "relayed");
    const gapsMs = [
      await flows.gapAround("relayed, NAT forgets", () => natA.forgetFlows(), relayed),
      await flows.gapAround("relayed, interface switched", () => a.host.link.unplug(), relayed),
      await flows.gapAround("relayed, interface back", () => a.host.link.plug(), relayed),
    ];
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(MAX_GAP_MS);
  });
});

describeLab("two hosts on one LAN", () => {
  it("are direct over it, though their NAT would turn their packets back, and name no address of their containers", async () => {
    await using mesh = await Mesh.create("lan", { ...EASY_NAT, hairpin: true });
    const { a, natA, lab } = mesh;
    const c = await mesh.add(lab.hostBehind(natA, "c"));
    await a.host.namespace.configure({
      ip: [
        "link add docker0 type bridge",
        "link add veth0 type veth peer name veth1",
        "link set veth0 master docker0 up",
        "link set veth1 up",
        "address add 172.17.0.1/16 dev docker0",
        "link set docker0 up",
      ],
    });
    await Promise.all([mesh.found(), a.start(), c.start()]);
    await mesh.admit(a);
    await mesh.admit(c);
    await bothDirect(a, c);
    await expect.poll(() => addressOf(a, "c"), { timeout: 3_000 }).toBe(c.host.address4);
    await expect.poll(() => addressOf(c, "a"), { timeout: 3_000 }).toBe(a.host.address4);
    const remembered = await c.must("cache", "show", "a", "--json");
    expect(remembered).toContain(a.host.address4);
    expect(remembered).not.toMatch(/172\.17\.|169\.254\.|fe80/);
  });
});
