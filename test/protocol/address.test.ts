import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressAt4, addressBytes, addressText, isInPrefix, parsePrefix4 } from "../../protocol/address.ts";
import { canonicalIPv6, isIPv4 } from "../../protocol/endpoint.ts";

describe("an address", () => {
  it.each([
    ["100.64.0.1", "64400001"],
    ["::", "00".repeat(16)],
    ["::1", `${"00".repeat(15)}01`],
    ["2001:db8::", `20010db8${"00".repeat(12)}`],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["fd00::1:0:0:1", "fd000000000000000001000000000001"],
  ])("%s is the bytes %s", (text, bytes) => {
    expect(Buffer.from(addressBytes(text)).toString("hex")).toBe(bytes);
    expect(addressText(addressBytes(text))).toBe(text);
  });

  it("of any 4 or 16 bytes has one canonical text, and comes back from it", () => {
    const of = (length: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(of(4), of(16), (four, sixteen) => {
        const [text4 = "", text6 = ""] = [addressText(four), addressText(sixteen)];
        expect([isIPv4(text4), canonicalIPv6(text6)]).toEqual([true, text6]);
        expect([addressBytes(text4), addressBytes(text6)]).toEqual([four, sixteen]);
      }),
    );
  });

  it("has no other length", () => {
    for (const length of [0, 3, 5, 15, 17]) expect(addressText(new Uint8Array(length))).toBeUndefined();
  });
});

describe("a prefix", () => {
  it("holds its first and its last address, and neither neighbour", () => {
    const prefix = { address: "100.64.0.0", length: 10 };
    const held = ["100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"].map((a) =>
      isInPrefix(a, prefix),
    );
    expect(held).toEqual([false, true, true, false]);
  });

  it("of one family holds nothing of the other", () => {
    expect(isInPrefix("::", { address: "0.0.0.0", length: 0 })).toBe(false);
    expect(isInPrefix("fd00::1", { address: "fd00::", length: 64 })).toBe(true);
  });

  it("is read from a text whose host bits are zero", () => {
    expect(parsePrefix4("100.64.0.0/16")).toEqual({ address: "100.64.0.0", length: 16 });
    for (const bad of [
      "100.64.0.1/16",
      "10.0.0.0/7",
      "10.0.0.0/31",
      "10.0.0/8",
      "10.0.0.0",
      "a/8",
      "10.0.0.0/8 ",
      "",
    ])
      expect(parsePrefix4(bad)).toBeUndefined();
  });

  it("counts its addresses across every byte", () => {
    const prefix = { address: "10.255.255.0", length: 24 };
    expect([0, 255, 256].map((offset) => addressAt4(prefix, offset))).toEqual([
      "10.255.255.0",
      "10.255.255.255",
      "11.0.0.0",
    ]);
  });
});
