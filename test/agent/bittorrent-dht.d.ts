/** What the nodes of the lab's DHT use of the library, which comes without types. */
declare module "bittorrent-dht" {
  import type { EventEmitter } from "node:events";

  type Options = {
    /** False: it does not look for its own neighbours at the start. */
    bootstrap: false | { host: string; port: number }[];
    verify?: (signature: Buffer, message: Uint8Array, publicKey: Buffer) => boolean;
  };

  export default class DHT extends EventEmitter {
    constructor(options: Options);
    listen(port: number, address?: string): void;
    /** What it stores, by its place. */
    toJSON(): { values: Record<string, { v: string; k?: string; seq?: number }> };
  }
}
