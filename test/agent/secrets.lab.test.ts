import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { decodeInvite } from "../../protocol/invite.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";
import { pathWith, type ProgramPath } from "./program-path.ts";

type State = {
  readonly identitySeed: string;
  readonly exchangeKey: string;
  readonly wireguardKey: string;
  readonly membership?: {
    readonly networkSeed?: string;
    readonly secrets: readonly { readonly secret: string }[];
  };
};

const stateOf = async (agent: LabAgent): Promise<State> =>
  JSON.parse(await readFile(join(agent.directory, "state/state.json"), "utf8")) as State;

/** Everything that a state keeps from the world, by name. */
function secretsIn(owner: string, state: State): readonly (readonly [string, string])[] {
  const { identitySeed, exchangeKey, wireguardKey, membership } = state;
  const all = {
    identitySeed,
    exchangeKey,
    wireguardKey,
    ...(membership?.networkSeed === undefined ? {} : { networkSeed: membership.networkSeed }),
  };
  return [
    ...Object.entries(all).map(([name, text]) => [`${owner}: ${name}`, text] as const),
    ...(membership?.secrets ?? []).map(({ secret }) => [`${owner}: network secret`, secret] as const),
  ];
}

/** The ways in which 32 bytes get into a text by mistake: encoded, or as a printed array, Buffer or Uint8Array. */
function spellings(base64: string): readonly string[] {
  const bytes = Buffer.from(base64, "base64");
  const first = [...bytes.subarray(0, 8)];
  return [
    base64.replace(/=+$/, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    first.join(","),
    first.join(", "),
    first.map((byte, index) => `"${index}":${byte}`).join(","),
  ];
}

const READERS: readonly (readonly string[])[] = [
  ["status"],
  ["peers"],
  ["relay", "status"],
  ["relay", "list"],
  ["netcheck"],
  ["cache", "list"],
  ["cache", "show", "v"],
  ["cache", "export"],
  ["ping", "v", "--count", "1"],
];

/** Each fails, at the parser, at the agent or at the issuer. */
const MISTAKES: readonly (readonly string[])[] = [
  ["init", "--name", "again"],
  ["join", "hopwire2-AAAA"],
  ["invite", "v"],
  ["revoke", "nobody"],
  ["ping", "nobody"],
  ["cache", "show", "nobody"],
];

//
describeLab("a private key, a network secret or an invite", () => {
  let mesh: Mesh;
  let programs: ProgramPath;
  /** By where they were found. */
  const texts = new Map<string, string>();
  const secrets = new Map<string, string>();
  const tokens = new Map<string, string>();

  const note = async (agent: LabAgent): Promise<void> => {
    for (const [name, text] of secretsIn(agent.name, await stateOf(agent)))
      secrets.set(`${name} ${text}`, text);
  };
  const hear = async (agent: LabAgent, args: readonly string[]): Promise<void> => {
    const { stdout, stderr } = await agent.run([...args, "--json"]);
    texts.set(`${agent.name}: hopwire ${args.join(" ")}`, stdout + stderr);
  };
  /** The token goes by standard input, as a careful person does it. */
  const admit = async (agent: LabAgent): Promise<void> => {
    const token = await mesh.v.must("invite", agent.name);
    tokens.set(agent.name, token);
    const { exitCode, stdout, stderr } = await agent.run(["join", "-"], { input: token });
    expect(exitCode).toBe(0);
    texts.set(`${agent.name}: hopwire join`, stdout + stderr);
  };

  beforeAll(async () => {
    mesh = await Mesh.create("secrets", HARD_NAT);
    programs = await pathWith();
    await programs.record();
    const { v, a, b } = mesh;
    const agents = [v, a, b];
    const env = { PATH: programs.path, HOPWIRE_LOG_LEVEL: "trace" };
    await Promise.all([mesh.found(env), a.start(env), b.start(env)]);
    await admit(a);
    await admit(b);
    await a.waitForPath("b", "relayed");
    for (const agent of agents) await note(agent);
    for (const args of [...READERS, ...MISTAKES]) await Promise.all(agents.map((agent) => hear(agent, args)));
    await v.must("revoke", "b");
    // The new secret reaches who stays.
    const secretsOfA = async (): Promise<number | undefined> => (await stateOf(a)).membership?.secrets.length;
    await vi.waitFor(async () => expect(await secretsOfA()).toBe(2), { timeout: 10_000 });
    for (const agent of agents) await note(agent);
    for (const agent of agents) {
      await agent.stop();
      texts.set(`${agent.name}: log`, agent.log);
    }
    const state = join(a.directory, "state/state.json");
    await writeFile(
      state,
      (await readFile(state, "utf8")).replace('"highestSequence":', '"highestSequence":x'),
    );
    const { stdout, stderr } = await a.run(["daemon"]);
    texts.set("a: error of a damaged state", stdout + stderr);
    await writeFile(state, (await readFile(state, "utf8")).replace('"identitySeed":"', '"identitySeed":"!'));
    texts.set("a: error of a damaged key", (await a.run(["daemon"])).stderr);
    texts.set("programs that were started", await programs.started());
    for (const agent of agents) {
      for (const name of ["state/registry.json", "state/cache.json"])
        texts.set(`${agent.name}: ${name}`, await readFile(join(agent.directory, name), "utf8"));
    }
  });
  afterAll(async () => {
    await programs[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  it("is in no argument, environment, log, answer, error, registry or cache", () => {
    const temporary = [...tokens].map(([name, token]) => {
      const invite = decodeInvite(token);
      if (!invite.ok) throw new Error(invite.reason);
      return [`${name}: temporary key`, invite.value.temporaryKey] as const;
    });
    // Three of each member, the founder's network key, two secrets, two temporary keys.
    const wanted = [...secrets, ...temporary];
    expect(wanted.length).toBeGreaterThanOrEqual(14);
    const found = [...texts].flatMap(([place, text]) =>
      [
        ...wanted.flatMap(([name, secret]) =>
          spellings(secret).some((s) => text.includes(s)) ? [name] : [],
        ),
        ...[...tokens].flatMap(([name, token]) => (text.includes(token) ? [`${name}: invite`] : [])),
      ].map((name) => `${place} holds ${name}`),
    );
    expect(found).toEqual([]);
  });

  it("was in use all the time, so that it could have been found", async () => {
    const stateOfV = await stateOf(mesh.v);
    const started = texts.get("programs that were started") ?? "";
    expect(started).toMatch(/^wg set \S+ .*private-key \/dev\/stdin/m);
    expect(started).toMatch(/^nft -f -/m);
    expect(started).toMatch(/^wireguard-go |^ip link add .*type wireguard/m);
    expect(texts.get("a: log")).toMatch(/"level":20,/);
    expect(texts.get("a: hopwire status")).toContain('"network": "demo"');
    expect(texts.get("a: error of a damaged state")).toContain("damaged");
    for (const [name, secret] of secretsIn("v", stateOfV)) {
      expect(
        spellings(secret).some((text) => JSON.stringify(stateOfV).includes(text)),
        name,
      ).toBe(true);
    }
  });

  it("is no field of a log, and neither is a relay token", () => {
    for (const [place, text] of texts) {
      if (!place.endsWith(": log")) continue;
      expect(text).not.toMatch(/"(?:\w*[sS]ecret|legKey|privateKey|temporaryKey|token|seed|password|mac)":/);
      expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/);
    }
  });

  it("lies in files that only their owner can read", async () => {
    for (const { directory } of [mesh.v, mesh.a, mesh.b]) {
      const folder = join(directory, "state");
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      for (const name of await readdir(folder)) {
        // Written by this test, by its own rules.
        if (directory === mesh.a.directory && name === "state.json") continue;
        expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
      }
    }
  });
});
