import type { ConnectionCache } from "../../cache/store.ts";
import { formatEndpoint, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Candidate } from "../nat/candidate.ts";
import type { RoundStart } from "../nat/check-list.ts";
import { sameCandidates } from "../nat/gathering.ts";
import { RelayNatTraverse, type RelayEffect } from "../nat/relay-traverse.ts";
import type { StunAnswer } from "../nat/stun-agent.ts";
import { NatTraverse, type TraverseMode } from "../nat/traverse.ts";
import { pathWakeAt, stepPath } from "../path/machine.ts";
import { MeasureBudget } from "../path/measure-budget.ts";
import {
  CONSENT_MS,
  OBSERVE_MS,
  type Leg,
  type PathEffect,
  type PathInput,
  type PathTag,
} from "../path/state.ts";
import type { WgInterface } from "../wireguard/dump.ts";
import type { PeerChange } from "../wireguard/peer-change.ts";
import { Experience } from "./experience.ts";
import { Lateness } from "./lateness.ts";
import {
  forgetMeasures,
  isRemapped,
  newEntry,
  pathInfo,
  shownType,
  type MeshPeer,
  type PathInfo,
  type PeerEntry,
} from "./mesh-peer.ts";
import { BUSY_MS, Observer } from "./observer.ts";
import { PeerWriter, type PeerWriterPorts } from "./peer-writer.ts";
import { QualityWatch } from "./quality-watch.ts";
import { SessionStarter } from "./session-starter.ts";
import type { StunRequest } from "./stun-service.ts";

export type ConnectorPorts = {
  readonly wireguard: {
    apply(changes: readonly PeerChange[]): Promise<void>;
    dump(): Promise<WgInterface>;
    readSentPackets(): Promise<bigint | undefined>;
  };
  /** Undefined where STUN cannot leave from WireGuard's port. */
  readonly stun: StunRequest | undefined;
  /** Of the packets that were sent into the tunnel, those that this agent sent itself. */
  ownPackets(): number;
  /** See `ObserverPorts`. */
  readUsersPackets(): Promise<bigint | undefined>;
  /** Sends what opens this host's NAT for the endpoint and does not get there. */
  open(to: Endpoint): void;
  /** See `PeerWriterPorts`. */
  readonly pin: PeerWriterPorts["pin"];
  /** Whether others reach this host at an announced address. */
  isPublic(): boolean;
  /** When the router's port mapping was reached from outside; undefined where there is none. */
  mappedSince(): MonotonicMs | undefined;
  /** Round trip in milliseconds over the overlay; undefined: lost. */
  echo(peer: MemberId, timeoutMs: number): Promise<number | undefined>;
  /** Sends our candidates to the peer and asks for its own; resolves whether a way was found. */
  signal(peer: MemberId): Promise<boolean>;
  /** Volunteers that could relay to this peer now, the best first. */
  relaysFor(peer: MemberId): readonly MemberId[];
  connectRelay(peer: MemberId, relays: readonly MemberId[]): void;
  /** Whether a relay carries the path, and which of the peer's legs it is, or would be. */
  setRelayActive(peer: MemberId, active: boolean, leg: AllocationId | undefined): void;
  /** How often our leg is probed; undefined: as the relay client does by itself. */
  setLegPace(peer: MemberId, paceMs: number | undefined): void;
  /** A direct path seems dead; its relay may be needed, and a NAT may have moved us. */
  onDoubt(peer: MemberId): void;
  /** A NAT has given us another mapping. */
  onRemapped(): void;
  onPathChanged(peer: MemberId): void;
};

/** A check's answer that comes later than this belongs to a path nobody wants. */
const CHECK_TIMEOUT_MS = 3_000;
const PROBE_TIMEOUT_MS = 2_000;
/** Where nobody waits for the path, an answer that comes as late as this still shows that it works. */
const IDLE_PROBE_TIMEOUT_MS = 10_000;

/**
 * A member that is new knows all the others and begins with each, once it is there. Until then no volunteer can reach it, and all of a
 * large network would ask every one of them in vain.
 */
const NEWCOMER_MS = 1_000;
/** It begins with so many at once, see `NatTraverse`; each beyond them is left more time. */
const NEWCOMER_AT_ONCE = 8;
const NEWCOMER_PER_PEER_MS = 250;

type Consent = Pick<StunAnswer, "rttMs" | "mapped" | "report">;

/**
 * Brings every peer a path and keeps it: carries out what `RelayNatTraverse` and the path machines decide, on
 * WireGuard, STUN, signalling and relays. Owner of its one timer.
 */
export class Connector implements Disposable {
  readonly #self: MemberId;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #cache: ConnectionCache;
  readonly #ports: ConnectorPorts;
  readonly #traverse: RelayNatTraverse;
  readonly #entries = new Map<MemberId, PeerEntry>();
  readonly #writer: PeerWriter;
  readonly #observer: Observer;
  readonly #experience: Experience;
  readonly #sessions: SessionStarter;
  readonly #quality: QualityWatch;
  readonly #lateness = new Lateness();
  readonly #budget = new MeasureBudget({
    usedUntil: () => this.#observer.usedUntil,
    isLate: () => this.isLate,
  });
  #cancelTimer: () => void = () => undefined;
  #dueAt = monotonicMs(Infinity);
  #isRunDue = false;
  /** Those that were members when this host began; who comes later is a newcomer. */
  #hasPeers = false;
  #closed = false;

  constructor(parts: {
    self: MemberId;
    clock: Clock;
    log: Logger;
    cache: ConnectionCache;
    ports: ConnectorPorts;
  }) {
    this.#self = parts.self;
    this.#clock = parts.clock;
    this.#log = parts.log.child({ component: "path" });
    this.#cache = parts.cache;
    this.#ports = parts.ports;
    this.#experience = new Experience(parts.cache);
    const mode: TraverseMode = parts.ports.stun === undefined ? "handshakes" : "checks";
    this.#traverse = new RelayNatTraverse(new NatTraverse(mode, () => this.#ports.mappedSince()), {
      directWorkedLast: (peer) => {
        const announced = this.#entries.get(peer)?.peer.publicEndpoints ?? [];
        return this.#experience.hasDirectHeadStart(peer, announced.length > 0);
      },
      relaysFor: (peer) => parts.ports.relaysFor(peer),
    });
    const { wireguard, pin } = parts.ports;
    this.#writer = new PeerWriter({
      clock: this.#clock,
      log: this.#log,
      ports: {
        apply: (changes) => wireguard.apply(changes),
        dump: () => wireguard.dump(),
        pin,
        rxBytesBefore: (publicKey) => this.#entryByKey(publicKey)?.path.seen?.rxBytes ?? 0n,
      },
    });
    this.#observer = new Observer({
      clock: this.#clock,
      log: this.#log,
      ports: {
        dump: () => wireguard.dump(),
        readSentPackets: () => wireguard.readSentPackets(),
        ownPackets: () => this.#ports.ownPackets(),
        readUsersPackets: () => this.#ports.readUsersPackets(),
        onTraffic: () => this.#onTraffic(),
        settled: () => this.#writer.flush(),
        onDump: (dump, askedAt) => this.#onDump(dump, askedAt),
        onEarlier: () => this.#runSoon(),
      },
    });
    this.#quality = new QualityWatch({
      self: this.#self,
      clock: this.#clock,
      ports: {
        input: (peer, input) => this.#input(peer, input),
        probe: ({ peer }, endpoint) => void this.#probe(peer, endpoint),
        setLegPace: (peer, paceMs) => this.#ports.setLegPace(peer, paceMs),
        wantRelay: (peer) => this.#traverse.relayWanted(peer, this.#clock.monotonicNow()),
      },
    });
    this.#sessions = new SessionStarter({
      self: this.#self,
      log: this.#log,
      ports: {
        hasChecks: parts.ports.stun !== undefined,
        isPublic: () => parts.ports.isPublic(),
        push: (change) => this.#writer.push(change),
        observeBy: (at) => this.#observer.by(at),
      },
    });
  }

  /** See `Lateness`. */
  get isLate(): boolean {
    return this.#lateness.isLate(this.#clock.monotonicNow());
  }

  /** See `Observer`. */
  get isUsed(): boolean {
    return this.#observer.isUsed;
  }

  /** For the answer to a probe of the peer, and with ours. */
  reportFor(peer: MemberId): PathReport | undefined {
    const entry = this.#entries.get(peer);
    return entry && this.#quality.report(entry);
  }

  /** The whole roster but ourselves. What is gone from it is gone from WireGuard at once. */
  async setPeers(peers: readonly MeshPeer[]): Promise<void> {
    const waiting = Math.max(0, this.#entries.size - NEWCOMER_AT_ONCE);
    const newcomerMs = this.#hasPeers ? NEWCOMER_MS + NEWCOMER_PER_PEER_MS * waiting : 0;
    this.#hasPeers = true;
    const wanted = new Set(peers.map(({ id }) => id));
    for (const [id, { peer }] of this.#entries) if (!wanted.has(id)) this.#remove(id, peer.publicKey);
    const added: PeerEntry[] = [];
    for (const peer of peers) {
      const entry = this.#entries.get(peer.id);
      if (entry === undefined) added.push(this.#add(peer));
      else this.#update(entry, peer);
    }
    await this.#writer.flush();
    if (added.length === 0) return;
    // An interface that was adopted has sessions: know them before anything resets a peer.
    await this.#observer.look();
    const startAt = monotonicMs(this.#clock.monotonicNow() + newcomerMs);
    for (const entry of added) {
      if (this.#entries.get(entry.peer.id) !== entry) continue;
      this.#traverse.add(entry.peer.id, this.#experience.candidatesOf(entry.peer), startAt);
      this.#dialPublic(entry);
    }
    this.#runSoon();
  }

  onCandidates(peer: MemberId, candidates: readonly Candidate[], start: RoundStart): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    for (const { kind, endpoint } of candidates) {
      this.#cache.observeEndpoint({ peer, endpoint, kind, source: "signalling" });
    }
    // What worked before is checked beside what the peer says: its view of itself may lag behind.
    const all = [...candidates, ...this.#experience.candidatesOf(entry.peer).slice(0, 4)];
    const now = this.#clock.monotonicNow();
    if (sameCandidates(entry.signalled, candidates)) this.#traverse.setCandidates(peer, all, start, now);
    else this.#traverse.setMoved(peer, all, start, now);
    entry.signalled = candidates;
    this.#runSoon();
  }

  /** The peer proved with an authenticated check that it reaches us from there. */
  onCheckRequest(peer: MemberId, from: Endpoint, report?: PathReport): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    // Only what keeps a path in use says what it measures.
    this.#traverse.onCheckRequest(peer, from, report !== undefined, this.#clock.monotonicNow());
    this.#input(peer, { kind: "heard", endpoint: from });
    if (report !== undefined) this.#quality.onReport(entry, from, report);
  }

  /** Sends one check there, beside what the traversal sends. */
  check(peer: MemberId, to: Endpoint): void {
    const entry = this.#entries.get(peer);
    if (entry !== undefined) void this.#check(entry.peer, to);
  }

  /** From now on what goes to `remote` leaves by another mapping of our NAT, at which the peer has reached us. */
  onMet(peer: MemberId, remote: Endpoint): void {
    const entry = this.#entries.get(peer);
    // As whom the peer saw us there before says nothing of a NAT that moves us.
    if (entry !== undefined) entry.mapping = undefined;
    this.onCheckRequest(peer, remote);
  }

  /** Somebody says that the peer is there, without proof: worth a check, which the peer's own key has to answer. */
  onHint(peer: MemberId, at: Endpoint): void {
    this.#traverse.onHint(peer, at, this.#clock.monotonicNow());
    this.#runSoon();
  }

  onRelayReady(peer: MemberId, leg: Leg): void {
    this.#input(peer, { kind: "relay-ready", leg });
    this.#traverse.relayConnected(peer);
  }

  /** `isFault`: it was not ended in good order. */
  onRelayGone(peer: MemberId, relay: MemberId, allocation: AllocationId, isFault: boolean): void {
    if (isFault) this.#cache.recordRelay({ peer, relay, outcome: "failure" });
    this.#input(peer, { kind: "relay-gone", allocation });
    if (this.#entries.get(peer)?.path.leg === undefined)
      this.#traverse.relayLost(peer, this.#clock.monotonicNow());
    this.#runSoon();
  }

  /** This leg does not answer, and the peer's other one does. */
  onRelayDoubted(peer: MemberId, allocation: AllocationId): void {
    this.#input(peer, { kind: "relay-doubted", allocation });
  }

  /** The other leg is to carry the path. */
  handOver(peer: MemberId, allocation: AllocationId): void {
    this.#input(peer, { kind: "hand-over", allocation });
  }

  onRelayMeasured(peer: MemberId, allocation: AllocationId, rttMs: number): void {
    const entry = this.#entries.get(peer);
    if (entry?.path.leg?.allocation !== allocation) return;
    entry.relayRttMs = rttMs;
    this.#sessions.kickSilentLeg(entry, this.#clock.monotonicNow());
    this.#runSoon();
  }

  /** A probe of our leg to the relay of this peer; `rttMs` undefined: it was lost. */
  onLegProbed(peer: MemberId, sentAt: MonotonicMs, rttMs: number | undefined): void {
    const entry = this.#entries.get(peer);
    if (entry !== undefined) this.#quality.onLegProbed(entry, sentAt, rttMs);
  }

  /** A way to signal came up, a volunteer was met, or addresses have changed: what is not direct begins anew. */
  restart(peer?: MemberId): void {
    this.#traverse.restart(this.#clock.monotonicNow(), peer);
    this.#runSoon();
  }

  /** This host or its mapping at a NAT has: paths in use are asked at once whether they still lead anywhere. */
  moved(): void {
    const now = this.#clock.monotonicNow();
    this.#traverse.recheckAll(now);
    for (const [id, entry] of this.#entries) {
      entry.quality.onMoved();
      this.#input(id, { kind: "moved" });
      if (entry.path.tag === "none") this.#dialPublic(entry);
    }
    this.#observer.by(now);
    this.#runSoon();
  }

  /** Where WireGuard saw this peer last. */
  endpointOf(peer: MemberId): Endpoint | undefined {
    return this.#entries.get(peer)?.path.seen?.endpoint;
  }

  /** A round trip over the overlay, whoever asked for it. */
  onEcho(peer: MemberId, rttMs: number): void {
    const entry = this.#entries.get(peer);
    if (entry !== undefined) entry.echoRttMs = rttMs;
  }

  pathOf(peer: MemberId): PathInfo | undefined {
    const entry = this.#entries.get(peer);
    return entry === undefined ? undefined : pathInfo(entry, this.#clock.monotonicNow());
  }

  /** A look at WireGuard now; for whoever asks for figures. */
  async refresh(): Promise<WgInterface | undefined> {
    await this.#observer.look();
    return this.#observer.last;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancelTimer();
    this.#writer[Symbol.dispose]();
  }

  #add(peer: MeshPeer): PeerEntry {
    const entry = newEntry(peer, this.#budget, this.#clock.monotonicNow(), this.#clock.wallNow());
    this.#entries.set(peer.id, entry);
    this.#writer.push({ publicKey: peer.publicKey, allowedIps: peer.allowedIps });
    return entry;
  }

  #update(entry: PeerEntry, peer: MeshPeer): void {
    const before = entry.peer;
    entry.peer = peer;
    if (before.publicKey !== peer.publicKey) {
      this.#writer.push({ publicKey: before.publicKey, remove: true });
    }
    if (before.publicKey !== peer.publicKey || before.allowedIps.join() !== peer.allowedIps.join()) {
      this.#writer.push({ publicKey: peer.publicKey, allowedIps: peer.allowedIps });
    }
    const isNew = (e: Endpoint): boolean => !before.publicEndpoints.some((b) => sameEndpoint(b, e));
    if (peer.publicEndpoints.some(isNew)) {
      const candidates = this.#experience.candidatesOf(peer);
      this.#traverse.setCandidates(peer.id, candidates, "at-once", this.#clock.monotonicNow());
      this.#dialPublic(entry);
    }
  }

  #remove(id: MemberId, publicKey: string): void {
    this.#entries.delete(id);
    this.#traverse.remove(id);
    this.#writer.push({ publicKey, remove: true });
  }

  /** A public endpoint needs no check before WireGuard may try it: nothing else carries packets yet. */
  #dialPublic(entry: PeerEntry): void {
    const best = this.#experience
      .candidatesOf(entry.peer)
      .find((c) => entry.peer.publicEndpoints.some((e) => sameEndpoint(e, c.endpoint)));
    if (best !== undefined) this.#input(entry.peer.id, { kind: "try", endpoint: best.endpoint });
  }

  #input(peer: MemberId, input: PathInput): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    const { state, effects } = stepPath(entry.path, input, this.#self < peer, this.#clock.monotonicNow());
    const { tag: before, leg } = entry.path;
    entry.path = state;
    this.#quality.onPath(entry);
    for (const effect of effects) this.#carryOut(entry, effect, before);
    if (leg !== state.leg) this.#onLegChanged(entry);
    this.#runSoon();
  }

  #carryOut(entry: PeerEntry, effect: PathEffect, before: PathTag): void {
    const { peer } = entry;
    const now = this.#clock.monotonicNow();
    switch (effect.kind) {
      case "set-endpoint": {
        if (effect.pin !== undefined) this.#writer.pin({ from: effect.pin, to: effect.endpoint });
        if (effect.reset) this.#sessions.begin(entry, effect.endpoint, now);
        else this.#sessions.move(peer, effect.endpoint);
        break;
      }
      case "probe":
        void this.#probe(peer, effect.endpoint);
        break;
      case "doubted":
        this.#ports.onDoubt(peer.id);
        break;
      case "observe":
        this.#observer.by(monotonicMs(now + OBSERVE_MS));
        break;
      case "changed":
        this.#onChanged(entry, effect);
        break;
      case "direct-lost":
        entry.proven.clear();
        // A pair that is only held back has not failed.
        if (before !== "relayed") {
          this.#cache.recordDirect({ peer: peer.id, endpoint: effect.endpoint, outcome: "failure" });
        }
        this.#traverse.directLost(peer.id, now, effect.retryInMs);
        break;
    }
  }

  #onChanged(entry: PeerEntry, { from, to, why }: PathEffect & { kind: "changed" }): void {
    const { peer, path } = entry;
    entry.history.addChange({ at: this.#clock.wallNow(), from, to, why });
    const fields = { peer: peer.name, from, to, why };
    if (to === "direct" && path.tag === "direct") {
      this.#log.info({ ...fields, endpoint: formatEndpoint(path.endpoint) }, "path changed");
      this.#cache.recordDirect({ peer: peer.id, endpoint: path.endpoint, outcome: "success" });
      this.#traverse.directConnected(peer.id);
    } else {
      this.#log.info(fields, "path changed");
      if (to === "relayed" && path.leg !== undefined) {
        this.#cache.recordRelay({
          peer: peer.id,
          relay: path.leg.relay,
          outcome: "success",
          rttMs: entry.relayRttMs,
        });
      }
    }
    // What people are shown changes only where packets change their way.
    if (shownType(from) !== shownType(to)) forgetMeasures(entry, this.#clock.wallNow());
    this.#ports.setRelayActive(peer.id, to !== "direct", path.leg?.allocation);
    this.#ports.onPathChanged(peer.id);
  }

  #onLegChanged(entry: PeerEntry): void {
    const { peer, path } = entry;
    entry.quality.onLegChanged();
    if (path.tag === "relayed") forgetMeasures(entry, this.#clock.wallNow());
    this.#ports.setRelayActive(peer.id, path.tag !== "direct", path.leg?.allocation);
  }

  async #probe(peer: MeshPeer, endpoint: Endpoint): Promise<void> {
    const sentAt = this.#clock.monotonicNow();
    const before = this.#entries.get(peer.id);
    const counts = before !== undefined && this.#quality.onProbeSent(before, endpoint);
    const answer = await this.#consentOf(peer, endpoint);
    if (this.#closed) return;
    const entry = this.#entries.get(peer.id);
    if (entry === undefined) return;
    if (answer?.report !== undefined) this.#quality.onReport(entry, endpoint, answer.report);
    if (counts) this.#quality.onProbed(entry, endpoint, sentAt, answer?.rttMs);
    if (answer === undefined) return;
    this.#input(peer.id, { kind: "consent", endpoint, rttMs: answer.rttMs });
    this.#settle(entry);
    // One of two paths is enough to tell by, and the same each time.
    if (sameEndpoint(endpoint, entry.quality.other)) return;
    if (answer.mapped === undefined || !isRemapped(entry, endpoint, answer.mapped)) return;
    this.#log.debug({ peer: peer.name, mapped: formatEndpoint(answer.mapped) }, "a NAT has moved us");
    // STUN has shown the way to the peer, but its WireGuard follows WireGuard's packets alone.
    this.#input(peer.id, { kind: "moved" });
    this.#ports.onRemapped();
  }

  /** Where no check can be sent, a round trip through WireGuard shows as well that the path it uses works. */
  async #consentOf(peer: MeshPeer, endpoint: Endpoint): Promise<Consent | undefined> {
    if (this.#ports.stun === undefined) {
      const rttMs = await this.#ports.echo(peer.id, PROBE_TIMEOUT_MS);
      return rttMs === undefined ? undefined : { rttMs, mapped: undefined };
    }
    const report = this.reportFor(peer.id);
    const entry = this.#entries.get(peer.id);
    const answer = await this.#ports.stun(endpoint, peer.outbound, {
      timeoutMs: entry !== undefined && this.#isIdle(entry) ? IDLE_PROBE_TIMEOUT_MS : PROBE_TIMEOUT_MS,
      ...(report && { report }),
    });
    return answer.ok && answer.value.errorCode === undefined ? answer.value : undefined;
  }

  /** A direct path that works as it is, and is what the checks found, need not be checked any more. */
  #settle({ peer, path }: PeerEntry): void {
    if (path.tag === "direct" && path.movedSince === undefined)
      this.#traverse.directWorks(peer.id, path.endpoint);
  }

  async #check(peer: MeshPeer, to: Endpoint): Promise<void> {
    const answer = await this.#ports.stun?.(to, peer.outbound, { timeoutMs: CHECK_TIMEOUT_MS });
    if (answer?.ok !== true || answer.value.errorCode !== undefined) return;
    this.#entries.get(peer.id)?.proven.add(formatEndpoint(to));
    this.#traverse.onCheckAnswer(peer.id, to, answer.value.rttMs, this.#clock.monotonicNow());
    this.#runSoon();
  }

  #carryOutNat(effect: RelayEffect): void {
    const entry = this.#entries.get(effect.peer);
    if (entry === undefined) return;
    switch (effect.kind) {
      case "send-check":
        void this.#check(entry.peer, effect.to);
        break;
      case "send-opener":
        this.#ports.open(effect.to);
        break;
      case "validated": {
        const { endpoint, kind } = effect.candidate;
        this.#log.debug(
          { peer: entry.peer.name, endpoint: formatEndpoint(endpoint), kind },
          "pair validated",
        );
        this.#cache.observeEndpoint({ peer: effect.peer, endpoint, kind, source: "check" });
        this.#cache.recordDirect({ peer: effect.peer, endpoint, outcome: "success", rttMs: effect.rttMs });
        this.#input(effect.peer, { kind: "validated", endpoint });
        this.#settle(entry);
        break;
      }
      case "try-endpoint":
        this.#input(effect.peer, { kind: "try", endpoint: effect.candidate.endpoint });
        break;
      case "signal":
        void this.#signal(effect.peer);
        break;
      case "round-failed":
        for (const { endpoint } of effect.tried) {
          this.#cache.recordDirect({ peer: effect.peer, endpoint, outcome: "failure" });
        }
        break;
      case "need-relay":
        this.#ports.connectRelay(effect.peer, effect.relays);
        break;
    }
  }

  async #signal(peer: MemberId): Promise<void> {
    if (await this.#ports.signal(peer)) return;
    this.#traverse.signalLost(peer);
    this.#runSoon();
  }

  #runSoon(): void {
    if (this.#isRunDue || this.#closed) return;
    this.#isRunDue = true;
    queueMicrotask(() => this.#run());
  }

  #run(): void {
    this.#isRunDue = false;
    if (this.#closed) return;
    const now = this.#clock.monotonicNow();
    this.#lateness.onDue(this.#dueAt, now);
    for (const effect of this.#traverse.step(now, this.#isBusy)) this.#carryOutNat(effect);
    for (const [id, entry] of this.#entries) {
      if ((this.#pathDueAt(entry) ?? Infinity) <= now) this.#tick(id, entry);
      this.#quality.step(entry, now);
    }
    for (const entry of this.#entries.values()) this.#sessions.retry(entry, now);
    this.#observer.step(now);
    void this.#writer.flush();
    this.#schedule(now);
  }

  #schedule(now: MonotonicMs): void {
    let at: number = Math.min(this.#observer.wakeAt(), this.#traverse.wakeAt(this.#isBusy) ?? Infinity);
    for (const entry of this.#entries.values()) {
      at = Math.min(at, this.#pathDueAt(entry) ?? Infinity, entry.handshake?.retryAt ?? Infinity);
      at = Math.min(at, this.#quality.otherDueAt(entry) ?? Infinity);
    }
    this.#cancelTimer();
    // One millisecond at the least, so that a deadline that cannot be met does not spin.
    const dueAt = monotonicMs(Math.max(now + 1, at));
    this.#dueAt = dueAt;
    this.#cancelTimer = this.#clock.after(dueAt - now, () => this.#run());
  }

  /** An echo is itself traffic: probing by it while packets flow would never end. */
  #pathDueAt(entry: PeerEntry): MonotonicMs | undefined {
    const { path } = entry;
    const isIdle = this.#isIdle(entry);
    const at = this.#ports.stun === undefined ? pathWakeAt(path, isIdle) : this.#quality.dueAt(entry, isIdle);
    if (at === undefined || path.tag !== "direct" || !this.isLate || !isIdle) return at;
    // Nobody waits for it, and that no answer was seen says little: to ask all at once again would make the host later.
    return monotonicMs(Math.max(at, path.probedAt + CONSENT_MS));
  }

  /** Nobody waits for any path, and to hurry would keep this host late. */
  get #isBusy(): boolean {
    return this.isLate && !this.isUsed;
  }

  /** Nobody waits for packets of the peer, as far as is known. */
  #isIdle({ activeUntil }: PeerEntry): boolean {
    return activeUntil < this.#clock.monotonicNow() && !this.isUsed;
  }

  #tick(peer: MemberId, entry: PeerEntry): void {
    const lossShare = this.#quality.lossShare(entry);
    const isIdle = this.#isIdle(entry);
    this.#input(peer, { kind: "tick", isIdle, ...(lossShare !== undefined && { lossShare }) });
  }

  /** A direct path that died while it was idle must not wait for its next probe. */
  #onTraffic(): void {
    const now = this.#clock.monotonicNow();
    for (const [id, entry] of this.#entries) {
      const { path } = entry;
      if (path.tag === "direct" && now - path.probedAt >= CONSENT_MS) this.#tick(id, entry);
    }
    // What a busy host has put off is due now.
    this.#runSoon();
  }

  #onDump(dump: WgInterface, askedAt: MonotonicMs): void {
    const now = this.#clock.monotonicNow();
    const wall = this.#clock.wallNow();
    for (const [id, entry] of this.#entries) {
      const seen = dump.peerByKey.get(entry.peer.publicKey);
      if (seen === undefined) continue;
      const before = entry.path.seen;
      entry.askedAt = askedAt;
      if (this.#observer.isActive && before !== undefined && seen.txBytes !== before.txBytes) {
        entry.activeUntil = monotonicMs(now + 2 * BUSY_MS);
      }
      const { endpoint, rxBytes, txBytes, latestHandshakeAt } = seen;
      const handshakeAgeMs =
        latestHandshakeAt === undefined ? undefined : Math.max(0, wall - latestHandshakeAt);
      this.#input(id, {
        kind: "observed",
        wireguard: { endpoint: this.#provenEndpoint(entry, endpoint), rxBytes, txBytes, handshakeAgeMs },
      });
    }
  }

  /**
   * WireGuard roams to wherever its peer's packets come from. That counts as a direct path once a check was answered
   * from there: it may be the port of a relay that the other end was given and we have not heard of yet.
   */
  #provenEndpoint(entry: PeerEntry, endpoint: Endpoint | undefined): Endpoint | undefined {
    const { path, peer, proven } = entry;
    if (endpoint === undefined || this.#ports.stun === undefined || path.tag === "direct") return endpoint;
    const legs = [path.leg, path.spare, ...(proven.has(formatEndpoint(endpoint)) ? [{ endpoint }] : [])];
    if (legs.some((leg) => sameEndpoint(endpoint, leg?.endpoint))) return endpoint;
    void this.#check(peer, endpoint).then(() => {
      if (proven.has(formatEndpoint(endpoint))) this.#observer.by(this.#clock.monotonicNow());
    });
    return undefined;
  }

  #entryByKey(publicKey: string): PeerEntry | undefined {
    return [...this.#entries.values()].find(({ peer }) => peer.publicKey === publicKey);
  }
}
