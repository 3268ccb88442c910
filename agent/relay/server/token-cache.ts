import { keyText, sha256 } from "../../../protocol/keys.ts";
import { CLOCK_TOLERANCE_SEC, type RelayTokenClaims } from "../../../protocol/relay-token.ts";
import type { WallMs } from "../../../protocol/time.ts";

/** Some 1 kB each; two ends' tokens for every allocation of a large relay, and a few of before. */
export const MAX_CACHED_TOKENS = 4096;

/**
 * Tokens whose signature was found right, by the full hash of their text: a token is shown at every refresh, and
 * checking a signature costs the most. Whether its members still are what it says is asked each time, not kept.
 */
export class TokenCache {
  readonly #claimsByHash = new Map<string, RelayTokenClaims>();

  /** Undefined for one that was not seen, or that has expired since. */
  get(token: string, now: WallMs): RelayTokenClaims | undefined {
    const hash = hashOf(token);
    const claims = this.#claimsByHash.get(hash);
    if (claims === undefined || !hasExpired(claims, now)) return claims;
    this.#claimsByHash.delete(hash);
    return undefined;
  }

  add(token: string, claims: RelayTokenClaims, now: WallMs): void {
    if (this.#claimsByHash.size >= MAX_CACHED_TOKENS) this.#makeRoom(now);
    this.#claimsByHash.set(hashOf(token), claims);
  }

  get size(): number {
    return this.#claimsByHash.size;
  }

  /** What has expired goes; where nothing has, the oldest. */
  #makeRoom(now: WallMs): void {
    for (const [hash, claims] of this.#claimsByHash)
      if (hasExpired(claims, now)) this.#claimsByHash.delete(hash);
    if (this.#claimsByHash.size < MAX_CACHED_TOKENS) return;
    for (const oldest of this.#claimsByHash.keys()) {
      this.#claimsByHash.delete(oldest);
      break;
    }
  }
}

function hasExpired(claims: RelayTokenClaims, now: WallMs): boolean {
  return now / 1000 >= claims.expiresAtSec + CLOCK_TOLERANCE_SEC;
}

function hashOf(token: string): string {
  return keyText(sha256(token));
}
