import { describe as suite, expect, it } from "vitest";
import { EMPTY_CACHE } from "../../cache/data.ts";
import { describe } from "../../cache/describe.ts";
import { observeEndpoint, recordDirect, recordRelay } from "../../cache/events.ts";
import { score } from "../../cache/score.ts";
import { ago, ALICE, BOB, endpoint, MINUTE_MS, NOW, RELAY } from "./samples.ts";

let data = recordRelay(
  EMPTY_CACHE,
  { peer: BOB, relay: RELAY, outcome: "failure", bytes: 9 },
  ago(MINUTE_MS),
);
data = observeEndpoint(
  data,
  { peer: ALICE, endpoint: endpoint(1), kind: "host", source: "record" },
  ago(3 * MINUTE_MS),
);
data = recordDirect(
  data,
  { peer: ALICE, endpoint: endpoint(2), outcome: "success", rttMs: 12 },
  ago(MINUTE_MS),
);

suite("describe, R-208", () => {
  it("gives each row its provenance, ages, outcomes and the parts of its score, best first", () => {
    const entry = data.peers[ALICE]?.endpoints["203.0.113.2:51820"];
    expect(entry).toBeDefined();
    const rows = describe(data, ALICE, NOW);
    expect(rows[0]).toEqual({
      type: "endpoint",
      peer: ALICE,
      endpoint: "203.0.113.2:51820",
      kind: "peer-reflexive",
      source: "check",
      relay: undefined,
      attempts: 1,
      successes: 1,
      failures: 0,
      lastOutcome: "success",
      firstSeenAgeMs: MINUTE_MS,
      lastSeenAgeMs: MINUTE_MS,
      lastSuccessAgeMs: MINUTE_MS,
      rttMs: 12,
      loss: undefined,
      score: entry && score("peer-reflexive", entry, NOW),
    });
    expect(rows[1]).toMatchObject({
      endpoint: "203.0.113.1:51820",
      source: "record",
      lastSuccessAgeMs: undefined,
    });
  });

  it("lists all peers by id where none is named, and nobody for an unknown one", () => {
    const rows = describe(data, undefined, NOW);
    expect(rows.map(({ peer, type }) => [peer, type])).toEqual([
      [ALICE, "endpoint"],
      [ALICE, "endpoint"],
      [BOB, "relay"],
    ]);
    expect(rows[2]).toMatchObject({ relay: RELAY, failures: 1, lastOutcome: "failure", bytes: 9 });
    expect(describe(data, RELAY, NOW)).toEqual([]);
  });
});
