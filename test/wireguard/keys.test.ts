import fc from "fast-check";
import { expect, test } from "vitest";
import type { Random } from "../../agent/random.ts";
import { generateKeyPair, isKey, publicKeyOf, redactKeys } from "../../agent/wireguard/keys.ts";

const fixed = (bytes: Uint8Array): Random => ({ bytes: () => bytes, fraction: () => 0 });

test.each([
  [
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
  ],
  [
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  ],
])("the public key of %s is that of RFC 7748, section 6.1", (privateHex, publicHex) => {
  const publicKey = publicKeyOf(Buffer.from(privateHex, "hex").toString("base64"));
  expect(Buffer.from(publicKey, "base64").toString("hex")).toBe(publicHex);
});

test("a generated private key is clamped, and both keys are canonical", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const { privateKey, publicKey } = generateKeyPair(fixed(bytes));
      const raw = Buffer.from(privateKey, "base64");
      expect(raw.readUInt8(0) & 0x07).toBe(0);
      expect(raw.readUInt8(31) & 0xc0).toBe(0x40);
      expect(isKey(privateKey) && isKey(publicKey)).toBe(true);
      expect(redactKeys(`wg: ${privateKey}!`)).toBe("wg: (key)!");
    }),
    { numRuns: 50 },
  );
});

test.each(["", "abc", "A".repeat(43), `${"A".repeat(42)}B=`, "A".repeat(44), `${"A".repeat(43)}=\n`])(
  "%j is no key",
  (text) => {
    expect(isKey(text)).toBe(false);
    expect(() => publicKeyOf(text)).toThrow("not a WireGuard private key");
  },
);
