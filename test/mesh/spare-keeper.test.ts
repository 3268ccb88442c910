import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { newEntry, pathInfo, type PathInfo } from "../../agent/mesh/mesh-peer.ts";
import { MAX_SPARES, SpareKeeper } from "../../agent/mesh/spare-keeper.ts";
import { MeasureBudget } from "../../agent/path/measure-budget.ts";
import { initialPath, type Leg } from "../../agent/path/state.ts";
import type { Granted, LegView } from "../../agent/relay/client/relay-manager.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { monotonicMs, wallMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint, peer } from "./samples.ts";

const SELF = "0".repeat(32) as MemberId;
const RELAY = "9".repeat(32) as MemberId;

function idOf(number: number): string {
  return number.toString(16).padStart(32, "0");
}

/** Peers that are relayed since 0 s, each by one leg. */
class Bench implements Disposable {
  readonly clock = new FakeClock();
  readonly said: string[] = [];
  readonly legsByPeer = new Map<MemberId, LegView[]>();
  readonly barred = new Set<MemberId>();
  readonly keeper: SpareKeeper;
  #legs = 0;

  constructor(peers: number) {
    for (let n = 1; n <= peers; n++) {
      const id = idOf(n) as MemberId;
      this.legsByPeer.set(id, [this.leg(id, RELAY)]);
    }
    this.keeper = new SpareKeeper({
      self: SELF,
      clock: this.clock,
      log: silentLogger,
      ports: {
        peers: () => [...this.legsByPeer.keys()],
        pathOf: (id) => this.#pathOf(id),
        legs: (id) => this.legsByPeer.get(id) ?? [],
        isBarred: (_, relay) => this.barred.has(relay),
        isSecondChoice: () => false,
        ask: (id, isSpare) => this.#say(`${isSpare ? "ask" : "ask soon"} ${Number.parseInt(id, 16)}`),
        handOver: (id, from) =>
          void this.#say(`hand over ${Number.parseInt(id, 16)} from ${Number.parseInt(from, 16)}`),
        release: (allocation) => this.#say(`release ${Number.parseInt(allocation, 16)}`),
      },
    });
  }

  leg(id: MemberId, relay: MemberId): LegView {
    const granted: Granted = {
      allocation: idOf(++this.#legs) as AllocationId,
      relay,
      peer: id,
      endpoints: [],
      lifetimeSec: 600,
      legKey: new Uint8Array(),
      leg: "a",
    };
    const now = this.clock.monotonicNow();
    return { granted, since: now, answersSince: now };
  }

  async look(): Promise<void> {
    this.keeper.lookSoon();
    await this.clock.advance(0);
  }

  [Symbol.dispose](): void {
    this.keeper[Symbol.dispose]();
    expect(this.clock.pending).toBe(0);
  }

  #say(what: string): Promise<void> {
    this.said.push(`${this.clock.monotonicNow()} ${what}`);
    return Promise.resolve();
  }

  #pathOf(id: MemberId): PathInfo | undefined {
    const granted = this.legsByPeer.get(id)?.[0]?.granted;
    if (granted === undefined) return undefined;
    const leg: Leg = { relay: granted.relay, allocation: granted.allocation, endpoint: endpoint(1) };
    const path = { ...initialPath(monotonicMs(0)), tag: "relayed" as const, leg, avoided: undefined };
    const entry = {
      ...newEntry(
        { ...peer("b"), id },
        new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false }),
        monotonicMs(0),
        wallMs(0),
      ),
      path,
    };
    return pathInfo(entry, this.clock.monotonicNow());
  }
}

// R-502 R-504
describe("the keeper of spares", () => {
  it("asks for a second leg when the path has lasted, and again after a while where that found none", async () => {
    using bench = new Bench(1);
    await bench.look();
    await bench.clock.advance(20_000);
    expect(bench.said).toEqual(["2000 ask 1", "17000 ask 1"]);
  });

  it("asks for no more spares than one host may have", async () => {
    using bench = new Bench(MAX_SPARES + 5);
    await bench.look();
    await bench.clock.advance(2_000);
    expect(bench.said).toHaveLength(MAX_SPARES);
  });

  it("asks for another leg for every peer whose relay drains, however many have spares", async () => {
    using bench = new Bench(MAX_SPARES + 5);
    bench.barred.add(RELAY);
    await bench.look();
    await bench.clock.advance(0);
    expect(bench.said.filter((line) => line.includes("ask soon"))).toHaveLength(MAX_SPARES + 5);
  });

  it("leaves a leg that has to go, tries again where that did not take, and asks where there is no other", async () => {
    using bench = new Bench(2);
    const [first, second] = [...bench.legsByPeer.keys()] as [MemberId, MemberId];
    bench.legsByPeer.get(first)?.push(bench.leg(first, "8".repeat(32) as MemberId));
    bench.barred.add(RELAY);
    await bench.look();
    await bench.clock.advance(6_500);
    const about = (id: MemberId, what: string): readonly string[] =>
      bench.said.filter((line) => line.includes(`${what} ${Number.parseInt(id, 16)}`));
    expect(about(first, "hand over")).toEqual(["1000 hand over 1 from 1", "6000 hand over 1 from 1"]);
    expect(about(second, "ask soon").slice(0, 3)).toEqual([
      "0 ask soon 2",
      "500 ask soon 2",
      "1000 ask soon 2",
    ]);
  });

  it("has no timer where nobody is relayed", async () => {
    using bench = new Bench(0);
    await bench.look();
    expect(bench.clock.pending).toBe(0);
  });
});
