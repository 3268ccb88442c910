import { describe, expect, it } from "vitest";
import { UNKNOWN_BEHAVIOUR, type NatBehaviour } from "../../agent/nat/behaviour.ts";
import { expectationOf, outcomeByChecks, outcomeOfPair, type Outcome } from "../../agent/nat/expectation.ts";

const nat = (
  mapping: NatBehaviour["mapping"],
  filtering: NatBehaviour["filtering"] = "address-and-port-dependent",
): NatBehaviour => ({ ...UNKNOWN_BEHAVIOUR, mapping, filtering });

const EASY = nat("endpoint-independent");
const HARD = nat("address-and-port-dependent");

//
describe("what a pair's checks come to", () => {
  it.each<[string, NatBehaviour, NatBehaviour, Outcome]>([
    ["a public host and anybody", nat("open", "endpoint-independent"), HARD, "direct"],
    ["a firewalled host and an easy NAT", nat("open"), EASY, "direct"],
    ["a firewalled host and a hard NAT", nat("open"), HARD, "relayed"],
    ["two easy NATs", EASY, EASY, "direct"],
    ["an easy and a hard NAT", EASY, HARD, "relayed"],
    [
      "a NAT that lets in any port of an address, and a hard one",
      nat("endpoint-independent", "address-dependent"),
      HARD,
      "direct",
    ],
    ["an address-dependent and an easy NAT", nat("address-dependent"), EASY, "relayed"],
    ["two hard NATs", HARD, HARD, "relayed"],
    ["somebody unknown", UNKNOWN_BEHAVIOUR, EASY, "unknown"],
    ["a filter that is unknown, and a hard NAT", nat("endpoint-independent", "unknown"), HARD, "unknown"],
  ])("%s: either way round", (_, one, other, outcome) => {
    expect(outcomeByChecks(one, other)).toBe(outcome);
    expect(outcomeByChecks(other, one)).toBe(outcome);
  });

  it("is the best of the families that both have", () => {
    const open = nat("open", "endpoint-independent");
    expect(outcomeOfPair({ ipv4: HARD, ipv6: open }, { ipv4: HARD, ipv6: open }, outcomeByChecks)).toBe(
      "direct",
    );
    expect(outcomeOfPair({ ipv4: HARD, ipv6: open }, { ipv4: HARD }, outcomeByChecks)).toBe("relayed");
    expect(outcomeOfPair({ ipv6: open }, { ipv4: HARD }, outcomeByChecks)).toBe("unknown");
    expect(
      outcomeOfPair({ ipv4: HARD, ipv6: UNKNOWN_BEHAVIOUR }, { ipv4: HARD, ipv6: open }, outcomeByChecks),
    ).toBe("unknown");
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
    [
      "most homes",
      EASY,
      "direct with most peers, relayed with peers behind a NAT that takes another port for each of its peers",
    ],
    [
      "a hard NAT",
      HARD,
      "direct with peers that have no NAT or whose NAT lets in any port of a known address, relayed with all others",
    ],
    ["a mapping that is unknown", UNKNOWN_BEHAVIOUR, "not known: it takes one more volunteer to answer"],
  ])("of %s", (_, own, sentence) => {
    expect(expectationOf(own, true, outcomeByChecks)).toBe(sentence);
  });

  it("is of nothing but UDP where no server answered", () => {
    expect(expectationOf(UNKNOWN_BEHAVIOUR, false, outcomeByChecks)).toBe(
      "no path to anybody, as far as can be seen: no server answered by UDP",
    );
  });
});
