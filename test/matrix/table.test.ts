import { expect, it } from "vitest";
import { cellOf, type Run } from "../../scripts/matrix/cell.ts";
import { grid, list } from "../../scripts/matrix/table.ts";

const RUN: Run = {
  begin: "together",
  controlling: "open",
  outcome: "direct",
  firstReplyMs: 250,
  relayMs: 250,
  directMs: 449,
  switchMs: undefined,
  lost: 0,
  endpoints: ["host", "mapped"],
};
const CELLS = [
  cellOf(["open", "open"], [RUN]),
  cellOf(["open", "ed-random"], [{ ...RUN, outcome: "relayed", directMs: undefined }]),
  cellOf(["ed-random", "ed-random"], [{ ...RUN, outcome: "relayed", directMs: undefined }]),
];

it("shows each pair once, with its time, and a mark where it is not as theory says", () => {
  expect(grid(CELLS, false).split("\n").slice(0, 3)).toEqual([
    "           open    ed-random",
    "open       d 0.4",
    "ed-random  r 0.3!  r 0.3",
  ]);
});

it("has colours for terminals alone", () => {
  expect(grid(CELLS, true)).toContain("\x1b[32md 0.4");
  expect(grid(CELLS, false)).not.toContain("\x1b");
});

it("lists every cell with theory's reason, and what is wrong before it", () => {
  const lines = list(CELLS).split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^open x open +direct +plain +direct +250 +449 +0 +both mappings/);
  expect(lines[2]).toMatch(/relayed! .* relayed, not direct; one end lets in/);
});
