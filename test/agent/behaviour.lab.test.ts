import { afterAll, beforeAll, expect, it } from "vitest";
import type { NetcheckFamily, NetcheckReport } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { Host } from "../lab/host.ts";
import { Lab } from "../lab/lab.ts";
import { LabAgent } from "../lab/lab-agent.ts";
import type { NatFiltering, NatMapping } from "../lab/nat-rules.ts";

const MAPPINGS: readonly NatMapping[] = ["endpoint-independent", "endpoint-dependent"];
const FILTERINGS: readonly NatFiltering[] = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
];

/** In the /28 of its link. */
const SECOND_ADDRESS = "203.0.113.3";

describeLab("a host that looks what is in front of it", () => {
  let lab: Lab;
  let volunteer: LabAgent;

  beforeAll(async () => {
    lab = await Lab.create({ name: "behave" });
    const open = await lab.openHost("v");
    expect(open.address4).toBe("203.0.113.2");
    await open.run("ip", ["address", "add", `${SECOND_ADDRESS}/28`, "dev", "eth0"]);
    volunteer = await LabAgent.create(lab, open);
    await volunteer.start();
    await volunteer.must("init", "--network", "demo", "--name", "v");
    await volunteer.must("relay", "start");
  });
  afterAll(async () => {
    await volunteer[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  });

  /** Of a member on this host, as the program says it with one volunteer. */
  async function netcheck(host: Host): Promise<NetcheckReport> {
    await using agent = await LabAgent.create(lab, host);
    await agent.start();
    await agent.must("join", await volunteer.must("invite", agent.name));
    const report = JSON.parse(await agent.must("netcheck", "--json")) as NetcheckReport;
    // A second look must not be deceived by what the first one sent.
    const again = JSON.parse(await agent.must("netcheck", "--json")) as NetcheckReport;
    expect(behavioursOf(again)).toEqual(behavioursOf(report));
    await agent.must("leave");
    return report;
  }

  const kinds = MAPPINGS.flatMap((mapping) => FILTERINGS.map((filtering) => ({ mapping, filtering })));

  //
  it.concurrent.each(kinds)(
    "sees a NAT with $mapping mapping and $filtering filtering as such",
    async (kind) => {
      const name = `${kind.mapping === "endpoint-independent" ? "i" : "d"}${FILTERINGS.indexOf(kind.filtering)}`;
      const nat = await lab.nat(`nat-${name}`, kind);
      const report = await netcheck(await lab.hostBehind(nat, name));
      const found = ipv4(report);
      expect(found.udp).toBe(true);
      expect(found.behaviour).toEqual({
        mapping: kind.mapping === "endpoint-independent" ? kind.mapping : "address-and-port-dependent",
        filtering: kind.filtering,
        ports: "random",
        portStep: 0,
        hairpin: "no",
      });
      expect(report.mapping).toBe(kind.mapping);
    },
  );

  //
  it.concurrent("sees that a NAT counts its ports up, and in which steps", async () => {
    const strict = { mapping: "endpoint-dependent", filtering: "address-and-port-dependent" } as const;
    const nat = await lab.nat("nat-count", { ...strict, ports: "sequential" });
    const { behaviour } = ipv4(await netcheck(await lab.hostBehind(nat, "count")));
    expect(behaviour).toMatchObject({
      mapping: "address-and-port-dependent",
      ports: "sequential",
      portStep: 1,
    });
  });

  //
  it.concurrent("sees that a NAT turns back what comes from its LAN for its own mappings", async () => {
    const strict = { mapping: "endpoint-independent", filtering: "address-and-port-dependent" } as const;
    const nat = await lab.nat("nat-turn", { ...strict, hairpin: true });
    const { behaviour } = ipv4(await netcheck(await lab.hostBehind(nat, "turn")));
    expect(behaviour).toMatchObject({ ...strict, hairpin: "yes" });
  });

  //
  it.concurrent("sees within 40 s that a NAT forgets after 20 s what nothing passes", async () => {
    const strict = { mapping: "endpoint-independent", filtering: "address-and-port-dependent" } as const;
    const nat = await lab.nat("nat-brief", { ...strict, mappingTimeoutSec: 20 });
    await using agent = await LabAgent.create(lab, await lab.hostBehind(nat, "brief"));
    await agent.start();
    await agent.must("join", await volunteer.must("invite", agent.name));
    const alive: number[] = [];
    const signal = AbortSignal.timeout(40_000);
    const look = agent.api.netcheckLifetime(({ aliveSec }) => alive.push(aliveSec), signal);
    await expect(look).rejects.toThrow();
    expect(alive).toEqual([15]);
  });

  //
  it.concurrent(
    "sees that nothing is in front of a public host, and a firewall that answers only",
    async () => {
      const open = await netcheck(await lab.openHost("open"));
      expect(ipv4(open).behaviour).toMatchObject({ mapping: "open", filtering: "endpoint-independent" });
      expect(open.mapping).toBe("open");
      const closed = await lab.openHost("closed");
      await closed.firewall("stateful-drop");
      expect(behavioursOf(await netcheck(closed))).toMatchObject([
        { mapping: "open", filtering: "address-and-port-dependent" },
        { mapping: "open", filtering: "address-and-port-dependent" },
      ]);
    },
  );
});

function ipv4({ families }: NetcheckReport): NetcheckFamily {
  const [found] = families.filter(({ family }) => family === "ipv4");
  if (found === undefined) throw new Error("no IPv4 in the report");
  return found;
}

function behavioursOf({ families }: NetcheckReport): readonly NetcheckFamily["behaviour"][] {
  return families.map(({ behaviour }) => behaviour);
}
