import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { Observation } from "../../agent/path/state.ts";
import type { MonotonicMs } from "../../protocol/time.ts";

export type WireguardPacket =
  | { readonly kind: "initiation" }
  | { readonly kind: "response" }
  | { readonly kind: "keepalive" }
  | { readonly kind: "ping"; readonly sequence: number }
  | { readonly kind: "pong"; readonly sequence: number };

type Deps = {
  readonly now: () => MonotonicMs;
  readonly after: (delayMs: number, run: () => void) => void;
  readonly fraction: () => number;
  readonly send: (packet: WireguardPacket, to: Endpoint) => void;
};

/** REKEY_TIMEOUT, REKEY_AFTER_TIME and REJECT_AFTER_TIME (WireGuard's paper, section 6.1). */
const REKEY_TIMEOUT_MS = 5_000;
/** Both implementations add up to a third of a second, so that two ends do not cross for ever. */
const REKEY_JITTER_MS = 334;
const REKEY_AFTER_MS = 120_000;
const REJECT_AFTER_MS = 180_000;
const KEEPALIVE_MS = 25_000;

/** What a path depends on of WireGuard: one peer, one session, roaming, the limits on initiations, keepalive. */
export class SimulatedWireguard {
  readonly #deps: Deps;
  endpoint: Endpoint | undefined;
  /** Round trips of pings that came back. */
  readonly rttBySequence = new Map<number, number>();
  readonly #sentAt = new Map<number, number>();
  #rxBytes = 0n;
  #txBytes = 0n;
  #handshakeAt: number | undefined;
  /** An initiation of ours awaits its response. */
  #pending = false;
  #responded = false;
  #initiatedAt = -REKEY_TIMEOUT_MS;
  #waiting: WireguardPacket[] = [];
  #keepalive = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** `wg set peer X remove peer X`. */
  reset(): void {
    this.#handshakeAt = undefined;
    this.#pending = false;
    this.#responded = false;
    this.#initiatedAt = -REKEY_TIMEOUT_MS;
    this.#rxBytes = 0n;
    this.#txBytes = 0n;
  }

  get hasSession(): boolean {
    return this.#handshakeAt !== undefined && this.#deps.now() - this.#handshakeAt < REJECT_AFTER_MS;
  }

  /** `wg set peer X endpoint E persistent-keepalive 0 peer X persistent-keepalive 25`. */
  setEndpoint(endpoint: Endpoint): void {
    this.endpoint = endpoint;
    this.#transmit({ kind: "keepalive" });
    if (!this.#keepalive) this.#keepAlive();
    this.#keepalive = true;
  }

  ping(sequence: number): void {
    this.#sentAt.set(sequence, this.#deps.now());
    this.#transmit({ kind: "ping", sequence });
  }

  receive(packet: WireguardPacket, from: Endpoint): void {
    switch (packet.kind) {
      case "initiation":
        this.#accept(148n, from);
        // One handshake per peer: two initiations that cross undo each other.
        this.#pending = false;
        this.#responded = true;
        this.#send({ kind: "response" }, 92n);
        return;
      case "response":
        if (!this.#pending) return;
        this.#pending = false;
        this.#accept(92n, from);
        this.#handshakeAt = this.#deps.now();
        for (const waiting of this.#waiting.splice(0)) this.#transmit(waiting);
        return;
      case "keepalive":
      case "ping":
      case "pong":
        if (this.#responded) {
          this.#responded = false;
          this.#handshakeAt = this.#deps.now();
          for (const waiting of this.#waiting.splice(0)) this.#transmit(waiting);
        }
        // A restarted end has no key for it.
        if (!this.hasSession) return;
        this.#accept(packet.kind === "keepalive" ? 32n : 128n, from);
        if (packet.kind === "ping") this.#transmit({ kind: "pong", sequence: packet.sequence });
        if (packet.kind === "pong") {
          const sentAt = this.#sentAt.get(packet.sequence);
          if (sentAt !== undefined) this.rttBySequence.set(packet.sequence, this.#deps.now() - sentAt);
        }
    }
  }

  observe(): Observation {
    return {
      endpoint: this.endpoint,
      rxBytes: this.#rxBytes,
      txBytes: this.#txBytes,
      handshakeAgeMs: this.#handshakeAt === undefined ? undefined : this.#deps.now() - this.#handshakeAt,
    };
  }

  isAt(endpoint: Endpoint): boolean {
    return sameEndpoint(this.endpoint, endpoint);
  }

  /** Any authenticated packet moves the peer's endpoint to its source (paper, section 2.1). */
  #accept(bytes: bigint, from: Endpoint): void {
    this.endpoint = from;
    this.#rxBytes += bytes;
  }

  #transmit(packet: WireguardPacket): void {
    if (this.hasSession) {
      this.#send(packet, packet.kind === "keepalive" ? 32n : 128n);
    } else {
      this.#waiting.push(packet);
    }
    this.#initiate();
  }

  #initiate(): void {
    const ageMs = this.#deps.now() - (this.#handshakeAt ?? -Infinity);
    if (ageMs < REKEY_AFTER_MS || this.endpoint === undefined) return;
    const waitMs = this.#initiatedAt + REKEY_TIMEOUT_MS - this.#deps.now();
    if (waitMs > 0) return;
    this.#initiatedAt = this.#deps.now();
    this.#pending = true;
    this.#send({ kind: "initiation" }, 148n);
    const retryMs = REKEY_TIMEOUT_MS + this.#deps.fraction() * REKEY_JITTER_MS;
    this.#deps.after(retryMs, () => this.#initiate());
  }

  #send(packet: WireguardPacket, bytes: bigint): void {
    if (this.endpoint === undefined) return;
    this.#txBytes += bytes;
    this.#deps.send(packet, this.endpoint);
  }

  #keepAlive(): void {
    this.#deps.after(KEEPALIVE_MS, () => {
      this.#transmit({ kind: "keepalive" });
      this.#keepAlive();
    });
  }
}
