import { afterAll, beforeAll, expect, it } from "vitest";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { describeLab } from "./describe-lab.ts";
import type { Host } from "./host.ts";
import { Lab } from "./lab.ts";
import type { NatOptions } from "./lab.ts";
import type { NatFiltering, NatMapping } from "./nat-rules.ts";
import { ProbeClient } from "./probe-client.ts";

const MAPPINGS = ["endpoint-independent", "endpoint-dependent"] as const satisfies readonly NatMapping[];
const FILTERINGS = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
] as const satisfies readonly NatFiltering[];
const KINDS = MAPPINGS.flatMap((mapping) => FILTERINGS.map((filtering) => ({ mapping, filtering })));

const PORT = 5000;
const OTHER_PORT = 6000;

const at = (host: Host, port: number): Endpoint => ({ address: host.address4, port });

/** Fails the test instead of comparing two absent mappings. */
async function mapped(probe: ProbeClient, server: Endpoint): Promise<Endpoint> {
  const mapping = await probe.mappedBy(server);
  if (mapping === undefined) throw new Error(`no answer from ${server.address}:${server.port}`);
  return mapping;
}

// R-1303
describeLab("a NAT router", () => {
  let lab: Lab;
  let server: Host;
  let second: Host;
  let stranger: Host;
  let serverProbe: ProbeClient;
  let otherPortProbe: ProbeClient;
  let strangerProbe: ProbeClient;
  let nats = 0;

  beforeAll(async () => {
    lab = await Lab.create({ name: "nat" });
    [server, second, stranger] = await Promise.all([
      lab.openHost("server"),
      lab.openHost("second"),
      lab.openHost("stranger"),
    ]);
    [serverProbe, otherPortProbe, strangerProbe] = await Promise.all([
      ProbeClient.open(server, PORT),
      ProbeClient.open(server, OTHER_PORT),
      ProbeClient.open(stranger, PORT),
      ProbeClient.open(second, PORT),
    ]);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  /** Two hosts behind a new NAT, with sockets on the same port. */
  async function behindNat(kind: NatOptions): Promise<[ProbeClient, ProbeClient]> {
    const name = `nat${nats++}`;
    const nat = await lab.nat(name, kind);
    const hosts = await Promise.all([lab.hostBehind(nat, `${name}-a`), lab.hostBehind(nat, `${name}-b`)]);
    return Promise.all([ProbeClient.open(hosts[0], PORT), ProbeClient.open(hosts[1], PORT)]);
  }

  /** After this, whatever `senders` sent to `inside` earlier has arrived or never will: each hop handles packets in order. */
  async function settled(inside: ProbeClient, senders: readonly ProbeClient[]): Promise<void> {
    for (const sender of senders) await mapped(sender, at(second, PORT));
    await mapped(inside, at(server, PORT));
  }

  /** Whether two sockets get through to each other once both know what the server sees of the other. */
  async function punches(a: ProbeClient, b: ProbeClient): Promise<boolean> {
    const [seenA, seenB] = await Promise.all([mapped(a, at(server, PORT)), mapped(b, at(server, PORT))]);
    return Promise.any([mapped(a, seenB), mapped(b, seenA)]).then(
      () => true,
      () => false,
    );
  }

  it.each(KINDS)("with $mapping mapping, $filtering filtering does both as RFC 4787 says", async (kind) => {
    const [a, b] = await behindNat(kind);
    const seen = await mapped(a, at(server, PORT));

    // Filtering: first, as nobody else has been contacted yet.
    otherPortProbe.send("from another port", seen);
    strangerProbe.send("from a stranger", seen);
    serverProbe.send("from the server", seen);
    await settled(a, [otherPortProbe, strangerProbe, serverProbe]);
    expect({
      server: a.hasReceived("from the server"),
      otherPort: a.hasReceived("from another port"),
      stranger: a.hasReceived("from a stranger"),
    }).toEqual({
      server: true,
      otherPort: kind.filtering !== "address-and-port-dependent",
      stranger: kind.filtering === "endpoint-independent",
    });

    // Mapping: towards another address, and another port of the same address.
    const seenBySecond = await mapped(a, at(second, PORT));
    const seenByOtherPort = await mapped(a, at(server, OTHER_PORT));
    const seenAgain = await mapped(a, at(server, PORT));
    expect(seenAgain).toEqual(seen);
    expect(new Set([seen, seenBySecond].map(({ port }) => port)).size).toBe(
      kind.mapping === "endpoint-independent" ? 1 : 2,
    );
    // Where anybody may send, what came from the other port may already have opened the way back from the first mapping.
    if (kind.filtering === "address-and-port-dependent" || kind.mapping === "endpoint-independent") {
      expect(seenByOtherPort.port === seen.port).toBe(kind.mapping === "endpoint-independent");
    }

    // A second host with the same inside port has a mapping of its own, which behaves alike.
    const otherHost = await mapped(b, at(server, PORT));
    expect(otherHost.address).toBe(seen.address);
    expect(otherHost.port).not.toBe(seen.port);
    expect((await mapped(b, at(second, PORT))).port === otherHost.port).toBe(
      kind.mapping === "endpoint-independent",
    );
  });

  it.each(FILTERINGS)("keeps its mapping when strangers send first, with %s filtering", async (filtering) => {
    const [a] = await behindNat({ mapping: "endpoint-independent", filtering });
    const seen = await mapped(a, at(server, PORT));
    for (let packet = 0; packet < 5; packet++) strangerProbe.send("too early", seen);
    await settled(a, [strangerProbe]);
    expect(await mapped(a, at(stranger, PORT))).toEqual(seen);
  });

  it.each([
    { left: KINDS[2], right: KINDS[2], through: true },
    { left: KINDS[2], right: KINDS[1], through: true },
    { left: KINDS[1], right: KINDS[5], through: true },
    { left: KINDS[0], right: KINDS[5], through: true },
    { left: KINDS[2], right: KINDS[5], through: false },
    { left: KINDS[5], right: KINDS[5], through: false },
  ])("$left.mapping/$left.filtering with $right.mapping/$right.filtering: punched $through", async (pair) => {
    if (pair.left === undefined || pair.right === undefined) throw new Error("no such kind");
    const [[a], [b]] = await Promise.all([behindNat(pair.left), behindNat(pair.right)]);
    expect(await punches(a, b)).toBe(pair.through);
  });

  it("never delivers a packet under a source that its sender does not have", async () => {
    const [a] = await behindNat({ mapping: "endpoint-dependent", filtering: "endpoint-independent" });
    const seenByServer = await mapped(a, at(server, PORT));
    await mapped(a, at(stranger, PORT));
    // To the mapping for the server, though the same two sockets already have one.
    strangerProbe.send("crossed", seenByServer);
    await settled(a, [strangerProbe]);
    expect(a.hasReceived("crossed")).toBe(false);
  });

  it("forgets a mapping after its idle time", async () => {
    const [a] = await behindNat({
      mapping: "endpoint-independent",
      filtering: "endpoint-independent",
      mappingTimeoutSec: 1,
    });
    const seen = await mapped(a, at(server, PORT));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    strangerProbe.send("too late", seen);
    await settled(a, [strangerProbe]);
    expect(a.hasReceived("too late")).toBe(false);
    expect(await mapped(a, at(server, PORT))).not.toEqual(seen);
  });

  it("behind another NAT shows the outer address and can be punched", async () => {
    const kind = { mapping: "endpoint-independent", filtering: "address-and-port-dependent" } as const;
    const outer = await lab.nat("outer", kind);
    const inner = await lab.nat("inner", { ...kind, behind: outer });
    const [a, [b]] = await Promise.all([
      lab.hostBehind(inner, "twice").then((host) => ProbeClient.open(host, PORT)),
      behindNat(kind),
    ]);
    expect(inner.outside4).toMatch(/^10\./);
    const seen = await mapped(a, at(server, PORT));
    expect(seen.address).toBe(outer.outside4);
    expect(await mapped(a, at(second, PORT))).toEqual(seen);
    expect(await punches(a, b)).toBe(true);
  });

  it("with sequential ports gives every new flow the port after the last one", async () => {
    const kind = { mapping: "endpoint-dependent", filtering: "address-and-port-dependent" } as const;
    const [a, b] = await behindNat({ ...kind, ports: "sequential" });
    const first = await mapped(a, at(server, PORT));
    const ports = [
      await mapped(a, at(second, PORT)),
      await mapped(b, at(server, PORT)),
      await mapped(a, at(server, OTHER_PORT)),
      await mapped(a, at(server, PORT)),
    ].map(({ port }) => port - first.port);
    expect(ports).toEqual([1, 2, 3, 0]);
  });

  it("with sequential ports can be punched by who foretells the next one", async () => {
    const kind = { mapping: "endpoint-dependent", filtering: "address-and-port-dependent" } as const;
    const [[a], [b]] = await Promise.all([
      behindNat({ ...kind, ports: "sequential" }),
      behindNat({ ...kind, mapping: "endpoint-independent" }),
    ]);
    const [seenA, seenB] = await Promise.all([mapped(a, at(server, PORT)), mapped(b, at(server, PORT))]);
    const foretold = { ...seenA, port: seenA.port + 1 };
    b.send("opens the way", foretold);
    await settled(a, [b]);
    a.send("through", seenB);
    expect(await b.receives("through")).toEqual(foretold);
  });

  const HAIRPIN = {
    mapping: "endpoint-independent",
    filtering: "address-and-port-dependent",
    hairpin: true,
  } as const satisfies NatOptions;

  it.each(KINDS)(
    "that hairpins turns around what is for its own mappings, with $mapping mapping, $filtering filtering",
    async (kind) => {
      const [a, b] = await behindNat({ ...kind, hairpin: true });
      const [seenA, seenB] = await Promise.all([mapped(a, at(server, PORT)), mapped(b, at(server, PORT))]);
      // The answer comes from the outside address, and says that so does the question.
      const seen = await mapped(a, seenB);
      expect(seen.address).toBe(seenA.address);
      expect(seen.port === seenA.port).toBe(kind.mapping === "endpoint-independent");
    },
  );

  it("that does not hairpin drops what is for its own mappings", async () => {
    const [a, b] = await behindNat({ ...HAIRPIN, hairpin: false });
    await mapped(a, at(server, PORT));
    expect(await a.mappedBy(await mapped(b, at(server, PORT)))).toBeUndefined();
  });

  it("that hairpins joins the NATs behind it, whose hosts cannot meet otherwise", async () => {
    const homes = await Promise.all(
      [HAIRPIN, { ...HAIRPIN, hairpin: false }].map(async (kind, index) => {
        const carrier = await lab.nat(`carrier${index}`, kind);
        const { mapping, filtering } = kind;
        return Promise.all(
          ["l", "r"].map(async (side) => {
            const home = await lab.nat(`home${index}${side}`, { mapping, filtering, behind: carrier });
            return ProbeClient.open(await lab.hostBehind(home, `flat${index}${side}`), PORT);
          }),
        );
      }),
    );
    const through: boolean[] = [];
    for (const [a, b] of homes) if (a !== undefined && b !== undefined) through.push(await punches(a, b));
    expect(through).toEqual([true, false]);
  });

  it("that forgets its flows gives new mappings and lets nothing in by the old ones", async () => {
    const nat = await lab.nat("rebooted", {
      mapping: "endpoint-independent",
      filtering: "endpoint-independent",
    });
    const a = await ProbeClient.open(await lab.hostBehind(nat, "patient"), PORT);
    const seen = await mapped(a, at(server, PORT));
    await nat.forgetFlows();
    strangerProbe.send("too late", seen);
    await settled(a, [strangerProbe]);
    expect(a.hasReceived("too late")).toBe(false);
    expect(await mapped(a, at(server, PORT))).not.toEqual(seen);
  });

  it("that is renumbered shows another address, and forgets what it learned under the old one", async () => {
    const nat = await lab.nat("moving", { mapping: "endpoint-dependent", filtering: "address-dependent" });
    const probe = await ProbeClient.open(await lab.hostBehind(nat, "moved"), PORT);
    const seen = await mapped(probe, at(server, PORT));
    await nat.renumber();
    expect((await mapped(probe, at(server, PORT))).address).toBe(nat.outside4);
    expect(nat.outside4).not.toBe(seen.address);
  });

  it("does not stand between the hosts of its LAN", async () => {
    const nat = await lab.nat("lan", {
      mapping: "endpoint-dependent",
      filtering: "address-and-port-dependent",
    });
    const [a, b] = await Promise.all([lab.hostBehind(nat, "left"), lab.hostBehind(nat, "right")]);
    const [probe] = await Promise.all([ProbeClient.open(a), ProbeClient.open(b, PORT)]);
    expect(await mapped(probe, at(b, PORT))).toEqual({ address: a.address4, port: probe.port });
  });

  it("routes IPv6 without translating it, for those whom its hosts contacted", async () => {
    const kind = {
      mapping: "endpoint-dependent",
      filtering: "address-and-port-dependent",
      ipv6: true,
    } as const;
    const outer = await lab.nat("six", kind);
    const inner = await lab.nat("six-inner", { ...kind, behind: outer });
    const host = await lab.hostBehind(inner, "six-host");
    const address = host.address6 ?? "";
    const remote = { address: server.address6 ?? "", port: PORT };
    const [probe, remoteProbe, strangerProbe6] = await Promise.all([
      ProbeClient.open(host, PORT, "::"),
      ProbeClient.open(server, PORT, remote.address),
      ProbeClient.open(stranger, PORT, "::"),
    ]);
    expect(await mapped(probe, remote)).toEqual({ address, port: PORT });
    strangerProbe6.send("unsolicited", { address, port: PORT });
    await mapped(strangerProbe6, remote);
    remoteProbe.send("expected", { address, port: PORT });
    expect(await probe.receives("expected")).toEqual(remote);
    expect(probe.hasReceived("unsolicited")).toBe(false);
  });
});
