import { createHmac } from "node:crypto";

/** What announcements and checks on a LAN are made with. */
export type LanSecret = {
  /** Of the network's secret. */
  readonly epoch: number;
  readonly key: Uint8Array;
};

/** Follows from the network's secret, which only members know and each revocation replaces. */
export function lanSecretOf(epoch: number, secret: Uint8Array): LanSecret {
  return { epoch, key: hmac(secret, "hopwire lan v1\0") };
}

/** A key for one purpose and one announcement. */
export function derivedKey({ key }: LanSecret, purpose: "check" | "name", salt: string): Uint8Array {
  return hmac(key, `${purpose}\0${salt}`);
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}
