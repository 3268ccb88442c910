/**
 * The registry of 10 to 1,000 members on virtual time: `npm run sim:registry [-- --seed N --members N --scenario NAME --json FILE]`;
 * members and scenarios may be repeated. Store and gossip are the real ones. The same seed gives the same run; figures that
 * are measured (CPU, memory) are the machine's. Prints a table; the JSON goes to FILE, or after the table. Exits with 1
 * where a goal is missed, and says how to run that again.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { isReached, json, table, type Row } from "../bench/report.ts";
import { SCENARIOS, type Scenario } from "./registry/scenarios.ts";
import { World } from "./registry/world.ts";

const MAX_MEMBERS = 1_000;
const FLOOD_RECORDS = 10_000;
/** News alone is told for small networks, too: all else grows with the members. */
const DEFAULT: readonly (readonly [members: number, scenario: Scenario])[] = [
  [10, "news"],
  [100, "news"],
  ...names().map((scenario): readonly [number, Scenario] => [MAX_MEMBERS, scenario]),
];

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    members: { type: "string", multiple: true },
    scenario: { type: "string", multiple: true },
    json: { type: "string" },
  },
});
const seed = Number(options.seed);
const members = options.members?.map(Number);
const wanted = options.scenario?.flatMap((name) => names().filter((scenario) => scenario === name));
if (!Number.isInteger(seed) || seed < 0) usage("--seed is a number");
if (members?.some((count) => !Number.isInteger(count) || count < 6 || count > MAX_MEMBERS) === true)
  usage(`--members is from 6 to ${MAX_MEMBERS}`);
if (wanted?.length !== options.scenario?.length) usage(`--scenario is one of ${names().join(", ")}`);

const runs =
  members === undefined && wanted === undefined
    ? DEFAULT
    : (members ?? [MAX_MEMBERS]).flatMap((count) =>
        (wanted ?? names()).map((scenario): readonly [number, Scenario] => [count, scenario]),
      );
const rows: Row[] = [];
const again: string[] = [];
for (const [count, scenario] of runs) {
  const startedAt = performance.now();
  const progress = (text: string): void => {
    const sec = ((performance.now() - startedAt) / 1_000).toFixed(0);
    process.stderr.write(`${count} members, ${scenario}: ${text} (${sec} s)\n`);
  };
  const found = await SCENARIOS[scenario](new World({ seed, count, floodRecords: FLOOD_RECORDS, progress }));
  progress("done");
  rows.push(...found.map((row) => ({ ...row, what: `${count}: ${row.what}` })));
  if (!found.every(isReached))
    again.push(`npm run sim:registry -- --seed ${seed} --members ${count} --scenario ${scenario}`);
}
console.log(table(rows));
for (const command of again) console.error(`a goal was missed; again: ${command}`);
const report = json(rows, { cpus: cpus().length, kernel: release(), node: process.version, seed });
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exit(again.length === 0 ? 0 : 1);

function names(): readonly Scenario[] {
  return Object.keys(SCENARIOS) as Scenario[];
}

function usage(text: string): never {
  console.error(`sim: ${text}`);
  process.exit(64);
}
