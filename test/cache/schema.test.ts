import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import { CACHE_VERSION, EMPTY_CACHE, type CacheData } from "../../cache/data.ts";
import { decodeCache, encodeCache, MAX_CACHE_CHARS } from "../../cache/schema.ts";

const fixture = (version: number): string =>
  readFileSync(new URL(`./fixtures/cache-v${version}.json`, import.meta.url), "utf8");

const restored = (text: string): CacheData => {
  const stored = decodeCache(text);
  if (stored.outcome !== "restored") throw new Error(stored.reason);
  return stored.value.data;
};

/** The fixture of the current version with one thing put differently. */
const altered = (from: string, to: string): string => {
  const text = fixture(CACHE_VERSION);
  expect(text).toContain(from);
  return text.replace(from, to);
};

const PEER = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";

describe("decodeCache, R-204", () => {
  it("reads version 2 and writes the same document", () => {
    expect(JSON.parse(encodeCache(restored(fixture(2))))).toEqual(JSON.parse(fixture(2)));
  });

  it("migrates version 1, one endpoint per peer with seconds, to a set of one that worked once", () => {
    const at = wallMs(1_795_000_000_000);
    const data = restored(fixture(1));
    expect(data.version).toBe(CACHE_VERSION);
    expect(data.peers[PEER]).toEqual({
      endpoints: {
        "203.0.113.7:51820": {
          kind: "peer-reflexive",
          source: "wireguard",
          attempts: 1,
          successes: 1,
          lastOutcome: "success",
          firstSeenAt: at,
          lastSeenAt: at,
          lastSuccessAt: at,
        },
      },
      relays: {},
    });
    expect(Object.keys(data.peers["b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"]?.endpoints ?? {})).toEqual([
      "[2001:db8::7]:51821",
    ]);
  });

  it.each(Array.from({ length: CACHE_VERSION }, (_, i) => i + 1))(
    "has a fixture of version %i",
    (version) => {
      expect(restored(encodeCache(restored(fixture(version))))).toEqual(restored(fixture(version)));
    },
  );

  it("names both versions where the file is newer, whatever else it holds", () => {
    expect(decodeCache(`{"version":${CACHE_VERSION + 1},"peers":"in another shape"}`)).toEqual({
      outcome: "newer",
      reason: "it has version 3, this program knows up to 2",
    });
  });

  it.each([
    ["empty", ""],
    ["empty", " \n"],
    ["not-json", "\0\0\0\0"],
    ["not-json", fixture(2).slice(0, 700)],
    ["no-version", "null"],
    ["no-version", "[]"],
    ["no-version", "{}"],
    ["no-version", '{"version":0,"peers":{}}'],
    ["no-version", '{"version":"2","peers":{}}'],
    ["no-version", '{"version":1.5,"peers":{}}'],
    ["malformed-version-1", '{"version":1,"peers":{"a":{}}}'],
    ["malformed: peers", '{"version":2}'],
    [`malformed: peers.${PEER}.endpoints.203.0.113.7:51820`, altered('"attempts": 4', '"attempts": 2')],
    [
      `malformed: peers.${PEER}.endpoints.203.0.113.7:51820.attempts`,
      altered('"attempts": 4', '"attempts": -4'),
    ],
    [`malformed: peers.${PEER}.endpoints.203.0.113.7:51820.loss`, altered("0.0125", "1.25")],
    [`malformed: peers.${PEER}.endpoints.203.0.113.7:51820.kind`, altered("server-reflexive", "cone")],
    ["malformed: peers.ALICE", altered(`"${PEER}"`, '"ALICE"')],
  ])("calls it %s", (reason, text) => {
    expect(decodeCache(text)).toEqual({ outcome: "corrupt", reason });
  });

  it("does not parse what is longer than it ever writes", () => {
    expect(decodeCache(" ".repeat(MAX_CACHE_CHARS) + "{}")).toEqual({
      outcome: "corrupt",
      reason: "too-long",
    });
  });

  it.each(["127.0.0.1:51820", "169.254.169.254:80", "[::1]:51820", "203.0.113.7:0", "example.org:51820"])(
    "leaves out an endpoint at %s and keeps the rest",
    (key) => {
      const stored = decodeCache(altered("203.0.113.7:51820", key));
      expect(stored).toMatchObject({ outcome: "restored", value: { unusable: 1 } });
      expect(Object.keys(restored(altered("203.0.113.7:51820", key)).peers[PEER]?.endpoints ?? {})).toEqual([
        "[2001:db8::7]:40001",
      ]);
    },
  );

  it("takes no prototype from a file", () => {
    const text = `{"version":2,"peers":{"__proto__":{"endpoints":{},"relays":{}}}}`;
    expect(decodeCache(text)).toEqual({ outcome: "restored", value: { data: EMPTY_CACHE, unusable: 0 } });
  });

  it("never throws, for any text and any JSON", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((peers) => JSON.stringify({ version: 1, peers })),
      fc.jsonValue().map((peers) => JSON.stringify({ version: 2, peers })),
      fc.nat(fixture(2).length).map((end) => fixture(2).slice(0, end)),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(["restored", "corrupt", "newer"]).toContain(decodeCache(text).outcome);
      }),
    );
  });
});
