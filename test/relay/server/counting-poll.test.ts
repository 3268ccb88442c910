import { describe, expect, it } from "vitest";
import { CountingPoll } from "../../../agent/relay/server/counting-poll.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("the poll of the counters", () => {
  it.each([
    { countingMs: 0, everyMs: 2_000 },
    { countingMs: 100, everyMs: 2_000 },
    { countingMs: 300, everyMs: 6_000 },
    { countingMs: 5_000, everyMs: 10_000 },
  ])("rests $everyMs ms where counting took $countingMs ms", async ({ countingMs, everyMs }) => {
    const clock = new FakeClock();
    const countedAt: number[] = [];
    using poll = new CountingPoll({
      clock,
      count: () => {
        countedAt.push(clock.monotonicNow());
        const { promise, resolve } = Promise.withResolvers<undefined>();
        clock.after(countingMs, () => resolve(undefined));
        return promise.then(() => undefined);
      },
      look: () => countedAt.length < 3,
    });
    poll.start();
    await clock.advance(60_000);
    const [, second = 0, third = 0] = countedAt;
    expect(third - second - countingMs).toBe(everyMs);
  });
});
