import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import { DurableFile } from "../../cache/durable-file.ts";
import { ModelDisk } from "./model-disk.ts";

const PATH = "/state/cache.json";

async function readText(disk: ModelDisk): Promise<string | undefined> {
  const bytes = await new DurableFile(PATH, disk).read();
  return bytes && Buffer.from(bytes).toString();
}

/** The steps that one write over an existing file takes. */
async function stepsOfOneWrite(): Promise<readonly string[]> {
  const disk = new ModelDisk();
  disk.put(PATH, "old state");
  await new DurableFile(PATH, disk).write("new state");
  return disk.steps;
}

describe("DurableFile, R-205", () => {
  it("makes the content durable before the name, and the name before it resolves", async () => {
    const steps = ["list", "create", "write", "sync", "close", "rename", "syncFolder"];
    expect(await stepsOfOneWrite()).toEqual(steps);
  });

  it("holds the old or the new content after a power cut before any step, and the new one once it resolved", async () => {
    const count = (await stepsOfOneWrite()).length;
    for (let index = 0; index <= count; index += 1) {
      const disk = new ModelDisk();
      disk.put(PATH, "old state");
      disk.cutPowerAt(index);
      const isDone = await new DurableFile(PATH, disk).write("new state").then(
        () => true,
        () => false,
      );
      expect(isDone).toBe(index === count);
      for (const found of disk.afterPowerCut()) {
        const text = await readText(found);
        expect(isDone ? ["new state"] : ["old state", "new state"]).toContain(text);
        expect(found.names).toEqual(["cache.json"]);
      }
    }
  });

  it("rejects when any step fails for want of space, keeps a whole file, and works again afterwards", async () => {
    const steps = await stepsOfOneWrite();
    for (const [index, step] of steps.entries()) {
      const disk = new ModelDisk();
      disk.put(PATH, "old state");
      disk.failAt(index, "ENOSPC");
      const file = new DurableFile(PATH, disk);
      await expect(file.write("new state"), step).rejects.toMatchObject({ code: "ENOSPC" });
      expect(disk.text(PATH)).toBe(step === "syncFolder" ? "new state" : "old state");
      expect(disk.names).toEqual(["cache.json"]);
      await file.write("newer state");
      expect(disk.text(PATH)).toBe("newer state");
    }
  });

  it("writes one at a time and skips what is out of date by then", async () => {
    const disk = new ModelDisk();
    const file = new DurableFile(PATH, disk);
    const writes = ["1", "2", "3", "4"].map((text) => file.write(text));
    await writes[0];
    expect(disk.text(PATH)).toBe("1");
    await Promise.all(writes);
    expect(disk.text(PATH)).toBe("4");
    expect(disk.steps.filter((step) => step === "rename")).toHaveLength(2);
    await file.write("5");
    expect(disk.text(PATH)).toBe("5");
  });

  it("tells all who wait for the same write that it failed", async () => {
    const disk = new ModelDisk();
    disk.failAt((await stepsOfOneWrite()).length, "ENOSPC");
    const file = new DurableFile(PATH, disk);
    const results = await Promise.allSettled(["1", "2", "3"].map((text) => file.write(text)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("removes at load the temporary files that a crashed owner left, and nobody else's", async () => {
    const disk = new ModelDisk();
    disk.put("/state/.cache.json.tmp-1-1", "half a st");
    disk.put("/state/.other.json.tmp-1-1", "not ours");
    expect(await readText(disk)).toBeUndefined();
    expect(disk.names).toEqual([".other.json.tmp-1-1"]);
  });

  it("reads even where it may not remove what a crashed owner left", async () => {
    const disk = new ModelDisk();
    disk.put(PATH, "state");
    disk.put("/state/.cache.json.tmp-1-1", "half a st");
    disk.failAt(1, "EROFS");
    expect(await readText(disk)).toBe("state");
  });

  it("sets aside under a name with the time, and never over an earlier one", async () => {
    const disk = new ModelDisk();
    const file = new DurableFile(PATH, disk);
    const at = wallMs(Date.UTC(2026, 10, 21, 9, 58, 0, 123));
    for (const text of ["first", "second"]) {
      disk.put(PATH, text);
      await file.setAside(at);
    }
    expect(disk.text("cache.json.corrupt-20261121T095800123Z")).toBe("first");
    expect(disk.text("cache.json.corrupt-20261121T095800123Z-2")).toBe("second");
    expect(disk.names).toHaveLength(2);
  });
});

describe("DurableFile on the real file system", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hopwire-cache-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("makes the file readable by its owner alone, also over one that was not", async () => {
    const path = join(folder, "cache.json");
    await writeFile(path, "old", { mode: 0o644 });
    const file = new DurableFile(path);
    await file.write(new Uint8Array([0x68, 0x69]));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await file.read()) ?? []).toString()).toBe("hi");
    expect(await readdir(folder)).toEqual(["cache.json"]);
  });

  it("rejects where the folder is missing, and reads nothing there", async () => {
    const file = new DurableFile(join(folder, "missing", "cache.json"));
    expect(await file.read()).toBeUndefined();
    await expect(file.write("x")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
