/**
 * What many allocations cost a relay: `npm run bench:scale [-- --count N --only PART --json FILE]`; both may be repeated.
 * Prints a table; the JSON goes to FILE, or after the table. Exits with 1 where a goal is missed.
 *
 * - bookkeeping: the relay's server, with a forwarder that does nothing.
 * - userspace: the forwarder with real sockets, two for each allocation; fewer where open files are limited to fewer.
 * - nft: the scripts of the kernel forwarder on a table of that many, spawn included.
 * - kernel: the whole kernel forwarder with a real table, and without sockets.
 *
 * Times are from the call to the end of it. CPU is that of all processes together, and holds on a busy machine, too.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Lab } from "../../test/lab/lab.ts";
import { labPrivilege } from "../../test/lab/privilege.ts";
import { isReached, json, table, type Row } from "./report.ts";
import { SCALE_PARTS, type Measured, type ScalePart } from "./scale/parts.ts";

const PROGRAM = join(import.meta.dirname, "scale-process.ts");
const TIMEOUT_MS = 300_000;

/** Where the limit of open files may be raised, it is: Node itself goes to the hard one, 524288 in a systemd unit. */
const RAISED = 'ulimit -n 65536 2>/dev/null; exec "$@"';

/** For ten thousand allocations; the nft ones as first measured with a table of this shape, on two cores of such a machine. */
const GOALS: Readonly<Partial<Record<ScalePart, Readonly<Record<string, number>>>>> = {
  nft: {
    "add one": 5.5,
    "remove one": 21,
    "refresh one": 20,
    "refresh all": 191,
    "counters of all": 186,
    "memory of the kernel": 1.1,
  },
};
const GOALS_COUNT = 10_000;

const { values: options } = parseArgs({
  options: {
    count: { type: "string", multiple: true, default: ["1000", String(GOALS_COUNT)] },
    only: { type: "string", multiple: true },
    json: { type: "string" },
  },
});
const counts = options.count.map(Number);
if (counts.some((count) => !Number.isInteger(count) || count < 1 || count > GOALS_COUNT)) {
  console.error(`bench: --count is from 1 to ${GOALS_COUNT}`);
  process.exit(64);
}
const missing = labPrivilege();
if (missing !== undefined) {
  console.error(`bench: the lab cannot run here: ${missing}`);
  process.exit(77);
}

const rows: Row[] = [];
for (const count of counts) {
  for (const part of SCALE_PARTS) {
    if (options.only !== undefined && !options.only.includes(part)) continue;
    process.stderr.write(`${part}, ${count} allocations\n`);
    rows.push(...(await measure(part, count)));
  }
}
console.log(table(rows));
const report = json(rows, { cpus: cpus().length, kernel: release(), node: process.version });
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exit(rows.every(isReached) ? 0 : 1);

async function measure(part: ScalePart, count: number): Promise<readonly Row[]> {
  await using lab = await Lab.create({ name: "scale" });
  const relay = await lab.openHost("r");
  const node = [process.execPath, "--expose-gc", PROGRAM, part, String(count)];
  const { exitCode, stdout, stderr } = await relay.run("sh", ["-c", RAISED, "sh", ...node], {
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode !== 0) throw new Error(`${part}, ${count} allocations: ${stderr}`);
  const measured = JSON.parse(stdout) as Measured;
  return measured.figures.flatMap(({ what, unit, samples, cpuMs }): readonly Row[] => {
    const name = `${measured.count}, ${part}: ${what}`;
    const goal = measured.count === GOALS_COUNT ? GOALS[part]?.[what] : undefined;
    const row: Row = { what: name, unit, samples, goal, judge: "median" };
    if (cpuMs === undefined) return [row];
    return [row, { what: `${name}, CPU`, unit: "ms", samples: [cpuMs], goal: undefined, judge: "max" }];
  });
}
