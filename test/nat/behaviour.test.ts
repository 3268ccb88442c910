import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { behaviourFrom, type NatBehaviour } from "../../agent/nat/behaviour.ts";
import { carryOut, INSIDE, type TestBench } from "./simulated-tests.ts";
import type { Filtering, Mapping, SimulatedNat } from "./simulated-network.ts";

const NAT: SimulatedNat = {
  publicAddress: "198.51.100.1",
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
};
const ONE = { address: "203.0.113.1" };
const TWO = { address: "203.0.113.2" };
const DUAL = { address: "203.0.113.3", second: "203.0.113.4" };

const MAPPINGS: readonly Mapping[] = ["endpoint-independent", "address-dependent", "endpoint-dependent"];
const FILTERINGS: readonly Filtering[] = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
];

function behaviour(bench: TestBench): NatBehaviour {
  return behaviourFrom(carryOut(bench).seen, { addresses: [bench.address ?? INSIDE], listenPort: 51_820 });
}

const toldAs = (mapping: Mapping): NatBehaviour["mapping"] =>
  mapping === "endpoint-dependent" ? "address-and-port-dependent" : mapping;

const KINDS = MAPPINGS.flatMap((mapping) => FILTERINGS.map((filtering) => ({ mapping, filtering })));

//
describe("what a NAT does", () => {
  it.each(KINDS)(
    "$mapping mapping with $filtering filtering is told by one volunteer with two addresses",
    (kind) => {
      expect(behaviour({ nat: { ...NAT, ...kind }, volunteers: [DUAL] })).toEqual({
        mapping: toldAs(kind.mapping),
        filtering: kind.filtering,
        ports: "random",
        portStep: 0,
        hairpin: "no",
      });
    },
  );

  it.each(KINDS)(
    "$mapping mapping with $filtering filtering is told by two volunteers, the filter as the stricter",
    (kind) => {
      const found = behaviour({ nat: { ...NAT, ...kind }, volunteers: [ONE, TWO] });
      expect(found.mapping).toBe(toldAs(kind.mapping));
      expect(found.filtering).toBe(
        kind.filtering === "endpoint-independent" ? "address-dependent" : kind.filtering,
      );
    },
  );

  it("is told by one volunteer with one address as far as two ports can: no address-dependent mapping", () => {
    const mapping = (kind: Mapping): string =>
      behaviour({ nat: { ...NAT, mapping: kind }, volunteers: [ONE] }).mapping;
    expect(MAPPINGS.map(mapping)).toEqual([
      "endpoint-independent",
      "endpoint-independent",
      "address-and-port-dependent",
    ]);
  });

  it("is not known of its mapping where one volunteer's firewall closes the second port, and stays the stricter with two", () => {
    expect(behaviour({ nat: NAT, volunteers: [{ ...ONE, closed: true }] }).mapping).toBe("unknown");
    const volunteers = [ONE, TWO].map((each) => ({ ...each, closed: true }));
    expect(behaviour({ nat: NAT, volunteers }).mapping).toBe("endpoint-independent");
    const nat: SimulatedNat = { ...NAT, mapping: "address-dependent" };
    expect(behaviour({ nat, volunteers }).mapping).toBe("address-and-port-dependent");
  });

  it("is known of its mapping also with volunteers that do not know CHANGE-REQUEST, and not of its filter", () => {
    const volunteers = [ONE, TWO].map((each) => ({ ...each, refuses: 420 }));
    for (const mapping of ["endpoint-independent", "endpoint-dependent"] as const) {
      const found = behaviour({ nat: { ...NAT, mapping }, volunteers });
      expect(found).toMatchObject({ mapping: toldAs(mapping), filtering: "unknown" });
    }
  });

  it("is nothing where a server sees an own address: there is no NAT, but perhaps a firewall", () => {
    const bench: TestBench = { address: "198.51.100.9", volunteers: [DUAL] };
    expect(behaviour(bench)).toEqual({
      mapping: "open",
      filtering: "endpoint-independent",
      ports: "preserving",
      portStep: 0,
      hairpin: "unknown",
    });
    expect(carryOut(bench).seen.map(({ test }) => test)).toEqual([
      "mapped",
      "answer-from-port",
      "answer-from-address",
    ]);
  });

  it("is unknown in every way where nobody answers", () => {
    expect(behaviour({ nat: NAT, volunteers: [ONE, TWO], lossRate: 1 })).toEqual({
      mapping: "unknown",
      filtering: "unknown",
      ports: "unknown",
      portStep: 0,
      hairpin: "unknown",
    });
  });

  it("shows hairpinning by a request that comes back", () => {
    for (const mapping of MAPPINGS)
      expect(behaviour({ nat: { ...NAT, mapping, hairpin: true }, volunteers: [ONE] }).hairpin).toBe("yes");
  });
});

//
describe("how a NAT gives out ports", () => {
  const ports = (portFor: NonNullable<SimulatedNat["portFor"]>, mapping: Mapping = "endpoint-dependent") => {
    const found = behaviour({ nat: { ...NAT, mapping, portFor }, volunteers: [ONE, TWO] });
    return [found.ports, found.portStep];
  };

  it("is preserving where WireGuard's port keeps its number, and then asks no more", () => {
    const nat: SimulatedNat = { ...NAT, portFor: (inside) => inside };
    expect(ports((inside) => inside, "endpoint-independent")).toEqual(["preserving", 0]);
    const { seen } = carryOut({ nat, volunteers: [ONE, TWO] });
    expect(seen.filter(({ test }) => test === "fresh-mapping")).toEqual([]);
  });

  it("is sequential where each is a step from the last, up or down, also past other hosts' mappings", () => {
    expect(ports((_, last) => last + 1)).toEqual(["sequential", 1]);
    expect(ports((_, last) => last + 2)).toEqual(["sequential", 2]);
    expect(ports((_, last) => last - 1)).toEqual(["sequential", -1]);
    const others = [1, 3, 1, 1, 5, 1, 2, 1, 1, 1, 1];
    expect(ports((_, last) => last + (others.shift() ?? 1))).toEqual(["sequential", 1]);
  });

  it("is delta-preserving where each is as far from the inside port", () => {
    expect(ports((inside) => inside - 40_000)).toEqual(["delta-preserving", -40_000]);
  });

  it("is random otherwise, whatever the seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const nat: SimulatedNat = { ...NAT, mapping: "endpoint-dependent" };
        expect(behaviour({ seed, nat, volunteers: [ONE, TWO] }).ports).toBe("random");
      }),
      { numRuns: 50 },
    );
  });
});

//
describe("a run of the tests", () => {
  it("costs at most 22 packets and 6 s behind the strictest NAT, and 10 packets behind an easy one", () => {
    const hard = carryOut({ nat: { ...NAT, mapping: "endpoint-dependent" }, volunteers: [DUAL, ONE] });
    expect(hard.sent).toBeLessThanOrEqual(22);
    expect(hard.tookMs).toBeLessThanOrEqual(6_000);
    const easy = carryOut({
      nat: { ...NAT, filtering: "endpoint-independent", hairpin: true, portFor: (inside) => inside },
      volunteers: [ONE, TWO],
    });
    expect(easy.sent).toBeLessThanOrEqual(10);
  });

  it("ends, and never finds a NAT easier than it is, whatever is lost", () => {
    const rank: Readonly<Record<NatBehaviour["filtering"], number>> = {
      unknown: 3,
      "address-and-port-dependent": 2,
      "address-dependent": 1,
      "endpoint-independent": 0,
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 0.6, noNaN: true }),
        (kind, seed, lossRate) => {
          const found = behaviour({ seed, lossRate, nat: { ...NAT, ...kind }, volunteers: [DUAL, ONE] });
          expect(rank[found.filtering]).toBeGreaterThanOrEqual(rank[kind.filtering]);
          if (kind.mapping === "endpoint-independent")
            expect(["endpoint-independent", "unknown"]).toContain(found.mapping);
        },
      ),
      { numRuns: 200 },
    );
  });
});
