import { describe, expect, it } from "vitest";
import { MEASURE_MS, MeasureBudget } from "../../agent/path/measure-budget.ts";
import { MEASURE_PACE_MS, PathQuality } from "../../agent/path/path-quality.ts";
import type { PathInput, PathState } from "../../agent/path/state.ts";
import type { Figures, PathReport } from "../../protocol/stun/path-report.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { DIRECT, leg, OTHER_DIRECT, PathBench } from "./samples.ts";

const CLEAN: Figures = {
  recent: { probes: 32, lost: 0 },
  all: { probes: 128, lost: 0 },
  rttMs: 15,
  jitterMs: 0,
};
const UNKNOWN: Figures = {
  recent: { probes: 0, lost: 0 },
  all: { probes: 0, lost: 0 },
  rttMs: undefined,
  jitterMs: undefined,
};

function reportOf(part: Partial<PathReport>): PathReport {
  return { leg: CLEAN, direct: UNKNOWN, avoids: undefined, measuring: false, ...part };
}

/** What is measured of one peer, once every half second on all ways. */
class Measured {
  readonly quality: PathQuality;
  nowMs = 0;

  constructor(budget = new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false })) {
    this.quality = new PathQuality(budget);
    this.quality.setDirect(DIRECT, undefined, monotonicMs(0));
  }

  /** Undefined where a probe is lost; the leg's other half is clean, at 15 ms. */
  probe(times: number, way: { direct?: number | undefined; leg?: number | undefined; other?: number }): this {
    for (let i = 0; i < times; i++) {
      this.nowMs += MEASURE_PACE_MS;
      const now = monotonicMs(this.nowMs);
      this.quality.onReport(reportOf({}), now);
      if ("direct" in way && this.quality.onProbeSent(DIRECT, now))
        this.quality.onProbed(DIRECT, now, way.direct);
      if ("leg" in way) this.quality.onLegProbed(now, way.leg);
      if ("other" in way && this.quality.onProbeSent(OTHER_DIRECT, now))
        this.quality.onProbed(OTHER_DIRECT, now, way.other);
    }
    return this;
  }

  judge(path: PathState, isActive = false): PathInput | undefined {
    return this.quality.judge(path, isActive, monotonicMs(this.nowMs));
  }

  get isComparing(): boolean {
    return this.quality.isComparing(monotonicMs(this.nowMs));
  }
}

const direct = new PathBench().direct().state;

//
describe("the controlling end", () => {
  it("is told that the relay is better when direct probes are lost and the legs' are not", () => {
    const measured = new Measured().probe(32, { direct: 30, leg: 15 });
    expect(measured.judge(direct)).toBeUndefined();
    measured.probe(12, { direct: undefined, leg: 15 });
    expect(measured.judge(direct)).toEqual({ kind: "relay-better", worseBy: "loss" });
  });

  it("is told that it is better when it is faster by far", () => {
    const measured = new Measured().probe(32, { direct: 80, leg: 15 });
    expect(measured.judge(direct)).toEqual({ kind: "relay-better", worseBy: "rtt" });
  });

  it("is told nothing while the other end's leg is unknown", () => {
    const { quality } = new Measured();
    for (let i = 1; i <= 32; i++) {
      quality.onProbed(DIRECT, monotonicMs(i * 500), undefined);
      quality.onLegProbed(monotonicMs(i * 500), 15);
    }
    expect(quality.judge(direct, false, monotonicMs(16_000))).toBeUndefined();
  });

  it("is told nothing of a path that is no longer the one in use", () => {
    const measured = new Measured().probe(32, { direct: 80, leg: 15 });
    const roamed = { ...direct, endpoint: OTHER_DIRECT } as PathState;
    expect(measured.judge(roamed)).toBeUndefined();
  });

  it("is told that a direct path of the other family is better, also where the relay is better too", () => {
    const measured = new Measured();
    measured.quality.setDirect(DIRECT, OTHER_DIRECT, monotonicMs(0));
    measured.probe(32, { direct: 80, leg: 15, other: 20 });
    expect(measured.judge(direct)).toEqual({ kind: "other-better", endpoint: OTHER_DIRECT, worseBy: "rtt" });
  });

  it("knows of a path that it leaves for the other what it knew", () => {
    const measured = new Measured();
    measured.quality.setDirect(DIRECT, OTHER_DIRECT, monotonicMs(0));
    measured.probe(32, { direct: 80, other: 20 });
    measured.quality.setDirect(OTHER_DIRECT, DIRECT, monotonicMs(measured.nowMs));
    expect(measured.quality.direct(monotonicMs(measured.nowMs))?.rttMs).toBe(20);
    expect(measured.judge({ ...direct, endpoint: OTHER_DIRECT } as PathState)).toBeUndefined();
  });
});

//
describe("measuring more often", () => {
  it("begins with the second probe of eight that is lost, for a minute", () => {
    const measured = new Measured().probe(8, { direct: 30, leg: 15 });
    measured.probe(1, { direct: undefined });
    measured.judge(direct);
    expect(measured.isComparing).toBe(false);
    measured.probe(1, { direct: undefined });
    measured.judge(direct);
    expect(measured.isComparing).toBe(true);
    expect(measured.quality.isComparing(monotonicMs(measured.nowMs + MEASURE_MS - 1))).toBe(true);
    expect(measured.quality.isComparing(monotonicMs(measured.nowMs + MEASURE_MS))).toBe(false);
  });

  it.each([
    ["five minutes where nobody sends", false, 300_000],
    ["one minute where packets flow", true, 60_000],
  ])("rests for %s where it did not tell", (_, isActive, restMs) => {
    const measured = new Measured().probe(2, { direct: undefined });
    measured.judge(direct, isActive);
    measured.nowMs += MEASURE_MS + restMs - 2_001;
    measured.probe(2, { direct: undefined }).judge(direct, isActive);
    expect(measured.isComparing).toBe(false);
    measured.probe(3, { direct: undefined }).judge(direct, isActive);
    expect(measured.isComparing).toBe(true);
  });

  it("is done for two peers at a time, for six more with whom packets flow, and for the next when one is done", () => {
    const budget = new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false });
    const compare = (isActive: boolean): boolean => {
      const measured = new Measured(budget).probe(2, { direct: undefined });
      measured.judge(direct, isActive);
      return measured.isComparing;
    };
    const begun = (isActive: boolean): number =>
      Array.from({ length: 6 }, () => compare(isActive)).filter(Boolean).length;
    expect([begun(false), begun(true), begun(false)]).toEqual([2, 6, 0]);
    const late = new Measured(budget);
    late.nowMs = MEASURE_MS;
    late.probe(2, { direct: undefined }).judge(direct, false);
    expect(late.isComparing).toBe(true);
  });

  it("is not begun for peers without packets on a host that nobody has used for ten minutes, nor on one that is late", () => {
    const compares = (usedUntilMs: number, isActive: boolean, isLate = false): boolean => {
      const measured = new Measured(
        new MeasureBudget({ usedUntil: () => monotonicMs(usedUntilMs), isLate: () => isLate }),
      );
      measured.probe(2, { direct: undefined }).judge(direct, isActive);
      return measured.isComparing;
    };
    expect([compares(-Infinity, false), compares(-600_000, false), compares(-590_000, false)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(compares(-Infinity, true)).toBe(true);
    expect([compares(0, false, true), compares(0, true, true)]).toEqual([false, true]);
  });

  it("waits, for a path of the other family that is found, until fewer others are compared", () => {
    const budget = new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false });
    while (budget.take(false, monotonicMs(0)));
    const measured = new Measured(budget);
    measured.quality.setDirect(DIRECT, OTHER_DIRECT, monotonicMs(0));
    expect(measured.isComparing).toBe(false);
    measured.nowMs = MEASURE_MS;
    measured.quality.setDirect(DIRECT, OTHER_DIRECT, monotonicMs(MEASURE_MS));
    expect(measured.isComparing).toBe(true);
  });

  it("is asked of the other end with each report, and lasts five seconds there", () => {
    const [asking, asked] = [
      new Measured().probe(2, { direct: undefined }),
      new PathQuality(new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false })),
    ];
    asking.judge(direct);
    const report = asking.quality.report(direct, monotonicMs(asking.nowMs));
    expect(report.measuring).toBe(true);
    asked.onReport(report, monotonicMs(0));
    expect(asked.isMeasuring(monotonicMs(4_999))).toBe(true);
    expect(asked.isMeasuring(monotonicMs(5_000))).toBe(false);
    expect(asked.report(direct, monotonicMs(0)).measuring).toBe(false);
  });

  it("is done once for a direct path of the other family that is found", () => {
    const measured = new Measured();
    measured.quality.setDirect(DIRECT, OTHER_DIRECT, monotonicMs(0));
    expect(measured.isComparing).toBe(true);
    measured.quality.setDirect(DIRECT, OTHER_DIRECT, monotonicMs(MEASURE_MS));
    expect(measured.quality.isComparing(monotonicMs(MEASURE_MS))).toBe(false);
  });
});

//
describe("the end that does not probe", () => {
  it("knows of the direct path what the other end says", () => {
    const { quality } = new Measured();
    quality.onReport(reportOf({ direct: CLEAN }), monotonicMs(0));
    expect(quality.direct(monotonicMs(59_999))).toEqual(CLEAN);
    expect(quality.direct(monotonicMs(60_000))).toBeUndefined();
  });

  it("believes that rather than its own probes once those are older than two at rest", () => {
    const measured = new Measured().probe(8, { direct: 90 });
    const { quality, nowMs } = measured;
    quality.onReport(reportOf({ direct: CLEAN }), monotonicMs(nowMs));
    expect(quality.direct(monotonicMs(nowMs + 30_000))?.rttMs).toBe(90);
    expect(quality.direct(monotonicMs(nowMs + 30_001))?.rttMs).toBe(CLEAN.rttMs);
  });

  it("forgets both when its relay is another one", () => {
    const { quality } = new Measured().probe(4, { leg: 15 });
    expect(quality.relay(monotonicMs(2_000))?.rttMs).toBe(30);
    quality.onLegChanged();
    expect(quality.relay(monotonicMs(2_000))).toBeUndefined();
  });
});

it("a report says which path was left, at the end that left it alone", () => {
  const bench = new PathBench().direct();
  bench.input({ kind: "relay-better", worseBy: "rtt" }, 1_000);
  const quality = new PathQuality(
    new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false }),
  );
  expect(quality.report(bench.state, monotonicMs(0)).avoids).toBe("rtt");
  const other = new PathBench(false).direct();
  other.observe({ at: leg(1).endpoint }, 10);
  other.input({ kind: "peer-avoids", endpoint: DIRECT, worseBy: "rtt" }, 10);
  expect(quality.report(other.state, monotonicMs(0)).avoids).toBeUndefined();
});
