import type { DurableFile } from "../../cache/durable-file.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { isFault } from "./refusal.ts";
import { FILE_VERSION, readRegistryFile } from "./salvage.ts";
import type { RecordStore } from "./store.ts";

export type RegistryFile = Pick<DurableFile, "path" | "read" | "write" | "setAside">;

/** What a start found. */
export type Loaded = {
  readonly records: number;
  /** What of the file was no sound record, by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** Where a file that was damaged is now kept; what was sound in it is in the store. */
  readonly setAside: string | undefined;
  /** Records that only the copy had. */
  readonly fromCopy: number;
};

/** Others' records come back by gossip, so a crash may lose some; what must not be lost is flushed by whoever made it. */
const SAVE_DELAY_MS = 5_000;
/** A full disk stays full for minutes. */
const RETRY_DELAY_MS = 30_000;
/** Members come and go by the day; what a copy lacks, any of those that it names will tell. */
const COPY_INTERVAL_MS = 3_600_000;

export type PersistenceOptions = {
  readonly store: RecordStore;
  readonly file: RegistryFile;
  /** An older state of it, for when the file is damaged or gone: records are signed, so an old one does no harm. */
  readonly copy: RegistryFile;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Keeps one store in one file, and beside it a copy. Owns its timer; call `close` to write what is left. */
export class RegistryPersistence {
  readonly #options: PersistenceOptions;
  #copiedAt: MonotonicMs | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: PersistenceOptions) {
    this.#options = options;
  }

  /**
   * A damaged file is set aside, and each record in it that is sound is taken; so is what the copy has. Throws AgentError
   * `state.newer` for the file of a later version, which is left alone, and `state.io`.
   */
  async load(): Promise<Loaded> {
    const { store, file, copy, clock, log } = this.#options;
    const text = await readText(file);
    const refused = new Map<string, number>();
    if (text !== undefined) {
      const content = readRegistryFile(text, store.network);
      if (content.kind === "newer")
        throw new AgentError("state.newer", `${file.path} was written by a later version`, {
          hint: "run the version of hopwire that wrote it, or move the file away",
        });
      this.#restore(content.records, refused);
      if (content.kind === "whole" && ![...refused.keys()].some(isDamage)) {
        await this.#saveCopy(text);
        return { records: store.size, refused, setAside: undefined, fromCopy: 0 };
      }
    }
    const found = store.size;
    // A copy that cannot be read is none.
    const copied = await readText(copy).catch(() => undefined);
    const old = copied === undefined ? undefined : readRegistryFile(copied, store.network);
    if (old !== undefined && old.kind !== "newer") this.#restore(old.records, new Map());
    const loaded = { records: store.size, refused, fromCopy: store.size - found };
    if (text === undefined) {
      if (store.size > 0) await this.#save();
      return { ...loaded, setAside: undefined };
    }
    const setAside = await file.setAside(clock.wallNow());
    const { records, fromCopy } = loaded;
    const lost = Object.fromEntries(refused);
    log.warn(
      { path: file.path, setAside, records, fromCopy, lost },
      "registry file was damaged and is set aside",
    );
    // Until then the copy stands in for it.
    await this.#save();
    return { ...loaded, setAside };
  }

  /** Call after every change of the store. */
  changed(): void {
    this.#cancel ??= this.#options.clock.after(SAVE_DELAY_MS, () => void this.#save());
  }

  /** Resolves once the store's content of this moment is durable; throws AgentError `state.io`. */
  async flush(): Promise<void> {
    const { file, clock } = this.#options;
    this.#cancel?.();
    this.#cancel = undefined;
    const text = encode(this.#options.store);
    try {
      await file.write(text);
    } catch (cause) {
      this.#cancel ??= clock.after(RETRY_DELAY_MS, () => void this.#save());
      throw new AgentError("state.io", `cannot write ${file.path}`, { cause });
    }
    if (this.#copiedAt === undefined || clock.monotonicNow() - this.#copiedAt >= COPY_INTERVAL_MS)
      await this.#saveCopy(text);
  }

  /** Waits for a write under way, writes what is unsaved, and stops the timer, also when the write fails. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#cancel?.();
      this.#cancel = undefined;
    }
  }

  #restore(records: readonly string[], refused: Map<string, number>): void {
    const { store, clock } = this.#options;
    for (const text of records) {
      const applied = store.restore(new Uint8Array(Buffer.from(text, "base64")), clock.wallNow());
      if (applied.outcome === "refused") refused.set(applied.reason, (refused.get(applied.reason) ?? 0) + 1);
    }
  }

  async #save(): Promise<void> {
    const { file, log } = this.#options;
    await this.flush().catch((error: unknown) => {
      log.error({ err: error, path: file.path }, "registry could not be saved");
    });
  }

  /** Without one the agent works as well. */
  async #saveCopy(text: string): Promise<void> {
    const { copy, clock, log } = this.#options;
    this.#copiedAt = monotonicMs(clock.monotonicNow());
    await copy.write(text).catch((error: unknown) => {
      log.warn({ err: error, path: copy.path }, "copy of the registry could not be saved");
    });
  }
}

/** What has merely run out since is none. */
function isDamage(reason: string): boolean {
  return isFault(reason) || reason.startsWith("record-");
}

async function readText(file: RegistryFile): Promise<string | undefined> {
  try {
    const bytes = await file.read();
    return bytes && Buffer.from(bytes).toString("utf8");
  } catch (cause) {
    throw new AgentError("state.io", `cannot read ${file.path}`, { cause });
  }
}

function encode(store: RecordStore): string {
  const records = store.records().map(({ bytes }) => Buffer.from(bytes).toString("base64"));
  return `${JSON.stringify({ version: FILE_VERSION, network: store.network, records })}\n`;
}
