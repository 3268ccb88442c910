import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import type { Random } from "../../../agent/random.ts";
import { DEFAULT_ALLOCATION_LIMITS } from "../../../agent/relay/server/allocations.ts";
import type { LegFault } from "../../../agent/relay/server/guard/guard.ts";
import { MIN_PERIOD_MS, RelayUsage } from "../../../agent/relay/server/quota.ts";
import { POLL_MS } from "../../../agent/relay/server/counting-poll.ts";
import { RelayServer } from "../../../agent/relay/server/relay-server.ts";
import type { RelayGrant, RelayServerParts } from "../../../agent/relay/server/relay-server-parts.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { memberIdOf, networkIdOf, type AllocationId, type MemberId } from "../../../protocol/ids.ts";
import {
  allocationIdOf,
  CLOCK_TOLERANCE_SEC,
  isEpochAccepted,
  type Pair,
  type RelayTokenClaims,
} from "../../../protocol/relay-token.ts";
import { wallMs } from "../../../protocol/time.ts";
import { PaperForwarder } from "./paper-forwarder.ts";
import { TurnedClock } from "./turned-clock.ts";

const network = networkIdOf(new Uint8Array([1]));
const relay = memberIdOf(new Uint8Array([2]));
const members = [5, 6, 7, 8].map((n) => memberIdOf(new Uint8Array([n]))).sort();
const [ANN, BOB, CAT] = [members[0] ?? relay, members[1] ?? relay, members[2] ?? relay];
const TIERS = {
  free: { bandwidthBps: 10e6, quotaBytes: 1e9 },
  paid: { bandwidthBps: 100e6, quotaBytes: 100e9 },
  unlimited: { bandwidthBps: 0, quotaBytes: 0 },
};
const wg = (byte: number): string => Buffer.alloc(32, byte).toString("base64");

function bench(limits = DEFAULT_ALLOCATION_LIMITS, policy: Partial<RelayServerParts["policy"]> = {}) {
  const usage = new RelayUsage();
  const changes = { count: 0 };
  const absent = new Set<MemberId>();
  const warned: [AllocationId, used: number, limit: number][] = [];
  const clock = new TurnedClock();
  const offers: [to: MemberId, grant: RelayGrant][] = [];
  const ended: [AllocationId, string][] = [];
  const lasted: number[] = [];
  const counted: [AllocationId, bytes: number][] = [];
  const faults = new Map<AllocationId, LegFault>();
  const revoked = new Set<MemberId>();
  const trust = { epoch: 1 };
  const paper: PaperForwarder[] = [];
  let drawn = 0;
  const random: Random = { bytes: (length) => new Uint8Array(length).fill((drawn += 1)), fraction: () => 0 };
  const server = new RelayServer({
    clock,
    random,
    log: silentLogger,
    limits,
    createForwarder: (events) => {
      paper.push(new PaperForwarder(events));
      return paper[0] ?? new PaperForwarder(events);
    },
    // A "token" here is its claims.
    verify: (token) =>
      Promise.resolve(
        token === "bad" ? refused("bad-signature") : decoded(JSON.parse(token) as RelayTokenClaims),
      ),
    policy: { tiers: TIERS, monthlyBytes: 0, schedule: "* * * * *", ...policy },
    usage,
    isEpochAccepted: (epoch) => isEpochAccepted(epoch, trust.epoch),
    faultOf: (pair) => (pair.some(({ memberId }) => revoked.has(memberId)) ? "not-a-member" : undefined),
    admit: () => Promise.resolve(decoded(undefined)),
    inspect: (id) => faults.get(id),
    isReachable: (member) => Promise.resolve(!absent.has(member)),
    events: {
      offered: (to, grant) => offers.push([to, grant]),
      ended: (id, _pair, why, lastedMs) => {
        ended.push([id, why]);
        lasted.push(lastedMs);
      },
      counted: ({ id }, status) => counted.push([id, status.counters.a.rxBytes]),
      nearlyUsed: (id, _pair, usedBytes, limitBytes) => warned.push([id, usedBytes, limitBytes]),
      changed: () => void (changes.count += 1),
    },
  });
  const [forwarder] = paper;
  if (forwarder === undefined) throw new Error("no forwarder");
  const token = (a: MemberId, b: MemberId, lifeSec = 3600, key = 0): string => {
    const [low, high] = a < b ? [a, b] : [b, a];
    const pair: Pair = [
      { memberId: low, wireguardKey: wg(key + 1) },
      { memberId: high, wireguardKey: wg(key + 2) },
    ];
    const nowSec = clock.wallNow() / 1000;
    const claims: RelayTokenClaims = {
      issuer: a,
      relay,
      network,
      epoch: trust.epoch,
      allocation: allocationIdOf({ network, relay, pair }),
      pair,
      issuedAtSec: nowSec,
      expiresAtSec: nowSec + lifeSec,
      tier: "free",
      bandwidthBps: 0,
      quotaBytes: 0,
    };
    return JSON.stringify(claims);
  };
  return {
    server,
    forwarder,
    clock,
    offers,
    ended,
    lasted,
    counted,
    faults,
    revoked,
    absent,
    warned,
    changes,
    usage,
    trust,
    token,
  };
}

function granted(grant: Decoded<RelayGrant>): RelayGrant {
  if (!grant.ok) throw new Error(grant.reason);
  return grant.value;
}

describe("asking for an allocation", () => {
  //
  it("opens one port, and gives each end its own leg and key", async () => {
    const { server, forwarder, offers, token } = bench();
    const ann = granted(await server.allocate(ANN, token(ANN, BOB)));
    expect(ann).toMatchObject({ port: 40_000, peer: BOB, leg: "a", lifetimeSec: 600 });
    expect(offers).toHaveLength(1);
    const [to, offer] = offers[0] ?? [];
    expect(to).toBe(BOB);
    expect(offer).toMatchObject({ port: 40_000, peer: ANN, leg: "b", allocation: ann.allocation });
    expect(offer?.legKey).not.toEqual(ann.legKey);
    expect(forwarder.opened.map(({ legs }) => [legs.a.legKey, legs.b.legKey])).toEqual([
      [ann.legKey, offer?.legKey],
    ]);
  });

  it("gives the same answer again, and offers it to the other end each time, which may have restarted", async () => {
    const { server, forwarder, offers, token } = bench();
    const first = granted(await server.allocate(BOB, token(ANN, BOB)));
    const second = granted(await server.allocate(BOB, token(ANN, BOB)));
    expect(second).toEqual(first);
    expect(offers.map(([to]) => to)).toEqual([ANN, ANN]);
    const other = granted(await server.allocate(ANN, token(BOB, ANN)));
    expect(other).toEqual(offers[0]?.[1]);
    expect(offers.map(([to]) => to)).toEqual([ANN, ANN, BOB]);
    expect(forwarder.opened).toHaveLength(1);
  });

  it("opens one port when both ends ask at the same time", async () => {
    const { server, forwarder, token } = bench();
    const [ann, bob] = await Promise.all([
      server.allocate(ANN, token(ANN, BOB)),
      server.allocate(BOB, token(ANN, BOB)),
    ]);
    expect(granted(ann).port).toBe(granted(bob).port);
    expect(forwarder.opened).toHaveLength(1);
  });

  it("is refused with a bad token, to third members, and to who is revoked or is to talk to one", async () => {
    const { server, forwarder, revoked, token } = bench();
    expect(await server.allocate(ANN, "bad")).toEqual({ ok: false, reason: "bad-signature" });
    expect(await server.allocate(CAT, token(ANN, BOB))).toEqual({ ok: false, reason: "not-in-pair" });
    revoked.add(BOB);
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual({ ok: false, reason: "not-a-member" });
    expect(forwarder.opened).toEqual([]);
  });

  it("is refused over the maximum, and what there is stays as it was", async () => {
    const { server, forwarder, token } = bench({ ...DEFAULT_ALLOCATION_LIMITS, maxAllocations: 1 });
    granted(await server.allocate(ANN, token(ANN, BOB)));
    expect(await server.allocate(ANN, token(ANN, CAT))).toEqual({ ok: false, reason: "relay-full" });
    granted(await server.allocate(BOB, token(ANN, BOB)));
    expect(forwarder.closed).toEqual([]);
  });

  it("leaves nothing behind when no port could be opened", async () => {
    const { server, forwarder, clock, token } = bench();
    forwarder.failure = () => refused("ports-exhausted");
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual({ ok: false, reason: "ports-exhausted" });
    forwarder.failure = () => {
      throw new Error("EMFILE");
    };
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual({ ok: false, reason: "port-failed" });
    expect(server.status()).toEqual([]);
    clock.advance(600_000);
    forwarder.failure = undefined;
    expect((await server.allocate(ANN, token(ANN, BOB))).ok).toBe(true);
  });

  it("takes the old port away when a member's WireGuard key changed", async () => {
    const { server, forwarder, ended, token } = bench();
    const old = granted(await server.allocate(ANN, token(ANN, BOB)));
    const renewed = granted(await server.allocate(ANN, token(ANN, BOB, 3600, 10)));
    expect(renewed.port).not.toBe(old.port);
    expect(renewed.legKey).not.toEqual(old.legKey);
    expect(forwarder.closed).toEqual([old.allocation]);
    expect(ended).toEqual([[old.allocation, "keys-changed"]]);
  });
});

describe("the end of an allocation", () => {
  it("comes for what the roster no longer allows, and for no other", async () => {
    //
    const { server, ended, revoked, token } = bench();
    const gone = granted(await server.allocate(ANN, token(ANN, BOB))).allocation;
    granted(await server.allocate(ANN, token(ANN, CAT)));
    await server.recheck();
    expect(ended).toEqual([]);
    revoked.add(BOB);
    await server.recheck();
    expect(ended).toEqual([[gone, "revoked"]]);
  });

  //
  it("comes after its lifetime", async () => {
    const { server, forwarder, clock, ended, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    clock.advance(599_999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([[allocation, "expired"]]);
    await server[Symbol.asyncDispose]();
    expect(forwarder.closed).toEqual([allocation]);
    expect(clock.pending).toBe(0);
  });

  it("is put off by either end over control and by an authenticated leg, up to the token's end", async () => {
    const { server, forwarder, clock, ended, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB, 1000 - CLOCK_TOLERANCE_SEC)));
    clock.advance(300_000);
    expect(await server.refresh(BOB, allocation)).toEqual({ ok: true, value: 600 });
    clock.advance(300_000);
    forwarder.events.legAlive(allocation, "a");
    expect(await server.refresh(ANN, allocation)).toEqual({ ok: true, value: 400 });
    clock.advance(399_999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([[allocation, "expired"]]);
    expect(await server.refresh(ANN, allocation)).toEqual({ ok: false, reason: "unknown-allocation" });
  });

  it("comes when either end releases it, and no third member can", async () => {
    const { server, forwarder, ended, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    const refusal = { ok: false, reason: "unknown-allocation" };
    expect(await server.release(CAT, allocation)).toEqual(refusal);
    expect(await server.refresh(CAT, allocation)).toEqual(refusal);
    expect(server.relearn(CAT, allocation)).toEqual(refusal);
    expect((await server.release(BOB, allocation)).ok).toBe(true);
    expect(await server.release(BOB, allocation)).toEqual(refusal);
    expect([forwarder.closed, ended]).toEqual([[allocation], [[allocation, "released"]]]);
  });

  //
  it("ends by the operator's word, which both ends hear, and may be asked for again", async () => {
    const { server, forwarder, ended, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    expect(await server.terminate(allocation)).toBe(true);
    expect([forwarder.closed, ended]).toEqual([[allocation], [[allocation, "operator"]]]);
    expect(await server.terminate(allocation)).toBe(false);
    granted(await server.allocate(ANN, token(ANN, BOB)));
    expect(server.history.openedCount).toBe(2);
    expect(server.history.endedByReason).toEqual(new Map([["operator", 1]]));
  });

  it("comes at once for all of a revoked member's, and for no other", async () => {
    const { server, ended, revoked, token } = bench();
    const gone = [
      granted(await server.allocate(ANN, token(ANN, BOB))).allocation,
      granted(await server.allocate(CAT, token(CAT, BOB))).allocation,
    ];
    const kept = granted(await server.allocate(ANN, token(ANN, CAT))).allocation;
    revoked.add(BOB);
    await server.dropMember(BOB);
    expect(ended).toEqual(gone.map((id) => [id, "revoked"]));
    expect(server.status().map(({ allocation }) => allocation.id)).toEqual([kept]);
  });

  it("comes for the one whose port broke, and for no other", async () => {
    //
    const { server, forwarder, ended, token } = bench();
    const broken = granted(await server.allocate(ANN, token(ANN, BOB))).allocation;
    const whole = granted(await server.allocate(ANN, token(ANN, CAT))).allocation;
    forwarder.events.failed(broken, new Error("ENOBUFS"));
    expect(ended).toEqual([[broken, "failed"]]);
    expect(server.status().map(({ allocation }) => allocation.id)).toEqual([whole]);
  });

  //
  it("comes at the next look, or when the lists change, for one whose legs are not admitted, and for no other", async () => {
    const { server, clock, ended, faults, token } = bench();
    const silent = granted(await server.allocate(ANN, token(ANN, BOB))).allocation;
    const blocked = granted(await server.allocate(ANN, token(ANN, CAT))).allocation;
    const kept = granted(await server.allocate(BOB, token(BOB, CAT))).allocation;
    faults.set(silent, "unanswered");
    clock.advance(POLL_MS - 1);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([[silent, "unanswered"]]);
    faults.set(blocked, "address-blocked");
    await server.recheck();
    expect(ended.slice(1)).toEqual([[blocked, "address-blocked"]]);
    expect(server.status().map(({ allocation }) => allocation.id)).toEqual([kept]);
  });

  //
  it("is told with how long it lasted, after all that it relayed was counted", async () => {
    const { server, forwarder, clock, ended, lasted, counted, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    forwarder.relay(allocation, 100);
    clock.advance(POLL_MS);
    forwarder.relay(allocation, 11);
    clock.advance(500);
    await server.release(ANN, allocation);
    expect(counted).toEqual([
      [allocation, 100],
      [allocation, 111],
    ]);
    expect([ended.length, lasted]).toEqual([1, [POLL_MS + 500]]);
  });

  it("that comes while the port is opening closes it, and a new request gets a new one", async () => {
    const { server, forwarder, token } = bench();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    forwarder.hold = promise;
    const waiting = server.allocate(ANN, token(ANN, BOB));
    await settled();
    const { allocation } = server.status()[0] ?? {};
    if (allocation === undefined) throw new Error("not opening");
    const released = server.release(BOB, allocation.id);
    const next = server.allocate(ANN, token(ANN, BOB));
    await settled();
    expect(forwarder.opened).toHaveLength(1);
    resolve(undefined);
    expect(await waiting).toEqual({ ok: false, reason: "released" });
    await released;
    expect(granted(await next).port).toBe(40_001);
    expect(forwarder.closed).toEqual([allocation.id]);
  });

  it("comes for all when the relay stops, and nothing can be asked for from then on", async () => {
    const { server, forwarder, ended, clock, token } = bench();
    granted(await server.allocate(ANN, token(ANN, BOB)));
    granted(await server.allocate(ANN, token(ANN, CAT)));
    await server[Symbol.asyncDispose]();
    expect(ended.map(([, why]) => why)).toEqual(["relay-stopped", "relay-stopped"]);
    expect(forwarder.closed).toHaveLength(2);
    expect(forwarder.disposed).toBe(true);
    expect(clock.pending).toBe(0);
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual({ ok: false, reason: "relay-stopped" });
  });
});

//
describe("a relay that drains", () => {
  it("grants nothing new, relays on, and is done when its members have released what they had", async () => {
    const { server, token, forwarder } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    const { members, drained } = server.drain(5_000);
    expect(members).toEqual(new Set([ANN, BOB]));
    expect(await server.allocate(ANN, token(ANN, CAT))).toEqual({ ok: false, reason: "draining" });
    expect(granted(await server.allocate(BOB, token(ANN, BOB))).allocation).toBe(allocation);
    expect((await server.refresh(ANN, allocation)).ok).toBe(true);
    expect(forwarder.closed).toEqual([]);
    await server.release(BOB, allocation);
    await drained;
  });

  it("waits so long for members that do not move, and not at all where there are none", async () => {
    const { server, token, clock } = bench();
    await server.allocate(ANN, token(ANN, BOB));
    let isDone = false;
    void server.drain(5_000).drained.then(() => (isDone = true));
    clock.advance(4_999);
    await Promise.resolve();
    expect(isDone).toBe(false);
    clock.advance(1);
    await Promise.resolve();
    expect(isDone).toBe(true);
    const idle = bench();
    await idle.server.drain(5_000).drained;
    expect(idle.clock.pending).toBe(0);
  });
});

describe("a limit", () => {
  //
  it("is the smaller one of the token's and the tier's, and 0 is none", async () => {
    const { server, forwarder, token } = bench();
    const ask = (change: Partial<RelayTokenClaims>, to: MemberId): string =>
      JSON.stringify({ ...(JSON.parse(token(ANN, to)) as RelayTokenClaims), ...change });
    granted(await server.allocate(ANN, ask({ bandwidthBps: 5e6, quotaBytes: 9e9 }, BOB)));
    granted(await server.allocate(ANN, ask({ tier: "unlimited" }, CAT)));
    expect(forwarder.opened.map(({ bandwidthBps }) => bandwidthBps)).toEqual([5e6, undefined]);
    expect(server.status().map(({ allocation }) => allocation.quotaBytes)).toEqual([1e9, 0]);
  });

  it("of bytes is held to counters of that moment, where they are not current by themselves", async () => {
    const { server, forwarder, clock, ended, usage, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    const uncounted: number[] = [];
    forwarder.counting = () => {
      forwarder.relay(allocation, uncounted.shift() ?? 0);
      return Promise.resolve();
    };
    uncounted.push(1e9 - 5, 3);
    clock.advance(POLL_MS);
    await settled();
    expect([usage.usedBytes(allocation, clock.wallNow()), ended]).toEqual([1e9 - 5, []]);
    // What came since the last count is charged, too, when the allocation ends: ending it often would save quota.
    await server.release(ANN, allocation);
    expect(usage.usedBytes(allocation, clock.wallNow())).toBe(1e9 - 2);
  });

  it("is looked at as often as counting allows at a twentieth of a core", async () => {
    const { server, forwarder, clock, token } = bench();
    granted(await server.allocate(ANN, token(ANN, BOB)));
    let counts = 0;
    forwarder.counting = () => {
      counts += 1;
      return new Promise((resolve) => void clock.after(500, resolve));
    };
    clock.advance(POLL_MS);
    clock.advance(500);
    await settled();
    clock.advance(20 * 500 - 1);
    expect(counts).toBe(1);
    clock.advance(1);
    expect(counts).toBe(2);
  });

  it("of bytes is warned of once at 90 %, and ends the allocation at 100 % and no other", async () => {
    const { server, forwarder, clock, warned, ended, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    granted(await server.allocate(ANN, token(ANN, CAT)));
    const relay = (bytes: number): void => {
      forwarder.relayed.set(allocation, bytes);
      clock.advance(POLL_MS);
    };
    relay(9e8 - 1);
    expect(warned).toEqual([]);
    relay(9e8);
    relay(1e9 - 1);
    expect([warned, ended]).toEqual([[[allocation, 9e8, 1e9]], []]);
    relay(1e9);
    expect(ended).toEqual([[allocation, "quota"]]);
    expect(server.status()).toHaveLength(1);
  });

  it("of bytes is the pair's until its period ends, however often it asks and with whatever token", async () => {
    const { server, forwarder, clock, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    forwarder.relayed.set(allocation, 6e8);
    await server.release(ANN, allocation); // between two polls
    granted(await server.allocate(BOB, token(ANN, BOB, 7200)));
    expect(server.status()[0]?.usedBytes).toBe(6e8);
    forwarder.relayed.set(allocation, 4e8);
    clock.advance(POLL_MS);
    const refusal = { ok: false, reason: "quota-used" };
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual(refusal);
    clock.advance(MIN_PERIOD_MS - POLL_MS - 1);
    expect(await server.allocate(ANN, token(ANN, BOB, 30 * 86_400))).toEqual(refusal);
    clock.advance(1);
    granted(await server.allocate(ANN, token(ANN, BOB)));
  });

  it("counts on where another forwarder takes over with counters of its own", async () => {
    const { server, forwarder, clock, usage, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    for (const bytes of [500, 700, 100]) {
      forwarder.relayed.set(allocation, bytes);
      clock.advance(POLL_MS);
    }
    expect(usage.usedBytes(allocation, clock.wallNow())).toBe(800);
  });

  it("of the month ends everything, and nothing is granted until the next", async () => {
    const { server, forwarder, clock, ended, token } = bench(undefined, { monthlyBytes: 1000 });
    const first = granted(await server.allocate(ANN, token(ANN, BOB))).allocation;
    const second = granted(await server.allocate(ANN, token(ANN, CAT))).allocation;
    forwarder.relayed.set(first, 999);
    clock.advance(POLL_MS);
    expect(ended).toEqual([]);
    forwarder.relayed.set(second, 1);
    clock.advance(POLL_MS);
    expect(ended).toEqual([
      [first, "monthly-quota"],
      [second, "monthly-quota"],
    ]);
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual({ ok: false, reason: "monthly-quota" });
    clock.advance(31 * 86_400_000);
    granted(await server.allocate(ANN, token(ANN, BOB)));
  });

  it("of hours ends what runs when they are over", async () => {
    const now = new Date(bench().clock.wallNow());
    const { server, clock, ended, token } = bench(undefined, { schedule: `* ${now.getHours()} * * *` });
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB, 86_400)));
    for (let polls = 0; polls < 3_600_000 / POLL_MS && ended.length === 0; polls += 1) {
      clock.advance(POLL_MS);
      await server.refresh(ANN, allocation);
    }
    expect(ended).toEqual([[allocation, "off-schedule"]]);
    expect(await server.allocate(ANN, token(ANN, BOB))).toEqual({ ok: false, reason: "off-schedule" });
  });

  it("costs no timer while nobody is relayed", async () => {
    const { server, clock, token } = bench();
    expect(clock.pending).toBe(0);
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    await server.release(ANN, allocation);
    clock.advance(POLL_MS);
    expect(clock.pending).toBe(0);
  });
});

describe("a newer token", () => {
  //
  it("moves the end of an allocation, and touches neither port nor keys", async () => {
    const { server, forwarder, clock, offers, ended, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB, 700 - CLOCK_TOLERANCE_SEC)));
    clock.advance(400_000);
    expect(await server.refresh(BOB, allocation)).toEqual({ ok: true, value: 300 });
    expect(await server.refresh(BOB, allocation, token(ANN, BOB))).toEqual({ ok: true, value: 600 });
    expect([forwarder.opened.length, forwarder.closed, offers.length, ended]).toEqual([1, [], 1, []]);
  });

  it("prolongs its own pair's allocation with its present keys alone", async () => {
    const { server, revoked, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    const refreshed = async (newer: string): Promise<unknown> => server.refresh(ANN, allocation, newer);
    expect(await refreshed("bad")).toMatchObject({ reason: "bad-signature" });
    expect(await refreshed(token(ANN, CAT))).toMatchObject({ reason: "wrong-allocation" });
    expect(await refreshed(token(ANN, BOB, 3600, 10))).toMatchObject({ reason: "keys-changed" });
    revoked.add(BOB);
    expect(await refreshed(token(ANN, BOB))).toMatchObject({ reason: "not-a-member" });
  });
});

describe("a better token", () => {
  const better = (token: string, change: Partial<RelayTokenClaims> = {}): string =>
    JSON.stringify({ ...(JSON.parse(token) as RelayTokenClaims), tier: "paid", ...change });

  //
  it("gets the pair a port with its limits, of which both ends hear", async () => {
    const { server, forwarder, offers, ended, token } = bench();
    const first = granted(await server.allocate(BOB, token(ANN, BOB)));
    const next = granted(await server.allocate(ANN, better(token(ANN, BOB))));
    expect(next.port).not.toBe(first.port);
    expect(next.allocation).toBe(first.allocation);
    expect(ended).toEqual([[first.allocation, "better-token"]]);
    expect(forwarder.closed).toEqual([first.allocation]);
    expect(offers.at(-1)).toMatchObject([BOB, { port: next.port }]);
    expect(forwarder.opened.map(({ bandwidthBps }) => bandwidthBps)).toEqual([10e6, 100e6]);
  });

  it("serves the end that has a lesser one as well, also beyond the lesser one's quota", async () => {
    const { server, forwarder, clock, token } = bench();
    const { allocation, port } = granted(await server.allocate(ANN, better(token(ANN, BOB))));
    forwarder.relayed.set(allocation, 2e9);
    clock.advance(POLL_MS);
    expect(granted(await server.allocate(BOB, token(ANN, BOB))).port).toBe(port);
  });

  it("is not outlived by what it granted, whatever lesser one is shown", async () => {
    const { server, clock, ended, token } = bench();
    const short = better(token(ANN, BOB, 700 - CLOCK_TOLERANCE_SEC));
    const { allocation } = granted(await server.allocate(ANN, short));
    clock.advance(400_000);
    expect(await server.refresh(BOB, allocation, token(ANN, BOB))).toEqual({ ok: true, value: 300 });
    clock.advance(300_000);
    expect(ended).toEqual([[allocation, "expired"]]);
  });
});

//
describe("when the network's epoch moves", () => {
  it("allocations of the epoch before go on, and older ones only run out", async () => {
    const { server, forwarder, clock, ended, trust, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    trust.epoch = 2;
    await server.recheck();
    clock.advance(300_000);
    expect(await server.refresh(ANN, allocation)).toEqual({ ok: true, value: 600 });
    trust.epoch = 3;
    await server.recheck();
    clock.advance(300_000);
    expect(await server.refresh(ANN, allocation)).toEqual({ ok: false, reason: "wrong-epoch" });
    forwarder.events.legAlive(allocation, "a");
    clock.advance(299_999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([[allocation, "expired"]]);
  });

  it("a token of the new one keeps an allocation, and touches neither port nor keys", async () => {
    const { server, forwarder, clock, ended, offers, trust, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    trust.epoch = 3;
    clock.advance(300_000);
    expect(await server.refresh(BOB, allocation, token(BOB, ANN))).toEqual({ ok: true, value: 600 });
    clock.advance(300_000);
    expect(await server.refresh(ANN, allocation)).toEqual({ ok: true, value: 600 });
    expect([forwarder.opened.length, forwarder.closed, offers.length, ended]).toEqual([1, [], 1, []]);
  });
});

describe("a member whose leg moved", () => {
  it("has its own leg learned anew, not its peer's", async () => {
    //
    const { server, forwarder, token } = bench();
    const { allocation } = granted(await server.allocate(ANN, token(ANN, BOB)));
    expect(server.relearn(BOB, allocation).ok).toBe(true);
    expect(forwarder.relearned).toEqual([[allocation, "b"]]);
  });
});

/** Lets everything run that waits for nothing but promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

//
describe("after its predecessor was killed", () => {
  it("serves on the same port, with the same keys, and gives who asks again the same answer", async () => {
    const before = bench();
    const ann = granted(await before.server.allocate(ANN, before.token(ANN, BOB)));
    const saved = before.server.saved();

    const after = bench();
    await after.server.resume(saved);
    expect(after.forwarder.resumed).toEqual([{ ...before.forwarder.opened[0], held: saved[0]?.held }]);
    expect(after.server.saved()).toEqual(saved);
    expect(after.offers).toEqual([]);
    const again = granted(await after.server.allocate(ANN, after.token(ANN, BOB)));
    expect(again).toEqual(ann);
    expect(after.forwarder.opened).toEqual([]);
    expect(await after.server.refresh(BOB, ann.allocation)).toEqual({ ok: true, value: 600 });
  });

  it("keeps to the end that the token had", async () => {
    const before = bench();
    granted(await before.server.allocate(ANN, before.token(ANN, BOB, 60 - CLOCK_TOLERANCE_SEC)));
    const after = bench();
    await after.server.resume(before.server.saved());
    after.clock.advance(60_000 - 1);
    expect(after.server.status()).toHaveLength(1);
    after.clock.advance(1);
    expect(after.ended.map(([, why]) => why)).toEqual(["expired"]);
  });

  it("does not serve on for who was revoked meanwhile, who used up the quota, and what has no port any more", async () => {
    const before = bench();
    const pairs = [
      [ANN, BOB],
      [ANN, CAT],
      [BOB, CAT],
    ] as const;
    for (const [a, b] of pairs) granted(await before.server.allocate(a, before.token(a, b)));
    const saved = before.server.saved();

    const after = bench();
    after.revoked.add(CAT);
    await after.server.resume(saved);
    expect(after.server.saved().map(({ id }) => id)).toEqual([saved[0]?.id]);

    const spent = bench();
    const [first, second, third] = saved.map(({ id }) => id);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("three were saved");
    spent.usage.begin(first, wallMs(spent.clock.wallNow() + MIN_PERIOD_MS), spent.clock.wallNow());
    spent.usage.charge(first, 1e9, spent.clock.wallNow());
    spent.forwarder.unavailable.add(second);
    await spent.server.resume(saved);
    expect(spent.server.saved().map(({ id }) => id)).toEqual([third]);
  });

  it("makes who asks while it still resumes wait for the same port", async () => {
    const before = bench();
    const ann = granted(await before.server.allocate(ANN, before.token(ANN, BOB)));
    const after = bench();
    const opening = Promise.withResolvers<undefined>();
    after.forwarder.hold = opening.promise.then(() => undefined);
    const resuming = after.server.resume(before.server.saved());
    const asking = after.server.allocate(ANN, after.token(ANN, BOB));
    opening.resolve(undefined);
    await resuming;
    expect(granted(await asking)).toEqual(ann);
  });

  it("says each time when there is something else to save", async () => {
    const { server, forwarder, token, changes } = bench();
    const ann = granted(await server.allocate(ANN, token(ANN, BOB)));
    const afterGrant = changes.count;
    expect(afterGrant).toBeGreaterThan(0);
    forwarder.events.legConfirmed(ann.allocation, "a", { address: "192.0.2.1", port: 1 }, "stun");
    await server.release(ANN, ann.allocation);
    expect(changes.count).toBe(afterGrant + 2);
    expect(server.saved()).toEqual([]);
  });
});
