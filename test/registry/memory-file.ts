import type { RegistryFile } from "../../agent/registry/persistence.ts";

/** A file that can be made to fail. */
export class MemoryFile implements RegistryFile {
  readonly path = "/state/file";
  content: string | undefined;
  asides: string[] = [];
  fault: Error | undefined;
  writes = 0;

  constructor(content?: string) {
    this.content = content;
  }

  async read(): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    return this.content === undefined ? undefined : Buffer.from(this.content);
  }

  async write(content: string | Uint8Array): Promise<void> {
    await Promise.resolve();
    this.writes += 1;
    if (this.fault !== undefined) throw this.fault;
    this.content = Buffer.from(content).toString("utf8");
  }

  async setAside(): Promise<string> {
    await Promise.resolve();
    this.asides.push(this.content ?? "");
    this.content = undefined;
    return `${this.path}.corrupt`;
  }
}
