import { describe, expect, it } from "vitest";
import { isReached, type Row } from "../../scripts/bench/report.ts";
import { SCENARIOS, type Scenario } from "../../scripts/sim/registry/scenarios.ts";
import { World } from "../../scripts/sim/registry/world.ts";

/** So that a flood is over soon; ten thousand are for the simulation itself. */
const options = { floodRecords: 600, progress: (): void => undefined };

async function missed(scenario: Scenario, seed: number, count: number): Promise<readonly string[]> {
  const rows = await SCENARIOS[scenario](new World({ ...options, seed, count }));
  return rows.filter((row) => !isReached(row)).map(({ what, samples }) => `${what}: ${samples.join()}`);
}

// The goals are those of 1,000 members; `npm run sim:registry` holds that many to them.
describe("members that gossip over a lossy network", () => {
  //
  it.each([1, 2, 3])("hear of a new record within five seconds (seed %i)", async (seed) => {
    expect(await missed("news", seed, 30)).toEqual([]);
  });

  //
  it.each([1, 2])(
    "hear of everything within half a minute after an hour in two halves (seed %i)",
    async (seed) => {
      expect(await missed("partition", seed, 20)).toEqual([]);
    },
  );

  //
  it("do so as well while some of them restart all the time, and are equal in the end", async () => {
    expect(await missed("churn", 1, 30)).toEqual([]);
  });

  //
  it("are not slowed down by one that floods them, nor hold more for it", async () => {
    expect(await missed("flood", 1, 12)).toEqual([]);
  });

  //
  it.each([1, 2])(
    "never take back who was revoked, also from one that was away for a month (seed %i)",
    async (seed) => {
      expect(await missed("revoke", seed, 30)).toEqual([]);
    },
  );

  it("do the same again for the same seed, and something else for another", () => {
    const figures = (seed: number): readonly Row[] =>
      SCENARIOS.churn(new World({ ...options, seed, count: 12 }));
    const [first, again, other] = [figures(1), figures(1), figures(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
