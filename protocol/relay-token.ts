import { compactVerify, decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import type { KeyObject } from "node:crypto";
import * as v from "valibot";
import { decoded, refused, type Decoded } from "./decoded.ts";
import { guestIdOf, idBytes, parseId, type AllocationId, type MemberId, type NetworkId } from "./ids.ts";
import { keyBytes, sha256 } from "./keys.ts";
import type { WallMs } from "./time.ts";

/** What a relay grants to whom is its operator's table; the token only names the row. */
export type RelayTier = (typeof RELAY_TIERS)[number];

/** From worst to best. */
export const RELAY_TIERS = ["free", "paid", "unlimited"] as const;

/** `wireguardKey` is base64, as `wg` prints it. */
export type PairMember = { readonly memberId: MemberId; readonly wireguardKey: string };

/** Sorted by member id, so that both ends agree which of them is leg a. */
export type Pair = readonly [a: PairMember, b: PairMember];

/** An invite's temporary key as the end of a pair: whoever holds the token, and nobody else, is reached by it. */
export function guestOf(wireguardKey: string): PairMember {
  return { memberId: guestIdOf(keyBytes(wireguardKey) ?? new Uint8Array()), wireguardKey };
}

export function isGuest({ memberId, wireguardKey }: PairMember): boolean {
  return memberId === guestOf(wireguardKey).memberId;
}

/** RFC 7519 names in the comments. Limits of 0 mean "not limited". */
export type RelayTokenClaims = {
  readonly issuer: MemberId; // iss: the member that minted it
  readonly relay: MemberId; // aud
  readonly network: NetworkId; // net
  /** Of the network's secret, as the issuer knew it: each revocation begins a new one. */
  readonly epoch: number; // epoch
  readonly allocation: AllocationId; // jti
  readonly pair: Pair;
  readonly issuedAtSec: number; // iat
  readonly expiresAtSec: number; // exp
  readonly tier: RelayTier;
  readonly bandwidthBps: number; // bps: bits per second, both directions together
  readonly quotaBytes: number; // quota
};

export type RelayTokenRefusal =
  | "too-long"
  | "malformed"
  | "wrong-audience"
  | "wrong-network"
  | "wrong-allocation"
  | "wrong-epoch"
  | "expired"
  | "not-yet-valid"
  | "bad-signature";

/** Ours are some 700 bytes. Checked before anything is parsed. */
export const MAX_TOKEN_BYTES = 2048;

/**
 * Hosts whose clock is an hour off (wrong time zone, daylight saving) must still connect, and such clocks drift by
 * minutes as well. It only prolongs a token: an allocation's lifetime is counted on the relay's own monotonic clock.
 */
export const CLOCK_TOLERANCE_SEC = 70 * 60;

/** RFC 8725, section 3.11: a signature over some other JWT must not pass for one over this. */
const TOKEN_TYPE = "hopwire-relay+jwt";

/** The only one we accept, whatever the header says (RFC 8037; RFC 8725, section 3.1). */
const ALGORITHM = "EdDSA";

/** Sorts the pair and derives the allocation. `signKey` is the issuer's private Ed25519 key. */
export async function mintRelayToken(
  claims: Omit<RelayTokenClaims, "allocation">,
  signKey: KeyObject,
): Promise<string> {
  const pair = sortedPair(claims.pair);
  const body = {
    net: claims.network,
    epoch: claims.epoch,
    pair: pair.map(({ memberId, wireguardKey }) => ({ id: memberId, wg: wireguardKey })),
    tier: claims.tier,
    bps: claims.bandwidthBps,
    quota: claims.quotaBytes,
  };
  return new SignJWT(body)
    .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE })
    .setIssuer(claims.issuer)
    .setAudience(claims.relay)
    .setJti(allocationIdOf(claims))
    .setIssuedAt(claims.issuedAtSec)
    .setExpirationTime(claims.expiresAtSec)
    .sign(signKey);
}

export type TokenExpectations = {
  readonly relay: MemberId;
  readonly network: NetworkId;
  /** As the reader knows it. */
  readonly epoch: number;
  readonly now: WallMs;
};

/**
 * The epoch that runs and the one before, as with the secret itself: members hear of a revocation one after the other.
 * Also a later one: then it is the reader that has yet to hear of it.
 */
export function isEpochAccepted(epoch: number, own: number): boolean {
  return epoch >= own - 1;
}

/** Never rejects. The signature comes last: it costs more than all other checks together. */
export async function readRelayToken(
  token: string,
  verifyKey: KeyObject,
  expectations: TokenExpectations,
): Promise<Decoded<RelayTokenClaims>> {
  const parsed = peekClaims(token);
  if (!parsed.ok) return parsed;
  const refusal = refusalOf(parsed.value, expectations);
  if (refusal !== undefined) return refused(refusal);
  try {
    await compactVerify(token, verifyKey, { algorithms: [ALGORITHM] });
    return parsed;
  } catch {
    return refused("bad-signature" satisfies RelayTokenRefusal);
  }
}

/** The same for both ends of a pair, so that it does not matter who asks, nor how often. */
export function allocationIdOf(of: {
  readonly network: NetworkId;
  readonly relay: MemberId;
  readonly pair: Pair;
}): AllocationId {
  const ids = [of.network, of.relay, ...sortedPair(of.pair).map(({ memberId }) => memberId)];
  const hash = sha256("hopwire allocation v1\0", ...ids.map(idBytes));
  return Buffer.from(hash.subarray(0, 16)).toString("hex") as AllocationId;
}

function sortedPair(pair: Pair): Pair {
  return pair[0].memberId <= pair[1].memberId ? pair : [pair[1], pair[0]];
}

function refusalOf(claims: RelayTokenClaims, expected: TokenExpectations): RelayTokenRefusal | undefined {
  const nowSec = expected.now / 1000;
  if (claims.relay !== expected.relay) return "wrong-audience";
  if (claims.network !== expected.network) return "wrong-network";
  if (claims.allocation !== allocationIdOf(claims)) return "wrong-allocation";
  if (!isEpochAccepted(claims.epoch, expected.epoch)) return "wrong-epoch";
  if (nowSec >= claims.expiresAtSec + CLOCK_TOLERANCE_SEC) return "expired";
  if (nowSec < claims.issuedAtSec - CLOCK_TOLERANCE_SEC) return "not-yet-valid";
  return undefined;
}

function id<Id extends MemberId | NetworkId | AllocationId>() {
  return v.custom<Id>((input) => typeof input === "string" && parseId(input).ok);
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const member = v.object({
  id: id<MemberId>(),
  wg: v.pipe(
    v.string(),
    v.check((text) => keyBytes(text) !== undefined),
  ),
});

/** Unknown claims are passed over: a newer minter may say more. */
const bodySchema = v.object({
  iss: id<MemberId>(),
  aud: id<MemberId>(),
  jti: id<AllocationId>(),
  net: id<NetworkId>(),
  epoch: count,
  iat: count,
  exp: count,
  pair: v.pipe(
    v.strictTuple([member, member]),
    v.check(([a, b]) => a.id < b.id && a.wg !== b.wg),
  ),
  tier: v.picklist(RELAY_TIERS),
  bps: count,
  quota: count,
});

/** What it says, unverified: good for finding the key to verify with, and for tokens that were verified before. Never throws. */
export function peekClaims(token: string): Decoded<RelayTokenClaims> {
  if (token.length > MAX_TOKEN_BYTES) return refused("too-long" satisfies RelayTokenRefusal);
  const malformed = refused("malformed" satisfies RelayTokenRefusal);
  try {
    const header = decodeProtectedHeader(token);
    if (header.alg !== ALGORITHM || header.typ !== TOKEN_TYPE) return malformed;
    const body = v.safeParse(bodySchema, decodeJwt(token));
    if (!body.success) return malformed;
    const { iss, aud, jti, net, epoch, iat, exp, pair, tier, bps, quota } = body.output;
    const [a, b] = pair;
    return decoded({
      issuer: iss,
      relay: aud,
      network: net,
      epoch,
      allocation: jti,
      pair: [
        { memberId: a.id, wireguardKey: a.wg },
        { memberId: b.id, wireguardKey: b.wg },
      ],
      issuedAtSec: iat,
      expiresAtSec: exp,
      tier,
      bandwidthBps: bps,
      quotaBytes: quota,
    });
  } catch {
    return malformed; // jose throws for what is no JWT
  }
}
