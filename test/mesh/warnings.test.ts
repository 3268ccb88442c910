import { describe, expect, it } from "vitest";
import { EXPIRY_WARNING_MS, SKEW_WARNING_MS, warningsOf, type Symptoms } from "../../agent/mesh/warnings.ts";

const HEALTHY: Symptoms = {
  nftFault: undefined,
  skewsMs: [],
  conflict: undefined,
  dhtNodes: undefined,
  isVolunteering: false,
  hasPublicAddress: false,
  nearlyUsedQuotas: [],
  refusedPeers: [],
  refusedTokens: [],
  certificateLeftMs: undefined,
  rotationAwaits: undefined,
};
const OFF_MS = SKEW_WARNING_MS + 1;

//
describe("a warning about the DHT", () => {
  it("is given where it was asked and no node has answered", () => {
    const warned = (dhtNodes: number | undefined): readonly string[] => warningsOf({ ...HEALTHY, dhtNodes });
    expect(warned(0)).toEqual([expect.stringContaining("dht-nodes")]);
    expect(warned(1)).toEqual([]);
    expect(warned(undefined)).toEqual([]);
  });
});

describe("a warning about the clock", () => {
  const warned = (...skewsMs: readonly number[]): readonly string[] => warningsOf({ ...HEALTHY, skewsMs });

  it("is given where most other members disagree with this host", () => {
    expect(warned(OFF_MS, OFF_MS, 0)).toHaveLength(1);
  });

  it("is not given for a single member that is odd", () => {
    expect(warned(OFF_MS, 0, 0)).toEqual([]);
    expect(warned(OFF_MS, 0)).toEqual([]);
  });

  it("begins above the tolerance", () => {
    expect(warned(SKEW_WARNING_MS)).toEqual([]);
    expect(warned(-SKEW_WARNING_MS)).toEqual([]);
  });

  it("says by how much and in which direction", () => {
    expect(warned(10 * 60_000, 9 * 60_000)[0]).toContain("10 min behind");
    expect(warned(-3_600_000)[0]).toContain("60 min ahead of");
  });
});

describe("an operator", () => {
  it("is told nothing where nothing is wrong", () => {
    expect(warningsOf(HEALTHY)).toEqual([]);
    expect(warningsOf({ ...HEALTHY, isVolunteering: true, hasPublicAddress: true })).toEqual([]);
  });

  it("hears why nftables cannot be used", () => {
    expect(warningsOf({ ...HEALTHY, nftFault: "install nft" })[0]).toContain("install nft");
  });

  it("hears that another member has the name", () => {
    expect(warningsOf({ ...HEALTHY, conflict: "name-taken" })[0]).toContain("name-taken");
  });

  it("hears that nobody from elsewhere reaches this volunteer", () => {
    expect(warningsOf({ ...HEALTHY, isVolunteering: true })[0]).toContain("--endpoint");
  });

  //
  it("hears once of each volunteer and reason to whom it does not relay, why, and what helps", () => {
    const refusedPeers = ["a", "b", "c", "d", "e", "f"].map((peer) => ({
      peer,
      relay: "vol",
      reason: "off-schedule",
    }));
    const [warning, ...more] = warningsOf({ ...HEALTHY, refusedPeers });
    expect(warning).toBe(
      "vol does not relay to a, b, c, d, e, others: this volunteer relays at other hours: " +
        "use another one, or ask its operator about relay.schedule",
    );
    expect(more).toEqual([]);
  });

  //
  it("hears of a relay token that does not count any more", () => {
    const refusedTokens = [{ peer: "bob", relay: "vol", refusal: "relay.wrong-epoch" }];
    expect(warningsOf({ ...HEALTHY, refusedTokens })).toEqual([
      "vol does not take the relay token for bob (wrong-epoch), and relays as without one: ask its operator for a new one",
    ]);
  });

  //
  // R-1202
  it("hears in the last month that no admin has renewed this member's certificate", () => {
    const warned = (certificateLeftMs: number) => warningsOf({ ...HEALTHY, certificateLeftMs });
    expect(warned(EXPIRY_WARNING_MS + 1)).toEqual([]);
    expect(warned(EXPIRY_WARNING_MS)).toEqual([expect.stringContaining("runs out in 30 days")]);
    expect(warned(-1)).toEqual([expect.stringContaining("runs out in 0 days")]);
  });

  it("hears what a rotation of keys waits for", () => {
    const warned = (rotationAwaits: Symptoms["rotationAwaits"]) =>
      warningsOf({ ...HEALTHY, rotationAwaits }).join();
    expect(warned("an admin")).toContain("start an admin's host");
    expect(warned("others")).toContain("goes on by itself");
  });

  it("hears which pair comes to the end of its quota, and by how much", () => {
    const quota = { peer: "bob", relay: "vol", usedBytes: 959_999_999, limitBytes: 1_000_000_000 };
    const [warning] = warningsOf({ ...HEALTHY, nearlyUsedQuotas: [quota] });
    expect(warning).toContain("95 % of the 1000 MB that vol relays to bob");
  });
});
