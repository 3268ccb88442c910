import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RelayTally } from "../../agent/metrics/relay-tally.ts";
import { allocation } from "./samples.ts";

//
describe("RelayTally", () => {
  it("tells what was added since the last look, and once how long an allocation lasted", () => {
    const tally = new RelayTally();
    expect(tally.look([allocation()])).toMatchObject({ opened: 1, bytes: 1000, packets: 10 });
    const later = allocation({ ageSec: 25, bytes: 1600, packets: 13, drops: new Map([["over-rate", 2]]) });
    expect(tally.look([later])).toEqual({
      opened: 0,
      endedAgesSec: [],
      bytes: 600,
      packets: 3,
      drops: new Map([["over-rate", 2]]),
    });
    expect(tally.look([])).toMatchObject({ opened: 0, endedAgesSec: [25], bytes: 0 });
    expect(tally.look([]).endedAgesSec).toEqual([]);
  });

  it("takes a younger allocation of the same id for the pair's next one", () => {
    const tally = new RelayTally();
    tally.look([allocation({ ageSec: 50 })]);
    expect(tally.look([allocation({ ageSec: 49, bytes: 1200 })])).toMatchObject({
      opened: 1,
      endedAgesSec: [50],
      bytes: 1200,
    });
  });

  it("never lets a counter fall, whatever it sees", () => {
    const seen = fc.array(
      fc.record({
        id: fc.constantFrom("a", "b", "c"),
        ageSec: fc.nat(99),
        bytes: fc.nat(),
        packets: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(fc.array(seen), (looks) => {
        const tally = new RelayTally();
        for (const look of looks) {
          const { bytes, packets } = tally.look(look.map((changes) => allocation(changes)));
          expect(Math.min(bytes, packets)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
