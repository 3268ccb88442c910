import fc from "fast-check";
import { SignJWT } from "jose";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { memberIdOf, networkIdOf } from "../../protocol/ids.ts";
import {
  allocationIdOf,
  CLOCK_TOLERANCE_SEC,
  MAX_TOKEN_BYTES,
  mintRelayToken,
  peekClaims,
  readRelayToken,
  type Pair,
} from "../../protocol/relay-token.ts";
import { wallMs } from "../../protocol/time.ts";

const keys = generateKeyPairSync("ed25519");
const [low, high] = [memberIdOf(new Uint8Array([1])), memberIdOf(new Uint8Array([2]))].sort();
if (low === undefined || high === undefined) throw new Error("two ids");
const relay = memberIdOf(new Uint8Array([3]));
const network = networkIdOf(new Uint8Array([4]));
const wg = (byte: number): string => Buffer.alloc(32, byte).toString("base64");
const pair: Pair = [
  { memberId: low, wireguardKey: wg(1) },
  { memberId: high, wireguardKey: wg(2) },
];
const claims = {
  issuer: low,
  relay,
  network,
  epoch: 7,
  pair,
  issuedAtSec: 1_800_000_000,
  expiresAtSec: 1_800_003_600,
  tier: "free" as const,
  bandwidthBps: 10_000_000,
  quotaBytes: 1_000_000_000,
};
const at = (sec: number) => ({ relay, network, epoch: 7, now: wallMs(sec * 1000) });
const token = await mintRelayToken(claims, keys.privateKey);

/** A rightly signed JWT with some of a token's header and body exchanged. */
function forged(body: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
  const claimed: Record<string, unknown> = {
    iss: low,
    aud: relay,
    jti: allocationIdOf(claims),
    net: network,
    epoch: claims.epoch,
    iat: claims.issuedAtSec,
    exp: claims.expiresAtSec,
    pair: pair.map((one) => ({ id: one.memberId, wg: one.wireguardKey })),
    tier: "free",
    bps: 1,
    quota: 1,
    ...body,
  };
  return new SignJWT(claimed)
    .setProtectedHeader({ alg: "EdDSA", typ: "hopwire-relay+jwt", ...header })
    .sign(keys.privateKey);
}

describe("a relay token", () => {
  it("gives back its claims, whoever is named first", async () => {
    //
    const swapped = await mintRelayToken({ ...claims, pair: [pair[1], pair[0]] }, keys.privateKey);
    const wanted = { ok: true, value: { ...claims, allocation: allocationIdOf(claims) } };
    expect(await readRelayToken(token, keys.publicKey, at(1_800_000_001))).toEqual(wanted);
    expect(await readRelayToken(swapped, keys.publicKey, at(1_800_000_001))).toEqual(wanted);
    expect(peekClaims(token)).toEqual(wanted);
    expect(Buffer.byteLength(token)).toBeLessThan(MAX_TOKEN_BYTES / 2);
  });

  it("is for one relay of one network", async () => {
    //
    const other = memberIdOf(new Uint8Array([9]));
    expect(await readRelayToken(token, keys.publicKey, { ...at(1_800_000_000), relay: other })).toEqual({
      ok: false,
      reason: "wrong-audience",
    });
    const elsewhere = networkIdOf(new Uint8Array([9]));
    expect(await readRelayToken(token, keys.publicKey, { ...at(1_800_000_000), network: elsewhere })).toEqual(
      {
        ok: false,
        reason: "wrong-network",
      },
    );
  });

  it("still holds for clocks an hour off, and no longer once they are 70 minutes off", async () => {
    const end = claims.expiresAtSec + CLOCK_TOLERANCE_SEC;
    const start = claims.issuedAtSec - CLOCK_TOLERANCE_SEC;
    const reasonAt = async (sec: number): Promise<string> => {
      const read = await readRelayToken(token, keys.publicKey, at(sec));
      return read.ok ? "ok" : read.reason;
    };
    expect(await reasonAt(end - 1)).toBe("ok");
    expect(await reasonAt(end)).toBe("expired");
    expect(await reasonAt(start)).toBe("ok");
    expect(await reasonAt(start - 1)).toBe("not-yet-valid");
  });

  it("holds in its epoch and the next, and where the reader has yet to hear of its epoch", async () => {
    //
    const reasonIn = async (epoch: number): Promise<string> => {
      const read = await readRelayToken(token, keys.publicKey, { ...at(1_800_000_000), epoch });
      return read.ok ? "ok" : read.reason;
    };
    expect(await Promise.all([6, 7, 8, 9].map(reasonIn))).toEqual(["ok", "ok", "ok", "wrong-epoch"]);
  });

  it("names an allocation that follows from network, relay and pair", async () => {
    const read = await readRelayToken(
      await forged({ jti: "0".repeat(32) }),
      keys.publicKey,
      at(1_800_000_000),
    );
    expect(read).toEqual({ ok: false, reason: "wrong-allocation" });
  });

  it("is refused under another key, and with any character of its body or signature changed", async () => {
    const stranger = generateKeyPairSync("ed25519").publicKey;
    expect(await readRelayToken(token, stranger, at(1_800_000_000))).toEqual({
      ok: false,
      reason: "bad-signature",
    });
    await fc.assert(
      // Not the very last character: two of its bits are padding.
      fc.asyncProperty(fc.integer({ min: 0, max: token.length - 2 }), async (index) => {
        const changed = `${token.slice(0, index)}${token[index] === "A" ? "B" : "A"}${token.slice(index + 1)}`;
        expect((await readRelayToken(changed, keys.publicKey, at(1_800_000_000))).ok).toBe(false);
      }),
    );
  });

  it.each([
    ["another algorithm's name", { alg: "Ed25519" }, {}],
    ["another type", { typ: "JWT" }, {}],
    [
      "an unsorted pair",
      {},
      { pair: pair.map((one) => ({ id: one.memberId, wg: one.wireguardKey })).reverse() },
    ],
    ["one member twice", {}, { pair: [0, 0].map(() => ({ id: low, wg: wg(1) })) }],
    ["one WireGuard key twice", {}, { pair: pair.map((one) => ({ id: one.memberId, wg: wg(1) })) }],
    ["three members", {}, { pair: [1, 2, 3].map((n) => ({ id: low, wg: wg(n) })) }],
    ["a key that is none", {}, { pair: pair.map((one) => ({ id: one.memberId, wg: "AAAA" })) }],
    ["no epoch", {}, { epoch: undefined }],
    ["no expiry", {}, { exp: undefined }],
    ["an unknown tier", {}, { tier: "gold" }],
    ["a negative quota", {}, { quota: -1 }],
    ["several audiences", {}, { aud: [relay] }],
  ])("is malformed with %s", async (_what, header, body) => {
    const made = await forged(body, header);
    expect(await readRelayToken(made, keys.publicKey, at(1_800_000_000))).toEqual({
      ok: false,
      reason: "malformed",
    });
    expect(peekClaims(made)).toEqual({ ok: false, reason: "malformed" });
  });

  it("is refused unsigned, and under the public key taken for a shared secret", async () => {
    const [, body] = token.split(".");
    const head = (alg: string): string =>
      Buffer.from(JSON.stringify({ alg, typ: "hopwire-relay+jwt" })).toString("base64url");
    for (const made of [
      `${head("none")}.${body}.`,
      `${head("HS256")}.${body}.${randomBytes(32).toString("base64url")}`,
    ]) {
      expect((await readRelayToken(made, keys.publicKey, at(1_800_000_000))).ok).toBe(false);
    }
  });

  it("passes over claims that a newer minter adds", async () => {
    expect((await readRelayToken(await forged({ hop: 1 }), keys.publicKey, at(1_800_000_000))).ok).toBe(true);
  });

  it("is not parsed when longer than 2048 bytes", async () => {
    expect(await readRelayToken("a".repeat(MAX_TOKEN_BYTES + 1), keys.publicKey, at(0))).toEqual({
      ok: false,
      reason: "too-long",
    });
    expect(await readRelayToken("a".repeat(MAX_TOKEN_BYTES), keys.publicKey, at(0))).toEqual({
      ok: false,
      reason: "malformed",
    });
  });

  it("never throws, whatever the text", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => `${token.slice(0, 60)}.${tail}.${tail}`),
        ),
        async (any) => {
          expect((await readRelayToken(any, keys.publicKey, at(1_800_000_000))).ok).toBe(false);
          expect(peekClaims(any).ok).toBe(false);
        },
      ),
    );
  });
});

describe("an allocation's id", () => {
  it("is the same from both ends, and another for another network, relay or pair", () => {
    //
    const id = allocationIdOf(claims);
    expect(allocationIdOf({ network, relay, pair: [pair[1], pair[0]] })).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const other = memberIdOf(new Uint8Array([9]));
    expect(allocationIdOf({ ...claims, relay: other })).not.toBe(id);
    expect(allocationIdOf({ ...claims, network: networkIdOf(new Uint8Array([9])) })).not.toBe(id);
    expect(allocationIdOf({ ...claims, pair: [pair[0], { ...pair[1], memberId: other }] })).not.toBe(id);
  });

  it("does not change with a member's WireGuard key", () => {
    expect(allocationIdOf({ ...claims, pair: [pair[0], { ...pair[1], wireguardKey: wg(9) }] })).toBe(
      allocationIdOf(claims),
    );
  });
});
