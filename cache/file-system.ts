import { open, readdir, readFile, rename, unlink } from "node:fs/promises";

/** The steps of a crash-safe write, one call each, so that a test can fail or cut the power between any two. */
export type FileSystem = {
  /** Rejects with ENOENT where there is no file. */
  read(path: string): Promise<Uint8Array>;
  /** Opens a new file for writing, readable by its owner alone; rejects with EEXIST where there is one. */
  create(path: string): Promise<WritableFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes the folder's entries durable: a rename is not until then. */
  syncFolder(folder: string): Promise<void>;
};

export type WritableFile = {
  /** Writes all of it or rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the content durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

export const systemFiles: FileSystem = {
  read: (path) => readFile(path),
  async create(path) {
    const handle = await open(path, "wx", 0o600);
    return {
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename,
  remove: unlink,
  list: (folder) => readdir(folder),
  async syncFolder(folder) {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
