/**
 * How long a relayed pair is silent when its relay is gone, on real packets in the lab, with a ping every 20 ms:
 * `npm run bench:failover [-- --runs N --json FILE --only NAME]`. Exits with 1 where a goal is missed.
 */
import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { labPrivilege } from "../../test/lab/privilege.ts";
import { LabAgent } from "../../test/lab/lab-agent.ts";
import { meshOfTwo } from "./mesh.ts";
import { PingStream } from "./ping-stream.ts";
import { isReached, json, table, type Row } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "10" },
    json: { type: "string" },
    only: { type: "string", multiple: true },
  },
});
const runs = Number(options.runs);
const PATIENCE_MS = 60_000;
/** Pings flow for this long before something is done to them; as long as they may be under way after it. */
const LEAD_MS = 500;
/** Longer than a leg takes to be given up, and asked for again. */
const SETTLED_MS = 5_000;
/** the relay is dead, and packets flow by the other within this. */
const GOAL_MS = 3_000;

const missing = labPrivilege();
if (missing !== undefined) {
  console.error(`bench: the lab cannot run here: ${missing}`);
  process.exit(77);
}

await using mesh = await meshOfTwo("failover", "endpoint-dependent");
const { lab, nats, hosts, a, b, v } = mesh;
const hostW = await lab.openHost("w");
await using w = await LabAgent.create(lab, hostW);
/** What dies with its process is what this program forwards; the kernel's flows would go on. */
const env = { HOPWIRE_RELAY_FORWARDER: "userspace" };
await w.start(env);
await w.must("join", await v.must("invite", "w"));
await w.must("relay", "start");
await v.stop();
await v.start(env);
const address = (await a.peer("b")).address4;

const killed: number[] = [];
const host: number[] = [];
const way: number[] = [];
const lost: number[] = [];
const drained: number[] = [];

const ways: Readonly<Record<string, () => Promise<void>>> = {
  killed: () =>
    gone(
      killed,
      (relay) => relay.agent.kill(),
      (relay) => relay.agent.start(env),
    ),
  host: () =>
    gone(
      host,
      (relay) => relay.host.cut(),
      (relay) => relay.host.restore(),
    ),
  way: () =>
    gone(
      way,
      (relay) => lab.cutBetween(nats.a, relay.host),
      (relay) => lab.restoreBetween(nats.a, relay.host),
    ),
  stopped,
};
for (const [name, run] of Object.entries(ways)) {
  if (options.only !== undefined && !options.only.includes(name)) continue;
  for (let n = 1; n <= runs; n++) {
    console.error(`bench: ${name}, run ${n} of ${runs}`);
    await run();
  }
}
const all: readonly Row[] = [
  row("relay's agent killed -> first ping by the other", "ms", killed, GOAL_MS, "median"),
  row("relay's host gone -> first ping by the other", "ms", host, GOAL_MS, "median"),
  row("one end's way to the relay cut -> first ping by the other", "ms", way, GOAL_MS, "median"),
  row("pings lost when the relay is stopped", "pings", lost, 0, "max"),
  row("time that a relay takes to stop", "ms", drained, undefined, "median"),
];
const rows = all.filter(({ samples }) => samples.length > 0);
console.log(table(rows));
const report = json(rows, { cpus: cpus().length, kernel: release(), node: process.version });
if (options.json === undefined) console.log(report);
else writeFileSync(options.json, `${report}\n`);
process.exitCode = rows.every(isReached) ? 0 : 1;

type Relay = { readonly agent: LabAgent; readonly host: typeof hostW };

/** One of two that carry and stand by, at both ends alike and for a while: what was done to the other before is over. */
async function carrying(): Promise<Relay> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let since = { roles: "", at: 0 };
  for (;;) {
    const [atA, atB] = await Promise.all([rolesAt(a, "b"), rolesAt(b, "a")]);
    const now = performance.now();
    const roles = atA?.length === 2 && atA.join() === atB?.join() ? atA.join() : "";
    if (roles !== since.roles) since = { roles, at: now };
    if (roles !== "" && now - since.at >= SETTLED_MS)
      return roles.startsWith("w") ? { agent: w, host: hostW } : { agent: v, host: hosts.v };
    if (now > giveUpAt) throw new Error("there are no two relays at both ends");
    await wait(100);
  }
}

/** Names of the volunteer that carries the path, and of the one that stands by. */
async function rolesAt(from: LabAgent, to: string): Promise<readonly string[] | undefined> {
  if ((await from.peer(to)).path.type !== "relayed") return undefined;
  const { relays } = await from.api.relayExplain({ name: to });
  return (["carries", "stands-by"] as const).flatMap(
    (role) => relays.find((relay) => relay.role === role)?.name ?? [],
  );
}

async function gone(
  samples: number[],
  end: (relay: Relay) => Promise<void>,
  mend: (relay: Relay) => Promise<void>,
): Promise<void> {
  const relay = await carrying();
  const pings = new PingStream(hosts.a, address);
  await pings.firstAfter(0, PATIENCE_MS);
  await wait(LEAD_MS + Math.random() * 1_000);
  const endedAt = performance.now();
  await end(relay);
  // A reply that was under way may still come; none that was asked for later may.
  const { at } = await pings.firstAfter(performance.now() + 50, PATIENCE_MS);
  samples.push(at - endedAt);
  await wait(LEAD_MS);
  await pings.stop();
  await mend(relay);
}

async function stopped(): Promise<void> {
  const relay = await carrying();
  const pings = new PingStream(hosts.a, address, 250);
  await pings.firstAfter(0, PATIENCE_MS);
  await wait(LEAD_MS);
  const startedAt = performance.now();
  await relay.agent.stop();
  drained.push(performance.now() - startedAt);
  await pings.ended;
  lost.push(pings.lost);
  await relay.agent.start(env);
}

function row(
  what: string,
  unit: string,
  samples: readonly number[],
  goal: number | undefined,
  judge: Row["judge"],
): Row {
  return { what, unit, samples, goal, judge };
}
