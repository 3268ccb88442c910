import { expect, it } from "vitest";
import { every } from "../../agent/mesh/every.ts";
import { FakeClock } from "../support/fake-clock.ts";

it("periodic work begins after one interval and ends when it is told to", async () => {
  const clock = new FakeClock();
  const atMs: number[] = [];
  const end = every(clock, 100, () => atMs.push(clock.monotonicNow()));
  await clock.advance(250);
  expect(atMs).toEqual([100, 200]);
  end();
  await clock.advance(1_000);
  expect(atMs).toHaveLength(2);
  expect(clock.pending).toBe(0);
});

it("periodic work may end itself", async () => {
  const clock = new FakeClock();
  const end = every(clock, 100, () => end());
  await clock.advance(1_000);
  expect(clock.pending).toBe(0);
});
