import { formatEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { MemberId, NetworkId } from "../../../protocol/ids.ts";
import type { MonotonicMs, WallMs } from "../../../protocol/time.ts";
import { monotonicMs } from "../../../protocol/time.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import { MAX_FUTURE_MS } from "../store.ts";
import type { DhtSessionPort, KnownNode, OpenDhtSession, SlotItem } from "./dht-session.ts";
import { openEntry, sealEntry, type Entry } from "./entry.ts";
import {
  slotAt,
  slotOrder,
  SLOTS,
  windowsToRead,
  windowsToWrite,
  type DhtSecret,
  type Slot,
} from "./slot.ts";

export type DhtDiscoveryParts = {
  readonly self: MemberId;
  readonly network: NetworkId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Those of the network's secret that still count, newest first. */
  readonly secrets: () => readonly DhtSecret[];
  /** When the newest of them began; undefined: not known. */
  readonly secretSince: () => WallMs | undefined;
  /** What others are to find; undefined where nobody could reach this host by it. */
  readonly ownEntry: () => Entry | undefined;
  /** There are other members, and none is connected. */
  readonly isAlone: () => boolean;
  /** Those that the operator named, IPv4. */
  readonly firstNodes: () => Promise<readonly Endpoint[]>;
  readonly openSession: OpenDhtSession;
  /** Somebody who knows the network's secret wrote it, and the member has signed where it is: worth a check. */
  readonly onEntry: (entry: Entry) => Promise<void>;
};

/** For the operator. */
export type DhtReport = {
  /** That answered when the DHT was asked last; undefined where it was not asked yet. */
  readonly nodes: number | undefined;
  /** Where this host's entry was written last. */
  readonly published: { readonly at: WallMs; readonly nodes: number } | undefined;
  /** Nothing had to be written, as others' entries are in all places. */
  readonly isFull: boolean;
  readonly lookedAt: WallMs | undefined;
  readonly found: { readonly at: WallMs; readonly member: MemberId } | undefined;
};

const MINUTE_MS = 60_000;

/** The connections are looked at; a look is a few comparisons. */
const TICK_MS = 2_000;

/** Nodes forget a value after two hours (BEP 44 has them written hourly); half of that survives one failure. Apart by chance, as volunteers are. */
const REPUBLISH_MS = 30 * MINUTE_MS;
const REPUBLISH_JITTER_MS = 15 * MINUTE_MS;
/** Until then what is written now may be all that there is. */
const UNTIL_REPUBLISHED_MS = 60 * MINUTE_MS;
/** An entry that nobody has written for so long is of a volunteer that is gone. */
const TAKEN_MS = 75 * MINUTE_MS;
/** After a change of address, so that several make one write; and after the start, when many hosts may start. */
const SETTLE_MS = 2_000;
const SETTLE_JITTER_MS = 4_000;
const RETRY_MS = 5 * MINUTE_MS;

/** Cache, bootstrap volunteers and LAN have answered by then, where they can. */
const ALONE_MS = 6_000;
const ALONE_JITTER_MS = 4_000;
const FIRST_LOOK_AGAIN_MS = MINUTE_MS;
const MAX_LOOK_AGAIN_MS = 60 * MINUTE_MS;

/** One search takes 5 to 20 s in the public DHT; a look-up is six rounds of them at most. */
const SESSION_MS = 2 * MINUTE_MS;

/**
 * Whoever was away when the secret changed comes back by what it knows: the one before. As long as somebody is away. The one
 * that was revoked reads it too: where volunteers are, of which it knew before, and who do not answer it.
 */
const PREVIOUS_EPOCH_MS = 30 * 24 * 60 * MINUTE_MS;

/**
 * Members that have nothing else meet in a public DHT: who can be reached says in one of the network's slots where it
 * is, and who is connected to nobody reads them. Owner of the sessions, one at a time, and of the timers; between sessions no socket is open.
 */
export class DhtDiscovery implements AsyncDisposable {
  readonly #parts: DhtDiscoveryParts;
  readonly #closing = new AbortController();
  #cancelTick: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #known: readonly KnownNode[] = [];
  /** What was written last, or is to be now. */
  #wanted = "";
  #publishAt: MonotonicMs | undefined;
  /** Undefined while there is somebody. */
  #lookAt: MonotonicMs | undefined;
  #lookAgainMs = FIRST_LOOK_AGAIN_MS;
  /** Ends the look-up that is under way. */
  #stopLooking: () => void = () => undefined;
  #report: DhtReport = {
    nodes: undefined,
    published: undefined,
    isFull: false,
    lookedAt: undefined,
    found: undefined,
  };

  constructor(parts: DhtDiscoveryParts) {
    this.#parts = parts;
  }

  get report(): DhtReport {
    return this.#report;
  }

  start(): void {
    this.#cancelTick = this.#parts.clock.after(TICK_MS, () => {
      this.#tick();
      this.start();
    });
  }

  /** This host is elsewhere: what did not answer may, and others may have moved with it. */
  refresh(): void {
    this.#lookAt = undefined;
    this.#lookAgainMs = FIRST_LOOK_AGAIN_MS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#cancelTick();
    await this.#running;
  }

  #tick(): void {
    const now = this.#parts.clock.monotonicNow();
    this.#planPublication(now);
    this.#planLook(now);
    if (this.#isRunning) return;
    if (this.#lookAt !== undefined && now >= this.#lookAt) this.#run(() => this.#look());
    else if (this.#publishAt !== undefined && now >= this.#publishAt) this.#run(() => this.#publish());
  }

  #planPublication(now: MonotonicMs): void {
    const entry = this.#parts.ownEntry();
    const epoch = this.#parts.secrets()[0]?.epoch ?? 0;
    const wanted = entry === undefined ? "" : [epoch, ...entry.endpoints.map(formatEndpoint)].join(" ");
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#publishAt = wanted === "" ? undefined : this.#later(now, SETTLE_MS, SETTLE_JITTER_MS);
  }

  #planLook(now: MonotonicMs): void {
    if (!this.#parts.isAlone()) {
      this.#stopLooking();
      this.refresh();
    } else this.#lookAt ??= this.#later(now, ALONE_MS, ALONE_JITTER_MS);
  }

  async #publish(): Promise<void> {
    const { clock, log } = this.#parts;
    // Before: what changes meanwhile is planned anew.
    this.#publishAt = this.#later(clock.monotonicNow(), RETRY_MS, RETRY_MS);
    const entry = this.#parts.ownEntry();
    if (entry === undefined) return;
    const wanted = this.#wanted;
    const at = clock.wallNow();
    const places = this.#secretsToServe(at).flatMap((secret) =>
      windowsToWrite(at, UNTIL_REPUBLISHED_MS).map((window) => ({ secret, window })),
    );
    const written = await this.#session((session, signal) =>
      Promise.all(places.map(({ secret, window }) => this.#write(session, secret, window, entry, signal))),
    );
    if (written === undefined) return;
    const nodes = written.map((one) => (one === "taken" ? 0 : one));
    const isFull = written.every((one) => one === "taken");
    if (!isFull && !nodes.some((count) => count > 0)) return;
    const published = isFull ? this.#report.published : { at, nodes: Math.max(...nodes) };
    this.#report = { ...this.#report, published, isFull };
    if (wanted === this.#wanted)
      this.#publishAt = this.#later(clock.monotonicNow(), REPUBLISH_MS, REPUBLISH_JITTER_MS);
    log.debug({ nodes, isFull }, "own entry is in the DHT");
  }

  /** Into the first slot that no other member holds. How many nodes have taken it. */
  async #write(
    session: DhtSessionPort,
    secret: DhtSecret,
    window: number,
    entry: Entry,
    signal: AbortSignal,
  ): Promise<number | "taken"> {
    const { clock, random, self } = this.#parts;
    for (const index of slotOrder(secret, window, self)) {
      const slot = slotAt(secret, window, index);
      const before = await session.get(slot, signal);
      if (signal.aborted || session.answered === 0) return 0;
      if (before !== undefined && this.#isTaken(slot, before)) continue;
      const sequence = Math.max(secondsOf(clock.wallNow()), (before?.sequence ?? 0) + 1);
      const item = { value: sealEntry(entry, slot, random), sequence };
      const nodes = await session.put(slot, item, before, signal);
      // None: another was first.
      if (nodes > 0) return nodes;
    }
    return signal.aborted ? 0 : "taken";
  }

  /** By another member, not long ago; or by somebody who has numbered it so that nothing can come after it. */
  #isTaken(slot: Slot, { value, sequence }: SlotItem): boolean {
    const now = this.#parts.clock.wallNow();
    if (sequence >= secondsOf(now + MAX_FUTURE_MS)) return true;
    const entry = openEntry(value, slot, this.#parts.network);
    if (!entry.ok || entry.value.member === this.#parts.self) return false;
    return sequence > secondsOf(now - TAKEN_MS);
  }

  async #look(): Promise<void> {
    const { clock, secrets, isAlone } = this.#parts;
    this.#lookAt = this.#later(clock.monotonicNow(), this.#lookAgainMs, this.#lookAgainMs * 0.25);
    this.#lookAgainMs = Math.min(MAX_LOOK_AGAIN_MS, 2 * this.#lookAgainMs);
    this.#report = { ...this.#report, lookedAt: clock.wallNow() };
    const looking = new AbortController();
    this.#stopLooking = () => looking.abort();
    await this.#session(async (session, ending) => {
      const signal = AbortSignal.any([ending, looking.signal]);
      for (const secret of secrets())
        for (const window of windowsToRead(clock.wallNow())) {
          if (signal.aborted || !isAlone()) return;
          const slots = Array.from({ length: SLOTS }, (_, index) => slotAt(secret, window, index));
          await Promise.all(slots.map((slot) => this.#read(session, slot, signal)));
        }
    });
  }

  async #read(session: DhtSessionPort, slot: Slot, signal: AbortSignal): Promise<void> {
    let taken: Promise<void> = Promise.resolve();
    await session.get(slot, signal, (item) => {
      if (!signal.aborted) taken = taken.then(() => this.#take(slot, item)).catch(this.#onFailure);
    });
    await taken;
  }

  async #take(slot: Slot, item: SlotItem): Promise<void> {
    const { self, network, clock, log, onEntry } = this.#parts;
    const entry = openEntry(item.value, slot, network);
    if (!entry.ok) {
      log.debug({ reason: entry.reason }, "a member has written into the DHT what is no entry");
      return;
    }
    const { member, endpoints } = entry.value;
    if (member === self) return;
    log.info({ peer: member, at: endpoints.map(formatEndpoint) }, "member found in the DHT");
    this.#report = { ...this.#report, found: { at: clock.wallNow(), member } };
    await onEntry(entry.value);
  }

  #secretsToServe(now: WallMs): readonly DhtSecret[] {
    const { secrets, secretSince } = this.#parts;
    const since = secretSince();
    return since !== undefined && now - since > PREVIOUS_EPOCH_MS ? secrets().slice(0, 1) : secrets();
  }

  /** Undefined where there was none: no node is known, no socket to be had, or this host is about to end. */
  async #session<T>(
    work: (session: DhtSessionPort, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const { clock, firstNodes, openSession } = this.#parts;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, this.#closing.signal]);
    const cancel = clock.after(SESSION_MS, () => ending.abort());
    try {
      // The DNS may take longer than an agent has that is to end.
      const first = await Promise.race([firstNodes(), aborted(signal)]);
      if (first === undefined) return undefined;
      if (first.length + this.#known.length === 0) {
        this.#report = { ...this.#report, nodes: 0 };
        return undefined;
      }
      await using session = await openSession(first, this.#known);
      const result = await work(session, signal);
      const { answered, asked, known } = session;
      this.#known = answered === 0 ? [] : known;
      this.#report = { ...this.#report, nodes: answered };
      this.#parts.log.debug({ answered, asked }, "DHT asked");
      return result;
    } finally {
      cancel();
    }
  }

  /** Nothing else is disturbed by what fails here. */
  #run(work: () => Promise<void>): void {
    this.#isRunning = true;
    this.#running = work()
      .catch(this.#onFailure)
      .finally(() => (this.#isRunning = false));
  }

  readonly #onFailure = (error: unknown): void =>
    this.#parts.log.warn({ err: error }, "DHT discovery failed");

  #later(now: MonotonicMs, delayMs: number, jitterMs: number): MonotonicMs {
    return monotonicMs(now + delayMs + jitterMs * this.#parts.random.fraction());
  }
}

/** BEP 44's numbers: grow with time, whoever writes. */
function secondsOf(ms: number): number {
  return Math.floor(ms / 1_000);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
