import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryOf, openEntry, sealEntry, VALUE_BYTES, type Entry } from "../../../agent/registry/dht/entry.ts";
import { dhtSecretOf, slotAt } from "../../../agent/registry/dht/slot.ts";
import { RecordStore } from "../../../agent/registry/store.ts";
import { networkIdOf } from "../../../protocol/ids.ts";
import type { SignedRecord } from "../../../protocol/record.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import {
  adminCertificateOf,
  announced,
  certificateOf,
  ENDPOINTS,
  NETWORK,
  NETWORK_KEY,
  networkRecord,
  NOW,
  RELAY,
  testHost,
} from "../network.ts";

const SECRET = dhtSecretOf(1, new Uint8Array(32).fill(1));
const SLOT = slotAt(SECRET, 245_000, 0);
const [ADMIN, VERA] = [testHost(1), testHost(2)];
const PUBLIC = { address: "198.51.100.7", port: 51_820 };

function storeWith(...records: readonly SignedRecord[]): RecordStore {
  const store = new RecordStore(NETWORK_KEY);
  for (const { bytes } of [networkRecord(), adminCertificateOf(1), certificateOf(2, ADMIN), ...records])
    expect(store.apply(bytes, NOW).outcome).toBe("accepted");
  return store;
}

function entryIn(store: RecordStore): Entry {
  const entry = entryOf(store, VERA.id);
  if (entry === undefined) throw new Error("there is no entry");
  return entry;
}

const sealed = (entry: Entry, slot = SLOT): Uint8Array => sealEntry(entry, slot, seededRandom(1));

//
describe("a volunteer's entry", () => {
  const store = storeWith(announced(RELAY, VERA));

  it("brings its announcement and all certificates to a store that knows the network alone", () => {
    const opened = openEntry(sealed(entryIn(store)), SLOT, NETWORK);
    if (!opened.ok) throw new Error(opened.reason);
    expect(opened.value).toEqual({
      member: VERA.id,
      endpoints: [RELAY.endpoints[0]?.endpoint],
      records: [adminCertificateOf(1), certificateOf(2, ADMIN), announced(RELAY, VERA)].map(({ bytes }) =>
        Buffer.from(bytes),
      ),
    });
    const reader = new RecordStore(NETWORK_KEY);
    reader.apply(networkRecord().bytes, NOW);
    for (const record of opened.value.records) expect(reader.apply(record, NOW).outcome).toBe("accepted");
    expect(reader.roster.relays.get(VERA.id)?.record.content.endpoints).toEqual(RELAY.endpoints);
  });

  it("has the same length whatever is in it", () => {
    const short = storeWith(announced({ ...RELAY, allow: [], schedule: "" }, VERA));
    for (const each of [store, short]) expect(sealed(entryIn(each))).toHaveLength(VALUE_BYTES);
  });

  it("leaves out the admin's certificate first where not all fit, and then its own", () => {
    const withAllow = (names: number): Entry => {
      const allow = Array.from({ length: names }, (_, index) => `${"x".repeat(28)}${index}`);
      return entryIn(storeWith(announced({ ...RELAY, allow }, VERA)));
    };
    expect(withAllow(8).records.map((record) => Buffer.from(record))).toEqual([
      Buffer.from(certificateOf(2, ADMIN).bytes),
      expect.anything(),
    ]);
    expect(withAllow(15).records).toHaveLength(1);
    expect(sealed(withAllow(15))).toHaveLength(VALUE_BYTES);
  });

  it("holds no byte of a key, an id or an address in clear", () => {
    const value = Buffer.from(sealed(entryIn(store)));
    for (const record of entryIn(store).records)
      for (let at = 0; at + 8 <= record.length; at++)
        expect(value.includes(Buffer.from(record.subarray(at, at + 8)))).toBe(false);
  });

  it("cannot be opened in another slot, window or epoch, nor be shown there again", () => {
    const value = sealed(entryIn(store));
    const others = [
      slotAt(SECRET, 245_000, 1),
      slotAt(SECRET, 245_001, 0),
      slotAt(dhtSecretOf(2, new Uint8Array(32).fill(2)), 245_000, 0),
    ];
    for (const slot of others)
      expect(openEntry(value, slot, NETWORK)).toEqual({ ok: false, reason: "dht-seal" });
  });

  it("is refused with any byte changed", () => {
    const value = sealed(entryIn(store));
    fc.assert(
      fc.property(fc.nat(VALUE_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = value.map((byte, index) => (index === at ? byte ^ change : byte));
        expect(openEntry(changed, SLOT, NETWORK).ok).toBe(false);
      }),
    );
  });

  it("is there where its owner has a public endpoint and does not volunteer", () => {
    const endpoints = { ...ENDPOINTS, publicEndpoints: [PUBLIC] };
    expect(entryIn(storeWith(announced(endpoints, VERA))).endpoints).toEqual([PUBLIC]);
  });

  it("is not there where nobody could reach it by that", () => {
    expect(entryOf(storeWith(announced(ENDPOINTS, VERA)), VERA.id)).toBeUndefined();
    expect(entryOf(storeWith(), VERA.id)).toBeUndefined();
  });
});

//
describe("whoever knows the slot's keys", () => {
  const store = storeWith(announced(RELAY, VERA));

  it("cannot speak for another: the announcement is of who signed it", () => {
    const [record] = entryIn(store).records.slice(-1);
    const forged = new Uint8Array(record ?? []);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const value = sealed({ ...entryIn(store), records: [forged] });
    expect(openEntry(value, SLOT, NETWORK)).toEqual({ ok: false, reason: "record-signature" });
    const elsewhere = networkIdOf(new Uint8Array(32).fill(9));
    expect(openEntry(sealed(entryIn(store)), SLOT, elsewhere)).toEqual({
      ok: false,
      reason: "record-other-network",
    });
  });

  it("writes whatever it likes, and is refused by name and without an exception", () => {
    const anything = fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 });
    fc.assert(
      fc.property(anything, (records) => {
        const value = sealed({ member: VERA.id, endpoints: [], records });
        expect(openEntry(value, SLOT, NETWORK)).toMatchObject({ ok: false });
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_100 }), (value) => {
        expect(openEntry(value, SLOT, NETWORK)).toEqual({ ok: false, reason: "dht-seal" });
      }),
    );
    const [certificate] = entryIn(store).records;
    const alone = sealed({ ...entryIn(store), records: certificate === undefined ? [] : [certificate] });
    expect(openEntry(alone, SLOT, NETWORK)).toEqual({ ok: false, reason: "dht-no-endpoint" });
  });
});
