import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyPacket, hasMac1, mac1Key } from "../../protocol/wireguard-packet.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

/** A handshake and a first data packet that wireguard-go 0.0.20220316 sent; the private keys are gone. */
const captured = {
  initiatorKey: Buffer.from("VtlHAv+4YrwR878TnzT8rU4qXTXhBFmxUE/16kULLhk=", "base64"),
  responderKey: Buffer.from("Dbz7hQGEV/lpZTCxIYYDs1ROrq4Jb6x4TjVpvdTy7Es=", "base64"),
  initiation: hex(`
    0100000096a98ada9967fdd3e4d8e68da74c8bd481343f51a41f1661c6027e80a9525bc21635392c8adcb86b
    f2560d013b98fdec97a5eb2184d61155c32016cc5a18c0b8d85a70b08bd5ded70904b06cb34aac77c5dd2caf
    98c9fda1dda5b1fb32ee478c5172d6f5fea89a2e5430310c6c24a807e3784094a010b6d37deb5561c5a42c4f
    00000000000000000000000000000000`),
  response: hex(`
    020000008f0c9b2196a98ada9c3e7595e0ec2212ffb796b4bd65c058adc0cf0625075f88759459b43f1d2665
    9df1705feae987c4913774925196f0164994ecc152ab77fe24eaba47cef93af0000000000000000000000000
    00000000`),
  data: hex(`
    040000008f0c9b21000000000000000096730a131bddfe5f3803b9b4525e3a0ce53ad83a8678f8ef8e055124
    7e68182ebbbde715574ed9c8555bd6602316a346a612fb72d8fa4d85218d0877948875a9e77f6e3ba4560aaa
    03725d7d6cae6581beda603c6f0abcc1d7b19bff4f34cf60d55a0a1e6f47c39a46ec080ecc01d16e`),
};

describe("packets of a real handshake", () => {
  it("are told apart, with their indices", () => {
    const initiator = 0xda8aa996;
    const responder = 0x219b0c8f;
    expect(classifyPacket(captured.initiation)).toEqual({
      ok: true,
      value: { type: "initiation", sender: initiator },
    });
    expect(classifyPacket(captured.response)).toEqual({
      ok: true,
      value: { type: "response", sender: responder, receiver: initiator },
    });
    expect(classifyPacket(captured.data)).toEqual({ ok: true, value: { type: "data", receiver: responder } });
  });

  it("carry mac1 for whom they are addressed to, and for nobody else", () => {
    const initiator = mac1Key(captured.initiatorKey);
    const responder = mac1Key(captured.responderKey);
    expect(hasMac1(captured.initiation, responder)).toBe(true);
    expect(hasMac1(captured.initiation, initiator)).toBe(false);
    expect(hasMac1(captured.response, initiator)).toBe(true);
    expect(hasMac1(captured.response, responder)).toBe(false);
    expect(hasMac1(captured.data, responder)).toBe(false);
  });

  it("lose mac1 when any bit before mac2 changes, and keep it when mac2 does", () => {
    const key = mac1Key(captured.responderKey);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 148 * 8 - 1 }), (bit) => {
        const changed = captured.initiation.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(hasMac1(changed, key)).toBe(bit >= 132 * 8);
      }),
    );
  });
});

describe("packets of any shape", () => {
  const packet = (type: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    bytes[0] = type;
    return bytes;
  };

  it("never throw, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        classifyPacket(bytes);
        hasMac1(bytes, new Uint8Array(32));
      }),
    );
  });

  it.each([
    [1, 148, "initiation"],
    [2, 92, "response"],
    [3, 64, "cookie-reply"],
    [4, 32, "data"],
    [4, 1452, "data"],
    [4, 33, "data"],
  ] as const)("type %i with %i bytes is %s", (type, length, name) => {
    expect(classifyPacket(packet(type, length))).toMatchObject({ ok: true, value: { type: name } });
  });

  it.each([
    [1, 147, "initiation-length"],
    [1, 149, "initiation-length"],
    [2, 91, "response-length"],
    [2, 93, "response-length"],
    [3, 63, "cookie-reply-length"],
    [4, 31, "too-short"],
    [5, 64, "not-wireguard"],
    [0, 64, "not-wireguard"],
  ])("type %i with %i bytes is refused: %s", (type, length, reason) => {
    expect(classifyPacket(packet(type, length))).toEqual({ ok: false, reason });
  });

  it("must have zero in the reserved bytes", () => {
    for (const at of [1, 2, 3]) {
      const bytes = packet(4, 64);
      bytes[at] = 1;
      expect(classifyPacket(bytes)).toEqual({ ok: false, reason: "not-wireguard" });
    }
  });
});
