import { afterEach, expect, it } from "vitest";
import { describeLab } from "../lab/describe-lab.ts";
import type { NatOptions } from "../lab/lab.ts";
import { EASY_NAT, HARD_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";
import { tracesOf } from "./traces.ts";

const COUNTING_NAT: NatOptions = { ...HARD_NAT, ports: "sequential" };

async function meshOf(name: string, natOfA: NatOptions, natOfB: NatOptions): Promise<Mesh> {
  const mesh = await Mesh.create(name, natOfB, natOfA);
  await mesh.connect();
  // What nftables rewrites has to be what a firewall with state expects.
  await Promise.all([mesh.a.host.firewall("stateful-drop"), mesh.b.host.firewall("stateful-drop")]);
  await Promise.all([mesh.a.must("down"), mesh.b.must("down")]);
  return mesh;
}

type Run = { readonly directMs: number; readonly lost: number };

/** From the relayed path until both are direct, while both ping; afterwards both go down. */
async function run(mesh: Mesh): Promise<Run> {
  const { a, b, natA, natB } = mesh;
  // The ports that were tried in the run before are open, and let in what nobody was to meet there.
  await Promise.all([natA.forgetFlows(), natB.forgetFlows()]);
  const before = await Promise.all([tracesOf(a), tracesOf(b)]);
  await Promise.all([a.start(), b.start()]);
  await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
  const there = new Pings(a.host, (await a.peer("b")).address4);
  const back = new Pings(b.host, (await b.peer("a")).address4);
  const relayedAt = performance.now();
  await bothDirect(mesh);
  const directMs = performance.now() - relayedAt;
  await Promise.all([there.moreAnswers(50), back.moreAnswers(50)]);
  const lost = (await there.stop()).lost + (await back.stop()).lost;
  await Promise.all([a.must("down"), b.must("down")]);
  expect(await Promise.all([tracesOf(a), tracesOf(b)])).toEqual(before);
  return { directMs, lost };
}

async function runs(mesh: Mesh, count: number): Promise<readonly Run[]> {
  const all: Run[] = [];
  for (let index = 0; index < count; index++) all.push(await run(mesh));
  return all;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}

const CELLS: readonly (readonly [string, NatOptions, NatOptions, number])[] = [
  ["random ports, and one that filters by port", HARD_NAT, EASY_NAT, 4],
  ["ports that are counted, and one that filters by port", COUNTING_NAT, EASY_NAT, 2],
  ["ports that are counted, and another such", COUNTING_NAT, COUNTING_NAT, 2],
];

async function bothDirect({ a, b }: Mesh): Promise<void> {
  await Promise.all([a.waitForPath("b", "direct", 40_000), b.waitForPath("a", "direct", 40_000)]);
}

describeLab("a pair of hosts behind NATs that plain checks do not get through", () => {
  let mesh: Mesh | undefined;
  afterEach(async () => {
    await mesh?.[Symbol.asyncDispose]();
    mesh = undefined;
  });

  // within 20 s at the median, nothing lost in the switch, nothing left in nftables.
  it.each(CELLS)(
    "gets direct: one with %s",
    async (what, natOfA, natOfB, count) => {
      mesh = await meshOf("sockets", natOfA, natOfB);
      const all = await runs(mesh, count);
      const times = all.map(({ directMs }) => Math.round(directMs));
      console.info(
        `${what}: relayed, then direct after ${times.join(", ")} ms, median ${medianOf(times)} ms`,
      );
      expect(all.map(({ lost }) => lost)).toEqual(all.map(() => 0));
      expect(medianOf(times)).toBeLessThan(20_000);
    },
    600_000,
  );

  //
  it("stays direct when the host only gets another address, and goes by the relay until it is direct again when its NAT forgets", async () => {
    mesh = await meshOf("sockets", HARD_NAT, EASY_NAT);
    const { a, b, natA } = mesh;
    await Promise.all([a.start(), b.start()]);
    await bothDirect(mesh);
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(150);
    const { endpoint, sinceMs } = (await a.peer("b")).path;
    await a.host.namespace.must("ip", ["address", "add", "192.0.2.77/32", "dev", "lo"]);
    await pings.moreAnswers(250);
    expect((await a.peer("b")).path).toMatchObject({ type: "direct", endpoint, sinceMs });
    pings.takeLongestGapMs();
    await natA.forgetFlows();
    await pings.moreAnswers(50);
    expect(pings.takeLongestGapMs()).toBeLessThan(3_000);
    await bothDirect(mesh);
    await pings.moreAnswers(50);
    await pings.stop();
  }, 120_000);
});
