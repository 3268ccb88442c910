import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";

/** Raw keys are 32 bytes for Ed25519 (RFC 8032) and X25519 (RFC 7748) alike. */
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** DER headers of RFC 8410: the fixed bytes before a raw key in PKCS #8 and SubjectPublicKeyInfo. */
const DER = {
  ed25519: { pkcs8: "302e020100300506032b657004220420", spki: "302a300506032b6570032100" },
  x25519: { pkcs8: "302e020100300506032b656e04220420", spki: "302a300506032b656e032100" },
} as const;

type Curve = keyof typeof DER;

export function privateKeyOf(curve: Curve, raw: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(DER[curve].pkcs8, "hex"), raw]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

export function publicKeyOf(curve: Curve, raw: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(DER[curve].spki, "hex"), raw]);
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** The raw 32 bytes of the public half of either kind of key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const half = key.type === "private" ? createPublicKey(key) : key;
  return new Uint8Array(half.export({ format: "der", type: "spki" }).subarray(-KEY_BYTES));
}

/** Every signature says what it is for, so that none can be shown as another. */
export type SignatureDomain = "record" | "hello" | "message" | "redeem" | "certify";

function domainBytes(domain: SignatureDomain, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`hopwire ${domain} v1\0`), data]);
}

export function signBytes(domain: SignatureDomain, data: Uint8Array, key: KeyObject): Uint8Array {
  return new Uint8Array(sign(null, domainBytes(domain, data), key));
}

/** False for a key or signature of any wrong shape; about 144 us, so check what is cheaper first. */
export function verifyBytes(
  domain: SignatureDomain,
  data: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  return verify(null, domainBytes(domain, data), publicKeyOf("ed25519", publicKey), signature);
}

/** X25519. Undefined for a low-order point: the shared secret would be known to everybody (RFC 7748, section 6.1). */
export function sharedSecret(privateKey: KeyObject, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== KEY_BYTES) return undefined;
  try {
    const secret = diffieHellman({ privateKey, publicKey: publicKeyOf("x25519", publicKey) });
    return secret.every((byte) => byte === 0) ? undefined : new Uint8Array(secret);
  } catch {
    return undefined; // OpenSSL refuses some low-order points by throwing
  }
}

export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** A key as WireGuard's tools write it. */
export function keyText(raw: Uint8Array): string {
  return Buffer.from(raw).toString("base64");
}

/** Undefined unless it is the canonical base64 of 32 bytes. */
export function keyBytes(text: string): Uint8Array | undefined {
  const raw = Buffer.from(text, "base64");
  return raw.length === KEY_BYTES && raw.toString("base64") === text ? new Uint8Array(raw) : undefined;
}
