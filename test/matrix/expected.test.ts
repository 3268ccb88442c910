import { describe, expect, it } from "vitest";
import { pairsOf } from "../../scripts/matrix/cell.ts";
import { expected } from "../../scripts/matrix/expected.ts";
import { PLACES, type PlaceName } from "../../scripts/matrix/place.ts";

const PAIRS = pairsOf(PLACES);
const outcomeOf = (one: PlaceName, other: PlaceName): string => expected(one, other).outcome;

function meansOf(one: PlaceName, other: PlaceName): string | undefined {
  const theory = expected(one, other);
  return theory.outcome === "direct" ? theory.by : undefined;
}

//
describe("what theory says of a pair of places", () => {
  it("is said of every pair, with a reason", () => {
    expect(PAIRS).toHaveLength((PLACES.length * (PLACES.length + 1)) / 2);
    for (const pair of PAIRS) expect(expected(...pair).reason, pair.join(" x ")).not.toBe("");
  });

  it("does not depend on which end is named first", () => {
    for (const [one, other] of PAIRS) expect(expected(one, other)).toEqual(expected(other, one));
  });

  it("is direct wherever neither mapping depends on the peer and a family is shared", () => {
    const easy: readonly PlaceName[] = [
      "open",
      "ei-ei",
      "ei-ad",
      "ei-apd",
      "double-nat",
      "firewall",
      "same-lan",
      "hairpin",
    ];
    for (const pair of pairsOf(easy)) expect(outcomeOf(...pair), pair.join(" x ")).toBe("direct");
  });

  it("is direct with an endpoint-dependent mapping where the other end lets in any port of an address", () => {
    for (const hard of ["ed-random", "ed-sequential"] as const) {
      for (const easy of ["open", "ei-ei", "ei-ad"] as const) expect(meansOf(hard, easy)).toBe("plain");
    }
  });

  it("needs a guess at the port where the other end lets in that one alone", () => {
    for (const strict of ["ei-apd", "double-nat", "firewall", "same-lan", "hairpin"] as const) {
      expect(meansOf("ed-random", strict)).toBe("many sockets");
      expect(meansOf("ed-sequential", strict)).toBe("prediction");
    }
  });

  it("of two endpoint-dependent mappings is relayed, unless both can be foretold", () => {
    expect(outcomeOf("ed-random", "ed-random")).toBe("relayed");
    expect(outcomeOf("ed-random", "ed-sequential")).toBe("relayed");
    expect(meansOf("ed-sequential", "ed-sequential")).toBe("prediction");
  });

  it("is relayed where no address family is shared", () => {
    const behindNats = PLACES.filter(
      (place) => !["open", "firewall", "v6-only", "udp-blocked"].includes(place),
    );
    for (const place of behindNats) expect(outcomeOf(place, "v6-only")).toBe("relayed");
    for (const place of ["open", "firewall", "v6-only"] as const)
      expect(meansOf(place, "v6-only")).toBe("ipv6");
  });

  it("is impossible without UDP, even for two ends that are alike", () => {
    for (const place of PLACES) expect(outcomeOf(place, "udp-blocked")).toBe("impossible");
  });

  it("is direct by what two of a kind share", () => {
    expect(meansOf("same-lan", "same-lan")).toBe("lan");
    expect(meansOf("hairpin", "hairpin")).toBe("hairpin");
  });
});
