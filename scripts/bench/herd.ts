/**
 * Whether many members that choose among a few volunteers at equal distance spread over them, with real agents on real
 * packets in the lab: `npm run bench:herd [-- --members N --volunteers N --scene hub|all --json FILE --set KEY=VALUE ...]`.
 * In the scene "hub" all need a relay to the last member when it joins, in "all" each to every other. Members join one after the
 * other, each when the machine has come to rest, since all at once would measure the processors: 50 take ten minutes with two of these. Exits
 * with 1 where a goal is missed.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { labPrivilege } from "../../test/lab/privilege.ts";
import { meshOfMany, until, type MeshOfMany, type Scene } from "./herd/mesh-of-many.ts";
import { neighbourTableOf } from "./herd/neighbour-table.ts";
import { figuresOf } from "./herd/process-figures.ts";
import { endsOf, fromEven, type Ends } from "./herd/shares.ts";
import { isReached, json, table, type Row } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    members: { type: "string", default: "50" },
    volunteers: { type: "string", default: "5" },
    scene: { type: "string", default: "hub" },
    json: { type: "string" },
    /** Environment of all agents: HOPWIRE_RELAY_MAX_ALLOCATIONS=1000. */
    set: { type: "string", multiple: true, default: [] },
  },
});
const members = Number(options.members);
const volunteers = Number(options.volunteers);
const scene: Scene = options.scene === "all" ? "all" : "hub";
const hub = scene === "hub" ? `m${members}` : undefined;
/** How far the fullest and the emptiest volunteer may be from an even share. */
const GOAL_PERCENT = 30;
const PATIENCE_MS = 60_000;
const REST_MS = 20_000;
const JOINED_SHOWN = 5;
/** Each look asks all members. */
const LOOK_MS = 5_000;
/** A spare is asked for after 2 s, and again after 15 s where a volunteer refused. */
const SPARES_MS = 20_000;

const missing = labPrivilege();
if (missing !== undefined) {
  console.error(`bench: the lab cannot run here: ${missing}`);
  process.exit(77);
}
if (!(members >= 2 && volunteers >= 1) || !["all", "hub"].includes(options.scene)) {
  console.error("bench: --members and --volunteers take numbers, --scene all or hub");
  process.exit(64); // EX_USAGE, sysexits.h
}
const beganAt = performance.now();
await using _neighbours = await neighbourTableOf(scene === "hub" ? members ** 2 : 0);
await using mesh = await meshOfMany({
  members,
  volunteers,
  scene,
  env: {
    HOPWIRE_LOG_LEVEL: "info",
    // What is measured is the choice, not who is refused: 1,225 pairs with a spare each, and a member that joins asks for 50.
    HOPWIRE_RELAY_MAX_ALLOCATIONS: "1000",
    HOPWIRE_RELAY_GUARD_ALLOCATIONS_PER_MINUTE: "100",
    ...Object.fromEntries(
      options.set.map(
        (entry) => [entry.split("=", 1)[0] ?? "", entry.slice(entry.indexOf("=") + 1)] as const,
      ),
    ),
  },
  onJoined,
});
const agents = [...mesh.volunteers, ...mesh.members];
progress("all have joined");

let ends: Ends = await endsOf(mesh.members, mesh.volunteers, hub);
const connectedMs = await until(
  async () => {
    ends = await endsOf(mesh.members, mesh.volunteers, hub);
    progress(summary(ends));
    return ends.none === 0;
  },
  PATIENCE_MS,
  LOOK_MS,
);
await wait(SPARES_MS);
ends = await endsOf(mesh.members, mesh.volunteers, hub);
const before = await Promise.all(agents.map(figuresOf));
await wait(REST_MS);
const after = await Promise.all(agents.map(figuresOf));
const cpuPercent = after.map(({ cpuMs }, i) => (100 * (cpuMs - (before[i]?.cpuMs ?? 0))) / REST_MS);
const rssMib = after.map(({ rssBytes }) => rssBytes / 2 ** 20);

const carried = [...ends.carried.values()];
const spare = [...ends.spare.values()];
const rows: readonly Row[] = [
  row("ends of paths that each volunteer carries", "ends", carried),
  row("the same, from even", "%", fromEven(carried).map(Math.abs), GOAL_PERCENT),
  row("ends that each volunteer stands by for", "ends", spare),
  row("the same, from even", "%", fromEven(spare).map(Math.abs)),
  row("ends without a path", "ends", [ends.none], 0),
  row("ends that are direct", "ends", [ends.direct]),
  row("ends whose peer uses another relay", "ends", [ends.atOdds]),
  row("from the last join until all have paths", "s", [(connectedMs ?? Infinity) / 1_000]),
  row("CPU of a volunteer at rest", "%", cpuPercent.slice(0, volunteers)),
  row("CPU of a member at rest", "%", cpuPercent.slice(volunteers)),
  row("memory of a volunteer", "MiB", rssMib.slice(0, volunteers)),
  row("memory of a member", "MiB", rssMib.slice(volunteers)),
];
console.log(table(rows));
const report = json(rows, {
  cpus: cpus().length,
  kernel: release(),
  node: process.version,
  members,
  volunteers,
});
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exitCode = rows.every(isReached) ? 0 : 1;

function row(what: string, unit: string, samples: readonly number[], goal?: number): Row {
  return { what, unit, samples, goal, judge: "max" };
}

function onJoined({ members: joined, volunteers: relays }: Pick<MeshOfMany, "members" | "volunteers">): void {
  if (joined.length % JOINED_SHOWN === 0)
    void endsOf([...joined], relays, hub).then((now) =>
      progress(`${joined.length} have joined; ${summary(now)}`),
    );
}

function summary({ count, none, atOdds, carried, spare }: Ends): string {
  return (
    `${none} of ${count} ends have no path, ${atOdds} are at odds; carried ${[...carried.values()].join("/")}, ` +
    `spare ${[...spare.values()].join("/")}`
  );
}

function progress(text: string): void {
  console.error(`bench: ${((performance.now() - beganAt) / 1_000).toFixed(0)} s: ${text}`);
}
