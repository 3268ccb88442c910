import type { DurableFile } from "../../cache/durable-file.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { RelayUsage } from "../relay/server/quota.ts";
import {
  decodeRelayState,
  encodeRelayState,
  SAVED_EVERY_MS,
  stillHeld,
  type RelayState,
  type SavedAllocation,
} from "../relay/server/relay-state.ts";
import { every } from "./every.ts";

export type RelayKeeperParts = {
  readonly file: Pick<DurableFile, "path" | "read" | "write" | "setAside">;
  readonly clock: Clock;
  readonly log: Logger;
};

/** What a crash may forget of new allocations and moved legs, whose members then ask again; many changes are one write. */
export const CHANGE_MS = 250;

/** How often it looks whether much was relayed. */
export const LOOK_MS = 5_000;

/** What a crash may forget of what was relayed, but for the last `LOOK_MS`: 1 % of the free tier's quota. */
export const SAVED_BYTES = 10_000_000;

/**
 * Keeps what the relay must know again after a restart: what was relayed, so that this begins no new quota and no new month,
 * and the allocations, so that it does not end them. Owner of its timers.
 */
export class RelayKeeper implements AsyncDisposable {
  readonly usage: RelayUsage;
  readonly #parts: RelayKeeperParts;
  readonly #stopLooking: () => void;
  #cancelChange: (() => void) | undefined;
  #allocations: () => readonly SavedAllocation[];
  #left: readonly SavedAllocation[];
  #savedMonthBytes: number;
  #savedAt: number;
  #changed = false;

  private constructor(parts: RelayKeeperParts, state: RelayState | undefined) {
    const { clock } = parts;
    const now = clock.wallNow();
    this.#parts = parts;
    this.usage = state?.usage ?? new RelayUsage();
    const left = state === undefined ? [] : stillHeld(state, now);
    this.#left = left;
    // Until somebody serves them, the next successor may need them.
    this.#allocations = () => left;
    this.#changed = (state?.allocations.length ?? 0) > 0;
    this.#savedMonthBytes = this.usage.monthBytes(now);
    this.#savedAt = clock.monotonicNow();
    this.#stopLooking = every(clock, LOOK_MS, () => this.#look());
  }

  /** Never rejects: a volunteer whose state is lost relays on, and its operator is told. */
  static async open(parts: RelayKeeperParts): Promise<RelayKeeper> {
    return new RelayKeeper(parts, await read(parts));
  }

  /** What a predecessor that was killed served, once: whoever takes it serves it, or it ends. */
  takeLeft(): readonly SavedAllocation[] {
    const left = this.#left;
    this.#left = [];
    return left;
  }

  /** Whose allocations are kept from now on. */
  keep(allocations: () => readonly SavedAllocation[]): void {
    this.#allocations = allocations;
    this.changed();
  }

  /** The allocations are not what they were. */
  changed(): void {
    this.#changed = true;
    this.#cancelChange ??= this.#parts.clock.after(CHANGE_MS, () => {
      this.#cancelChange = undefined;
      void this.#save();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopLooking();
    this.#cancelChange?.();
    if (this.#changed || this.#newBytes() !== 0) await this.#save();
  }

  #look(): void {
    const newBytes = this.#newBytes();
    const isOld = this.#parts.clock.monotonicNow() - this.#savedAt >= SAVED_EVERY_MS - LOOK_MS;
    const matters = newBytes !== 0 || this.#allocations().length > 0;
    if (Math.abs(newBytes) >= SAVED_BYTES || (isOld && matters)) void this.#save();
  }

  /** Negative in a new month. */
  #newBytes(): number {
    return this.usage.monthBytes(this.#parts.clock.wallNow()) - this.#savedMonthBytes;
  }

  async #save(): Promise<void> {
    const { clock, file, log } = this.#parts;
    const savedAt = clock.wallNow();
    this.#savedAt = clock.monotonicNow();
    this.#savedMonthBytes = this.usage.monthBytes(savedAt);
    this.#changed = false;
    try {
      await file.write(encodeRelayState({ savedAt, usage: this.usage, allocations: this.#allocations() }));
    } catch (error) {
      this.#changed = true;
      log.warn({ err: error }, "relay state not saved");
    }
  }
}

async function read({ file, clock, log }: RelayKeeperParts): Promise<RelayState | undefined> {
  try {
    const bytes = await file.read();
    if (bytes === undefined) return undefined;
    const state = decodeRelayState(bytes);
    if (state.ok) return state.value;
    log.error({ path: await file.setAside(clock.wallNow()) }, "relay state was damaged, and begins anew");
  } catch (error) {
    log.error({ err: error }, "relay state cannot be read, and begins anew");
  }
  return undefined;
}
