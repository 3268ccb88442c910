import { describe, expect, it } from "vitest";
import { ALL_PROBES, RECENT_PROBES, SAMPLE_GAP_MS, SampleWindow } from "../../agent/path/sample-window.ts";
import { monotonicMs } from "../../protocol/time.ts";

const SECOND_MS = 1_000;

/** One probe a second; undefined is a lost one. */
function windowOf(rtts: readonly (number | undefined)[]): SampleWindow {
  const window = new SampleWindow();
  rtts.forEach((rttMs, i) => window.add(monotonicMs(i * SECOND_MS), rttMs));
  return window;
}

const figuresOf = (rtts: readonly (number | undefined)[]): ReturnType<SampleWindow["figures"]> =>
  windowOf(rtts).figures(monotonicMs(rtts.length * SECOND_MS));

//
describe("what probes of a way have shown", () => {
  it("is nothing before the first", () => {
    const none = { probes: 0, lost: 0 };
    expect(figuresOf([])).toEqual({ recent: none, all: none, rttMs: undefined, jitterMs: undefined });
  });

  it("is the median of the round trips, the mean step from one to the next, and the count of the lost", () => {
    const count = { probes: 5, lost: 1 };
    expect(figuresOf([10, 12, undefined, 11, 90])).toEqual({
      recent: count,
      all: count,
      rttMs: 12,
      jitterMs: (79 + 1 + 2) / 3,
    });
  });

  it("is of the last probes alone: 32 of now, and 128 in all", () => {
    const lost = Array.from({ length: ALL_PROBES }, () => undefined);
    const answered = Array.from({ length: RECENT_PROBES }, () => 20);
    const { recent, all } = figuresOf([...lost, ...answered]);
    expect(recent).toEqual({ probes: RECENT_PROBES, lost: 0 });
    expect(all).toEqual({ probes: ALL_PROBES, lost: ALL_PROBES - RECENT_PROBES });
  });

  it("counts a probe only where it was sent 400 ms after the one before, so that one outage is one loss", () => {
    const window = new SampleWindow();
    expect(window.begin(monotonicMs(1_000))).toBe(true);
    expect(window.begin(monotonicMs(1_000 + SAMPLE_GAP_MS - 1))).toBe(false);
    expect(window.begin(monotonicMs(1_000 + SAMPLE_GAP_MS))).toBe(true);
  });

  it("is forgotten after ten minutes", () => {
    const window = windowOf([20]);
    expect(window.figures(monotonicMs(600_000)).all.probes).toBe(1);
    expect(window.figures(monotonicMs(600_001)).all.probes).toBe(0);
  });
});

describe("a way", () => {
  const doubtful = (rtts: readonly (number | undefined)[]): boolean =>
    windowOf(rtts).isDoubtful(100, monotonicMs(rtts.length * SECOND_MS));

  it("is in doubt once two of the last eight probes were lost", () => {
    const six = [9, 9, 9, 9, 9, 9];
    expect(doubtful([undefined, ...six])).toBe(false);
    expect(doubtful([undefined, ...six, undefined])).toBe(true);
    expect(doubtful([undefined, 9, ...six, undefined])).toBe(false);
  });

  it("is in doubt once three answers in a row took too long", () => {
    expect(doubtful([9, 101, 101])).toBe(false);
    expect(doubtful([9, 101, 101, 101])).toBe(true);
    expect(doubtful([101, 101, 101, 100])).toBe(false);
  });
});
