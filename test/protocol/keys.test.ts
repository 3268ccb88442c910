import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  keyBytes,
  keyText,
  privateKeyOf,
  publicKeyOf,
  rawPublicKey,
  sharedSecret,
  sha256,
  signBytes,
  verifyBytes,
} from "../../protocol/keys.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const toHex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

describe("keys", () => {
  // RFC 8032, section 7.1, test 1
  it("of Ed25519 are those of the RFC", () => {
    const key = privateKeyOf(
      "ed25519",
      hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    );
    expect(toHex(rawPublicKey(key))).toBe("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  });

  // RFC 7748, section 6.1
  it("of X25519 agree on the secret of the RFC", () => {
    const bob = privateKeyOf(
      "x25519",
      hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
    );
    const alice = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    expect(toHex(rawPublicKey(bob))).toBe("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    expect(toHex(sharedSecret(bob, alice))).toBe(
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    );
  });

  it("come back from their public object", () => {
    const raw = rawPublicKey(privateKeyOf("ed25519", new Uint8Array(32).fill(1)));
    expect(rawPublicKey(publicKeyOf("ed25519", raw))).toEqual(raw);
  });

  it("have one base64 form of 44 characters, and no other is taken", () => {
    const text = keyText(new Uint8Array(32).fill(255));
    expect(text).toBe("//////////////////////////////////////////8=");
    expect(keyBytes(text)).toEqual(new Uint8Array(32).fill(255));
    for (const bad of [
      text.slice(0, -1),
      `${text} `,
      text.replace("8=", "9="),
      text.replaceAll("/", "_"),
      "",
    ])
      expect(keyBytes(bad)).toBeUndefined();
  });
});

describe("a signature", () => {
  const key = privateKeyOf("ed25519", new Uint8Array(32).fill(1));
  const author = rawPublicKey(key);
  const data = new Uint8Array([1, 2, 3]);

  it("holds for its domain, data and key only", () => {
    const signature = signBytes("record", data, key);
    const other = rawPublicKey(privateKeyOf("ed25519", new Uint8Array(32).fill(2)));
    expect(verifyBytes("record", data, signature, author)).toBe(true);
    expect(verifyBytes("redeem", data, signature, author)).toBe(false);
    expect(verifyBytes("record", new Uint8Array([1, 2, 4]), signature, author)).toBe(false);
    expect(verifyBytes("record", data, signature, other)).toBe(false);
  });

  it("is false, and no exception, for any bytes as key and signature", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.uint8Array({ maxLength: 40 }),
        (signature, publicKey) => {
          expect(verifyBytes("record", data, signature, publicKey)).toBe(false);
        },
      ),
    );
    const exact = (length: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(exact(64), exact(32), (signature, publicKey) => {
        expect(verifyBytes("record", data, signature, publicKey)).toBe(false);
      }),
    );
  });
});

describe("a shared secret", () => {
  const key = privateKeyOf("x25519", new Uint8Array(32).fill(1));

  // RFC 7748, section 6.1; the points are those of https://cr.yp.to/ecdh.html#validate
  it.each([
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
  ])("is refused for the low-order point %s", (point) => {
    expect(sharedSecret(key, hex(point))).toBeUndefined();
  });

  it("is refused for what is no key", () => {
    expect(sharedSecret(key, new Uint8Array(31))).toBeUndefined();
  });
});

it("SHA-256 of parts is that of their concatenation", () => {
  expect(toHex(sha256("a", "bc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(sha256("ab", new Uint8Array([0x63]))).toEqual(sha256("abc"));
});
