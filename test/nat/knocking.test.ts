import { describe, expect, it } from "vitest";
import { KnockBudget } from "../../agent/nat/knock-budget.ts";
import { knockingWakeAt, PROBES_PER_SEC, startKnocking, stepKnocking } from "../../agent/nat/knocking.ts";
import { at, OTHER_PEER, PEER } from "./samples.ts";

const PORTS = Array.from({ length: 500 }, (_, index) => 2_000 + index);

//
describe("knocking", () => {
  it("tries every port once, in order, at its rate", () => {
    let knocking = startKnocking(PORTS, at(1_000));
    const tried: { port: number; atMs: number }[] = [];
    for (let now: number | undefined = 1_000; now !== undefined;) {
      const step = stepKnocking(knocking, at(now));
      knocking = step.knocking;
      for (const port of step.ports) tried.push({ port, atMs: now });
      now = knockingWakeAt(knocking, at(now));
    }
    expect(tried.map(({ port }) => port)).toEqual(PORTS);
    const lastMs = tried.at(-1)?.atMs ?? 0;
    expect((1_000 * PORTS.length) / (lastMs - 1_000)).toBeCloseTo(PROBES_PER_SEC, -1);
  });

  it("sends nothing twice where it is asked early", () => {
    const { knocking, ports } = stepKnocking(startKnocking(PORTS, at(0)), at(0));
    expect(ports).toHaveLength(8);
    expect(stepKnocking(knocking, at(39)).ports).toEqual([]);
    expect(stepKnocking(knocking, at(40)).ports).toHaveLength(8);
  });

  it("makes up for no more than a batch of what a host slept through", () => {
    const { knocking } = stepKnocking(startKnocking(PORTS, at(0)), at(0));
    expect(stepKnocking(knocking, at(60_000)).ports).toHaveLength(16);
  });
});

// nobody makes a host send for as long as he likes.
describe("the budget for knocking", () => {
  it("allows a member four attempts in a row, then one in five minutes", () => {
    const budget = new KnockBudget();
    const takes = (ms: number): boolean => budget.take(PEER, at(ms));
    expect([takes(0), takes(0), takes(0), takes(0), takes(0)]).toEqual([true, true, true, true, false]);
    expect([takes(299_999), takes(300_000), takes(300_001)]).toEqual([false, true, false]);
  });

  it("is each member's own, and ends with its membership", () => {
    const budget = new KnockBudget();
    for (let index = 0; index < 4; index++) budget.take(PEER, at(0));
    expect(budget.take(OTHER_PEER, at(0))).toBe(true);
    budget.retain((id) => id !== PEER);
    expect(budget.take(PEER, at(0))).toBe(true);
  });
});
