import { Low, Memory, type Adapter } from "lowdb";
import { decoded, refused, type Decoded } from "../protocol/decoded.ts";
import type { WallMs } from "../protocol/time.ts";
import { prune } from "./bounds.ts";
import { EMPTY_CACHE, keyOf, type CacheData, type Experience } from "./data.ts";
import { describe, type CacheRow } from "./describe.ts";
import {
  dialOrder,
  lastWorked,
  needsRelayFirst,
  relayOrder,
  type DialCandidate,
  type LastWorked,
  type RelayCandidate,
} from "./dial.ts";
import { DurableFile } from "./durable-file.ts";
import {
  forget,
  observeEndpoint,
  recordDirect,
  recordRelay,
  retainMembers,
  type DirectAttempt,
  type Observation,
  type RelayAttempt,
} from "./events.ts";
import { systemFiles, type FileSystem } from "./file-system.ts";
import { merge, type Merged } from "./merge.ts";
import { decodeCache, encodeCache } from "./schema.ts";
import { NewerStateError, StateAdapter, type StateCodec, type StateReport } from "./state-adapter.ts";

/** The part of the agent's clock that the cache needs. */
export type CacheClock = {
  wallNow(): WallMs;
  after(delayMs: number, callback: () => void): () => void;
};

/** The part of the agent's logger that the cache needs. */
export type CacheLog = { warn(fields: Record<string, unknown>, message: string): void };

export type CacheOptions = {
  readonly clock: CacheClock;
  readonly log: CacheLog;
  readonly fs?: FileSystem;
};

export type OpenedCache = {
  readonly cache: ConnectionCache;
  /** Set where the file could not be used; the cache then starts empty and, beside a newer file, stays in memory. */
  readonly report?: StateReport;
};

/** What changes the dial order is on disk this soon; a crash loses at most so much. */
export const FLUSH_DELAY_MS = 1_000;

/** What only confirms what is known (another success, a new RTT) may wait: an idle agent must not write every second. */
export const LAZY_FLUSH_DELAY_MS = 60_000;

/** A full disk stays full for minutes. */
export const RETRY_DELAY_MS = 30_000;

/**
 * The connection cache: owner of its file and of one timer. Events take effect in memory at once and on disk soon after;
 * `forget` and `retainMembers` resolve when they are durable, since a revoked member must not come back with a crash.
 */
export class ConnectionCache implements AsyncDisposable {
  readonly #low: Low<CacheData>;
  readonly #clock: CacheClock;
  readonly #log: CacheLog;
  #isUnsaved = false;
  #isFailing = false;
  #isClosed = false;
  #timer: { readonly delayMs: number; readonly cancel: () => void } | undefined;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(low: Low<CacheData>, { clock, log }: CacheOptions) {
    this.#low = low;
    this.#clock = clock;
    this.#log = log;
  }

  /** Rejects only where the file system does; a damaged file is set aside, a newer one is left alone. */
  static async open(path: string, options: CacheOptions): Promise<OpenedCache> {
    const wallNow = (): WallMs => options.clock.wallNow();
    const file = new DurableFile(path, options.fs ?? systemFiles);
    const adapter = new StateAdapter(file, CODEC, wallNow);
    const low = new Low<CacheData>(adapter, EMPTY_CACHE);
    try {
      await low.read();
    } catch (error) {
      if (!(error instanceof NewerStateError)) throw error;
      const inMemory: Adapter<CacheData> = new Memory<CacheData>();
      return { cache: new ConnectionCache(new Low(inMemory, EMPTY_CACHE), options), report: error.report };
    }
    const cache = new ConnectionCache(low, options);
    cache.prune();
    return adapter.report === undefined ? { cache } : { cache, report: adapter.report };
  }

  observeEndpoint(observation: Observation): void {
    const known = this.#endpoint(observation);
    const next = observeEndpoint(this.#low.data, observation, this.#clock.wallNow());
    this.#apply(next, known?.kind === observation.kind ? LAZY_FLUSH_DELAY_MS : FLUSH_DELAY_MS);
  }

  recordDirect(attempt: DirectAttempt): void {
    const delayMs = flushDelayMs(this.#endpoint(attempt), attempt);
    this.#apply(recordDirect(this.#low.data, attempt, this.#clock.wallNow()), delayMs);
  }

  recordRelay(attempt: RelayAttempt): void {
    const delayMs = flushDelayMs(this.#low.data.peers[attempt.peer]?.relays[attempt.relay], attempt);
    this.#apply(recordRelay(this.#low.data, attempt, this.#clock.wallNow()), delayMs);
  }

  /** Drops expired and surplus entries. The agent calls it on a schedule. */
  prune(): void {
    this.#apply(prune(this.#low.data, this.#clock.wallNow()), LAZY_FLUSH_DELAY_MS);
  }

  /** In memory at once; resolves when durable. */
  forget(member: string): Promise<void> {
    return this.#applyNow(forget(this.#low.data, member));
  }

  /** Drops whoever is not in the roster, in memory at once; resolves when durable. */
  retainMembers(members: ReadonlySet<string>): Promise<void> {
    return this.#applyNow(retainMembers(this.#low.data, members));
  }

  dialOrder(peer: string): readonly DialCandidate[] {
    return dialOrder(this.#low.data, peer, this.#clock.wallNow());
  }

  /** Relays that were tried with this very peer. */
  relaysTried(peer: string): readonly string[] {
    return Object.keys(this.#low.data.peers[peer]?.relays ?? {});
  }

  relayOrder(peer: string, relays: readonly string[]): readonly RelayCandidate[] {
    return relayOrder(this.#low.data, peer, relays, this.#clock.wallNow());
  }

  needsRelayFirst(peer: string): boolean {
    return needsRelayFirst(this.#low.data, peer, this.#clock.wallNow());
  }

  lastWorked(peer: string): LastWorked | undefined {
    return lastWorked(this.#low.data, peer, this.#clock.wallNow());
  }

  /** All peers where `peer` is undefined. */
  describe(peer?: string): readonly CacheRow[] {
    return describe(this.#low.data, peer, this.#clock.wallNow());
  }

  exportText(): string {
    return encodeCache(this.#low.data);
  }

  /** Adds the hints of an export that concern these members; refuses text that is none, with a reason. See `merge`. */
  importText(text: string, members: ReadonlySet<string>): Decoded<Omit<Merged, "data">> {
    const stored = decodeCache(text);
    if (stored.outcome !== "restored") return refused(stored.reason);
    const { data, unusable } = stored.value;
    const merged = merge(this.#low.data, data, members, this.#clock.wallNow());
    this.#apply(merged.data, FLUSH_DELAY_MS);
    return decoded({ added: merged.added, ignored: merged.ignored + unusable });
  }

  /** Resolves when all that happened so far is durable. After a failure it is tried again later, too. */
  flush(): Promise<void> {
    this.#disarm();
    if (this.#isUnsaved) this.#lastWrite = this.#save();
    return this.#lastWrite;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  #endpoint({ peer, endpoint }: Pick<Observation, "peer" | "endpoint">) {
    return this.#low.data.peers[peer]?.endpoints[keyOf(endpoint) ?? ""];
  }

  #apply(next: CacheData, delayMs: number): void {
    if (next === this.#low.data) return;
    this.#low.data = next;
    this.#isUnsaved = true;
    this.#arm(delayMs);
  }

  #applyNow(next: CacheData): Promise<void> {
    this.#apply(next, FLUSH_DELAY_MS);
    return this.flush();
  }

  async #save(): Promise<void> {
    this.#isUnsaved = false;
    try {
      await this.#low.write();
      this.#isFailing = false;
    } catch (error) {
      this.#isUnsaved = true;
      this.#isFailing = true;
      this.#arm(RETRY_DELAY_MS);
      throw error;
    }
  }

  /** A running timer is only ever replaced by a shorter one, so steady changes do not put the write off for ever. */
  #arm(wantedDelayMs: number): void {
    const delayMs = this.#isFailing ? Math.max(wantedDelayMs, RETRY_DELAY_MS) : wantedDelayMs;
    if (this.#isClosed || (this.#timer !== undefined && this.#timer.delayMs <= delayMs)) return;
    this.#disarm();
    const cancel = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.flush().catch((error: unknown) => {
        this.#log.warn({ err: error }, "connection cache not written");
      });
    });
    this.#timer = { delayMs, cancel };
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

const CODEC: StateCodec<CacheData> = {
  encode: encodeCache,
  decode(text) {
    const stored = decodeCache(text);
    return stored.outcome === "restored" ? { outcome: "restored", value: stored.value.data } : stored;
  },
};

/** An outcome that repeats the last one changes no order. */
function flushDelayMs(known: Experience | undefined, { outcome }: DirectAttempt | RelayAttempt): number {
  return known?.lastOutcome === outcome ? LAZY_FLUSH_DELAY_MS : FLUSH_DELAY_MS;
}
