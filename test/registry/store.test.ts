import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_CERTIFICATE_LIFETIME_MS } from "../../agent/registry/authority.ts";
import {
  MAX_FUTURE_MS,
  MAX_PER_AUTHOR_AND_KIND,
  MAX_WAITING,
  RecordStore,
} from "../../agent/registry/store.ts";
import { networkIdOf, type MemberId } from "../../protocol/ids.ts";
import { MAX_RECORD_BYTES, signRecord, slotHash, slotOf, type SignedRecord } from "../../protocol/record.ts";
import { wallMs } from "../../protocol/time.ts";
import {
  adminCertificateOf,
  announced,
  applyAll,
  certificateOf,
  ENDPOINTS,
  FOUNDER,
  HOUR_MS,
  NETWORK_KEY,
  networkRecord,
  NOW,
  outcomeOf,
  RELAY,
  revocationOf,
  ROOT,
  signed,
  testHost,
} from "./network.ts";

const base = [networkRecord(), adminCertificateOf(1), certificateOf(2, FOUNDER)];

function storeWith(...records: readonly SignedRecord[]): RecordStore {
  const store = new RecordStore(NETWORK_KEY);
  applyAll(store, [...base, ...records]);
  return store;
}

function outcome(store: RecordStore, record: SignedRecord, now = NOW): string {
  return outcomeOf(store.apply(record.bytes, now));
}

// R-1202
it("takes a certificate that was renewed: it keeps its time of issue, and lives a year from when it was signed", () => {
  const head = (expiresAt: number) => ({
    issuedAt: wallMs(NOW - MAX_CERTIFICATE_LIFETIME_MS),
    sequence: NOW,
    expiresAt: wallMs(expiresAt),
  });
  const longest = NOW + MAX_CERTIFICATE_LIFETIME_MS;
  expect(outcome(storeWith(), certificateOf(3, FOUNDER, {}, head(longest)))).toBe("accepted");
  expect(outcome(storeWith(), certificateOf(3, FOUNDER, {}, head(longest + 1)))).toBe(
    "refused: certificate-lifetime-too-long",
  );
});

//
describe("a record is refused by name", () => {
  const later = wallMs(NOW + 24 * HOUR_MS);
  const secret = { kind: "secret", epoch: 1, commitment: new Uint8Array(32) } as const;
  const cases: readonly [string, SignedRecord][] = [
    ["refused: not-the-network-key", networkRecord({}, FOUNDER)],
    [
      "refused: prefix6-not-derived",
      networkRecord({ prefix6: { address: "fd00::", length: 64 } }, ROOT, { sequence: NOW + 1 }),
    ],
    ["refused: role-not-grantable", certificateOf(3, FOUNDER, { roles: ["member", "admin"] })],
    [
      "refused: admin-certificate-expires",
      certificateOf(3, ROOT, { roles: ["member", "admin"] }, { expiresAt: later }),
    ],
    ["refused: certificate-without-expiry", certificateOf(3, FOUNDER, {}, { expiresAt: undefined })],
    [
      "refused: certificate-lifetime-too-long",
      certificateOf(3, FOUNDER, {}, { expiresAt: wallMs(NOW + MAX_CERTIFICATE_LIFETIME_MS + 1) }),
    ],
    ["refused: address6-not-derived", certificateOf(3, FOUNDER, { address6: "fd00::3" })],
    ["refused: revocation-expires", revocationOf(2, FOUNDER, { expiresAt: later })],
    ["refused: secret-expires", signed(secret, FOUNDER, { expiresAt: later })],
    ["refused: lifetime-too-long", signed(RELAY, testHost(2), { expiresAt: wallMs(later + 1) })],
    ["refused: lifetime-too-long", signed(ENDPOINTS, testHost(2))],
    ["refused: expired", certificateOf(3, FOUNDER, {}, { expiresAt: NOW })],
    ["refused: from-the-future", certificateOf(3, FOUNDER, {}, { issuedAt: NOW + MAX_FUTURE_MS + 1 })],
    [
      "refused: sequence-from-the-future",
      certificateOf(3, FOUNDER, {}, { sequence: NOW + MAX_FUTURE_MS + 1 }),
    ],
    ["refused: rollback", certificateOf(2, FOUNDER, {}, { sequence: NOW - 1 })],
    ["refused: sequence-reused", certificateOf(2, FOUNDER, { name: "other" })],
    ["waiting: author-not-admin", certificateOf(3, testHost(2))],
    ["waiting: author-not-admin", revocationOf(1, testHost(2))],
    ["waiting: author-not-admin", signed(secret, testHost(2))],
    ["waiting: farewell-unknown", revocationOf(9, testHost(9))],
    ["waiting: author-unknown", announced(RELAY, testHost(9))],
    ["waiting: author-unknown", announced(ENDPOINTS, ROOT)],
  ];
  it.each(cases)("%s", (expected, record) => {
    const store = storeWith();
    const before = store.records();
    expect(outcome(store, record)).toBe(expected);
    expect(store.records()).toEqual(before);
  });

  it("that is another network's", () => {
    const { content, sequence, issuedAt } = networkRecord();
    const network = networkIdOf(new Uint8Array(32));
    const foreign = signRecord(content, { network, sequence, issuedAt, expiresAt: undefined }, ROOT.sign);
    expect(outcome(storeWith(), foreign)).toBe("refused: record-other-network");
  });

  it("that is too long", () => {
    const bytes = new Uint8Array(MAX_RECORD_BYTES + 1);
    expect(outcomeOf(storeWith().apply(bytes, NOW))).toBe("refused: record-too-long");
  });

  it("whose author was revoked, if it is an announcement", () => {
    const store = storeWith(revocationOf(2, FOUNDER));
    expect(outcome(store, announced(RELAY, testHost(2)))).toBe("refused: author-revoked");
  });
});

describe("time", () => {
  it("an author one hour ahead is believed, two hours ahead is not", () => {
    expect(outcome(storeWith(), announced(RELAY, testHost(2), { issuedAt: NOW + HOUR_MS }))).toBe("accepted");
    expect(outcome(storeWith(), announced(RELAY, testHost(2), { issuedAt: NOW + 2 * HOUR_MS }))).toBe(
      "refused: from-the-future",
    );
  });

  it("a host one hour behind takes what is signed now, one hour ahead as well; two hours behind it does not", () => {
    const at = (offsetMs: number): string => {
      const store = new RecordStore(NETWORK_KEY);
      applyAll(store, base, wallMs(NOW + Math.max(0, offsetMs)));
      for (const record of base) store.restore(record.bytes, NOW);
      return outcome(store, announced(ENDPOINTS, testHost(2)), wallMs(NOW + offsetMs));
    };
    expect([at(-HOUR_MS), at(HOUR_MS), at(-2 * HOUR_MS)]).toEqual([
      "accepted",
      "accepted",
      "refused: from-the-future",
    ]);
  });

  it("is accepted at the limit of the future, and refused one millisecond beyond it", () => {
    const atLimit = certificateOf(3, FOUNDER, {}, { issuedAt: NOW + MAX_FUTURE_MS });
    expect(outcome(storeWith(), atLimit, wallMs(NOW - 1))).toBe("refused: from-the-future");
    expect(outcome(storeWith(), atLimit, NOW)).toBe("accepted");
  });

  it("what was taken while the clock was ahead does not block what comes when it is right", () => {
    const ahead = wallMs(NOW + 48 * HOUR_MS);
    const store = storeWith();
    const early = announced(RELAY, testHost(2), { issuedAt: ahead, sequence: ahead });
    expect(outcome(store, early, ahead)).toBe("accepted");
    expect(outcome(store, announced(RELAY, testHost(2)), NOW)).toBe("accepted");
  });

  it("restores what is from the future for a clock that starts far behind", () => {
    const store = new RecordStore(NETWORK_KEY);
    const outcomes = base.map(({ bytes }) => outcomeOf(store.restore(bytes, wallMs(0))));
    expect(outcomes).toEqual(["accepted", "accepted", "accepted"]);
  });

  it("sweeps a record at its end and not a millisecond before", () => {
    const relay = announced(RELAY, testHost(2));
    const store = storeWith(relay);
    const end = NOW + 24 * HOUR_MS;
    expect(store.sweep(wallMs(end - 1))).toBe(false);
    expect(store.roster.relays.size).toBe(1);
    expect(store.sweep(wallMs(end))).toBe(true);
    expect(store.roster.relays.size).toBe(0);
  });

  //
  it("sweeps a farewell once no certificate from before it can be valid, and not when the known one has run out", () => {
    const certificate = certificateOf(2, FOUNDER, {}, { expiresAt: wallMs(NOW + 24 * HOUR_MS) });
    const store = new RecordStore(NETWORK_KEY);
    applyAll(store, [networkRecord(), adminCertificateOf(1), certificate, revocationOf(2, testHost(2))]);
    const end = NOW + MAX_CERTIFICATE_LIFETIME_MS + MAX_FUTURE_MS;
    store.sweep(wallMs(end - 1));
    expect(store.size).toBe(3);
    // As a member that was away may bring it: signed before the farewell, and longer valid than the one known here.
    const longest = { sequence: NOW + 1, expiresAt: wallMs(NOW + MAX_CERTIFICATE_LIFETIME_MS) };
    applyAll(store, [certificateOf(2, FOUNDER, {}, longest)], wallMs(NOW + 300 * 24 * HOUR_MS));
    expect(store.roster.members.has(testHost(2).id)).toBe(false);
    store.sweep(wallMs(end));
    expect(store.size).toBe(2);
  });

  it("keeps an admin's revocation for ever", () => {
    const store = storeWith(revocationOf(2, FOUNDER));
    store.sweep(wallMs(Number.MAX_SAFE_INTEGER));
    expect(store.roster.revoked).toEqual(new Set([testHost(2).id]));
  });
});

describe("what is accepted", () => {
  it("is known the second time", () => {
    expect(applyAll(storeWith(), base)).toEqual(["known", "known", "known"]);
  });

  it("is replaced by a newer one of the same author and subject", () => {
    const store = storeWith();
    const newer = certificateOf(2, FOUNDER, { name: "renamed" }, { sequence: NOW + 1 });
    expect(outcome(store, newer)).toBe("accepted");
    expect([...store.roster.memberByName.keys()]).toEqual(["m1", "renamed"]);
  });

  it("does not keep the buffer that it came in", () => {
    const frame = Buffer.alloc(65_536);
    const { bytes } = certificateOf(3, FOUNDER);
    frame.set(bytes);
    const applied = storeWith().apply(frame.subarray(0, bytes.length), NOW);
    frame.fill(0);
    expect(applied.outcome === "accepted" && applied.admitted[0]?.bytes).toEqual(bytes);
  });

  it("is given out with certificates before what rests on them", () => {
    const all = [...base, announced(RELAY, testHost(2)), revocationOf(2, FOUNDER)].reverse();
    const store = new RecordStore(NETWORK_KEY);
    applyAll(store, all);
    const again = new RecordStore(NETWORK_KEY);
    expect(new Set(applyAll(again, store.records()))).toEqual(new Set(["accepted"]));
  });
});

//
describe("limits", () => {
  it("one author fills its own share and nobody else's", () => {
    const store = storeWith();
    for (let index = 0; index < MAX_PER_AUTHOR_AND_KIND; index++) {
      const member = index.toString(16).padStart(32, "0") as MemberId;
      store.apply(signed({ kind: "revocation", member }, FOUNDER).bytes, NOW);
    }
    expect(outcome(store, revocationOf(2, FOUNDER))).toBe("refused: author-full");
    expect(outcome(store, revocationOf(2, ROOT))).toBe("accepted");
    expect(outcome(store, certificateOf(3, FOUNDER))).toBe("accepted");
  });

  it("the oldest of too many waiting records is forgotten, the others are not", () => {
    const store = new RecordStore(NETWORK_KEY);
    applyAll(store, [networkRecord(), adminCertificateOf(1)]);
    const relays = Array.from({ length: MAX_WAITING + 1 }, (_, index) =>
      announced(RELAY, testHost(2), { sequence: NOW - index }),
    );
    applyAll(store, relays);
    applyAll(store, [certificateOf(2, FOUNDER)]);
    expect(store.get(slotHash(`relay ${testHost(2).id}`))?.sequence).toBe(NOW - 1);
  });
});

describe("revocation", () => {
  it("removes what the member announced at once, and beats certificates that come later", () => {
    const store = storeWith(announced(RELAY, testHost(2)), announced(ENDPOINTS, testHost(2)));
    expect(store.roster.relays.size).toBe(1);
    applyAll(store, [revocationOf(2, FOUNDER), certificateOf(2, FOUNDER, {}, { sequence: NOW + 5 })]);
    expect(store.size).toBe(base.length + 1);
    expect(store.roster.members.has(testHost(2).id)).toBe(false);
  });

  it("by the member itself is a farewell", () => {
    const store = storeWith(revocationOf(2, testHost(2)));
    expect(store.roster.revoked.has(testHost(2).id)).toBe(true);
  });

  it("takes with it what the admin certified, unless it is certified anew", () => {
    const admins = [adminCertificateOf(3), certificateOf(4, testHost(3)), certificateOf(5, testHost(3))];
    const store = storeWith(...admins, certificateOf(5, FOUNDER), revocationOf(3, FOUNDER));
    expect([...store.roster.memberByName.keys()].sort()).toEqual(["m1", "m2", "m5"]);
  });

  it("of an admin leaves nothing in the store of what that one certified, and nothing more of it gets in", () => {
    const minted = [certificateOf(4, testHost(3)), certificateOf(5, testHost(3))];
    const secret = signed({ kind: "secret", epoch: 9, commitment: new Uint8Array(32) }, testHost(3));
    const store = storeWith(adminCertificateOf(3), ...minted, secret, announced(ENDPOINTS, testHost(4)));
    applyAll(store, [revocationOf(3, FOUNDER)]);
    const later = certificateOf(6, testHost(3), {}, { sequence: NOW + 1 });
    expect(outcome(store, later)).toBe("refused: author-revoked");
    expect(outcome(store, secret)).toBe("refused: author-revoked");
    expect(store.size).toBe(base.length + 3);
    expect(store.sweep(NOW)).toBe(true);
    expect(store.size).toBe(base.length + 2);
  });

  it("of an admin keeps the announcements of those that are certified anew at once", () => {
    const store = storeWith(
      adminCertificateOf(3),
      certificateOf(4, testHost(3)),
      announced(RELAY, testHost(4)),
    );
    applyAll(store, [revocationOf(3, FOUNDER), certificateOf(4, FOUNDER)]);
    store.sweep(NOW);
    expect(store.roster.relays.size).toBe(1);
  });

  it("leaves standing what an admin certified before it left, and nothing it certified after", () => {
    const store = storeWith(
      adminCertificateOf(3),
      certificateOf(4, testHost(3)),
      certificateOf(5, testHost(3), {}, { issuedAt: NOW + 1 }),
      revocationOf(3, testHost(3)),
    );
    expect([...store.roster.memberByName.keys()].sort()).toEqual(["m1", "m2", "m4"]);
  });

  it("by a former admin is not undone", () => {
    const store = storeWith(adminCertificateOf(3), revocationOf(2, testHost(3)), revocationOf(3, FOUNDER));
    expect(store.roster.revoked).toEqual(new Set([testHost(2).id, testHost(3).id]));
  });
});

describe("for all inputs", () => {
  const everything: readonly SignedRecord[] = [
    ...base,
    adminCertificateOf(3),
    certificateOf(4, testHost(3)),
    certificateOf(5, testHost(3), {}, { sequence: NOW - 7 }),
    certificateOf(5, FOUNDER, { name: "five" }, { sequence: NOW - 6 }),
    certificateOf(5, FOUNDER, { name: "cinq" }, { sequence: NOW - 5 }),
    certificateOf(6, FOUNDER, { address4: "100.64.0.2" }, { issuedAt: NOW - 1 }),
    certificateOf(7, FOUNDER, { name: "m4" }),
    certificateOf(8, testHost(4)),
    announced(RELAY, testHost(2)),
    announced(RELAY, testHost(2), { sequence: NOW + 1 }),
    announced(RELAY, testHost(4)),
    announced(ENDPOINTS, testHost(5)),
    announced(ENDPOINTS, testHost(8)),
    signed({ kind: "secret", epoch: 1, commitment: new Uint8Array(32) }, ROOT),
    signed({ kind: "secret", epoch: 2, commitment: new Uint8Array(32).fill(2) }, testHost(3)),
    revocationOf(4, testHost(3)),
    revocationOf(3, FOUNDER),
    revocationOf(2, testHost(2)),
    revocationOf(9, testHost(9)),
  ];

  //
  it("any order of arrival, with repetitions, gives the same store and the same roster", () => {
    const reference = new RecordStore(NETWORK_KEY);
    applyAll(reference, everything);
    reference.sweep(NOW);
    const slots = (store: RecordStore): string[] =>
      store
        .records()
        .map((record) => `${slotOf(record)} ${record.sequence}`)
        .sort();
    const order = fc
      .tuple(
        fc.shuffledSubarray([...everything], { minLength: everything.length }),
        fc.subarray([...everything]),
      )
      .map(([all, again]) => [...all, ...again]);
    fc.assert(
      fc.property(order, (records) => {
        const store = new RecordStore(NETWORK_KEY);
        applyAll(store, records);
        store.sweep(NOW);
        expect(slots(store)).toEqual(slots(reference));
        expect(store.roster.members).toEqual(reference.roster.members);
        expect(store.roster.conflicts).toEqual(reference.roster.conflicts);
        expect(store.roster.secret).toEqual(reference.roster.secret);
        expect(store.roster.relays).toEqual(reference.roster.relays);
      }),
      { numRuns: 60 },
    );
  });

  //
  it("a record with any byte changed is never accepted", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...everything),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (record, at, mask) => {
          const bytes = record.bytes.slice();
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ mask;
          const store = new RecordStore(NETWORK_KEY);
          applyAll(store, [networkRecord(), adminCertificateOf(1), adminCertificateOf(3)]);
          expect(store.apply(bytes, NOW).outcome).not.toBe("accepted");
        },
      ),
      { numRuns: 400 },
    );
  });

  it("a record that somebody lengthened or cut is never accepted", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...everything),
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.nat({ max: 60 }),
        (record, more, cut) => {
          const store = new RecordStore(NETWORK_KEY);
          applyAll(store, [networkRecord(), adminCertificateOf(1), adminCertificateOf(3)]);
          const { length } = record.bytes;
          expect(store.apply(Buffer.concat([record.bytes, more]), NOW).outcome).not.toBe("accepted");
          expect(store.apply(record.bytes.subarray(0, length - 1 - cut), NOW).outcome).not.toBe("accepted");
        },
      ),
      { numRuns: 200 },
    );
  });

  it("any bytes are refused without an exception", () => {
    const store = storeWith();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(store.apply(bytes, NOW).outcome).toBe("refused");
      }),
    );
  });
});
