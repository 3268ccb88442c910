import { createHmac } from "node:crypto";
import * as v from "valibot";
import { addressBytes } from "../../../protocol/address.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { LanSecret } from "./lan-secret.ts";

/**
 * What a member says of itself on a LAN. To whoever knows the network's secret: "at the address that this came from, and
 * this port, is one of us". To others nothing, and the next one has nothing in common with it.
 */
export type Announcement = {
  /** Random, 16 hex digits. */
  readonly salt: string;
  /** 32 hex digits. */
  readonly tag: string;
};

/** A LAN's caches forget an announcement within minutes; a shorter window makes more multicast, a longer one tells more. */
export const WINDOW_MS = 15 * 60_000;

/** Records bear clocks that are 70 minutes off; a host without an NTP server in its LAN is exactly who is looked for here. */
const TOLERATED_WINDOWS = 5;

export const SALT_BYTES = 8;
/** Nobody guesses 128 bits, and a TXT record with them stays short. */
const TAG_DIGITS = 32;

/** It covers address and port, so that nobody can have members call at another by saying it again. */
export function announcementOf(key: LanSecret, salt: string, at: Endpoint, now: WallMs): Announcement {
  return { salt, tag: tagOf(key, salt, at, windowOf(now)) };
}

/** The one of `keys` that it was made with, for who it comes from; undefined where it is a stranger's, stale or moved. */
export function recognise(
  { salt, tag }: Announcement,
  from: Endpoint,
  keys: readonly LanSecret[],
  now: WallMs,
): LanSecret | undefined {
  const current = windowOf(now);
  return keys.find((key) => {
    for (let off = -TOLERATED_WINDOWS; off <= TOLERATED_WINDOWS; off++)
      if (tagOf(key, salt, from, current + off) === tag) return true;
    return false;
  });
}

/** The strings of the TXT record: salt and tag, and nothing else. The port is in the SRV record. */
export function txtOf({ salt, tag }: Announcement): Record<string, string> {
  return { s: salt, t: tag };
}

const txt = v.object({
  s: v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${2 * SALT_BYTES}}$`))),
  t: v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${TAG_DIGITS}}$`))),
});

/** Never throws: anybody may have sent it. What else it holds is left to later versions. */
export function decodeTxt(value: unknown): Decoded<Announcement> {
  const parsed = v.safeParse(txt, value);
  return parsed.success ? decoded({ salt: parsed.output.s, tag: parsed.output.t }) : refused("txt-malformed");
}

function windowOf(now: WallMs): number {
  return Math.floor(now / WINDOW_MS);
}

function tagOf({ key }: LanSecret, salt: string, { address, port }: Endpoint, window: number): string {
  const numbers = Buffer.alloc(10);
  numbers.writeBigInt64BE(BigInt(window));
  numbers.writeUInt16BE(port, 8);
  const mac = createHmac("sha256", key).update("tag\0").update(Buffer.from(salt, "hex"));
  return mac.update(numbers).update(addressBytes(address)).digest("hex").slice(0, TAG_DIGITS);
}
