import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import { DEFAULT_ALLOCATION_LIMITS } from "../../../agent/relay/server/allocations.ts";
import { MIN_PERIOD_MS, RelayUsage } from "../../../agent/relay/server/quota.ts";
import { POLL_MS, RelayServer } from "../../../agent/relay/server/relay-server.ts";
import { decoded } from "../../../protocol/decoded.ts";
import { memberIdOf, networkIdOf, type AllocationId, type MemberId } from "../../../protocol/ids.ts";
import { allocationIdOf, type Pair, type RelayTokenClaims } from "../../../protocol/relay-token.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { PaperForwarder } from "./paper-forwarder.ts";

const network = networkIdOf(new Uint8Array([1]));
const relay = memberIdOf(new Uint8Array([2]));
const QUOTA_BYTES = 1000;
const LIFETIME_MS = DEFAULT_ALLOCATION_LIMITS.lifetimeSec * 1000;
/** Few enough that random steps often meet the same pair in all its states. */
const PAIRS = 5;

const memberOf = (n: number): MemberId => memberIdOf(new Uint8Array([9, n]));
const pairs = Array.from({ length: PAIRS }, (_, n): Pair => {
  const [low, high] = [memberOf(2 * n), memberOf(2 * n + 1)].sort();
  const end = (memberId: MemberId, key: number) => ({
    memberId,
    wireguardKey: Buffer.alloc(32, key).toString("base64"),
  });
  return [end(low ?? relay, 2 * n), end(high ?? relay, 2 * n + 1)];
});
const idOf = (pair: Pair): AllocationId => allocationIdOf({ network, relay, pair });

type Step =
  | { readonly tag: "allocate" | "refresh" | "release" | "fail" | "refuse-port"; readonly pair: number }
  | { readonly tag: "relay"; readonly pair: number; readonly bytes: number }
  | { readonly tag: "wait"; readonly ms: number };

const onPair = fc.record({
  tag: fc.constantFrom("allocate", "allocate", "refresh", "release", "fail", "refuse-port"),
  pair: fc.nat({ max: PAIRS - 1 }),
});
const relayed = fc.record({
  tag: fc.constant("relay" as const),
  pair: fc.nat({ max: PAIRS - 1 }),
  bytes: fc.constantFrom(1, QUOTA_BYTES / 2, QUOTA_BYTES),
});
const waited = fc.record({
  tag: fc.constant("wait" as const),
  ms: fc.constantFrom(POLL_MS, POLL_MS, LIFETIME_MS / 2, LIFETIME_MS),
});
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(onPair, relayed, waited), {
  maxLength: 80,
  size: "max",
});

/** One pair alone, as if there were no other: what the relay must look like to it. */
class Alone {
  expiresAtMs: number | undefined;
  periodEndsAtMs = 0;
  usedBytes = 0;
  uncountedBytes = 0;

  allocate(nowMs: number): boolean {
    if (this.#used(nowMs) >= QUOTA_BYTES) return false;
    if (this.expiresAtMs === undefined && nowMs >= this.periodEndsAtMs) this.#turn(nowMs);
    this.expiresAtMs = nowMs + LIFETIME_MS;
    return true;
  }

  refresh(nowMs: number): boolean {
    if (this.expiresAtMs === undefined) return false;
    this.expiresAtMs = nowMs + LIFETIME_MS;
    return true;
  }

  end(nowMs: number): void {
    this.#count(nowMs);
    this.expiresAtMs = undefined;
  }

  poll(nowMs: number): void {
    if (this.expiresAtMs === undefined) return;
    if (nowMs >= this.expiresAtMs) this.end(nowMs);
    else this.#count(nowMs);
    if (this.usedBytes >= QUOTA_BYTES) this.expiresAtMs = undefined;
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
      verify: (token) => Promise.resolve(decoded(this.#claims(Number(token)))),
      faultOf: () => undefined,
      admit: () => Promise.resolve(decoded(undefined)),
      isReachable: () => true,
      events: {
        offered: () => undefined,
        ended: () => undefined,
        nearlyUsed: () => undefined,
        changed: () => undefined,
      },
    });
    const [forwarder] = paper;
    if (forwarder === undefined) throw new Error("no forwarder");
    this.forwarder = forwarder;
  }

  async run(step: Step): Promise<void> {
    if (step.tag === "wait") return this.#wait(step.ms);
    const pair = pairs[step.pair];
    const model = this.models[step.pair];
    if (pair === undefined || model === undefined) throw new Error("no such pair");
    const id = idOf(pair);
    const member = pair[0].memberId;
    const nowMs = this.clock.monotonicNow();
    switch (step.tag) {
      case "allocate":
        expect((await this.#server.allocate(member, `${step.pair}`)).ok).toBe(model.allocate(nowMs));
        return;
      case "refresh":
        expect((await this.#server.refresh(member, id)).ok).toBe(model.refresh(nowMs));
        return;
      case "release":
        expect((await this.#server.release(member, id)).ok).toBe(model.expiresAtMs !== undefined);
        if (model.expiresAtMs !== undefined) model.end(nowMs);
        return;
      case "fail":
        this.forwarder.events.failed(id, new Error("EIO"));
        if (model.expiresAtMs !== undefined) model.end(nowMs);
        return;
      case "refuse-port": {
        if (model.expiresAtMs !== undefined) return;
        this.forwarder.failure = () => {
          throw new Error("EMFILE");
        };
        expect((await this.#server.allocate(member, `${step.pair}`)).ok).toBe(false);
        this.forwarder.failure = undefined;
        if (model.allocate(nowMs)) model.expiresAtMs = undefined;
        return;
      }
      case "relay":
        if (model.expiresAtMs === undefined) return;
        this.forwarder.relay(id, step.bytes);
        model.uncountedBytes += step.bytes;
        return;
    }
  }

  /** Pairs that are relayed, as the server sees it and as their models do. */
  compare(): void {
    const live = this.#server.status().map(({ allocation, usedBytes }) => [allocation.id, usedBytes]);
    const nowMs = this.clock.monotonicNow();
    const expected = this.models.flatMap((model, n) => {
      const pair = pairs[n];
      if (model.expiresAtMs === undefined || pair === undefined) return [];
      return [[idOf(pair), nowMs >= model.periodEndsAtMs ? 0 : model.usedBytes]];
    });
    expect(new Map(live as [string, number][])).toEqual(new Map(expected as [string, number][]));
    expect(this.forwarder.ids).toEqual(new Set(live.map(([id]) => id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Poll by poll, so that the models see the same instants. */
  async #wait(ms: number): Promise<void> {
    for (let waited = 0; waited < ms; waited += POLL_MS) {
      await this.clock.advance(POLL_MS);
      for (const model of this.models) model.poll(this.clock.monotonicNow());
    }
  }

  #claims(n: number): RelayTokenClaims {
    const pair = pairs[n];
    if (pair === undefined) throw new Error("no such pair");
    const issuedAtSec = this.clock.wallNow() / 1000;
    return {
      issuer: pair[0].memberId,
      relay,
      network,
      allocation: idOf(pair),
      pair,
      issuedAtSec,
      expiresAtSec: issuedAtSec + 3600,
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
      { numRuns: 40 },
    );
  }, 60_000);
});
