import type { ConnectorPorts } from "../../agent/mesh/connector.ts";
import type { WgInterface, WgPeer } from "../../agent/wireguard/dump.ts";
import type { PeerChange } from "../../agent/wireguard/peer-change.ts";
import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { FakeClock } from "../support/fake-clock.ts";
import { wgInterface, wgPeer } from "./samples.ts";

/** What `wg` shows and takes, without packets: a test says when a handshake came about and from where bytes came. */
export class VirtualWireguard {
  readonly #clock: FakeClock;
  readonly #peerByKey = new Map<string, WgPeer>();
  readonly #insisting = new Map<string, Endpoint>();
  /** Everything that was set, in order. */
  readonly changes: PeerChange[] = [];
  txPackets = 0n;
  #held: Promise<undefined> | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get ports(): ConnectorPorts["wireguard"] {
    return {
      apply: (changes) => {
        this.changes.push(...changes);
        for (const change of changes) this.#apply(change);
        return Promise.resolve();
      },
      dump: async () => {
        for (const [publicKey, from] of this.#insisting) this.receive(publicKey, from);
        const shown = this.dump();
        await this.#held;
        return shown;
      },
      readSentPackets: () => Promise.resolve(this.txPackets),
    };
  }

  dump(): WgInterface {
    return wgInterface(...this.#peerByKey.values());
  }

  /** What is asked for from now on comes when the returned function is called, and shows how it was when it was asked for. */
  holdDumps(): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve(undefined);
    };
  }

  keys(): readonly string[] {
    return [...this.#peerByKey.keys()];
  }

  endpointOf(publicKey: string): Endpoint | undefined {
    return this.#peerByKey.get(publicKey)?.endpoint;
  }

  /** Where WireGuard was told to begin anew, in order. */
  resetsOf(publicKey: string): readonly (Endpoint | undefined)[] {
    return this.changes.flatMap((change) =>
      change.publicKey === publicKey && change.remove !== true && change.reset === true
        ? [change.endpoint]
        : [],
    );
  }

  /** A handshake with the peer comes about there. */
  shakeHands(publicKey: string, from: Endpoint): void {
    this.#change(publicKey, { latestHandshakeAt: this.#clock.wallNow() });
    this.receive(publicKey, from);
  }

  /** Authenticated bytes of the peer come from there: WireGuard roams to it. */
  receive(publicKey: string, from: Endpoint): void {
    const rxBytes = (this.#peerByKey.get(publicKey)?.rxBytes ?? 0n) + 32n;
    this.#change(publicKey, { endpoint: from, rxBytes });
  }

  /** From now on packets of this peer come from there all the time, whatever WireGuard is told. */
  insist(publicKey: string, from: Endpoint): void {
    this.#insisting.set(publicKey, from);
  }

  isAt(publicKey: string, endpoint: Endpoint): boolean {
    return sameEndpoint(this.endpointOf(publicKey), endpoint);
  }

  #apply(change: PeerChange): void {
    const { publicKey } = change;
    if (change.remove === true || change.reset === true) this.#peerByKey.delete(publicKey);
    if (change.remove === true) return;
    this.#change(publicKey, {
      ...(change.endpoint === undefined ? {} : { endpoint: change.endpoint }),
      ...(change.allowedIps === undefined ? {} : { allowedIps: change.allowedIps }),
      ...(change.keepaliveSec === undefined ? {} : { keepaliveSec: change.keepaliveSec }),
    });
  }

  #change(publicKey: string, change: Partial<WgPeer>): void {
    this.#peerByKey.set(publicKey, { ...(this.#peerByKey.get(publicKey) ?? wgPeer(publicKey)), ...change });
  }
}
