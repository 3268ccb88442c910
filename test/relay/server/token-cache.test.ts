import { describe, expect, it } from "vitest";
import { MAX_CACHED_TOKENS, TokenCache } from "../../../agent/relay/server/token-cache.ts";
import { memberIdOf, networkIdOf, type AllocationId } from "../../../protocol/ids.ts";
import { CLOCK_TOLERANCE_SEC, type RelayTokenClaims } from "../../../protocol/relay-token.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";

const id = memberIdOf(new Uint8Array([1]));
const atSec = (sec: number): WallMs => wallMs(sec * 1000);
const END_SEC = 1000;
const HELD_SEC = END_SEC + CLOCK_TOLERANCE_SEC;

function claims(expiresAtSec = END_SEC): RelayTokenClaims {
  const end = { memberId: id, wireguardKey: "" };
  return {
    issuer: id,
    relay: id,
    network: networkIdOf(new Uint8Array([1])),
    epoch: 1,
    allocation: "a".repeat(32) as AllocationId,
    pair: [end, end],
    issuedAtSec: 0,
    expiresAtSec,
    tier: "free",
    bandwidthBps: 0,
    quotaBytes: 0,
  };
}

//
describe("a token that was checked", () => {
  it("is known by its whole text, and by nothing less", () => {
    const cache = new TokenCache();
    cache.add("head.body.signature", claims(), atSec(0));
    expect(cache.get("head.body.signature", atSec(0))).toEqual(claims());
    expect(cache.get("head.body.signaturf", atSec(0))).toBeUndefined();
  });

  it("is forgotten when it has expired", () => {
    const cache = new TokenCache();
    cache.add("token", claims(), atSec(0));
    expect(cache.get("token", atSec(HELD_SEC - 1))).toBeDefined();
    expect(cache.get("token", atSec(HELD_SEC))).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it("gives way to newer ones where there are too many: expired ones first, then the oldest", () => {
    const cache = new TokenCache();
    cache.add("oldest", claims(), atSec(0));
    cache.add("ends early", claims(END_SEC - 1), atSec(0));
    for (let n = 2; n < MAX_CACHED_TOKENS; n += 1) cache.add(`${n}`, claims(), atSec(0));
    cache.add("one more", claims(), atSec(HELD_SEC - 1));
    expect(cache.get("oldest", atSec(0))).toBeDefined();
    cache.add("and another", claims(), atSec(0));
    expect(cache.get("oldest", atSec(0))).toBeUndefined();
    expect(cache.size).toBe(MAX_CACHED_TOKENS);
  });
});
