import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "../../scripts/sim/registry/event-queue.ts";

describe("virtual time", () => {
  it("runs what falls due in order of time, and of scheduling where the time is the same", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const queue = new EventQueue();
        const ran: (readonly [number, number])[] = [];
        for (const [serial, time] of times.entries()) queue.at(time, () => ran.push([time, serial]));
        queue.run(20);
        const expected = times.map((time, serial) => [time, serial] as const);
        expect(ran).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });

  it("runs what is due at its end, and leaves what comes a moment later", () => {
    const queue = new EventQueue();
    const ran: string[] = [];
    queue.at(10, () => ran.push("at"));
    queue.at(10.001, () => ran.push("later"));
    queue.run(10);
    expect([ran, queue.now]).toEqual([["at"], 10]);
  });

  it("puts everything off by what is skipped", () => {
    const queue = new EventQueue();
    let at = 0;
    queue.after(5, () => (at = queue.now));
    queue.skip(100);
    queue.run(200);
    expect(at).toBe(105);
  });

  it("stops when it is told that it is done", () => {
    const queue = new EventQueue();
    let ran = 0;
    for (const time of [1, 2, 3]) queue.at(time, () => ran++);
    queue.run(10, () => ran === 2);
    expect([ran, queue.now]).toEqual([2, 2]);
  });
});
