/**
 * Whether paths stay where they belong under loss, on real packets in the lab: `npm run bench:endurance [-- --minutes N --json FILE]`.
 * Takes N + 5 to N + 14 minutes (N is 10). Two meshes side by side, one with pings each 20 ms, one without any traffic of users. Exits with 1 where a goal is
 * missed.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { PathChange } from "../../agent/admin/contract.ts";
import { labPrivilege } from "../../test/lab/privilege.ts";
import { meshOfTwo, type Mesh } from "./mesh.ts";
import { PingStream } from "./ping-stream.ts";
import { isReached, json, table, type Row } from "./report.ts";

const { values: options } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, json: { type: "string" } },
});
const MINUTE_MS = 60_000;
const minutes = Number(options.minutes);
const LOSS = 0.2;
/** How long only the direct way loses: longer than a path that was left has to wait. */
const DIRECT_LOSS_MS = 3 * MINUTE_MS;
/** An idle path that was measured in vain, as all ways lost alike, is let alone for five minutes; it takes one more to be sure. */
const LEAVE_GOAL_SEC = { busy: 60, idle: 400 } as const;
const RETURN_GOAL_SEC = { busy: 60, idle: 240 } as const;
const PATIENCE_MS = 8 * MINUTE_MS;
const POLL_MS = 1_000;

const missing = labPrivilege();
if (missing !== undefined) {
  console.error(`bench: the lab cannot run here: ${missing}`);
  process.exit(77);
}
if (!(minutes > 0)) {
  console.error("bench: --minutes takes a number");
  process.exit(64); // EX_USAGE, sysexits.h
}

const rows: Row[] = (await Promise.all([endure("busy"), endure("idle")])).flat();
console.log(table(rows));
const report = json(rows, { cpus: cpus().length, kernel: release(), node: process.version });
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exit(rows.every(isReached) ? 0 : 1);

async function endure(name: "busy" | "idle"): Promise<readonly Row[]> {
  await using mesh = await meshOfTwo(name, "endpoint-independent");
  const { a, b, lab, nats } = mesh;
  await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
  await wait(5_000);
  const pings = name === "busy" ? new PingStream(mesh.hosts.a, (await a.peer("b")).address4) : undefined;
  const row = (what: string, unit: string, samples: readonly number[], goal?: number): Row => {
    return { what: `${name}: ${what}`, unit, samples, goal, judge: "max" };
  };
  const found: Row[] = [];

  await nats.a.link.setLoss(LOSS);
  const everywhere = await changesDuring(name, mesh, minutes * MINUTE_MS);
  await nats.a.link.setLoss(0);
  found.push(
    row("20 % loss on all ways: times that direct was left, each end", "", everywhere.map(departures)),
    row("the same in any one minute", "", everywhere.map(mostInAMinute), 1),
  );
  await wait(MINUTE_MS);
  await a.waitForPath("b", "direct", PATIENCE_MS);

  await lab.setLossBetween(nats.a, nats.b, LOSS);
  const leftMs = await a.waitForPath("b", "relayed", PATIENCE_MS);
  await b.waitForPath("a", "relayed");
  const after = await changesDuring(name, mesh, DIRECT_LOSS_MS);
  console.error(`${name}: ${(await a.must("peers")).split("\n").slice(0, 2).join("\n")}`);
  found.push(
    row("20 % loss of direct alone: until the relay is used", "s", [leftMs / 1_000], LEAVE_GOAL_SEC[name]),
    row("changes in the three minutes that follow, each end", "", after.map(changes), 0),
  );

  await lab.setLossBetween(nats.a, nats.b, 0);
  const backMs = await a.waitForPath("b", "direct", PATIENCE_MS);
  found.push(
    row("no loss any more: until direct is used again", "s", [backMs / 1_000], RETURN_GOAL_SEC[name]),
  );
  console.error(`${name}: ${await a.must("peers", "show", "b")}`);
  await pings?.stop();
  return found;
}

/** Of `a` and of `b`, with each other. */
async function changesDuring(
  name: string,
  { a, b }: Mesh,
  ms: number,
): Promise<readonly (readonly PathChange[])[]> {
  const ends = [
    { agent: a, peer: "b" },
    { agent: b, peer: "a" },
  ];
  const beganAt = Date.now();
  const seen = ends.map(() => new Map<number, PathChange>());
  while (Date.now() - beganAt < ms) {
    await wait(POLL_MS);
    for (const [i, { agent, peer }] of ends.entries()) {
      for (const change of (await agent.api.peerShow({ name: peer })).changes) {
        if (change.atMs < beganAt || change.from === change.to || seen[i]?.has(change.atMs)) continue;
        seen[i]?.set(change.atMs, change);
        const atSec = Math.round((change.atMs - beganAt) / 1_000);
        console.error(
          `${name}: ${agent.name} after ${atSec} s: ${change.from} to ${change.to}: ${change.why}`,
        );
      }
    }
  }
  return seen.map((byTime) => [...byTime.values()].toSorted((x, y) => x.atMs - y.atMs));
}

function changes(found: readonly PathChange[]): number {
  return found.length;
}

function departures(found: readonly PathChange[]): number {
  return found.filter(({ from }) => from === "direct").length;
}

function mostInAMinute(found: readonly PathChange[]): number {
  const times = found.filter(({ from }) => from === "direct").map(({ atMs }) => atMs);
  return Math.max(0, ...times.map((at) => times.filter((t) => t >= at && t < at + MINUTE_MS).length));
}
