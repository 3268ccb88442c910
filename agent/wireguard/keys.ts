import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Random } from "../random.ts";

/** Curve25519 keys as WireGuard's tools write them: 32 bytes in base64. */
export type WireguardKeyPair = { readonly privateKey: string; readonly publicKey: string };

const KEY_BYTES = 32;

/** The DER head of an X25519 private key (RFC 8410, section 7); node:crypto takes no raw key. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");

/** The private key is clamped as in RFC 7748, section 5, like that of `wg genkey`. */
export function generateKeyPair(random: Random): WireguardKeyPair {
  const raw = Buffer.from(random.bytes(KEY_BYTES));
  raw.writeUInt8(raw.readUInt8(0) & 0xf8, 0);
  raw.writeUInt8((raw.readUInt8(31) & 0x7f) | 0x40, 31);
  const privateKey = raw.toString("base64");
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

/** Throws RangeError for what is no key; the message does not repeat it. */
export function publicKeyOf(privateKey: string): string {
  if (!isKey(privateKey)) throw new RangeError("not a WireGuard private key");
  const key = Buffer.concat([PKCS8_HEAD, Buffer.from(privateKey, "base64")]);
  const { x } = createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" })).export({
    format: "jwk",
  });
  return Buffer.from(x ?? "", "base64url").toString("base64");
}

/** Whether `text` is the one canonical base64 form of 32 bytes: the last digit carries four bits, then one "=". */
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text);
}

/** `wg` repeats a key that it dislikes in its complaint: nothing key-shaped leaves in an error. */
export function redactKeys(text: string): string {
  return text.replace(/[A-Za-z0-9+/]{43}=?/g, "(key)");
}
