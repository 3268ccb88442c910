import { describe, expect, it } from "vitest";
import { checkKeyOf } from "../../protocol/check-key.ts";
import { memberIdOf, networkIdOf } from "../../protocol/ids.ts";
import { privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";

const NETWORK = networkIdOf(new Uint8Array(32).fill(9));
const [a, b, c] = [1, 2, 3].map((number) => {
  const key = privateKeyOf("x25519", new Uint8Array(32).fill(number));
  return { key, publicKey: rawPublicKey(key), id: memberIdOf(new Uint8Array(32).fill(number)) };
}) as [Member, Member, Member];
type Member = {
  key: ReturnType<typeof privateKeyOf>;
  publicKey: Uint8Array;
  id: ReturnType<typeof memberIdOf>;
};

//
describe("the pairwise key of connectivity checks", () => {
  it("is the same at both ends", () => {
    const key = checkKeyOf(a.key, b.publicKey, NETWORK, a.id, b.id);
    expect(key).toHaveLength(32);
    expect(checkKeyOf(b.key, a.publicKey, NETWORK, b.id, a.id)).toEqual(key);
  });

  it("differs for every pair, pair of ids and network", () => {
    const keys = [
      checkKeyOf(a.key, b.publicKey, NETWORK, a.id, b.id),
      checkKeyOf(a.key, c.publicKey, NETWORK, a.id, c.id),
      checkKeyOf(a.key, b.publicKey, NETWORK, a.id, c.id),
      checkKeyOf(a.key, b.publicKey, networkIdOf(new Uint8Array(32)), a.id, b.id),
    ];
    expect(new Set(keys.map((key) => Buffer.from(key ?? []).toString("hex"))).size).toBe(4);
  });

  it("does not exist with a key of low order", () => {
    expect(checkKeyOf(a.key, new Uint8Array(32), NETWORK, a.id, b.id)).toBeUndefined();
  });
});
