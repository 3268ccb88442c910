import { Duplex } from "node:stream";
import type { ControlStreams, IncomingStream } from "../../agent/control/streams.ts";
import { AgentError } from "../../agent/errors.ts";

/** What lies between two ends; while it is cut, bytes and closings get stuck, and nobody is told. */
export type Link = { cut: boolean };

class MemoryStream extends Duplex {
  #other: MemoryStream | undefined;
  readonly #link: Link;
  #taken: (() => void) | undefined;

  constructor(link: Link) {
    super({ allowHalfOpen: true });
    this.#link = link;
  }

  static pair(link: Link): readonly [MemoryStream, MemoryStream] {
    const a = new MemoryStream(link);
    const b = new MemoryStream(link);
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const other = this.#other;
    // Never within the call that wrote: no socket does that.
    queueMicrotask(() => {
      if (this.#link.cut || other === undefined || other.destroyed) return;
      if (other.push(chunk)) done();
      else other.#taken = done;
    });
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _final(done: () => void): void {
    if (!this.#link.cut) this.#other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    if (!this.#link.cut) setImmediate(() => other?.destroy());
    done(error);
  }
}

export function streamPair(link: Link = { cut: false }): readonly [Duplex, Duplex] {
  return MemoryStream.pair(link);
}

/** A network in memory: who listens where, which connections there are, who is out of reach. */
export class MemoryNetwork {
  readonly #listeners = new Map<string, (incoming: IncomingStream) => void>();
  readonly links: { readonly from: string; readonly to: string; readonly link: Link }[] = [];
  /** Addresses where SYNs are lost. */
  readonly silent = new Set<string>();
  dialled = 0;
  /** Until it resolves, whoever dials waits: so that several do so at once. */
  gate: Promise<void> = Promise.resolve();

  readonly streams: ControlStreams = {
    listen: (address, port, onStream) => {
      const key = `${address}:${port}`;
      if (this.#listeners.has(key)) return Promise.reject(new AgentError("port.taken", `${key} is taken`));
      this.#listeners.set(key, onStream);
      return Promise.resolve({
        [Symbol.asyncDispose]: () => {
          this.#listeners.delete(key);
          return Promise.resolve();
        },
      });
    },
    connect: (address, port, localAddress, signal) => {
      this.dialled++;
      if (this.silent.has(address)) {
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        });
      }
      const listener = this.#listeners.get(`${address}:${port}`);
      if (listener === undefined) return Promise.reject(new Error("refused"));
      return this.gate.then(() => this.open(localAddress, address, listener));
    },
  };

  /** A connection as if from `from`, whoever that is. */
  dialAs(from: string, address: string, port: number): Duplex {
    const listener = this.#listeners.get(`${address}:${port}`);
    if (listener === undefined) throw new Error(`nobody listens on ${address}:${port}`);
    return this.open(from, address, listener);
  }

  cutAll(): void {
    for (const { link } of this.links) link.cut = true;
  }

  private open(from: string, to: string, listener: (incoming: IncomingStream) => void): Duplex {
    const link: Link = { cut: false };
    this.links.push({ from, to, link });
    const [near, far] = streamPair(link);
    listener({ stream: far, remoteAddress: from });
    return near;
  }
}
