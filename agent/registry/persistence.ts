import * as v from "valibot";
import type { DurableFile } from "../../cache/durable-file.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { RecordStore } from "./store.ts";

export type RegistryFile = Pick<DurableFile, "path" | "read" | "write" | "setAside">;

/** What a start found. */
export type Loaded = {
  readonly records: number;
  readonly refused: ReadonlyMap<string, number>;
  /** Where a file that made no sense is now kept; its content comes back by gossip. */
  readonly setAside: string | undefined;
};

/** Others' records come back by gossip, so a crash may lose some; what must not be lost is flushed by whoever made it. */
const SAVE_DELAY_MS = 5_000;
/** A full disk stays full for minutes. */
const RETRY_DELAY_MS = 30_000;
const VERSION = 1;

const head = v.object({ version: v.number(), network: v.string() });
const body = v.object({ records: v.array(v.string()) });

/** Keeps one store in one file. Owns its timer; call `close` to write what is left. */
export class RegistryPersistence {
  readonly #store: RecordStore;
  readonly #file: RegistryFile;
  readonly #clock: Clock;
  readonly #log: Logger;
  #cancel: (() => void) | undefined;

  constructor(store: RecordStore, file: RegistryFile, clock: Clock, log: Logger) {
    this.#store = store;
    this.#file = file;
    this.#clock = clock;
    this.#log = log;
  }

  /** Throws AgentError `state.newer` for the file of a later version, which is left alone, and `state.io`. */
  async load(): Promise<Loaded> {
    const bytes = await this.#file.read().catch((cause: unknown) => {
      throw new AgentError("state.io", `cannot read ${this.#file.path}`, { cause });
    });
    const refused = new Map<string, number>();
    if (bytes === undefined) return { records: 0, refused, setAside: undefined };
    const records = this.#parse(Buffer.from(bytes).toString("utf8"));
    const now = this.#clock.wallNow();
    if (records === undefined) {
      const setAside = await this.#file.setAside(now);
      this.#log.warn({ path: this.#file.path, setAside }, "registry file was damaged and is set aside");
      return { records: 0, refused, setAside };
    }
    for (const text of records) {
      const applied = this.#store.restore(new Uint8Array(Buffer.from(text, "base64")), now);
      if (applied.outcome === "refused") refused.set(applied.reason, (refused.get(applied.reason) ?? 0) + 1);
    }
    if (refused.size > 0)
      this.#log.warn({ refused: Object.fromEntries(refused) }, "registry file held bad records");
    return { records: this.#store.size, refused, setAside: undefined };
  }

  /** Call after every change of the store. */
  changed(): void {
    this.#cancel ??= this.#clock.after(SAVE_DELAY_MS, () => void this.#save());
  }

  /** Resolves once the store's content of this moment is durable; throws AgentError `state.io`. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    try {
      await this.#file.write(encode(this.#store));
    } catch (cause) {
      this.#cancel ??= this.#clock.after(RETRY_DELAY_MS, () => void this.#save());
      throw new AgentError("state.io", `cannot write ${this.#file.path}`, { cause });
    }
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

  async #save(): Promise<void> {
    await this.flush().catch((error: unknown) => {
      this.#log.error({ err: error, path: this.#file.path }, "registry could not be saved");
    });
  }

  /** Undefined for what makes no sense, or is another network's. */
  #parse(text: string): readonly string[] | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return undefined;
    }
    const found = v.safeParse(head, json);
    if (!found.success) return undefined;
    if (found.output.version > VERSION)
      throw new AgentError("state.newer", `${this.#file.path} was written by a later version`, {
        hint: "run the version of hopwire that wrote it, or move the file away",
      });
    const network: string = this.#store.network;
    const rest = v.safeParse(body, json);
    return found.output.network === network && rest.success ? rest.output.records : undefined;
  }
}

function encode(store: RecordStore): string {
  const records = store.records().map(({ bytes }) => Buffer.from(bytes).toString("base64"));
  return `${JSON.stringify({ version: VERSION, network: store.network, records })}\n`;
}
