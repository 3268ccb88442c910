import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { Lab } from "../../../test/lab/lab.ts";
import type { Nat } from "../../../test/lab/nat.ts";
import { LabAgent } from "../../../test/lab/lab-agent.ts";

/**
 * Volunteers on the internet, the first of which founded the network, and members behind NATs that no check gets through:
 * "all": one each, so that all pairs are relayed; "hub": the last one alone behind its own, and the others on one LAN, so
 * that these meet directly, and all need a relay to the hub at the moment when it joins.
 */
export type Scene = "all" | "hub";

export type MeshOfMany = AsyncDisposable & {
  readonly volunteers: readonly LabAgent[];
  readonly members: readonly LabAgent[];
};

/** Whoever joins has paths to the others before the next does, or has had time enough. */
const SETTLE_MS = 30_000;
/**
 * Then the machine comes to rest, or has had time enough: what a join takes of all the others' processors has to be shared by very few
 * here, and who joins meanwhile measures them.
 */
const REST_MS = 120_000;
const IDLE_SHARE = 0.5;
const LOOK_MS = 500;
/** A join gives up by itself after 30 s. */
const JOIN_MS = 60_000;
/** Volunteers have machines of their own where this is no test: what keeps the members busy would else be what they measure of them. */
const FIRST = ["nice", "-n", "-10"] as const;
const HARD_NAT = { mapping: "endpoint-dependent", filtering: "address-and-port-dependent" } as const;

/**
 * All of them are members when it resolves. Volunteers relay before the first member joins. Owner of all that it makes, also
 * where it fails.
 */
export async function meshOfMany(counts: {
  readonly members: number;
  readonly volunteers: number;
  readonly scene: Scene;
  readonly env: Readonly<Record<string, string>>;
  /** With all that have joined so far. */
  readonly onJoined: (mesh: Pick<MeshOfMany, "volunteers" | "members">) => void;
}): Promise<MeshOfMany> {
  const { scene, env, onJoined } = counts;
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(await Lab.create({ name: "herd" }));
  const shared = scene === "hub" ? await lab.nat("nlan", HARD_NAT) : undefined;
  const started = async (name: string, behindNat: boolean): Promise<LabAgent> => {
    const nat = async (): Promise<Nat> =>
      (name === `m${counts.members}` ? undefined : shared) ?? (await lab.nat(`n${name}`, HARD_NAT));
    const host = behindNat
      ? await lab.hostBehind(await nat(), name)
      : await lab.openHost(name, { ipv6: false });
    const agent = stack.use(await LabAgent.create(lab, host));
    // Whoever is on the internet is reached at its own address before anybody volunteers.
    const found = behindNat ? {} : { HOPWIRE_ENDPOINTS: `${host.address4}:51820` };
    await agent.start({ ...env, ...found }, behindNat ? [] : FIRST);
    return agent;
  };
  const founder = await started("v1", false);
  await founder.api.init({ network: "herd", name: "v1", prefix: undefined, endpoints: [] });
  const join = async (name: string, behindNat: boolean): Promise<LabAgent> => {
    const agent = await started(name, behindNat);
    const { token } = await founder.api.invite({ name, expiresSec: 3_600 });
    await agent.api.join({ token }, () => undefined, AbortSignal.timeout(JOIN_MS));
    return agent;
  };
  const volunteers = [founder];
  for (let i = 2; i <= counts.volunteers; i++) volunteers.push(await join(`v${i}`, false));
  await Promise.all(volunteers.map((volunteer) => volunteer.must("relay", "start")));
  const members: LabAgent[] = [];
  for (let i = 1; i <= counts.members; i++) {
    const agent = await join(`m${i}`, true);
    const hasPaths = async (): Promise<boolean> => (await agent.api.status()).peers.none === 0;
    await until(hasPaths, SETTLE_MS, LOOK_MS);
    members.push(agent);
    onJoined({ volunteers, members });
    if (i < counts.members) await until(isIdle, REST_MS, 0);
  }
  const owned = stack.move();
  return { volunteers, members, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Over the next three seconds, as /proc/stat counts (proc(5)). */
async function isIdle(): Promise<boolean> {
  const before = await processorTimes();
  await wait(3_000);
  const after = await processorTimes();
  return after.idle - before.idle > IDLE_SHARE * (after.all - before.all);
}

async function processorTimes(): Promise<{ readonly all: number; readonly idle: number }> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  const times = line.split(/\s+/).slice(1, 9).map(Number);
  const [, nice = 0, , idle = 0] = times;
  // What runs with low priority leaves the processors to whoever wants them.
  return { all: times.reduce((sum, time) => sum + time, 0), idle: idle + nice };
}

/** Polls until `isSo`; how long that took, or undefined where it is not so within `patienceMs`. */
export async function until(
  isSo: () => Promise<boolean>,
  patienceMs: number,
  pauseMs: number,
): Promise<number | undefined> {
  const startedAt = performance.now();
  for (;;) {
    if (await isSo()) return performance.now() - startedAt;
    if (performance.now() - startedAt > patienceMs) return undefined;
    await wait(pauseMs);
  }
}
