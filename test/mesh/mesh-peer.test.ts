import { describe, expect, it } from "vitest";
import { awaitHandshake, countProbe, pathInfo, shownType } from "../../agent/mesh/mesh-peer.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { endpoint, freshEntry } from "./samples.ts";

describe("a handshake that does not come about", () => {
  const NOW = monotonicMs(10_000);
  const delaysMs = (begins: boolean): readonly (number | undefined)[] =>
    [0, 1, 2, 3].map((tries) => {
      const awaited = awaitHandshake(endpoint(1), tries, begins, NOW);
      return awaited === undefined ? undefined : awaited.retryAt - NOW;
    });

  it("is tried again by the end that begins: soon, then after more than a satellite's round trip, then no more", () => {
    expect(delaysMs(true)).toEqual([250, 1_200, 1_200, undefined]);
  });

  it("is tried by the other end only after the first one has had its turn, at every try", () => {
    const [first, other] = [delaysMs(true), delaysMs(false)];
    expect(other).toEqual([1_500, 3_400, 3_400, undefined]);
    for (const [tries, delayMs] of other.slice(0, 3).entries()) {
      expect(delayMs).toBeGreaterThan((first[tries] ?? 0) + 1_000);
    }
  });
});

describe("what people are shown", () => {
  it("of a path that is being checked is that it is relayed", () => {
    expect(shownType("checking")).toBe("relayed");
  });

  it("of a relayed path is the round trip over the overlay, not the one to the relay", () => {
    const entry = freshEntry();
    entry.relayRttMs = 5;
    expect(pathInfo(entry).rttMs).toBeUndefined();
    entry.echoRttMs = 40;
    expect(pathInfo(entry).rttMs).toBe(40);
  });

  it("of loss begins with the first probe and follows some thirty of them", () => {
    const entry = freshEntry();
    expect(entry.loss).toBeUndefined();
    countProbe(entry, false);
    expect(entry.loss).toBe(1);
    for (let probe = 0; probe < 30; probe++) countProbe(entry, true);
    expect(entry.loss).toBeLessThan(0.15);
    expect(entry.loss).toBeGreaterThan(0.1);
  });
});
