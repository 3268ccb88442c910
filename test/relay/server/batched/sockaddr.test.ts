import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSockaddr, encodeSockaddr } from "../../../../agent/relay/server/batched/sockaddr.ts";
import { canonicalIPv6 } from "../../../../protocol/endpoint.ts";

describe("a socket address", () => {
  it("is laid out as the kernel has it", () => {
    const zeros = (bytes: number) => "00".repeat(bytes);
    const hex = (address: string, port: number) =>
      Buffer.from(encodeSockaddr({ address, port })).toString("hex");
    expect(hex("192.0.2.1", 51_820)).toBe("0200ca6cc0000201" + zeros(20));
    expect(hex("2001:db8::1", 1)).toBe("0a000001" + zeros(4) + "20010db8" + zeros(11) + "01" + zeros(4));
  });

  it("comes back as the endpoint that it was made of", () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((text) => canonicalIPv6(text) !== undefined),
    );
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 65_535 }), (text, port) => {
        const endpoint = { address: canonicalIPv6(text) ?? text, port };
        expect(decodeSockaddr(encodeSockaddr(endpoint))).toEqual(endpoint);
      }),
    );
  });

  it("of another family is none", () => {
    expect(decodeSockaddr(new Uint8Array(28))).toBeUndefined();
  });
});
