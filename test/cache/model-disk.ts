import type { FileSystem, WritableFile } from "../../cache/file-system.ts";

/** What a file's unsynced content may be after a power cut. */
export const LOSSES = ["nothing-written", "half-written", "all-written"] as const;
export type Loss = (typeof LOSSES)[number];

type Inode = { content: Uint8Array; durable: Uint8Array };
type Folder = ReadonlyMap<string, Inode>;

/**
 * One folder on a disk that promises no more than POSIX does: content is durable after `sync`, names after `syncFolder`,
 * and what came before that may have reached the disk or not. Keeps a list of its steps; any of them can be made to fail.
 */
export class ModelDisk implements FileSystem {
  /** The steps taken so far, by name. */
  readonly steps: string[] = [];
  /** The folder after each change of a name since the last `syncFolder`, oldest first. */
  #versions: Folder[] = [new Map()];
  #failAt: number | undefined;
  #failure = new Error("unset");
  #isOff = false;

  /** Makes the step with this index fail with `code`, as on a full disk, and the later ones work again. */
  failAt(index: number, code: string): void {
    this.#failAt = index;
    this.#failure = Object.assign(new Error(code), { code });
  }

  /** Cuts the power before the step with this index: it and all later ones fail. */
  cutPowerAt(index: number): void {
    this.#failAt = index;
    this.#failure = new Error("power cut");
    this.#isOff = true;
  }

  /** All disks that may be found after a power cut now. */
  afterPowerCut(): ModelDisk[] {
    return this.#versions.flatMap((names) =>
      LOSSES.map((loss) => {
        const disk = new ModelDisk();
        const inodes = [...names].map(([name, inode]): [string, Inode] => {
          const content = remains(inode, loss);
          return [name, { content, durable: content }];
        });
        disk.#versions = [new Map(inodes)];
        return disk;
      }),
    );
  }

  get names(): string[] {
    return [...this.#names.keys()].sort();
  }

  text(path: string): string | undefined {
    const inode = this.#names.get(nameOf(path));
    return inode && Buffer.from(inode.content).toString();
  }

  put(path: string, text: string): void {
    const content = Buffer.from(text);
    const names = new Map(this.#names).set(nameOf(path), { content, durable: content });
    this.#versions = [names];
  }

  async read(path: string): Promise<Uint8Array> {
    await this.#step("read");
    return this.#inode(path).content;
  }

  async create(path: string): Promise<WritableFile> {
    await this.#step("create");
    if (this.#names.has(nameOf(path))) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
    const inode: Inode = { content: new Uint8Array(), durable: new Uint8Array() };
    this.#versions.push(new Map(this.#names).set(nameOf(path), inode));
    return {
      write: async (bytes) => {
        await this.#step("write");
        inode.content = bytes;
      },
      sync: async () => {
        await this.#step("sync");
        inode.durable = inode.content;
      },
      close: () => this.#step("close"),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step("rename");
    const names = new Map(this.#names).set(nameOf(to), this.#inode(from));
    names.delete(nameOf(from));
    this.#versions.push(names);
  }

  async remove(path: string): Promise<void> {
    await this.#step("remove");
    this.#inode(path);
    const names = new Map(this.#names);
    names.delete(nameOf(path));
    this.#versions.push(names);
  }

  async list(): Promise<readonly string[]> {
    await this.#step("list");
    return this.names;
  }

  async syncFolder(): Promise<void> {
    await this.#step("syncFolder");
    this.#versions = [this.#names];
  }

  get #names(): Folder {
    return this.#versions.at(-1) ?? new Map<string, Inode>();
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(nameOf(path));
    if (inode === undefined) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
    return inode;
  }

  /** Comes back later, as a real disk does, so that what runs at the same time can interleave. */
  async #step(name: string): Promise<void> {
    const index = this.steps.push(name) - 1;
    await Promise.resolve();
    if (this.#failAt === undefined) return;
    if (index === this.#failAt || (this.#isOff && index > this.#failAt)) throw this.#failure;
  }
}

function remains({ content, durable }: Inode, loss: Loss): Uint8Array {
  switch (loss) {
    case "nothing-written":
      return durable;
    case "half-written":
      return content === durable ? durable : content.slice(0, content.length / 2);
    case "all-written":
      return content;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
