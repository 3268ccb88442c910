import { networkInterfaces } from "node:os";
import type { Prefix } from "../../protocol/address.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { CommandRunner, ProgramListener } from "../runner.ts";
import {
  candidateAddresses,
  lanAddresses,
  lastingAddresses,
  type DefaultWays,
  type HostAddress,
} from "../wireguard/local-addresses.ts";
import { lookAtHost } from "./host-look.ts";
import { HostMonitor } from "./host-monitor.ts";

/** What makes packets leave otherwise than before. "resumed": the host slept, and what it knew is as old as that. */
export type HostChange = "addresses" | "gateway" | "resumed";

/**
 * From the first notice to the look: a cable or a DHCP lease changes link, address and route within some 10 ms of each
 * other, and one reaction to all is a third of the work of three. Of the two seconds that a roam may take it is little.
 */
export const DEBOUNCE_MS = 100;
/** Between two looks, each three spawns of `ip`, 10 ms of CPU: a host that starts containers all day long notifies all day long. */
const LOOK_PAUSE_MS = 300;
/** A look at two clocks, 0.1 ms with the wake-up. A host that wakes up mostly has notices of its links as well, which are faster. */
export const CLOCK_LOOK_MS = 2_000;
/**
 * The monotonic clock stands still while the host sleeps (`CLOCK_MONOTONIC`, clock_gettime(2)), the wall clock does not. Slewing
 * by NTP is a thousandth of this; a wall clock that is set costs one needless reaction.
 */
export const SLEPT_MS = 2_000;
/** The kernel's list of addresses, 0.3 ms: the floor for whatever the monitor missed, and for when there is none. */
const LIST_LOOK_MS = { monitored: 60_000, unmonitored: 5_000 } as const;

/** How this host is reached and reaches others, kept current. Owner of `ip monitor` and of its timers. */
export class HostWatch implements Disposable {
  readonly #run: CommandRunner;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #overlayInterface: string;
  readonly #monitor: HostMonitor;
  #onChange: (changes: readonly HostChange[]) => void = () => undefined;
  #addresses: readonly HostAddress[] = [];
  #ways: DefaultWays = { ipv4: "", ipv6: "" };
  #kernelList = "";
  #listedAtMs = 0;
  #isLookDue = false;
  #looking: Promise<void> = Promise.resolve();
  #lookedAtMs = -Infinity;
  #aheadMs = 0;
  #hasResumed = false;
  #cancelClock: () => void = () => undefined;
  #cancelLook: () => void = () => undefined;
  #closed = false;

  constructor(parts: {
    run: CommandRunner;
    listen: ProgramListener;
    clock: Clock;
    log: Logger;
    overlayInterface: string;
  }) {
    this.#run = parts.run;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#overlayInterface = parts.overlayInterface;
    this.#monitor = new HostMonitor({ ...parts, onNotice: () => this.#lookSoon() });
  }

  /** What this host is reached at for long: see `lastingAddresses`. */
  get addresses(): readonly string[] {
    return lastingAddresses(this.#addresses);
  }

  /** What peers may try: see `candidateAddresses`. */
  get candidates(): readonly string[] {
    return candidateAddresses(this.#addresses);
  }

  /** Of LANs, with the lengths of their prefixes: see `lanAddresses`. */
  get lans(): readonly Prefix[] {
    return lanAddresses(this.#addresses);
  }

  get all(): readonly string[] {
    return this.#addresses.map(({ address }) => address);
  }

  async start(onChange: (changes: readonly HostChange[]) => void): Promise<void> {
    this.#onChange = onChange;
    this.#monitor.start();
    this.#kernelList = this.#listOfKernel();
    this.#listedAtMs = this.#clock.monotonicNow();
    this.#aheadMs = this.#wallAheadMs();
    await this.#read();
    this.#watchClock();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancelClock();
    this.#cancelLook();
    this.#monitor[Symbol.dispose]();
  }

  #watchClock(): void {
    if (this.#closed) return;
    this.#cancelClock = this.#clock.after(CLOCK_LOOK_MS, () => {
      const aheadMs = this.#wallAheadMs();
      const sleptMs = aheadMs - this.#aheadMs;
      this.#aheadMs = aheadMs;
      if (sleptMs >= SLEPT_MS) {
        this.#log.info({ sleptMs: Math.round(sleptMs) }, "the host slept, or its clock was set");
        this.#hasResumed = true;
        this.#lookSoon();
      }
      this.#watchList();
      this.#watchClock();
    });
  }

  #watchList(): void {
    const now = this.#clock.monotonicNow();
    const { monitored, unmonitored } = LIST_LOOK_MS;
    if (now - this.#listedAtMs < (this.#monitor.isRunning ? monitored : unmonitored)) return;
    this.#listedAtMs = now;
    const list = this.#listOfKernel();
    if (list === this.#kernelList) return;
    this.#kernelList = list;
    this.#lookSoon();
  }

  /** Later notices join the look that is due. */
  #lookSoon(): void {
    if (this.#isLookDue || this.#closed) return;
    this.#isLookDue = true;
    const sinceMs = this.#clock.monotonicNow() - this.#lookedAtMs;
    this.#cancelLook = this.#clock.after(Math.max(DEBOUNCE_MS, LOOK_PAUSE_MS - sinceMs), () => {
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    this.#isLookDue = false;
    this.#lookedAtMs = this.#clock.monotonicNow();
    const addresses = this.#addresses.map(described).join();
    const ways = this.#ways;
    await this.#read();
    if (this.#closed) return;
    const changes: HostChange[] = [];
    if (addresses !== this.#addresses.map(described).join()) changes.push("addresses");
    if (ways.ipv4 !== this.#ways.ipv4 || ways.ipv6 !== this.#ways.ipv6) changes.push("gateway");
    if (this.#hasResumed) changes.push("resumed");
    this.#hasResumed = false;
    if (changes.length > 0) this.#onChange(changes);
  }

  async #read(): Promise<void> {
    try {
      const look = await lookAtHost(this.#run, this.#overlayInterface);
      if (!look.ok) {
        this.#log.warn({ reason: look.reason }, "local addresses could not be read");
        return;
      }
      this.#addresses = look.value.addresses;
      this.#ways = look.value.ways;
    } catch (error) {
      this.#log.warn({ err: error }, "local addresses could not be read");
    }
  }

  #listOfKernel(): string {
    return JSON.stringify(
      Object.entries(networkInterfaces()).flatMap(([name, list]) =>
        name === this.#overlayInterface ? [] : (list ?? []).map(({ address }) => `${name} ${address}`),
      ),
    );
  }

  #wallAheadMs(): number {
    return this.#clock.wallNow() - this.#clock.monotonicNow();
  }
}

function described({ address, interfaceName, use }: HostAddress): string {
  return `${address} ${interfaceName} ${use}`;
}
