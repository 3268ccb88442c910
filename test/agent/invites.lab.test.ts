import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemRandom } from "../../agent/random.ts";
import type { RunResult } from "../../agent/runner.ts";
import { generateKeyPair } from "../../agent/wireguard/keys.ts";
import { decodeInvite, encodeInvite, type Invite } from "../../protocol/invite.ts";
import { describeLab } from "../lab/describe-lab.ts";
import { Lab } from "../lab/lab.ts";
import { LabAgent } from "../lab/lab-agent.ts";

/** A join gives up after 30 s; what comes before and after it. */
const JOIN_LIMIT_MS = 60_000;

const redeem = (agent: LabAgent, token: string): Promise<RunResult> =>
  agent.run(["join", token], { timeoutMs: JOIN_LIMIT_MS });

/** The last line is the error: what, why, what to do. Before it, progress for whoever waits. */
function errorOf({ exitCode, stdout, stderr }: RunResult): { exitCode: number; error: string } {
  expect(stdout).toBe("");
  const lines = stderr.trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith("hopwire: "))).toHaveLength(1);
  return { exitCode, error: lines.at(-1) ?? "" };
}

function inviteOf(token: string): Invite {
  const decoded = decodeInvite(token);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.value;
}

/** With a checksum that is right. */
const forged = (token: string, change: Partial<Invite>): string =>
  encodeInvite({ ...inviteOf(token), ...change });

type State = {
  readonly membership: { readonly certificate: string; readonly invites: { expiresAt: number }[] };
};

const statePath = (agent: LabAgent): string => join(agent.directory, "state/state.json");

async function stateOf(agent: LabAgent): Promise<State> {
  return JSON.parse(await readFile(statePath(agent), "utf8")) as State;
}

/** Only while it does not run. */
async function changeState(agent: LabAgent, change: (state: State) => void): Promise<void> {
  const state = await stateOf(agent);
  change(state);
  await writeFile(statePath(agent), JSON.stringify(state));
}

async function until(holds: () => boolean, patienceMs = 15_000): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${patienceMs} ms`);
    await wait(5);
  }
}

// R-1201
describeLab("an invite", () => {
  let lab: Lab;
  let issuer: LabAgent;
  const agents: LabAgent[] = [];
  /** They take the whole patience of a join, so they run beside the other tests; the last one looks at them. */
  let inVain: Promise<readonly (readonly [LabAgent, RunResult])[]>;

  const newAgent = async (name: string): Promise<LabAgent> => {
    const agent = await LabAgent.create(lab, await lab.openHost(name));
    agents.push(agent);
    await agent.start();
    return agent;
  };
  const isMember = async (agent: LabAgent): Promise<boolean> => (await agent.api.status()).member !== null;

  const tryInVain = async (): Promise<readonly (readonly [LabAgent, RunResult])[]> => {
    const [byKey, byId, lost] = [await newAgent("key"), await newAgent("id"), await newAgent("lost")];
    const [tokenA, tokenB] = [await issuer.must("invite", "key"), await issuer.must("invite", "id")];
    const withdrawn = await issuer.must("invite", "lost");
    await issuer.must("invites", "withdraw", "lost");
    const { privateKey } = generateKeyPair(systemRandom);
    const { inviteId } = inviteOf(tokenA);
    return Promise.all([
      redeem(byKey, forged(tokenA, { temporaryKey: privateKey })).then((result) => [byKey, result] as const),
      redeem(byId, forged(tokenB, { inviteId })).then((result) => [byId, result] as const),
      redeem(lost, withdrawn).then((result) => [lost, result] as const),
    ]);
  };

  beforeAll(async () => {
    lab = await Lab.create({ name: "invites" });
    issuer = await newAgent("issuer");
    await issuer.must("init", "--network", "demo", "--name", "issuer");
    inVain = tryInVain();
  });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent[Symbol.asyncDispose]()));
    await lab[Symbol.asyncDispose]();
  });

  it("is printed alone on standard output, and with --json says until when it is good", async () => {
    const { exitCode, stdout, stderr } = await issuer.cli("invite", "printed", "--expires", "90s");
    expect({ exitCode, stderr }).toStrictEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^hopwire2-[A-Za-z0-9_-]+\n$/);
    const shown = JSON.parse(await issuer.must("invite", "shown", "--expires", "90s", "--json")) as unknown;
    expect(shown).toStrictEqual({
      name: "shown",
      token: expect.stringMatching(/^hopwire2-/) as string,
      expiresAt: expect.any(Number) as number,
      ways: expect.arrayContaining([{ endpoint: `${issuer.host.address4}:51820`, relay: null }]) as unknown,
      warnings: [],
    });
  });

  it("for a name that is taken is not made", async () => {
    expect(errorOf(await issuer.cli("invite", "issuer"))).toStrictEqual({
      exitCode: 73,
      error: expect.stringContaining("taken") as string,
    });
  });

  it("makes a member of the first host that brings it, and refuses every other", async () => {
    const [first, second] = await Promise.all([newAgent("first"), newAgent("second")]);
    const token = await issuer.must("invite", "first");
    expect(await first.must("join", token)).toContain("first");
    expect(errorOf(await redeem(second, token))).toStrictEqual({
      exitCode: 65,
      error: expect.stringContaining("used already, by another host") as string,
    });
    expect(await isMember(second)).toBe(false);
    expect((await issuer.api.peers()).map(({ name }) => name)).toEqual(["first"]);
    await Promise.all([issuer.waitForPath("first", "direct"), first.waitForPath("issuer", "direct")]);
  });

  it("that has expired is refused, and the host can join with another one", async () => {
    const late = await newAgent("late");
    const token = await issuer.must("invite", "late", "--expires", "60s");
    await issuer.stop();
    await changeState(issuer, ({ membership }) => {
      for (const invite of membership.invites) invite.expiresAt = Date.now() - 1_000;
    });
    await issuer.start();
    expect(errorOf(await redeem(late, token))).toStrictEqual({
      exitCode: 65,
      error: expect.stringContaining("expired") as string,
    });
    expect(await isMember(late)).toBe(false);
    await late.must("join", await issuer.must("invite", "late"));
  });

  it("that is truncated, altered or none at all is refused at once", async () => {
    const host = await newAgent("typist");
    const token = await issuer.must("invite", "typist");
    const middle = token.length >> 1;
    const other = token[middle] === "A" ? "B" : "A";
    const wrong = [
      token.slice(0, -1),
      token.slice(0, middle),
      token.slice(0, middle) + other + token.slice(middle + 1),
      token.replace("hopwire2-", "hopwire3-"),
      token.replace("hopwire2-", ""),
      "hopwire2-",
      "x".repeat(10_000),
    ];
    for (const text of wrong) {
      const startedAt = performance.now();
      const { exitCode, error } = errorOf(await redeem(host, text));
      expect(exitCode).toBe(65);
      expect(error).not.toContain(text);
      expect(performance.now() - startedAt).toBeLessThan(JOIN_LIMIT_MS / 6);
    }
    expect((await redeem(host, "")).exitCode).not.toBe(0);
    expect(await isMember(host)).toBe(false);
    // Copied with the line breaks of a mail, it is good.
    const broken = `\n ${token.slice(0, 40)}\n${token.slice(40)}\n`;
    expect((await host.run(["join", "-"], { input: broken })).exitCode).toBe(0);
  });

  it("that names another network's key makes no member, whatever the issuer answers", async () => {
    const deceived = await newAgent("deceived");
    const token = forged(await issuer.must("invite", "deceived"), { networkKey: systemRandom.bytes(32) });
    expect(errorOf(await redeem(deceived, token))).toStrictEqual({
      exitCode: 65,
      error: expect.stringContaining("cannot be believed") as string,
    });
    expect(await isMember(deceived)).toBe(false);
  });

  it("brought by two hosts at once makes a member of exactly one", async () => {
    const racers = await Promise.all([newAgent("left"), newAgent("right")]);
    const token = await issuer.must("invite", "racer");
    const results = await Promise.all(racers.map((agent) => redeem(agent, token)));
    const [loser, ...others] = results.filter(({ exitCode }) => exitCode !== 0);
    expect(others).toEqual([]);
    if (loser === undefined) throw new Error("both are members");
    expect(errorOf(loser)).toStrictEqual({
      exitCode: 65,
      error: expect.stringContaining("used already") as string,
    });
    const winner = racers[results.findIndex(({ exitCode }) => exitCode === 0)];
    expect(await winner?.must("status")).toContain("racer");
    await expect.poll(async () => (await issuer.peer("racer")).path.type, { timeout: 10_000 }).toBe("direct");
  });

  it("outlives its issuer's restart and crash", async () => {
    const [one, two] = await Promise.all([newAgent("one"), newAgent("two")]);
    const tokens = [await issuer.must("invite", "one"), await issuer.must("invite", "two")] as const;
    await issuer.stop();
    await issuer.start();
    await one.must("join", tokens[0]);
    await issuer.kill();
    await issuer.start();
    await two.must("join", tokens[1]);
    expect(await isMember(two)).toBe(true);
  });

  it("waits for an issuer that is just starting", async () => {
    const early = await newAgent("early");
    const token = await issuer.must("invite", "early");
    await issuer.stop();
    const joined = redeem(early, token);
    await wait(1_000);
    await issuer.start();
    expect((await joined).exitCode).toBe(0);
  });

  it("whose answer got lost is answered the same again, after the joiner's crash", async () => {
    const crashing = await newAgent("crash");
    const token = await issuer.must("invite", "crash");
    // Handshakes and acknowledgements pass, the answer with its certificates does not.
    const filter = `table inet lossy {
chain input {
type filter hook input priority -400
udp sport 51820 udp length > 500 drop
}
}`;
    await crashing.host.namespace.configure({ nft: filter });
    const joining = redeem(crashing, token);
    await until(() => issuer.log.includes('"name":"crash","msg":"invite redeemed"'));
    await crashing.kill();
    expect((await joining).exitCode).toBe(69);
    await crashing.host.namespace.configure({ nft: "delete table inet lossy" });
    const { id } = await issuer.peer("crash");
    // It goes on by itself, with the keys that it had.
    await crashing.start();
    await expect.poll(() => isMember(crashing), { timeout: 15_000 }).toBe(true);
    expect((await crashing.api.status()).member?.id).toBe(id);
    await crashing.waitForPath("issuer", "direct");
    const { certificate } = (await stateOf(crashing)).membership;
    expect(JSON.stringify(await stateOf(issuer))).toContain(certificate);
  });

  it("is of no use to a member", async () => {
    const token = await issuer.must("invite", "again");
    const member = agents.find(({ name }) => name === "first");
    if (member === undefined) throw new Error("there is no first");
    expect(errorOf(await redeem(member, token))).toStrictEqual({
      exitCode: 73,
      error: expect.stringContaining("leave") as string,
    });
  });

  it("cannot be made by a member that is no admin, nor by a host in no network", async () => {
    const member = agents.find(({ name }) => name === "first");
    const outsider = agents.find(({ name }) => name === "second");
    if (member === undefined || outsider === undefined) throw new Error("they are gone");
    expect(errorOf(await member.cli("invite", "x")).exitCode).toBe(77);
    expect(errorOf(await outsider.cli("invite", "x")).exitCode).toBe(76);
  });

  // To WireGuard a forger is a stranger, and with the key of one invite nobody gets to another.
  it("forged with another temporary key or number, or withdrawn, gets no answer", async () => {
    for (const [agent, result] of await inVain) {
      expect(errorOf(result)).toStrictEqual({
        exitCode: 69,
        error: expect.stringContaining("does not answer") as string,
      });
      expect(await isMember(agent)).toBe(false);
      expect((await agent.host.run("ip", ["link", "show", "dev", agent.interfaceName])).exitCode).not.toBe(0);
    }
  });
});
