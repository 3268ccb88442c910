import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { CHANGE_MS, LOOK_MS, RelayKeeper, SAVED_BYTES } from "../../agent/mesh/relay-keeper.ts";
import { SAVED_EVERY_MS, type SavedAllocation } from "../../agent/relay/server/relay-state.ts";
import { memberIdOf, type AllocationId } from "../../protocol/ids.ts";
import { wallMs } from "../../protocol/time.ts";
import { TemporaryFolder } from "../identity/temporary-folder.ts";
import { FakeClock } from "../support/fake-clock.ts";

const ID = "a".repeat(32) as AllocationId;

/** A file in memory: time is turned by hand here, and disks do not follow. */
class PaperFile {
  readonly path = "relay-state.json";
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
    return Promise.resolve("relay-state.json.corrupt");
  }
}

const member = (n: number) => ({ memberId: memberIdOf(new Uint8Array([n])), wireguardKey: "" });
const ALLOCATION: SavedAllocation = {
  id: ID,
  pair: [member(1), member(2)],
  tier: "free",
  bandwidthBps: 0,
  quotaBytes: 0,
  requestedBy: member(1).memberId,
  notAfter: wallMs(1_900_000_000_000),
  epoch: 1,
  legKeys: { a: new Uint8Array(32), b: new Uint8Array(32) },
  held: { port: 40_000, endpoints: { a: undefined, b: undefined } },
};

async function opened() {
  const clock = new FakeClock();
  const file = new PaperFile();
  const open = () => RelayKeeper.open({ file, clock, log: silentLogger });
  return { clock, file, open, keeper: await open() };
}

//
describe("what was relayed", () => {
  it("is saved within a minute, once, and when the relay ends", async () => {
    const { clock, file, keeper, open } = await opened();
    await clock.advance(SAVED_EVERY_MS);
    expect(file.writes).toBe(0);
    keeper.usage.charge(ID, 5, clock.wallNow());
    await clock.advance(SAVED_EVERY_MS);
    expect(file.writes).toBe(1);
    await clock.advance(2 * SAVED_EVERY_MS);
    expect(file.writes).toBe(1);
    keeper.usage.charge(ID, 5, clock.wallNow());
    await keeper[Symbol.asyncDispose]();
    const again = await open();
    expect(again.usage.monthBytes(clock.wallNow())).toBe(10);
    await again[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("is saved within seconds where it is much", async () => {
    const { clock, file, keeper } = await opened();
    await using _ = keeper;
    keeper.usage.charge(ID, SAVED_BYTES - 1, clock.wallNow());
    await clock.advance(LOOK_MS);
    expect(file.writes).toBe(0);
    keeper.usage.charge(ID, 1, clock.wallNow());
    await clock.advance(LOOK_MS);
    expect(file.writes).toBe(1);
  });

  it("begins at 0 where the file is damaged, which is kept for a person to look at", async () => {
    await using folder = await TemporaryFolder.make();
    const file = folder.file("relay-state.json");
    await file.write("{");
    const clock = new FakeClock();
    await using keeper = await RelayKeeper.open({ file, clock, log: silentLogger });
    expect(keeper.usage.monthBytes(clock.wallNow())).toBe(0);
    expect(await file.read()).toBeUndefined();
  });
});

//
describe("the allocations of a relay that was killed", () => {
  it("are there for its successor, once, as they were at the last change", async () => {
    const { clock, file, keeper, open } = await opened();
    keeper.keep(() => [ALLOCATION]);
    await clock.advance(CHANGE_MS);
    expect(file.writes).toBe(1);
    const next = await open();
    expect(next.takeLeft()).toEqual([ALLOCATION]);
    expect(next.takeLeft()).toEqual([]);
  });

  it("are not forgotten by a successor that is killed before it serves them", async () => {
    const { clock, keeper, open } = await opened();
    keeper.keep(() => [ALLOCATION]);
    await clock.advance(CHANGE_MS);
    const next = await open();
    next.takeLeft();
    next.changed();
    await clock.advance(CHANGE_MS);
    expect((await open()).takeLeft()).toEqual([ALLOCATION]);
  });

  it("are written again each minute, so that the file tells how long it is since they were served", async () => {
    const { clock, file, keeper } = await opened();
    await using _ = keeper;
    keeper.keep(() => [ALLOCATION]);
    await clock.advance(CHANGE_MS);
    await clock.advance(5 * SAVED_EVERY_MS);
    expect(file.writes).toBeGreaterThanOrEqual(6);
  });

  it("are no more once the relay has ended them", async () => {
    const { clock, keeper, open } = await opened();
    let allocations = [ALLOCATION];
    keeper.keep(() => allocations);
    await clock.advance(CHANGE_MS);
    allocations = [];
    keeper.changed();
    await keeper[Symbol.asyncDispose]();
    expect((await open()).takeLeft()).toEqual([]);
  });
});
