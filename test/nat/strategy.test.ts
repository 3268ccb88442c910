import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN_BEHAVIOUR, type NatBehaviour } from "../../agent/nat/behaviour.ts";
import { natKind, strategyFor } from "../../agent/nat/strategy.ts";

const behaviours = fc.record<NatBehaviour>({
  mapping: fc.constantFrom(
    "open",
    "endpoint-independent",
    "address-dependent",
    "address-and-port-dependent",
    "unknown",
  ),
  filtering: fc.constantFrom(
    "endpoint-independent",
    "address-dependent",
    "address-and-port-dependent",
    "unknown",
  ),
  ports: fc.constantFrom("preserving", "delta-preserving", "sequential", "random", "unknown"),
  portStep: fc.constant(1),
  hairpin: fc.constant("unknown"),
});

const OPEN: NatBehaviour = { ...UNKNOWN_BEHAVIOUR, mapping: "open", filtering: "endpoint-independent" };
const EASY: NatBehaviour = {
  ...UNKNOWN_BEHAVIOUR,
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
};
const LOOSE: NatBehaviour = { ...EASY, filtering: "address-dependent" };
const RANDOM: NatBehaviour = { ...UNKNOWN_BEHAVIOUR, mapping: "address-and-port-dependent", ports: "random" };
const COUNTING: NatBehaviour = { ...RANDOM, ports: "sequential", portStep: 1 };

//
describe("the strategy of a pair", () => {
  it.each([
    ["two NATs that filter by port", EASY, EASY, "plain", undefined],
    ["a random one and an open host", RANDOM, OPEN, "plain", undefined],
    ["a random one and one that filters by address", RANDOM, LOOSE, "plain", undefined],
    ["a random one and one that filters by port", RANDOM, EASY, "many-sockets", "own"],
    [
      "a random one and a firewall without NAT",
      RANDOM,
      { ...OPEN, filtering: "unknown" },
      "many-sockets",
      "own",
    ],
    ["a counting one and one that filters by port", COUNTING, EASY, "port-prediction", "own"],
    ["two counting ones", COUNTING, COUNTING, "port-prediction", "both"],
    ["two random ones", RANDOM, RANDOM, "relay", undefined],
    ["a random one and a counting one", RANDOM, COUNTING, "relay", undefined],
    ["one that is not known", UNKNOWN_BEHAVIOUR, RANDOM, "plain", undefined],
  ] as const)("of %s", (_, own, peer, method, hard) => {
    expect(strategyFor("ipv4", own, peer)).toMatchObject({ method, hard });
  });

  it("is the same for both ends, with their roles exchanged", () => {
    fc.assert(
      fc.property(behaviours, behaviours, (a, b) => {
        const [there, back] = [strategyFor("ipv4", a, b), strategyFor("ipv4", b, a)];
        expect([back.method, back.reason]).toEqual([there.method, there.reason]);
        const mirrored = { own: "peer", peer: "own", both: "both" } as const;
        expect(back.hard).toBe(there.hard === undefined ? undefined : mirrored[there.hard]);
      }),
    );
  });

  it("has an end that opens sockets where there is a method that needs one, and only there", () => {
    fc.assert(
      fc.property(behaviours, behaviours, (a, b) => {
        const { method, hard } = strategyFor("ipv4", a, b);
        expect(hard !== undefined).toBe(method === "many-sockets" || method === "port-prediction");
      }),
    );
  });
});

it("a filtering that nobody has tested is taken for the strictest", () => {
  expect(natKind({ ...EASY, filtering: "unknown" })).toBe(natKind(EASY));
});
