import { randomInt } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeInvite } from "../../protocol/invite.ts";
import { describeLab } from "../lab/describe-lab.ts";
import { Lab } from "../lab/lab.ts";
import { LabAgent } from "../lab/lab-agent.ts";

type State = {
  readonly membership: { readonly invites: readonly { readonly id: string }[] };
  readonly relay: { readonly volunteering: boolean };
};

async function stateOf(agent: LabAgent): Promise<State> {
  return JSON.parse(await readFile(join(agent.directory, "state/state.json"), "utf8")) as State;
}

/** What the agent answered before it was killed it has promised; what it did not, may have happened or not. */
async function promised<T>(work: Promise<T>): Promise<T | undefined> {
  return work.then(
    (value) => value,
    () => undefined,
  );
}

const INIT = { network: "demo", name: "v", prefix: undefined, endpoints: [] };

//
describeLab("an agent that is killed at any moment", () => {
  let lab: Lab;
  let v: LabAgent;
  let a: LabAgent;

  beforeAll(async () => {
    lab = await Lab.create({ name: "crashes" });
    const [open, other] = await Promise.all([lab.openHost("v"), lab.openHost("a")]);
    [v, a] = await Promise.all([LabAgent.create(lab, open), LabAgent.create(lab, other)]);
  });
  afterAll(async () => {
    await Promise.all([v, a].map((agent) => agent[Symbol.asyncDispose]()));
    await lab[Symbol.asyncDispose]();
  });

  /** At some moment of `work`, which takes about `spanMs` when nobody disturbs it. */
  async function killDuring(agent: LabAgent, spanMs: number, work: Promise<unknown>): Promise<number> {
    const afterMs = randomInt(spanMs);
    await Promise.race([wait(afterMs), work.catch(() => wait(afterMs))]);
    await agent.kill();
    await work.catch(() => undefined);
    return afterMs;
  }

  it("while it founds a network has a whole one afterwards, or none", async () => {
    for (let round = 0; round < 4; round++) {
      await v.start();
      const founding = promised(v.api.init(INIT));
      const afterMs = await killDuring(v, 350, founding);
      await v.start();
      const { network, member } = await v.api.status();
      const hint = `killed after ${afterMs} ms`;
      if ((await founding) !== undefined) expect(network, hint).toBe("demo");
      if (network !== null) {
        expect(member?.name, hint).toBe("v");
        await v.api.invite({ name: "somebody", expiresSec: 60 });
      }
      await v.stop();
      await rm(join(v.directory, "state"), { recursive: true });
    }
  });

  it("while it invites and volunteers keeps all that it has promised", async () => {
    await v.start();
    const { member } = await v.api.init(INIT);
    const tokens: string[] = [];
    for (let round = 0; round < 8; round++) {
      let volunteering: readonly boolean[] = [(await stateOf(v)).relay.volunteering];
      const work = async (): Promise<void> => {
        for (let step = 0; step < 2; step++) {
          volunteering = [...volunteering, step === 0];
          const answer = await (step === 0
            ? v.api.relayStart({ maxAllocations: undefined, ports: undefined })
            : v.api.relayStop());
          volunteering = [answer.volunteering];
          const { token } = await v.api.invite({ name: `guest-${round}-${step}`, expiresSec: 3_600 });
          tokens.push(token);
        }
      };
      const afterMs = await killDuring(v, 120, work());
      await v.start();
      const hint = `round ${round}, killed after ${afterMs} ms`;
      const state = await stateOf(v);
      expect((await v.api.status()).member, hint).toEqual(member);
      expect(volunteering, hint).toContain(state.relay.volunteering);
      expect((await v.api.status()).relay.volunteering, hint).toBe(state.relay.volunteering);
      const ids = tokens.map((token) => {
        const invite = decodeInvite(token);
        return invite.ok ? invite.value.inviteId : "";
      });
      expect(
        state.membership.invites.map(({ id }) => id),
        hint,
      ).toEqual(expect.arrayContaining(ids));
    }
  });

  it("while it joins is a member in the end, with the identity that it had, and reaches its issuer", async () => {
    for (let round = 0; round < 5; round++) {
      const name = `joiner-${round}`;
      const { token } = await v.api.invite({ name, expiresSec: 3_600 });
      await a.start();
      const joining = promised(a.api.join({ token }, () => undefined, AbortSignal.timeout(30_000)));
      const afterMs = await killDuring(a, 700, joining);
      const hint = `round ${round}, killed after ${afterMs} ms`;
      await a.start();
      // Nobody remembers a join that was killed before it was written down: the operator repeats it, then and otherwise.
      await promised(a.api.join({ token }, () => undefined, AbortSignal.timeout(30_000)));
      const { member } = await a.api.status();
      expect(member?.name, hint).toBe(name);
      expect((await v.peer(name)).id, hint).toBe(member?.id);
      await Promise.all([a.waitForPath("v", "direct", 10_000), v.waitForPath(name, "direct", 10_000)]);
      await a.must("leave");
      await a.stop();
    }
  });

  it("while it admits others gives every joiner the one answer that it has written down", async () => {
    for (let round = 0; round < 3; round++) {
      const name = `guest-of-${round}`;
      const { token } = await v.api.invite({ name, expiresSec: 3_600 });
      await a.start();
      const joining = a.api.join({ token }, () => undefined, AbortSignal.timeout(30_000));
      const afterMs = await killDuring(v, 700, Promise.race([joining, wait(700)]));
      await v.start();
      const { member } = await joining;
      const hint = `round ${round}, issuer killed after ${afterMs} ms`;
      expect(member.name, hint).toBe(name);
      await a.waitForPath("v", "direct", 15_000);
      expect((await v.peer(name)).id, hint).toBe(member.id);
      await a.must("leave");
      await a.stop();
    }
  });
});
