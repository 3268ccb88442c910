import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { Observer } from "../../agent/mesh/observer.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { wgInterface } from "./samples.ts";

const SECOND_MS = 1_000;

/** An observer whose owner steps it whenever it is due, as the connector does. */
class Watched {
  readonly clock = new FakeClock();
  readonly observer: Observer;
  readonly lookedAtMs: number[] = [];
  seen = 0;
  traffic = 0;
  /** Packets that the interface has sent so far. */
  txPackets = 0n;
  ownPackets = 0;
  /** As the kernel counts; undefined where it does not. */
  usersPackets: bigint | undefined;
  isTooBusy = false;
  asked = 0;
  hold: Promise<void> | undefined;
  failure: Error | undefined;
  #cancel: () => void = () => undefined;

  constructor() {
    this.observer = new Observer({
      clock: this.clock,
      log: silentLogger,
      ports: {
        dump: async () => {
          this.lookedAtMs.push(this.clock.monotonicNow());
          await this.hold;
          if (this.failure !== undefined) throw this.failure;
          return wgInterface();
        },
        readSentPackets: () => Promise.resolve(this.txPackets),
        ownPackets: () => this.ownPackets,
        readUsersPackets: () => {
          this.asked++;
          return this.isTooBusy ? Promise.reject(new Error("timeout")) : Promise.resolve(this.usersPackets);
        },
        onTraffic: () => this.traffic++,
        settled: () => Promise.resolve(),
        onDump: () => this.seen++,
        onEarlier: () => this.#schedule(),
      },
    });
    this.#step();
  }

  /** Looks during so many seconds in each of which `packets` leave; none where it returns 0. */
  async during(
    seconds: number,
    packets: (second: number) => number,
    ownPackets: (second: number) => number = () => 0,
  ): Promise<number> {
    const before = this.lookedAtMs.length;
    for (let second = 0; second < seconds; second++) {
      this.txPackets += BigInt(packets(second));
      this.ownPackets += ownPackets(second);
      await this.clock.advance(SECOND_MS);
    }
    return this.lookedAtMs.length - before;
  }

  #step(): void {
    this.observer.step(this.clock.monotonicNow());
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel();
    const delayMs = Math.max(1, this.observer.wakeAt() - this.clock.monotonicNow());
    this.#cancel = this.clock.after(delayMs, () => this.#step());
  }
}

describe("how often WireGuard is looked at", () => {
  it("rests three times as long as a look took, whoever asks", async () => {
    const watched = new Watched();
    const taken = Promise.withResolvers<undefined>();
    watched.hold = taken.promise;
    watched.observer.by(watched.clock.monotonicNow());
    await watched.clock.advance(101);
    taken.resolve(undefined);
    await watched.clock.advance(0);
    watched.observer.by(watched.clock.monotonicNow());
    await watched.clock.advance(299);
    expect(watched.lookedAtMs).toEqual([1]);
    await watched.clock.advance(1);
    expect(watched.lookedAtMs).toEqual([1, 401]);
  });

  it("is once in two minutes where nothing happens", async () => {
    expect(await new Watched().during(600, () => 0)).toBe(5);
  });

  it("is no more under the control plane's own pings", async () => {
    // A ping to each of sixty neighbours every 15 s, theirs, and what acknowledges them; some a second late.
    const pings = (second: number): number => 16 + 2 * (second % 2);
    const late = (second: number): number => pings(second - 1);
    const watched = new Watched();
    await watched.during(60, pings, late);
    const before = watched.traffic;
    expect(await watched.during(600, pings, late)).toBe(5);
    expect(watched.traffic).toBe(before);
  });

  it("is once a second for a user's ping a second beside those", async () => {
    const watched = new Watched();
    await watched.during(
      12,
      () => 17,
      () => 16,
    );
    expect(watched.observer.isActive).toBe(true);
  });

  it("is no more while what the kernel sends by itself for the control plane is no user's, as it says", async () => {
    const watched = new Watched();
    watched.usersPackets = 7n;
    expect(await watched.during(600, () => 20)).toBe(5);
    expect(watched.traffic).toBe(0);
    expect(watched.observer.isUsed).toBe(false);
  });

  it("asks the kernel whose packets they are once in five seconds at most while users send some", async () => {
    const watched = new Watched();
    watched.usersPackets = 0n;
    await watched.during(2, () => 0);
    for (let second = 0; second < 60; second++) {
      watched.usersPackets += 20n;
      await watched.during(1, () => 20);
    }
    expect(watched.observer.isActive).toBe(true);
    expect(watched.asked).toBeLessThanOrEqual(13);
  });

  it("believes its own count where the kernel does not tell, and nothing where this host only is too busy to ask", async () => {
    const flushed = new Watched();
    flushed.usersPackets = 0n;
    await flushed.during(2, () => 0);
    flushed.usersPackets = undefined;
    await flushed.during(10, () => 20);
    expect(flushed.observer.isActive).toBe(true);
    const busy = new Watched();
    busy.usersPackets = 0n;
    await busy.during(2, () => 0);
    busy.isTooBusy = true;
    await busy.during(10, () => 20);
    expect(busy.observer.isUsed).toBe(false);
  });

  it("says that the interface is used once two seconds had packets of users, and for five seconds more", async () => {
    const watched = new Watched();
    await watched.during(5, () => 0);
    await watched.during(3, () => 1);
    expect(watched.observer.isUsed).toBe(true);
    await watched.during(5, () => 0);
    expect(watched.observer.isUsed).toBe(false);
  });

  it("is no more where what was counted as our own was never sent", async () => {
    expect(
      await new Watched().during(
        600,
        () => 0,
        () => 3,
      ),
    ).toBe(5);
  });

  it("is once a second while packets flow in mass", async () => {
    const watched = new Watched();
    await watched.during(5, () => 0);
    expect(watched.observer.isActive).toBe(false);
    const looks = await watched.during(20, () => 8);
    expect(watched.observer.isActive).toBe(true);
    expect(looks).toBeGreaterThanOrEqual(18);
    await watched.during(2, () => 0);
    expect(watched.observer.isActive).toBe(false);
    expect(await watched.during(58, () => 0)).toBeLessThanOrEqual(1);
  });

  it("is once a second for a ping a second that goes on", async () => {
    const watched = new Watched();
    await watched.during(5, () => 0);
    await watched.during(10, () => 1);
    expect(watched.observer.isActive).toBe(true);
    expect(await watched.during(20, () => 1)).toBe(20);
  });

  it("tells of traffic within three seconds, and not of what the control plane sends by itself", async () => {
    const watched = new Watched();
    await watched.during(600, (second) => (second % 15 === 0 ? 2 : 0));
    expect(watched.traffic).toBe(0);
    await watched.during(3, () => 1);
    expect(watched.traffic).toBe(1);
  });

  it("follows what is asked for by a certain time", async () => {
    const watched = new Watched();
    watched.observer.by(monotonicMs(60));
    watched.observer.by(monotonicMs(90));
    await watched.clock.advance(100);
    expect(watched.lookedAtMs).toEqual([60]);
  });
});

describe("a look", () => {
  it("is shared by all who ask while it lasts", async () => {
    const watched = new Watched();
    const held = Promise.withResolvers<undefined>();
    watched.hold = held.promise;
    const looks = [watched.observer.look(), watched.observer.look()];
    watched.observer.by(watched.clock.monotonicNow());
    await watched.clock.advance(10);
    expect(watched.lookedAtMs).toHaveLength(1);
    held.resolve(undefined);
    await Promise.all(looks);
    expect(watched.seen).toBe(1);
    await watched.observer.look();
    expect(watched.seen).toBe(2);
  });

  it("that fails changes nothing, and the next one comes", async () => {
    const watched = new Watched();
    watched.failure = new Error("wg: no such device");
    await watched.observer.look();
    expect([watched.seen, watched.observer.last]).toEqual([0, undefined]);
    watched.failure = undefined;
    await watched.observer.look();
    expect(watched.seen).toBe(1);
  });
});
