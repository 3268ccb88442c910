import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import type { RelayStatus } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";

/** As long as the kernel is to serve a pair without an agent. */
const ALONE_MS = 60_000;

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** `a` and `b` cannot but use `v`'s relay, and do. */
async function relayed(name: string, forwarder: "kernel" | "userspace") {
  const mesh = await Mesh.create(name, HARD_NAT);
  open.push(mesh);
  const env = { HOPWIRE_RELAY_FORWARDER: forwarder };
  await Promise.all([mesh.found(env), mesh.a.start(), mesh.b.start()]);
  await mesh.admit(mesh.a);
  await mesh.admit(mesh.b);
  await Promise.all([mesh.a.waitForPath("b", "relayed"), mesh.b.waitForPath("a", "relayed")]);
  const pings = new Pings(mesh.a.host, (await mesh.a.peer("b")).address4);
  await pings.moreAnswers(50);
  return { mesh, pings, restart: () => mesh.v.start(env) };
}

function ports({ allocations }: RelayStatus): readonly (readonly [id: string, port: number])[] {
  return allocations.map(({ id, port }) => [id, port]);
}

//
describeLab("a relay whose agent is killed", () => {
  it("loses no packet for a minute where the kernel forwards, nor when its agent is back and takes over", async () => {
    const { mesh, pings, restart } = await relayed("adopt", "kernel");
    const before = await mesh.v.api.relayStatus();
    expect(before.forwarder).toBe("kernel");
    // The relay has seen both legs; nft has them a moment later.
    await wait(500);
    await mesh.v.kill();
    await wait(ALONE_MS);
    await restart();
    const adopted = await mesh.v.api.relayStatus();
    expect(ports(adopted)).toEqual(ports(before));
    await pings.moreAnswers(250);
    const { sent, lost } = await pings.stop();
    expect({ lost, enough: sent > ALONE_MS / 25 }).toEqual({ lost: 0, enough: true });
    expect(ports(await mesh.v.api.relayStatus())).toEqual(ports(before));
    // All that was sent while nobody counted: a packet each way for each ping, WireGuard's header with it.
    const [after] = (await mesh.v.api.relayStatus()).allocations;
    expect(after?.bytes).toBeGreaterThan(sent * 2 * 100);
  }, 150_000);

  it("is back on the same ports without one where it forwards itself", async () => {
    const { mesh, pings, restart } = await relayed("again", "userspace");
    const before = await mesh.v.api.relayStatus();
    await wait(500);
    await mesh.v.kill();
    await restart();
    expect(ports(await mesh.v.api.relayStatus())).toEqual(ports(before));
    await pings.moreAnswers(50, 2_000);
    await pings.stop();
    expect(await mesh.a.peer("b")).toMatchObject({ path: { type: "relayed" } });
  }, 60_000);
});
