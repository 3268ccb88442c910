import { basename, dirname, join } from "node:path";
import type { WallMs } from "../protocol/time.ts";
import { systemFiles, type FileSystem } from "./file-system.ts";

/**
 * A small file that is always whole: after a crash or a power cut at any instant it holds the old or the new content,
 * never a mixture and never less. Of one path there is one `DurableFile` at a time; it owns the temporary
 * files beside it. The folder must exist. Errors are those of the file system.
 */
export class DurableFile {
  readonly path: string;
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #name: string;
  #waiting: Write | undefined;
  #isWriting = false;
  #isSwept = false;
  #serial = 0;

  constructor(path: string, fs: FileSystem = systemFiles) {
    this.path = path;
    this.#fs = fs;
    this.#folder = dirname(path);
    this.#name = basename(path);
  }

  /** Undefined where there is no file. */
  async read(): Promise<Uint8Array | undefined> {
    // A folder that cannot be written to must not keep us from reading; the first write tries again and complains.
    await this.#sweep().catch(() => undefined);
    try {
      return await this.#fs.read(this.path);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /**
   * Resolves once this content, or one that was passed in later, is durable. One write runs at a time; of those that come
   * in meanwhile only the last is done, for all who wait.
   */
  write(content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    if (this.#waiting === undefined) this.#waiting = { bytes, done: Promise.withResolvers() };
    else this.#waiting.bytes = bytes;
    const { promise } = this.#waiting.done;
    if (!this.#isWriting) void this.#writeAll();
    return promise;
  }

  /** Renames a file that makes no sense to `<name>.corrupt-<time>`, for a person to look at, and returns that path. */
  async setAside(now: WallMs): Promise<string> {
    const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, "");
    const taken = new Set(await this.#fs.list(this.#folder));
    let name = `${this.#name}.corrupt-${stamp}`;
    for (let again = 2; taken.has(name); again += 1) name = `${this.#name}.corrupt-${stamp}-${again}`;
    const path = join(this.#folder, name);
    await this.#fs.rename(this.path, path);
    await this.#fs.syncFolder(this.#folder);
    return path;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (let write = this.#next(); write !== undefined; write = this.#next()) {
      try {
        await this.#replace(write.bytes);
        write.done.resolve();
      } catch (error) {
        write.done.reject(error);
      }
    }
    this.#isWriting = false;
  }

  #next(): Write | undefined {
    const write = this.#waiting;
    this.#waiting = undefined;
    return write;
  }

  /** The order is what makes it safe: the content is durable before the name points to it, the name before we say so. */
  async #replace(bytes: Uint8Array): Promise<void> {
    await this.#sweep();
    this.#serial += 1;
    const temporary = join(this.#folder, `${this.#temporaryPrefix}${process.pid}-${this.#serial}`);
    const file = await this.#fs.create(temporary);
    try {
      try {
        await file.write(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#fs.rename(temporary, this.path);
    } catch (error) {
      // The first error is what matters; what cannot be removed now is swept at the next start.
      await this.#fs.remove(temporary).catch(() => undefined);
      throw error;
    }
    await this.#fs.syncFolder(this.#folder);
  }

  /** Removes what a crashed owner left, once: its name may be the one that we would take. */
  async #sweep(): Promise<void> {
    if (this.#isSwept) return;
    for (const name of await this.#fs.list(this.#folder)) {
      if (name.startsWith(this.#temporaryPrefix)) await this.#fs.remove(join(this.#folder, name));
    }
    this.#isSwept = true;
  }

  get #temporaryPrefix(): string {
    return `.${this.#name}.tmp-`;
  }
}

type Write = { bytes: Uint8Array; readonly done: PromiseWithResolvers<void> };

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
