/**
 * What relaying costs, side by side: `npm run bench:relay [-- --quick --only NAME --json FILE]`. Prints tables; the JSON
 * goes to FILE, or after them. Exits with 1 where a goal is missed. NAME: plain, kernel, userspace, coturn, or part of one; may be repeated.
 *
 * Sender and receiver have one CPU, the relay's process the other. One direction; sizes are those of the WireGuard packet.
 *
 * - packets/s: the highest rate with at most 0.1 % lost; ">=" where the generator's CPU was the limit.
 * - CPU: of both CPUs, softirqs included, at one rate that all can carry, less the same without a relay between.
 *   generator.c says how.
 * - latency: from before the send to after the receive at that rate, less the same without a relay between.
 * - memory: growth of the process and of the kernel's slabs by allocations that have both legs.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { labPrivilege } from "../../test/lab/privilege.ts";
import { benchNet, type BenchNet } from "./relay/bench-net.ts";
import { missingCpus, pinToGenerator } from "./relay/cpus.ts";
import { compileGenerator, Generator, type Figures } from "./relay/generator.ts";
import { lossOf, memoryBytes, throughput, type Throughput } from "./relay/measure.ts";
import { COTURN, KERNEL, NO_RELAY, PLAIN, SUBJECTS, USERSPACE, type Subject } from "./relay/subjects.ts";
import { isReached, json, table, type Row } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    json: { type: "string" },
  },
});

/** A small packet (a handshake, or voice) and a full one. */
const SIZES = [148, 1400] as const;

/** Of the search, of the run at the common rate, and how many allocations memory is measured with. */
const effort = options.quick
  ? { flows: [1, 100], search: { steps: 6, stepMs: 150 }, commonMs: 400, memoryFlows: 200 }
  : { flows: [1, 10, 100], search: { steps: 8, stepMs: 300 }, commonMs: 1_000, memoryFlows: 1_000 };

/** About half of what the slowest subject carries here. */
const COMMON_PER_SEC = 20_000;

const COMMON_RUNS = 3;

/** Sockets, compiled code and routes are warm after this. */
const WARM_UP_MS = 300;

const HEADINGS = [
  "subject",
  "bytes",
  "allocations",
  "packets/s",
  "CPU s/million",
  "added p50 us",
  "added p99 us",
  `lost at ${COMMON_PER_SEC}/s`,
];

/** What the timer and its like take of a CPU is a tenth of this. */
const QUIET_SHARE = 0.05;

type Cell = {
  readonly subject: string;
  readonly bytes: number;
  readonly allocations: number;
  readonly throughput: Throughput;
  readonly cpuSecPerMillion: number;
  readonly addedP50Us: number;
  readonly addedP99Us: number;
  readonly commonLossRatio: number;
};

const missing = labPrivilege() ?? missingCpus();
if (missing !== undefined) {
  console.error(`bench: the lab cannot run here: ${missing}`);
  process.exit(77);
}
const absent = Object.entries({
  cc: "gcc libc6-dev",
  turnserver: "coturn",
  taskset: "util-linux",
  chrt: "util-linux",
})
  .filter(([tool]) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0)
  .map(([, debianPackage]) => debianPackage);
if (absent.length > 0) {
  console.error(`bench: programs to compare with are missing; run: apt-get install ${absent.join(" ")}`);
  process.exit(69);
}
const subjects = SUBJECTS.filter(({ name }) => options.only?.some((only) => name.includes(only)) ?? true);
if (subjects.length === 0) {
  console.error(`bench: nothing is called that; there are: ${SUBJECTS.map(({ name }) => name).join(", ")}`);
  process.exit(64);
}

pinToGenerator();
const program = compileGenerator();
const cells: Cell[] = [];
const memory: Row[] = [];
{
  await using net = await benchNet();
  for (const allocations of effort.flows) {
    const without = await commonRuns(net, NO_RELAY, allocations);
    for (const subject of subjects) cells.push(...(await cellsOf(net, subject, allocations, without)));
  }
  for (const subject of subjects) memory.push(...(await memoryOf(net, subject)));
}

const goals = [...goal(KERNEL, PLAIN, 3), ...goal(KERNEL, COTURN, 0.25), ...goal(USERSPACE, COTURN, 1)];
console.log(columns([HEADINGS, ...cells.map(cellText)]));
console.log(`\n${table([...memory, ...goals])}`);
const machine = { cpus: cpus().length, kernel: release(), node: process.version };
const report = json([...cells.flatMap(cellRows), ...memory, ...goals], machine);
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exit(goals.every(isReached) ? 0 : 1);

async function cellsOf(
  net: BenchNet,
  subject: Subject,
  allocations: number,
  without: ReadonlyMap<number, Figures>,
): Promise<readonly Cell[]> {
  await using running = await subject.start(net);
  await using generator = new Generator(program, net.a, net.b, allocations);
  const flows = await running.allocate(generator, 0, allocations);
  const found: Cell[] = [];
  for (const bytes of SIZES) {
    progress(`${subject.name}, ${bytes} bytes, ${allocations} allocations`);
    generator.aim(flows, bytes);
    const common = await commonRun(generator, bytes);
    const base = without.get(bytes);
    if (base === undefined) throw new RangeError(`nothing to compare ${bytes} bytes with`);
    found.push({
      subject: subject.name,
      bytes,
      allocations,
      throughput: await throughput(generator, bytes, effort.search),
      cpuSecPerMillion: ((cpuShare(common) - cpuShare(base)) * common.sendingSec) / (common.sent / 1e6),
      addedP50Us: common.p50Us - base.p50Us,
      addedP99Us: common.p99Us - base.p99Us,
      commonLossRatio: lossOf(common),
    });
    await wait(WARM_UP_MS);
  }
  return found;
}

async function commonRuns(
  net: BenchNet,
  subject: Subject,
  allocations: number,
): Promise<ReadonlyMap<number, Figures>> {
  await using running = await subject.start(net);
  await using generator = new Generator(program, net.a, net.b, allocations);
  const flows = await running.allocate(generator, 0, allocations);
  const figures = new Map<number, Figures>();
  for (const bytes of SIZES) {
    progress(`${subject.name}, ${bytes} bytes, ${allocations} flows`);
    generator.aim(flows, bytes);
    const found = await commonRun(generator, bytes);
    if (found.relayCpuShare > QUIET_SHARE)
      console.error(
        `bench: something else takes ${(found.relayCpuShare * 100).toFixed(0)} % of the relay's CPU`,
      );
    figures.set(bytes, found);
  }
  return figures;
}

/** Of several the least disturbed one: whatever else runs on this machine only ever adds. */
async function commonRun(generator: Generator, bytes: number): Promise<Figures> {
  await generator.run(COMMON_PER_SEC, bytes, WARM_UP_MS);
  let least = await generator.run(COMMON_PER_SEC, bytes, effort.commonMs);
  for (let again = 1; again < COMMON_RUNS; again++) {
    const figures = await generator.run(COMMON_PER_SEC, bytes, effort.commonMs);
    if (cpuShare(figures) < cpuShare(least)) least = figures;
  }
  return least;
}

function cpuShare({ senderCpuShare, relayCpuShare }: Figures): number {
  return senderCpuShare + relayCpuShare;
}

async function memoryOf(net: BenchNet, subject: Subject): Promise<readonly Row[]> {
  progress(`${subject.name}, memory of ${effort.memoryFlows} allocations`);
  await using running = await subject.start(net);
  if (running.pid === undefined) return [];
  await using generator = new Generator(program, net.a, net.b, 1 + effort.memoryFlows);
  // The first one brings along what is loaded or reserved only once.
  await running.allocate(generator, 0, 1);
  await wait(WARM_UP_MS);
  const before = memoryBytes(running.pid);
  await running.allocate(generator, 1, effort.memoryFlows);
  await wait(WARM_UP_MS);
  const grownKiB = (memoryBytes(running.pid) - before) / effort.memoryFlows / 1024;
  const what = `${subject.name}: memory of an allocation`;
  return [{ what, unit: "KiB", samples: [grownKiB], goal: undefined, judge: "max" }];
}

/** The dearer one's CPU over the cheaper one's at the same size and number of allocations, one sample for each. */
function goal(subject: string, reference: string, atMost: number): readonly Row[] {
  const samples = cells.flatMap((cell) => {
    if (cell.subject !== subject) return [];
    const other = cells.find(
      ({ subject: name, bytes, allocations }) =>
        name === reference && bytes === cell.bytes && allocations === cell.allocations,
    );
    return other === undefined ? [] : [cell.cpuSecPerMillion / other.cpuSecPerMillion];
  });
  if (samples.length === 0) return [];
  return [{ what: `CPU: ${subject} / ${reference}`, unit: "x", samples, goal: atMost, judge: "median" }];
}

function cellRows({ subject, bytes, allocations, throughput: found, ...cell }: Cell): readonly Row[] {
  const row = (what: string, unit: string, value: number): Row => ({
    what: `${subject}, ${bytes} B, ${allocations} allocations: ${what}`,
    unit,
    samples: [value],
    goal: undefined,
    judge: "max",
  });
  return [
    row(
      found.generatorBound ? "packets without loss, at least" : "packets without loss",
      "1/s",
      found.packetsPerSec,
    ),
    row("CPU of a million packets", "s", cell.cpuSecPerMillion),
    row("added latency p50", "us", cell.addedP50Us),
    row("added latency p99", "us", cell.addedP99Us),
    row(`lost at ${COMMON_PER_SEC}/s`, "ratio", cell.commonLossRatio),
  ];
}

function cellText(cell: Cell): readonly string[] {
  const { packetsPerSec, generatorBound } = cell.throughput;
  return [
    cell.subject,
    String(cell.bytes),
    String(cell.allocations),
    `${generatorBound ? ">= " : ""}${packetsPerSec.toFixed(0)}`,
    cell.cpuSecPerMillion.toFixed(2),
    cell.addedP50Us.toFixed(1),
    cell.addedP99Us.toFixed(1),
    `${(cell.commonLossRatio * 100).toFixed(2)} %`,
  ];
}

function columns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return lines.map((line) => line.map(pad).join("  ")).join("\n");
}

function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}
