import * as v from "valibot";
import { describe, expect, it } from "vitest";
import {
  relayedPair as relayedPairSchema,
  relayStats as relayStatsSchema,
} from "../../agent/admin/relay-schemas.ts";
import { silentLogger } from "../../agent/log.ts";
import { relayedPair, relayStats, WallTimes } from "../../agent/mesh/allocation-views.ts";
import { Volunteering, type VolunteerLimits } from "../../agent/mesh/volunteering.ts";
import { RelayTally } from "../../agent/metrics/relay-tally.ts";
import { RelayGuard } from "../../agent/relay/server/guard/guard.ts";
import { RelayUsage } from "../../agent/relay/server/quota.ts";
import { GUEST_LIMITS } from "../../agent/relay/server/tiers.ts";
import { ANY_ADDRESS, udpPortOpener } from "../../agent/relay/server/udp-port.ts";
import { UserspaceForwarder } from "../../agent/relay/server/userspace-forwarder.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationLeg, AllocationWarning, Failure, ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { keyText } from "../../protocol/keys.ts";
import {
  guestOf,
  mintRelayToken,
  type PairMember,
  type RelayTokenClaims,
} from "../../protocol/relay-token.ts";
import { secretCommitment } from "../../protocol/record.ts";
import { NETWORK, NOW, ROOT, signed, testHost, type TestHost } from "../registry/network.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { rosterOf, SELF } from "./samples.ts";

const [ann, bob, cat] = [testHost(2), testHost(3), testHost(4)];
const wireguardKey = (number: number): string => keyText(new Uint8Array(32).fill(number));
const end = ({ id }: TestHost, number: number): PairMember => ({
  memberId: id,
  wireguardKey: wireguardKey(number),
});

const secretRecord = (epoch: number) =>
  signed({ kind: "secret", epoch, commitment: secretCommitment(new Uint8Array(32).fill(epoch)) }, ROOT);

const LIMITS: VolunteerLimits = {
  ports: { first: 42_000, last: 42_063 },
  maxAllocations: 1,
  maxPerMember: 1,
  forwarder: "userspace",
  guard: {
    allocationsPerMinute: 10,
    connectionsPerMinute: 30,
    lists: { allow: [], block: [] },
    allowPrivate: "auto",
    hook: undefined,
  },
  allow: ["*"],
  memberTier: "free",
  tiers: {
    free: { bandwidthBps: 10e6, quotaBytes: 1e9 },
    paid: { bandwidthBps: 100e6, quotaBytes: 100e9 },
    unlimited: { bandwidthBps: 0, quotaBytes: 0 },
  },
  bandwidthBps: 0,
  monthlyBytes: 0,
  schedule: "* * * * *",
  region: "",
};

/** Host 1 volunteers; hosts 2 and 3 are members, host 4 is none. */
class Relay implements AsyncDisposable {
  connected: readonly MemberId[] = [ann.id, bob.id];
  readonly offers: { to: MemberId; leg: AllocationLeg }[] = [];
  readonly ended: { to: MemberId; reason: string }[] = [];
  readonly warned: { to: MemberId; warning: AllocationWarning }[] = [];
  readonly limits: VolunteerLimits;
  roster = rosterOf([2, 3]);
  readonly volunteering: Volunteering;
  readonly guard: RelayGuard;
  readonly tally = new RelayTally();
  /** Where members' packets come from. */
  readonly outer = new Map<MemberId, Endpoint>();

  constructor(limits: Partial<VolunteerLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
    const [clock, random] = [new FakeClock(), seededRandom(1)];
    const { ports, bandwidthBps, guard } = this.limits;
    this.guard = new RelayGuard(guard, {
      clock,
      random,
      log: silentLogger,
      fetch: () => Promise.reject(new Error("there is no hook")),
      ownAddresses: () => [],
    });
    this.volunteering = new Volunteering({
      self: SELF,
      network: NETWORK,
      clock,
      random,
      log: silentLogger,
      forwarder: {
        create: (events) =>
          new UserspaceForwarder(
            { clock, random, events, openPort: udpPortOpener(ANY_ADDRESS) },
            { ports, bandwidthBps, allowLoopback: false },
          ),
      },
      guard: this.guard,
      tally: this.tally,
      outerEndpoint: (member) => this.outer.get(member),
      limits: this.limits,
      usage: new RelayUsage(),
      roster: () => this.roster,
      reach: (member) => Promise.resolve(this.connected.includes(member)),
      addresses: () => ["192.0.2.1"],
      notifyOffer: (to, leg) => this.offers.push({ to, leg }),
      notifyEnded: (to, _, reason) => this.ended.push({ to, reason }),
      notifyWarning: (to, warning) => this.warned.push({ to, warning }),
      onChanged: () => undefined,
    });
  }

  async allocate(
    change: Partial<Omit<RelayTokenClaims, "allocation">> = {},
    { issuer = ann, from = ann }: { issuer?: TestHost; from?: TestHost } = {},
  ): Promise<ResponseBody | Failure> {
    const issuedAtSec = NOW / 1000;
    const claims = {
      issuer: issuer.id,
      relay: SELF,
      network: NETWORK,
      epoch: 0,
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

  it("to a token of before the last two revocations, also where it was accepted once", async () => {
    await using relay = new Relay();
    const epochs = [1, 2, 3].map((epoch) => rosterOf([2, 3], secretRecord(epoch)));
    const answers: unknown[] = [];
    for (const roster of epochs) {
      relay.roster = roster;
      answers.push(await relay.allocate({ epoch: 1 }));
      answers.push(await relay.allocate({ epoch: 1 }));
    }
    const refusal = expect.objectContaining({ code: "relay.wrong-epoch" }) as unknown;
    const same = answers[0];
    expect(answers).toEqual([same, same, same, same, refusal, refusal]);
  });

  it("never for an epoch that this relay has yet to hear of", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({ epoch: 5 })).toMatchObject({ kind: "allocated" });
  });

  it("for another relay's token", async () => {
    await using relay = new Relay();
    expect(await relay.allocate({ relay: bob.id })).toMatchObject({ code: "relay.wrong-audience" });
  });
});

//
describe("a volunteer's policy", () => {
  it("serves a pair for the sake of either end, by name or id", async () => {
    const nameOf = (host: TestHost): string => rosterOf([2, 3]).members.get(host.id)?.name ?? "";
    for (const allow of [[ann.id], [nameOf(bob)], ["*"]]) {
      await using relay = new Relay({ allow });
      expect(await relay.allocate()).toMatchObject({ kind: "allocated" });
    }
    await using relay = new Relay({ allow: [cat.id, "nobody"] });
    expect(await relay.allocate()).toMatchObject({ code: "relay.not-allowed" });
  });

  it("tells neither end of an allocation's end where a better token gets the pair another at once", async () => {
    await using relay = new Relay({ memberTier: "paid" });
    await relay.allocate();
    expect(await relay.allocate({ tier: "paid" })).toMatchObject({ kind: "allocated" });
    expect([relay.ended, relay.offers.length]).toEqual([[], 2]);
  });

  it("lets a member's own token name no better tier than it says, and the relay's own any", async () => {
    await using relay = new Relay({ memberTier: "paid" });
    expect(await relay.allocate({ tier: "unlimited" })).toMatchObject({ code: "relay.tier-not-allowed" });
    relay.roster = rosterOf([1, 2, 3]);
    expect(await relay.allocate({ tier: "unlimited" }, { issuer: testHost(1) })).toMatchObject({
      kind: "allocated",
    });
  });

  it("says with each refusal what helps", async () => {
    await using relay = new Relay({ allow: [cat.id] });
    const answer = await relay.allocate();
    expect(answer.kind === "failure" && answer.detail).toContain("relay.allow");
  });

  it("is applied to live allocations when the roster changes", async () => {
    await using relay = new Relay();
    await relay.allocate();
    relay.roster = rosterOf([2]);
    await relay.volunteering.recheck();
    expect(relay.ended.map(({ reason }) => reason)).toEqual(["revoked", "revoked"]);
  });
});

//
describe("address lists that are replaced", () => {
  it("end the allocations of a member at a blocked address, and neither end gets another", async () => {
    await using relay = new Relay();
    relay.outer.set(bob.id, { address: "198.51.100.7", port: 51_820 });
    expect(await relay.allocate()).toMatchObject({ kind: "allocated" });
    relay.guard.replaceLists({ allow: [], block: ["203.0.113.0/24"] });
    await relay.volunteering.recheck();
    expect(relay.ended).toEqual([]);
    relay.guard.replaceLists({ allow: [], block: ["198.51.100.0/24"] });
    await relay.volunteering.recheck();
    expect(relay.ended.map(({ reason }) => reason)).toEqual(["address-blocked", "address-blocked"]);
    for (const from of [ann, bob])
      expect(await relay.allocate({}, { from })).toMatchObject({ code: "relay.address-blocked" });
    relay.guard.replaceLists({ allow: [], block: [] });
    expect(await relay.allocate()).toMatchObject({ kind: "allocated" });
  });
});

//
describe("what an allocation relayed", () => {
  it("is counted also where it ends before anybody looked", async () => {
    await using relay = new Relay();
    const granted = await relay.allocate();
    if (granted.kind !== "allocated") throw new Error("not granted");
    const { allocation } = granted;
    await relay.volunteering.serve(bob.id, { kind: "release", allocation });
    expect(relay.tally.totals()).toMatchObject({ opened: 1, endedByReason: new Map([["released", 1]]) });
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

//
describe("a volunteer's operator", () => {
  it("sees what an allocation was granted, ends it, and both ends are told", async () => {
    await using relay = new Relay();
    const granted = await relay.allocate();
    if (granted.kind !== "allocated") throw new Error("not granted");
    const [status] = relay.volunteering.status();
    if (status === undefined) throw new Error("no allocation");
    const nameOf = (id: MemberId): string | null => (id === ann.id ? "ann" : null);
    const seen = relayedPair(status, { nameOf, times: new WallTimes(new FakeClock()) });
    expect(v.is(relayedPairSchema, seen)).toBe(true);
    expect(seen).toMatchObject({
      id: granted.allocation,
      legs: expect.arrayContaining([
        expect.objectContaining({ name: "ann", id: ann.id, endpoint: null }),
        expect.objectContaining({ name: null, id: bob.id }),
      ]) as unknown,
      port: granted.endpoints[0]?.port,
      tier: "free",
      bandwidthBps: 10e6,
      quotaBytes: 1e9,
      usedBytes: 0,
      requestedBy: { name: "ann", id: ann.id },
    });
    expect(await relay.volunteering.terminate(granted.allocation)).toBe(true);
    expect(relay.ended).toEqual(seen.legs.map(({ id }) => ({ to: id, reason: "operator" })));
    expect(await relay.volunteering.terminate(granted.allocation)).toBe(false);
  });

  it("has statistics of what there was, and none where nothing is relayed", async () => {
    await using relay = new Relay({ monthlyBytes: 5e9 });
    const context = { clock: new FakeClock(), times: new WallTimes(new FakeClock()) };
    const granted = await relay.allocate();
    if (granted.kind !== "allocated") throw new Error("not granted");
    await relay.volunteering.terminate(granted.allocation);
    for (let i = 0; i < 10; i++)
      await relay.allocate({ issuedAtSec: NOW / 1000 - i }).then(() => endAll(relay));
    const stats = relayStats(relay.volunteering, context);
    expect(v.is(relayStatsSchema, stats)).toBe(true);
    expect(stats).toMatchObject({
      volunteering: true,
      forwarder: "userspace",
      allocations: { now: 0, max: 1, opened: 10, ended: { operator: 10 } },
      rateLimitHits: { allocations: 1, connections: 0, packets: 0 },
      refused: { allocations: { "rate-limited": 1 }, connections: {} },
      month: { usedBytes: 0, limitBytes: 5e9 },
    });
    const none = relayStats(undefined, context);
    expect(v.is(relayStatsSchema, none)).toBe(true);
    expect(none).toMatchObject({ volunteering: false, startedAt: null, allocations: { max: 0 } });
  });
});

async function endAll({ volunteering }: Relay): Promise<void> {
  for (const { allocation } of volunteering.status()) await volunteering.terminate(allocation.id);
}

// R-1202
describe("an allocation of a member that has new keys", () => {
  const gone = signed({ kind: "revocation", member: ann.id }, ann);

  it("goes on while the others are told, and ends when that time is over", async () => {
    await using relay = new Relay();
    await relay.allocate();
    relay.roster = rosterOf([2, 3], gone);
    relay.volunteering.handOver(ann.id);
    await relay.volunteering.recheck();
    expect(relay.volunteering.status()).toHaveLength(1);
    await relay.volunteering.dropMember(ann.id);
    expect(relay.volunteering.status()).toEqual([]);
    expect(await relay.allocate()).toMatchObject({ code: "relay.not-a-member" });
  });
});

// R-1201
describe("an allocation for an invite", () => {
  const admin = testHost(1);
  const guest = guestOf(wireguardKey(77));

  const relayFor = (...connected: readonly TestHost[]): Relay => {
    const relay = new Relay();
    relay.connected = connected.map(({ id }) => id);
    return relay;
  };

  /** The relay's own member: the only admin there is. */
  const ask = (relay: Relay, pair: RelayTokenClaims["pair"], by: TestHost) =>
    relay.allocate({ issuer: by.id, pair }, { issuer: by, from: by });

  it("is an admin's to ask for, and nobody else has to be connected or is told", async () => {
    await using relay = relayFor(admin);
    expect(await ask(relay, [end(admin, 1), guest], admin)).toMatchObject({
      kind: "allocated",
      peer: guest.memberId,
    });
    expect(relay.offers).toEqual([]);
  });

  it("is refused to a member that may not invite", async () => {
    await using relay = relayFor(ann);
    expect(await ask(relay, [end(ann, 2), guest], ann)).toMatchObject({ code: "relay.not-an-admin" });
  });

  it("is refused for a member's key, for another's guest and between two guests", async () => {
    await using relay = relayFor(admin, ann);
    const member = guestOf(wireguardKey(3));
    const other = guestOf(wireguardKey(78));
    expect(await ask(relay, [end(admin, 1), member], admin)).toMatchObject({ code: "relay.wrong-keys" });
    expect(await ask(relay, [end(ann, 2), guest], admin)).toMatchObject({ code: "relay.not-in-pair" });
    // The relay's own member may mint for others, but not for nobody.
    expect(await ask(relay, [guest, other], admin)).toMatchObject({ kind: "failure" });
  });

  it("is small, whatever the token and the tier say", async () => {
    await using relay = relayFor(admin, ann);
    await relay.allocate(
      {
        issuer: admin.id,
        pair: [end(admin, 1), guest],
        tier: "unlimited",
        bandwidthBps: 1e9,
        quotaBytes: 1e12,
      },
      { issuer: admin, from: admin },
    );
    expect(relay.volunteering.status()[0]?.allocation).toMatchObject(GUEST_LIMITS);
  });

  it("ends when who invites is an admin no more", async () => {
    await using relay = relayFor(admin, ann);
    await ask(relay, [end(admin, 1), guest], admin);
    relay.roster = rosterOf([2, 3], signed({ kind: "revocation", member: admin.id }, ROOT));
    await relay.volunteering.recheck();
    expect(relay.volunteering.status()).toEqual([]);
  });
});
