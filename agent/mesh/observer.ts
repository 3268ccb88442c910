import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { WgInterface } from "../wireguard/dump.ts";

export type ObserverPorts = {
  dump(): Promise<WgInterface>;
  /** Packets sent since the interface was made. Undefined where it is gone. */
  readSentPackets(): Promise<bigint | undefined>;
  /** How many of those were no user's, as far as this process can know: the kernel repeats and acknowledges by itself. */
  ownPackets(): number;
  /**
   * How many were users', as the kernel counts from some time on; undefined where it does not, as after a flush of its rules. That takes a spawn, and
   * rejects where none can be made.
   */
  readUsersPackets(): Promise<bigint | undefined>;
  /** Resolves when nothing is on its way to WireGuard: what is looked at then is what was decided. */
  settled(): Promise<void>;
  /** `askedAt`: what has happened since may not be in it. */
  onDump(dump: WgInterface, askedAt: MonotonicMs): void;
  /** Somebody has begun to use the interface, or goes on to. */
  onTraffic(): void;
  /** Something is due earlier than `wakeAt` said. */
  onEarlier(): void;
};

/** With nothing happening, only for what roams: where the kernel has WireGuard each look spawns `wg`, some 10 ms of CPU. */
const IDLE_MS = 120_000;
/** While packets flow, to know with whom. */
export const BUSY_MS = 1_000;
/** Packets that go into a dead path show in the interface's counters, which cost next to nothing to read. */
const ACTIVITY_MS = 1_000;
/** As long as nothing is sent. */
const SILENCE_MS = 2_000;
/** In one second, beyond those that are known to be our own: more than TCP repeats on a way that works. */
const BURST_PACKETS = 8;
/** One packet a second, as ping(8) sends, is told from what TCP repeats by going on. */
const WINDOWS = 10;
const ACTIVE_WINDOWS = 9;
const LOOKS_BACK = 2;
/** The kernel is asked no more often whose packets these are. */
const SURE_MS = 5_000;
/** What somebody types on a dead path TCP repeats at ever longer intervals, so that seconds without a packet follow. */
const USED_MS = 5_000;

/**
 * Times what a look has taken. That is 10 ms at most, and then no pause at all; on a host that is too busy it is a hundred, and agents
 * that look on regardless keep it so.
 */
const REST = 3;

/** Decides when WireGuard is looked at, and never looks twice at a time. Has no timer: its owner asks `wakeAt`. */
export class Observer {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ports: ObserverPorts;
  #last: WgInterface | undefined;
  #looking: Promise<void> | undefined;
  #lookAt: MonotonicMs;
  #restUntil: MonotonicMs;
  #countAt: MonotonicMs;
  #countedAt: MonotonicMs;
  /** Packets beyond our own, at the last looks at the counters. */
  #beyondOwn: readonly number[] = [];
  /** Users' packets by the kernel's count, when it was last asked. */
  #usersBefore: bigint | undefined;
  /** Until then what is beyond our own is believed to be users'. */
  #sureUntil = monotonicMs(-Infinity);
  #isCounting = false;
  #windows: readonly boolean[] = [];
  #isActive = false;
  #usedUntil: MonotonicMs;

  constructor(parts: { clock: Clock; log: Logger; ports: ObserverPorts }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#ports = parts.ports;
    this.#countAt = this.#clock.monotonicNow();
    this.#countedAt = this.#countAt;
    this.#restUntil = this.#countAt;
    this.#usedUntil = monotonicMs(-Infinity);
    this.#lookAt = monotonicMs(this.#countAt + IDLE_MS);
  }

  get last(): WgInterface | undefined {
    return this.#last;
  }

  /** Packets of users flow, not only our own. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Somebody waits for packets of the interface, however few. With whom is not known before there are more. */
  get isUsed(): boolean {
    return this.#clock.monotonicNow() < this.#usedUntil;
  }

  /** When nobody does any more, as far as is known. */
  get usedUntil(): MonotonicMs {
    return this.#usedUntil;
  }

  wakeAt(): MonotonicMs {
    return monotonicMs(Math.min(this.#lookAt, this.#countAt));
  }

  step(now: MonotonicMs): void {
    if (now >= this.#countAt) {
      this.#countAt = monotonicMs(now + (this.#isActive ? ACTIVITY_MS : SILENCE_MS));
      if (!this.#isCounting) void this.#count();
    }
    if (now >= this.#lookAt) void this.look();
  }

  /** At the latest then, or as soon as it has rested from the last look. */
  by(at: MonotonicMs): void {
    const due = monotonicMs(Math.max(at, this.#restUntil));
    if (due >= this.#lookAt) return;
    this.#lookAt = due;
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
    let askedAt = this.#clock.monotonicNow();
    this.#lookAt = monotonicMs(askedAt + IDLE_MS);
    try {
      await this.#ports.settled();
      askedAt = this.#clock.monotonicNow();
      this.#last = await this.#ports.dump();
      this.#ports.onDump(this.#last, askedAt);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown";
      this.#log.warn({ reason }, "WireGuard could not be asked");
    }
    const now = this.#clock.monotonicNow();
    this.#restUntil = monotonicMs(now + REST * (now - askedAt));
    this.#lookAt = monotonicMs(Math.max(this.#lookAt, this.#restUntil));
  }

  async #count(): Promise<void> {
    this.#isCounting = true;
    try {
      const txPackets = await this.#ports.readSentPackets();
      if (txPackets !== undefined) await this.#onCounted(txPackets);
    } finally {
      this.#isCounting = false;
    }
  }

  async #onCounted(txPackets: bigint): Promise<void> {
    if (this.#usersBefore === undefined) await this.#exactly(0);
    const counted = this.#ofUsers(Number(txPackets) - this.#ports.ownPackets());
    const seconds = Math.max(1, (this.#clock.monotonicNow() - this.#countedAt) / 1_000);
    // One window alone may be something that TCP repeats.
    const matters = counted >= BURST_PACKETS * seconds || (counted > 0 && this.#windows[0] === true);
    const sent = matters ? await this.#exactly(counted) : counted;
    const now = this.#clock.monotonicNow();
    this.#countedAt = now;
    if (sent > 0) {
      this.#countAt = monotonicMs(now + ACTIVITY_MS);
      this.#ports.onEarlier();
    }
    this.#windows = [sent > 0, ...this.#windows].slice(0, WINDOWS);
    const goesOn = this.#windows.filter(Boolean).length >= ACTIVE_WINDOWS;
    this.#isActive = sent >= BURST_PACKETS * seconds || goesOn;
    if (this.#isActive) this.by(now);
    if (!this.#isActive && !(this.#windows[0] === true && this.#windows[1] === true)) return;
    this.#usedUntil = monotonicMs(now + USED_MS);
    this.#ports.onTraffic();
  }

  /**
   * Of packets that seem to be users', how many are. While agents are slow, or a way is dead, the kernel acknowledges and repeats far more for the
   * control plane than this process knows of, and all paths would be watched as if somebody waited for them.
   */
  async #exactly(counted: number): Promise<number> {
    if (this.#clock.monotonicNow() < this.#sureUntil) return counted;
    const before = this.#usersBefore;
    let users: bigint | undefined;
    try {
      users = await this.#ports.readUsersPackets();
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown";
      this.#log.debug({ reason }, "packets of users could not be counted");
      // Who is too busy to ask a kernel that has counted before has nobody wait for more than it can do.
      return before === undefined ? counted : 0;
    }
    this.#usersBefore = users;
    // Fewer than before: the table was loaded anew.
    const sent =
      users === undefined || before === undefined || users < before
        ? counted
        : Math.min(counted, Number(users - before));
    if (sent > 0) this.#sureUntil = monotonicMs(this.#clock.monotonicNow() + SURE_MS);
    return sent;
  }

  /** Since the last look. The kernel acknowledges before we hear of what it acknowledges: so of the looks before, the one that saw more counts. */
  #ofUsers(beyondOwn: number): number {
    const before = Math.max(...this.#beyondOwn);
    this.#beyondOwn = [beyondOwn, ...this.#beyondOwn].slice(0, LOOKS_BACK);
    return Number.isFinite(before) ? Math.max(0, beyondOwn - before) : 0;
  }
}
