import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Counters } from "../wireguard/device.ts";
import type { WgInterface } from "../wireguard/dump.ts";

export type ObserverPorts = {
  dump(): Promise<WgInterface>;
  readCounters(): Promise<Counters | undefined>;
  /** Resolves when nothing is on its way to WireGuard: what is looked at then is what was decided. */
  settled(): Promise<void>;
  onDump(dump: WgInterface): void;
  /** Something is due earlier than `wakeAt` said. */
  onEarlier(): void;
};

/** With nothing happening, only for what roams: each look spawns `wg`, some 10 ms of CPU. */
const IDLE_MS = 30_000;
/** While packets flow, to know with whom. */
export const BUSY_MS = 1_000;
/**
 * Reading two counters of the interface costs 0.2 ms: packets that go into a dead path show here. Two of three such
 * windows must show some, or the control plane's own pings would keep an idle host busy.
 */
const ACTIVITY_MS = 1_000;
const WINDOWS = 3;
const ACTIVE_WINDOWS = 2;

/** Decides when WireGuard is looked at, and never looks twice at a time. Has no timer: its owner asks `wakeAt`. */
export class Observer {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ports: ObserverPorts;
  #last: WgInterface | undefined;
  #looking: Promise<void> | undefined;
  #lookAt: MonotonicMs;
  #countAt: MonotonicMs;
  #txPackets: bigint | undefined;
  #windows: readonly boolean[] = [];

  constructor(parts: { clock: Clock; log: Logger; ports: ObserverPorts }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#ports = parts.ports;
    this.#countAt = this.#clock.monotonicNow();
    this.#lookAt = monotonicMs(this.#countAt + IDLE_MS);
  }

  get last(): WgInterface | undefined {
    return this.#last;
  }

  wakeAt(): MonotonicMs {
    return monotonicMs(Math.min(this.#lookAt, this.#countAt));
  }

  step(now: MonotonicMs): void {
    if (now >= this.#countAt) {
      this.#countAt = monotonicMs(now + ACTIVITY_MS);
      void this.#count();
    }
    if (now >= this.#lookAt) void this.look();
  }

  /** At the latest then. */
  by(at: MonotonicMs): void {
    if (at >= this.#lookAt) return;
    this.#lookAt = at;
    this.#ports.onEarlier();
  }

  /** Now, or with the look that is under way. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    this.#lookAt = monotonicMs(this.#clock.monotonicNow() + IDLE_MS);
    try {
      await this.#ports.settled();
      this.#last = await this.#ports.dump();
      this.#ports.onDump(this.#last);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown";
      this.#log.warn({ reason }, "WireGuard could not be asked");
    }
  }

  async #count(): Promise<void> {
    const counters = await this.#ports.readCounters();
    if (counters === undefined) return;
    const isActive = this.#txPackets !== undefined && counters.txPackets !== this.#txPackets;
    this.#txPackets = counters.txPackets;
    this.#windows = [isActive, ...this.#windows].slice(0, WINDOWS);
    if (this.#windows.filter(Boolean).length >= ACTIVE_WINDOWS) this.by(this.#clock.monotonicNow());
  }
}
