import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../../../agent/config/cidr.ts";
import {
  classifyAddress as classifySource,
  isReflectorPort,
} from "../../../../agent/relay/server/guard/address-filter.ts";
import { AddressLists, type ListTexts } from "../../../../agent/relay/server/guard/address-lists.ts";
import { readSource } from "../../../../agent/relay/server/guard/source.ts";
import { addressBytes } from "../../../../protocol/address.ts";
import { canonicalIPv6, isIPv4 } from "../../../../protocol/endpoint.ts";

const classifyAddress = (address: string) => classifySource(readSource(address));
const keyOf = (address: string) => readSource(address)?.key;

/** How IPv6 addresses may be written, right and nearly right. */
const written = fc.oneof(
  fc.ipV6(),
  fc.ipV6().map((address) => address.toUpperCase()),
  fc
    .tuple(fc.ipV6(), fc.nat(45), fc.constantFrom("", ":", "::", "0", ".", "1.2.3.4", "f", "g"))
    .map(([address, at, change]) => address.slice(0, at) + change + address.slice(at + 1)),
  fc
    .tuple(fc.constantFrom("::", "::ffff:", "64:ff9b::", "1:2:3:4:5:6:", "1::6:7:"), fc.ipV4())
    .map((parts) => parts.join("")),
  fc
    .array(fc.constantFrom(":", "::", "0", "00", "1f", "ffff", "fffff", ".", "255", "256", "09"), {
      maxLength: 17,
    })
    .map((parts) => parts.join("")),
);

function lists(texts: Partial<ListTexts>): AddressLists {
  const parsed = AddressLists.parse({ allow: [], block: [], ...texts });
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

//
describe("the source that is counted", () => {
  it("is an IPv4 address alone, and an IPv6 /64 as a whole", () => {
    expect(keyOf("192.0.2.1")).not.toBe(keyOf("192.0.2.2"));
    expect(keyOf("2001:db8:0:1::1")).toBe(keyOf("2001:db8:0:1:ffff:ffff:ffff:ffff"));
    expect(keyOf("2001:db8:0:1::1")).not.toBe(keyOf("2001:db8:0:2::1"));
  });

  it.each(["::ffff:192.0.2.1", "::FFFF:c000:201", "64:ff9b::192.0.2.1"])(
    "is the IPv4 address that %s carries",
    (address) => {
      expect(keyOf(address)).toBe("192.0.2.1");
    },
  );

  it("does not depend on how an address is written", () => {
    expect(keyOf("2001:DB8:0:0::1%eth0")).toBe(keyOf("2001:db8::1"));
    expect(readSource("fe80::1%eth0")?.address).toBe("fe80::1");
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(keyOf(address)).toBe(keyOf(canonicalIPv6(address) ?? ""));
      }),
    );
  });

  it("is read from what the URL standard takes for an IPv6 address, and from nothing else", () => {
    fc.assert(
      fc.property(written, (text) => {
        const canonical = canonicalIPv6(text);
        const source = isIPv4(text) ? undefined : readSource(text);
        expect(source !== undefined).toBe(canonical !== undefined);
        if (source === undefined || canonical === undefined) return;
        const bytes = addressBytes(canonical);
        if (source.family === "ipv4") {
          expect(source.address).toBe(bytes.subarray(12).join("."));
        } else {
          const groups = Buffer.from(bytes);
          const halves = [groups.readUInt32BE(0), groups.readUInt32BE(4)];
          expect(source.key).toBe(halves.map((half) => half.toString(16)).join(":"));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("is nobody where the text is no address", () => {
    fc.assert(fc.property(fc.string(), (text) => void readSource(text)));
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.]{0,16}$/), (text) => {
        expect(readSource(text) !== undefined).toBe(isIPv4(text));
      }),
    );
    for (const text of [
      "",
      "localhost",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "::g",
      "1::2:3:4:5:6:7:8",
      ":1::2",
    ])
      expect(readSource(text)).toBeUndefined();
  });
});

//
describe("the address filter", () => {
  it.each([
    ...["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"],
    ...["0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "::ffff:a9fe:a9fe", "169.254.0.1"],
    ...["fd00:ec2::254", "fe80::1", "fe80::1%eth0", "febf::1", "ff02::1", "224.0.0.1", "255.255.255.255"],
    ...["240.0.0.1", "", "example.org"],
  ])("takes %j for nobody that could be relayed to", (address) => {
    expect(classifyAddress(address)).toBe("never");
  });

  it.each([
    ...["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1"],
    ...["fc00::1", "fd12:3456::1", "fd00:ec2::253", "fec0::1", "::ffff:10.0.0.1"],
  ])("takes %s for private", (address) => {
    expect(classifyAddress(address)).toBe("private");
  });

  it.each(["9.255.255.255", "172.32.0.1", "100.128.0.1", "128.0.0.1", "223.255.255.255", "2001:db8::1"])(
    "takes %s for public",
    (address) => {
      expect(classifyAddress(address)).toBe("public");
    },
  );

  it("knows the ports of reflectors", () => {
    const at = (port: number) => isReflectorPort({ address: "192.0.2.1", port });
    expect([0, 53, 123, 11_211].map(at)).toEqual([true, true, true, true]);
    expect([51_820, 54, 65_535].map(at)).toEqual([false, false, false]);
  });
});

//
describe("the address lists", () => {
  it("let everybody in who is not blocked, while nobody is allowed by name", () => {
    const { verdict } = bound(lists({ block: ["192.0.2.0/24", "2001:db8::/32"] }));
    expect(verdict("192.0.2.7")).toBe("blocked");
    expect(verdict("2001:db8:1::1")).toBe("blocked");
    expect(verdict("198.51.100.1")).toBe("allowed");
  });

  it("leave out everybody else where they allow some, and block wins", () => {
    const { verdict } = bound(lists({ allow: ["192.0.2.0/24"], block: ["192.0.2.7"] }));
    expect(verdict("192.0.2.8")).toBe("allowed");
    expect(verdict("192.0.2.7")).toBe("blocked");
    expect(verdict("198.51.100.1")).toBe("not-allowed");
    expect(verdict("2001:db8::1")).toBe("not-allowed");
  });

  it.each([
    "",
    "example.org",
    "192.0.2.0/33",
    "192.0.2.1/24",
    "2001:db8::/129",
    "2001:db8::1/32",
    "1.2.3.4/",
  ])("refuse %j, which is no block of addresses", (text) => {
    expect(parseCidr(text)).toBeUndefined();
    expect(AddressLists.parse({ allow: [text], block: [] })).toEqual({ ok: false, reason: "not-a-cidr" });
    expect(AddressLists.parse({ allow: [], block: [text] }).ok).toBe(false);
  });

  it("take blocks of every length", () => {
    expect(parseCidr("0.0.0.0/0")).toEqual({ address: "0.0.0.0", length: 0, family: "ipv4" });
    expect(parseCidr("128.0.0.0/1")?.length).toBe(1);
    expect(parseCidr("2001:DB8::1")).toEqual({ address: "2001:db8::1", length: 128, family: "ipv6" });
    expect(lists({ block: ["::/0"] }).verdict(sourceOf("2001:db8::1"))).toBe("blocked");
  });
});

const bound = (all: AddressLists) => ({ verdict: (address: string) => all.verdict(sourceOf(address)) });

function sourceOf(address: string) {
  const source = readSource(address);
  if (source === undefined) throw new Error(`${address} is no address`);
  return source;
}
