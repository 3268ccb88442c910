import { describe, expect, it } from "vitest";
import { RestartPace } from "../../agent/mesh/restart-pace.ts";
import { FakeClock } from "../support/fake-clock.ts";

function paceOn(clock: FakeClock): { pace: RestartPace; times: number[] } {
  const times: number[] = [];
  return { pace: new RestartPace(clock, () => times.push(clock.monotonicNow())), times };
}

//
describe("beginning anew with all peers", () => {
  it("happens at once for the first six reasons, and once for all others within five seconds", async () => {
    const clock = new FakeClock();
    const { pace, times } = paceOn(clock);
    for (let i = 0; i < 10; i++) {
      pace.ask();
      await clock.advance(50);
    }
    expect(times).toEqual([0, 50, 100, 150, 200, 250]);
    await clock.advance(4_500);
    expect(times.slice(6)).toEqual([5_000]);
  });

  it("happens at once again after five seconds without a reason", async () => {
    const clock = new FakeClock();
    const { pace, times } = paceOn(clock);
    for (let i = 0; i < 6; i++) pace.ask();
    await clock.advance(5_000);
    pace.ask();
    expect(times.at(-1)).toBe(5_000);
  });

  it("leaves no timer", () => {
    const clock = new FakeClock();
    const { pace } = paceOn(clock);
    for (let i = 0; i < 7; i++) pace.ask();
    pace[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});
