import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import { PEER_LIMITS } from "../../cache/bounds.ts";
import { EMPTY_CACHE, type CacheData } from "../../cache/data.ts";
import { observeEndpoint, recordDirect, recordRelay } from "../../cache/events.ts";
import { merge } from "../../cache/merge.ts";
import { ago, ALICE, BOB, DAY_MS, endpoint, history, member, MINUTE_MS, NOW, RELAY } from "./samples.ts";

const ROSTER = new Set([ALICE, BOB, RELAY]);

const worked = (data: CacheData, peer: string, last: number, now = NOW, port = 51_820): CacheData =>
  recordDirect(data, { peer, endpoint: endpoint(last, port), outcome: "success" }, now);

describe("merge, R-209", () => {
  it("adds what is new and says where it came from", () => {
    let theirs = worked(EMPTY_CACHE, ALICE, 1);
    theirs = recordRelay(theirs, { peer: ALICE, relay: RELAY, outcome: "success", bytes: 5000 }, NOW);
    const { data, added, ignored } = merge(EMPTY_CACHE, theirs, ROSTER, NOW);
    expect({ added, ignored }).toEqual({ added: 2, ignored: 0 });
    expect(data.peers[ALICE]?.endpoints["203.0.113.1:51820"]).toMatchObject({
      source: "import",
      successes: 1,
    });
    expect(data.peers[ALICE]?.relays[RELAY]).toMatchObject({ successes: 1, bytes: 0 });
  });

  it("leaves what this host knows itself as it is", () => {
    const ours = worked(EMPTY_CACHE, ALICE, 1, ago(MINUTE_MS));
    const theirs = observeEndpoint(
      EMPTY_CACHE,
      { peer: ALICE, endpoint: endpoint(1), kind: "host", source: "record" },
      NOW,
    );
    const { data, added, ignored } = merge(ours, theirs, ROSTER, NOW);
    expect({ added, ignored }).toEqual({ added: 0, ignored: 1 });
    expect(data).toEqual(ours);
  });

  it("lets in nobody from outside the roster, neither as peer nor as relay", () => {
    let theirs = worked(EMPTY_CACHE, member(7), 1);
    theirs = recordRelay(theirs, { peer: ALICE, relay: member(7), outcome: "success" }, NOW);
    const { data, added, ignored } = merge(EMPTY_CACHE, theirs, ROSTER, NOW);
    expect({ added, ignored }).toEqual({ added: 0, ignored: 2 });
    expect(data.peers).toEqual({});
  });

  it("displaces no endpoint of our own, however well the imported ones look", () => {
    let ours = EMPTY_CACHE;
    for (let port = 1; port < PEER_LIMITS.endpoints; port += 1) {
      ours = observeEndpoint(
        ours,
        { peer: ALICE, endpoint: endpoint(1, port), kind: "server-reflexive", source: "signalling" },
        ago(DAY_MS),
      );
    }
    let theirs = EMPTY_CACHE;
    for (let port = 1; port <= 5; port += 1) theirs = worked(theirs, ALICE, 2, NOW, port);
    const { data, added, ignored } = merge(ours, theirs, ROSTER, NOW);
    expect({ added, ignored }).toEqual({ added: 1, ignored: 4 });
    expect(data.peers[ALICE]?.endpoints).toMatchObject(ours.peers[ALICE]?.endpoints ?? {});
  });

  it("believes no time in the future", () => {
    const theirs = worked(EMPTY_CACHE, ALICE, 1, wallMs(NOW + 365 * DAY_MS));
    const { data } = merge(EMPTY_CACHE, theirs, ROSTER, NOW);
    expect(data.peers[ALICE]?.endpoints["203.0.113.1:51820"]).toMatchObject({
      firstSeenAt: NOW,
      lastSeenAt: NOW,
      lastSuccessAt: NOW,
    });
  });

  it("adds nothing the second time", () => {
    const everybody = new Set(Array.from({ length: 10 }, (_, i) => member(i)));
    fc.assert(
      fc.property(history, history, (ours, theirs) => {
        const imported = theirs(EMPTY_CACHE);
        const once = merge(ours(EMPTY_CACHE), imported, everybody, NOW);
        expect(once.added).toBeGreaterThanOrEqual(0);
        expect(once.ignored).toBeGreaterThanOrEqual(0);
        expect(merge(once.data, imported, everybody, NOW)).toMatchObject({ data: once.data, added: 0 });
      }),
    );
  });
});
