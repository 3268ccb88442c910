import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import {
  EXPIRY_MS,
  MAX_PEERS,
  MAX_ROWS,
  PEER_LIMITS,
  prune,
  UNPROVEN_EXPIRY_MS,
} from "../../cache/bounds.ts";
import { EMPTY_CACHE, type CacheData, type EndpointHistory, type PeerHistory } from "../../cache/data.ts";
import { observeEndpoint, recordDirect, recordRelay } from "../../cache/events.ts";
import { encodeCache } from "../../cache/schema.ts";
import { ago, ALICE, BOB, DAY_MS, endpoint, history, member, MINUTE_MS, NOW, RELAY } from "./samples.ts";

const observe = (data: CacheData, peer: string, last: number, port: number, now = NOW): CacheData =>
  observeEndpoint(data, { peer, endpoint: endpoint(last, port), kind: "host", source: "signalling" }, now);

const endpointsOf = (data: CacheData, peer: string): string[] =>
  Object.keys(data.peers[peer]?.endpoints ?? {});

describe("bounds, R-206", () => {
  it("a peer that announces a thousand endpoints keeps the best sixteen, and displaces none that works", () => {
    let data = recordDirect(EMPTY_CACHE, { peer: ALICE, endpoint: endpoint(1), outcome: "success" }, NOW);
    for (let port = 1; port <= 1000; port += 1) data = observe(data, ALICE, 2, port);
    expect(endpointsOf(data, ALICE)).toHaveLength(PEER_LIMITS.endpoints);
    expect(endpointsOf(data, ALICE)).toContain("203.0.113.1:51820");
  });

  it("a new endpoint takes the place of one that failed", () => {
    let data = EMPTY_CACHE;
    for (let port = 1; port <= PEER_LIMITS.endpoints; port += 1) data = observe(data, ALICE, 2, port);
    data = recordDirect(data, { peer: ALICE, endpoint: endpoint(2, 7), outcome: "failure" }, NOW);
    data = observe(data, ALICE, 3, 1);
    expect(endpointsOf(data, ALICE)).toHaveLength(PEER_LIMITS.endpoints);
    expect(endpointsOf(data, ALICE)).toContain("203.0.113.3:1");
    expect(endpointsOf(data, ALICE)).not.toContain("203.0.113.2:7");
  });

  it("keeps eight relays per peer", () => {
    let data = EMPTY_CACHE;
    for (let i = 0; i < 20; i += 1) {
      data = recordRelay(data, { peer: ALICE, relay: member(i), outcome: "success", rttMs: 20 + i }, NOW);
    }
    expect(Object.keys(data.peers[ALICE]?.relays ?? {})).toEqual(
      Array.from({ length: PEER_LIMITS.relays }, (_, i) => member(i)),
    );
  });

  it("drops the peer heard from longest ago when there is one too many", () => {
    let data = EMPTY_CACHE;
    for (let i = 0; i <= MAX_PEERS; i += 1)
      data = observe(data, member(i), 1, 1, ago((MAX_PEERS - i) * 1000));
    expect(Object.keys(data.peers)).toHaveLength(MAX_PEERS);
    expect(data.peers[member(0)]).toBeUndefined();
    expect(data.peers[member(MAX_PEERS)]).toBeDefined();
  });

  it("stays within its rows in total, and below 3 MB", () => {
    const longest: EndpointHistory = {
      kind: "server-reflexive",
      source: "signalling",
      relay: RELAY,
      attempts: Number.MAX_SAFE_INTEGER,
      successes: Number.MAX_SAFE_INTEGER,
      lastOutcome: "success",
      firstSeenAt: NOW,
      lastSeenAt: NOW,
      lastSuccessAt: NOW,
      rttMs: 12345.67,
      loss: 0.1234,
    };
    const rows = Array.from({ length: PEER_LIMITS.endpoints }, (_, i) => [
      `[2001:db8:1111:2222:3333:4444:5555:${(0x6000 + i).toString(16)}]:51820`,
      longest,
    ]);
    const peer: PeerHistory = { endpoints: Object.fromEntries(rows) as PeerHistory["endpoints"], relays: {} };
    const peers = Object.fromEntries(Array.from({ length: MAX_PEERS }, (_, i) => [member(i), peer]));
    const data = prune({ ...EMPTY_CACHE, peers }, NOW);
    expect(Object.keys(data.peers)).toHaveLength(MAX_ROWS / PEER_LIMITS.endpoints);
    expect(Buffer.byteLength(encodeCache(data))).toBeLessThan(3_000_000);
  });
});

describe("prune, R-206", () => {
  it("drops what never worked a week after it was last mentioned", () => {
    const data = observe(EMPTY_CACHE, ALICE, 1, 1, ago(UNPROVEN_EXPIRY_MS));
    expect(prune(data, NOW)).toBe(data);
    expect(prune(data, wallMs(NOW + 1)).peers).toEqual({});
  });

  it("drops what worked a month after it was last seen", () => {
    const direct = { peer: ALICE, endpoint: endpoint(1), outcome: "success" } as const;
    let data = recordDirect(EMPTY_CACHE, direct, ago(EXPIRY_MS));
    data = recordRelay(data, { peer: BOB, relay: RELAY, outcome: "success" }, ago(EXPIRY_MS));
    expect(prune(data, NOW)).toBe(data);
    expect(prune(data, wallMs(NOW + 1)).peers).toEqual({});
  });

  it("drops nothing because the clock went back", () => {
    const data = observe(EMPTY_CACHE, ALICE, 1, 1, NOW);
    expect(prune(data, ago(365 * DAY_MS))).toBe(data);
  });

  it("drops the expired row and keeps the others", () => {
    let data = observe(EMPTY_CACHE, ALICE, 1, 1, ago(UNPROVEN_EXPIRY_MS + MINUTE_MS));
    data = observe(data, ALICE, 2, 2, NOW);
    expect(endpointsOf(prune(data, NOW), ALICE)).toEqual(["203.0.113.2:2"]);
  });

  it("is idempotent", () => {
    fc.assert(
      fc.property(history, fc.nat(40 * DAY_MS), (apply, laterMs) => {
        const once = prune(apply(EMPTY_CACHE), wallMs(NOW + laterMs));
        expect(prune(once, wallMs(NOW + laterMs))).toBe(once);
      }),
    );
  });
});
