import type { GossipMessage } from "../../../agent/registry/gossip-message.ts";
import { memberIdOf, type MemberId } from "../../../protocol/ids.ts";
import { slotHash, type SignedRecord } from "../../../protocol/record.ts";
import type { Row } from "../../bench/report.ts";
import { Arrivals, publishNews } from "./arrivals.ts";
import { HOUR_MS, LOSS, MB, NEWS_GOAL_SEC, SEC, percentile } from "./figures.ts";
import { floods } from "./floods.ts";
import type { SimMesh } from "./sim-mesh.ts";
import { wallAt, type SimMember } from "./sim-member.ts";
import { delayRows, figureRow, type World } from "./world.ts";

const REVOCATION_GOAL_SEC = 5;
const MONTH_MS = 30 * 24 * HOUR_MS;

/** Times what it took before. */
const FLOOD_GOAL_FACTOR = 2;
const FLOOD_BATCH = 100;

/** One member sends 10,000 records of its own, as many forged ones, and as many of nobody, as fast as it is read. */
export function flood(world: World): readonly Row[] {
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

/** One is revoked; one that was away for a month, and still knows it, comes back together with it. */
export function revoke(world: World): readonly Row[] {
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

const authors = new WeakMap<SignedRecord, MemberId>();

function authorOf(record: SignedRecord): MemberId {
  const known = authors.get(record) ?? memberIdOf(record.author);
  authors.set(record, known);
  return known;
}
