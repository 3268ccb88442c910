/** What `DhtSession` uses of the library, which comes without types. */
declare module "k-rpc-socket" {
  import { EventEmitter } from "node:events";

  type Peer = { host: string; port: number };
  type Query = { q: string; a: Record<string, Buffer | number> };
  /** As `QueryLedger` has written it. */
  type Response = {
    id: Buffer;
    nodes?: Buffer;
    token?: Buffer;
    k?: Buffer;
    seq?: number;
    sig?: Buffer;
    v?: Buffer;
  };
  /** A code of 200 and more is the node's; without an answer it is a text. */
  type QueryError = Error & { code?: number | string };

  export default class KrpcSocket extends EventEmitter {
    constructor(options: { socket: EventEmitter });
    query(
      to: Peer,
      query: Query,
      done: (error: QueryError | null, reply: { r: Response } | null) => void,
    ): number;
    /** Ends what is open with an error. */
    destroy(done: () => void): void;
  }
}
