import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import type { Random } from "../../../agent/random.ts";
import {
  ACTIVE_PROBE_MS,
  FOLLOWER_PROBE_MS,
  RelayManager,
  STANDBY_PROBE_MS,
  type Bound,
  type Granted,
  type RelayPorts,
} from "../../../agent/relay/client/relay-manager.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const PEER = "b".repeat(32) as MemberId;
const ONE = "1".repeat(32) as MemberId;
const TWO = "2".repeat(32) as MemberId;
const LIFETIME_SEC = 600;

function grant(relay: MemberId, allocation: number, changes: Partial<Granted> = {}): Granted {
  return {
    allocation: allocation.toString(16).padStart(32, "0") as AllocationId,
    relay,
    peer: PEER,
    endpoints: [{ address: "192.0.2.1", port: 40_000 + allocation }],
    lifetimeSec: LIFETIME_SEC,
    legKey: new Uint8Array(32),
    leg: "a",
    ...changes,
  };
}

/** A manager with volunteers that answer as they are told, and all that it said and did, with the time. */
class Bench {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  isLate = false;
  isUsed = true;
  allocation: (relay: MemberId) => Decoded<Granted> | Promise<Decoded<Granted>> = (relay) =>
    decoded(grant(relay, 1));
  refreshed: () => Decoded<{ lifetimeSec: number }> = () => decoded({ lifetimeSec: LIFETIME_SEC });
  bound: () => Decoded<Bound> | Promise<Decoded<Bound>> = () =>
    decoded({ rttMs: 20, resent: false, moved: false });
  readonly manager: RelayManager;

  constructor(random: Random = seededRandom(1), ports: Partial<RelayPorts> = {}) {
    this.manager = new RelayManager({
      clock: this.clock,
      random,
      log: silentLogger,
      isLate: () => this.isLate,
      isUsed: () => this.isUsed,
      ports: {
        allocate: async (relay) => {
          this.#note(`allocate ${name(relay)}`);
          return this.allocation(relay);
        },
        refresh: async ({ relay }) => {
          this.#note(`refresh ${name(relay)}`);
          return Promise.resolve(this.refreshed());
        },
        release: (relay, allocation) => {
          this.#note(`release ${name(relay)} ${Number.parseInt(allocation, 16)}`);
          return Promise.resolve();
        },
        bind: async () => {
          this.#note("probe");
          return this.bound();
        },
        orderEndpoints: (_, endpoints) => endpoints,
        ...ports,
      },
      events: {
        onReady: (_, { relay, allocation }, { port }) =>
          this.#note(`ready ${name(relay)} ${Number.parseInt(allocation, 16)} ${port}`),
        onGone: (_, { relay }, reason) => this.#note(`gone ${name(relay)}: ${reason}`),
        onMeasured: (_, __, rttMs) => this.#note(`measured ${rttMs}`),
        onProbed: (_, sentAt, rttMs) => this.#note(`sample ${sentAt} ${rttMs ?? "lost"}`),
        onMissed: () => undefined,
        onDoubted: (_, { relay }) => this.#note(`doubted ${name(relay)}`),
        onRefused: (_, relay, reason) => this.#note(`refused ${name(relay)}: ${reason}`),
      },
    });
  }

  /** Numbers of all that there are, in order. */
  get allocations(): readonly number[] {
    return this.manager
      .legs(PEER)
      .map(({ granted }) => Number.parseInt(granted.allocation, 16))
      .toSorted((a, b) => a - b);
  }

  /** Of the first leg. */
  get relay(): MemberId | undefined {
    return this.manager.legs(PEER)[0]?.granted.relay;
  }

  /** What was said since the last call, without the times. */
  take(...only: readonly string[]): readonly string[] {
    return this.log
      .splice(0)
      .map((line) => line.slice(line.indexOf(" ") + 1))
      .filter((line) => only.length === 0 || only.some((word) => line.startsWith(word)));
  }

  /** When it was said, in milliseconds of the clock. */
  timesOf(word: string): readonly number[] {
    return this.log.flatMap((line) => {
      const [ms = "", ...said] = line.split(" ");
      return said.join(" ").startsWith(word) ? [Number(ms)] : [];
    });
  }

  async connect(...relays: readonly MemberId[]): Promise<void> {
    const connected = this.manager.connect(PEER, relays);
    await this.clock.advance(0);
    await connected;
  }

  #note(line: string): void {
    this.log.push(`${this.clock.monotonicNow()} ${line}`);
  }
}

function name(relay: MemberId): string {
  return relay.slice(0, 1);
}

const unanswered = (): Decoded<never> => refused("timeout");

//
describe("connecting through a volunteer", () => {
  it("takes the first that grants, in the given order, and tells of each refusal", async () => {
    const bench = new Bench();
    bench.allocation = (relay) => (relay === ONE ? refused("relay.full") : decoded(grant(relay, 1)));
    await bench.connect(ONE, TWO);
    expect(bench.take("allocate", "refused", "ready")).toEqual([
      "allocate 1",
      "refused 1: relay.full",
      "allocate 2",
      "ready 2 1 40001",
    ]);
    expect(bench.relay).toBe(TWO);
    expect([...bench.manager.relaysInUse()]).toEqual([TWO]);
  });

  it("asks once, however often it is told to, while it waits and afterwards", async () => {
    const bench = new Bench();
    const answer = Promise.withResolvers<Decoded<Granted>>();
    bench.allocation = () => answer.promise;
    const calls = [1, 2, 3].map(() => bench.manager.connect(PEER, [ONE]));
    answer.resolve(decoded(grant(ONE, 1)));
    await Promise.all(calls);
    await bench.connect(ONE);
    expect(bench.take("allocate", "ready")).toEqual(["allocate 1", "ready 1 1 40001"]);
  });

  it("gives back a grant without an endpoint that can be reached, and asks the next", async () => {
    const bench = new Bench();
    bench.allocation = (relay) => decoded(relay === ONE ? grant(ONE, 1, { endpoints: [] }) : grant(TWO, 2));
    await bench.connect(ONE, TWO);
    expect(bench.take("release", "refused", "ready")).toEqual([
      "release 1 1",
      "refused 1: no-usable-endpoint",
      "ready 2 2 40002",
    ]);
  });

  //
  it("asks the relay that serves a peer once more, whose new port takes over without a gap", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.take();
    bench.allocation = () => decoded(grant(ONE, 1, { endpoints: [{ address: "192.0.2.1", port: 41_000 }] }));
    await bench.manager.askAgain(PEER, TWO);
    await bench.manager.askAgain(PEER, ONE);
    expect(bench.take("allocate", "gone", "release", "ready")).toEqual(["allocate 1", "ready 1 1 41000"]);
  });

  it("keeps what there is where asking once more is refused", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.take();
    bench.allocation = () => refused("relay.quota-used");
    await bench.manager.askAgain(PEER, ONE);
    expect(bench.take("gone", "refused")).toEqual(["refused 1: relay.quota-used"]);
    expect(bench.relay).toBe(ONE);
  });

  it("waits longer after every refusal, half to all of 1, 2, 4 s and so on up to a minute", async () => {
    for (const [fraction, share] of [
      [0, 0.5],
      [0.999_999, 1],
    ] as const) {
      const bench = new Bench({ ...seededRandom(1), fraction: () => fraction });
      bench.allocation = () => refused("relay.full");
      for (let ms = 0; ms < 200_000; ms += 100) {
        await bench.connect(ONE);
        await bench.clock.advance(100);
      }
      const times = bench.timesOf("allocate");
      const gaps = times.slice(1).map((ms, index) => ms - (times[index] ?? 0));
      const ceilings = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000];
      for (const [index, ceiling] of ceilings.slice(0, gaps.length).entries()) {
        expect(gaps[index]).toBeGreaterThanOrEqual(share * ceiling - 1);
        expect(gaps[index]).toBeLessThanOrEqual(share * ceiling + 100);
      }
      expect(gaps.length).toBeGreaterThanOrEqual(7);
    }
  }, 30_000);

  it("forgets what failed before once a leg has answered for ten seconds", async () => {
    const bench = new Bench();
    bench.allocation = () => refused("relay.full");
    await bench.connect(ONE);
    expect(bench.manager.isHeldBack(PEER, ONE)).toBe(true);
    bench.manager.onOffer(grant(ONE, 1));
    await bench.clock.advance(100);
    bench.allocation = () => refused("relay.full");
    expect(bench.manager.isHeldBack(PEER, ONE)).toBe(true);
    await bench.clock.advance(10_000 + ACTIVE_PROBE_MS);
    bench.manager.onEnded(ONE, grant(ONE, 1).allocation, "failed");
    bench.take();
    await bench.clock.advance(1_000);
    await bench.connect(ONE);
    expect(bench.take("allocate")).toEqual(["allocate 1"]);
  });

  it("asks at once again when the volunteer's control connection is back", async () => {
    const bench = new Bench();
    bench.allocation = () => refused("relay.full");
    await bench.connect(ONE);
    await bench.connect(ONE);
    bench.manager.onRelayReachable(ONE);
    await bench.connect(ONE);
    expect(bench.timesOf("allocate")).toEqual([0, 0]);
  });

  it("asks for eight peers at a time, then for ten a second, and no more for those that are direct when their turn comes", async () => {
    const bench = new Bench();
    const waiting: PromiseWithResolvers<Decoded<Granted>>[] = [];
    bench.allocation = () => {
      waiting.push(Promise.withResolvers());
      return waiting.at(-1)?.promise ?? refused("none");
    };
    const peers = Array.from({ length: 12 }, (_, i) => i.toString(16).padStart(32, "0") as MemberId);
    const opened = peers.map((peer) => bench.manager.connect(peer, [ONE]));
    expect(bench.take("allocate")).toHaveLength(8);
    for (const peer of peers.slice(8, 11)) bench.manager.setActive(peer, false);
    for (const { resolve } of waiting.splice(0)) resolve(refused("relay.peer-absent"));
    await bench.clock.advance(99);
    expect(bench.take("allocate")).toHaveLength(0);
    await bench.clock.advance(1);
    expect(bench.take("allocate")).toHaveLength(1);
    for (const { resolve } of waiting) resolve(refused("relay.peer-absent"));
    await Promise.all(opened);
  });

  it("gives back what is granted after the peer was closed, and says nothing of it", async () => {
    const bench = new Bench();
    const answer = Promise.withResolvers<Decoded<Granted>>();
    bench.allocation = () => answer.promise;
    const connected = bench.manager.connect(PEER, [ONE, TWO]);
    await bench.manager.close(PEER);
    answer.resolve(decoded(grant(ONE, 1)));
    await connected;
    expect(bench.take("allocate", "release", "ready")).toEqual(["allocate 1", "release 1 1"]);
  });
});

//
describe("an offer from the other end's volunteer", () => {
  it("is taken where there is no allocation yet", () => {
    const bench = new Bench();
    bench.manager.onOffer(grant(ONE, 1));
    expect(bench.take("ready")).toEqual(["ready 1 1 40001"]);
  });

  it("that comes while we ask the same volunteer is the answer to both", async () => {
    const bench = new Bench();
    const answer = Promise.withResolvers<Decoded<Granted>>();
    bench.allocation = () => answer.promise;
    const connected = bench.manager.connect(PEER, [ONE]);
    bench.manager.onOffer(grant(ONE, 1));
    answer.resolve(decoded(grant(ONE, 1)));
    await connected;
    expect(bench.take("ready", "gone", "release")).toEqual(["ready 1 1 40001"]);
  });

  it("of the same allocation with other keys replaces it: the volunteer has started anew", () => {
    const bench = new Bench();
    bench.manager.onOffer(grant(ONE, 1));
    bench.manager.onOffer(grant(ONE, 1, { legKey: new Uint8Array(32).fill(1) }));
    expect(bench.take("ready", "gone", "release")).toEqual(["ready 1 1 40001", "ready 1 1 40001"]);
  });

  it.each([
    ["offer, then answer", true],
    ["answer, then offer", false],
  ])("is a second leg where each end asked another volunteer (%s)", async (_, isOfferFirst) => {
    for (const [own, others] of [
      [grant(ONE, 5), grant(TWO, 9)],
      [grant(TWO, 9), grant(ONE, 5)],
    ] as const) {
      const bench = new Bench();
      const answer = Promise.withResolvers<Decoded<Granted>>();
      bench.allocation = () => answer.promise;
      const connected = bench.manager.connect(PEER, [own.relay]);
      if (isOfferFirst) bench.manager.onOffer(others);
      answer.resolve(decoded(own));
      await connected;
      if (!isOfferFirst) bench.manager.onOffer(others);
      expect(bench.allocations).toEqual([5, 9]);
      expect(bench.take("release", "gone")).toEqual([]);
    }
  });
});

const THREE = "3".repeat(32) as MemberId;

// R-502 R-504
describe("a spare", () => {
  async function withSpare(bench = new Bench()): Promise<Bench> {
    await bench.connect(ONE);
    bench.allocation = (relay) => decoded(grant(relay, 2));
    await bench.manager.connectSpare(PEER, [ONE, TWO]);
    await bench.clock.advance(0);
    bench.manager.setActive(PEER, true, grant(ONE, 1).allocation);
    return bench;
  }

  it("is asked of another relay than the first leg's, once, and not before there is one", async () => {
    const bench = new Bench();
    await bench.manager.connectSpare(PEER, [TWO]);
    expect(bench.take("allocate")).toEqual([]);
    await withSpare(bench);
    await bench.manager.connectSpare(PEER, [THREE]);
    expect(bench.take("allocate", "ready")).toEqual([
      "allocate 1",
      "ready 1 1 40001",
      "allocate 2",
      "ready 2 2 40002",
    ]);
  });

  it("is bound every 15 s, and every 750 ms from when it carries the path", async () => {
    const probed: string[] = [];
    const bench = await withSpare(
      new Bench(seededRandom(1), {
        bind: ({ relay }) => {
          probed.push(name(relay));
          return Promise.resolve(decoded({ rttMs: 20, resent: false, moved: false }));
        },
      }),
    );
    await bench.clock.advance(STANDBY_PROBE_MS);
    expect(probed.filter((relay) => relay === "2")).toHaveLength(2);
    expect(probed.length).toBe(2 + 1 + STANDBY_PROBE_MS / ACTIVE_PROBE_MS);
    probed.length = 0;
    bench.manager.setActive(PEER, true, grant(TWO, 2).allocation);
    await bench.clock.advance(STANDBY_PROBE_MS);
    expect(probed.filter((relay) => relay === "2").length).toBe(1 + STANDBY_PROBE_MS / ACTIVE_PROBE_MS);
    expect(probed.filter((relay) => relay === "1").length).toBeLessThanOrEqual(2);
  });

  it.each([
    ["answers", true, ["doubted 1", "gone 1: the relay does not answer"]],
    ["does not answer either", false, ["gone 1: the relay does not answer"]],
  ] as const)(
    "that %s: what is said of two misses of the first leg, and of a third",
    async (_, answers, said) => {
      let isCut = false;
      const bench = await withSpare(
        new Bench(seededRandom(1), {
          bind: ({ relay }) =>
            Promise.resolve(
              isCut && (relay === ONE || !answers)
                ? refused("timeout")
                : decoded({ rttMs: 20, resent: false, moved: false }),
            ),
        }),
      );
      await bench.clock.advance(ACTIVE_PROBE_MS);
      isCut = true;
      await bench.clock.advance(ACTIVE_PROBE_MS + 200);
      expect(bench.take("doubted", "gone").slice(0, said.length)).toEqual(said);
    },
  );
  it("is found out at once where the control connection to the relay breaks", async () => {
    const bench = await withSpare();
    await bench.clock.advance(100);
    const before = bench.timesOf("probe").length;
    bench.manager.onRelayUnreachable(ONE);
    await bench.clock.advance(0);
    expect(bench.timesOf("probe").slice(before)).toEqual([100]);
  });

  it("makes way for a third leg with a smaller id, and one that carries the path does not", async () => {
    const bench = await withSpare();
    bench.take();
    bench.manager.onOffer(grant(THREE, 3));
    expect(bench.take("gone", "release", "ready")).toEqual([]);
    bench.manager.onOffer(grant(THREE, 0));
    expect(bench.take("gone", "release", "ready")).toEqual([
      "gone 2: the other end uses another relay",
      "release 2 2",
      "ready 3 0 40000",
    ]);
    expect(bench.allocations).toEqual([0, 1]);
  });

  it("makes way for any third leg where its own relay drains", async () => {
    const bench = await withSpare();
    bench.manager.onDraining(TWO);
    expect(bench.manager.isDraining(TWO)).toBe(true);
    bench.manager.onOffer(grant(THREE, 3));
    expect(bench.allocations).toEqual([1, 3]);
    bench.manager.onRelayReachable(TWO);
    expect(bench.manager.isDraining(TWO)).toBe(false);
  });

  it("is released alone, or with the first leg where the peer is not to be relayed any more", async () => {
    const bench = await withSpare();
    await bench.manager.release(grant(TWO, 2).allocation);
    expect(bench.take("release", "gone")).toEqual(["release 2 2"]);
    await withSpare(bench);
    bench.take();
    await bench.manager.close(PEER);
    expect(bench.take("release", "gone")).toEqual(["release 1 1", "release 2 2"]);
    expect(bench.clock.pending).toBe(0);
  });
});

// R-501 R-505
describe("an allocation", () => {
  it("is refreshed at half its lifetime, by the lifetime of each answer", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.refreshed = () => decoded({ lifetimeSec: 60 });
    await bench.clock.advance(LIFETIME_SEC * 500 - 1);
    expect(bench.timesOf("refresh")).toEqual([]);
    await bench.clock.advance(1 + 60_000);
    expect(bench.timesOf("refresh")).toEqual([300_000, 330_000, 360_000]);
  });

  it("is lost when its lease ends without a refresh, and not a moment sooner", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.refreshed = unanswered;
    await bench.clock.advance(LIFETIME_SEC * 1_000 - 1);
    expect(bench.take("gone")).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.take("gone")).toEqual(["gone 1: the lease ran out"]);
  });

  it("is lost at once when the volunteer knows it no more", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.refreshed = () => refused("relay.no-allocation");
    bench.manager.onRelayReachable(ONE);
    await bench.clock.advance(0);
    expect(bench.take("gone")).toEqual(["gone 1: the relay has forgotten it"]);
  });

  it("is lost when the volunteer ends it, and that volunteer is not asked again at once if it ended young", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.manager.onEnded(ONE, grant(ONE, 1).allocation, "draining");
    expect(bench.take("gone")).toEqual(["gone 1: draining"]);
    bench.allocation = (relay) => decoded(grant(relay, relay === ONE ? 1 : 2));
    await bench.connect(ONE, TWO);
    expect(bench.take("allocate")).toEqual(["allocate 2"]);
  });

  it("is ended by its own volunteer alone, and warned of by it alone", async () => {
    //
    const bench = new Bench();
    await bench.connect(ONE);
    const { allocation } = grant(ONE, 1);
    const quota = { usedBytes: 90, limitBytes: 100 };
    bench.manager.onEnded(TWO, allocation, "quota");
    bench.manager.onWarning(TWO, allocation, quota);
    expect(bench.take("gone")).toEqual([]);
    expect(bench.manager.quotaWarnings()).toEqual([]);
    bench.manager.onWarning(ONE, allocation, quota);
    expect(bench.manager.quotaWarnings()).toEqual([{ ...quota, peer: PEER, relay: ONE }]);
    bench.manager.onEnded(ONE, allocation, "quota");
    expect(bench.manager.quotaWarnings()).toEqual([]);
  });

  it("is asked for again at once when it ended after it had lived", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    await bench.clock.advance(60_000);
    bench.manager.onEnded(ONE, grant(ONE, 1).allocation, "restarting");
    bench.take();
    await bench.connect(ONE);
    expect(bench.take("allocate")).toEqual(["allocate 1"]);
  });

  it("is released when it is closed, once", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    await bench.manager.close(PEER);
    await bench.manager.close(PEER);
    expect(bench.take("release", "gone")).toEqual(["release 1 1"]);
    expect(bench.clock.pending).toBe(0);
  });
});

// R-309 R-504 R-505
describe("legs of one relay that carry paths", () => {
  const OTHER = "c".repeat(32) as MemberId;

  /** Two peers by way of ONE, the second one's leg with a spare on TWO, and which legs were probed when. */
  async function withFollower(answer: (relay: MemberId, allocation: number) => Decoded<Bound>): Promise<{
    bench: Bench;
    probed: (allocation: number) => readonly number[];
  }> {
    const probes: { allocation: number; at: number }[] = [];
    const bench = new Bench(seededRandom(1), {
      bind: ({ relay, allocation }) => {
        const number = Number.parseInt(allocation, 16);
        probes.push({ allocation: number, at: bench.clock.monotonicNow() });
        return Promise.resolve(answer(relay, number));
      },
    });
    bench.manager.onOffer(grant(ONE, 1));
    bench.manager.onOffer(grant(ONE, 2, { peer: OTHER }));
    bench.manager.onOffer(grant(TWO, 3, { peer: OTHER }));
    await bench.clock.advance(0);
    const probed = (allocation: number): readonly number[] =>
      probes.flatMap((one) => (one.allocation === allocation ? [one.at] : []));
    return { bench, probed };
  }
  const well = decoded({ rttMs: 20, resent: false, moved: false });

  it("are looked after by the oldest, every 750 ms, and are probed every 5 s themselves", async () => {
    const { bench, probed } = await withFollower(() => well);
    await bench.clock.advance(2 * FOLLOWER_PROBE_MS);
    expect(probed(2)).toEqual([0, FOLLOWER_PROBE_MS, 2 * FOLLOWER_PROBE_MS]);
    expect(probed(1)).toHaveLength(1 + Math.floor((2 * FOLLOWER_PROBE_MS) / ACTIVE_PROBE_MS));
  });

  it("have another one that does when the oldest carries nothing any more", async () => {
    const { bench, probed } = await withFollower(() => well);
    await bench.clock.advance(100);
    bench.manager.setActive(PEER, false);
    await bench.clock.advance(2 * ACTIVE_PROBE_MS);
    expect(probed(2)).toEqual([0, 100 + ACTIVE_PROBE_MS, 100 + 2 * ACTIVE_PROBE_MS]);
  });

  it("are asked at once when the oldest misses, and doubted with it when it misses again", async () => {
    let isDead = false;
    const { bench, probed } = await withFollower((relay) =>
      isDead && relay === ONE ? refused("timeout") : well,
    );
    isDead = true;
    await bench.clock.advance(ACTIVE_PROBE_MS);
    expect(probed(2)).toEqual([0, ACTIVE_PROBE_MS]);
    expect(bench.take("doubted")).toEqual([]);
    await bench.clock.advance(100);
    expect(bench.take("doubted")).toEqual(expect.arrayContaining(["doubted 1"]));
  });

  it("are asked at once when the oldest finds that it has moved", async () => {
    let isMoved = false;
    const { bench, probed } = await withFollower((_, allocation) =>
      isMoved && allocation === 1 ? decoded({ rttMs: 20, resent: false, moved: true }) : well,
    );
    isMoved = true;
    await bench.clock.advance(ACTIVE_PROBE_MS);
    expect(probed(2)).toEqual([0, ACTIVE_PROBE_MS]);
  });

  it("are not asked for the sake of one of them that misses alone", async () => {
    let isLost = false;
    const { bench, probed } = await withFollower((_, allocation) =>
      isLost && allocation === 2 ? refused("timeout") : well,
    );
    isLost = true;
    await bench.clock.advance(FOLLOWER_PROBE_MS + 99);
    expect(probed(2)).toEqual([0, FOLLOWER_PROBE_MS]);
    expect(probed(1)).toHaveLength(1 + Math.floor(FOLLOWER_PROBE_MS / ACTIVE_PROBE_MS));
  });
});

// R-501 R-505
describe("the leg of an allocation", () => {
  it("is bound at once, then every 750 ms while it carries the path, and every 15 s as a standby", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    await bench.clock.advance(3 * ACTIVE_PROBE_MS);
    expect(bench.timesOf("probe")).toEqual([0, 750, 1_500, 2_250]);
    bench.manager.setActive(PEER, false);
    await bench.clock.advance(ACTIVE_PROBE_MS + 2 * STANDBY_PROBE_MS);
    expect(bench.timesOf("probe").slice(4)).toEqual([3_000, 18_000, 33_000]);
    bench.manager.setActive(PEER, true);
    await bench.clock.advance(ACTIVE_PROBE_MS);
    expect(bench.timesOf("probe").slice(7)).toEqual([33_000, 33_750]);
  });

  it("is bound more often for as long as it is measured, and at once", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.manager.setActive(PEER, false);
    await bench.clock.advance(ACTIVE_PROBE_MS);
    bench.manager.setPace(PEER, 500);
    await bench.clock.advance(1_000);
    expect(bench.timesOf("probe").slice(1)).toEqual([750, 750, 1_250, 1_750]);
    bench.manager.setPace(PEER, undefined);
    await bench.clock.advance(500 + STANDBY_PROBE_MS);
    expect(bench.timesOf("probe").slice(5)).toEqual([2_250, 17_250]);
  });

  //
  it("is measured by the first datagram of each probe, though a later one came through", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.bound = () => decoded({ rttMs: 20, resent: true, moved: false });
    await bench.clock.advance(ACTIVE_PROBE_MS);
    bench.bound = unanswered;
    await bench.clock.advance(ACTIVE_PROBE_MS);
    expect(bench.take("sample", "measured")).toEqual([
      "sample 0 20",
      "measured 20",
      "sample 750 lost",
      "measured 20",
      "sample 1500 lost",
    ]);
  });

  it("is a standby from the start where the path is direct when the allocation comes", async () => {
    const bench = new Bench();
    bench.manager.setActive(PEER, false);
    bench.manager.onOffer(grant(ONE, 1));
    await bench.clock.advance(STANDBY_PROBE_MS);
    expect(bench.timesOf("probe")).toEqual([0, 15_000]);
  });

  it("reports each round trip", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    expect(bench.take("measured")).toEqual(["measured 20"]);
  });

  it("is dead when three probes in a row miss, within 2.75 s where each waits 600 ms", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    const slow = async (): Promise<Decoded<never>> => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      bench.clock.after(600, () => resolve(undefined));
      await promise;
      return refused("timeout");
    };
    bench.bound = slow;
    await bench.clock.advance(2_749);
    expect(bench.take("gone")).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.take("gone")).toEqual(["gone 1: the relay does not answer"]);
    await bench.connect(ONE);
    expect(bench.take("allocate")).toEqual([]);
  });

  it("is given up less soon where it carries nothing, and as soon as any where it begins to", async () => {
    const until = async (ms: number): Promise<readonly string[]> => {
      await bench.clock.advance(ms);
      return bench.take("gone");
    };
    const bench = new Bench();
    await bench.connect(ONE);
    bench.manager.setActive(PEER, false);
    bench.bound = () => refused("timeout");
    bench.manager.warm(PEER);
    expect(await until(7_099)).toEqual([]);
    expect(await until(1)).toEqual(["gone 1: the relay does not answer"]);

    const other = new Bench();
    await other.connect(ONE);
    other.manager.setActive(PEER, false);
    other.bound = () => refused("timeout");
    other.manager.warm(PEER);
    await other.clock.advance(2_000);
    other.manager.setActive(PEER, true);
    await other.clock.advance(200);
    expect(other.take("gone")).toEqual(["gone 1: the relay does not answer"]);
  });

  it("is kept where it carries nothing and this host is too busy to see answers, until it has been asked without that", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.manager.setActive(PEER, false);
    bench.bound = () => refused("timeout");
    bench.isLate = true;
    bench.manager.warm(PEER);
    await bench.clock.advance(30_000);
    expect(bench.take("gone")).toEqual([]);
    bench.isLate = false;
    await bench.clock.advance(11_100);
    expect(bench.take("gone")).toEqual(["gone 1: the relay does not answer"]);
  });

  it("is kept where it carries a path, too, while this host is that busy and nobody uses it", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.bound = () => refused("timeout");
    [bench.isLate, bench.isUsed] = [true, false];
    await bench.clock.advance(30_000);
    expect(bench.take("gone")).toEqual([]);
    bench.isUsed = true;
    await bench.clock.advance(5_000);
    expect(bench.take("gone")).toEqual(["gone 1: the relay does not answer"]);
  });

  it("is alive when one of three probes is answered", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    let probes = 0;
    bench.bound = () =>
      ++probes % 3 === 0 ? decoded({ rttMs: 5, resent: false, moved: false }) : refused("timeout");
    await bench.clock.advance(60_000);
    expect(probes).toBeGreaterThan(100);
    expect(bench.take("gone")).toEqual([]);
  });

  it("is bound again at once when our own mapping may have changed", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.manager.setActive(PEER, false);
    await bench.clock.advance(500);
    bench.manager.rebindAll();
    await bench.clock.advance(0);
    expect(bench.timesOf("probe")).toEqual([0, 500]);
  });

  it("is given its three probes anew when our own mapping may have changed, and no relay is held back", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.bound = () => refused("timeout");
    await bench.clock.advance(ACTIVE_PROBE_MS + 100);
    bench.manager.rebindAll();
    await bench.clock.advance(100);
    expect(bench.take("gone")).toEqual([]);
    await bench.clock.advance(100);
    expect(bench.take("gone")).toHaveLength(1);
    await bench.connect(ONE);
    expect(bench.take("allocate")).toEqual([]);
    bench.manager.rebindAll();
    await bench.connect(ONE);
    expect(bench.take("allocate")).toHaveLength(1);
  });

  it("goes to the relay's other endpoint when this host has lost the family of the one in use", async () => {
    let family = ":";
    const endpoints = [
      { address: "2001:db8::1", port: 40_001 },
      { address: "192.0.2.1", port: 40_002 },
    ];
    const bench = new Bench(seededRandom(1), {
      orderEndpoints: (_, all) => all.filter(({ address }) => address.includes(family)),
    });
    bench.allocation = (relay) => decoded(grant(relay, 1, { endpoints }));
    await bench.connect(ONE);
    bench.manager.rebindAll();
    family = ".";
    bench.manager.rebindAll();
    expect(bench.take("ready")).toEqual(["ready 1 1 40001", "ready 1 1 40002"]);
  });

  it("is bound again at once when it may be needed, and only that one", async () => {
    const bench = new Bench();
    await bench.connect(ONE);
    bench.manager.setActive(PEER, false);
    await bench.clock.advance(500);
    bench.manager.warm(TWO);
    bench.manager.warm(PEER);
    await bench.clock.advance(0);
    expect(bench.timesOf("probe")).toEqual([0, 500]);
  });

  it("is not probed where STUN cannot leave from WireGuard's port", async () => {
    const bench = new Bench(seededRandom(1), { bind: undefined });
    await bench.connect(ONE);
    await bench.clock.advance(60_000);
    expect(bench.take()).toEqual(["allocate 1", "ready 1 1 40001"]);
  });
});

//
describe("a manager that is disposed of", () => {
  it("leaves no timer, asks no more, and takes nothing that comes late", async () => {
    const bench = new Bench();
    const answer = Promise.withResolvers<Decoded<Granted>>();
    bench.manager.onOffer(grant(TWO, 2, { peer: "c".repeat(32) as MemberId }));
    bench.allocation = () => answer.promise;
    const connected = bench.manager.connect(PEER, [ONE]);
    await bench.clock.advance(0);
    bench.manager[Symbol.dispose]();
    expect(bench.clock.pending).toBe(0);
    bench.take();
    answer.resolve(decoded(grant(ONE, 1)));
    await connected;
    bench.manager.onOffer(grant(ONE, 1));
    await bench.connect(ONE);
    await bench.clock.advance(100_000);
    expect(bench.take()).toEqual([]);
    expect(bench.clock.pending).toBe(0);
  });
});
