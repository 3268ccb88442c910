import { createHash, createHmac, type KeyObject } from "node:crypto";
import type { MemberId } from "../../../protocol/ids.ts";
import { privateKeyOf, rawPublicKey } from "../../../protocol/keys.ts";
import type { WallMs } from "../../../protocol/time.ts";
import { MAX_FUTURE_MS } from "../store.ts";

/** What places in the DHT are made of. */
export type DhtSecret = {
  /** Of the network's secret. */
  readonly epoch: number;
  readonly key: Uint8Array;
};

/**
 * One place of the network in the DHT, for one window of time: whoever knows the secret may write there, and read. To the
 * DHT's nodes it is a key like any other, which has nothing in common with another slot's, window's or network's.
 */
export type Slot = {
  readonly epoch: number;
  readonly window: number;
  readonly index: number;
  /** Ed25519: what BEP 44 has nodes check who writes by. */
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  /** SHA-1 of the public key: where it lies (BEP 44). */
  readonly target: Uint8Array;
  readonly sealKey: Uint8Array;
};

/** Of each window. A member needs one volunteer to find all others by: four leave room for some that are down, and are read at once. */
export const SLOTS = 4;

/**
 * Short, so that who watches the nodes near a slot, or was brought to bear on them, has to begin anew; longer than clocks are
 * off (`MAX_FUTURE_MS`), so that a writer's window is never further away than the next.
 */
export const WINDOW_MS = 2 * 3_600_000;

/** Follows from the network's secret, which only members know and each revocation replaces. */
export function dhtSecretOf(epoch: number, secret: Uint8Array): DhtSecret {
  return { epoch, key: hmac(secret, "hopwire dht v1\0") };
}

export function slotAt({ epoch, key }: DhtSecret, window: number, index: number): Slot {
  const place = Buffer.alloc(9);
  place.writeBigInt64BE(BigInt(window));
  place.writeUInt8(index, 8);
  const privateKey = privateKeyOf("ed25519", hmac(key, "slot\0", place));
  const publicKey = rawPublicKey(privateKey);
  const target = new Uint8Array(createHash("sha1").update(publicKey).digest());
  return { epoch, window, index, privateKey, publicKey, target, sealKey: hmac(key, "seal\0", place) };
}

/**
 * In the order in which the member tries them: it begins where its id leads it in this window. So volunteers that all start
 * at once spread over the slots, and none has the same neighbours in the DHT for long.
 */
export function slotOrder({ key }: DhtSecret, window: number, member: MemberId): readonly number[] {
  const first = (hmac(key, `choice\0${window}\0${member}`)[0] ?? 0) % SLOTS;
  return Array.from({ length: SLOTS }, (_, step) => (first + step) % SLOTS);
}

/** Where what is written now is looked for until `nextMs` from now, when it is written again: in one window, or two. */
export function windowsToWrite(now: WallMs, nextMs: number): readonly number[] {
  return windowsOf(now, now, now + nextMs);
}

/** The current one first: with good clocks what there is lies there. Then those in which a writer may be whose clock is off. */
export function windowsToRead(now: WallMs): readonly number[] {
  return windowsOf(now, now - MAX_FUTURE_MS, now + MAX_FUTURE_MS);
}

/** Every window from `from` to `to`; at most three, as long as these are no further than a window from `now`. */
function windowsOf(now: WallMs, from: number, to: number): readonly number[] {
  return [...new Set([now, from, to].map((at) => Math.floor(at / WINDOW_MS)))];
}

function hmac(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}
