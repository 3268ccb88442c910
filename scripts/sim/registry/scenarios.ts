import type { GossipMessage } from "../../../agent/registry/gossip-message.ts";
import { memberIdOf, type MemberId } from "../../../protocol/ids.ts";
import { slotHash, type SignedRecord } from "../../../protocol/record.ts";
import type { Row } from "../../bench/report.ts";
import { Arrivals, percentile } from "./arrivals.ts";
import { scheduleRest } from "./quiet-hour.ts";
import { floods } from "./floods.ts";
import { hourOfCpu, memoryRows } from "./real-cost.ts";
import type { SimMesh } from "./sim-mesh.ts";
import { wallAt, type SimMember, type Traffic } from "./sim-member.ts";
import { delayRows, figureRow, type World } from "./world.ts";

export const SCENARIOS = {
  memory,
  news,
  rest,
  partition,
  churn,
  flood,
  revoke,
} as const satisfies Record<string, (world: World) => readonly Row[] | Promise<readonly Row[]>>;

export type Scenario = keyof typeof SCENARIOS;

const SEC = 1_000;
const HOUR_MS = 3_600 * SEC;
const MONTH_MS = 30 * 24 * HOUR_MS;
const MB = 1e6;

/** Seconds until a new record is everywhere (99 of 100 members and records). */
const NEWS_GOAL_SEC = 5;
const HEAL_GOAL_SEC = 30;
const REVOCATION_GOAL_SEC = 5;
/** Sent and received, by each member in an hour at rest. */
const REST_GOAL_MB = 1;
const FLOOD_GOAL_FACTOR = 2;

/** A lossy line: one message in a hundred has to be sent again. */
const LOSS = 0.01;
const FLOOD_BATCH = 100;

/** One record after the other, by anybody, in a mesh at rest. */
function news(world: World): readonly Row[] {
  const mesh = world.settled(LOSS);
  return delayRows("a new record is everywhere", publishNews(world, mesh, 30, SEC), NEWS_GOAL_SEC);
}

/** An hour in which announcements are refreshed and loads change: what it costs each member. */
async function rest(world: World): Promise<readonly Row[]> {
  const mesh = world.settled(0);
  const replayed = mesh.members.at(-1);
  if (replayed === undefined) return [];
  const inbox: { readonly from: MemberId; readonly message: GossipMessage; readonly atMs: number }[] = [];
  mesh.onDelivered((to, from, message) => {
    if (to === replayed) inbox.push({ from: from.id, message, atMs: mesh.queue.now });
  });
  const before = replayed.store.records();
  const startMs = mesh.queue.now;
  scheduleRest(world, mesh, 1);
  for (let minute = 0; minute < 60; minute += 10) {
    mesh.queue.run(startMs + (minute + 10) * 60 * SEC);
    world.progress(`${minute + 10} of 60 minutes`);
  }
  const cpuMs = await hourOfCpu(
    { networkKey: world.population.networkKey, self: replayed.id, records: before, startMs },
    inbox,
  );
  const both = (bytes: (traffic: Traffic) => number): readonly number[] =>
    mesh.members.map(({ sent, received }) => (bytes(sent) + bytes(received)) / MB);
  const onWire = both(({ wireBytes }) => wireBytes);
  const inFrames = both(({ frameBytes }) => frameBytes);
  const connections = mesh.members.map((member) => mesh.connectionsOf(member).length);
  return [
    figureRow("an hour at rest, frames of gossip, median", "MB", percentile(inFrames, 0.5)),
    figureRow("an hour at rest, frames of gossip, most of all members", "MB", percentile(inFrames, 1)),
    figureRow("an hour at rest, packets of gossip, median", "MB", percentile(onWire, 0.5), REST_GOAL_MB),
    figureRow("an hour at rest, packets of gossip, most", "MB", percentile(onWire, 1), REST_GOAL_MB),
    figureRow("an hour at rest, CPU of a member, measured", "s", cpuMs / SEC),
    figureRow("control connections, median", "", percentile(connections, 0.5)),
    figureRow("control connections, most", "", percentile(connections, 1)),
  ];
}

/** Two halves do not see each other for an hour, and each has news of its own. */
function partition(world: World): readonly Row[] {
  const mesh = world.settled(LOSS);
  const arrivals = new Arrivals(mesh);
  const sides = new Map(mesh.members.map((member) => [member, world.random.fraction() < 0.5 ? 0 : 1]));
  mesh.partition((member) => sides.get(member) ?? 0);
  scheduleRest(world, mesh, 1);
  const startMs = mesh.queue.now;
  for (let minute = 1; minute <= 60; minute++) {
    mesh.queue.run(startMs + minute * 60 * SEC);
    const author = world.anyOf(mesh.members);
    arrivals.publish(author, world.announcement(mesh, author));
    if (minute % 20 === 0) world.progress(`${minute} of 60 minutes apart`);
  }
  mesh.queue.run(startMs + HOUR_MS + 10 * SEC);
  arrivals.restart();
  mesh.forgetTraffic();
  mesh.heal();
  const healedAtMs = mesh.queue.now;
  mesh.queue.run(healedAtMs + 120 * SEC, () => arrivals.missing === 0);
  const traffic = mesh.members.map(({ received }) => received.wireBytes / MB);
  const differing = mesh.queue.now;
  mesh.queue.run(Math.max(differing, healedAtMs + HEAL_GOAL_SEC * SEC));
  return [
    ...delayRows("after an hour apart, news of the other half", arrivals.delaysMs, HEAL_GOAL_SEC),
    figureRow("after an hour apart, missing somewhere", "records", arrivals.missing, 0),
    figureRow("after an hour apart, stores that differ after 30 s", "", differingStores(mesh), 0),
    figureRow("after an hour apart, received by a member, most", "MB", percentile(traffic, 1)),
  ];
}

/** For ten minutes 2 % of the members restart in every minute, half of them without a word. */
function churn(world: World): readonly Row[] {
  const mesh = world.settled(2 * LOSS);
  const arrivals = new Arrivals(mesh);
  const startMs = mesh.queue.now;
  const restarts = Math.max(1, Math.round(world.count * 0.02));
  for (let second = 0; second < 600; second++) {
    mesh.queue.run(startMs + second * SEC);
    if (second % 60 === 0)
      for (let restart = 0; restart < restarts; restart++) {
        const member = world.anyOf(mesh.members);
        mesh.queue.after(world.random.fraction() * 60 * SEC, () =>
          leaveAndComeBack(world, mesh, arrivals, member),
        );
      }
    if (second % 10 === 0) {
      const author = world.anyOf(mesh.members.filter(({ online }) => online));
      arrivals.publish(author, world.announcement(mesh, author));
    }
    if (second % 200 === 199) world.progress(`${second + 1} of 600 s`);
  }
  mesh.queue.run(mesh.queue.now + 120 * SEC);
  return [
    ...delayRows("with 2 % restarting a minute, a new record", arrivals.delaysMs, NEWS_GOAL_SEC),
    figureRow("with 2 % restarting a minute, missing somewhere after two", "records", arrivals.missing, 0),
    figureRow("with 2 % restarting a minute, stores that differ in the end", "", differingStores(mesh), 0),
  ];
}

function leaveAndComeBack(world: World, mesh: SimMesh, arrivals: Arrivals, member: SimMember): void {
  if (!member.online) return;
  arrivals.forget(member);
  mesh.stop(member, world.random.fraction() < 0.5);
  mesh.queue.after((5 + world.random.fraction() * 55) * SEC, () => mesh.start(member));
}

/** One member sends 10,000 records of its own, as many forged ones, and as many of nobody, as fast as it is read. */
function flood(world: World): readonly Row[] {
  const mesh = world.settled(LOSS);
  const before = publishNews(world, mesh, 20, SEC);
  const [victim] = mesh.members;
  const flooder = mesh.members.at(-1);
  if (victim === undefined || flooder === undefined) return [];
  world.progress("flooding");
  const held = mesh.members.map((member) => heldBytes(member));
  let passed = 0;
  const stop = mesh.onAdmitted((member, record) => {
    if (member === victim && authorOf(record) === flooder.id) passed++;
  });
  const messages = floodOf(world, mesh, flooder, victim);
  const victims = mesh.connectionsOf(flooder);
  for (const [index, message] of messages.entries())
    mesh.queue.after(index * 20, () => {
      for (const victim of victims) mesh.sendRaw(flooder, victim, message);
    });
  const others = mesh.members.filter((member) => member !== flooder);
  const during = publishNews(world, mesh, 20, 0.3 * SEC, others);
  mesh.queue.run(mesh.queue.now + 60 * SEC);
  stop();
  const grown = others.map((member, index) => (heldBytes(member) - (held[index] ?? 0)) / MB);
  const factor = percentile(during, 0.99) / percentile(before, 0.99);
  return [
    ...delayRows("while one floods, a new record of others", during, NEWS_GOAL_SEC),
    figureRow("while one floods, p99 against before", "times", factor, FLOOD_GOAL_FACTOR),
    figureRow("of a flood, taken by another member", "records", passed),
    figureRow("after a flood, what a store holds has grown by, most", "MB", percentile(grown, 1), 1),
  ];
}

/** What a registry takes, and what floods add to it: of one member, whose records nobody shares. */
function memory(world: World): readonly Row[] {
  const { population, random } = world;
  const [self, peer] = population.people;
  const flooder = population.people.at(-1);
  if (self === undefined || peer === undefined || flooder === undefined) return [];
  const now = wallAt(0);
  const records = [
    ...population.certificates,
    ...population.people.map((person) => population.endpoints(person, [], now)),
  ];
  const all = floods({
    population,
    flooder,
    victim: peer,
    count: world.floodRecords,
    now,
    random,
  });
  return memoryRows(population.networkKey, records, all, self.id, flooder.id);
}

/** One is revoked; one that was away for a month, and still knows it, comes back together with it. */
function revoke(world: World): readonly Row[] {
  const mesh = world.settled(LOSS);
  const [founder] = mesh.members;
  const [stale, revoked] = mesh.members.slice(-2);
  if (founder === undefined || stale === undefined || revoked === undefined) return [];
  mesh.stop(stale, true);
  mesh.queue.run(mesh.queue.now + 60 * SEC);
  const arrivals = new Arrivals(mesh);
  const revocation = world.population.revocation(revoked.person, wallAt(mesh.queue.now));
  arrivals.publish(founder, revocation);
  arrivals.forget(revoked); // who hangs up on it tells it, but need not
  mesh.queue.run(mesh.queue.now + 60 * SEC);
  const first = [...arrivals.delaysMs];
  const missing = arrivals.missing;
  world.progress("a month later");
  mesh.queue.skip(MONTH_MS);
  mesh.queue.run(mesh.queue.now + 70 * SEC);
  let back = 0;
  const slots = ["endpoints", "relay"].map((kind) => slotHash(`${kind} ${revoked.id}`));
  const stop = mesh.onAdmitted((member, record) => {
    if (member !== revoked && member !== stale && authorOf(record) === revoked.id) back++;
  });
  // It has not heard of it itself, and says that it is still there.
  revoked.revoked.clear();
  mesh.start(revoked);
  arrivals.end();
  const returned = new Arrivals(mesh);
  let heardAtMs = NaN;
  const startMs = mesh.queue.now;
  mesh.onAdmitted((member, record, atMs) => {
    if (member === stale && record.content.kind === "revocation") heardAtMs = atMs - startMs;
  });
  mesh.start(stale);
  for (let second = 0; second < 120; second++) {
    mesh.queue.run(mesh.queue.now + SEC);
    if (second % 10 === 0 && revoked.online) mesh.publish(revoked, [world.announcement(mesh, revoked)]);
  }
  returned.end();
  stop();
  const slot = slotHash(`revocation ${revoked.id} ${authorOf(revocation)}`);
  const unaware = mesh.members.filter((member) => member !== revoked && member.store.get(slot) === undefined);
  const holding = mesh.members.filter(
    (member) => member !== revoked && slots.some((held) => member.store.get(held) !== undefined),
  );
  return [
    ...delayRows("a revoked member is gone everywhere", first, REVOCATION_GOAL_SEC),
    figureRow("a revocation is missing after a minute", "members", missing, 0),
    figureRow(
      "back after a month, a stale member hears of it within",
      "s",
      heardAtMs / SEC,
      REVOCATION_GOAL_SEC,
    ),
    figureRow("records of the revoked member taken since", "", back, 0),
    figureRow("members that do not know, or hold anything of it", "", unaware.length + holding.length, 0),
  ];
}

/** `count` records by anybody of `authors`, one every `intervalMs`; the delays to everybody else. */
function publishNews(
  world: World,
  mesh: SimMesh,
  count: number,
  intervalMs: number,
  authors: readonly SimMember[] = mesh.members,
): readonly number[] {
  const arrivals = new Arrivals(mesh);
  for (let index = 0; index < count; index++) {
    const author = world.anyOf(authors);
    arrivals.publish(author, world.announcement(mesh, author));
    mesh.queue.run(mesh.queue.now + intervalMs);
  }
  mesh.queue.run(mesh.queue.now + 120 * SEC, () => arrivals.missing === 0);
  arrivals.end();
  // What never came came too late by any measure.
  return [...arrivals.delaysMs, ...Array<number>(arrivals.missing).fill(120 * SEC)];
}

/** All kinds of floods mixed, a hundred records in each message. */
function floodOf(
  world: World,
  mesh: SimMesh,
  flooder: SimMember,
  victim: SimMember,
): readonly GossipMessage[] {
  const { population, random } = world;
  const now = wallAt(mesh.queue.now);
  const count = world.floodRecords;
  const kinds = [
    ...floods({ population, flooder: flooder.person, victim: victim.person, count, now, random }).values(),
  ];
  const [first = []] = kinds;
  const all = first.flatMap((_, index) => kinds.flatMap((records) => records[index] ?? []));
  return Array.from({ length: all.length / FLOOD_BATCH }, (_, batch) => ({
    kind: "records",
    records: all.slice(batch * FLOOD_BATCH, (batch + 1) * FLOOD_BATCH),
  }));
}

function heldBytes({ store }: SimMember): number {
  return store.records().reduce((sum, { bytes }) => sum + bytes.length, store.waitingBytes);
}

function differingStores(mesh: SimMesh): number {
  const online = mesh.members.filter((member) => member.online);
  const counts = new Map<string, number>();
  for (const { store } of online) {
    const root = Buffer.from(store.rootHash()).toString("hex");
    counts.set(root, (counts.get(root) ?? 0) + 1);
  }
  return online.length - Math.max(...counts.values());
}

const authors = new WeakMap<SignedRecord, MemberId>();

function authorOf(record: SignedRecord): MemberId {
  const known = authors.get(record) ?? memberIdOf(record.author);
  authors.set(record, known);
  return known;
}
