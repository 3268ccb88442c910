import { afterEach, expect, it } from "vitest";
import type { ExplainedRelay } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

type Roles = Readonly<Record<"carries" | "stands-by", string | undefined>>;

/** Names of the volunteers that carry `from`'s path to `to`, and stand by for it. */
async function rolesAt(from: LabAgent, to: string): Promise<Roles> {
  const { relays } = await from.api.relayExplain({ name: to });
  const nameOf = (role: ExplainedRelay["role"]): string | undefined =>
    relays.find((relay) => relay.role === role)?.name;
  return { carries: nameOf("carries"), "stands-by": nameOf("stands-by") };
}

/** `a` and `b` cannot but be relayed, by `v` or `w`, and are; the other stands by at both ends. */
async function relayed(name: string, env: Readonly<Record<string, string>> = {}) {
  const mesh = await Mesh.create(name, HARD_NAT);
  open.push(mesh);
  const w = await mesh.add(mesh.lab.openHost("w"));
  await Promise.all([mesh.found(env), w.start(env), mesh.a.start(), mesh.b.start()]);
  await mesh.admit(w);
  await w.must("relay", "start");
  await mesh.admit(mesh.a);
  await mesh.admit(mesh.b);
  await Promise.all([mesh.a.waitForPath("b", "relayed"), mesh.b.waitForPath("a", "relayed")]);
  const pings = new Pings(mesh.a.host, (await mesh.a.peer("b")).address4);
  await pings.moreAnswers(50);
  await expect
    .poll(() => settledRoles(mesh), { timeout: 30_000, interval: 200 })
    .toEqual(expect.objectContaining({ agreed: true }));
  const { carries } = await rolesAt(mesh.a, "b");
  const [relay, other] = carries === "v" ? [mesh.v, w] : [w, mesh.v];
  return { mesh, pings, relay, other };
}

/** Whether both ends have a leg on each volunteer, the same one carrying. */
async function settledRoles({ a, b }: Mesh): Promise<Roles & { readonly agreed: boolean }> {
  const [atA, atB] = await Promise.all([rolesAt(a, "b"), rolesAt(b, "a")]);
  const agreed =
    atA.carries !== undefined &&
    atA["stands-by"] !== undefined &&
    atA.carries === atB.carries &&
    atA["stands-by"] === atB["stands-by"];
  return { ...atA, agreed };
}

//
describeLab("a relayed pair with two volunteers", () => {
  it("goes on over the one that stands by when the other one's host dies", async () => {
    const { mesh, pings, relay, other } = await relayed("failover");
    pings.takeLongestGapMs();
    await relay.host.namespace.must("ip", ["link", "set", "dev", "eth0", "down"]);
    await pings.moreAnswers(100, 15_000);
    console.log(`longest gap: ${Math.round(pings.takeLongestGapMs())} ms`);
    await expect.poll(async () => (await rolesAt(mesh.a, "b")).carries, { timeout: 15_000 }).toBe(other.name);
    await expect.poll(async () => (await rolesAt(mesh.b, "a")).carries, { timeout: 15_000 }).toBe(other.name);
    await pings.stop();
  }, 120_000);

  it.each(["relay stop", "SIGTERM"])(
    "loses nothing when the relay ends by %s",
    async (how) => {
      const { mesh, pings, relay, other } = await relayed("drain");
      const startedAt = performance.now();
      if (how === "SIGTERM") await relay.stop();
      else await relay.must("relay", "stop");
      console.log(`${how} took ${Math.round(performance.now() - startedAt)} ms`);
      await pings.moreAnswers(100);
      const outcome = await pings.stop();
      expect(outcome).toMatchObject({ lost: 0 });
      for (const [from, to] of [
        [mesh.a, "b"],
        [mesh.b, "a"],
      ] as const)
        expect((await rolesAt(from, to)).carries).toBe(other.name);
    },
    120_000,
  );
});
