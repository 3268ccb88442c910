import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import { EMPTY_CACHE, type CacheData } from "../../cache/data.ts";
import {
  dialOrder,
  DIRECT_MEMORY_MS,
  lastWorked,
  needsRelayFirst,
  RELAY_FIRST_AFTER_ATTEMPTS,
  relayOrder,
} from "../../cache/dial.ts";
import { observeEndpoint, recordDirect, recordRelay } from "../../cache/events.ts";
import { ago, ALICE, BOB, endpoint, history, member, MINUTE_MS, NOW, OTHER_RELAY, RELAY } from "./samples.ts";

const UNTRIED_RELAY = "e".repeat(32);

const observe = (data: CacheData, last: number, kind: "host" | "server-reflexive" | "relayed" = "host") =>
  observeEndpoint(
    data,
    { peer: ALICE, endpoint: endpoint(last), kind, source: "signalling" },
    ago(MINUTE_MS),
  );
const direct = (data: CacheData, last: number, outcome: "success" | "failure", now = NOW): CacheData =>
  recordDirect(data, { peer: ALICE, endpoint: endpoint(last), outcome }, now);
const relayed = (data: CacheData, relay: string, outcome: "success" | "failure", now = NOW, peer = ALICE) =>
  recordRelay(data, { peer, relay, outcome }, now);

describe("dialOrder, R-207", () => {
  it("puts what worked first, then what was not tried, then what failed, then relayed ones", () => {
    let data = [1, 2, 3].reduce((d, last) => observe(d, last), EMPTY_CACHE);
    data = observe(data, 4, "relayed");
    data = direct(direct(data, 1, "failure"), 3, "success");
    expect(dialOrder(data, ALICE, NOW).map((c) => c.endpoint.address)).toEqual([
      "203.0.113.3",
      "203.0.113.2",
      "203.0.113.1",
      "203.0.113.4",
    ]);
  });

  it("is empty for a peer that nothing is known of", () => {
    expect(dialOrder(EMPTY_CACHE, ALICE, NOW)).toEqual([]);
  });

  it("names every endpoint once, in falling score", () => {
    fc.assert(
      fc.property(history, fc.nat(5), (apply, index) => {
        const data = apply(EMPTY_CACHE);
        const order = dialOrder(data, member(index), NOW);
        expect(order).toHaveLength(Object.keys(data.peers[member(index)]?.endpoints ?? {}).length);
        const totals = order.map(({ score }) => score.total);
        expect(totals).toEqual(totals.toSorted((a, b) => b - a));
      }),
    );
  });
});

describe("relayOrder, R-202 R-203", () => {
  it("prefers a relay that worked with this peer, then one that worked for others, then an untried one, then a failed one", () => {
    let data = relayed(EMPTY_CACHE, RELAY, "success");
    data = relayed(data, OTHER_RELAY, "success", NOW, BOB);
    data = relayed(data, member(1), "failure");
    const order = relayOrder(data, ALICE, [member(1), UNTRIED_RELAY, OTHER_RELAY, RELAY], NOW);
    expect(order.map(({ relay, basis }) => [relay, basis])).toEqual([
      [RELAY, "this-peer"],
      [OTHER_RELAY, "other-peers"],
      [UNTRIED_RELAY, "untried"],
      [member(1), "this-peer"],
    ]);
  });

  it("offers only the relays that it is given, and goes by id where nothing tells them apart", () => {
    const data = relayed(EMPTY_CACHE, RELAY, "success");
    const order = relayOrder(data, ALICE, [member(2), member(1)], NOW);
    expect(order.map(({ relay }) => relay)).toEqual([member(1), member(2)]);
  });

  it("prefers the nearer of two relays that work", () => {
    const attempt = { peer: ALICE, outcome: "success" } as const;
    let data = recordRelay(EMPTY_CACHE, { ...attempt, relay: RELAY, rttMs: 80 }, NOW);
    data = recordRelay(data, { ...attempt, relay: OTHER_RELAY, rttMs: 10 }, NOW);
    expect(relayOrder(data, ALICE, [RELAY, OTHER_RELAY], NOW)[0]?.relay).toBe(OTHER_RELAY);
  });

  it("does not blame a relay for one of several peers that it failed to reach", () => {
    let data = relayed(EMPTY_CACHE, RELAY, "success", ago(MINUTE_MS), BOB);
    data = relayed(data, RELAY, "failure", NOW, member(1));
    expect(relayOrder(data, ALICE, [RELAY], NOW)[0]?.score.parts.lastOutcome).toBe(1);
  });
});

describe("needsRelayFirst", () => {
  const failures = (count: number): CacheData =>
    Array.from({ length: count }).reduce<CacheData>((d) => direct(d, 1, "failure"), observe(EMPTY_CACHE, 1));

  it("is false for a peer that nothing is known of", () => {
    expect(needsRelayFirst(EMPTY_CACHE, ALICE, NOW)).toBe(false);
  });

  it("holds from the third failed attempt on", () => {
    expect(needsRelayFirst(failures(RELAY_FIRST_AFTER_ATTEMPTS - 1), ALICE, NOW)).toBe(false);
    expect(needsRelayFirst(failures(RELAY_FIRST_AFTER_ATTEMPTS), ALICE, NOW)).toBe(true);
  });

  it("ends with the first direct success, and holds again once that is more than a week old", () => {
    const data = direct(failures(RELAY_FIRST_AFTER_ATTEMPTS), 1, "success", ago(DIRECT_MEMORY_MS));
    expect(needsRelayFirst(data, ALICE, NOW)).toBe(false);
    expect(needsRelayFirst(data, ALICE, wallMs(NOW + 1))).toBe(true);
  });

  it("does not count a relayed endpoint that works", () => {
    const data = direct(observe(failures(RELAY_FIRST_AFTER_ATTEMPTS), 2, "relayed"), 2, "success");
    expect(needsRelayFirst(data, ALICE, NOW)).toBe(true);
  });
});

describe("lastWorked", () => {
  it("is undefined where nothing ever worked", () => {
    expect(lastWorked(direct(observe(EMPTY_CACHE, 1), 1, "failure"), ALICE, NOW)).toBeUndefined();
  });

  it("names the endpoint that worked last", () => {
    const data = direct(direct(EMPTY_CACHE, 1, "success"), 2, "success", ago(MINUTE_MS));
    expect(lastWorked(data, ALICE, NOW)).toEqual({ type: "direct", endpoint: endpoint(1), at: NOW });
  });

  it("stays direct while a standby relay goes on working beside it", () => {
    const data = relayed(direct(EMPTY_CACHE, 1, "success", ago(60 * MINUTE_MS)), RELAY, "success");
    expect(lastWorked(data, ALICE, NOW)?.type).toBe("direct");
  });

  it("is the relay once the direct endpoint has failed, or has not worked for a week", () => {
    const worked = relayed(direct(EMPTY_CACHE, 1, "success", ago(DIRECT_MEMORY_MS)), RELAY, "success");
    expect(lastWorked(direct(worked, 1, "failure"), ALICE, NOW)).toEqual({
      type: "relayed",
      relay: RELAY,
      at: NOW,
    });
    expect(lastWorked(worked, ALICE, NOW)?.type).toBe("direct");
    expect(lastWorked(worked, ALICE, wallMs(NOW + 1))?.type).toBe("relayed");
  });
});
