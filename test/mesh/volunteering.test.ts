import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { Volunteering } from "../../agent/mesh/volunteering.ts";
import type { AllocationLeg, Failure, ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { keyText } from "../../protocol/keys.ts";
import { mintRelayToken, type PairMember, type RelayTokenClaims } from "../../protocol/relay-token.ts";
import { NETWORK, NOW, testHost, type TestHost } from "../registry/network.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { rosterOf, SELF } from "./samples.ts";

const [ann, bob, cat] = [testHost(2), testHost(3), testHost(4)];
const wireguardKey = (number: number): string => keyText(new Uint8Array(32).fill(number));
const end = ({ id }: TestHost, number: number): PairMember => ({
  memberId: id,
  wireguardKey: wireguardKey(number),
});

/** Host 1 volunteers; hosts 2 and 3 are members, host 4 is none. */
class Relay implements AsyncDisposable {
  connected: readonly MemberId[] = [ann.id, bob.id];
  readonly offers: { to: MemberId; leg: AllocationLeg }[] = [];
  readonly ended: { to: MemberId; reason: string }[] = [];
  roster = rosterOf([2, 3]);
  readonly volunteering = new Volunteering({
    self: SELF,
    network: NETWORK,
    clock: new FakeClock(),
    random: seededRandom(1),
    log: silentLogger,
    limits: { ports: { first: 42_000, last: 42_063 }, maxAllocations: 1 },
    roster: () => this.roster,
    isConnected: (member) => this.connected.includes(member),
    addresses: () => ["192.0.2.1"],
    notifyOffer: (to, leg) => this.offers.push({ to, leg }),
    notifyEnded: (to, _, reason) => this.ended.push({ to, reason }),
  });

  async allocate(
    change: Partial<Omit<RelayTokenClaims, "allocation">> = {},
    { issuer = ann, from = ann }: { issuer?: TestHost; from?: TestHost } = {},
  ): Promise<ResponseBody | Failure> {
    const issuedAtSec = NOW / 1000;
    const claims = {
      issuer: issuer.id,
      relay: SELF,
      network: NETWORK,
      pair: [end(ann, 2), end(bob, 3)] as const,
      issuedAtSec,
      expiresAtSec: issuedAtSec + 3600,
      tier: "free" as const,
      bandwidthBps: 0,
      quotaBytes: 0,
      ...change,
    };
    const token = await mintRelayToken(claims, issuer.sign);
    return this.volunteering.serve(from.id, { kind: "allocate", token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.volunteering[Symbol.asyncDispose]();
  }
}

//
describe("an allocation is refused", () => {
  it("to a pair whose other end is not connected, and could not be told of it", async () => {
    await using relay = new Relay();
    relay.connected = [ann.id];
    expect(await relay.allocate()).toMatchObject({ code: "relay.peer-absent" });
  });

  it("for other WireGuard keys than the members' certificates name", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({ pair: [end(ann, 2), end(bob, 9)] })).toMatchObject({
      code: "relay.wrong-keys",
    });
  });

  it("to a token that somebody who is no member has signed", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({}, { issuer: cat })).toMatchObject({ code: "relay.not-a-member" });
  });

  it("to a token that one member has signed in the name of another", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({ issuer: bob.id }, { issuer: ann })).toMatchObject({
      code: "relay.bad-signature",
    });
  });

  it("to a member that mints for a pair of others", async () => {
    await using relay = new Relay();
    relay.roster = rosterOf([2, 3, 4]);
    expect(await relay.allocate({}, { issuer: cat })).toMatchObject({ code: "relay.not-in-pair" });
  });

  it("to a member that has got hold of another pair's token", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({}, { from: cat })).toMatchObject({ code: "relay.not-in-pair" });
  });

  it("for another relay's token", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({ relay: bob.id })).toMatchObject({ code: "relay.wrong-audience" });
  });
});

//
describe("an allocation", () => {
  it("is granted to one end and offered to the other, each with a leg and a key of its own", async () => {
    await using relay = new Relay();
    const granted = await relay.allocate();
    expect(granted).toMatchObject({ kind: "allocated", relay: SELF, peer: bob.id });
    expect(relay.offers).toMatchObject([{ to: bob.id, leg: { relay: SELF, peer: ann.id } }]);
    const [offer] = relay.offers;
    if (granted.kind !== "allocated" || offer === undefined) throw new Error("not granted");
    expect(granted.endpoints).toEqual(offer.leg.endpoints);
    expect(granted.leg).not.toBe(offer.leg.leg);
    expect(granted.legKey).not.toEqual(offer.leg.legKey);
  });

  it("is refreshed and released by its pair alone", async () => {
    await using relay = new Relay();
    const granted = await relay.allocate();
    if (granted.kind !== "allocated") throw new Error("not granted");
    const { allocation } = granted;
    const { volunteering } = relay;
    expect(await volunteering.serve(cat.id, { kind: "release", allocation })).toMatchObject({
      code: "relay.no-allocation",
    });
    expect(await volunteering.serve(bob.id, { kind: "refresh", allocation })).toMatchObject({
      kind: "refreshed",
    });
    expect(await volunteering.serve(bob.id, { kind: "release", allocation })).toEqual({ kind: "released" });
    expect(await volunteering.serve(bob.id, { kind: "refresh", allocation })).toMatchObject({
      code: "relay.no-allocation",
    });
  });

  it("ends with the membership of either end, and both are told why", async () => {
    await using relay = new Relay();
    await relay.allocate();
    relay.roster = rosterOf([2]);
    await relay.volunteering.dropMember(bob.id);
    expect(relay.ended.map(({ reason }) => reason)).toEqual(["revoked", "revoked"]);
    expect(relay.volunteering.status()).toEqual([]);
  });
});
