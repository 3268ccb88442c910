/**
 * Every pair of places, on real packets in the lab, against theory:
 * `npm run test:matrix [-- --cells PLACE,PLACE:PLACE --runs N --quick --json FILE --list]`.
 * Exits with 1 where a cell is other than theory says and nobody knows why.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { labPrivilege } from "../../test/lab/privilege.ts";
import { cellOf, figuresOf, outcomeOf, pairsOf, verdictOf, type Cell } from "./cell.ts";
import { measure } from "./measure.ts";
import { PLACES } from "./place.ts";
import { selectPairs } from "./select-pairs.ts";
import { grid, list } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    cells: { type: "string" },
    runs: { type: "string", default: "2" },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

/** Two cores: a third cell at once would measure how busy the machine is. */
const AT_ONCE = 2;

const missing = labPrivilege();
if (missing !== undefined) {
  console.error(`matrix: the lab cannot run here: ${missing}`);
  process.exit(77);
}
const selected = selectPairs(options.cells, pairsOf(PLACES));
const runs = options.quick ? 1 : Number(options.runs);
if (!selected.ok || !Number.isInteger(runs) || runs < 1) {
  console.error(`matrix: ${selected.ok ? "--runs takes a whole number from 1" : selected.reason}`);
  process.exit(64); // EX_USAGE, sysexits.h
}
const pairs = selected.value;

const startedAt = performance.now();
const cells: Cell[] = [];
const waiting = [...pairs];
await Promise.all(Array.from({ length: AT_ONCE }, work));
cells.sort((a, b) => pairs.indexOf(a.pair) - pairs.indexOf(b.pair));

console.log(grid(cells, process.stdout.isTTY));
console.log(`\n${list(options.list || pairs.length < 10 ? cells : cells.filter(isRemarkable))}`);
process.exit(cells.some((cell) => verdictOf(cell).kind === "mismatch") ? 1 : 0);

async function work(): Promise<void> {
  for (let pair = waiting.shift(); pair !== undefined; pair = waiting.shift()) {
    let cell: Cell;
    try {
      cell = cellOf(pair, await measure(pair, runs));
    } catch (error) {
      cell = cellOf(pair, [], error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
    }
    cells.push(cell);
    // Each time, so that whoever loses patience has what there is.
    if (options.json !== undefined) writeFileSync(options.json, `${json()}\n`);
    const { kind, why } = verdictOf(cell);
    const elapsedSec = Math.round((performance.now() - startedAt) / 1000);
    const verdict = why === "" ? kind : `${kind}: ${why}`;
    console.error(
      `${elapsedSec} s: ${cells.length} of ${pairs.length}: ${pair.join(" x ")}: ${outcomeOf(cell)}, ${verdict}`,
    );
  }
}

function isRemarkable(cell: Cell): boolean {
  return verdictOf(cell).kind !== "as expected" || figuresOf(cell).lost > 0;
}

function json(): string {
  return JSON.stringify(
    {
      machine: { cpus: cpus().length, kernel: release(), node: process.version },
      runs,
      elapsedSec: Math.round((performance.now() - startedAt) / 1000),
      cells: cells.map((cell) => ({
        ...cell,
        outcome: outcomeOf(cell),
        verdict: verdictOf(cell),
        ...figuresOf(cell),
      })),
    },
    undefined,
    2,
  );
}
