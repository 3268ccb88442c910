import { describe, expect, it } from "vitest";
import { AgentError } from "../../agent/errors.ts";
import { revoke } from "../../agent/identity/membership.ts";
import { keysOf } from "../../agent/identity/identity.ts";
import { HeldTokens, REFUSED_MS } from "../../agent/mesh/held-tokens.ts";
import { pairMemberOf } from "../../agent/registry/roster.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { mintRelayToken, type RelayTokenClaims } from "../../protocol/relay-token.ts";
import { founder, idOf, join, NOW, random, type Host } from "../identity/hosts.ts";
import { MemberHost } from "./member-host.ts";

const admin = founder();
const volunteer = join(admin, "volunteer");
const bob = join(admin, "bob");
const cat = join(admin, "cat");
const strangers = [join(admin, "eve"), join(admin, "mallory")];
const [relay, peer] = [idOf(volunteer), idOf(bob)];

async function tokenFor(
  { context }: MemberHost,
  change: Partial<Omit<RelayTokenClaims, "pair">> = {},
  { pair = [admin, bob], issuer = volunteer }: { pair?: readonly [Host, Host]; issuer?: Host } = {},
): Promise<string> {
  const { members } = context.registry.roster;
  const end = (host: Host): RelayTokenClaims["pair"][number] => {
    const member = members.get(idOf(host));
    if (member === undefined) throw new Error("no such member");
    return pairMemberOf(member);
  };
  const issuedAtSec = context.clock.wallNow() / 1000;
  const claims = {
    issuer: idOf(issuer),
    relay,
    network: context.network,
    epoch: 1,
    pair: [end(pair[0]), end(pair[1])] as const,
    issuedAtSec,
    expiresAtSec: issuedAtSec + 86_400,
    tier: "paid" as const,
    bandwidthBps: 0,
    quotaBytes: 0,
    ...change,
  };
  return mintRelayToken(claims, keysOf(issuer.state).sign);
}

const complaintOf = async (adding: Promise<unknown>): Promise<string> =>
  adding.then(
    () => "taken",
    (error: unknown) => (error instanceof AgentError ? `${error.code}: ${error.message}` : "a bug"),
  );

//
describe("a token that this host was given", () => {
  it("is shown to its relay for its peer, also after a restart, until it expires", async () => {
    await using host = await MemberHost.of(admin);
    const token = await tokenFor(host);
    expect(await new HeldTokens(host.context).add(token)).toMatchObject({ relay, peer, tier: "paid" });
    const held = new HeldTokens(host.context);
    expect(held.find(relay, peer)).toBe(token);
    expect([held.find(peer, peer), held.find(relay, idOf(cat))]).toEqual([undefined, undefined]);
    await host.clock.advance(86_400_000 - 1);
    expect(held.list()).toHaveLength(1);
    await host.clock.advance(1);
    expect([held.find(relay, peer), held.list()]).toEqual([undefined, []]);
  });

  it("takes the place of the one before for the same relay and peer, and no other's", async () => {
    await using host = await MemberHost.of(admin);
    const held = new HeldTokens(host.context);
    await held.add(await tokenFor(host));
    await held.add(await tokenFor(host, {}, { pair: [admin, cat] }));
    const better = await tokenFor(host, { tier: "unlimited" });
    await held.add(better);
    await held.add(better);
    expect(held.find(relay, peer)).toBe(better);
    expect(held.list().map(({ tier }) => tier)).toEqual(["paid", "unlimited"]);
  });

  it("makes its relay the first that is asked", async () => {
    await using host = await MemberHost.of(admin);
    const held = new HeldTokens(host.context);
    await held.add(await tokenFor(host));
    const [x, y] = ["x", "y"] as MemberId[];
    if (x === undefined || y === undefined) throw new Error("two ids");
    expect(held.preferred(peer, [x, relay, y])).toEqual([relay, x, y]);
    expect(held.preferred(idOf(cat), [x, relay, y])).toEqual([x, relay, y]);
  });

  it("is not shown again for ten minutes once its relay refused it", async () => {
    await using host = await MemberHost.of(admin);
    const held = new HeldTokens(host.context);
    const token = await tokenFor(host);
    await held.add(token);
    held.refused(token, "relay.tier-not-allowed");
    expect([held.find(relay, peer), held.list()[0]?.refusal]).toEqual([undefined, "relay.tier-not-allowed"]);
    await host.clock.advance(REFUSED_MS - 1);
    expect(held.find(relay, peer)).toBeUndefined();
    await host.clock.advance(1);
    expect(held.find(relay, peer)).toBe(token);
  });

  it("does not count any more after two revocations, and is still there to be complained about", async () => {
    await using host = await MemberHost.of(admin);
    const held = new HeldTokens(host.context);
    await held.add(await tokenFor(host));
    let { state } = admin;
    const shown: unknown[] = [];
    const { registry } = host.context;
    for (const stranger of strangers) {
      const revoked = revoke(state, registry.roster, idOf(stranger), NOW, random);
      ({ state } = revoked);
      await registry.publish(revoked.records.map(({ bytes }) => bytes));
      shown.push([held.find(relay, peer) !== undefined, held.list()[0]?.refusal]);
    }
    expect(shown).toEqual([
      [true, undefined],
      [false, "wrong-epoch"],
    ]);
  });
});

describe("a token that is no good", () => {
  it.each([
    ["for a pair of others", {}, { pair: [bob, cat] as const }, "other members"],
    ["signed by who is no member", {}, { issuer: founder() }, "no member"],
    ["signed in another's name", { issuer: peer }, {}, "bad-signature"],
    ["for another network", { network: "f".repeat(32) as RelayTokenClaims["network"] }, {}, "wrong-network"],
    ["that has expired", { expiresAtSec: 1 }, {}, "expired"],
    ["for a relay that is no member", { relay: "f".repeat(32) as MemberId }, {}, "its relay"],
  ])("is refused when it is %s, without being repeated", async (_what, change, parties, why) => {
    await using host = await MemberHost.of(admin);
    const token = await tokenFor(host, change, parties);
    const complaint = await complaintOf(new HeldTokens(host.context).add(token));
    expect(complaint).toMatch(/^token.invalid: this token cannot be used: /);
    expect(complaint).toContain(why);
    expect(complaint).not.toContain(token.slice(-20));
  });

  it("is refused when it is none", async () => {
    await using host = await MemberHost.of(admin);
    expect(await complaintOf(new HeldTokens(host.context).add("secret"))).toBe(
      "token.invalid: this token cannot be used: it is damaged, or none",
    );
  });
});
