import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatEndpoint } from "../../protocol/endpoint.ts";
import { EMPTY_CACHE, type CacheData } from "../../cache/data.ts";
import { forget, observeEndpoint, recordDirect, recordRelay, retainMembers } from "../../cache/events.ts";
import { decodeCache, encodeCache } from "../../cache/schema.ts";
import { ago, ALICE, BOB, endpoint, history, MINUTE_MS, NOW, OTHER_RELAY, RELAY } from "./samples.ts";

const seen = (data: CacheData, last: number, now = NOW): CacheData =>
  observeEndpoint(
    data,
    { peer: ALICE, endpoint: endpoint(last), kind: "server-reflexive", source: "signalling" },
    now,
  );

describe("observeEndpoint, R-201", () => {
  it("keeps a set: a second endpoint does not replace the first", () => {
    const data = seen(seen(EMPTY_CACHE, 1), 2);
    expect(Object.keys(data.peers[ALICE]?.endpoints ?? {})).toEqual([
      "203.0.113.1:51820",
      "203.0.113.2:51820",
    ]);
  });

  it("moves the last sighting and its source, and keeps the first sighting and the experience", () => {
    const before = recordDirect(
      seen(EMPTY_CACHE, 1, ago(9 * MINUTE_MS)),
      { peer: ALICE, endpoint: endpoint(1), outcome: "success", rttMs: 20 },
      ago(5 * MINUTE_MS),
    );
    const data = observeEndpoint(
      before,
      { peer: ALICE, endpoint: endpoint(1), kind: "peer-reflexive", source: "wireguard" },
      NOW,
    );
    expect(data.peers[ALICE]?.endpoints["203.0.113.1:51820"]).toEqual({
      kind: "server-reflexive",
      source: "wireguard",
      attempts: 1,
      successes: 1,
      lastOutcome: "success",
      firstSeenAt: ago(9 * MINUTE_MS),
      lastSeenAt: NOW,
      lastSuccessAt: ago(5 * MINUTE_MS),
      rttMs: 20,
    });
  });

  it("lets what the peer says of an endpoint replace what was inferred from packets", () => {
    const inferred = recordDirect(
      EMPTY_CACHE,
      { peer: ALICE, endpoint: endpoint(1), outcome: "success" },
      ago(MINUTE_MS),
    );
    expect(inferred.peers[ALICE]?.endpoints["203.0.113.1:51820"]?.kind).toBe("peer-reflexive");
    expect(seen(inferred, 1).peers[ALICE]?.endpoints["203.0.113.1:51820"]?.kind).toBe("server-reflexive");
  });

  it.each([
    "127.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1",
    "::ffff:127.0.0.1",
    "x",
  ])("takes no endpoint at %s, to which a member must not be able to aim our packets", (address) => {
    const bad = { address, port: 51_820 };
    const observation = { peer: ALICE, endpoint: bad, kind: "host", source: "record" } as const;
    expect(observeEndpoint(EMPTY_CACHE, observation, NOW)).toBe(EMPTY_CACHE);
    expect(recordDirect(EMPTY_CACHE, { peer: ALICE, endpoint: bad, outcome: "success" }, NOW)).toBe(
      EMPTY_CACHE,
    );
  });

  it("knows an IPv6 endpoint by one key, however its address is written", () => {
    const observe = (data: CacheData, address: string): CacheData =>
      observeEndpoint(
        data,
        { peer: ALICE, endpoint: { address, port: 1 }, kind: "host", source: "record" },
        NOW,
      );
    const data = observe(observe(EMPTY_CACHE, "2001:DB8:0::1"), "2001:db8::1");
    expect(Object.keys(data.peers[ALICE]?.endpoints ?? {})).toEqual(["[2001:db8::1]:1"]);
  });

  it("refuses a member id that would make the file refuse itself", () => {
    const observation = { endpoint: endpoint(1), kind: "host", source: "record" } as const;
    for (const peer of ["", "alice", "__proto__", "A".repeat(32)]) {
      expect(() => observeEndpoint(EMPTY_CACHE, { ...observation, peer }, NOW)).toThrow(TypeError);
    }
  });
});

describe("recordDirect, R-201", () => {
  it("counts attempts and successes; a failure is no sighting", () => {
    let data = seen(EMPTY_CACHE, 1, ago(3 * MINUTE_MS));
    data = recordDirect(data, { peer: ALICE, endpoint: endpoint(1), outcome: "success" }, ago(2 * MINUTE_MS));
    data = recordDirect(data, { peer: ALICE, endpoint: endpoint(1), outcome: "failure" }, NOW);
    expect(data.peers[ALICE]?.endpoints["203.0.113.1:51820"]).toMatchObject({
      attempts: 2,
      successes: 1,
      lastOutcome: "failure",
      lastSeenAt: ago(2 * MINUTE_MS),
      lastSuccessAt: ago(2 * MINUTE_MS),
    });
  });

  it("smooths RTT and loss by an eighth, and ignores what is no measurement", () => {
    const attempt = { peer: ALICE, endpoint: endpoint(1), outcome: "success" } as const;
    let data = recordDirect(EMPTY_CACHE, { ...attempt, rttMs: 100, loss: 0 }, NOW);
    data = recordDirect(data, { ...attempt, rttMs: 20, loss: 0.4 }, NOW);
    data = recordDirect(data, { ...attempt, rttMs: NaN, loss: Infinity }, NOW);
    data = recordDirect(data, attempt, NOW);
    expect(data.peers[ALICE]?.endpoints["203.0.113.1:51820"]).toMatchObject({ rttMs: 90, loss: 0.05 });
  });

  it("learns an endpoint that works unheard of, and none that fails unheard of", () => {
    const attempt = { peer: ALICE, endpoint: endpoint(1) };
    expect(recordDirect(EMPTY_CACHE, { ...attempt, outcome: "failure" }, NOW)).toBe(EMPTY_CACHE);
    const data = recordDirect(EMPTY_CACHE, { ...attempt, outcome: "success" }, NOW);
    expect(data.peers[ALICE]?.endpoints[formatEndpoint(endpoint(1))]).toMatchObject({
      kind: "peer-reflexive",
      source: "check",
    });
  });
});

describe("recordRelay, R-202", () => {
  it("counts per peer and relay, and adds up the bytes", () => {
    let data = EMPTY_CACHE;
    data = recordRelay(data, { peer: ALICE, relay: RELAY, outcome: "success", rttMs: 40, bytes: 1000 }, NOW);
    data = recordRelay(data, { peer: ALICE, relay: RELAY, outcome: "failure", bytes: 24 }, NOW);
    data = recordRelay(data, { peer: BOB, relay: RELAY, outcome: "success" }, NOW);
    const row = data.peers[ALICE]?.relays[RELAY];
    expect(row).toMatchObject({ attempts: 2, successes: 1, lastOutcome: "failure", rttMs: 40, bytes: 1024 });
    expect(data.peers[BOB]?.relays[RELAY]).toMatchObject({ attempts: 1, successes: 1, bytes: 0 });
  });

  it("stops counting bytes at 2^53 - 1 rather than losing exactness", () => {
    const attempt = {
      peer: ALICE,
      relay: RELAY,
      outcome: "success",
      bytes: Number.MAX_SAFE_INTEGER,
    } as const;
    const data = recordRelay(recordRelay(EMPTY_CACHE, attempt, NOW), attempt, NOW);
    expect(data.peers[ALICE]?.relays[RELAY]?.bytes).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("forget and retainMembers, R-209", () => {
  const relayed = (relay: string, last: number) =>
    ({ peer: ALICE, endpoint: endpoint(last), kind: "relayed", source: "record", relay }) as const;
  let full = seen(EMPTY_CACHE, 1);
  full = observeEndpoint(full, relayed(RELAY, 2), NOW);
  full = observeEndpoint(full, relayed(OTHER_RELAY, 3), NOW);
  full = recordRelay(full, { peer: ALICE, relay: RELAY, outcome: "success" }, NOW);
  full = recordRelay(full, { peer: ALICE, relay: OTHER_RELAY, outcome: "success" }, NOW);
  full = recordRelay(full, { peer: RELAY, relay: OTHER_RELAY, outcome: "success" }, NOW);

  it("leaves no trace of the member: not as a peer, not as a relay of others, not as the host of their endpoints", () => {
    const data = forget(full, RELAY);
    expect(encodeCache(data)).not.toContain(RELAY);
    expect(Object.keys(data.peers[ALICE]?.endpoints ?? {})).toEqual([
      "203.0.113.1:51820",
      "203.0.113.3:51820",
    ]);
    expect(Object.keys(data.peers[ALICE]?.relays ?? {})).toEqual([OTHER_RELAY]);
  });

  it("retains the roster's members only", () => {
    expect(retainMembers(full, new Set([ALICE, OTHER_RELAY]))).toEqual(forget(full, RELAY));
    expect(retainMembers(full, new Set()).peers).toEqual({});
  });

  it("gives back the same value where there is nothing to drop", () => {
    expect(forget(full, BOB)).toBe(full);
    expect(retainMembers(full, new Set([ALICE, RELAY, OTHER_RELAY]))).toBe(full);
  });
});

describe("any events", () => {
  it("leave a cache that its own schema accepts unchanged, and never touch the value they were given", () => {
    fc.assert(
      fc.property(history, history, (first, second) => {
        const data = first(EMPTY_CACHE);
        const text = encodeCache(data);
        expect(decodeCache(text)).toEqual({ outcome: "restored", value: { data, unusable: 0 } });
        second(data);
        expect(encodeCache(data)).toBe(text);
      }),
    );
  });
});
