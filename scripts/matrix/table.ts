import { figuresOf, outcomeOf, verdictOf, type Cell, type Verdict } from "./cell.ts";
import { PLACES, TRAITS, type PlaceName } from "./place.ts";

const COLOUR: Readonly<Record<Verdict["kind"], string>> = {
  "as expected": "\x1b[32m",
  slow: "\x1b[36m",
  gap: "\x1b[33m",
  mismatch: "\x1b[1;31m",
};
const RESET = "\x1b[0m";

const MARK: Readonly<Record<Verdict["kind"], string>> = {
  "as expected": " ",
  slow: "+",
  gap: "*",
  mismatch: "!",
};

const LEGEND =
  "d direct, r relayed, - no way, m mixed; seconds to it\n* theory says direct, and it is known why it is not; + later than the goal; ! not explained";

/** Rows by columns, the lower half: a pair is one cell. */
export function grid(cells: readonly Cell[], colours: boolean): string {
  const places = PLACES.filter((place) => cells.some(({ pair }) => pair.includes(place)));
  const cellOf = (row: PlaceName, column: PlaceName): Cell | undefined =>
    cells.find(
      ({ pair }) => (pair[0] === row && pair[1] === column) || (pair[0] === column && pair[1] === row),
    );
  const head = ["", ...places];
  const rows = places.map((row, index) => [
    { text: row, kind: undefined },
    ...places.slice(0, index + 1).map((column) => {
      const cell = cellOf(row, column);
      return cell === undefined ? { text: "", kind: undefined } : short(cell);
    }),
  ]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.text.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map(({ text, kind }, column) => {
        const padded = text.padEnd(widths[column] ?? 0);
        return colours && kind !== undefined ? `${COLOUR[kind]}${padded}${RESET}` : padded;
      })
      .join("  ")
      .trimEnd(),
  );
  const title = head.map((name, column) => name.padEnd(widths[column] ?? 0)).join("  ");
  const kinds = places.map((place) => `${place.padEnd(widths[0] ?? 0)}  ${TRAITS[place].says}`);
  return [title.trimEnd(), ...lines, "", LEGEND, "", ...kinds].join("\n");
}

/** A line for every cell, with its reason. */
export function list(cells: readonly Cell[]): string {
  const rows = [
    ["pair", "theory", "by", "measured", "relay ms", "direct ms", "switch ms", "lost", "why"],
    ...cells.map((cell) => {
      const { pair, expected } = cell;
      const { relayMs, directMs, switchMs, lost } = figuresOf(cell);
      const verdict = verdictOf(cell);
      return [
        pair.join(" x "),
        expected.outcome,
        expected.outcome === "direct" ? expected.by : "",
        `${outcomeOf(cell)}${MARK[verdict.kind]}`.trimEnd(),
        rounded(relayMs),
        rounded(directMs),
        rounded(switchMs),
        String(lost),
        verdict.why === "" ? expected.reason : `${verdict.why}; ${expected.reason}`,
      ];
    }),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column >= 4 && column <= 7;
  return rows
    .map((row) =>
      row
        .map((text, column) =>
          isNumber(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function short(cell: Cell): { readonly text: string; readonly kind: Verdict["kind"] } {
  const { kind } = verdictOf(cell);
  const { relayMs, directMs } = figuresOf(cell);
  const letter = { direct: "d", relayed: "r", mixed: "m", none: "-" }[outcomeOf(cell)];
  const timeMs = outcomeOf(cell) === "direct" ? directMs : relayMs;
  const time = timeMs === undefined ? "" : ` ${(timeMs / 1000).toFixed(1)}`;
  return { text: `${letter}${time}${MARK[kind]}`.trimEnd(), kind };
}

const rounded = (timeMs: number | undefined): string => (timeMs === undefined ? "" : timeMs.toFixed(0));
