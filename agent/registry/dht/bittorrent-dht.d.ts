/** What `DhtSession`, and the nodes of the tests, use of the library, which comes without types. */
declare module "bittorrent-dht" {
  import type { EventEmitter } from "node:events";

  type Node = { id: Buffer; host: string; port: number };
  type Item = { v: Buffer; seq: number; k: Buffer; sig: Buffer };
  type Options = {
    /** False: it does not look for its own neighbours at the start. */
    bootstrap: false | { host: string; port: number }[];
    /** Asked where too few are known. */
    nodes?: { host: string; port: number }[];
    socket?: EventEmitter;
    verify?: Verify;
  };
  type Verify = (signature: Buffer, message: Uint8Array, publicKey: Buffer) => boolean;
  type Get = { verify: Verify; cache: boolean };
  type Put = { k: Buffer; v: Buffer; seq: number; cas?: number; sign: (message: Uint8Array) => Buffer };

  export default class DHT extends EventEmitter {
    constructor(options: Options);
    readonly nodes: { toArray(): Node[] };
    addNode(node: Node): void;
    get(target: Buffer, options: Get, done: (error: Error | null, item: Item | null) => void): void;
    /** `done` hears how many nodes have taken it. */
    put(options: Put, done: (error: Error | null, target: Buffer, nodes?: number) => void): void;
    listen(port: number, address?: string): void;
    /** What it stores, by its place. */
    toJSON(): { values: Record<string, { v: string; k?: string; seq?: number }> };
    destroy(done: () => void): void;
  }
}
