import { randomInt } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { certify } from "../../agent/identity/certifying.ts";
import { keysOf as keysIn } from "../../agent/identity/identity.ts";
import { beginRotation, change, keepSuccessor, successionRequest } from "../../agent/identity/rotation.ts";
import { decodeState, encodeState } from "../../agent/identity/state.ts";
import { systemRandom } from "../../agent/random.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import { networkIdOf } from "../../protocol/ids.ts";
import { privateKeyOf } from "../../protocol/keys.ts";
import { openRecord, signRecord, type SignedRecord } from "../../protocol/record.ts";
import { wallMs } from "../../protocol/time.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { EASY_NAT, HARD_NAT, Mesh } from "./mesh.ts";
import { Pings, reaches } from "./pings.ts";

/** What is asked of a change of keys. */
const MAX_GAP_MS = 1_000;
/** An agent that was killed may have to try both sets of keys, 15 and 30 s each. */
const RECOVERY_MS = 60_000;
const DAY_MS = 86_400_000;

type State = {
  readonly identitySeed: string;
  readonly exchangeKey: string;
  readonly wireguardKey: string;
  readonly membership: { networkKey: string; networkSeed?: string; certificate: string; rotation?: unknown };
};

const statePath = (agent: LabAgent): string => join(agent.directory, "state/state.json");

async function stateOf(agent: LabAgent): Promise<State> {
  return JSON.parse(await readFile(statePath(agent), "utf8")) as State;
}

async function keysOf(agent: LabAgent): Promise<readonly string[]> {
  const { identitySeed, exchangeKey, wireguardKey } = await stateOf(agent);
  return [identitySeed, exchangeKey, wireguardKey];
}

/** What it holds of the registry. */
async function storeOf(agent: LabAgent): Promise<RecordStore> {
  const { networkKey } = (await stateOf(agent)).membership;
  const store = new RecordStore(Buffer.from(networkKey, "base64"));
  const text = await readFile(join(agent.directory, "state/registry.json"), "utf8");
  const { records } = JSON.parse(text) as { readonly records: readonly string[] };
  for (const record of records) store.apply(Buffer.from(record, "base64"), wallMs(Date.now()));
  return store;
}

function certificateOf({ membership }: State): SignedRecord {
  const network = networkIdOf(Buffer.from(membership.networkKey, "base64"));
  const opened = openRecord(new Uint8Array(Buffer.from(membership.certificate, "base64")), network);
  if (!opened.ok) throw new Error(opened.reason);
  return opened.value;
}

/** Pings from all of them to `to` while `work` is done, and for a while after; the longest time without an answer. */
async function longestGapMs(
  from: readonly LabAgent[],
  to: string,
  work: () => Promise<unknown>,
): Promise<number> {
  const all = from.map(({ host }) => new Pings(host, to));
  await Promise.all(all.map((pings) => pings.moreAnswers(10)));
  for (const pings of all) pings.takeLongestGapMs();
  await work();
  await Promise.all(all.map((pings) => pings.moreAnswers(50)));
  const gaps = all.map((pings) => pings.takeLongestGapMs());
  await Promise.all(all.map((pings) => pings.stop()));
  return Math.max(...gaps);
}

// R-1202
describeLab("a member that rotates its keys", () => {
  let mesh: Mesh;

  beforeAll(async () => {
    mesh = await Mesh.create("rotation", EASY_NAT);
    await mesh.connect();
    await Promise.all([mesh.a.waitForPath("b", "direct"), mesh.b.waitForPath("a", "direct")]);
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  it("keeps its name and addresses, and is gone for less than a second", async () => {
    const { v, a, b } = mesh;
    const { member } = await a.api.status();
    const old = await keysOf(a);
    const gapMs = await longestGapMs([v, b], member?.address4 ?? "", () => a.must("rotate-keys"));
    expect(gapMs).toBeLessThan(MAX_GAP_MS);
    const after = (await a.api.status()).member;
    expect(after).toEqual({ ...member, id: expect.not.stringMatching(member?.id ?? "") as string });
    for (const peer of [v, b]) expect((await peer.peer("a")).id).toBe(after?.id);
    expect(await reaches(b.host, member?.address6 ?? "")).toBe(true);
    // Nothing of them is left, and nobody takes them any more.
    const text = await readFile(statePath(a), "utf8");
    for (const key of old) expect(text).not.toContain(key);
  });

  it("is an admin: the founder, too, and goes on inviting", async () => {
    const { v, a } = mesh;
    const { member } = await v.api.status();
    await v.must("rotate-keys");
    expect((await v.api.status()).member).toEqual({
      ...member,
      id: expect.not.stringMatching(member?.id ?? "") as string,
    });
    await a.waitForPath("v", "direct");
    const c = await mesh.add(mesh.lab.openHost("c"));
    await c.start();
    await mesh.admit(c);
    await a.waitForPath("c", "direct");
  });

  it("can be renamed, and knows of it", async () => {
    const { v, a, b } = mesh;
    expect((await b.cli("rename", "a", "z")).exitCode).toBe(77);
    expect((await v.cli("rename", "a", "b")).exitCode).toBe(73);
    await v.must("rename", "a", "ann");
    await expect.poll(async () => (await a.api.status()).member?.name, { timeout: 10_000 }).toBe("ann");
    expect((await b.peer("ann")).path.type).toBe("direct");
    await expect.poll(async () => certificateOf(await stateOf(a)).content).toMatchObject({ name: "ann" });
    await v.must("rename", "ann", "a");
  });

  it("ends with new keys that all others take, whenever it is killed", async () => {
    const { v, a, b } = mesh;
    const { member } = await a.api.status();
    for (let round = 0; round < 6; round++) {
      const old = await keysOf(a);
      const afterMs = randomInt(900);
      const rotating = a.api.rotateKeys().catch(() => undefined);
      await wait(afterMs);
      await a.kill();
      await rotating;
      const hint = `round ${round}, killed after ${afterMs} ms`;
      await a.start();
      // What was asked for goes on by itself; what was not written down is asked for again.
      if ((await keysOf(a))[0] === old[0] && (await stateOf(a)).membership.rotation === undefined)
        await a.must("rotate-keys");
      await expect
        .poll(async () => (await stateOf(a)).membership.rotation, { timeout: RECOVERY_MS, message: hint })
        .toBeUndefined();
      const text = await readFile(statePath(a), "utf8");
      for (const key of old) expect(text, hint).not.toContain(key);
      const now = (await a.api.status()).member;
      expect(now, hint).toEqual({ ...member, id: now?.id });
      for (const peer of [v, b]) {
        await expect
          .poll(async () => (await peer.peer("a")).id, { timeout: 10_000, message: hint })
          .toBe(now?.id);
        await peer.waitForPath("a", "direct");
        await expect
          .poll(() => reaches(peer.host, member?.address4 ?? ""), { timeout: 10_000, message: hint })
          .toBe(true);
      }
    }
  });

  // The instant that no kill hits: the new keys are in use, and nobody has heard of it.
  it("goes back to the old keys to tell the others, where it was killed before it could", async () => {
    const { v, a, b } = mesh;
    const { member } = await a.api.status();
    await a.stop();
    const path = statePath(a);
    const store = await storeOf(v);
    let state = beginRotation(decodeState(await readFile(path, "utf8"), path), systemRandom).state;
    const request = successionRequest(state);
    const founder = decodeState(await readFile(statePath(v), "utf8"), statePath(v));
    const now = wallMs(Date.now());
    const answer = request && certify(founder, store.roster, keysIn(state).id, request, now);
    if (answer?.ok !== true) throw new Error("not certified");
    state = change(keepSuccessor(state, answer.certificate).state, now).state;
    await writeFile(path, encodeState(state));
    await a.start();
    await expect
      .poll(async () => (await stateOf(a)).membership.rotation, { timeout: RECOVERY_MS })
      .toBeUndefined();
    expect(a.log).toContain("trying the other set of keys");
    expect((await a.api.status()).member).toEqual({ ...member, id: keysIn(state).id });
    for (const peer of [v, b])
      await expect.poll(async () => (await peer.peer("a")).id, { timeout: 10_000 }).toBe(keysIn(state).id);
    await Promise.all([v.waitForPath("a", "direct"), b.waitForPath("a", "direct")]);
  });

  it("has its certificate renewed when a third of its life is left, by an admin's host, without anybody's doing", async () => {
    const { v, a } = mesh;
    await a.stop();
    const own = await stateOf(a);
    const { networkSeed = "" } = (await stateOf(v)).membership;
    const { content, network, issuedAt } = certificateOf(own);
    const head = { network, sequence: Date.now(), issuedAt, expiresAt: wallMs(Date.now() + 20 * DAY_MS) };
    const short = signRecord(content, head, privateKeyOf("ed25519", Buffer.from(networkSeed, "base64")));
    const membership = { ...own.membership, certificate: Buffer.from(short.bytes).toString("base64") };
    await writeFile(statePath(a), JSON.stringify({ ...own, membership }));
    await v.stop();
    await a.start();
    expect((await a.api.status()).warnings).toEqual([expect.stringContaining("runs out in 20 days")]);
    await v.start();
    await expect
      .poll(async () => certificateOf(await stateOf(a)).expiresAt ?? 0, { timeout: RECOVERY_MS })
      .toBeGreaterThan(Date.now() + 300 * DAY_MS);
    expect((await a.api.status()).warnings).toEqual([]);
  });
});

// R-1202
describeLab("a member behind an endpoint-dependent NAT that rotates its keys", () => {
  it("is gone for less than a second for those that it is relayed to", async () => {
    await using mesh = await Mesh.create("rotation-relayed", HARD_NAT);
    await mesh.connect();
    const { a, b } = mesh;
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
    const { member } = await a.api.status();
    const gapMs = await longestGapMs([b], member?.address4 ?? "", () => a.must("rotate-keys"));
    expect(gapMs).toBeLessThan(MAX_GAP_MS);
  });
});
