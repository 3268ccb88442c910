/**
 * How fast the main job is, on real packets in the lab: `npm run bench:connect [-- --runs N --json FILE --only NAME]`.
 * Prints a table; the JSON goes to FILE, or after the table. Exits with 1 where a goal is missed.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { labPrivilege } from "../../test/lab/privilege.ts";
import type { LabAgent } from "../../test/lab/lab-agent.ts";
import { forgetExperience, meshOfTwo, type Mesh } from "./mesh.ts";
import { PingStream } from "./ping-stream.ts";
import { isReached, json, table, type Row } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    json: { type: "string" },
    only: { type: "string", multiple: true },
    "idle-sec": { type: "string", default: "60" },
    "watch-sec": { type: "string", default: "60" },
  },
});
const runs = Number(options.runs);
const PATIENCE_MS = 20_000;
const PINGS = 300;
/** Pings flow for this long before something is changed under them. */
const LEAD_MS = 500;

const missing = labPrivilege();
if (missing !== undefined) {
  console.error(`bench: the lab cannot run here: ${missing}`);
  process.exit(77);
}

const rows: Row[] = [];
const parts: Readonly<Record<string, () => Promise<void>>> = { connect, stay, revoke, idle };
for (const [name, run] of Object.entries(parts)) {
  if (options.only === undefined || options.only.includes(name)) await run();
}
console.log(table(rows));
const report = json(rows, { cpus: cpus().length, kernel: release(), node: process.version });
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exit(rows.every(isReached) ? 0 : 1);

/** Cold start, upgrade, cut and restart from cache, each with endpoint-independent mapping on both sides. */
async function connect(): Promise<void> {
  await using mesh = await meshOfTwo("connect", "endpoint-independent");
  const { lab, nats, a, b, v, hosts } = mesh;
  const address = (await a.peer("b")).address4;
  const cold: number[] = [];
  const upgrade: number[] = [];
  const lost: number[] = [];
  const cut: number[] = [];
  const restart: number[] = [];
  for (let run = 1; run <= runs; run++) {
    progress(`run ${run} of ${runs}`);
    // While the two NATs cannot reach each other the relay is all there is.
    await lab.cutBetween(nats.a, nats.b);
    await restartPair(mesh, true);
    cold.push(await firstPing(mesh, address));
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);

    const pings = new PingStream(hosts.a, address, PINGS);
    await wait(LEAD_MS);
    await lab.restoreBetween(nats.a, nats.b);
    const possibleAt = performance.now();
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    upgrade.push(performance.now() - possibleAt);
    await pings.ended;
    lost.push(pings.lost);

    const steady = new PingStream(hosts.a, address);
    await steady.firstAfter(0, PATIENCE_MS);
    await wait(LEAD_MS);
    await lab.cutBetween(nats.a, nats.b);
    // A reply that was under way may still come; none that was asked for later may.
    const cutAt = performance.now() + 20;
    cut.push((await steady.firstAfter(cutAt, PATIENCE_MS)).at - cutAt);
    await steady.stop();

    await lab.restoreBetween(nats.a, nats.b);
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    await v.kill();
    await hosts.v.cut();
    await restartPair(mesh, false);
    restart.push(await firstPing(mesh, address));
    await hosts.v.restore();
    await v.start();
  }
  rows.push(
    row("cold start -> first ping through the relay", "ms", cold, 1000),
    row("direct possible -> direct on both ends", "ms", upgrade, 2000),
    row(`pings lost of ${PINGS} across the upgrade`, "pings", lost, 0, "max"),
    row("direct path cut -> first ping through the relay", "ms", cut, 3000),
    row("restart, every helper dead -> first ping", "ms", restart, 2000),
  );
}

/** Both endpoint-dependent: nothing to gain, so nothing may move. */
async function stay(): Promise<void> {
  await using mesh = await meshOfTwo("stay", "endpoint-dependent");
  const { a, b, hosts } = mesh;
  progress("both endpoint-dependent: watching");
  const cold: number[] = [];
  const address = (await a.peer("b")).address4;
  for (let run = 0; run < runs; run++) {
    await restartPair(mesh, true);
    cold.push(await firstPing(mesh, address));
  }
  rows.push(row("cold start -> first ping, both endpoint-dependent", "ms", cold, 1000));
  await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
  const pings = new PingStream(hosts.a, address);
  const since = [(await a.peer("b")).path.sinceMs, (await b.peer("a")).path.sinceMs];
  let changes = 0;
  const until = performance.now() + Number(options["watch-sec"]) * 1000;
  while (performance.now() < until) {
    await wait(250);
    for (const [index, peer] of [await a.peer("b"), await b.peer("a")].entries()) {
      if (peer.path.type !== "relayed" || peer.path.sinceMs !== since[index]) changes++;
      since[index] = peer.path.sinceMs;
    }
  }
  await pings.stop();
  rows.push(
    row(`path changes in ${options["watch-sec"]} s, both endpoint-dependent`, "changes", [changes], 0, "max"),
  );
  rows.push(row("pings lost meanwhile", "pings", [pings.lost], undefined, "max"));
}

/** From the admin's word until no other member has a tunnel to the revoked one. */
async function revoke(): Promise<void> {
  await using mesh = await meshOfTwo("revoke", "endpoint-independent");
  const { a, b, v } = mesh;
  const samples: number[] = [];
  for (let run = 1; run <= runs; run++) {
    progress(`revocation ${run} of ${runs}`);
    const { name } = (await b.api.status()).member ?? { name: "b" };
    await a.waitForPath(name, "direct");
    const key = await wireguardKey(b);
    const startedAt = performance.now();
    await v.must("revoke", name);
    while ((await knowsPeer(a, key)) || (await knowsPeer(v, key))) {
      if (performance.now() - startedAt > PATIENCE_MS) throw new Error("the revoked member is still let in");
      await wait(10);
    }
    samples.push(performance.now() - startedAt);
    await b.must("leave");
    await b.must("join", await v.must("invite", `b${run}`));
  }
  rows.push(row("revoke -> cut off everywhere", "ms", samples, 5000));
}

/** An agent with two peers and nothing to do. */
async function idle(): Promise<void> {
  await using mesh = await meshOfTwo("idle", "endpoint-independent");
  const { a } = mesh;
  await a.waitForPath("b", "direct");
  progress("settling");
  await wait(15_000);
  const seconds = Number(options["idle-sec"]);
  progress(`idle for ${seconds} s`);
  const before = usageOf(a);
  await wait(seconds * 1000);
  const after = usageOf(a);
  const perMinute = (used: number): number => (used * 60) / seconds;
  rows.push(
    row(
      "idle agent, 2 peers: CPU, with the programs it runs",
      "s/min",
      [perMinute(after.cpuSec - before.cpuSec)],
      0.1,
    ),
    row(
      "idle wireguard-go beside it: CPU",
      "s/min",
      [perMinute(after.wireguardSec - before.wireguardSec)],
      undefined,
    ),
    row("idle agent: RSS", "MiB", [after.rssMiB], undefined),
  );
}

async function restartPair({ a, b }: Mesh, cold: boolean): Promise<void> {
  await Promise.all([a.stop(), b.stop()]);
  if (cold) await Promise.all([forgetExperience(a), forgetExperience(b)]);
  await Promise.all([a.start(), b.start()]);
}

/** From now, when both agents answer, until the first reply. */
async function firstPing({ hosts }: Mesh, address: string): Promise<number> {
  const startedAt = performance.now();
  const pings = new PingStream(hosts.a, address);
  try {
    return (await pings.firstAfter(startedAt, PATIENCE_MS)).at - startedAt;
  } finally {
    await pings.stop();
  }
}

async function wireguardKey(agent: LabAgent): Promise<string> {
  return (await agent.host.run("wg", ["show", agent.interfaceName, "public-key"])).stdout.trim();
}

async function knowsPeer(agent: LabAgent, key: string): Promise<boolean> {
  return (await agent.host.run("wg", ["show", agent.interfaceName, "peers"])).stdout.includes(key);
}

function usageOf(agent: LabAgent): { cpuSec: number; wireguardSec: number; rssMiB: number } {
  const ticksPerSec = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  // proc(5): utime, stime, cutime and cstime are fields 14 to 17; the command's name may hold blanks.
  const ticksOf = (pid: number, first: number, last: number): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return fields.slice(first - 3, last - 2).reduce((sum, ticks) => sum + Number(ticks), 0);
  };
  const pid = agent.pid ?? 0;
  const wireguard = Number(
    execFileSync("pgrep", ["-f", `wireguard-go.*${agent.interfaceName}$`], { encoding: "utf8" }).split(
      "\n",
    )[0],
  );
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return {
    cpuSec: ticksOf(pid, 14, 17) / ticksPerSec,
    wireguardSec: ticksOf(wireguard, 14, 15) / ticksPerSec,
    rssMiB: Number(rss) / 1024,
  };
}

function row(
  what: string,
  unit: string,
  samples: readonly number[],
  goal: number | undefined,
  judge: Row["judge"] = "median",
): Row {
  return { what, unit, samples, goal, judge };
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else process.stderr.write(`${text}\n`);
}
