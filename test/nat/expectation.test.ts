import { describe, expect, it } from "vitest";
import { UNKNOWN_BEHAVIOUR, type NatBehaviour, type NatByFamily } from "../../agent/nat/behaviour.ts";
import { expectationOf, outcomeOfPair, reasonToRelay } from "../../agent/nat/expectation.ts";
import type { Outcome } from "../../agent/nat/strategy.ts";

const nat = (
  mapping: NatBehaviour["mapping"],
  filtering: NatBehaviour["filtering"] = "address-and-port-dependent",
): NatBehaviour => ({ ...UNKNOWN_BEHAVIOUR, mapping, filtering });

const EASY = nat("endpoint-independent");
const HARD = nat("address-and-port-dependent");
const COUNTING: NatBehaviour = { ...HARD, ports: "sequential", portStep: 1 };

//
describe("what a pair comes to", () => {
  it.each<[string, NatBehaviour, NatBehaviour, Outcome]>([
    ["a public host and anybody", nat("open", "endpoint-independent"), HARD, "direct"],
    ["a firewalled host and an easy NAT", nat("open"), EASY, "direct"],
    ["a firewalled host and a hard NAT", nat("open"), HARD, "direct"],
    ["two easy NATs", EASY, EASY, "direct"],
    ["an easy and a hard NAT", EASY, HARD, "direct"],
    [
      "a NAT that lets in any port of an address, and a hard one",
      nat("endpoint-independent", "address-dependent"),
      HARD,
      "direct",
    ],
    ["an address-dependent and an easy NAT", nat("address-dependent"), EASY, "direct"],
    ["two hard NATs", HARD, HARD, "relayed"],
    ["two that count their ports", COUNTING, COUNTING, "direct"],
    ["one that counts its ports, and a random one", COUNTING, HARD, "relayed"],
    ["somebody unknown", UNKNOWN_BEHAVIOUR, EASY, "unknown"],
    ["a filter that is unknown, and a hard NAT", nat("endpoint-independent", "unknown"), HARD, "direct"],
  ])("%s: either way round", (_, one, other, outcome) => {
    expect(outcomeOfPair({ ipv4: one }, { ipv4: other })).toBe(outcome);
    expect(outcomeOfPair({ ipv4: other }, { ipv4: one })).toBe(outcome);
  });

  it("is the best of the families that both have", () => {
    const open = nat("open", "endpoint-independent");
    expect(outcomeOfPair({ ipv4: HARD, ipv6: open }, { ipv4: HARD, ipv6: open })).toBe("direct");
    expect(outcomeOfPair({ ipv4: HARD, ipv6: open }, { ipv4: HARD })).toBe("relayed");
    expect(outcomeOfPair({ ipv6: open }, { ipv4: HARD })).toBe("unknown");
    expect(outcomeOfPair({ ipv4: HARD, ipv6: UNKNOWN_BEHAVIOUR }, { ipv4: HARD, ipv6: EASY })).toBe(
      "unknown",
    );
  });
});

//
describe("the reason why a pair is relayed", () => {
  const open = nat("open", "endpoint-independent");

  it.each<[string, NatByFamily, NatByFamily, RegExp | undefined]>([
    ["two random NATs", { ipv4: HARD }, { ipv4: HARD }, /one of them at random/],
    ["a random NAT that is met by many sockets", { ipv4: HARD }, { ipv4: EASY }, /one of many is met/],
    ["the same over IPv6, where sockets do not help", { ipv6: HARD }, { ipv6: EASY }, /IPv4 alone/],
    ["a NAT that is not known", { ipv4: UNKNOWN_BEHAVIOUR }, { ipv4: EASY }, /not known/],
    ["NATs that plain checks get through", { ipv4: EASY }, { ipv4: EASY }, undefined],
    ["a family that they do get through", { ipv4: HARD, ipv6: open }, { ipv4: HARD, ipv6: open }, undefined],
    ["no family that both have", { ipv4: HARD }, { ipv6: open }, undefined],
    ["a peer that has said nothing", { ipv4: HARD }, {}, undefined],
  ])("%s", (_, own, peer, reason) => {
    const [there, back] = [reasonToRelay(own, peer), reasonToRelay(peer, own)];
    expect(back).toBe(there);
    if (reason === undefined) expect(there).toBeUndefined();
    else expect(there).toMatch(reason);
  });
});

//
describe("the sentence of what to expect", () => {
  it.each<[string, NatBehaviour, string]>([
    ["a public host", nat("open", "endpoint-independent"), "direct with every peer that UDP reaches"],
    [
      "a NAT that filters by address",
      nat("endpoint-independent", "address-dependent"),
      "direct with every peer that UDP reaches",
    ],
    ["most homes", EASY, "direct with every peer that UDP reaches"],
    [
      "a NAT that counts its ports",
      COUNTING,
      "direct with most peers, always relayed with peers behind a NAT that takes another, random port for each of its peers",
    ],
    [
      "a hard NAT",
      HARD,
      "direct with most peers, always relayed with peers behind a NAT that takes another port for each of its peers",
    ],
    ["a mapping that is unknown", UNKNOWN_BEHAVIOUR, "not known: it takes one more volunteer to answer"],
  ])("of %s", (_, own, sentence) => {
    expect(expectationOf("ipv4", own, true)).toBe(sentence);
  });

  it("leaves out over IPv6 what many sockets would do", () => {
    expect(expectationOf("ipv6", HARD, true)).toBe(
      "direct with peers that have no NAT or whose NAT lets in any port of a known address, always relayed with all others",
    );
    expect(expectationOf("ipv6", EASY, true)).toBe(
      "direct with most peers, always relayed with peers behind a NAT that takes another port for each of its peers",
    );
  });

  it("is of nothing but UDP where no server answered", () => {
    expect(expectationOf("ipv4", UNKNOWN_BEHAVIOUR, false)).toBe(
      "no path to anybody, as far as can be seen: no server answered by UDP",
    );
  });
});
