import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { CommandRunner } from "../../runner.ts";
import type { Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId } from "../../../protocol/ids.ts";
import type { MonotonicMs } from "../../../protocol/time.ts";
import type {
  Forwarder,
  ForwarderAllocation,
  ForwarderEvents,
  ForwarderKind,
  ForwarderStatus,
  Held,
  LegCounters,
  ResumedAllocation,
} from "./forwarder.ts";
import { familyOfFlow, flowOf, legAddresses, meterOf, newEntry, type Entry } from "./kernel-entry.ts";
import { otherLeg, type LegName } from "./leg.ts";
import {
  changeScript,
  FLOW_TIMEOUT_SEC,
  listCountersArgs,
  loadScript,
  parseCounters,
  refreshScript,
  relayTableName,
  removeScript,
  type Flow,
  type FlowChange,
  type Refreshing,
  type TableChange,
} from "./nft-ruleset.ts";
import { FLOW_CAPACITY } from "./nft-table.ts";
import { RouteCache } from "./route-cache.ts";
import { Slots } from "./slots.ts";
import type { UserspaceForwarder } from "./userspace-forwarder.ts";

export type KernelForwarderParts = {
  readonly clock: Clock;
  readonly run: CommandRunner;
  readonly log: Logger;
  readonly events: ForwarderEvents;
  /** It has the sockets, and learns where the legs are. */
  readonly createUserspace: (events: ForwarderEvents) => UserspaceForwarder;
};

export type KernelForwarderOptions = {
  /** Whose table it is, unique on the host: such as the network's interface. */
  readonly owner: string;
  /** To begin with. */
  readonly kind?: ForwarderKind;
  /** Of all that the kernel forwards together, in IP packets. Undefined: as much as the host carries. */
  readonly bandwidthBps?: number | undefined;
  readonly pollMs?: number;
  /** What this kernel understands. */
  readonly refreshing?: Refreshing;
};

/** How long a flushed table or a changed gateway can go unnoticed, and how old counters are; costs two spawns of some 5 ms. */
export const DEFAULT_POLL_MS = 5_000;

/** Two may fail and the flows still stand. */
const REFRESH_MS = (FLOW_TIMEOUT_SEC * 1000) / 3;

/**
 * Hands data packets to nftables once both legs of an allocation are known; all else stays with the userspace
 * forwarder, which also takes over whatever nftables will not do. Owns that forwarder and the table `hopwire_relay_...`.
 *
 * The table outlives a killed process by `FLOW_TIMEOUT_SEC`, or until its successor resumes: that replaces it by its own in
 * one transaction, so that no packet finds none.
 */
export class KernelForwarder implements Forwarder {
  readonly #parts: KernelForwarderParts;
  readonly #userspace: UserspaceForwarder;
  readonly #table: string;
  readonly #pollMs: number;
  readonly #bytesPerSec: number | undefined;
  readonly #refreshing: Refreshing;
  readonly #entries = new Map<AllocationId, Entry>();
  /** Have no allocation any more, but elements in the table. */
  readonly #closed = new Set<Entry>();
  readonly #dirty = new Set<AllocationId>();
  readonly #slots = new Slots(FLOW_CAPACITY);
  readonly #routes: RouteCache;
  /** Chain names by interface index. */
  readonly #chains = new Map<number, string>();
  #chainSerial = 0;
  #kind: ForwarderKind;
  #loaded = false;
  /** While the sockets of what is resumed open one after the other, the predecessor's table serves them all. */
  #resuming = false;
  /** Said once, not at every poll. */
  #complained = false;
  #refreshedAt: MonotonicMs;
  /** Everything that touches the table, one after the other. Never rejects. */
  #queue: Promise<void> = Promise.resolve();
  #settling = false;
  #counting: Promise<void> | undefined;
  #countedAt: MonotonicMs;
  #cancelPoll: (() => void) | undefined;
  #disposed = false;

  constructor(parts: KernelForwarderParts, options: KernelForwarderOptions) {
    this.#parts = parts;
    this.#table = relayTableName(options.owner);
    this.#kind = options.kind ?? "kernel";
    this.#pollMs = options.pollMs ?? DEFAULT_POLL_MS;
    this.#bytesPerSec = options.bandwidthBps === undefined ? undefined : options.bandwidthBps / 8;
    this.#refreshing = options.refreshing ?? "by-replacing";
    this.#refreshedAt = parts.clock.monotonicNow();
    this.#countedAt = this.#refreshedAt;
    this.#routes = new RouteCache(parts);
    const { events } = parts;
    this.#userspace = parts.createUserspace({
      legConfirmed: (id, leg, endpoint, proof) => {
        if (!this.#entries.has(id)) return;
        this.#touch(id);
        events.legConfirmed(id, leg, endpoint, proof);
      },
      legLost: (id, leg) => {
        if (!this.#entries.has(id)) return;
        this.#touch(id);
        events.legLost(id, leg);
      },
      legAlive: (id, leg) => {
        if (this.#entries.has(id)) events.legAlive(id, leg);
      },
      failed: (id, error) => {
        if (!this.#entries.has(id)) return;
        this.#forget(id);
        events.failed(id, error);
      },
    });
  }

  async open(allocation: ForwarderAllocation): Promise<Decoded<number>> {
    const { id } = allocation;
    this.#entries.set(id, newEntry(allocation, this.#slots.take()));
    let opened = false;
    try {
      const port = await this.#userspace.open(allocation);
      opened = port.ok;
      return port;
    } finally {
      if (!opened) this.#forget(id);
    }
  }

  async resume(allocations: readonly ResumedAllocation[]): Promise<ReadonlySet<AllocationId>> {
    this.#resuming = true;
    for (const allocation of allocations) {
      const { kernel } = allocation.held;
      const index = this.#slots.claim(kernel?.index);
      const isSame = index !== undefined && index === kernel?.index;
      this.#entries.set(allocation.id, newEntry(allocation, index, isSame ? kernel.counted : undefined));
    }
    const resumed = await this.#userspace.resume(allocations);
    for (const { id } of allocations) if (!resumed.has(id)) this.#forget(id);
    this.#enqueue(async () => {
      this.#resuming = false;
      this.#dirty.clear();
      await this.#readCounters();
      await this.#load([...this.#closed]);
      this.#armPoll();
    });
    await this.#queue;
    return resumed;
  }

  held(id: AllocationId): Held | undefined {
    const held = this.#userspace.held(id);
    const entry = this.#entries.get(id);
    if (held === undefined || entry?.index === undefined) return held;
    return { ...held, kernel: { index: entry.index, counted: entry.totals.counted() } };
  }

  /** The port is free only when nftables forgot it: the next pair on it must not get packets of the last. */
  async close(id: AllocationId): Promise<void> {
    this.#forget(id);
    await this.#queue;
    await this.#userspace.close(id);
  }

  relearn(id: AllocationId, leg: LegName): void {
    this.#userspace.relearn(id, leg);
  }

  /** Who asks while another waits for its turn gets the same. */
  count(): Promise<void> {
    if (this.#counting === undefined) {
      this.#enqueue(async () => {
        this.#counting = undefined;
        if (this.#loaded && !(await this.#readCounters())) await this.#reinstall();
      });
      this.#counting = this.#queue;
    }
    return this.#counting;
  }

  /** Counters of the kernel are as old as the last `count`, or poll. */
  status(id: AllocationId): ForwarderStatus | undefined {
    const entry = this.#entries.get(id);
    const status = this.#userspace.status(id);
    if (entry === undefined || status === undefined) return undefined;
    const { carried, overRate } = entry.totals.sums();
    const drops = new Map(status.drops);
    if (overRate > 0) drops.set("over-rate", (drops.get("over-rate") ?? 0) + overRate);
    const counters = (leg: LegName): LegCounters => {
      const [rx, tx] = [carried[leg], carried[otherLeg(leg)]];
      const { rxPackets, rxBytes, txPackets, txBytes } = status.counters[leg];
      return {
        rxPackets: rxPackets + rx.packets,
        rxBytes: rxBytes + rx.bytes,
        txPackets: txPackets + tx.packets,
        txBytes: txBytes + tx.bytes,
      };
    };
    return {
      ...status,
      kind: entry.flow === undefined ? "userspace" : "kernel",
      counters: { a: counters("a"), b: counters("b") },
      drops,
    };
  }

  get kind(): ForwarderKind {
    return this.#kind;
  }

  /** Resolves once it is so, or nftables refused (which is logged). */
  async switchTo(kind: ForwarderKind): Promise<void> {
    if (this.#kind === kind) return;
    this.#kind = kind;
    this.#parts.log.info({ forwarder: kind }, "relay forwarder switched");
    for (const id of this.#entries.keys()) this.#touch(id);
    await this.#queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#cancelPoll?.();
    this.#entries.clear();
    await this.#queue;
    // Also what a killed predecessor left.
    if (!(await this.#apply(removeScript(this.#table))) && this.#kind === "kernel") {
      this.#parts.log.warn({ table: this.#table }, "relay table could not be removed");
    }
    await this.#userspace[Symbol.asyncDispose]();
  }

  #forget(id: AllocationId): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#closed.add(entry);
    this.#touch(id);
  }

  #touch(id: AllocationId): void {
    this.#dirty.add(id);
    if (this.#settling || this.#resuming || this.#disposed) return;
    this.#settling = true;
    // What changes while nft runs goes into the next batch together.
    this.#enqueue(async () => {
      this.#settling = false;
      await this.#settle();
    });
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      try {
        if (!this.#disposed) await work();
      } catch (error) {
        this.#parts.log.warn({ err: error }, "relay table could not be changed");
      }
    });
  }

  /** Makes the table what the legs say. */
  async #settle(): Promise<void> {
    const dirty = [...this.#dirty].flatMap((id) => this.#entries.get(id) ?? []);
    this.#dirty.clear();
    const closed = [...this.#closed];
    await this.#routes.learn(this.#addressesOf(dirty));
    const wanted = new Map(dirty.map((entry) => [entry, this.#wantedFlow(entry)] as const));
    if (!this.#loaded && [...wanted.values()].every((flow) => flow === undefined)) {
      this.#released(closed);
    } else if (!this.#loaded || !(await this.#change(wanted, closed))) {
      await this.#load(closed);
    } else {
      this.#released(closed);
    }
    this.#armPoll();
  }

  async #change(wanted: ReadonlyMap<Entry, Flow | undefined>, closed: readonly Entry[]): Promise<boolean> {
    const flows: FlowChange[] = [...wanted].map(([entry, after]) => ({ before: entry.flow, after }));
    for (const { flow } of closed) flows.push({ before: flow, after: undefined });
    const added = [...wanted].flatMap(([entry, flow]) => {
      const family = flow === undefined ? undefined : familyOfFlow(flow);
      return family === undefined || entry.metered.has(family) ? [] : meterOf(entry, family);
    });
    const removed = closed.flatMap((entry) => [...entry.metered].flatMap((family) => meterOf(entry, family)));
    const chains = this.#missingChains(wanted.values());
    const script = changeScript(this.#table, { chains: chains.list, meters: { added, removed }, flows });
    if (script !== "" && !(await this.#apply(script))) return false;
    chains.made();
    for (const [entry, flow] of wanted) this.#installed(entry, flow);
    return true;
  }

  /** The whole table anew, or none: the first time, after somebody flushed it, and wherever it is not what we took it for. */
  async #load(closed: readonly Entry[]): Promise<void> {
    if (this.#loaded) await this.#readCounters();
    const entries = [...this.#entries.values()];
    await this.#routes.learn(this.#addressesOf(entries));
    const wanted = new Map(entries.map((entry) => [entry, this.#wantedFlow(entry)] as const));
    this.#chains.clear();
    const chains = this.#missingChains(wanted.values());
    const flows = [...wanted.values()].flatMap((flow) => flow ?? []);
    const change: TableChange = {
      chains: chains.list,
      meters: {
        added: [...wanted].flatMap(([entry, flow]) =>
          flow === undefined ? [] : meterOf(entry, familyOfFlow(flow)),
        ),
        removed: [],
      },
      flows: flows.map((after) => ({ before: undefined, after })),
    };
    const loaded =
      flows.length > 0 && (await this.#apply(loadScript(this.#table, change, this.#bytesPerSec)));
    if (loaded) chains.made();
    // What is left of an older state must not carry on beside userspace.
    else await this.#apply(removeScript(this.#table));
    const failed = !loaded && flows.length > 0;
    if (failed && !this.#complained) {
      this.#parts.log.warn({ table: this.#table }, "relay table could not be loaded, userspace carries all");
    }
    this.#complained = failed;
    this.#loaded = loaded;
    for (const [entry, flow] of wanted) {
      entry.totals.restart();
      entry.metered.clear();
      this.#installed(entry, loaded ? flow : undefined);
    }
    this.#released(closed);
    this.#refreshedAt = this.#parts.clock.monotonicNow();
  }

  #installed(entry: Entry, flow: Flow | undefined): void {
    if (flow !== undefined) entry.metered.add(familyOfFlow(flow));
    if ((entry.flow === undefined) !== (flow === undefined)) {
      const kind = flow === undefined ? "userspace" : "kernel";
      this.#parts.log.debug({ allocation: entry.id, forwarder: kind }, "relay allocation carried by");
    }
    entry.flow = flow;
  }

  #released(closed: readonly Entry[]): void {
    for (const entry of closed) {
      this.#closed.delete(entry);
      if (entry.index !== undefined) this.#slots.release(entry.index);
    }
  }

  #missingChains(flows: Iterable<Flow | undefined>) {
    const missing = new Map<number, { readonly name: string; readonly device: string }>();
    for (const flow of flows) {
      for (const { ifIndex, device } of flow === undefined ? [] : Object.values(flow.ends)) {
        if (this.#chains.has(ifIndex) || missing.has(ifIndex)) continue;
        missing.set(ifIndex, { name: `device_${this.#chainSerial++}`, device });
      }
    }
    return {
      list: [...missing.values()],
      made: () => missing.forEach(({ name }, ifIndex) => this.#chains.set(ifIndex, name)),
    };
  }

  #wantedFlow(entry: Entry): Flow | undefined {
    if (this.#kind === "userspace") return undefined;
    return flowOf(entry, this.#userspace.status(entry.id), (address) => this.#routes.get(address));
  }

  #addressesOf(entries: Iterable<Entry>): ReadonlySet<string> {
    if (this.#kind === "userspace") return new Set();
    return new Set([...entries].flatMap(({ id }) => legAddresses(this.#userspace.status(id))));
  }

  #armPoll(): void {
    const used = this.#loaded || this.#complained || this.#routes.size > 0;
    if (!used || this.#entries.size === 0 || this.#cancelPoll !== undefined || this.#disposed) return;
    this.#cancelPoll = this.#parts.clock.after(this.#pollMs, () => {
      this.#enqueue(async () => {
        this.#cancelPoll = undefined;
        try {
          await this.#poll();
        } finally {
          this.#armPoll();
        }
      });
    });
  }

  async #poll(): Promise<void> {
    await this.#checkRoutes();
    const isCounted = this.#parts.clock.monotonicNow() - this.#countedAt < this.#pollMs;
    const isOurs = (isCounted || (await this.#readCounters())) && (await this.#refresh());
    if (this.#loaded && isOurs) await this.#settle();
    else await this.#reinstall();
  }

  async #reinstall(): Promise<void> {
    if (this.#loaded) {
      this.#parts.log.warn(
        { table: this.#table },
        "relay table was not as we left it and is installed again",
      );
    }
    this.#loaded = false;
    for (const id of this.#entries.keys()) this.#dirty.add(id);
    await this.#settle();
  }

  async #checkRoutes(): Promise<void> {
    if (!(await this.#routes.recheck(this.#addressesOf(this.#entries.values())))) return;
    this.#parts.log.info({}, "routes changed, relay flows are moved");
    // An interface that went took its chain's hook along, and comes back under another index.
    const present = this.#routes.ifIndexes();
    for (const ifIndex of this.#chains.keys()) if (!present.has(ifIndex)) this.#chains.delete(ifIndex);
    for (const id of this.#entries.keys()) this.#dirty.add(id);
  }

  /** False where the table is not ours as we left it. */
  async #readCounters(): Promise<boolean> {
    if ([...this.#entries.values()].every(({ metered }) => metered.size === 0)) return true;
    this.#countedAt = this.#parts.clock.monotonicNow();
    const counted = await this.#tryRun("nft", listCountersArgs(this.#table));
    const counters = counted === undefined ? undefined : parseCounters(counted);
    if (counters?.ok !== true) return false;
    let whole = true;
    for (const entry of this.#entries.values()) {
      for (const family of entry.metered) {
        if (entry.index === undefined) continue;
        const heard = entry.totals.update(entry.index, family, counters.value);
        if (heard === undefined) whole = false;
        else for (const leg of heard) this.#userspace.heard(entry.id, leg);
      }
    }
    return whole;
  }

  /** False where the table does not take it. */
  async #refresh(): Promise<boolean> {
    const now = this.#parts.clock.monotonicNow();
    if (now - this.#refreshedAt < REFRESH_MS) return true;
    this.#refreshedAt = now;
    const flows = [...this.#entries.values()].flatMap(({ flow }) => flow ?? []);
    return flows.length === 0 || this.#apply(refreshScript(this.#table, flows, this.#refreshing));
  }

  async #apply(script: string): Promise<boolean> {
    return (await this.#tryRun("nft", ["-f", "-"], script)) !== undefined;
  }

  /** What it printed; undefined where it failed. */
  async #tryRun(program: string, args: readonly string[], input?: string): Promise<string | undefined> {
    try {
      const ran = await this.#parts.run(program, args, input === undefined ? {} : { input });
      if (ran.exitCode === 0) return ran.stdout;
      this.#parts.log.debug({ program, reason: ran.stderr.split("\n")[0] }, "relay table command failed");
    } catch (error) {
      this.#parts.log.debug({ program, err: error }, "relay table command did not run");
    }
    return undefined;
  }
}
