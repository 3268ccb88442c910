import { describe, expect, it } from "vitest";
import { cellOf, figuresOf, outcomeOf, verdictOf, type Pair, type Run } from "../../scripts/matrix/cell.ts";

const PLAIN: Pair = ["ei-apd", "ei-apd"];
const GUESS: Pair = ["ei-apd", "ed-random"];
const HOPELESS: Pair = ["ed-random", "ed-random"];
const MUTE: Pair = ["open", "udp-blocked"];
const GAPS = { "many sockets": "not yet" } as const;

const run = (outcome: Run["outcome"], rest: Partial<Run> = {}): Run => ({
  begin: "together",
  controlling: "open",
  outcome,
  firstReplyMs: 300,
  relayMs: undefined,
  directMs: outcome === "direct" ? 500 : undefined,
  switchMs: undefined,
  lost: 0,
  endpoints: ["mapped", "mapped"],
  ...rest,
});

const kindOf = (pair: Pair, ...runs: Run[]): string => verdictOf(cellOf(pair, runs), GAPS).kind;

describe("the verdict on a cell", () => {
  it("is as expected where every run came to what theory says", () => {
    expect(kindOf(PLAIN, run("direct"), run("direct"))).toBe("as expected");
    expect(kindOf(HOPELESS, run("relayed"))).toBe("as expected");
    expect(kindOf(MUTE, run("none"))).toBe("as expected");
  });

  it("is a mismatch where one run of several came to something else", () => {
    expect(kindOf(PLAIN, run("direct"), run("relayed"))).toBe("mismatch");
  });

  it("is a mismatch where the product is better than theory", () => {
    expect(kindOf(HOPELESS, run("direct"))).toBe("mismatch");
    expect(kindOf(MUTE, run("relayed"))).toBe("mismatch");
  });

  it("is a gap where it is known what is missing, unless nothing gets through at all", () => {
    expect(kindOf(GUESS, run("relayed"))).toBe("gap");
    expect(kindOf(GUESS, run("relayed"), run("direct"))).toBe("gap");
    expect(kindOf(GUESS, run("direct"))).toBe("as expected");
    expect(kindOf(GUESS, run("none"))).toBe("mismatch");
    expect(verdictOf(cellOf(GUESS, [run("relayed")]), {}).kind).toBe("mismatch");
  });

  it("is slow where the goal is missed, by a start together or by a switch", () => {
    expect(kindOf(PLAIN, run("direct", { directMs: 2_000 }))).toBe("as expected");
    expect(kindOf(PLAIN, run("direct", { directMs: 2_001 }))).toBe("slow");
    expect(kindOf(PLAIN, run("direct", { directMs: undefined, switchMs: 2_001 }))).toBe("slow");
    expect(kindOf(GUESS, run("direct", { directMs: 20_000 }))).toBe("as expected");
  });

  it("is a mismatch where packets are lost, or nothing was measured", () => {
    expect(kindOf(PLAIN, run("direct", { lost: 1 }))).toBe("mismatch");
    expect(verdictOf(cellOf(PLAIN, [], "no lab"))).toEqual({ kind: "mismatch", why: "not measured: no lab" });
  });
});

describe("the figures of a cell", () => {
  it("are medians of the runs that have them, and the worst loss", () => {
    const runs = [
      run("direct", { directMs: 100, relayMs: 50 }),
      run("direct", { directMs: 300, lost: 2 }),
      run("direct", { directMs: undefined, switchMs: 70 }),
    ];
    expect(figuresOf(cellOf(PLAIN, runs))).toEqual({ relayMs: 50, directMs: 200, switchMs: 70, lost: 2 });
    expect(outcomeOf(cellOf(PLAIN, runs))).toBe("direct");
  });
});
