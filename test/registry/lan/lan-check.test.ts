import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lanCheckKey, lanCredential, lanSender, saltOf } from "../../../agent/registry/lan/lan-check.ts";
import { lanSecretOf } from "../../../agent/registry/lan/lan-secret.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { testHost } from "../network.ts";

const SALT = "0123456789abcdef";
const ours = lanSecretOf(2, new Uint8Array(32).fill(1));
const theirs = lanSecretOf(2, new Uint8Array(32).fill(3));
const { id } = testHost(2);

//
describe("a check that asks who is behind an announcement", () => {
  const random = seededRandom(1);
  const { username, key } = lanCredential(ours, SALT, id, random);

  it("names the announcement, and its sender to who knows the network's secret", () => {
    expect(saltOf(username)).toBe(SALT);
    expect(lanSender(username, ours)).toBe(id);
    expect(lanSender(username, theirs)).toBeUndefined();
    expect(key).toEqual(lanCheckKey(ours, SALT));
    expect(key).not.toEqual(lanCheckKey(ours, "fedcba9876543210"));
  });

  it("does not show the sender to others, nor that two are of the same", () => {
    const again = lanCredential(ours, SALT, id, random).username;
    expect(again).not.toBe(username);
    expect(username).not.toContain(id.slice(0, 16));
    expect(Buffer.from(username.split(":")[2] ?? "", "base64url").toString("hex")).not.toContain(
      id.slice(0, 8),
    );
  });

  it("is about no announcement where its user name is another's", () => {
    for (const name of [
      "lan",
      "lan::",
      `lan:${SALT}:`,
      "hopwire:1",
      `${id.slice(0, 16)}:${id.slice(0, 16)}`,
      `x${username}`,
    ])
      expect([saltOf(name), lanSender(name, ours)]).toEqual([undefined, undefined]);
  });

  it("never makes the receiver throw", () => {
    fc.assert(fc.property(fc.string(), (name) => lanSender(name, ours) === undefined));
    const sealed = fc.stringMatching(/^[A-Za-z0-9_-]{59}$/);
    fc.assert(fc.property(sealed, (text) => lanSender(`lan:${SALT}:${text}`, ours) === undefined));
  });
});
