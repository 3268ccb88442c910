import type { DurableFile } from "../../cache/durable-file.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { RelayUsage } from "../relay/server/quota.ts";
import { every } from "./every.ts";

export type UsageKeeperParts = {
  readonly file: Pick<DurableFile, "path" | "read" | "write" | "setAside">;
  readonly clock: Clock;
  readonly log: Logger;
};

/** What a crash may forget of what was relayed; each write is one fsync. */
export const SAVE_MS = 60_000;

/** Keeps what was relayed over restarts, so that these begin no new quota and no new month. Owner of its timer. */
export class UsageKeeper implements AsyncDisposable {
  readonly usage: RelayUsage;
  readonly #parts: UsageKeeperParts;
  readonly #stopSaving: () => void;
  #saved: string;

  private constructor(parts: UsageKeeperParts, usage: RelayUsage) {
    this.#parts = parts;
    this.usage = usage;
    this.#saved = usage.encode();
    this.#stopSaving = every(parts.clock, SAVE_MS, () => void this.#save());
  }

  /** Never rejects: a volunteer whose count is lost relays on, and its operator is told. */
  static async open(parts: UsageKeeperParts): Promise<UsageKeeper> {
    return new UsageKeeper(parts, await read(parts));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopSaving();
    await this.#save();
  }

  async #save(): Promise<void> {
    const text = this.usage.encode();
    if (text === this.#saved) return;
    try {
      await this.#parts.file.write(text);
      this.#saved = text;
    } catch (error) {
      this.#parts.log.warn({ err: error }, "relay usage not saved");
    }
  }
}

async function read({ file, clock, log }: UsageKeeperParts): Promise<RelayUsage> {
  try {
    const bytes = await file.read();
    if (bytes === undefined) return new RelayUsage();
    const usage = RelayUsage.decode(bytes);
    if (usage.ok) return usage.value;
    log.error({ path: await file.setAside(clock.wallNow()) }, "relay usage was damaged, and begins at 0");
  } catch (error) {
    log.error({ err: error }, "relay usage cannot be read, and begins at 0");
  }
  return new RelayUsage();
}
