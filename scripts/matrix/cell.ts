import { median } from "../bench/report.ts";
import { expected, GOAL_MS, MISSING, type Expected } from "./expected.ts";
import type { PlaceName } from "./place.ts";

export type Pair = readonly [PlaceName, PlaceName];

/**
 * One cold start of both ends. Times are milliseconds from when both agents answer. "apart": nothing passes between the
 * two at first, so that the relay is all there is, and then everything does; "together": nothing is cut.
 */
export type Run = {
  readonly begin: "together" | "apart";
  /** Whose end has the smaller id, and so moves WireGuard (RFC 8445's controlling agent). */
  readonly controlling: PlaceName;
  /** What both ends show at the end. "mixed": not the same. "none": no ping was answered. */
  readonly outcome: "direct" | "relayed" | "mixed" | "none";
  /** First ping answered, whichever way it went. */
  readonly firstReplyMs: number | undefined;
  /** The same, where it went through the relay. */
  readonly relayMs: number | undefined;
  /** Until both ends show a direct path; of two that begin together. */
  readonly directMs: number | undefined;
  /** The same from when they were no longer apart: with a switch from the relay. */
  readonly switchMs: number | undefined;
  /** Pings, 20 ms apart, from the first answered one to a second after the switch, or to the end. */
  readonly lost: number;
  /** Where WireGuard sends to at each end, as "host", "mapped" and so on; see `Scene.whatIs`. */
  readonly endpoints: readonly [string, string];
};

export type Cell = {
  readonly pair: Pair;
  readonly expected: Expected;
  readonly runs: readonly Run[];
  /** What kept the cell from being measured. */
  readonly failure?: string;
};

/** "gap": other than theory says, and it is known why. "slow": as theory says, but later than the goal. */
export type Verdict = {
  readonly kind: "as expected" | "slow" | "gap" | "mismatch";
  readonly why: string;
};

export type Figures = {
  readonly relayMs: number | undefined;
  readonly directMs: number | undefined;
  readonly switchMs: number | undefined;
  readonly lost: number;
};

/** Every unordered pair once, the diagonal included, in the order of `places`. */
export function pairsOf(places: readonly PlaceName[]): readonly Pair[] {
  return places.flatMap((one, index) => places.slice(index).map((other): Pair => [one, other]));
}

export function cellOf(pair: Pair, runs: readonly Run[], failure?: string): Cell {
  const cell = { pair, expected: expected(...pair), runs };
  return failure === undefined ? cell : { ...cell, failure };
}

/** What all runs came to; "mixed" also where they differ. */
export function outcomeOf({ runs }: Cell): Run["outcome"] {
  const [first, ...others] = runs.map(({ outcome }) => outcome);
  return others.every((outcome) => outcome === first) ? (first ?? "none") : "mixed";
}

/** Medians of the times, the worst of the losses. */
export function figuresOf({ runs }: Cell): Figures {
  const middle = (times: readonly (number | undefined)[]): number | undefined => {
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : median(known);
  };
  return {
    relayMs: middle(runs.map(({ relayMs }) => relayMs)),
    directMs: middle(runs.map(({ directMs }) => directMs)),
    switchMs: middle(runs.map(({ switchMs }) => switchMs)),
    lost: Math.max(0, ...runs.map(({ lost }) => lost)),
  };
}

export function verdictOf(cell: Cell, missing = MISSING): Verdict {
  if (cell.failure !== undefined) return { kind: "mismatch", why: `not measured: ${cell.failure}` };
  const { expected: theory } = cell;
  const outcome = outcomeOf(cell);
  const { directMs = 0, switchMs = 0, lost } = figuresOf(cell);
  if (lost > 0) return mismatch(`${lost} packets lost`);
  switch (theory.outcome) {
    case "impossible":
      return outcome === "none" ? asExpected() : mismatch("theory says that there is no way");
    case "relayed":
      return outcome === "relayed" ? asExpected() : mismatch(`${outcome}, not relayed`);
    case "direct": {
      const gap = missing[theory.by];
      // Whoever would need what is missing may still be lucky, in one of several runs.
      if (outcome !== "direct") {
        return gap !== undefined && outcome !== "none"
          ? { kind: "gap", why: gap }
          : mismatch(`${outcome}, not direct`);
      }
      const goalMs = GOAL_MS[theory.by];
      if (Math.max(directMs, switchMs) > goalMs)
        return { kind: "slow", why: `later than ${goalMs / 1000} s` };
      return asExpected();
    }
  }
}

const asExpected = (): Verdict => ({ kind: "as expected", why: "" });
const mismatch = (why: string): Verdict => ({ kind: "mismatch", why });
