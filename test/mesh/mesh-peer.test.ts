import { describe, expect, it } from "vitest";
import { awaitHandshake, pathInfo, shownType } from "../../agent/mesh/mesh-peer.ts";
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
  const now = monotonicMs(10_000);

  it("of a path that is being checked is that it is relayed", () => {
    expect(shownType("checking")).toBe("relayed");
  });

  it("of a relayed path is the round trip over the overlay, not the one to the relay", () => {
    const entry = freshEntry();
    entry.relayRttMs = 5;
    expect(pathInfo(entry, now).rttMs).toBeUndefined();
    entry.echoRttMs = 40;
    expect(pathInfo(entry, now).rttMs).toBe(40);
  });

  it("of a relayed path is the sum of both legs, where both are measured", () => {
    const entry = freshEntry();
    entry.echoRttMs = 40;
    for (let probe = 0; probe < 4; probe++)
      entry.quality.onLegProbed(monotonicMs(now + 1_000 * probe), probe === 0 ? undefined : 10);
    const count = { probes: 4, lost: 0 };
    const leg = { recent: count, all: count, rttMs: 25, jitterMs: 1 };
    entry.quality.onReport({ leg, direct: leg, avoids: undefined, measuring: false }, now);
    expect(pathInfo(entry, now)).toMatchObject({ rttMs: 35, loss: 0.25 });
  });
});
