import { Low } from "lowdb";
import { describe, expect, it } from "vitest";
import { DurableFile } from "../../cache/durable-file.ts";
import { describeReport, NewerStateError, StateAdapter, type StateCodec } from "../../cache/state-adapter.ts";
import { ModelDisk } from "./model-disk.ts";
import { NOW } from "./samples.ts";

const PATH = "/state/count.txt";

/** A number per file; "v9" stands for a later version's file. */
const numbers: StateCodec<number> = {
  encode: String,
  decode(text) {
    if (text === "v9") return { outcome: "newer", reason: "it has version 9" };
    return /^\d+$/.test(text)
      ? { outcome: "restored", value: Number(text) }
      : { outcome: "corrupt", reason: "not-a-number" };
  },
};

function open(disk: ModelDisk): { adapter: StateAdapter<number>; low: Low<number> } {
  const adapter = new StateAdapter(new DurableFile(PATH, disk), numbers, () => NOW);
  return { adapter, low: new Low<number>(adapter, 7) };
}

describe("StateAdapter under lowdb, R-204 R-205", () => {
  it("starts with the default where there is no file, and reads back what it wrote", async () => {
    const disk = new ModelDisk();
    const { low } = open(disk);
    await low.read();
    expect(low.data).toBe(7);
    await low.update(() => (low.data = 8));
    const again = open(disk);
    await again.low.read();
    expect(again.low.data).toBe(8);
    expect(again.adapter.report).toBeUndefined();
  });

  it.each(["", "garbage", "\0\0\0"])(
    "sets a file aside that holds %j, with its content, and says so",
    async (text) => {
      const disk = new ModelDisk();
      disk.put(PATH, text);
      const { adapter, low } = open(disk);
      await low.read();
      expect(low.data).toBe(7);
      const report = adapter.report;
      expect(report).toMatchObject({ type: "set-aside", path: PATH, reason: "not-a-number" });
      if (report?.type !== "set-aside") return;
      expect(disk.text(report.setAsidePath)).toBe(text);
      expect(disk.text(PATH)).toBeUndefined();
      expect(describeReport(report)).toBe(
        `${PATH} was damaged (not-a-number) and is kept as ${report.setAsidePath}`,
      );
    },
  );

  it("sets aside what is no UTF-8", async () => {
    const disk = new ModelDisk();
    await new DurableFile(PATH, disk).write(new Uint8Array([0x31, 0xff, 0xfe]));
    const { adapter, low } = open(disk);
    await low.read();
    expect(adapter.report).toMatchObject({ type: "set-aside", reason: "not-utf8" });
  });

  it("rejects a later version's file by name, and leaves it alone", async () => {
    const disk = new ModelDisk();
    disk.put(PATH, "v9");
    const { low } = open(disk);
    const error: unknown = await low.read().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NewerStateError);
    expect(error).toHaveProperty("message", `${PATH} was written by a later version: it has version 9`);
    expect(disk.text(PATH)).toBe("v9");
    expect(describeReport({ type: "newer", path: PATH, reason: "it has version 9" })).toContain("left alone");
  });
});
