import fc from "fast-check";
import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { StunAttributes } from "../../protocol/stun/attributes.ts";
import { looksLikeStun, MAX_STUN_BYTES, newTransactionId } from "../../protocol/stun/header.ts";
import { verifyIntegrity } from "../../protocol/stun/integrity.ts";
import { decodeStun, encodeStun, type StunMessage } from "../../protocol/stun/message.ts";
import { pathReport, type ProbeCount } from "../../protocol/stun/path-report.ts";
import { classifyPacket } from "../../protocol/wireguard-packet.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const transactionId = hex("b7e7a701bc34d686fa87dfae");
const key = new Uint8Array(32).fill(7);

const endpoint = fc.record({
  address: fc.oneof(
    fc.ipV4(),
    fc.constantFrom("2001:db8::1", "::1", "fe80::a:b", "2001:db8:1234:5678:11:2233:4455:6677"),
  ),
  port: fc.integer({ min: 0, max: 65_535 }),
});
const count = fc
  .tuple(fc.nat(255), fc.nat(255))
  .map(([a, b]): ProbeCount => ({ probes: Math.max(a, b), lost: Math.min(a, b) }));
const ms = fc.option(
  fc.nat(60_000).map((ticks) => ticks / 4),
  { nil: undefined },
);
const figures = fc.record({ recent: count, all: count, rttMs: ms, jitterMs: ms });
const attributes: fc.Arbitrary<StunAttributes> = fc.record(
  {
    username: fc.string({ unit: "grapheme", maxLength: 20 }),
    useCandidate: fc.constant(true as const),
    nonce: fc.string({ maxLength: 60 }),
    errorCode: fc.record({ code: fc.integer({ min: 300, max: 699 }), reason: fc.string({ maxLength: 30 }) }),
    unknownAttributes: fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 8 }),
    xorMappedAddress: endpoint,
    changeRequest: fc.record({ address: fc.boolean(), port: fc.boolean() }),
    responseDelaySec: fc.nat(),
    responseOrigin: endpoint,
    otherAddress: endpoint,
    pathReport: fc.record({
      leg: figures,
      direct: figures,
      avoids: fc.constantFrom(undefined, "loss" as const, "rtt" as const),
      measuring: fc.boolean(),
    }),
  },
  { requiredKeys: [] },
);
const message: fc.Arbitrary<StunMessage> = fc.record({
  class: fc.constantFrom("request", "indication", "success", "error"),
  transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  attributes,
});

/** A message by hand: `tlvs` as [type, value], with a right header. */
function raw(type: number, ...tlvs: [type: number, value: Uint8Array, claimedLength?: number][]): Uint8Array {
  const body = tlvs.map(([attribute, value, claimed]) => {
    const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    bytes.writeUInt16BE(attribute, 0);
    bytes.writeUInt16BE(claimed ?? value.length, 2);
    bytes.set(value, 4);
    return bytes;
  });
  const header = Buffer.alloc(20);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(Buffer.concat(body).length, 2);
  header.writeUInt32BE(0x2112a442, 4);
  header.set(transactionId, 8);
  return new Uint8Array(Buffer.concat([header, ...body]));
}
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("published vectors", () => {
  it("reads RFC 5769, section 2.2: an IPv4 address under its fingerprint", () => {
    const bytes = hex(`0101003c 2112a442 b7e7a701bc34d686fa87dfae
      8022000b 7465737420766563746f7220 00200008 0001a147e112a643
      00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96`);
    expect(decodeStun(bytes)).toEqual({
      ok: true,
      value: {
        class: "success",
        transactionId,
        attributes: { xorMappedAddress: { address: "192.0.2.1", port: 32_853 } },
        notUnderstood: [0x0008], // MESSAGE-INTEGRITY: we only speak SHA-256
      },
    });
  });

  it("reads RFC 5769, section 2.3: an IPv6 address under its fingerprint", () => {
    const bytes = hex(`01010048 2112a442 b7e7a701bc34d686fa87dfae
      8022000b 7465737420766563746f7220 00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
      00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c`);
    const read = decodeStun(bytes);
    expect(read.ok && read.value.attributes.xorMappedAddress).toEqual({
      address: "2001:db8:1234:5678:11:2233:4455:6677",
      port: 32_853,
    });
  });

  // As printed the header claims 156 bytes, the attributes take 136, and the HMAC is over the wrong claim.
  it("refuses RFC 8489, appendix B.1 as printed, and verifies it with its length mended", () => {
    const upToIntegrity = hex(`00010088 2112a442 78ad3433c6ad72c029da412e
      001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704
      00150029 6f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341 000000
      0014000b 6578616d706c652e6f7267 00`);
    const user = "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9";
    const longTermKey = createHash("sha256").update(`${user}:example.org:TheMatrIX`).digest();
    const closedBy = (hmac: Uint8Array): Buffer => Buffer.concat([upToIntegrity, hex("001c0020"), hmac]);

    const printed = closedBy(hex("e4686c8f0edeb59013e07090010a93efccbccc544c0a45d9f830aa6d6f735a01"));
    printed[3] = 0x9c;
    expect(createHmac("sha256", longTermKey).update(printed.subarray(0, 120)).digest()).toEqual(
      printed.subarray(124),
    );
    expect(decodeStun(printed)).toEqual({ ok: false, reason: "wrong-length" });
    expect(verifyIntegrity(printed, longTermKey)).toBe(false);

    const mended = closedBy(createHmac("sha256", longTermKey).update(upToIntegrity).digest());
    expect(verifyIntegrity(mended, longTermKey)).toBe(true);
    const read = decodeStun(mended);
    expect(read.ok && read.value.attributes.nonce).toBe("obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
    expect(read.ok && read.value.notUnderstood).toEqual([0x001e, 0x0014]); // USERHASH, REALM
  });
});

describe("encoding", () => {
  it("has fixed bytes for a Binding request", () => {
    const bytes = encodeStun({ class: "request", transactionId, attributes: { username: "0011:a" } }, key);
    const upToIntegrity = hex("00010038 2112a442 b7e7a701bc34d686fa87dfae 00060006 303031313a610000");
    const hmac = createHmac("sha256", key)
      .update(hex("00010030 2112a442 b7e7a701bc34d686fa87dfae 00060006 303031313a610000"))
      .digest("hex");
    expect(Buffer.from(bytes).toString("hex").slice(0, -16)).toBe(
      `${Buffer.from(upToIntegrity).toString("hex")}001c0020${hmac}`,
    );
  });

  it("gives back what it was given, for every message", () => {
    fc.assert(
      fc.property(message, fc.boolean(), (sent, signed) => {
        const bytes = encodeStun(sent, signed ? key : undefined);
        expect(looksLikeStun(bytes)).toBe(true);
        expect(decodeStun(bytes)).toEqual({ ok: true, value: { ...sent, notUnderstood: [] } });
        expect(verifyIntegrity(bytes, key)).toBe(signed);
        expect(classifyPacket(bytes).ok).toBe(false);
      }),
    );
  });

  it("refuses to make a message longer than 548 bytes, and makes one of 548", () => {
    const ofNonce = (length: number): StunMessage => ({
      class: "request",
      transactionId,
      attributes: { nonce: "n".repeat(length), username: "u".repeat(8) },
    });
    expect(encodeStun(ofNonce(504)).length).toBe(MAX_STUN_BYTES);
    expect(() => encodeStun(ofNonce(505))).toThrow(RangeError);
  });

  it("takes 96 bits of randomness for a transaction id", () => {
    expect(newTransactionId((length) => new Uint8Array(length).fill(9))).toEqual(new Uint8Array(12).fill(9));
  });
});

//
describe("a report of what is measured", () => {
  const report = {
    leg: { recent: { probes: 32, lost: 2 }, all: { probes: 128, lost: 3 }, rttMs: 12.25, jitterMs: 0.5 },
    direct: {
      recent: { probes: 0, lost: 0 },
      all: { probes: 0, lost: 0 },
      rttMs: undefined,
      jitterMs: undefined,
    },
    avoids: "rtt",
    measuring: true,
  } as const;
  const bytes = hex("06 00 20 02 80 03 00 31 00 02 00 00 00 00 ff ff ff ff");

  it("has fixed bytes", () => {
    expect(pathReport.encode(report, transactionId)).toEqual(bytes);
    expect(pathReport.decode(bytes, transactionId)).toEqual({ ok: true, value: report });
  });

  it("shows a round trip of more than 16 s as the longest that it can", () => {
    const slow = { ...report, leg: { ...report.leg, rttMs: 60_000 } };
    const read = pathReport.decode(pathReport.encode(slow, transactionId), transactionId);
    expect(read.ok && read.value.leg.rttMs).toBe(0xfffe / 4);
  });

  it.each([
    ["path-report-length", bytes.subarray(1)],
    ["path-report-flags", Uint8Array.of(3, ...bytes.subarray(1))],
    ["path-report-counts", Uint8Array.of(0, 0, 1, 2, ...bytes.subarray(4))],
  ])("is refused where it cannot be true: %s", (reason, wrong) => {
    expect(pathReport.decode(wrong, transactionId)).toEqual({ ok: false, reason });
  });
});

describe("integrity", () => {
  it("does not hold for another key, nor after any bit of what it covers is changed", () => {
    const bytes = encodeStun({ class: "request", transactionId, attributes: { username: "x" } }, key);
    expect(verifyIntegrity(bytes, new Uint8Array(32))).toBe(false);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: (bytes.length - 8) * 8 - 1 }), (bit) => {
        const changed = bytes.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyIntegrity(changed, key)).toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  it("does not hold when it was cut short", () => {
    const whole = encodeStun({ class: "request", transactionId, attributes: {} }, key).subarray(24, 24 + 32);
    expect(verifyIntegrity(raw(0x0001, [0x001c, whole.subarray(0, 16)]), key)).toBe(false);
  });

  it("hides all attributes after it, except the fingerprint", () => {
    const signed = encodeStun({ class: "request", transactionId, attributes: {} }, key);
    const bytes = raw(
      0x0001,
      [0x001c, signed.subarray(24, 56)],
      [0x0006, text("late")],
      [0x7fff, text("unknown")],
      [0x0025, text("no flag")],
    );
    expect(verifyIntegrity(bytes, key)).toBe(true);
    expect(decodeStun(bytes)).toMatchObject({ ok: true, value: { attributes: {}, notUnderstood: [] } });
  });
});

describe("decoding what anyone may have sent", () => {
  it("never throws, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        decodeStun(bytes);
        verifyIntegrity(bytes, key);
        looksLikeStun(bytes);
      }),
    );
  });

  it("never throws, for any attributes behind a right header", () => {
    const tlv = fc.tuple(
      fc.constantFrom(0x0001, 0x0006, 0x0009, 0x000a, 0x0015, 0x001c, 0x0020, 0x0025, 0x8028, 0x7abc, 0x8022),
      fc.uint8Array({ maxLength: 40 }),
      fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined, freq: 8 }),
    );
    fc.assert(
      fc.property(fc.array(tlv, { maxLength: 6 }), (tlvs) => {
        const bytes = raw(
          0x0101,
          ...tlvs.map<[number, Uint8Array, number?]>(([t, v, l]) => (l === undefined ? [t, v] : [t, v, l])),
        );
        decodeStun(bytes);
        verifyIntegrity(bytes, key);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses every truncation", () => {
    const bytes = encodeStun(
      {
        class: "success",
        transactionId,
        attributes: { xorMappedAddress: { address: "192.0.2.1", port: 1 } },
      },
      key,
    );
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeStun(bytes.subarray(0, length)).ok).toBe(false);
      expect(verifyIntegrity(bytes.subarray(0, length), key)).toBe(false);
    }
  });

  it("refuses an attribute that claims to be longer than the message", () => {
    expect(decodeStun(raw(0x0001, [0x0006, text("abcd"), 5]))).toEqual({
      ok: false,
      reason: "attribute-truncated",
    });
    expect(decodeStun(raw(0x0001, [0x0006, text("abcd"), 65_535])).ok).toBe(false);
  });

  it("takes the first of two equal attributes, even when the second is malformed", () => {
    const bytes = raw(0x0001, [0x0006, text("first")], [0x0006, new Uint8Array([0xff])]);
    expect(decodeStun(bytes)).toMatchObject({ ok: true, value: { attributes: { username: "first" } } });
  });

  it("reports each type that must be understood and is not, and passes over the others", () => {
    const bytes = raw(
      0x0001,
      [0x0026, text("")],
      [0x7fff, text("x")],
      [0x0026, text("")],
      [0x8022, text("y")],
      [0x0001, text("z")],
    );
    expect(decodeStun(bytes)).toMatchObject({ ok: true, value: { notUnderstood: [0x0026, 0x7fff] } });
  });

  it.each([
    ["fingerprint-mismatch", raw(0x0001, [0x8028, new Uint8Array(4)])],
    ["fingerprint-not-last", raw(0x0001, [0x8028, new Uint8Array(4)], [0x8022, text("z")])],
    ["unknown-type", raw(0x0003)],
    ["too-long", raw(0x0001, [0x8022, new Uint8Array(528)])],
    ["text-not-utf8", raw(0x0001, [0x0006, new Uint8Array([0xc3, 0x28])])],
    ["text-too-long", raw(0x0001, [0x0015, new Uint8Array(509)])],
    ["flag-with-value", raw(0x0001, [0x0025, text("1")])],
    ["error-code-out-of-range", raw(0x0111, [0x0009, new Uint8Array([0, 0, 2, 99])])],
    ["error-code-out-of-range", raw(0x0111, [0x0009, new Uint8Array([0, 0, 4, 100])])],
    ["error-code-out-of-range", raw(0x0111, [0x0009, new Uint8Array([0, 0])])],
    ["type-list-odd", raw(0x0111, [0x000a, new Uint8Array(3)])],
    ["address-family", raw(0x0101, [0x0020, new Uint8Array(8)])],
    ["address-length", raw(0x0101, [0x0020, new Uint8Array([0, 2, 0, 0, 1, 2, 3, 4])])],
    ["wrong-length", Buffer.concat([raw(0x0001), new Uint8Array(4)])],
    ["not-stun", new Uint8Array(20)],
  ])("names the reason: %s", (reason, bytes) => {
    expect(decodeStun(bytes)).toEqual({ ok: false, reason });
  });

  it("shows an error's reason even where it is no UTF-8", () => {
    const bytes = raw(0x0111, [0x0009, new Uint8Array([0, 0, 4, 1, 0xff])]);
    expect(decodeStun(bytes)).toMatchObject({
      value: { attributes: { errorCode: { code: 401, reason: "\ufffd" } } },
    });
  });
});
