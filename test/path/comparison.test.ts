import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FAMILY_MARGIN,
  inSeries,
  isAsGood,
  RELAY_MARGIN,
  shareOf,
  worseBy,
} from "../../agent/path/comparison.ts";
import type { Figures } from "../../protocol/stun/path-report.ts";

/** So many recent probes and so many in all, of which this share was lost. */
function figures(lossShare: number, rttMs = 50, recent = 32, all = 128): Figures {
  const countOf = (probes: number): Figures["all"] => ({ probes, lost: Math.round(lossShare * probes) });
  return { recent: countOf(recent), all: countOf(all), rttMs, jitterMs: 1 };
}

//
describe("a path is worse than another", () => {
  it("that loses nothing where a fifth of its packets is lost each way, as 28 probes prove", () => {
    const lossy = (probes: number): Figures => figures(1 - 0.8 ** 2, 50, probes, probes);
    const clean = (probes: number): Figures => figures(0, 50, probes, probes);
    expect(worseBy(lossy(20), clean(20), RELAY_MARGIN)).toBeUndefined();
    expect(worseBy(lossy(28), clean(28), RELAY_MARGIN)).toBe("loss");
  });

  it("where a fourteenth is lost each way, as 128 probes prove, and not for less", () => {
    expect(worseBy(figures(0.13), figures(0), RELAY_MARGIN)).toBe("loss");
    expect(worseBy(figures(0.1), figures(0), RELAY_MARGIN)).toBeUndefined();
  });

  it("by its round trip where that is longer by 20 ms and by a quarter", () => {
    expect(worseBy(figures(0, 41), figures(0, 20), RELAY_MARGIN)).toBeUndefined();
    expect(worseBy(figures(0, 42), figures(0, 20), RELAY_MARGIN)).toBe("rtt");
    expect(worseBy(figures(0, 250), figures(0, 200), RELAY_MARGIN)).toBeUndefined();
    expect(worseBy(figures(0, 252), figures(0, 200), RELAY_MARGIN)).toBe("rtt");
  });

  it("by its round trip only once sixteen were measured on both", () => {
    const few = figures(0, 20, 15, 15);
    expect(worseBy(figures(0, 90), few, RELAY_MARGIN)).toBeUndefined();
    expect(worseBy(figures(0, 90), figures(0, 20, 16, 16), RELAY_MARGIN)).toBe("rtt");
  });

  it("not by its round trip where the other one loses more: loss goes first", () => {
    expect(worseBy(figures(0, 300), figures(0.1, 20), RELAY_MARGIN)).toBeUndefined();
    expect(worseBy(figures(0.4, 20), figures(0, 300), RELAY_MARGIN)).toBe("loss");
  });

  it("of the other address family already by 5 ms and a seventh", () => {
    expect(worseBy(figures(0, 25), figures(0, 20), FAMILY_MARGIN)).toBeUndefined();
    expect(worseBy(figures(0, 27), figures(0, 20), FAMILY_MARGIN)).toBe("rtt");
  });

  it("never while the other one is worse than it, whatever was measured", () => {
    const any = fc.record({
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      rttMs: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [one, other] = [figures(a.loss, a.rttMs), figures(b.loss, b.rttMs)];
        expect(
          worseBy(one, other, RELAY_MARGIN) !== undefined && worseBy(other, one, RELAY_MARGIN) !== undefined,
        ).toBe(false);
      }),
    );
  });

  it("never while it is as good, so that nothing goes to and fro on one set of figures", () => {
    const any = fc.record({
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      rttMs: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [one, other] = [figures(a.loss, a.rttMs), figures(b.loss, b.rttMs)];
        if (isAsGood(one, other, RELAY_MARGIN)) expect(worseBy(one, other, RELAY_MARGIN)).toBeUndefined();
      }),
    );
  });
});

//
describe("a path that was left is as good again", () => {
  it("after 32 probes of which it lost at most one more than the other", () => {
    expect(isAsGood(figures(0, 50, 31, 31), figures(0), RELAY_MARGIN)).toBe(false);
    expect(isAsGood(figures(0, 50), figures(0), RELAY_MARGIN)).toBe(true);
    expect(isAsGood(figures(1 / 32), figures(0), RELAY_MARGIN)).toBe(true);
    expect(isAsGood(figures(2 / 32), figures(0), RELAY_MARGIN)).toBe(false);
    expect(isAsGood(figures(0.3), figures(0.3), RELAY_MARGIN)).toBe(true);
  });

  it("at half the margin at which it was left for its round trip", () => {
    expect(isAsGood(figures(0, 31), figures(0, 20), RELAY_MARGIN)).toBe(false);
    expect(isAsGood(figures(0, 30), figures(0, 20), RELAY_MARGIN)).toBe(true);
  });
});

//
describe("a path of two legs", () => {
  it("takes as long as both, and loses what either loses", () => {
    const both = inSeries(figures(0.25, 20), figures(0.5, 30));
    expect(both).toMatchObject({ rttMs: 50, jitterMs: 2 });
    expect(shareOf(both?.recent ?? { probes: 0, lost: 0 })).toBeCloseTo(1 - 0.75 * 0.5);
  });

  it("is known as well as the leg of which less is known, and not at all without one of them", () => {
    expect(inSeries(figures(0, 20, 32, 128), figures(0, 20, 4, 4))?.recent.probes).toBe(4);
    const nothing = { ...figures(0), rttMs: undefined };
    expect(inSeries(figures(0), nothing)).toBeUndefined();
  });
});
