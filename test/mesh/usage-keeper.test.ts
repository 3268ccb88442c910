import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { SAVE_MS, UsageKeeper } from "../../agent/mesh/usage-keeper.ts";
import type { AllocationId } from "../../protocol/ids.ts";
import { TemporaryFolder } from "../identity/temporary-folder.ts";
import { FakeClock } from "../support/fake-clock.ts";

const ID = "a".repeat(32) as AllocationId;

/** A file in memory: time is turned by hand here, and disks do not follow. */
class PaperFile {
  readonly path = "usage.json";
  content: string | undefined;
  writes = 0;

  read(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.content === undefined ? undefined : Buffer.from(this.content));
  }

  write(content: string | Uint8Array): Promise<void> {
    this.content = content.toString();
    this.writes += 1;
    return Promise.resolve();
  }

  setAside(): Promise<string> {
    this.content = undefined;
    return Promise.resolve("usage.json.corrupt");
  }
}

//
describe("what was relayed", () => {
  it("is saved a minute later, once, and again when the relay ends", async () => {
    const clock = new FakeClock();
    const file = new PaperFile();
    const keeper = await UsageKeeper.open({ file, clock, log: silentLogger });
    await clock.advance(SAVE_MS);
    expect(file.writes).toBe(0);
    keeper.usage.charge(ID, 5, clock.wallNow());
    await clock.advance(2 * SAVE_MS);
    expect(file.writes).toBe(1);
    keeper.usage.charge(ID, 5, clock.wallNow());
    await keeper[Symbol.asyncDispose]();
    const again = await UsageKeeper.open({ file, clock, log: silentLogger });
    expect(again.usage.monthBytes(clock.wallNow())).toBe(10);
    await again[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("begins at 0 where the file is damaged, which is kept for a person to look at", async () => {
    await using folder = await TemporaryFolder.make();
    const file = folder.file("usage.json");
    await file.write("{");
    const clock = new FakeClock();
    await using keeper = await UsageKeeper.open({ file, clock, log: silentLogger });
    expect(keeper.usage.monthBytes(clock.wallNow())).toBe(0);
    expect(await file.read()).toBeUndefined();
  });
});
