import type { Candidate } from "../../agent/nat/candidate.ts";
import type { RoundStart } from "../../agent/nat/check-list.ts";
import { NatTraverse } from "../../agent/nat/traverse.ts";
import { pathWakeAt, stepPath } from "../../agent/path/machine.ts";
import {
  CONSENT_ACTIVE_MS,
  initialPath,
  OBSERVE_MS,
  PIN_MS,
  type Leg,
  type PathEffect,
  type PathInput,
  type PathState,
} from "../../agent/path/state.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { SimulatedNat, SimulatedNetwork } from "./simulated-network.ts";
import { SimulatedWireguard, type WireguardPacket } from "./simulated-wireguard.ts";

export type Packet = { readonly sender: MemberId } & (
  | { readonly kind: "check"; readonly transaction: number }
  | { readonly kind: "answer"; readonly transaction: number }
  /** Tells the relay where this leg is. */
  | { readonly kind: "bind" }
  | { readonly kind: "wireguard"; readonly packet: WireguardPacket }
);

/** A spawn of `wg`. */
const SPAWN_MS = 5;
const ACTIVITY_MS = 500;
const WIREGUARD_PORT = 51_820;

/** A volunteer: one port, two legs learned from what comes. */
export class SimulatedRelay {
  readonly leg: Leg;
  readonly #legs = new Map<MemberId, Endpoint>();

  constructor(network: SimulatedNetwork<Packet>, address: string) {
    const endpoint = { address, port: 40_000 };
    this.leg = { relay: "f".repeat(32) as MemberId, allocation: "0".repeat(32) as AllocationId, endpoint };
    network.attach({
      address,
      nat: undefined,
      receive: (packet, from) => {
        this.#legs.set(packet.sender, from);
        if (packet.kind !== "wireguard") return;
        for (const [member, to] of this.#legs)
          if (member !== packet.sender) network.send(endpoint, to, packet);
      },
    });
  }
}

/** One member that knows one peer: carries out what the traversal and the path machine decide, as the agent does. */
export class SimulatedMember {
  readonly wireguard: SimulatedWireguard;
  readonly traverse = new NatTraverse("checks");
  readonly moves: { readonly atMs: number; readonly endpoint: Endpoint }[] = [];
  readonly changes: {
    readonly atMs: number;
    readonly from: string;
    readonly to: string;
    readonly why: string;
  }[] = [];
  readonly validatedAtMs: number[] = [];
  path: PathState;
  readonly #network: SimulatedNetwork<Packet>;
  readonly #self: MemberId;
  readonly #peer: MemberId;
  readonly #inside: Endpoint;
  readonly #checks = new Map<number, { to: Endpoint; sentAt: MonotonicMs; probe: boolean }>();
  readonly #hasPins: boolean;
  readonly #isFirst: boolean;
  #signal: () => void = () => undefined;
  #nextTransaction = 1;
  #runAt = Infinity;
  #observeAt = Infinity;
  #activeUntil = -1;
  #handshakeId: symbol | undefined;
  #pin: { relay: Endpoint; direct: Endpoint; until: number } | undefined;

  constructor(parts: {
    network: SimulatedNetwork<Packet>;
    self: MemberId;
    peer: MemberId;
    address: string;
    nat: SimulatedNat | undefined;
    hasPins?: boolean;
  }) {
    const { network } = parts;
    this.#network = network;
    this.#self = parts.self;
    this.#peer = parts.peer;
    this.#hasPins = parts.hasPins ?? true;
    this.#isFirst = parts.self < parts.peer;
    this.#inside = { address: parts.address, port: WIREGUARD_PORT };
    this.path = initialPath(network.now);
    this.wireguard = new SimulatedWireguard({
      now: () => network.now,
      after: (delayMs, run) => network.after(delayMs, run),
      fraction: () => network.fraction(),
      send: (packet, to) => network.send(this.#inside, to, { sender: this.#self, kind: "wireguard", packet }),
    });
    network.attach({
      address: parts.address,
      nat: parts.nat,
      receive: (packet, from) => this.#receive(packet, from),
    });
    this.traverse.add(this.#peer, [], network.now);
    network.after(ACTIVITY_MS, () => this.#lookForActivity());
    this.runSoon();
  }

  /** How candidates reach the peer, by whatever way; a signal is answered with the other end's candidates. */
  signalThrough(deliver: () => void): void {
    this.#signal = deliver;
  }

  useRelay({ leg }: SimulatedRelay): void {
    this.#network.send(this.#inside, leg.endpoint, { sender: this.#self, kind: "bind" });
    this.input({ kind: "relay-ready", leg });
  }

  candidates(server: Endpoint): readonly Candidate[] {
    return [
      { kind: "host", endpoint: this.#inside },
      { kind: "server-reflexive", endpoint: this.#network.mappedFor(this.#inside, server) },
    ];
  }

  onCandidates(candidates: readonly Candidate[], start: RoundStart): void {
    this.traverse.setCandidates(this.#peer, candidates, start, this.#network.now);
    this.runSoon();
  }

  input(input: PathInput): void {
    const { state, effects } = stepPath(this.path, input, this.#isFirst, this.#network.now);
    this.path = state;
    for (const effect of effects) this.#carryOut(effect);
    this.runSoon();
  }

  runSoon(): void {
    this.#runBy(this.#network.now);
  }

  #carryOut(effect: PathEffect): void {
    const { now } = this.#network;
    switch (effect.kind) {
      case "set-endpoint":
        this.moves.push({ atMs: now, endpoint: effect.endpoint });
        this.#network.after(SPAWN_MS, () => {
          if (effect.pin !== undefined && this.#hasPins)
            this.#pin = { relay: effect.pin, direct: effect.endpoint, until: now + PIN_MS };
          // Without a session one end begins, and the other steps in when nothing comes.
          if (effect.reset) this.#awaitHandshake(effect.endpoint, [250, 1_200, 1_200]);
          if (effect.reset && !this.#isFirst) this.wireguard.endpoint = effect.endpoint;
          else this.wireguard.setEndpoint(effect.endpoint);
        });
        break;
      case "probe":
        this.#check(effect.endpoint, true);
        break;
      case "doubted": // nobody here is moved by a NAT, and the relay's leg is always ready
        break;
      case "observe":
        this.#observeBy(now + OBSERVE_MS);
        break;
      case "changed":
        this.changes.push({ atMs: now, ...effect });
        if (effect.to === "direct") this.traverse.markConnected(this.#peer);
        break;
      case "direct-lost":
        this.traverse.markLost(this.#peer, now, effect.retryInMs);
        break;
    }
  }

  #awaitHandshake(endpoint: Endpoint, [delayMs, ...later]: readonly number[]): void {
    const id = (this.#handshakeId = Symbol("handshake"));
    if (delayMs === undefined) return;
    this.#network.after(this.#isFirst ? delayMs : 2 * delayMs + 1_000, () => {
      if (this.#handshakeId !== id || this.wireguard.hasSession) return;
      // A handshake that the peer began since we looked is not to be cut short.
      if (this.wireguard.observe().rxBytes <= (this.path.seen?.rxBytes ?? 0n)) this.wireguard.reset();
      this.wireguard.setEndpoint(endpoint);
      this.#observeBy(this.#network.now + OBSERVE_MS);
      this.#awaitHandshake(endpoint, later);
    });
  }

  #receive(packet: Packet, from: Endpoint): void {
    switch (packet.kind) {
      case "check":
        this.#network.send(this.#inside, from, {
          sender: this.#self,
          kind: "answer",
          transaction: packet.transaction,
        });
        this.traverse.onCheckRequest(this.#peer, from, this.#network.now);
        this.runSoon();
        break;
      case "answer":
        this.#answered(packet.transaction, from);
        break;
      case "wireguard":
        this.wireguard.receive(packet.packet, this.#seenAs(from));
        break;
      case "bind":
        break;
    }
  }

  #seenAs(from: Endpoint): Endpoint {
    const pin = this.#pin;
    const isPinned =
      pin !== undefined &&
      this.#network.now < pin.until &&
      pin.relay.port === from.port &&
      pin.relay.address === from.address;
    return isPinned ? pin.direct : from;
  }

  #check(to: Endpoint, probe: boolean): void {
    const transaction = this.#nextTransaction++;
    this.#checks.set(transaction, { to, sentAt: this.#network.now, probe });
    this.#network.send(this.#inside, to, { sender: this.#self, kind: "check", transaction });
  }

  #answered(transaction: number, from: Endpoint): void {
    const check = this.#checks.get(transaction);
    if (check?.to.port !== from.port || check.to.address !== from.address) return;
    this.#checks.delete(transaction);
    const rttMs = this.#network.now - check.sentAt;
    if (check.probe) this.input({ kind: "consent", endpoint: check.to, rttMs });
    else this.traverse.onCheckAnswer(this.#peer, check.to, rttMs, this.#network.now);
    this.runSoon();
  }

  #runBy(atMs: number): void {
    if (atMs >= this.#runAt) return;
    this.#runAt = atMs;
    this.#network.after(atMs - this.#network.now, () => {
      if (this.#runAt > atMs) return;
      this.#runAt = Infinity;
      this.#run();
    });
  }

  #run(): void {
    const { now } = this.#network;
    for (const effect of this.traverse.step(now)) {
      switch (effect.kind) {
        case "send-check":
          this.#check(effect.to, false);
          break;
        case "send-opener":
          this.#network.open(this.#inside, effect.to);
          break;
        case "validated":
          this.validatedAtMs.push(now);
          this.input({ kind: "validated", endpoint: effect.candidate.endpoint });
          break;
        case "signal":
          this.#signal();
          break;
        case "try-endpoint":
        case "round-failed":
          break;
      }
    }
    if (this.#pathDueAt() <= now) this.input({ kind: "tick" });
    this.#runBy(Math.max(now + 1, Math.min(this.#pathDueAt(), this.traverse.wakeAt() ?? Infinity)));
  }

  #pathDueAt(): number {
    const at = pathWakeAt(this.path) ?? Infinity;
    if (this.path.tag !== "direct" || this.path.probedAt > this.#activeUntil) return at;
    return Math.min(at, monotonicMs(this.path.probedAt + CONSENT_ACTIVE_MS));
  }

  #lookForActivity(): void {
    const { txBytes } = this.wireguard.observe();
    if (txBytes !== (this.path.seen?.txBytes ?? 0n)) this.#observeBy(this.#network.now + ACTIVITY_MS);
    this.#network.after(ACTIVITY_MS, () => this.#lookForActivity());
  }

  #observeBy(atMs: number): void {
    if (atMs >= this.#observeAt) return;
    this.#observeAt = atMs;
    this.#network.after(atMs - this.#network.now + SPAWN_MS, () => {
      if (this.#observeAt > atMs) return;
      this.#observeAt = Infinity;
      const wireguard = this.wireguard.observe();
      if (wireguard.txBytes !== this.path.seen?.txBytes) this.#activeUntil = this.#network.now + 2_000;
      this.input({ kind: "observed", wireguard });
    });
  }
}
