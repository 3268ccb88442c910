import type { Duplex } from "node:stream";

/** A stream that came in, and the address WireGuard let it come from. */
export type IncomingStream = { readonly stream: Duplex; readonly remoteAddress: string };

/** What the control plane needs of TCP; tests pass pairs of streams in memory. */
export type ControlStreams = {
  /**
   * Until disposed. Rejects with AgentError "port.taken", or "interface.failed" where the address is not this host's.
   */
  listen(
    address: string,
    port: number,
    onStream: (incoming: IncomingStream) => void,
  ): Promise<AsyncDisposable>;
  /** From `localAddress`. Rejects where nobody answers, and with the signal's reason. */
  connect(address: string, port: number, localAddress: string, signal: AbortSignal): Promise<Duplex>;
};
