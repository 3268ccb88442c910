import { readFile, stat, writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Identity, keysOf, nextSequence } from "../../agent/identity/identity.ts";
import { decodeState, encodeState, freshState, type IdentityState } from "../../agent/identity/state.ts";
import { MAX_FUTURE_MS } from "../../agent/registry/store.ts";
import { memberIdOf } from "../../protocol/ids.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { founder, invite, join, NOW, random } from "./hosts.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

async function open(folder: TemporaryFolder): Promise<Identity> {
  return Identity.open(folder.file("state.json"), new FakeClock(), random);
}

function fullState(): IdentityState {
  const host = founder();
  join(host, "host");
  invite(host, "guest");
  return host.state;
}

describe("a host's keys", () => {
  it("are made once, in a file of their own that only the owner may read", async () => {
    await using folder = await TemporaryFolder.make();
    const first = await open(folder);
    const second = await open(folder);
    expect(second.state).toEqual(first.state);
    expect((await stat(joinPath(folder.path, "state.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  });

  it("make the member's id, and a WireGuard key that is clamped as wg does it", () => {
    const state = freshState(random);
    const keys = keysOf(state);
    expect(keys.id).toBe(memberIdOf(keys.identityKey));
    const raw = Buffer.from(state.wireguardKey, "base64");
    expect([(raw[0] ?? 0) & 7, (raw[31] ?? 0) & 0xc0]).toEqual([0, 0x40]);
  });
});

describe("the state file", () => {
  it("gives back all that was written", () => {
    const state = fullState();
    expect(decodeState(encodeState(state), "p")).toEqual(JSON.parse(JSON.stringify(state)));
  });

  it("of a later version is refused and left alone", async () => {
    await using folder = await TemporaryFolder.make();
    const path = joinPath(folder.path, "state.json");
    const text = '{"version":2,"anything":[]}';
    await writeFile(path, text);
    await expect(open(folder)).rejects.toMatchObject({ code: "state.newer" });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it.each(["", "{", "null", "{}", '{"version":"1"}', '{"version":1}', "\u0000\u0000"])(
    "that holds %j is refused and left alone",
    async (text) => {
      await using folder = await TemporaryFolder.make();
      const path = joinPath(folder.path, "state.json");
      await writeFile(path, text);
      await expect(open(folder)).rejects.toMatchObject({ code: "state.corrupt" });
      expect(await readFile(path, "utf8")).toBe(text);
    },
  );

  it("that cannot be written changes nothing", async () => {
    await using folder = await TemporaryFolder.make();
    const file = folder.file("state.json");
    let isFull = false;
    const identity = await Identity.open(
      {
        path: file.path,
        read: () => file.read(),
        write: (content) => (isFull ? Promise.reject(new Error("ENOSPC")) : file.write(content)),
      },
      new FakeClock(),
      random,
    );
    const before = identity.state;
    isFull = true;
    await expect(identity.reserveSequences(1)).rejects.toMatchObject({ code: "state.io" });
    expect(identity.state).toBe(before);
    isFull = false;
    expect(await identity.reserveSequences(1)).toBe(NOW);
  });
});

describe("sequence numbers", () => {
  it("are never given twice, however many ask at once, also after a restart", async () => {
    await using folder = await TemporaryFolder.make();
    const identity = await open(folder);
    const firsts = await Promise.all([2, 3, 1].map((count) => identity.reserveSequences(count)));
    expect(firsts).toEqual([NOW, NOW + 2, NOW + 5]);
    expect(await (await open(folder)).reserveSequences(1)).toBe(NOW + 6);
  });

  it("go on from the last one when the clock went back, unless others take that for the future", () => {
    const state = freshState(random);
    const after = (highestSequence: number): number => nextSequence({ ...state, highestSequence }, NOW);
    expect(after(NOW - 5)).toBe(NOW);
    expect(after(NOW + MAX_FUTURE_MS)).toBe(NOW + MAX_FUTURE_MS + 1);
    expect(after(NOW + MAX_FUTURE_MS + 1)).toBe(NOW);
  });
});

// No private key in errors, logs or JSON.
describe("private keys", () => {
  const state = fullState();
  const secrets = [
    state.identitySeed,
    state.exchangeKey,
    state.wireguardKey,
    state.membership?.networkSeed ?? "",
    ...(state.membership?.secrets.map(({ secret }) => secret) ?? []),
  ];
  const leaks = (text: string): readonly string[] =>
    secrets.filter(
      (secret) => text.includes(secret) || text.includes(Buffer.from(secret, "base64").toString("hex")),
    );

  it("are all there to be looked for", () => {
    expect(secrets.filter((secret) => secret.length === 44)).toHaveLength(5);
    expect(leaks(encodeState(state))).toHaveLength(5);
  });

  it("are in no error about the file, wherever it is damaged", () => {
    const text = encodeState(state);
    const damaged = [
      ...Array.from({ length: 40 }, (_, index) => text.slice(0, Math.floor((text.length * index) / 40))),
      ...["identitySeed", "exchangeKey", "wireguardKey", "networkSeed", "epoch", "expiresAt", "id"].map(
        (name) => text.replace(`"${name}":`, `"${name}":null,"was":`),
      ),
      ...secrets.map((secret) => text.replace(secret, `${secret}x`)),
    ];
    for (const content of damaged) {
      let thrown: unknown;
      try {
        decodeState(content, "/state/state.json");
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: "state.corrupt" });
      expect(leaks(inspect(thrown, { depth: 10, showHidden: true }) + JSON.stringify(thrown))).toEqual([]);
    }
  });

  it("are in nothing that an identity or its keys print or serialize as", async () => {
    await using folder = await TemporaryFolder.make();
    await writeFile(joinPath(folder.path, "state.json"), encodeState(state));
    const identity = await open(folder);
    for (const value of [identity, identity.keys])
      expect(leaks(inspect(value, { depth: 10 }) + JSON.stringify(value))).toEqual([]);
  });
});
