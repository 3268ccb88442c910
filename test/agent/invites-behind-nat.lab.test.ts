import { afterAll, beforeAll, expect, it } from "vitest";
import type { Invite, RelayStatus } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";
import { reaches } from "./pings.ts";

const json = async <T>(agent: LabAgent, ...command: string[]): Promise<T> =>
  JSON.parse(await agent.must(...command, "--json")) as T;

async function relayedMembers({ v }: Mesh): Promise<readonly (readonly string[])[]> {
  const { allocations } = await json<RelayStatus>(v, "relay", "status");
  return allocations.map(({ members }) => members.toSorted());
}

// R-1201
describeLab("an admin behind an endpoint-dependent NAT", () => {
  let mesh: Mesh;
  let relayedWay: string;

  beforeAll(async () => {
    mesh = await Mesh.create("invite-nat", HARD_NAT);
    await Promise.all([mesh.found(), mesh.a.start(), mesh.b.start()]);
    await mesh.a.must("join", await mesh.v.must("invite", "a", "--admin"));
    await mesh.a.waitForPath("v", "direct");
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  it("names with an invite the volunteer that relays to it, before its own addresses", async () => {
    const { token, ways, warnings } = await json<Invite>(mesh.a, "invite", "b");
    expect(warnings).toEqual([]);
    expect(ways[0]).toEqual({
      relay: "v",
      endpoint: expect.stringMatching(`^${mesh.v.host.address4}:4\\d{4}$`) as string,
    });
    expect(token.length).toBeLessThan(360);
    relayedWay = ways[0]?.endpoint ?? "";
    expect(await relayedMembers(mesh)).toHaveLength(1);
    const joined = await mesh.b.must("join", token);
    expect(joined).toContain("b");
  });

  it("has admitted a host behind another one, which reaches everybody", async () => {
    const { a, b } = mesh;
    await Promise.all([
      a.waitForPath("b", "relayed"),
      b.waitForPath("a", "relayed"),
      b.waitForPath("v", "direct"),
    ]);
    expect(await reaches(b.host, (await b.peer("a")).address4)).toBe(true);
    expect(await reaches(b.host, (await b.peer("v")).address4)).toBe(true);
    // The invite's port is nobody's way to the issuer: the cache of the new member does not know it.
    const exported = await b.must("cache", "export");
    expect(exported).toContain(mesh.v.host.address4);
    expect(exported).not.toContain(relayedWay);
  });

  it("gives the relay back once the new member has shown itself", async () => {
    await expect.poll(() => relayedMembers(mesh), { timeout: 10_000 }).toEqual([["a", "b"]]);
  });

  it("is reached at the same port after it has crashed, and after the volunteer has", async () => {
    const { v, a } = mesh;
    const c = await mesh.add(mesh.lab.hostBehind(mesh.natB, "c"));
    await c.start();
    const { token, ways } = await json<Invite>(a, "invite", "c");
    await a.kill();
    await a.start();
    await v.kill();
    await v.start();
    await a.waitForPath("v", "direct");
    // Bound again as soon as the two are connected.
    await expect
      .poll(async () => (await json<RelayStatus>(v, "relay", "status")).allocations.length, {
        timeout: 15_000,
      })
      .toBeGreaterThanOrEqual(1);
    const { exitCode, stderr } = await c.run(["join", token], { timeoutMs: 40_000 });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain(`through the relay at ${ways[0]?.endpoint ?? ""}`);
  });
});

describeLab("an admin behind a NAT without any volunteer", () => {
  it("is told with an invite that it may not be reached", async () => {
    await using mesh = await Mesh.create("invite-alone", HARD_NAT);
    await mesh.a.start();
    await mesh.a.must("init", "--network", "demo", "--name", "a");
    const { stderr, stdout, exitCode } = await mesh.a.cli("invite", "b");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^hopwire2-/);
    expect(stderr).toContain("no volunteer relays to it");
  });
});
