import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AgentError } from "../../agent/errors.ts";
import { silentLogger } from "../../agent/log.ts";
import type { GossipMessage } from "../../agent/registry/gossip-message.ts";
import { Registry } from "../../agent/registry/registry.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryFile } from "./memory-file.ts";
import {
  adminCertificateOf,
  announced,
  certificateOf,
  FOUNDER,
  NETWORK,
  NETWORK_KEY,
  networkRecord,
  RELAY,
  revocationOf,
  testHost,
} from "./network.ts";

const base = [networkRecord(), adminCertificateOf(1), certificateOf(2, FOUNDER)].map(({ bytes }) => bytes);
const PEER = "e".repeat(32) as MemberId;
const OTHER = "f".repeat(32) as MemberId;

type Opened = {
  readonly registry: Registry;
  readonly clock: FakeClock;
  readonly sent: { to: MemberId; message: GossipMessage; durable: string | undefined }[];
};

async function open(
  file: MemoryFile,
  copy = new MemoryFile(),
): Promise<Opened & Awaited<ReturnType<typeof Registry.open>>> {
  const clock = new FakeClock();
  const sent: Opened["sent"] = [];
  const opened = await Registry.open({
    networkKey: NETWORK_KEY,
    ownId: FOUNDER.id,
    file,
    copy,
    clock,
    log: silentLogger,
  });
  opened.registry.sendBy((to, message) => sent.push({ to, message, durable: file.content }));
  return { ...opened, clock, sent };
}

describe("what the registry holds", () => {
  it("survives a restart", async () => {
    const file = new MemoryFile();
    const first = await open(file);
    await first.registry.publish(base);
    const second = await open(file);
    expect(second.loaded).toEqual({ records: 3, refused: new Map(), setAside: undefined, fromCopy: 0 });
    expect(second.registry.roster.members).toEqual(first.registry.roster.members);
  });

  it("is written a few seconds after it came from others, once for all of it", async () => {
    const file = new MemoryFile();
    const { registry, clock } = await open(file);
    await registry.receive(PEER, { kind: "records", records: base.slice(0, 2) });
    await registry.receive(PEER, { kind: "records", records: base.slice(2) });
    await clock.advance(4_999);
    expect(file.writes).toBe(0);
    await clock.advance(1);
    expect(file.writes).toBe(1);
    await clock.advance(60_000);
    expect(file.writes).toBe(1);
  });

  it("is written when the registry is closed, and no timer is left", async () => {
    const file = new MemoryFile();
    const { registry, clock } = await open(file);
    await registry.receive(PEER, { kind: "records", records: base });
    await registry[Symbol.asyncDispose]();
    expect([file.writes, clock.pending]).toEqual([1, 0]);
    expect((await open(file)).loaded.records).toBe(3);
  });

  it("is tried again half a minute after the disk was full", async () => {
    const file = new MemoryFile();
    const { registry, clock } = await open(file);
    file.fault = new Error("ENOSPC");
    await registry.receive(PEER, { kind: "records", records: base });
    await clock.advance(5_000);
    file.fault = undefined;
    await clock.advance(29_999);
    expect(file.content).toBeUndefined();
    await clock.advance(1);
    expect(file.content).toContain(NETWORK);
  });
});

describe("a record of this host, and any revocation", () => {
  it("is durable before anybody hears of it", async () => {
    const { registry, sent } = await open(new MemoryFile());
    registry.connected(PEER);
    sent.length = 0;
    await registry.publish(base);
    await registry.receive(OTHER, { kind: "records", records: [revocationOf(2, FOUNDER).bytes] });
    const hasBeenSaved = sent.map(({ message, durable }) => {
      const records = message.kind === "records" ? message.records : [];
      return records.every((bytes) => durable?.includes(Buffer.from(bytes).toString("base64")) === true);
    });
    expect(hasBeenSaved).toEqual([true, true]);
  });

  it("is not announced when it cannot be saved, if it is this host's own", async () => {
    const file = new MemoryFile();
    const { registry, sent } = await open(file);
    registry.connected(PEER);
    sent.length = 0;
    file.fault = new Error("ENOSPC");
    await expect(registry.publish(base)).rejects.toMatchObject({ code: "state.io" });
    expect(sent).toEqual([]);
  });

  it("is passed on even when it cannot be saved, if it revokes", async () => {
    const file = new MemoryFile();
    const { registry, sent } = await open(file);
    await registry.publish(base);
    registry.connected(PEER);
    sent.length = 0;
    file.fault = new Error("ENOSPC");
    await registry.receive(OTHER, { kind: "records", records: [revocationOf(2, FOUNDER).bytes] });
    expect(sent).toHaveLength(1);
  });

  it("that the own store refuses is a bug", async () => {
    const { registry } = await open(new MemoryFile());
    await expect(registry.publish([certificateOf(2, FOUNDER).bytes])).rejects.toMatchObject({
      code: "internal.bug",
    });
  });
});

//
describe("a damaged file", () => {
  const texts = base.map((bytes) => Buffer.from(bytes).toString("base64"));
  const whole = JSON.stringify({ version: 1, network: NETWORK, records: texts });
  const aside = "/state/file.corrupt";

  it.each(["", "{", "[]", '{"version":1}', `{"version":1,"network":"${NETWORK}","records":[5]}`])(
    "%j is set aside, and the registry starts empty where there is no copy",
    async (text) => {
      const file = new MemoryFile(text);
      const { loaded } = await open(file);
      expect(loaded).toEqual({ records: 0, refused: new Map(), setAside: aside, fromCopy: 0 });
      expect(file.asides).toEqual([text]);
    },
  );

  it("that was cut gives the records before the cut, and says that one was lost", async () => {
    const file = new MemoryFile(whole.slice(0, -60));
    const { loaded, registry } = await open(file);
    expect(loaded).toMatchObject({ records: 2, setAside: aside, fromCopy: 0 });
    expect(registry.roster.members.size).toBe(1);
    // What was saved is durable at once.
    expect(file.content).toContain(texts[1]);
    expect(file.content).not.toContain(texts[2]);
  });

  it("with a bit that changed loses that record alone", async () => {
    const [first = "", ...rest] = texts;
    const flipped = `${first.slice(0, 150)}${first[150] === "A" ? "B" : "A"}${first.slice(151)}`;
    const { loaded } = await open(
      new MemoryFile(JSON.stringify({ version: 1, network: NETWORK, records: [flipped, ...rest] })),
    );
    expect(loaded).toEqual({
      records: 2,
      refused: new Map([["record-signature", 1]]),
      setAside: aside,
      fromCopy: 0,
    });
  });

  it("is made up for by the copy of the last start, so that the member still knows whom to ask", async () => {
    const [file, copy] = [new MemoryFile(whole), new MemoryFile()];
    await open(file, copy);
    expect(copy.content).toBe(whole);
    file.content = "{";
    const { loaded, registry } = await open(file, copy);
    expect(loaded).toEqual({ records: 3, refused: new Map(), setAside: aside, fromCopy: 3 });
    expect(registry.roster.members.size).toBe(2);
    file.content = undefined; // as a crash leaves it that came between setting aside and saving
    expect((await open(file, copy)).loaded).toMatchObject({ records: 3, setAside: undefined, fromCopy: 3 });
    expect(file.content).toContain(texts[2]);
  });

  it("and a damaged copy together give what is sound in either", async () => {
    const file = new MemoryFile(whole.replace(texts[2] ?? "", "#"));
    const copy = new MemoryFile(whole.slice(0, -1).replace(texts[0] ?? "", "#"));
    expect((await open(file, copy)).loaded).toMatchObject({ records: 3, fromCopy: 1 });
  });

  it("of another network is set aside, and nothing of it is taken", async () => {
    const { loaded } = await open(new MemoryFile(whole.replace(NETWORK, "x")));
    expect(loaded.setAside).toBeDefined();
    const foreign = await open(new MemoryFile(`{"version":1,"network":"x","records":[]}`));
    expect(foreign.loaded).toMatchObject({ records: 0, setAside: aside });
  });

  it("with some bad records gives the good ones, and says what was wrong with the others", async () => {
    const records = [...base, new Uint8Array([255]), new Uint8Array(3_000)].map((bytes) =>
      Buffer.from(bytes).toString("base64"),
    );
    const { loaded } = await open(new MemoryFile(JSON.stringify({ version: 1, network: NETWORK, records })));
    expect(loaded).toMatchObject({ records: 3, setAside: aside });
    expect(loaded.refused).toEqual(
      new Map([
        ["record-malformed", 1],
        ["record-too-long", 1],
      ]),
    );
  });

  it.each(["", "}", '{"version":1}'])("of a later version is left alone, also before %j", async (end) => {
    const file = new MemoryFile(`{"version":2,"network":"${NETWORK}"${end}`);
    await expect(open(file)).rejects.toMatchObject({ code: "state.newer" });
    expect([file.asides, file.writes]).toEqual([[], 0]);
  });

  it("never makes the start fail, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), fc.string(), async (from, to, noise) => {
        const text = `${whole.slice(0, from)}${noise}${whole.slice(to)}`;
        const opened = await open(new MemoryFile(text)).catch((error: unknown) => error);
        const code = opened instanceof AgentError ? opened.code : "opened";
        expect(["opened", "state.newer"]).toContain(code);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the copy", () => {
  it("is written at the start and then once an hour, with what changed", async () => {
    const copy = new MemoryFile();
    const { registry, clock } = await open(new MemoryFile(), copy);
    await registry.publish(base.slice(0, 2));
    expect(copy.writes).toBe(1);
    await clock.advance(3_599_999);
    await registry.publish(base.slice(2));
    expect(copy.writes).toBe(1);
    await clock.advance(1);
    await registry.publish([announced(RELAY, testHost(2)).bytes]);
    expect(copy.writes).toBe(2);
  });

  it("is done without where it cannot be written", async () => {
    const copy = new MemoryFile();
    copy.fault = new Error("EACCES");
    const { registry } = await open(new MemoryFile(), copy);
    await registry.publish(base);
    expect(registry.roster.members.size).toBe(2);
  });
});

it("tells its listeners of what was admitted, and of what ran out", async () => {
  const { registry, clock } = await open(new MemoryFile());
  const heard: string[] = [];
  const stop = registry.onChange((roster, admitted) => {
    heard.push(`${roster.members.size} ${roster.relays.size} ${admitted.length}`);
  });
  await registry.publish([...base, announced(RELAY, testHost(2)).bytes]);
  registry.sweep();
  await clock.advance(86_400_000);
  registry.sweep();
  stop();
  await registry.publish([revocationOf(2, FOUNDER).bytes]);
  expect(heard).toEqual(["2 1 4", "2 0 0"]);
});
