import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RelayTally } from "../../agent/metrics/relay-tally.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { counts } from "./samples.ts";

const at = monotonicMs;

//
describe("RelayTally", () => {
  it("counts each byte, packet and drop once, however often it looks", () => {
    const tally = new RelayTally();
    tally.count("e", counts({ bytes: 1000, packets: 10 }), 0, at(0));
    tally.count("e", counts({ bytes: 1600, packets: 13, drops: new Map([["over-rate", 2]]) }), 0, at(2000));
    tally.count("e", counts({ bytes: 1600, packets: 13, drops: new Map([["over-rate", 2]]) }), 0, at(4000));
    expect(tally.totals()).toMatchObject({
      opened: 1,
      bytes: 1600,
      packets: 13,
      drops: new Map([["over-rate", 2]]),
    });
  });

  it("keeps what an allocation carried that has ended, and takes the pair's next one for another", () => {
    const tally = new RelayTally();
    tally.count("e", counts({ bytes: 1000 }), 0, at(0));
    tally.end("e", "released", 25_000);
    tally.count("e", counts({ bytes: 1200 }), 0, at(1));
    tally.end("e", "expired", 10_000);
    const { opened, bytes, endedByReason, durations } = tally.totals();
    expect({ opened, bytes }).toEqual({ opened: 2, bytes: 2200 });
    expect(endedByReason).toEqual(
      new Map([
        ["released", 1],
        ["expired", 1],
      ]),
    );
    expect(durations.slice(0, 2)).toEqual([
      { count: 1, sumMs: 10_000 },
      { count: 1, sumMs: 25_000 },
    ]);
  });

  it("counts one that ended before its port was open, and one that lasted longer than any bound", () => {
    const tally = new RelayTally();
    tally.end("e", "released", 0);
    tally.end("f", "expired", 1e10);
    const { opened, durations } = tally.totals();
    expect([opened, durations.at(0)?.count, durations.at(-1)]).toEqual([2, 1, { count: 1, sumMs: 1e10 }]);
  });

  it("counts on where another forwarder takes over and begins at 0", () => {
    const tally = new RelayTally();
    tally.count("e", counts({ bytes: 1000 }), 0, at(0));
    tally.count("e", counts({ bytes: 50 }), 0, at(2000));
    expect(tally.totals().bytes).toBe(1050);
  });

  it("has as many ended as opened, and all that was carried, whatever comes and goes", () => {
    const lives = fc.array(
      fc.record({ id: fc.constantFrom("a", "b", "c"), looks: fc.array(fc.nat(1e6), { maxLength: 4 }) }),
    );
    fc.assert(
      fc.property(lives, (all) => {
        const tally = new RelayTally();
        let carried = 0;
        for (const { id, looks } of all) {
          let bytes = 0;
          for (const added of looks) tally.count(id, counts({ bytes: (bytes += added) }), 0, at(0));
          carried += bytes;
          tally.end(id, "released", 1000);
        }
        const { opened, bytes, durations } = tally.totals();
        expect([opened, bytes, durations[0]?.count]).toEqual([all.length, carried, all.length]);
      }),
    );
  });

  it("tells how much of its bandwidth the busiest allocation used, over half a minute", () => {
    const tally = new RelayTally();
    const look = (bytes: number, seconds: number): void => {
      tally.count("unlimited", counts({ bytes: 1e9 }), 0, at(seconds * 1000));
      tally.count("e", counts({ bytes }), 1e6, at(seconds * 1000));
    };
    look(0, 0);
    look(1e6, 29.999);
    expect(tally.bandwidthRatio()).toBe(0);
    look(1.875e6, 30);
    expect(tally.bandwidthRatio()).toBe(0.5);
    look(1.875e6, 60);
    expect(tally.bandwidthRatio()).toBe(0);
    look(1e9, 90);
    tally.end("e", "released", 90_000);
    expect(tally.bandwidthRatio()).toBe(0);
  });
});
