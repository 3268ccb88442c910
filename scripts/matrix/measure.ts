import { setTimeout as wait } from "node:timers/promises";
import type { PathType, PeerStatus } from "../../agent/admin/contract.ts";
import { PingStream, type Reply } from "../bench/ping-stream.ts";
import type { Pair, Run } from "./cell.ts";
import { expected, GOAL_MS, MISSING, type Expected } from "./expected.ts";
import { Scene, type End } from "./scene.ts";

const POLL_MS = 25;
const PING_MS = 20;
/** For what is under way when the path changes, and for a switch back. */
const SETTLE_MS = 1_000;
/** How long a pair that shall not, or cannot yet, get direct is watched whether it does. */
const WATCH_MS = 5_000;
/** A path of any kind is there after a second; with the first handshake lost, after another five. */
const ANY_PATH_MS = 15_000;

/** Builds the pair's lab and starts both ends `count` times; either of them controls in turn, and every other time they begin apart. */
export async function measure(pair: Pair, count: number): Promise<readonly Run[]> {
  await using scene = await Scene.create(pair);
  const theory = expected(...pair);
  const runs: Run[] = [];
  for (let index = 0; index < count; index++) {
    const controlling = index % 2 === 0 ? 0 : 1;
    // By pairs of runs, so that of four each end has controlled both kinds.
    const isApart = (index + (index >> 1)) % 2 === 1 && theory.outcome === "direct" && scene.isSeparable;
    if (isApart) await scene.cut();
    await scene.coldStart(controlling);
    runs.push({ controlling: pair[controlling], ...(await watch(scene, theory, isApart)) });
  }
  return runs;
}

/** From when both agents answer, until the path is what it will be. */
async function watch(scene: Scene, theory: Expected, isApart: boolean): Promise<Omit<Run, "controlling">> {
  const [a, b] = scene.ends;
  const startedAt = performance.now();
  const pings = new PingStream(a.agent.host, await addressOf(a, b));
  const anyPathMs = theory.outcome === "impossible" ? WATCH_MS : ANY_PATH_MS;
  /** Since when a direct path is possible. */
  let possibleAt = isApart ? undefined : startedAt;
  let relayMs: number | undefined;
  let directAt: number | undefined;
  for (;;) {
    const shown = await Promise.all([typeAt(a, b), typeAt(b, a)]);
    const now = performance.now();
    const first = pings.replies[0];
    if (first !== undefined && shown[0] === "relayed") relayMs ??= first.at - startedAt;
    if (first !== undefined && possibleAt === undefined && shown.every((type) => type === "relayed")) {
      await scene.restore();
      possibleAt = performance.now();
    }
    if (first !== undefined && shown.every((type) => type === "direct")) {
      directAt = now;
      break;
    }
    const giveUpAt =
      first === undefined ? startedAt + anyPathMs : (possibleAt ?? first.at) + directPatienceMs(theory);
    if (now > giveUpAt) break;
    await wait(POLL_MS);
  }
  await wait(SETTLE_MS);
  await pings.stop();
  const stoppedAt = performance.now();
  const paths = [await pathAt(a, b), await pathAt(b, a)] as const;
  const [first] = pings.replies;
  const tookMs = directAt === undefined || possibleAt === undefined ? undefined : directAt - possibleAt;
  return {
    begin: isApart ? "apart" : "together",
    outcome: first === undefined ? "none" : outcomeOf(paths.map((path) => path?.type ?? "none")),
    firstReplyMs: first === undefined ? undefined : first.at - startedAt,
    relayMs,
    directMs: isApart ? undefined : tookMs,
    switchMs: isApart ? tookMs : undefined,
    lost: lostOf(pings.replies, stoppedAt),
    endpoints: [scene.whatIs(paths[0]?.endpoint ?? null, b), scene.whatIs(paths[1]?.endpoint ?? null, a)],
  };
}

function directPatienceMs(theory: Expected): number {
  if (theory.outcome !== "direct" || MISSING[theory.by] !== undefined) return WATCH_MS;
  return 1.5 * GOAL_MS[theory.by] + WATCH_MS;
}

/** Requests after the first answered one that were not: holes, and those at the end. */
function lostOf(replies: readonly Reply[], stoppedAt: number): number {
  const answered = new Set(replies.map(({ seq }) => seq));
  if (answered.size === 0) return 0;
  const holes = Math.max(...answered) - Math.min(...answered) + 1 - answered.size;
  // Up to ten may be under way; see `Pings`.
  const silent = Math.floor((stoppedAt - (replies.at(-1)?.at ?? stoppedAt)) / PING_MS) - 10;
  return holes + Math.max(0, silent);
}

function outcomeOf(types: readonly PathType[]): Run["outcome"] {
  const [first = "none", second = "none"] = types;
  return first === second ? first : "mixed";
}

async function pathAt(end: End, other: End): Promise<PeerStatus["path"] | undefined> {
  const peers = await end.agent.api.peers();
  return peers.find(({ name }) => name === other.member)?.path;
}

async function typeAt(end: End, other: End): Promise<PathType> {
  return (await pathAt(end, other))?.type ?? "none";
}

async function addressOf(end: End, other: End): Promise<string> {
  return (await end.agent.peer(other.member)).address4;
}
