import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalIPv6,
  familyOf,
  formatEndpoint,
  isIPv4,
  isUsableRemote,
  parseEndpoint,
  sameEndpoint,
} from "../../protocol/endpoint.ts";

describe("an endpoint", () => {
  it.each([
    ["192.0.2.1:51820", { address: "192.0.2.1", port: 51820 }],
    ["[2001:db8::1]:1", { address: "2001:db8::1", port: 1 }],
    ["[2001:0DB8:0:0::1]:65535", { address: "2001:db8::1", port: 65535 }],
  ])("%s is read", (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual({ ok: true, value: endpoint });
  });

  it.each([
    ["example.org:1", "not-an-endpoint"],
    ["192.0.2.1", "not-an-endpoint"],
    ["[fe80::1%eth0]:1", "not-an-endpoint"],
    ["192.0.2.1:1 ", "not-an-endpoint"],
    ["192.0.2.1:0", "port-out-of-range"],
    ["192.0.2.1:65536", "port-out-of-range"],
    ["192.0.2:1", "not-an-address"],
    ["192.0.2.01:1", "not-an-address"],
    ["256.0.2.1:1", "not-an-address"],
    ["[1::2::3]:1", "not-an-address"],
    ["[192.0.2.1]:1", "not-an-address"],
  ])("%s is refused: %s", (text, reason) => {
    expect(parseEndpoint(text)).toEqual({ ok: false, reason });
  });

  it("comes back from its text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (text, port) => {
        const address = canonicalIPv6(text) ?? text;
        expect(parseEndpoint(formatEndpoint({ address, port }))).toEqual({
          ok: true,
          value: { address, port },
        });
      }),
    );
  });

  it("is refused without an exception for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseEndpoint(text).ok).toBe(false);
      }),
    );
  });

  it("equals another of the same address and port", () => {
    const endpoint = { address: "192.0.2.1", port: 1 };
    expect(sameEndpoint(endpoint, { ...endpoint })).toBe(true);
    expect(sameEndpoint(endpoint, { ...endpoint, port: 2 })).toBe(false);
    expect(sameEndpoint(undefined, undefined)).toBe(false);
  });
});

describe("an address", () => {
  it("of IPv4 has four numbers without leading zeros", () => {
    expect(["0.0.0.0", "255.255.255.255", "10.20.30.40"].every(isIPv4)).toBe(true);
    for (const bad of [
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4.",
      ".1.2.3.4",
      "",
      "1.2.3.4\n",
    ])
      expect(isIPv4(bad)).toBe(false);
  });

  // RFC 5952
  it("of IPv6 has one text", () => {
    for (const same of ["2001:db8:0:0:0:0:0:1", "2001:0db8::0001", "2001:DB8::1"])
      expect(canonicalIPv6(same)).toBe("2001:db8::1");
    expect(canonicalIPv6("::ffff:192.0.2.1")).toBe("::ffff:c000:201");
    for (const bad of ["192.0.2.1", "::1]/[", "::1]:80", "g::", ":", "1:2", "::1 ", ""])
      expect(canonicalIPv6(bad)).toBeUndefined();
  });

  it("has a family", () => {
    expect([familyOf("192.0.2.1"), familyOf("::1")]).toEqual(["ipv4", "ipv6"]);
  });
});

//
describe("where packets may be sent because a remote said so", () => {
  it.each([
    "192.0.2.1",
    "10.0.0.1",
    "100.64.0.1",
    "169.253.1.1",
    "223.255.255.255",
    "2001:db8::1",
    "fd00::1",
  ])("%s", (address) => {
    expect(isUsableRemote(address)).toBe(true);
  });

  it.each(["0.0.0.0", "127.0.0.1", "127.255.0.1", "169.254.169.254", "224.0.0.1", "255.255.255.255"])(
    "not %s",
    (address) => {
      expect(isUsableRemote(address)).toBe(false);
    },
  );

  it.each(["::", "::1", "fe80::1", "febf::1", "ff02::1", "::ffff:7f00:1"])("not %s", (address) => {
    expect(isUsableRemote(address)).toBe(false);
  });
});
