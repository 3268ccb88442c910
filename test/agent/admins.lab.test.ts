import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { networkIdOf } from "../../protocol/ids.ts";
import { privateKeyOf } from "../../protocol/keys.ts";
import { openRecord, signRecord, type SignedRecord } from "../../protocol/record.ts";
import { wallMs } from "../../protocol/time.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { EASY_NAT, Mesh } from "./mesh.ts";
import { reaches } from "./pings.ts";

type State = {
  readonly identitySeed: string;
  readonly membership: { readonly networkKey: string; readonly certificate: string };
};

async function stateOf(agent: LabAgent): Promise<State> {
  return JSON.parse(await readFile(join(agent.directory, "state/state.json"), "utf8")) as State;
}

function certificateOf({ membership }: State): SignedRecord {
  const network = networkIdOf(Buffer.from(membership.networkKey, "base64"));
  const opened = openRecord(new Uint8Array(Buffer.from(membership.certificate, "base64")), network);
  if (!opened.ok) throw new Error(opened.reason);
  return opened.value;
}

const namesAt = async (agent: LabAgent): Promise<readonly string[]> =>
  (await agent.api.peers()).map(({ name }) => name).toSorted();

// R-1202
describeLab("a second admin", () => {
  let mesh: Mesh;
  let c: LabAgent;

  beforeAll(async () => {
    mesh = await Mesh.create("admins", EASY_NAT);
    c = await mesh.add(mesh.lab.openHost("c"));
    await Promise.all([mesh.found(), mesh.a.start(), mesh.b.start(), c.start()]);
    await mesh.a.must("join", await mesh.v.must("invite", "a", "--admin"));
    await mesh.a.waitForPath("v", "direct");
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  it("invites members, but no admins", async () => {
    const { v, a, b } = mesh;
    expect(await a.cli("invite", "x", "--admin")).toMatchObject({
      exitCode: 77,
      stderr: expect.stringContaining("only the founder's host") as string,
    });
    await b.must("join", await a.must("invite", "b"));
    await Promise.all([b.waitForPath("v", "direct"), v.waitForPath("b", "direct")]);
    expect((await b.cli("invite", "x")).exitCode).toBe(77);
    const author = certificateOf(await stateOf(b)).author;
    expect(author).not.toEqual(certificateOf(await stateOf(a)).author);
  });

  it("that is revoked is cut off, and what it had signed is signed anew by whoever revokes it", async () => {
    const { v, a, b } = mesh;
    const before = certificateOf(await stateOf(b));
    const token = await a.must("invite", "c");
    await v.must("revoke", "a");
    await expect.poll(() => namesAt(b), { timeout: 10_000 }).toEqual(["v"]);
    await expect.poll(() => namesAt(v), { timeout: 10_000 }).toEqual(["b"]);
    expect(await reaches(b.host, (await b.peer("v")).address4)).toBe(true);
    await expect
      .poll(async () => certificateOf(await stateOf(b)).author, { timeout: 10_000 })
      .toEqual(certificateOf(await stateOf(v)).author);
    expect(certificateOf(await stateOf(b)).content).toEqual(before.content);
    // Its open invites end with it.
    const joined = await c.run(["join", token], { timeoutMs: 40_000 });
    expect(joined.exitCode).not.toBe(0);
    expect((await c.api.status()).member).toBeNull();
  });

  it("makes nobody a member with its key afterwards, however it dates what it signs", async () => {
    const { v, a, b } = mesh;
    const thief = await stateOf(a);
    const own = certificateOf(await stateOf(b));
    if (own.content.kind !== "member") throw new Error("no certificate");
    const forged = signRecord(
      { ...own.content, name: "mallory" },
      {
        network: own.network,
        sequence: Date.now(),
        issuedAt: wallMs(own.issuedAt - 86_400_000),
        expiresAt: wallMs(Date.now() + 86_400_000),
      },
      privateKeyOf("ed25519", Buffer.from(thief.identitySeed, "base64")),
    );
    // A member that believes its own disk has it, and passes on what it has.
    await b.stop();
    const path = join(b.directory, "state/registry.json");
    const registry = JSON.parse(await readFile(path, "utf8")) as { records: string[] };
    registry.records.push(Buffer.from(forged.bytes).toString("base64"));
    await writeFile(path, JSON.stringify(registry));
    await b.start();
    await Promise.all([b.waitForPath("v", "direct"), v.waitForPath("b", "direct")]);
    expect((await b.api.status()).member?.name).toBe("b");
    expect(await namesAt(v)).toEqual(["b"]);
    expect((await v.api.peers()).map(({ id }) => id)).toEqual([(await b.api.status()).member?.id]);
  });
});
