import { describe, expect, it } from "vitest";
import { lanSecretOf } from "../../../agent/registry/lan/lan-secret.ts";
import { MAX_SIGHTINGS, Sightings, type Sighting } from "../../../agent/registry/lan/sightings.ts";
import { WINDOW_MS } from "../../../agent/registry/lan/tag.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const secret = lanSecretOf(1, new Uint8Array(32));
const sighting = (number: number, salt = "00"): Sighting => ({
  at: { address: `192.168.${Math.floor(number / 250)}.${(number % 250) + 1}`, port: 51_820 },
  salt,
  secret,
});
const at = monotonicMs;

//
describe("an announcement that was heard", () => {
  it("is asked about at once, again after a minute, and after five where it was answered", () => {
    const sightings = new Sightings();
    sightings.add(sighting(1), at(0));
    expect(sightings.due(at(0), 9)).toEqual([sighting(1)]);
    expect(sightings.due(at(59_999), 9)).toEqual([]);
    expect(sightings.due(at(60_000), 9)).toHaveLength(1);
    sightings.answered(sighting(1), at(60_000));
    expect(sightings.due(at(359_999), 9)).toEqual([]);
    expect(sightings.due(at(360_000), 9)).toHaveLength(1);
  });

  it("is asked about no sooner where it is heard again, but where its owner has made a new one", () => {
    const sightings = new Sightings();
    sightings.add(sighting(1), at(0));
    sightings.due(at(0), 9);
    sightings.add(sighting(1), at(1));
    expect(sightings.due(at(1), 9)).toEqual([]);
    sightings.add(sighting(1, "01"), at(2));
    expect(sightings.due(at(2), 9)).toEqual([sighting(1, "01")]);
    expect(sightings.size).toBe(1);
  });

  it("is forgotten when it is taken back, and when two windows have gone by without it", () => {
    const sightings = new Sightings();
    sightings.add(sighting(1), at(0));
    sightings.add(sighting(2), at(0));
    sightings.remove(sighting(1).at, "another");
    sightings.remove(sighting(2).at, "00");
    expect(sightings.size).toBe(1);
    expect(sightings.due(at(2 * WINDOW_MS - 1), 9)).toHaveLength(1);
    expect(sightings.due(at(2 * WINDOW_MS), 9)).toEqual([]);
    expect(sightings.size).toBe(0);
  });

  it("displaces the oldest where there are too many", () => {
    const sightings = new Sightings();
    for (let n = 0; n <= MAX_SIGHTINGS; n++) sightings.add(sighting(n), at(n));
    expect(sightings.size).toBe(MAX_SIGHTINGS);
    const due = sightings.due(at(999), MAX_SIGHTINGS);
    expect(due).toHaveLength(MAX_SIGHTINGS);
    expect(due).not.toContainEqual(sighting(0));
  });

  it("waits for its turn where fewer may be asked about at once", () => {
    const sightings = new Sightings();
    for (const n of [1, 2, 3]) sightings.add(sighting(n), at(0));
    expect(sightings.due(at(0), 2)).toHaveLength(2);
    expect(sightings.due(at(0), 2)).toEqual([sighting(3)]);
    expect(sightings.due(at(60_000), 0)).toEqual([]);
  });
});
