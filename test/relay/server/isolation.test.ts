import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import { DEFAULT_ALLOCATION_LIMITS } from "../../../agent/relay/server/allocations.ts";
import { MIN_PERIOD_MS, RelayUsage } from "../../../agent/relay/server/quota.ts";
import { POLL_MS } from "../../../agent/relay/server/counting-poll.ts";
import { RelayServer } from "../../../agent/relay/server/relay-server.ts";
import type { PairFault } from "../../../agent/relay/server/relay-server-parts.ts";
import { decoded } from "../../../protocol/decoded.ts";
import { memberIdOf, networkIdOf, type AllocationId, type MemberId } from "../../../protocol/ids.ts";
import {
  allocationIdOf,
  CLOCK_TOLERANCE_SEC,
  type Pair,
  type RelayTokenClaims,
} from "../../../protocol/relay-token.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { PaperForwarder } from "./paper-forwarder.ts";

const network = networkIdOf(new Uint8Array([1]));
const relay = memberIdOf(new Uint8Array([2]));
const QUOTA_BYTES = 1000;
const LIFETIME_MS = DEFAULT_ALLOCATION_LIMITS.lifetimeSec * 1000;
/** Few enough that random steps often meet the same pair in all its states. */
const PAIRS = 5;
/** Fewer than two for each pair: most are in two pairs. */
const MEMBERS = 6;

const memberOf = (n: number): MemberId => memberIdOf(new Uint8Array([9, n]));
const pairs = Array.from({ length: PAIRS }, (_, n): Pair => {
  const [low, high] = [memberOf(n), memberOf(n + 1)].sort();
  const end = (memberId: MemberId, key: number) => ({
    memberId,
    wireguardKey: Buffer.alloc(32, key).toString("base64"),
  });
  return [end(low ?? relay, 2 * n), end(high ?? relay, 2 * n + 1)];
});
const idOf = (pair: Pair): AllocationId => allocationIdOf({ network, relay, pair });

const OPERATIONS = [
  "refresh",
  "keepalive",
  "relearn",
  "release",
  "release-broken",
  "release-opening",
  "allocate-closing",
  "stranger",
  "fail",
  "refuse-port",
] as const;

type Step =
  | {
      readonly tag: "allocate" | "renew";
      readonly pair: number;
      readonly side: 0 | 1;
      /** How long the relay goes by the token. */
      readonly tokenMs: number;
    }
  | {
      readonly tag: "operate";
      readonly operation: (typeof OPERATIONS)[number];
      readonly pair: number;
      readonly side: 0 | 1;
    }
  | { readonly tag: "relay"; readonly pair: number; readonly bytes: number }
  | {
      readonly tag: "change-member";
      readonly pair: number;
      readonly fault: PairFault | undefined;
      readonly isTold: boolean;
    }
  | { readonly tag: "drop-member"; readonly member: number }
  | { readonly tag: "wait"; readonly ms: number };

const pair = fc.nat({ max: PAIRS - 1 });
const side = fc.constantFrom(0 as const, 1 as const);
const withToken = fc.record({
  tag: fc.constantFrom("allocate" as const, "allocate" as const, "renew" as const),
  pair,
  side,
  tokenMs: fc.constantFrom(LIFETIME_MS / 4, 6 * LIFETIME_MS),
});
const operated = fc.record({
  tag: fc.constant("operate" as const),
  operation: fc.constantFrom(...OPERATIONS),
  pair,
  side,
});
const relayed = fc.record({
  tag: fc.constant("relay" as const),
  pair,
  bytes: fc.constantFrom(1, QUOTA_BYTES / 2, QUOTA_BYTES),
});
const changed = fc.record({
  tag: fc.constant("change-member" as const),
  pair,
  fault: fc.constantFrom(undefined, undefined, "not-a-member", "wrong-keys", "not-allowed"),
  isTold: fc.boolean(),
});
const dropped = fc.record({
  tag: fc.constant("drop-member" as const),
  member: fc.nat({ max: MEMBERS - 1 }),
});
const waited = fc.record({
  tag: fc.constant("wait" as const),
  ms: fc.constantFrom(POLL_MS, POLL_MS, LIFETIME_MS / 4, LIFETIME_MS / 2, LIFETIME_MS),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: withToken },
    { weight: 4, arbitrary: operated },
    { weight: 2, arbitrary: relayed },
    { weight: 1, arbitrary: changed },
    { weight: 1, arbitrary: dropped },
    { weight: 3, arbitrary: waited },
  ),
  { maxLength: 100, size: "max" },
);

/** One pair alone, as if there were no other: what the relay must look like to it. */
class Alone {
  expiresAtMs: number | undefined;
  tokenEndsAtMs = 0;
  fault: PairFault | undefined;
  periodEndsAtMs = 0;
  usedBytes = 0;
  uncountedBytes = 0;

  get isLive(): boolean {
    return this.expiresAtMs !== undefined;
  }

  allocate(nowMs: number, tokenMs: number): boolean {
    if (this.fault !== undefined || this.#used(nowMs) >= QUOTA_BYTES) return false;
    if (!this.isLive) {
      this.tokenEndsAtMs = 0;
      if (nowMs >= this.periodEndsAtMs) this.#turn(nowMs);
    }
    this.#prolong(nowMs, tokenMs);
    return true;
  }

  /** Without a token, one that ends now prolongs nothing beyond those that there were. */
  refresh(nowMs: number, tokenMs = 0): boolean {
    if (!this.isLive) return false;
    this.#prolong(nowMs, tokenMs);
    return true;
  }

  end(nowMs: number): void {
    if (!this.isLive) return;
    this.#count(nowMs);
    this.expiresAtMs = undefined;
  }

  poll(nowMs: number): void {
    if (this.expiresAtMs === undefined) return;
    if (nowMs >= this.expiresAtMs) this.end(nowMs);
    else this.#count(nowMs);
    if (this.usedBytes >= QUOTA_BYTES) this.expiresAtMs = undefined;
  }

  #prolong(nowMs: number, tokenMs: number): void {
    this.tokenEndsAtMs = Math.max(this.tokenEndsAtMs, nowMs + tokenMs);
    this.expiresAtMs = Math.min(nowMs + LIFETIME_MS, this.tokenEndsAtMs);
  }

  #used(nowMs: number): number {
    return nowMs >= this.periodEndsAtMs ? 0 : this.usedBytes;
  }

  #turn(nowMs: number): void {
    this.periodEndsAtMs = nowMs + MIN_PERIOD_MS;
    this.usedBytes = 0;
  }

  #count(nowMs: number): void {
    if (nowMs >= this.periodEndsAtMs) this.#turn(nowMs);
    this.usedBytes += this.uncountedBytes;
    this.uncountedBytes = 0;
  }
}

/** The relay under test beside a model of each pair alone. */
class Bench implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly models = pairs.map(() => new Alone());
  readonly forwarder: PaperForwarder;
  readonly #server: RelayServer;

  constructor() {
    const paper: PaperForwarder[] = [];
    this.#server = new RelayServer({
      clock: this.clock,
      random: seededRandom(1),
      log: silentLogger,
      limits: { ...DEFAULT_ALLOCATION_LIMITS, maxPerMember: PAIRS },
      policy: {
        tiers: {
          free: { bandwidthBps: 0, quotaBytes: QUOTA_BYTES },
          paid: { bandwidthBps: 0, quotaBytes: 0 },
          unlimited: { bandwidthBps: 0, quotaBytes: 0 },
        },
        monthlyBytes: 0,
        schedule: "* * * * *",
      },
      usage: new RelayUsage(),
      createForwarder: (events) => {
        const made = new PaperForwarder(events);
        paper.push(made);
        return made;
      },
      verify: (token) => Promise.resolve(decoded(this.#claims(token))),
      isEpochAccepted: () => true,
      faultOf: (pair) => this.models[pairs.indexOf(pair)]?.fault,
      admit: () => Promise.resolve(decoded(undefined)),
      inspect: () => undefined,
      isReachable: () => Promise.resolve(true),
      events: {
        offered: () => undefined,
        ended: () => undefined,
        counted: () => undefined,
        nearlyUsed: () => undefined,
        changed: () => undefined,
      },
    });
    const [forwarder] = paper;
    if (forwarder === undefined) throw new Error("no forwarder");
    this.forwarder = forwarder;
  }

  async run(step: Step): Promise<void> {
    const nowMs = this.clock.monotonicNow();
    switch (step.tag) {
      case "wait":
        return this.#wait(step.ms);
      case "drop-member": {
        const member = memberOf(step.member);
        await this.#server.dropMember(member);
        this.models.forEach((model, n) => {
          if (pairs[n]?.some(({ memberId }) => memberId === member)) model.end(nowMs);
        });
        return;
      }
      case "change-member":
        this.#pair(step.pair).model.fault = step.fault;
        if (!step.isTold) return;
        await this.#server.recheck();
        for (const model of this.models) if (model.fault !== undefined) model.end(nowMs);
        return;
      case "relay": {
        const { model, id } = this.#pair(step.pair);
        if (!model.isLive) return;
        this.forwarder.relay(id, step.bytes);
        model.uncountedBytes += step.bytes;
        return;
      }
      case "allocate":
      case "renew": {
        const { model, id, ends } = this.#pair(step.pair);
        const token = JSON.stringify([step.pair, step.tokenMs]);
        const member = ends[step.side].memberId;
        if (step.tag === "allocate") {
          const allocated = await this.#server.allocate(member, token);
          expect(allocated.ok).toBe(model.allocate(nowMs, step.tokenMs));
        } else {
          const renewed = await this.#server.refresh(member, id, token);
          expect(renewed.ok).toBe(model.fault === undefined && model.refresh(nowMs, step.tokenMs));
        }
        return;
      }
      case "operate":
        return this.#operate(step, nowMs);
    }
  }

  /** Pairs that are relayed, until when and with how much used, as the server sees it and as their models do. */
  compare(): void {
    const live = this.#server
      .status()
      .map(({ allocation: { id, expiresAt }, usedBytes }) => [id, { expiresAt, usedBytes }] as const);
    const nowMs = this.clock.monotonicNow();
    const expected = this.models.flatMap((model, n) => {
      const { expiresAtMs: expiresAt } = model;
      if (expiresAt === undefined) return [];
      const usedBytes = nowMs >= model.periodEndsAtMs ? 0 : model.usedBytes;
      return [[this.#pair(n).id, { expiresAt, usedBytes }] as const];
    });
    expect(new Map<string, object>(live)).toEqual(new Map<string, object>(expected));
    expect(this.forwarder.ids).toEqual(new Set(live.map(([id]) => id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #operate(step: Extract<Step, { tag: "operate" }>, nowMs: number): Promise<void> {
    const { model, id, ends } = this.#pair(step.pair);
    const member = ends[step.side].memberId;
    const token = JSON.stringify([step.pair, LIFETIME_MS]);
    switch (step.operation) {
      case "refresh":
        expect((await this.#server.refresh(member, id)).ok).toBe(model.refresh(nowMs));
        return;
      case "keepalive":
        this.forwarder.events.legAlive(id, step.side === 0 ? "a" : "b");
        model.refresh(nowMs);
        return;
      case "relearn":
        expect(this.#server.relearn(member, id).ok).toBe(model.isLive);
        return;
      case "release":
        expect((await this.#server.release(member, id)).ok).toBe(model.isLive);
        model.end(nowMs);
        return;
      case "release-broken":
        this.forwarder.closeFailure = new Error("EBADF");
        expect((await this.#server.release(member, id)).ok).toBe(model.isLive);
        this.forwarder.closeFailure = undefined;
        model.end(nowMs);
        return;
      case "release-opening": {
        if (model.isLive) return;
        const opening = Promise.withResolvers<undefined>();
        this.forwarder.hold = opening.promise;
        const allocated = this.#server.allocate(member, token);
        await this.clock.advance(0);
        const released = this.#server.release(member, id);
        opening.resolve(undefined);
        this.forwarder.hold = undefined;
        expect((await released).ok).toBe(model.allocate(nowMs, LIFETIME_MS));
        expect((await allocated).ok).toBe(false);
        model.end(nowMs);
        return;
      }
      case "allocate-closing": {
        const closing = Promise.withResolvers<undefined>();
        this.forwarder.closeHold = closing.promise;
        const released = this.#server.release(member, id);
        const allocated = this.#server.allocate(member, token);
        await this.clock.advance(0);
        closing.resolve(undefined);
        this.forwarder.closeHold = undefined;
        expect((await released).ok).toBe(model.isLive);
        model.end(nowMs);
        expect((await allocated).ok).toBe(model.allocate(nowMs, LIFETIME_MS));
        return;
      }
      case "stranger":
        expect((await this.#server.allocate(relay, token)).ok).toBe(false);
        expect((await this.#server.refresh(relay, id, token)).ok).toBe(false);
        expect((await this.#server.release(relay, id)).ok).toBe(false);
        expect(this.#server.relearn(relay, id).ok).toBe(false);
        return;
      case "fail":
        this.forwarder.events.failed(id, new Error("EIO"));
        model.end(nowMs);
        return;
      case "refuse-port":
        if (model.isLive) return;
        this.forwarder.failure = () => {
          throw new Error("EMFILE");
        };
        expect((await this.#server.allocate(member, token)).ok).toBe(false);
        this.forwarder.failure = undefined;
        if (model.allocate(nowMs, LIFETIME_MS)) model.expiresAtMs = undefined;
        return;
    }
  }

  #pair(n: number): { readonly model: Alone; readonly id: AllocationId; readonly ends: Pair } {
    const [ends, model] = [pairs[n], this.models[n]];
    if (ends === undefined || model === undefined) throw new Error("no such pair");
    return { model, id: idOf(ends), ends };
  }

  /** Poll by poll, so that the models see the same instants. */
  async #wait(ms: number): Promise<void> {
    for (let waited = 0; waited < ms; waited += POLL_MS) {
      await this.clock.advance(POLL_MS);
      for (const model of this.models) model.poll(this.clock.monotonicNow());
    }
  }

  /** A token is its pair's number and how long it lives. */
  #claims(token: string): RelayTokenClaims {
    const [n, tokenMs] = JSON.parse(token) as [number, number];
    const { id, ends } = this.#pair(n);
    const issuedAtSec = this.clock.wallNow() / 1000;
    return {
      issuer: ends[0].memberId,
      relay,
      network,
      epoch: 1,
      allocation: id,
      pair: ends,
      issuedAtSec,
      expiresAtSec: issuedAtSec + tokenMs / 1000 - CLOCK_TOLERANCE_SEC,
      tier: "free",
      bandwidthBps: 0,
      quotaBytes: 0,
    };
  }
}

//
describe("an allocation", () => {
  it("fares as if it were alone, whatever happens to all others in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await using bench = new Bench();
        for (const step of all) {
          await bench.run(step);
          bench.compare();
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
