import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBencode, encodeBencode, type Bencoded } from "../../../agent/registry/dht/bencode.ts";

const REFUSED = { ok: false, reason: "bencode-malformed" };
const decode = (text: string): unknown => decodeBencode(Buffer.from(text, "latin1"));

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const number = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });
const leaf: fc.Arbitrary<Bencoded> = fc.oneof(bytes, number);
const list = (item: fc.Arbitrary<Bencoded>): fc.Arbitrary<Bencoded> => fc.array(item, { maxLength: 4 });
const dictionary = (item: fc.Arbitrary<Bencoded>): fc.Arbitrary<Bencoded> =>
  fc
    .array(fc.tuple(bytes, item), { maxLength: 4 })
    .map((entries) => new Map(entries.map(([key, value]) => [key.toString("latin1"), value])));
const shallow = fc.oneof(leaf, list(leaf), dictionary(leaf));
const value = fc.oneof(shallow, list(shallow), dictionary(shallow));

//
describe("bencoding", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(decodeBencode(encodeBencode(one))).toEqual({ ok: true, value: one });
      }),
    );
  });

  it("puts keys in order", () => {
    const fields = new Map<string, Bencoded>([
      ["seq", 1],
      ["k", Buffer.from("x")],
    ]);
    expect(encodeBencode(fields).toString()).toBe("d1:k1:x3:seqi1ee");
  });

  it("refuses what has libraries go round and round: lengths below nothing", () => {
    for (const text of ["l-3:", "d-3:", "-1:", "l-0:e", "d1:a-6:", "i-e"])
      expect(decode(text)).toEqual(REFUSED);
  });

  it("refuses a second form of anything, and what ends early or late", () => {
    for (const text of [
      ...["", "i01e", "i-0e", "i+1e", "i1.5e", "i1", "01:a", "5:abc", "l", "d", "le1", "d1:ae", "di1ei2ee"],
      ...["d1:ai1e1:ai2ee", "i9999999999999999e", "llllleeeee", "99999999999999999999:"],
    ])
      expect(decode(text)).toEqual(REFUSED);
  });

  it("takes any bytes without an exception", () => {
    const mutated = fc
      .tuple(value, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }))
      .map(([one, changes]) => {
        const encoded = encodeBencode(one);
        for (const [at, byte] of changes) if (at < encoded.length) encoded[at] = byte;
        return encoded;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (input) => {
        const result = decodeBencode(input);
        // What is taken has one form, but for the order of keys.
        if (result.ok) expect(encodeBencode(result.value)).toHaveLength(input.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
