import type { Adapter } from "lowdb";
import type { WallMs } from "../protocol/time.ts";
import type { DurableFile } from "./durable-file.ts";

/** What a decoder makes of a stored state: a value, damage, or the work of a later version of this program. */
export type Restored<T> =
  | { readonly outcome: "restored"; readonly value: T }
  | { readonly outcome: "corrupt"; readonly reason: string }
  | { readonly outcome: "newer"; readonly reason: string };

export type StateCodec<T> = {
  encode(value: T): string;
  /** Never throws. */
  decode(text: string): Restored<T>;
};

/** Why a start found less than was stored: for the operator, who still has the file. */
export type StateReport =
  | {
      readonly type: "set-aside";
      readonly path: string;
      readonly setAsidePath: string;
      readonly reason: string;
    }
  | { readonly type: "newer"; readonly path: string; readonly reason: string };

/** A file written by a later version; it was left alone. */
export class NewerStateError extends Error {
  override readonly name = "NewerStateError";
  readonly report: StateReport & { readonly type: "newer" };

  constructor(path: string, reason: string) {
    super(`${path} was written by a later version: ${reason}`);
    this.report = { type: "newer", path, reason };
  }
}

/** A sentence for logs and `status`. */
export function describeReport(report: StateReport): string {
  switch (report.type) {
    case "set-aside":
      return `${report.path} was damaged (${report.reason}) and is kept as ${report.setAsidePath}`;
    case "newer":
      return `${report.path} was written by a later version and is left alone: ${report.reason}`;
  }
}

/** lowdb's own adapter writes without fsync and with mode 0644, and throws on an empty file: this one is over a `DurableFile`. */
export class StateAdapter<T> implements Adapter<T> {
  readonly #file: DurableFile;
  readonly #codec: StateCodec<T>;
  readonly #wallNow: () => WallMs;
  #report: StateReport | undefined;

  constructor(file: DurableFile, codec: StateCodec<T>, wallNow: () => WallMs) {
    this.#file = file;
    this.#codec = codec;
    this.#wallNow = wallNow;
  }

  /** Set when the last read had to set a damaged file aside. */
  get report(): StateReport | undefined {
    return this.#report;
  }

  /** Null where there is no file, or a damaged one was set aside. Rejects with `NewerStateError`, or as the file does. */
  async read(): Promise<T | null> {
    this.#report = undefined;
    const bytes = await this.#file.read();
    if (bytes === undefined) return null;
    const restored = this.#decode(bytes);
    switch (restored.outcome) {
      case "restored":
        return restored.value;
      case "corrupt": {
        const { path } = this.#file;
        const setAsidePath = await this.#file.setAside(this.#wallNow());
        this.#report = { type: "set-aside", path, setAsidePath, reason: restored.reason };
        return null;
      }
      case "newer":
        throw new NewerStateError(this.#file.path, restored.reason);
    }
  }

  write(value: T): Promise<void> {
    return this.#file.write(this.#codec.encode(value));
  }

  #decode(bytes: Uint8Array): Restored<T> {
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return { outcome: "corrupt", reason: "not-utf8" };
    }
    return this.#codec.decode(text);
  }
}
