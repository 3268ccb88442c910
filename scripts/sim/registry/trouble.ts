import type { Row } from "../../bench/report.ts";
import { Arrivals } from "./arrivals.ts";
import { HOUR_MS, LOSS, MB, NEWS_GOAL_SEC, SEC, percentile } from "./figures.ts";
import { scheduleRest } from "./quiet-hour.ts";
import type { SimMesh } from "./sim-mesh.ts";
import type { SimMember } from "./sim-member.ts";
import { delayRows, figureRow, type World } from "./world.ts";

const HEAL_GOAL_SEC = 30;

/** Two halves do not see each other for an hour, and each has news of its own. */
export function partition(world: World): readonly Row[] {
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
export function churn(world: World): readonly Row[] {
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

function differingStores(mesh: SimMesh): number {
  const online = mesh.members.filter((member) => member.online);
  const counts = new Map<string, number>();
  for (const { store } of online) {
    const root = Buffer.from(store.rootHash()).toString("hex");
    counts.set(root, (counts.get(root) ?? 0) + 1);
  }
  return online.length - Math.max(...counts.values());
}
