import { createCipheriv, createDecipheriv } from "node:crypto";
import { decodeId, idBytes, type MemberId } from "../../../protocol/ids.ts";
import type { StunCredential } from "../../nat/stun-agent.ts";
import type { Random } from "../../random.ts";
import { derivedKey, type LanSecret } from "./lan-secret.ts";

/**
 * Binding requests (RFC 8489) to who announced `salt`: integrity under a key that follows from the network's secret and the
 * salt, and in the user name the sender's id, which is sealed: onlookers learn nothing from it, nor does who plays back
 * another's announcement. An answer proves a member, not which; the one that was asked then checks back under the pair's own key.
 */
const USERNAME = /^lan:([0-9a-f]{16}):([A-Za-z0-9_-]{59})$/;

const NONCE_BYTES = 12;
const SEAL_BYTES = 16;

export function lanCredential(
  secret: LanSecret,
  salt: string,
  self: MemberId,
  random: Random,
): StunCredential {
  const nonce = random.bytes(NONCE_BYTES);
  const options = { authTagLength: SEAL_BYTES };
  const cipher = createCipheriv("chacha20-poly1305", derivedKey(secret, "name", salt), nonce, options);
  const sealed = Buffer.concat([nonce, cipher.update(idBytes(self)), cipher.final(), cipher.getAuthTag()]);
  return { username: `lan:${salt}:${sealed.toString("base64url")}`, key: lanCheckKey(secret, salt) };
}

/** Of requests to who announced `salt`. */
export function lanCheckKey(secret: LanSecret, salt: string): Uint8Array {
  return derivedKey(secret, "check", salt);
}

/** Which announcement a request is about; undefined where it is about none. */
export function saltOf(username: string): string | undefined {
  return USERNAME.exec(username)?.[1];
}

/** Who says that it sent the request. Never throws: anybody may have made `username`. */
export function lanSender(username: string, secret: LanSecret): MemberId | undefined {
  const [, salt, text] = USERNAME.exec(username) ?? [];
  if (salt === undefined || text === undefined) return undefined;
  const sealed = Buffer.from(text, "base64url");
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const options = { authTagLength: SEAL_BYTES };
  const decipher = createDecipheriv("chacha20-poly1305", derivedKey(secret, "name", salt), nonce, options);
  decipher.setAuthTag(sealed.subarray(-SEAL_BYTES));
  try {
    const opened = Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, -SEAL_BYTES)),
      decipher.final(),
    ]);
    const id = decodeId<MemberId>(opened);
    return id.ok ? id.value : undefined;
  } catch {
    return undefined; // the only way in which node:crypto says that the seal is wrong
  }
}
