import { sameEndpoint } from "../../protocol/endpoint.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { PIN_MS, SESSION_MS } from "../path/state.ts";
import type { WgInterface } from "../wireguard/dump.ts";
import type { SourcePin } from "../wireguard/nft.ts";
import type { PeerChange } from "../wireguard/peer-change.ts";

export type PeerWriterPorts = {
  apply(changes: readonly PeerChange[]): Promise<void>;
  dump(): Promise<WgInterface>;
  /** Undefined where there is no nftables: see `SourcePin`. Replaces all pins. */
  readonly pin: ((pins: readonly SourcePin[]) => Promise<void>) | undefined;
  /** What the peer with this key had sent when we looked last. */
  rxBytesBefore(publicKey: string): bigint;
};

/** Collects what a turn of the loop decides and makes one change of WireGuard of it. Owner of the pins and their timers. */
export class PeerWriter implements Disposable {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ports: PeerWriterPorts;
  readonly #pending: PeerChange[] = [];
  readonly #pins = new Map<SourcePin, () => void>();
  #pinsChanged = false;
  #isDue = false;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: { clock: Clock; log: Logger; ports: PeerWriterPorts }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#ports = parts.ports;
  }

  push(change: PeerChange): void {
    this.#pending.push(change);
  }

  /** In force before the changes that are pushed now, and for `PIN_MS`. */
  pin(pin: SourcePin): void {
    if (this.#ports.pin === undefined) return;
    for (const other of this.#pins.keys()) if (sameEndpoint(other.from, pin.from)) this.#unpin(other);
    this.#pinsChanged = true;
    const cancel = this.#clock.after(PIN_MS, () => {
      this.#unpin(pin);
      void this.flush();
    });
    this.#pins.set(pin, cancel);
  }

  /** Resolves when all that was pushed so far is with WireGuard, or was refused and logged. */
  flush(): Promise<void> {
    if ((this.#pending.length === 0 && !this.#pinsChanged) || this.#isDue) return this.#writing;
    this.#isDue = true;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const cancel of this.#pins.values()) cancel();
  }

  async #write(): Promise<void> {
    this.#isDue = false;
    const changes = this.#pending.splice(0);
    if (this.#closed) return;
    try {
      // Pins first: a packet that still comes the old way would move WireGuard back.
      if (this.#pinsChanged) {
        this.#pinsChanged = false;
        await this.#ports.pin?.([...this.#pins.keys()]);
      }
      if (changes.length > 0) await this.#ports.apply(await this.#withSafeResets(changes));
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown";
      this.#log.error({ reason }, "WireGuard refused a change");
    }
  }

  /**
   * A reset ends whatever session there is, and the peer may have begun one since we looked: only where WireGuard has
   * heard nothing from it is there nothing to lose.
   */
  async #withSafeResets(changes: readonly PeerChange[]): Promise<readonly PeerChange[]> {
    if (!changes.some(isReset)) return changes;
    const dump = await this.#ports.dump();
    const now = this.#clock.wallNow();
    return changes.map((change) =>
      isReset(change) && this.#isInUse(change.publicKey, dump, now) ? { ...change, reset: false } : change,
    );
  }

  #isInUse(publicKey: string, dump: WgInterface, now: WallMs): boolean {
    const seen = dump.peerByKey.get(publicKey);
    if (seen === undefined) return false;
    const lives = seen.latestHandshakeAt !== undefined && now - seen.latestHandshakeAt < SESSION_MS;
    return lives || seen.rxBytes > this.#ports.rxBytesBefore(publicKey);
  }

  #unpin(pin: SourcePin): void {
    this.#pins.get(pin)?.();
    this.#pins.delete(pin);
    this.#pinsChanged = true;
  }
}

function isReset(change: PeerChange): change is Extract<PeerChange, { reset: true }> {
  return change.remove !== true && change.reset === true;
}
