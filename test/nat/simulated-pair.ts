import type { MemberId } from "../../protocol/ids.ts";
import { SimulatedMember, SimulatedRelay, type Packet } from "./simulated-member.ts";
import { SimulatedNetwork, type SimulatedNat } from "./simulated-network.ts";

export type NatKind = Omit<SimulatedNat, "publicAddress">;

export const EASY: NatKind = {
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
};

const A = "198.51.100.1";
const B = "203.0.113.1";
const RELAY = "192.0.2.1";

export type PairOptions = {
  readonly seed: number;
  readonly a?: NatKind;
  readonly b?: NatKind;
  readonly lossRate?: number;
  readonly jitterMs?: number;
  /** One way between the two ends. */
  readonly directMs?: number;
  /** One way between either end and the relay. */
  readonly relayMs?: number;
  readonly hasPins?: boolean;
  /** Both ends measure which path is better. Default false. */
  readonly measures?: boolean;
};

/** Two members behind NATs, relayed by a volunteer, through which they signal. `a` is the controlling end. */
export class SimulatedPair {
  readonly network: SimulatedNetwork<Packet>;
  readonly a: SimulatedMember;
  readonly b: SimulatedMember;
  readonly relay: SimulatedRelay;
  readonly #relayMs: number;
  #latency: { directMs: number; relayMs: number };
  #pinging = false;
  #sequence = 0;

  constructor(options: PairOptions) {
    const { directMs = 10, relayMs = 25, hasPins = true, measures = false } = options;
    this.#latency = { directMs, relayMs };
    this.#relayMs = relayMs;
    this.network = new SimulatedNetwork<Packet>({
      seed: options.seed,
      lossRate: options.lossRate ?? 0,
      jitterMs: options.jitterMs ?? 0,
      latencyMs: (from, to) =>
        from === RELAY || to === RELAY ? this.#latency.relayMs : this.#latency.directMs,
    });
    this.relay = new SimulatedRelay(this.network, RELAY);
    const member = (
      self: string,
      peer: string,
      address: string,
      publicAddress: string,
      nat: NatKind,
    ): SimulatedMember =>
      new SimulatedMember({
        network: this.network,
        self: self.repeat(32) as MemberId,
        peer: peer.repeat(32) as MemberId,
        address,
        nat: { publicAddress, ...nat },
        hasPins,
        measures,
      });
    this.a = member("a", "b", "10.0.0.1", A, options.a ?? EASY);
    this.b = member("b", "a", "10.0.1.1", B, options.b ?? EASY);
    this.a.useRelay(this.relay);
    this.b.useRelay(this.relay);
  }

  /** From now on both exchange candidates through the relay, or one asks, and so try to get direct. */
  pursueDirect({ asking = "both" }: { asking?: "both" | "a" } = {}): void {
    this.#signals(this.a, this.b);
    if (asking === "both") this.#signals(this.b, this.a);
    for (const member of [this.a, this.b]) {
      member.traverse.restart(this.network.now);
      member.runSoon();
    }
  }

  /** Both ends ping each other; each ping and each answer is a packet. */
  startPings(everyMs: number): void {
    this.#pinging = true;
    const ping = (): void => {
      if (!this.#pinging) return;
      this.a.wireguard.ping(this.#sequence);
      this.b.wireguard.ping(this.#sequence++);
      this.network.after(everyMs, ping);
    };
    ping();
  }

  /** Waits for what is under way. How many of all pings of either end were lost. */
  stopPings(): number {
    this.#pinging = false;
    this.network.runFor(1_000);
    const back = this.a.wireguard.rttBySequence.size + this.b.wireguard.rttBySequence.size;
    return 2 * this.#sequence - back;
  }

  /** Of each packet, in each direction; the relay's of each of its legs. */
  setLoss(loss: { readonly direct: number; readonly relay: number }): void {
    this.network.setLossBetween(A, B, loss.direct);
    for (const end of [A, B]) this.network.setLossBetween(end, RELAY, loss.relay);
  }

  /** One way between the ends, and between either and the relay. */
  setLatency(latency: { readonly directMs: number; readonly relayMs: number }): void {
    this.#latency = { ...latency };
  }

  cutDirect(): void {
    this.network.cut(A, B);
  }

  /** The allocation ends, for both. */
  endRelay(): void {
    for (const end of [A, B]) this.network.cut(end, RELAY);
    for (const member of [this.a, this.b])
      member.input({ kind: "relay-gone", allocation: this.relay.leg.allocation });
  }

  restoreDirect(): void {
    this.network.restore(A, B);
  }

  tags(): readonly [string, string] {
    return [this.a.path.tag, this.b.path.tag];
  }

  /** Where packets really go, whatever the machines believe. */
  areOnRelay(): boolean {
    const { endpoint } = this.relay.leg;
    return this.a.wireguard.isAt(endpoint) && this.b.wireguard.isAt(endpoint);
  }

  areDirect(): boolean {
    return this.a.wireguard.endpoint?.address === B && this.b.wireguard.endpoint?.address === A;
  }

  /** Runs until `holds`, at most `limitMs`. How long it took. */
  timeUntil(holds: () => boolean, limitMs: number): number {
    const startMs = this.network.now;
    while (!holds()) {
      if (this.network.now - startMs >= limitMs) return Infinity;
      this.network.runFor(5);
    }
    return this.network.now - startMs;
  }

  #signals(from: SimulatedMember, to: SimulatedMember): void {
    const server = this.relay.leg.endpoint;
    from.signalThrough(() => {
      this.network.after(2 * this.#relayMs, () => {
        to.onCandidates(from.candidates(server), "opening");
        this.network.after(2 * this.#relayMs, () => from.onCandidates(to.candidates(server), "at-once"));
      });
    });
  }
}
