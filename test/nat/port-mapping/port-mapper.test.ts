import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import { LEASE_SEC } from "../../../agent/nat/port-mapping/dialect.ts";
import {
  FIND_AGAIN_MS,
  GRACE_MS,
  LOOK_MS,
  newMapper,
  stepMapper,
  type MapperInput,
} from "../../../agent/nat/port-mapping/mapper.ts";
import { PortMapper } from "../../../agent/nat/port-mapping/port-mapper.ts";
import type { MappingProtocol } from "../../../agent/nat/port-mapping/protocol.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { at } from "../samples.ts";
import { PaperRouter } from "./paper-router.ts";

const PORT = 51_820;
const SOON_MS = 10;
/** A gateway without PCP is waited for that long. */
const PCP_SILENCE_MS = 4_000;

/** A host behind a router. */
class Home {
  readonly clock = new FakeClock();
  readonly router = new PaperRouter(this.clock);
  gateway: string | undefined = "10.1.0.1";
  isWanted = true;
  /** As announced, in order. */
  readonly mappings: string[] = [];
  readonly mapper = new PortMapper({
    clock: this.clock,
    random: seededRandom(1),
    log: silentLogger,
    port: PORT,
    gateway: () => Promise.resolve(this.gateway),
    open: (gateway, receive) => this.router.open(gateway, receive),
    isWanted: () => this.isWanted,
    nonceFor: () => new Uint8Array(12).fill(5),
    onChange: (mapping) =>
      this.mappings.push(
        mapping === undefined
          ? "none"
          : `${mapping.protocol} ${mapping.external.address}:${mapping.external.port}`,
      ),
  });

  static async withRouter(protocols: readonly MappingProtocol[]): Promise<Home> {
    const home = new Home();
    home.router.protocols = protocols;
    await home.mapper.refresh();
    await home.clock.advance(SOON_MS);
    return home;
  }

  async end(): Promise<void> {
    const ended = this.mapper[Symbol.asyncDispose]();
    await this.clock.advance(2_000);
    await ended;
  }
}

//
describe("a port mapping", () => {
  it("is made by PCP at once, where the router speaks everything", async () => {
    const home = await Home.withRouter(["pcp", "nat-pmp", "upnp-igd"]);
    expect(home.mappings).toEqual([`pcp 203.0.113.7:${PORT}`]);
    expect(home.router.heard.filter((message) => /map$|Mapping/.test(message))).toEqual(["pcp map"]);
    expect(home.mapper.standings).toEqual({
      pcp: { tag: "present" },
      "nat-pmp": { tag: "present" },
      "upnp-igd": { tag: "present" },
    });
  });

  it("is made by NAT-PMP at once, where the router says that it does not know PCP's version", async () => {
    const home = await Home.withRouter(["nat-pmp"]);
    expect(home.mappings).toEqual([`nat-pmp 203.0.113.7:${PORT}`]);
    expect(home.mapper.standings.pcp).toEqual({ tag: "refused", reason: "unsupported-version" });
  });

  it("is made by PCP, where the router says that it does not know NAT-PMP's version", async () => {
    const home = await Home.withRouter(["pcp"]);
    expect(home.mappings).toEqual([`pcp 203.0.113.7:${PORT}`]);
    expect(home.mapper.standings["nat-pmp"]).toEqual({ tag: "refused", reason: "unsupported-version" });
  });

  it("is made by UPnP after a short silence of the others, or at once where ICMP says that nobody listens", async () => {
    const silent = await Home.withRouter(["upnp-igd"]);
    await silent.clock.advance(GRACE_MS - SOON_MS - 1);
    expect(silent.mappings).toEqual([]);
    await silent.clock.advance(2);
    expect(silent.mappings).toEqual([`upnp-igd 203.0.113.7:${PORT}`]);

    const home = new Home();
    home.router.protocols = ["upnp-igd"];
    home.router.refusesWithIcmp = true;
    await home.mapper.refresh();
    await home.clock.advance(SOON_MS);
    expect(home.mappings).toEqual([`upnp-igd 203.0.113.7:${PORT}`]);
  });

  it("is made by the next protocol, where one is there but refuses", async () => {
    const home = new Home();
    home.router.pcpResult = 2;
    await home.mapper.refresh();
    await home.clock.advance(SOON_MS);
    expect(home.mapper.standings.pcp).toMatchObject({ tag: "refused", reason: "not-authorized" });
    expect(home.mappings).toEqual([`nat-pmp 203.0.113.7:${PORT}`]);
  });

  it("is made although datagrams are lost", async () => {
    const home = new Home();
    home.router.protocols = ["nat-pmp"];
    home.router.isSilent = true;
    await home.mapper.refresh();
    await home.clock.advance(100);
    home.router.isSilent = false;
    await home.clock.advance(PCP_SILENCE_MS);
    expect(home.mappings).toEqual([`nat-pmp 203.0.113.7:${PORT}`]);
  });

  it("has the port that the router chose, where another host has ours", async () => {
    for (const protocol of ["pcp", "nat-pmp"] as const) {
      const home = new Home();
      home.router.protocols = [protocol];
      home.router.takenPorts.add(PORT);
      await home.mapper.refresh();
      await home.clock.advance(SOON_MS);
      expect(home.mappings).toEqual([`${protocol} 203.0.113.7:40000`]);
    }
  });

  it("is not made where the router has no address outside", async () => {
    for (const protocol of ["pcp", "nat-pmp", "upnp-igd"] as const) {
      const home = new Home();
      home.router.protocols = [protocol];
      home.router.outsideAddress = "0.0.0.0";
      await home.mapper.refresh();
      await home.clock.advance(PCP_SILENCE_MS);
      expect(home.mappings).toEqual([]);
      expect(home.mapper.standings[protocol]).toEqual({ tag: "refused", reason: "no-external-address" });
    }
  });

  it("is asked of nobody where there is no gateway, or where this host needs none", async () => {
    for (const change of [{ gateway: undefined }, { isWanted: false }]) {
      const home = Object.assign(new Home(), change);
      await home.mapper.refresh();
      await home.clock.advance(FIND_AGAIN_MS);
      expect(home.router.heard).toEqual([]);
      expect(home.mapper.gateway).toBeUndefined();
    }
  });

  it("is looked for again where the router offers none, each time in a new search", async () => {
    const home = await Home.withRouter([]);
    await home.clock.advance(PCP_SILENCE_MS + FIND_AGAIN_MS - 100);
    expect(home.mappings).toEqual([]);
    home.router.protocols = ["pcp"];
    await home.clock.advance(200);
    expect(home.mappings).toEqual([`pcp 203.0.113.7:${PORT}`]);
  });

  it("is asked for again no sooner than a router says that its refusal lasts, up to half an hour", async () => {
    const home = new Home();
    home.router.protocols = ["pcp"];
    home.router.pcpResult = 8;
    await home.mapper.refresh();
    await home.clock.advance(PCP_SILENCE_MS);
    const asks = (): number => home.router.heard.filter((message) => message === "pcp map").length;
    expect(asks()).toBe(1);
    await home.clock.advance(1_800_000 - 2 * PCP_SILENCE_MS);
    expect(asks()).toBe(1);
    await home.clock.advance(2 * PCP_SILENCE_MS);
    expect(asks()).toBe(2);
  });
});

//
describe("a mapping by UPnP", () => {
  const mapped = async (prepare: (router: PaperRouter) => void): Promise<Home> => {
    const home = new Home();
    home.router.protocols = ["upnp-igd"];
    home.router.refusesWithIcmp = true;
    prepare(home.router);
    await home.mapper.refresh();
    await home.clock.advance(SOON_MS);
    return home;
  };

  it("lasts for ever where the router knows no other lease", async () => {
    const home = await mapped((router) => (router.permanentLeasesOnly = true));
    expect(home.mappings).toEqual([`upnp-igd 203.0.113.7:${PORT}`]);
    await home.end();
    expect(home.router.mapping).toBeUndefined();
  });

  it("takes another port where ours is another host's", async () => {
    const home = await mapped((router) => router.takenPorts.add(PORT));
    expect(home.mappings).toEqual([expect.stringMatching(/^upnp-igd 203\.0\.113\.7:2\d{4}$/)]);
  });

  it("lets version 2 choose the port where ours is another host's", async () => {
    const home = await mapped((router) => {
      router.igdVersion = 2;
      router.takenPorts.add(PORT);
      for (let port = 20_000; port < 30_000; port++) router.takenPorts.add(port);
    });
    expect(home.mappings).toEqual(["upnp-igd 203.0.113.7:40000"]);
  });
});

//
describe("a lease", () => {
  it.each<MappingProtocol>(["pcp", "nat-pmp", "upnp-igd"])(
    "of %s is renewed at its half",
    async (protocol) => {
      const home = await Home.withRouter([protocol]);
      await home.clock.advance(PCP_SILENCE_MS);
      const before = home.router.mapping?.expiresMs ?? 0;
      await home.clock.advance((LEASE_SEC * 1_000) / 2);
      expect(home.router.mapping?.expiresMs).toBeGreaterThan(before);
      await home.clock.advance(10 * LEASE_SEC * 1_000);
      expect(home.router.mapping?.expiresMs).toBeGreaterThan(home.clock.monotonicNow());
      expect(home.mappings).toHaveLength(1);
    },
  );

  it.each<MappingProtocol>(["pcp", "nat-pmp", "upnp-igd"])(
    "of %s is made anew soon after the router has forgotten it",
    async (protocol) => {
      const home = await Home.withRouter([protocol]);
      await home.clock.advance(PCP_SILENCE_MS + 60_000);
      home.router.restart();
      await home.clock.advance(LOOK_MS + SOON_MS);
      const mapping = `${protocol} 203.0.113.7:${PORT}`;
      expect(home.mappings).toEqual([mapping, "none", mapping]);
      expect(home.router.mapping?.outsidePort).toBe(PORT);
    },
  );

  it.each<MappingProtocol>(["pcp", "nat-pmp", "upnp-igd"])(
    "of %s is followed to where the router moves it",
    async (protocol) => {
      const home = await Home.withRouter([protocol]);
      await home.clock.advance(PCP_SILENCE_MS + SOON_MS);
      home.router.outsideAddress = "203.0.113.8";
      await home.clock.advance((LEASE_SEC * 1_000) / 2);
      expect(home.mappings.at(-1)).toBe(`${protocol} 203.0.113.8:${PORT}`);
    },
  );

  it("is followed to another port that a renewal gives", async () => {
    const home = await Home.withRouter(["pcp"]);
    if (home.router.mapping !== undefined) home.router.mapping.outsidePort = 40_123;
    await home.clock.advance((LEASE_SEC * 1_000) / 2 + SOON_MS);
    expect(home.mappings).toEqual([`pcp 203.0.113.7:${PORT}`, "pcp 203.0.113.7:40123"]);
  });

  it("counts until its end while the router is silent, and no longer", async () => {
    const home = await Home.withRouter(["pcp"]);
    home.router.isSilent = true;
    await home.clock.advance(LEASE_SEC * 1_000 - 2 * SOON_MS);
    expect(home.mappings).toHaveLength(1);
    await home.clock.advance(2 * SOON_MS);
    expect(home.mappings).toEqual([`pcp 203.0.113.7:${PORT}`, "none"]);
    home.router.isSilent = false;
    await home.clock.advance(FIND_AGAIN_MS);
    expect(home.mappings.at(-1)).toBe(`pcp 203.0.113.7:${PORT}`);
  });

  it("is not asked for more often than every four seconds, however short it is", async () => {
    const home = new Home();
    home.router.grantsSec = 1;
    await home.mapper.refresh();
    await home.clock.advance(20_100);
    expect(home.router.heard.filter((message) => message === "pcp map")).toHaveLength(6);
  });
});

//
describe("a change of the network", () => {
  it("drops the mapping and asks the new gateway", async () => {
    const home = await Home.withRouter(["pcp"]);
    home.gateway = "10.9.0.1";
    home.router.own = "10.9.0.2";
    home.router.restart();
    await home.mapper.refresh();
    await home.clock.advance(SOON_MS);
    const mapping = `pcp 203.0.113.7:${PORT}`;
    expect(home.mappings).toEqual([mapping, "none", mapping]);
    expect(home.router.mapping?.inside).toBe(`10.9.0.2:${PORT}`);
    expect(home.router.wires.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  });

  it("that changes nothing here looks whether the mapping is still there, over the same sockets", async () => {
    const home = await Home.withRouter(["pcp"]);
    await home.clock.advance(20_000);
    home.router.restart();
    await home.mapper.refresh();
    await home.clock.advance(SOON_MS);
    expect(home.mappings).toHaveLength(3);
    expect(home.router.wires.map(({ isOpen }) => isOpen)).toEqual([true, false]);
  });

  it("that takes the gateway away drops the mapping", async () => {
    const home = await Home.withRouter(["pcp"]);
    home.gateway = undefined;
    await home.mapper.refresh();
    expect(home.mappings.at(-1)).toBe("none");
  });
});

//
describe("the end", () => {
  it.each<MappingProtocol>(["pcp", "nat-pmp", "upnp-igd"])("deletes the mapping of %s", async (protocol) => {
    const home = await Home.withRouter([protocol]);
    await home.clock.advance(PCP_SILENCE_MS);
    expect(home.router.mapping).toBeDefined();
    await home.end();
    expect(home.router.mapping).toBeUndefined();
    expect(home.router.wires.every(({ isOpen }) => !isOpen)).toBe(true);
    expect(home.clock.pending).toBe(0);
  });

  it("does not wait for a router that is gone", async () => {
    const home = await Home.withRouter(["pcp"]);
    home.router.isSilent = true;
    await home.end();
    expect(home.clock.pending).toBe(0);
  });

  it("is at once where nothing was mapped", async () => {
    const home = await Home.withRouter([]);
    await home.mapper[Symbol.asyncDispose]();
    expect(home.clock.pending).toBe(0);
  });
});

//
describe("a gateway that says anything at all", () => {
  const target = {
    gateway: "10.1.0.1",
    own: "10.1.0.2",
    port: PORT,
    nonce: new Uint8Array(12).fill(5),
    otherPorts: [20_000],
    jitter: 0,
  };
  const datagram = fc
    .tuple(fc.constantFrom(0, 2), fc.constantFrom(0, 128, 129), fc.uint8Array({ maxLength: 78 }))
    .map(([version, opcode, rest]) => Uint8Array.of(version, opcode, ...rest));
  const body = fc.constantFrom(
    "",
    "<a/>",
    "<root><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/c</controlURL></service></root>",
    "<b><NewExternalIPAddress>203.0.113.7</NewExternalIPAddress></b>",
    "<UPnPError><errorCode>718</errorCode></UPnPError>",
  );
  const search = Buffer.from(
    "HTTP/1.1 200 OK\r\nST: urn:x:InternetGatewayDevice:1\r\nLOCATION: http://10.1.0.1/d\r\n\r\n",
  );
  const answer = fc.oneof(
    datagram.map((bytes) => ({ kind: "datagram", bytes }) as const),
    fc.constant({ kind: "search", bytes: search } as const),
    fc.constant({ kind: "unreachable" } as const),
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(200, 500), body)
      .map(
        ([id, status, text]) =>
          ({ kind: "http", id, answer: { ok: true, value: { status, body: text } } }) as const,
      ),
  );
  const input: fc.Arbitrary<MapperInput> = fc.oneof(
    { weight: 6, arbitrary: answer.map((each) => ({ input: "answer", answer: each }) as const) },
    { weight: 3, arbitrary: fc.constant({ input: "wake" } as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { input: "target", target } as const,
        { input: "target", target: undefined } as const,
      ),
    },
  );

  it("does not break the machine: it never throws, maps no unusable address, and ends when told", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), input), { maxLength: 60 }),
        (inputs) => {
          let now = 0;
          let state = stepMapper(newMapper(at(0)), { input: "target", target }, at(0)).state;
          for (const [elapsedMs, next] of inputs) {
            now += elapsedMs;
            ({ state } = stepMapper(state, next, at(now)));
            expect(state.mapping?.external.port).not.toBe(0);
            expect(state.mapping?.external.address).not.toBe("0.0.0.0");
          }
          ({ state } = stepMapper(state, { input: "release" }, at(now)));
          for (let turn = 0; turn < 12; turn++) {
            now += 10_000;
            ({ state } = stepMapper(state, { input: "wake" }, at(now)));
          }
          expect(state.phase.tag).toBe("released");
        },
      ),
    );
  });
});
