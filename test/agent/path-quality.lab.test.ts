import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { EASY_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";

/** Between the NATs, and not to the volunteer. The return takes a minute at the least, and is in `npm run bench:endurance`. */
const LOSS = 0.2;

/** At two probes a second it takes some sixteen seconds to be sure of a fifth lost each way; the rest is chance, and busy machines. */
const LEAVE_PATIENCE_MS = 45_000;

/** How often the path has changed for packets, as the agent itself keeps it. */
async function changesOf(agent: LabAgent, peer: string): Promise<number> {
  const { changes } = await agent.api.peerShow({ name: peer });
  return changes.filter(({ from, to }) => from !== to).length;
}

//
describeLab("a direct pair with a relay beside it", () => {
  let mesh: Mesh;
  let pings: Pings;

  beforeAll(async () => {
    mesh = await Mesh.create("quality", EASY_NAT);
    const { a, b } = mesh;
    await mesh.connect();
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(50);
  });
  afterAll(async () => {
    await pings.stop();
    await mesh[Symbol.asyncDispose]();
  });

  const bothChanges = (): Promise<[number, number]> =>
    Promise.all([changesOf(mesh.a, "b"), changesOf(mesh.b, "a")]);

  it("stays direct while both ways lose a fifth", async () => {
    const { natA } = mesh;
    const before = await bothChanges();
    await natA.link.setLoss(LOSS);
    await wait(12_000);
    await natA.link.setLoss(0);
    expect(await bothChanges()).toEqual(before);
  });

  it("is left for the relay where only the direct way does, by both ends, once, and both say so", async () => {
    const { a, b, lab, natA, natB } = mesh;
    const [ofA, ofB] = await bothChanges();
    await lab.setLossBetween(natA, natB, LOSS);
    const leftAfterMs = await a.waitForPath("b", "relayed", LEAVE_PATIENCE_MS);
    await b.waitForPath("a", "relayed");
    console.info(`left for the relay after ${Math.round(leftAfterMs)} ms`);
    const { avoided } = (await a.peer("b")).path;
    expect(avoided).toMatchObject({ worseBy: "loss" });
    expect(await a.must("peers")).toMatch(/relayed via v: direct loses \d+ %/);
    expect(await b.must("peers")).toMatch(/relayed via v: direct loses \d+ %/);
    expect(await a.must("peers", "show", "b")).toContain("the relay loses less");
    await wait(3_000);
    expect(await bothChanges()).toEqual([ofA + 1, ofB + 1]);
  });
});
