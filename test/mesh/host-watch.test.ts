import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import {
  CLOCK_LOOK_MS,
  DEBOUNCE_MS,
  HostWatch,
  SLEPT_MS,
  type HostChange,
} from "../../agent/mesh/host-watch.ts";
import type { CommandRunner, ProgramEvents } from "../../agent/runner.ts";
import { FakeClock } from "../support/fake-clock.ts";

const LINE = "3: eth0    inet 192.0.2.1/24 scope global eth0";
const OWN_LINE = "9: hw0    inet 100.64.0.1/16 scope global hw0";

/** A host whose `ip` says what the test wants. */
class Rig implements Disposable {
  readonly clock = new FakeClock();
  readonly monitors: ProgramEvents[] = [];
  readonly changes: (readonly HostChange[])[] = [];
  readonly ended: number[] = [];
  addresses: readonly string[] = ["192.0.2.1"];
  gateway = "192.0.2.254";
  isBroken = false;
  looks = 0;
  readonly watch: HostWatch;

  constructor() {
    const run: CommandRunner = (_, args) => {
      if (this.isBroken) return Promise.reject(new Error("no ip"));
      const stdout = args.includes("addr") ? this.#shown() : this.#routes(args.includes("-4"));
      if (args.includes("addr")) this.looks++;
      return Promise.resolve({ exitCode: 0, stdout, stderr: "" });
    };
    this.watch = new HostWatch({
      run,
      listen: (_, __, events) => {
        const number = this.monitors.push(events);
        return { [Symbol.dispose]: () => void this.ended.push(number) };
      },
      clock: this.clock,
      log: silentLogger,
      overlayInterface: "hw0",
    });
  }

  async start(): Promise<this> {
    await this.watch.start((changes) => this.changes.push(changes));
    this.looks = 0;
    return this;
  }

  notice(line = LINE): void {
    this.monitors.at(-1)?.onLine(line);
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]();
  }

  #shown(): string {
    const addr_info = this.addresses.map((local) => ({
      family: "inet",
      local,
      prefixlen: 24,
      scope: "global",
    }));
    return JSON.stringify([{ ifname: "eth0", flags: ["UP", "LOWER_UP"], addr_info }]);
  }

  #routes(isIPv4: boolean): string {
    return isIPv4 ? JSON.stringify([{ dst: "default", gateway: this.gateway, dev: "eth0", flags: [] }]) : "";
  }
}

//
describe("a host that is watched", () => {
  it("is looked at a moment after the first notice, once for all that come with it", async () => {
    using rig = await new Rig().start();
    expect(rig.watch.candidates).toEqual(["192.0.2.1"]);
    rig.addresses = ["198.51.100.1"];
    rig.notice();
    await rig.clock.advance(DEBOUNCE_MS - 1);
    rig.notice();
    expect(rig.looks).toBe(0);
    await rig.clock.advance(1);
    expect(rig.changes).toEqual([["addresses"]]);
    expect(rig.watch.all).toEqual(["198.51.100.1"]);
    expect(rig.looks).toBe(1);
  });

  it("tells of nothing where nothing of it has changed", async () => {
    using rig = await new Rig().start();
    rig.notice();
    await rig.clock.advance(1_000);
    expect([rig.looks, rig.changes]).toEqual([1, []]);
  });

  it("has another gateway, with the same addresses", async () => {
    using rig = await new Rig().start();
    rig.gateway = "192.0.2.253";
    rig.notice();
    await rig.clock.advance(DEBOUNCE_MS);
    expect(rig.changes).toEqual([["gateway"]]);
  });

  it("is not looked at for its own interface", async () => {
    using rig = await new Rig().start();
    rig.notice(OWN_LINE);
    await rig.clock.advance(1_000);
    expect(rig.looks).toBe(0);
  });

  it("is looked at some three times a second at the most, whatever is noticed", async () => {
    using rig = await new Rig().start();
    for (let ms = 0; ms < 10_000; ms += 10) {
      rig.notice();
      await rig.clock.advance(10);
    }
    expect(rig.looks).toBeGreaterThan(25);
    expect(rig.looks).toBeLessThanOrEqual(34);
  });

  it("that has slept says so, though its addresses are the same", async () => {
    using rig = await new Rig().start();
    await rig.clock.advance(10_000);
    rig.clock.sleep(SLEPT_MS - 1);
    await rig.clock.advance(10_000);
    expect(rig.changes).toEqual([]);
    rig.clock.sleep(3_600_000);
    await rig.clock.advance(CLOCK_LOOK_MS + DEBOUNCE_MS);
    expect(rig.changes).toEqual([["resumed"]]);
    await rig.clock.advance(60_000);
    expect(rig.changes).toHaveLength(1);
  });

  it("is not disturbed by a clock that is set back", async () => {
    using rig = await new Rig().start();
    rig.clock.sleep(-3_600_000);
    await rig.clock.advance(10_000);
    expect(rig.changes).toEqual([]);
  });

  it("keeps what was known of it where it cannot be looked at", async () => {
    using rig = await new Rig().start();
    rig.isBroken = true;
    rig.notice();
    await rig.clock.advance(1_000);
    expect(rig.watch.all).toEqual(["192.0.2.1"]);
    expect(rig.changes).toEqual([]);
  });
});

describe("the monitor of a host", () => {
  it("that ends is started again, later each time, and what it missed is looked for", async () => {
    using rig = await new Rig().start();
    rig.monitors.at(-1)?.onEnd("exit 1");
    rig.addresses = ["198.51.100.1"];
    await rig.clock.advance(999);
    expect(rig.monitors).toHaveLength(1);
    await rig.clock.advance(1 + DEBOUNCE_MS);
    expect(rig.monitors).toHaveLength(2);
    expect(rig.changes).toEqual([["addresses"]]);
    rig.monitors.at(-1)?.onEnd("exit 1");
    await rig.clock.advance(1_999);
    expect(rig.monitors).toHaveLength(2);
    await rig.clock.advance(1);
    expect(rig.monitors).toHaveLength(3);
    // A minute without an end: the next one is an accident again.
    await rig.clock.advance(60_000);
    rig.monitors.at(-1)?.onEnd("exit 1");
    await rig.clock.advance(1_000);
    expect(rig.monitors).toHaveLength(4);
  });

  it("ends with the watch, and is not started again", async () => {
    const rig = await new Rig().start();
    rig.watch[Symbol.dispose]();
    expect(rig.ended).toEqual([1]);
    rig.monitors.at(-1)?.onEnd("exit 1");
    rig.notice();
    await rig.clock.advance(100_000);
    expect(rig.monitors).toHaveLength(1);
    expect(rig.clock.pending).toBe(0);
  });
});
