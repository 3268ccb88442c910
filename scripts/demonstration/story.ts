import { setTimeout as wait } from "node:timers/promises";
import type { PeerStatus } from "../../agent/admin/contract.ts";
import type { DemoAgent } from "./demo-agent.ts";
import { Pinger } from "./pinger.ts";
import type { Outcome, Screen } from "./screen.ts";
import type { Stage } from "./stage.ts";

/** The goals of the design for two hosts behind NATs, from the moment that both are members. */
const FIRST_PING_MS = 1_000;
const BACK_ON_RELAY_MS = 3_000;
const FROM_CACHE_MS = 2_000;

/**
 * Once a way opens: the agents were not told, and try at growing distances of 1, 3 and 10 s. Ours opens early, so that the
 * last of these is the longest wait; then checks and the switch.
 */
const DIRECT_MS = 12_000;

/** How long a step may take altogether before the story ends; beyond every goal, so that what is slow still gets a figure. */
const PATIENCE_MS = 15_000;

/** A loss that a switch causes shows within a round trip or two. */
const AFTERMATH_MS = 2_000;

/** Runs the main job on the stage. Throws where a step could not be done at all. */
export async function tellStory(stage: Stage, screen: Screen): Promise<void> {
  await stage.lab.cutBetween(stage.natA, stage.natB);
  screen.heading("A network");
  await startAgents(stage, screen);
  await makeNetwork(stage, screen);
  const joinedAt = await joinBoth(stage, screen);

  screen.heading("Nothing passes between the two NATs yet: a and b need help");
  const { address4: address } = await stage.a.program.peer("b");
  using ping = new Pinger(stage.a.host, address);
  await firstPing(screen, ping, joinedAt);
  await relayed(stage, screen);

  screen.heading("A direct way opens, goes away and comes back");
  await upgrade(stage, screen, ping, "upgrade", "a direct way opens");
  await cutDirect(stage, screen, ping);
  await upgrade(stage, screen, ping, "upgrade-again", "the direct way is restored");

  screen.heading("Nobody left to help");
  ping[Symbol.dispose]();
  await takeDown(stage, screen);
  await restart(stage, screen, address);
}

/** For whoever wants to look around afterwards. */
export async function raiseVolunteer({ v }: Stage, screen: Screen): Promise<void> {
  await screen.step(
    { id: "volunteer-back", doing: "starting v again", expected: "its agent answers" },
    async () => {
      await v.host.restore();
      await v.start();
      return { ok: true, text: "v runs again, for you to look around" };
    },
  );
}

async function startAgents({ agents }: Stage, screen: Screen): Promise<void> {
  await screen.step(
    { id: "agents", doing: "starting an agent on v, a and b", expected: "all three answer" },
    async () => {
      const startedAt = Date.now();
      await Promise.all(agents.map((agent) => agent.start()));
      const ms = Date.now() - startedAt;
      return { ok: true, text: `an agent runs on v, a and b after ${ms} ms`, values: { ms } };
    },
  );
}

async function makeNetwork({ v }: Stage, screen: Screen): Promise<void> {
  await screen.step({ id: "network", doing: "v founds a network", expected: "v volunteers" }, async () => {
    await v.program.must("init", "--network", "demo", "--name", "v");
    await v.program.must("relay", "start");
    const { network, member, relay } = await v.program.api.status();
    return {
      ok: network === "demo" && relay.volunteering,
      text: `v founded the network ${network ?? "-"}, is ${member?.address4 ?? "-"} in it and volunteers to relay`,
      values: { network, address4: member?.address4 ?? null },
    };
  });
}

/** Resolves when the second one was a member (Unix epoch, ms). */
async function joinBoth({ v, a, b }: Stage, screen: Screen): Promise<number> {
  let joinedAt = 0;
  for (const { name, program } of [a, b]) {
    await screen.step(
      { id: `join-${name}`, doing: `${name} joins with an invite from v`, expected: "it is a member" },
      async () => {
        const token = await v.program.must("invite", name);
        const startedAt = Date.now();
        await program.must("join", token);
        joinedAt = Date.now();
        const ms = joinedAt - startedAt;
        const { network, member } = await program.api.status();
        return {
          ok: network === "demo" && member?.name === name,
          text: `${name} joined ${network ?? "-"} as ${member?.address4 ?? "-"} in ${ms} ms`,
          values: { ms, address4: member?.address4 ?? null },
        };
      },
    );
  }
  return joinedAt;
}

async function firstPing(screen: Screen, ping: Pinger, joinedAt: number): Promise<void> {
  await screen.step(
    { id: "first-ping", doing: "a pings b", expected: `within ${FIRST_PING_MS} ms` },
    async () => {
      const ms = Math.round((await ping.answered(0, PATIENCE_MS)) - joinedAt);
      return {
        ok: ms <= FIRST_PING_MS,
        text: `a pings b: first answer ${ms} ms after b joined`,
        values: { ms },
      };
    },
  );
}

async function relayed({ a, b }: Stage, screen: Screen): Promise<void> {
  await screen.step(
    { id: "relayed", doing: "asking both how they reach each other", expected: "through v" },
    () => onRelay(a, b),
  );
}

async function upgrade(
  { lab, natA, natB, a, b }: Stage,
  screen: Screen,
  ping: Pinger,
  id: string,
  event: string,
): Promise<void> {
  const before = ping.latest;
  await screen.step({ id, doing: event, expected: `within ${DIRECT_MS} ms` }, async () => {
    const openedAt = Date.now();
    await lab.restoreBetween(natA, natB);
    await bothAre("direct", a, b);
    const ms = Date.now() - openedAt;
    const { path } = await a.program.peer("b");
    return {
      ok: ms <= DIRECT_MS,
      text: `${event}: a and b are direct after ${ms} ms, ${path.endpoint ?? "-"}`,
      values: { ms, endpoint: path.endpoint },
    };
  });
  await screen.step({ id: `${id}-loss`, doing: "counting pings", expected: "0 lost" }, async () => {
    await wait(AFTERMATH_MS);
    await ping.answered(Date.now(), PATIENCE_MS);
    const { sent, lost } = ping.countsSince(before);
    return {
      ok: lost === 0,
      text: `${lost} of ${sent} pings lost on the way from relayed to direct`,
      values: { sent, lost },
    };
  });
}

async function cutDirect({ lab, natA, natB, a, b }: Stage, screen: Screen, ping: Pinger): Promise<void> {
  const before = ping.latest;
  await screen.step(
    {
      id: "direct-cut",
      doing: "the direct way is cut",
      expected: `within ${BACK_ON_RELAY_MS} ms`,
    },
    async () => {
      const cutAt = Date.now();
      await lab.cutBetween(natA, natB);
      const ms = Math.round((await ping.answered(Date.now(), PATIENCE_MS)) - cutAt);
      const { lost } = ping.countsSince(before);
      const { ok, text } = await onRelay(a, b);
      return {
        ok: ok && ms <= BACK_ON_RELAY_MS,
        text: `the direct way is cut: next ping after ${ms} ms, ${lost} lost; ${text}`,
        values: { ms, lost },
      };
    },
  );
}

async function takeDown({ v, a, b }: Stage, screen: Screen): Promise<void> {
  await screen.step(
    { id: "all-down", doing: "killing v, stopping a and b", expected: "no tunnel left" },
    async () => {
      await v.crash();
      await Promise.all([a.stop(), b.stop()]);
      const left = await Promise.all([v, a, b].map((agent) => agent.hasInterface()));
      return {
        ok: !left.includes(true),
        text: "v is killed and cut off; the agents of a and b are stopped, their interfaces gone",
      };
    },
  );
}

async function restart({ a, b }: Stage, screen: Screen, address: string): Promise<void> {
  await screen.step(
    {
      id: "from-cache",
      doing: "a and b start again and ping",
      expected: `within ${FROM_CACHE_MS} ms of being up`,
    },
    async () => {
      const startedAt = Date.now();
      using ping = new Pinger(a.host, address);
      await Promise.all([a.start(), b.start()]);
      const upAt = Date.now();
      const answeredAt = await ping.answered(0, PATIENCE_MS);
      const ms = Math.round(answeredAt - startedAt);
      const sinceUpMs = Math.max(0, Math.round(answeredAt - upAt));
      await bothAre("direct", a, b);
      const { path } = await a.program.peer("b");
      return {
        ok: sinceUpMs <= FROM_CACHE_MS,
        text: `a and b start again: first ping after ${ms} ms, ${sinceUpMs} ms after both were up, directly to ${path.endpoint ?? "-"}`,
        values: { ms, sinceUpMs, endpoint: path.endpoint },
      };
    },
  );
}

/** What both ends say, once they agree. */
async function onRelay(a: DemoAgent, b: DemoAgent): Promise<Outcome> {
  await bothAre("relayed", a, b);
  const { path } = await a.program.peer("b");
  const back = (await b.program.peer("a")).path;
  return {
    ok: path.relay === "v" && back.relay === "v",
    text: `a and b are relayed by ${path.relay ?? "-"}, ${path.endpoint ?? "-"}`,
    values: { relay: path.relay, endpoint: path.endpoint },
  };
}

async function bothAre(type: PeerStatus["path"]["type"], a: DemoAgent, b: DemoAgent): Promise<void> {
  await Promise.all([
    a.program.waitForPath("b", type, PATIENCE_MS),
    b.program.waitForPath("a", type, PATIENCE_MS),
  ]);
}
