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

/** As many begin at once as there are processors for them: more take as long, and time out. */
const AT_ONCE = 2;
/** Whoever joins has paths to the others before the next does, or has had time enough. */
const SETTLE_MS = 10_000;
const LOOK_MS = 500;
/** A join gives up by itself after 30 s. */
const JOIN_MS = 60_000;
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
    await agent.start({ ...env, ...found });
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
  const volunteers = [founder, ...(await inTurn("v", 2, counts.volunteers, (name) => join(name, false)))];
  await Promise.all(volunteers.map((volunteer) => volunteer.must("relay", "start")));
  const joined: LabAgent[] = [];
  const members = await inTurn("m", 1, counts.members, async (name) => {
    const agent = await join(name, true);
    const hasPaths = async (): Promise<boolean> => (await agent.api.status()).peers.none === 0;
    await until(hasPaths, SETTLE_MS, LOOK_MS);
    joined.push(agent);
    onJoined({ volunteers, members: joined });
    return agent;
  });
  const owned = stack.move();
  return { volunteers, members, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Makes `prefix` + `first` to `prefix` + `last`, `AT_ONCE` at a time. */
async function inTurn<T>(
  prefix: string,
  first: number,
  last: number,
  make: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const made: T[] = [];
  let next = first;
  const worker = async (): Promise<void> => {
    while (next <= last) made.push(await make(`${prefix}${next++}`));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return made;
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
