import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NetcheckPortMapping, NetcheckReport } from "../../agent/admin/contract.ts";
import { LOOK_MS } from "../../agent/nat/port-mapping/mapper.ts";
import { MAPPING_PROTOCOLS, type MappingProtocol } from "../../agent/nat/port-mapping/protocol.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { MappingRouter } from "../lab/mapping-router.ts";
import { EASY_NAT, HARD_NAT, Mesh } from "./mesh.ts";
import { reaches } from "./pings.ts";

const PORT = 51_820;

/** With a router of Debian's; where that is not installed there is nothing to test against, and the title says so. */
function describeRouter(title: string, tests: () => void): void {
  if (MappingRouter.isInstalled()) describeLab(title, tests);
  else describe.skip(`${title} (miniupnpd is not installed)`, tests);
}

async function portMappingOf(agent: LabAgent): Promise<NetcheckPortMapping | null> {
  return (JSON.parse(await agent.must("netcheck", "--json")) as NetcheckReport).portMapping;
}

/** What `look` sees once it satisfies, or at last. */
async function eventually<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  patienceMs = 20_000,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || performance.now() > giveUpAt) return seen;
    await wait(50);
  }
}

const verified = (agent: LabAgent): Promise<NetcheckPortMapping | null> =>
  eventually(
    () => portMappingOf(agent),
    (seen) => typeof seen?.verifiedBy === "string",
  );

describeRouter("two hosts behind endpoint-dependent NATs, where a router maps ports", () => {
  let mesh: Mesh;
  let router: MappingRouter;

  beforeAll(async () => {
    mesh = await Mesh.create("map", HARD_NAT, { ...HARD_NAT, block: "unreserved" });
    router = await MappingRouter.start(mesh.natA, { protocols: MAPPING_PROTOCOLS });
    await mesh.connect();
  });
  afterAll(async () => {
    await router[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  const inForce = (): readonly object[] => [{ outsidePort: PORT, inside: `${mesh.a.host.address4}:${PORT}` }];

  //
  it("reach each other directly, through the mapping", async () => {
    const { a, b, natA } = mesh;
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    expect((await b.peer("a")).path.endpoint).toBe(`${natA.outside4}:${PORT}`);
    expect(await reaches(b.host, (await b.peer("a")).address4)).toBe(true);
    expect(await router.mappings()).toEqual(inForce());
  });

  //
  it("show with netcheck what the router speaks, and that a volunteer reached the mapping from outside", async () => {
    const { a, b, natA, natB } = mesh;
    expect(await verified(a)).toEqual({
      gateway: `${natA.inside.lan.prefix4}.1`,
      protocols: MAPPING_PROTOCOLS.map((protocol) => ({ protocol, found: true, reason: null })),
      mapping: { protocol: "pcp", endpoint: `${natA.outside4}:${PORT}` },
      verifiedBy: "v",
      unverified: null,
    });
    const ofB = await eventually(
      () => portMappingOf(b),
      (seen) => seen?.protocols.every(({ found }) => found === false) === true,
    );
    expect(ofB).toMatchObject({
      gateway: `${natB.inside.lan.prefix4}.1`,
      protocols: MAPPING_PROTOCOLS.map((protocol) => ({ protocol, found: false, reason: "no-answer" })),
      mapping: null,
    });
    expect(await a.must("netcheck")).toContain(
      `${natA.outside4}:${PORT} by PCP, reached from outside by v; the router speaks PCP, NAT-PMP, UPnP`,
    );
    expect(await portMappingOf(mesh.v)).toMatchObject({ gateway: null, mapping: null });
  });

  //
  it("have the mapping again after the router forgot it", async () => {
    await router.restart();
    expect(await router.mappings()).toEqual([]);
    const seen = await eventually(
      () => router.mappings(),
      (mappings) => mappings.length > 0,
      LOOK_MS + 10_000,
    );
    expect(seen).toEqual(inForce());
    expect(await verified(mesh.a)).toMatchObject({ verifiedBy: "v" });
  });

  //
  it("keep the mapping over a crash of the agent, and leave none after down", async () => {
    const { a } = mesh;
    await a.kill();
    expect(await router.mappings()).toEqual(inForce());
    await a.start();
    expect(await verified(a)).toMatchObject({ verifiedBy: "v" });
    expect(await router.mappings()).toEqual(inForce());
    await a.must("down");
    expect(await router.mappings()).toEqual([]);
  });
});

describeRouter("a host whose router maps ports, behind an endpoint-dependent NAT", () => {
  //
  it("is reached directly from behind a NAT that filters by address and port", async () => {
    await using mesh = await Mesh.create("mapeasy", EASY_NAT, { ...HARD_NAT, block: "unreserved" });
    await using router = await MappingRouter.start(mesh.natA, { protocols: ["pcp"] });
    await Promise.all([mesh.found(), mesh.a.start(), mesh.b.start()]);
    await mesh.admit(mesh.a);
    // The lab's NAT keeps flows for two minutes: those from before the mapping would be in its way.
    expect(await verified(mesh.a)).toMatchObject({ verifiedBy: "v" });
    await mesh.admit(mesh.b);
    await Promise.all([mesh.a.waitForPath("b", "direct"), mesh.b.waitForPath("a", "direct")]);
    expect((await mesh.b.peer("a")).path.endpoint).toBe(`${mesh.natA.outside4}:${PORT}`);
    expect(await router.mappings()).toHaveLength(1);
  });
});

describeRouter("a host whose router maps ports", () => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await Mesh.create("maps", HARD_NAT, { ...HARD_NAT, block: "unreserved" });
    await Promise.all([mesh.found(), mesh.a.start()]);
    await mesh.admit(mesh.a);
    await mesh.a.stop();
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  //
  it.each<MappingProtocol>(["pcp", "nat-pmp", "upnp-igd"])(
    "maps by %s alone, and leaves no mapping",
    async (protocol) => {
      const { a, natA } = mesh;
      await using router = await MappingRouter.start(natA, { protocols: [protocol] });
      await a.start();
      const endpoint = `${natA.outside4}:${PORT}`;
      expect(await verified(a)).toMatchObject({ mapping: { protocol, endpoint }, verifiedBy: "v" });
      expect(await router.mappings()).toHaveLength(1);
      await a.must("down");
      expect(await router.mappings()).toEqual([]);
    },
  );

  //
  it("does not ask the router where port mapping is off", async () => {
    const { a, natA } = mesh;
    await using router = await MappingRouter.start(natA, { protocols: MAPPING_PROTOCOLS });
    await a.start({ HOPWIRE_PORT_MAPPING: "off" });
    expect(await portMappingOf(a)).toBeNull();
    await wait(1_000);
    expect(await router.mappings()).toEqual([]);
    await a.stop();
  });

  //
  it("does not announce a mapping that no volunteer can reach", async () => {
    const { a, natA } = mesh;
    await using router = await MappingRouter.start(natA, { protocols: ["pcp"] });
    await natA.namespace.configure({
      nft: `add table inet lab_provider
add chain inet lab_provider in { type filter hook prerouting priority raw; }
add rule inet lab_provider in iifname "wan0" udp dport ${PORT} drop`,
    });
    await a.start();
    const seen = await eventually(
      () => portMappingOf(a),
      (found) => found?.unverified === "not-reached",
    );
    expect(seen).toMatchObject({ mapping: { protocol: "pcp" }, verifiedBy: null, unverified: "not-reached" });
    await natA.namespace.configure({ nft: "delete table inet lab_provider" });
    expect(await verified(a)).toMatchObject({ verifiedBy: "v", unverified: null });
    await a.must("down");
    expect(await router.mappings()).toEqual([]);
  });
});
