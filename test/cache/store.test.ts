import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { UNPROVEN_EXPIRY_MS } from "../../cache/bounds.ts";
import {
  ConnectionCache,
  FLUSH_DELAY_MS,
  LAZY_FLUSH_DELAY_MS,
  RETRY_DELAY_MS,
  type CacheLog,
} from "../../cache/store.ts";
import { HandClock } from "./hand-clock.ts";
import { ModelDisk } from "./model-disk.ts";
import { ALICE, BOB, endpoint, OTHER_RELAY, RELAY } from "./samples.ts";

const PATH = "/state/cache.json";
const worked = { peer: ALICE, endpoint: endpoint(1), outcome: "success" } as const;

async function open(disk: ModelDisk, clock = new HandClock(), log: CacheLog = silentLogger) {
  const { cache, report } = await ConnectionCache.open(PATH, { clock, log, fs: disk });
  return { cache, report, clock };
}

const addresses = (cache: ConnectionCache, peer = ALICE): string[] =>
  cache.dialOrder(peer).map((candidate) => candidate.endpoint.address);

describe("ConnectionCache", () => {
  //
  it("dials after a restart what worked before it, best first", async () => {
    const disk = new ModelDisk();
    {
      await using cache = (await open(disk)).cache;
      cache.observeEndpoint({ peer: ALICE, endpoint: endpoint(2), kind: "host", source: "record" });
      cache.recordDirect(worked);
      cache.recordRelay({ peer: ALICE, relay: RELAY, outcome: "success" });
    }
    const { cache } = await open(disk);
    expect(addresses(cache)).toEqual(["203.0.113.1", "203.0.113.2"]);
    expect(cache.lastWorked(ALICE)).toMatchObject({ type: "direct", endpoint: endpoint(1) });
    expect(cache.needsRelayFirst(ALICE)).toBe(false);
    expect(cache.relayOrder(ALICE, [OTHER_RELAY, RELAY])[0]?.relay).toBe(RELAY);
    expect(cache.describe().map(({ type }) => type)).toEqual(["endpoint", "endpoint", "relay"]);
  });

  it("writes a second after the first change, however many follow, and then once", async () => {
    const disk = new ModelDisk();
    const { cache, clock } = await open(disk);
    for (let last = 1; last <= 9; last += 1) {
      cache.recordDirect({ ...worked, endpoint: endpoint(last) });
      clock.advance(FLUSH_DELAY_MS / 10);
    }
    expect(disk.steps).not.toContain("write");
    clock.advance(FLUSH_DELAY_MS / 10);
    await cache.flush();
    expect(disk.steps.filter((step) => step === "write")).toHaveLength(1);
    expect(addresses((await open(disk)).cache)).toHaveLength(9);
    expect(clock.pending).toBe(0);
  });

  it("lets a minute pass before it writes what only confirms the known, unless news comes first", async () => {
    const disk = new ModelDisk();
    const { cache, clock } = await open(disk);
    cache.recordDirect(worked);
    await cache.flush();
    const writes = (): number => disk.steps.filter((step) => step === "create").length;
    cache.recordDirect({ ...worked, rttMs: 20 });
    clock.advance(LAZY_FLUSH_DELAY_MS - 1);
    expect(writes()).toBe(1);
    clock.advance(1);
    await cache.flush();
    expect(writes()).toBe(2);
    cache.recordDirect({ ...worked, rttMs: 30 });
    cache.recordDirect({ ...worked, outcome: "failure" });
    clock.advance(FLUSH_DELAY_MS);
    await cache.flush();
    expect(writes()).toBe(3);
    expect(clock.pending).toBe(0);
  });

  //
  it("warns when the disk is full, keeps its memory, and tries again after half a minute", async () => {
    const disk = new ModelDisk();
    const warnings: string[] = [];
    const failed = Promise.withResolvers<undefined>();
    const log: CacheLog = {
      warn(fields, message) {
        expect(fields).toHaveProperty("err.code", "ENOSPC");
        warnings.push(message);
        failed.resolve(undefined);
      },
    };
    const { cache, clock } = await open(disk, new HandClock(), log);
    cache.recordDirect(worked);
    disk.failAt(disk.steps.length, "ENOSPC");
    clock.advance(FLUSH_DELAY_MS);
    await failed.promise;
    expect(warnings).toEqual(["connection cache not written"]);
    expect(addresses(cache)).toHaveLength(1);
    cache.recordDirect({ ...worked, endpoint: endpoint(2) });
    clock.advance(RETRY_DELAY_MS - 1);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    await cache.flush();
    expect(addresses((await open(disk)).cache)).toHaveLength(2);
  });

  it("rejects a flush that failed, and a later one makes good", async () => {
    const disk = new ModelDisk();
    const { cache } = await open(disk);
    cache.recordDirect(worked);
    disk.failAt(disk.steps.length, "EIO");
    await expect(cache.flush()).rejects.toMatchObject({ code: "EIO" });
    await cache.flush();
    expect(addresses((await open(disk)).cache)).toHaveLength(1);
  });

  //
  it("has forgotten a revoked member in memory at once, and on disk when it says so", async () => {
    const disk = new ModelDisk();
    const { cache } = await open(disk);
    cache.recordDirect(worked);
    cache.recordDirect({ ...worked, peer: BOB });
    cache.recordRelay({ peer: BOB, relay: ALICE, outcome: "success" });
    await cache.flush();
    const forgotten = cache.forget(ALICE);
    expect(cache.exportText()).not.toContain(ALICE);
    await forgotten;
    for (const found of disk.afterPowerCut()) {
      expect(found.text(PATH)).toContain(BOB);
      expect(found.text(PATH)).not.toContain(ALICE);
    }
    await cache.retainMembers(new Set());
    for (const found of disk.afterPowerCut()) expect(found.text(PATH)).not.toContain(BOB);
  });

  //
  it("drops what expired while it was not running, and what expires while it is", async () => {
    const disk = new ModelDisk();
    const { cache, clock } = await open(disk);
    const observation = { peer: ALICE, kind: "host", source: "record" } as const;
    cache.observeEndpoint({ ...observation, endpoint: endpoint(1) });
    await cache.flush();
    clock.advance(UNPROVEN_EXPIRY_MS + 1);
    expect(addresses((await open(disk, clock)).cache)).toEqual([]);
    cache.prune();
    expect(addresses(cache)).toEqual([]);
  });

  //
  it.each(["", "{", '{"version":2,"peers":7}'])("starts empty beside a file that holds %j", async (text) => {
    const disk = new ModelDisk();
    disk.put(PATH, text);
    const { cache, report } = await open(disk);
    expect(report?.type).toBe("set-aside");
    expect(cache.describe()).toEqual([]);
    cache.recordDirect(worked);
    await cache.flush();
    expect(disk.names.map((name) => disk.text(name))).toContain(text);
    expect((await open(disk)).report).toBeUndefined();
  });

  //
  it("works in memory beside a newer file, and leaves that alone", async () => {
    const disk = new ModelDisk();
    disk.put(PATH, '{"version":3}');
    const { cache, report } = await open(disk);
    expect(report).toMatchObject({ type: "newer", path: PATH });
    cache.recordDirect(worked);
    await cache[Symbol.asyncDispose]();
    expect(addresses(cache)).toHaveLength(1);
    expect(disk.text(PATH)).toBe('{"version":3}');
    expect(disk.names).toEqual(["cache.json"]);
  });

  //
  it("stores an older file in the current version with the next change", async () => {
    const disk = new ModelDisk();
    disk.put(PATH, readFileSync(new URL("./fixtures/cache-v1.json", import.meta.url), "utf8"));
    const { cache, report } = await open(disk);
    expect(report).toBeUndefined();
    cache.recordDirect(worked);
    await cache.flush();
    expect(disk.text(PATH)).toMatch(/^\{"version":2,.*203\.0\.113\.7:51820/);
  });

  it("rejects where the file system does, rather than start empty over what it cannot read", async () => {
    const disk = new ModelDisk();
    disk.put(PATH, "{}");
    disk.failAt(1, "EACCES");
    await expect(open(disk)).rejects.toMatchObject({ code: "EACCES" });
  });

  //
  it("imports its own export elsewhere, and refuses by name what is none", async () => {
    const { cache } = await open(new ModelDisk());
    cache.recordDirect(worked);
    const other = (await open(new ModelDisk())).cache;
    expect(other.importText(cache.exportText(), new Set([ALICE]))).toEqual({
      ok: true,
      value: { added: 1, ignored: 0 },
    });
    expect(addresses(other)).toEqual(["203.0.113.1"]);
    expect(other.importText("{", new Set([ALICE]))).toEqual({ ok: false, reason: "not-json" });
    expect(other.importText('{"version":9}', new Set([ALICE]))).toMatchObject({ ok: false });
    expect(addresses(other)).toEqual(["203.0.113.1"]);
  });

  it("leaves no timer behind when it is disposed of", async () => {
    const { cache, clock } = await open(new ModelDisk());
    cache.recordDirect(worked);
    expect(clock.pending).toBe(1);
    await cache[Symbol.asyncDispose]();
    cache.recordDirect({ ...worked, endpoint: endpoint(2) });
    expect(clock.pending).toBe(0);
  });
});
