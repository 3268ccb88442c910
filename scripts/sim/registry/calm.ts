import type { GossipMessage } from "../../../agent/registry/gossip-message.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type { Row } from "../../bench/report.ts";
import { publishNews } from "./arrivals.ts";
import { LOSS, MB, NEWS_GOAL_SEC, SEC, percentile } from "./figures.ts";
import { floods } from "./floods.ts";
import { scheduleRest } from "./quiet-hour.ts";
import { hourOfCpu, memoryRows } from "./real-cost.ts";
import { wallAt, type Traffic } from "./sim-member.ts";
import { delayRows, figureRow, type World } from "./world.ts";

/** Sent and received, by each member in an hour at rest. */
const REST_GOAL_MB = 1;

/** What a registry takes, and what floods add to it: of one member, whose records nobody shares. */
export function memory(world: World): readonly Row[] {
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

/** One record after the other, by anybody, in a mesh at rest. */
export function news(world: World): readonly Row[] {
  const mesh = world.settled(LOSS);
  return delayRows("a new record is everywhere", publishNews(world, mesh, 30, SEC), NEWS_GOAL_SEC);
}

/** An hour in which announcements are refreshed and loads change: what it costs each member. */
export async function rest(world: World): Promise<readonly Row[]> {
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
