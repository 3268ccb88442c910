import type { Candidate } from "../../agent/nat/candidate.ts";
import type { RoundStart } from "../../agent/nat/check-list.ts";
import { NatTraverse } from "../../agent/nat/traverse.ts";
import { MeasureBudget } from "../../agent/path/measure-budget.ts";
import { shareOf } from "../../agent/path/comparison.ts";
import { pathWakeAt, stepPath } from "../../agent/path/machine.ts";
import { MEASURE_PACE_MS, PathQuality } from "../../agent/path/path-quality.ts";
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
import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { SimulatedNat, SimulatedNetwork } from "./simulated-network.ts";
import { SimulatedWireguard, type WireguardPacket } from "./simulated-wireguard.ts";

export type Packet = { readonly sender: MemberId } & (
  | {
      readonly kind: "check";
      readonly transaction: number;
      readonly isConsent: boolean;
      readonly report: PathReport | undefined;
    }
  | { readonly kind: "answer"; readonly transaction: number; readonly report: PathReport | undefined }
  /** Tells the relay where this leg is. */
  | { readonly kind: "bind"; readonly transaction: number }
  | { readonly kind: "wireguard"; readonly packet: WireguardPacket }
);

/** A spawn of `wg`. */
const SPAWN_MS = 5;
const ACTIVITY_MS = 500;
/** As the connector's and the relay client's. */
const PROBE_TIMEOUT_MS = 2_000;
const LEG_TIMEOUT_MS = 600;
const LEG_ACTIVE_MS = 750;
const LEG_STANDBY_MS = 15_000;
const WIREGUARD_PORT = 51_820;

/** A volunteer: one port, two legs learned from what comes. */
export class SimulatedRelay {
  readonly leg: Leg;
  readonly #legs = new Map<MemberId, Endpoint>();

  /** @param digit of its allocation's id: both ends begin with the smaller */
  constructor(network: SimulatedNetwork<Packet>, address: string, digit = "0") {
    const endpoint = { address, port: 40_000 };
    const allocation = digit.repeat(32) as AllocationId;
    this.leg = { relay: "f".repeat(32) as MemberId, allocation, endpoint };
    network.attach({
      address,
      nat: undefined,
      receive: (packet, from) => {
        this.#legs.set(packet.sender, from);
        if (packet.kind === "bind") {
          const { sender, transaction } = packet;
          network.send(endpoint, from, { sender, kind: "answer", transaction, report: undefined });
        }
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
  readonly quality = new PathQuality(
    new MeasureBudget({ usedUntil: () => monotonicMs(Infinity), isLate: () => false }),
  );
  readonly #measures: boolean;
  readonly #network: SimulatedNetwork<Packet>;
  readonly #self: MemberId;
  readonly #peer: MemberId;
  readonly #inside: Endpoint;
  readonly #checks = new Map<
    number,
    { to: Endpoint; sentAt: MonotonicMs; probe: boolean; counts: boolean }
  >();
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
    measures?: boolean;
  }) {
    const { network } = parts;
    this.#network = network;
    this.#self = parts.self;
    this.#peer = parts.peer;
    this.#hasPins = parts.hasPins ?? true;
    this.#measures = parts.measures ?? false;
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
    this.#probeLeg(leg);
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
        if (this.path.tag === "direct") this.quality.setDirect(this.path.endpoint, undefined, now);
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
          report: this.#report(),
        });
        this.traverse.onCheckRequest(this.#peer, from, packet.isConsent, this.#network.now);
        if (this.#measures) this.input({ kind: "heard", endpoint: from });
        this.#reported(packet.report, from);
        this.runSoon();
        break;
      case "answer":
        this.#reported(packet.report, from);
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
    const sentAt = this.#network.now;
    const counts = probe && this.#measures && this.quality.onProbeSent(to, sentAt);
    this.#checks.set(transaction, { to, sentAt, probe, counts });
    this.#network.send(this.#inside, to, {
      sender: this.#self,
      kind: "check",
      transaction,
      isConsent: probe,
      report: this.#report(),
    });
    if (!counts) return;
    this.#network.after(PROBE_TIMEOUT_MS, () => {
      if (!this.#checks.delete(transaction)) return;
      this.quality.onProbed(to, sentAt, undefined);
      this.#judge();
    });
  }

  #report(): PathReport | undefined {
    return this.#measures ? this.quality.report(this.path, this.#network.now) : undefined;
  }

  #reported(report: PathReport | undefined, from: Endpoint): void {
    if (report === undefined) return;
    this.quality.onReport(report, this.#network.now);
    if (report.avoids !== undefined)
      this.input({ kind: "peer-avoids", endpoint: from, worseBy: report.avoids });
  }

  #lossShare(): number {
    const figures = this.quality.direct(this.#network.now);
    return figures === undefined ? 0 : shareOf(figures.recent);
  }

  #judge(): void {
    const { now } = this.#network;
    const input = this.#isFirst ? this.quality.judge(this.path, now < this.#activeUntil, now) : undefined;
    if (input !== undefined) this.input(input);
  }

  #probeLeg(leg: Leg): void {
    const transaction = this.#nextTransaction++;
    const sentAt = this.#network.now;
    this.#checks.set(transaction, { to: leg.endpoint, sentAt, probe: false, counts: false });
    this.#network.send(this.#inside, leg.endpoint, { sender: this.#self, kind: "bind", transaction });
    if (!this.#measures) return;
    this.#network.after(LEG_TIMEOUT_MS, () => {
      if (!this.#checks.delete(transaction)) return;
      this.quality.onLegProbed(sentAt, undefined);
      this.#judge();
    });
    this.#probeLegLater(leg, sentAt);
  }

  #probeLegLater(leg: Leg, sentAt: MonotonicMs): void {
    this.#network.after(50, () => {
      const { now } = this.#network;
      const paceMs = this.path.tag === "direct" ? LEG_STANDBY_MS : LEG_ACTIVE_MS;
      if (now - sentAt >= (this.quality.isMeasuring(now) ? MEASURE_PACE_MS : paceMs)) this.#probeLeg(leg);
      else this.#probeLegLater(leg, sentAt);
    });
  }

  #answered(transaction: number, from: Endpoint): void {
    const check = this.#checks.get(transaction);
    if (check?.to.port !== from.port || check.to.address !== from.address) return;
    this.#checks.delete(transaction);
    const rttMs = this.#network.now - check.sentAt;
    if (sameEndpoint(from, this.path.leg?.endpoint)) {
      this.quality.onLegProbed(check.sentAt, rttMs);
      this.#judge();
      return;
    }
    if (check.counts) {
      this.quality.onProbed(check.to, check.sentAt, rttMs);
      this.#judge();
    }
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
    if (this.#pathDueAt() <= now) this.input({ kind: "tick", lossShare: this.#lossShare() });
    this.#runBy(Math.max(now + 1, Math.min(this.#pathDueAt(), this.traverse.wakeAt() ?? Infinity)));
  }

  #pathDueAt(): number {
    const { path } = this;
    const at = pathWakeAt(path) ?? Infinity;
    const probedAt =
      path.tag === "direct"
        ? path.probedAt
        : path.tag === "relayed" && path.avoided?.by === "us"
          ? path.avoided.probedAt
          : undefined;
    if (probedAt === undefined) return at;
    const isQuick =
      probedAt <= this.#activeUntil || (path.tag === "direct" && this.quality.isMeasuring(this.#network.now));
    return isQuick ? Math.min(at, monotonicMs(probedAt + CONSENT_ACTIVE_MS)) : at;
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
