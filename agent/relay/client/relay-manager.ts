import type { Decoded } from "../../../protocol/decoded.ts";
import { formatEndpoint, sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import { sleep, type Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import { fullBucket, takeTokens, type Bucket, type Rate } from "../../rate-limit.ts";
import { BACKOFF_MAX_MS, RelayBackoff } from "./relay-backoff.ts";
import { Turns } from "./turns.ts";

/** What a volunteer granted us: our end of an allocation (RFC 8656 has the same words). */
export type Granted = {
  readonly allocation: AllocationId;
  readonly relay: MemberId;
  readonly peer: MemberId;
  readonly endpoints: readonly Endpoint[];
  readonly lifetimeSec: number;
  readonly legKey: Uint8Array;
  readonly leg: "a" | "b";
};

export type Bound = {
  readonly rttMs: number;
  /** The first datagram or its answer was lost. */
  readonly resent: boolean;
  /** The relay knew the leg elsewhere, or nowhere, and had the way back proven. */
  readonly moved: boolean;
};

/** How requests and packets leave: the owner connects them to the control plane and to STUN. */
export type RelayPorts = {
  allocate(relay: MemberId, peer: MemberId): Promise<Decoded<Granted>>;
  /** Also shows the relay a newer token once ours is half used, so that a long session outlives its first. */
  refresh(granted: Granted): Promise<Decoded<{ readonly lifetimeSec: number }>>;
  release(relay: MemberId, allocation: AllocationId): Promise<void>;
  /** Binds our leg to WireGuard's mapping and measures; undefined where STUN from WireGuard's port is not to be had. */
  readonly bind:
    ((granted: Granted, endpoint: Endpoint, isPatient: boolean) => Promise<Decoded<Bound>>) | undefined;
  /** Best first, by what reaches this relay now. */
  orderEndpoints(relay: MemberId, endpoints: readonly Endpoint[]): readonly Endpoint[];
};

export type RelayEvents = {
  /** The allocation is there; WireGuard may be pointed at `endpoint`. */
  onReady(peer: MemberId, granted: Granted, endpoint: Endpoint): void;
  onGone(peer: MemberId, granted: Granted, reason: string): void;
  /** A round trip to the relay on this leg. */
  onMeasured(peer: MemberId, granted: Granted, rttMs: number): void;
  /** What became of the first datagram of a probe; `rttMs` undefined: it or its answer was lost. */
  onProbed(peer: MemberId, sentAt: MonotonicMs, rttMs: number | undefined): void;
  onMissed(relay: MemberId): void;
  /** The leg that carries the path does not answer, and the peer's other one does. */
  onDoubted(peer: MemberId, granted: Granted): void;
  onRefused(peer: MemberId, relay: MemberId, reason: string): void;
};

/** A UDP mapping may live only 30 s (RFC 4787, REQ-5 wants 120, many keep 30): half of it, and one may be lost. */
export const STANDBY_PROBE_MS = 15_000;
/**
 * While the relay carries the path. When a NAT gives WireGuard another port, the relay's packets go nowhere until the next
 * probe binds it: this long at most, two round trips and what nft takes, which is to be below a second on a busy host. A
 * dead relay is noticed after this, probes that each wait some 600 ms for their answers, and the pauses between them.
 */
export const ACTIVE_PROBE_MS = 750;
/**
 * Legs that carry paths by way of one relay share its fate and mostly that of our NAT. One is probed for all of them, at the
 * pace above, and when it is lost or finds itself moved, all are asked at once. Each by itself would cost a member with 50
 * relayed peers 65 exchanges a second. This is for what befalls one leg alone: its mapping at a NAT, its port at the relay.
 */
export const FOLLOWER_PROBE_MS = 5_000;
const PROBE_RETRY_MS = 100;
const PROBE_MISSES = 3;
/**
 * Pauses after the misses of a leg that carries nothing, which is given up after the last of them: some ten seconds in all. Nobody waits for it, and
 * its relay may only be too busy to answer; everybody that it stands by for would ask the others for another at once.
 */
const STANDBY_RETRY_MS: readonly number[] = [PROBE_RETRY_MS, 1_000, 2_000, 4_000];
/** While this host is late, a miss of a leg that nobody waits for says nothing of its relay. It ends with its lease at the latest. */
const LATE_RETRY_MS = 4_000;
/**
 * The other leg may carry the path as well, so nothing is lost where the relay is only slow. One miss would be too few: under
 * 20 % loss each way a probe with its two repetitions is lost once in twenty times, two of a row once in 450.
 */
const DOUBTED_MISSES = 2;
/** The one that carries the path and a spare. */
const MAX_LEGS = 2;
/** Legs at once, spares among them: 64 per member is what a volunteer grants by default, and three volunteers. */
const MAX_CONNECTIONS = 192;
/**
 * Peers for which relays are asked at a time. Whoever joins a large network asks for one to each peer, and those that are on its LAN
 * are direct before their turn comes: that leaves the volunteers, and what they allow a member in a minute, to the others.
 */
const MAX_ASKED = 8;
/**
 * So many at once, then one after the other: in two seconds a host is direct with all members of its LAN, and needs no relay to them. Those that wait
 * for us elsewhere ask as well, each for itself.
 */
const ASK_RATE: Rate = { perSec: 10, burst: MAX_ASKED };
/** A volunteer that drains stops within seconds; what it announces afterwards has reached us by then. */
const DRAINING_MS = 60_000;

/** A leg that answered for so long makes up for what failed before: a relay that comes and goes is still the best there is. */
const LIVED_MS = 10_000;

/** A grant shorter than this would have us ask without a pause. */
const MIN_LIFETIME_SEC = 10;

export type QuotaWarning = { readonly usedBytes: number; readonly limitBytes: number };

type Connection = {
  readonly granted: Granted;
  endpoint: Endpoint;
  readonly since: MonotonicMs;
  expiresAt: MonotonicMs;
  /** Of the leg's first probe that was. */
  answeredAt: MonotonicMs | undefined;
  misses: number;
  /** What the relay last told of its quota. */
  quota: QuotaWarning | undefined;
  cancelProbe: () => void;
  cancelRefresh: () => void;
};

/** What may be known of a leg from outside. */
export type LegView = {
  readonly granted: Granted;
  readonly since: MonotonicMs;
  /** Since when its probes are answered, if they are. */
  readonly answersSince: MonotonicMs | undefined;
};

/**
 * Allocations of this member on volunteers, one or two of different ones for each relayed peer: asks, binds,
 * keeps alive, refreshes at half-life, retries with backoff, releases. Which of two carries the path is its owner's to say.
 * Owner of its timers.
 */
export class RelayManager implements Disposable {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ports: RelayPorts;
  readonly #events: RelayEvents;
  readonly #connections = new Map<AllocationId, Connection>();
  /** A request for the peer is under way; `close` takes it out, and what is then granted goes back. */
  readonly #opening = new Map<MemberId, symbol>();
  /** Peers whose path does not use a relay now. */
  readonly #standby = new Set<MemberId>();
  /** Between probes, where it is measured how good the relay is. */
  readonly #paceMs = new Map<MemberId, number>();
  /** Which of a peer's legs carries its path. */
  readonly #carrying = new Map<MemberId, AllocationId>();
  readonly #turns = new Turns(MAX_ASKED);
  #asking: Bucket;
  readonly #draining = new Map<MemberId, MonotonicMs>();
  readonly #backoff: RelayBackoff;
  readonly #isLate: () => boolean;
  readonly #isUsed: () => boolean;
  readonly #closing = new AbortController();

  constructor(parts: {
    clock: Clock;
    random: Random;
    log: Logger;
    ports: RelayPorts;
    events: RelayEvents;
    /** This host is too busy to see answers in time. */
    isLate: () => boolean;
    /** Somebody waits for packets of one peer or another. */
    isUsed: () => boolean;
  }) {
    this.#isLate = parts.isLate;
    this.#isUsed = parts.isUsed;
    this.#clock = parts.clock;
    this.#log = parts.log.child({ component: "relay-client" });
    this.#ports = parts.ports;
    this.#events = parts.events;
    this.#backoff = new RelayBackoff(parts.clock, parts.random);
    this.#asking = fullBucket(ASK_RATE, parts.clock.monotonicNow());
  }

  /** Tries the relays in their order until one grants; returns at once where the peer is relayed or being so. */
  async connect(peer: MemberId, relays: readonly MemberId[]): Promise<void> {
    if (this.#of(peer).length === 0) await this.#open(peer, relays);
  }

  /** The same for a second leg, of another relay than the first one's. */
  async connectSpare(peer: MemberId, relays: readonly MemberId[]): Promise<void> {
    const legs = this.#of(peer);
    if (legs.length === 0 || legs.length >= MAX_LEGS) return;
    await this.#open(
      peer,
      relays.filter((relay) => legs.every(({ granted }) => granted.relay !== relay)),
    );
  }

  /**
   * Asks the relay that serves the peer once more, with what may be a better token since. What it grants then takes over
   * from the allocation that there is, which goes on where it is refused.
   */
  async askAgain(peer: MemberId, relay: MemberId): Promise<void> {
    if (!this.#isServedBy(peer, relay)) return;
    const granted = await this.#ports.allocate(relay, peer);
    if (this.#isClosed() || !this.#isServedBy(peer, relay)) return;
    if (granted.ok) this.#settle(granted.value);
    else this.#events.onRefused(peer, relay, granted.reason);
  }

  /** A volunteer tells us of an allocation that the other end asked for. */
  onOffer(offered: Granted): void {
    if (this.#isClosed()) return;
    if (this.#of(offered.peer).length === 0 && this.#connections.size >= MAX_CONNECTIONS) return;
    this.#settle(offered);
  }

  /** The volunteer ended it, or is no longer reachable at all. */
  onEnded(relay: MemberId, allocation: AllocationId, reason: string): void {
    const connection = this.#find(relay, allocation);
    if (connection !== undefined) this.#lose(connection, reason);
  }

  /** Most of the quota is used. */
  onWarning(relay: MemberId, allocation: AllocationId, quota: QuotaWarning): void {
    const connection = this.#find(relay, allocation);
    if (connection === undefined) return;
    connection.quota = quota;
    this.#log.warn({ peer: connection.granted.peer, relay, ...quota }, "relay quota nearly used");
  }

  /** The volunteer is about to stop: its legs are to be left. */
  onDraining(relay: MemberId): void {
    this.#draining.set(relay, monotonicMs(this.#clock.monotonicNow() + DRAINING_MS));
  }

  isDraining(relay: MemberId): boolean {
    const until = this.#draining.get(relay);
    if (until === undefined || this.#clock.monotonicNow() < until) return until !== undefined;
    this.#draining.delete(relay);
    return false;
  }

  /** It has refused, or let us down, and is not asked for this peer yet. */
  isHeldBack(peer: MemberId, relay: MemberId): boolean {
    return this.#backoff.isOn(peer, relay);
  }

  /** Of the allocations that there still are. */
  quotaWarnings(): readonly (QuotaWarning & Pick<Granted, "peer" | "relay">)[] {
    return [...this.#connections.values()].flatMap(({ quota, granted: { peer, relay } }) =>
      quota === undefined ? [] : [{ ...quota, peer, relay }],
    );
  }

  /** The control connection to this volunteer is back: whatever it forgot meanwhile shows at once. */
  onRelayReachable(relay: MemberId): void {
    this.#backoff.forgive(relay);
    this.#draining.delete(relay);
    for (const connection of this.#connections.values())
      if (connection.granted.relay === relay) void this.#refresh(connection);
  }

  /** The control connection is gone: its relay may be, too. */
  onRelayUnreachable(relay: MemberId): void {
    for (const connection of this.#connections.values())
      if (connection.granted.relay === relay) this.#scheduleProbe(connection, 0);
  }

  /** A leg that carries the path is watched more closely than a standby. `carrying` is which, where there are two. */
  setActive(peer: MemberId, active: boolean, carrying?: AllocationId): void {
    const legs = this.#of(peer);
    const before = legs.filter((connection) => this.#isActive(connection));
    const scouts = legs.map(({ granted }) => this.#scoutOf(granted.relay));
    if (active) this.#standby.delete(peer);
    else this.#standby.add(peer);
    if (carrying !== undefined) this.#carrying.set(peer, carrying);
    for (const [i, { granted }] of legs.entries()) this.#onScout(granted.relay, scouts[i]);
    for (const connection of legs)
      if (this.#isActive(connection) && !before.includes(connection)) this.#scheduleProbe(connection, 0);
  }

  /** How often the leg is probed at the least; undefined: as often as it takes to keep it. */
  setPace(peer: MemberId, paceMs: number | undefined): void {
    if (paceMs === undefined) {
      this.#paceMs.delete(peer);
      return;
    }
    this.#paceMs.set(peer, paceMs);
    this.warm(peer);
  }

  /**
   * This host or its mapping has moved: binds all legs again now. What failed from where it was says nothing, and a relay that it can
   * no longer reach by one address family may have an endpoint of the other.
   */
  rebindAll(): void {
    this.#backoff.clear();
    for (const connection of this.#connections.values()) {
      connection.misses = 0;
      const { granted, endpoint } = connection;
      const usable = this.#ports.orderEndpoints(granted.relay, granted.endpoints);
      const [first] = usable;
      if (first !== undefined && !usable.some((one) => sameEndpoint(one, endpoint))) {
        connection.endpoint = first;
        this.#events.onReady(granted.peer, granted, first);
      }
      this.#scheduleProbe(connection, 0);
    }
  }

  /** The legs may be needed in a moment: bind them again now, in case that a NAT has moved them. */
  warm(peer: MemberId): void {
    for (const connection of this.#of(peer)) this.#scheduleProbe(connection, 0);
  }

  /** The oldest first. */
  legs(peer: MemberId): readonly LegView[] {
    return this.#of(peer).map(({ granted, since, answeredAt, misses }) => ({
      granted,
      since,
      answersSince: misses === 0 ? answeredAt : undefined,
    }));
  }

  /** Whose path a relay carries, or may have to. */
  get peers(): readonly MemberId[] {
    return [...new Set([...this.#connections.values()].map(({ granted }) => granted.peer))];
  }

  legOf(allocation: AllocationId): Granted | undefined {
    return this.#connections.get(allocation)?.granted;
  }

  /** Relays that carry or stand by for someone. */
  relaysInUse(): ReadonlySet<MemberId> {
    return new Set([...this.#connections.values()].map(({ granted }) => granted.relay));
  }

  /** The peer is not to be relayed any more. */
  async close(peer: MemberId): Promise<void> {
    this.#opening.delete(peer);
    this.#standby.delete(peer);
    this.#paceMs.delete(peer);
    const connections = this.#of(peer);
    for (const connection of connections) this.#drop(connection);
    await Promise.all(connections.map(({ granted }) => this.#release(granted)));
  }

  /** This leg is not needed any more. Its owner knows: no event follows. */
  async release(allocation: AllocationId): Promise<void> {
    const connection = this.#connections.get(allocation);
    if (connection === undefined) return;
    this.#drop(connection);
    await this.#release(connection.granted);
  }

  /** Forgets everything without a word to the relays; their leases run out. */
  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#opening.clear();
    for (const connection of [...this.#connections.values()]) this.#drop(connection);
  }

  async #open(peer: MemberId, relays: readonly MemberId[]): Promise<void> {
    if (this.#opening.has(peer) || this.#isClosed()) return;
    if (this.#connections.size + this.#opening.size >= MAX_CONNECTIONS) return;
    const opening = Symbol("opening");
    const wanted = this.#of(peer).length + 1;
    this.#opening.set(peer, opening);
    try {
      using turn = this.#turnNow() ?? (await this.#nextTurn(peer, opening));
      if (turn === undefined) return;
      for (const relay of relays) {
        if (this.#backoff.isOn(peer, relay)) continue;
        const granted = await this.#ports.allocate(relay, peer);
        if (this.#isClosed()) return;
        const isWanted = this.#opening.get(peer) === opening;
        const kept = granted.ok && isWanted && this.#settle(granted.value);
        if (granted.ok && !kept) void this.#release(granted.value);
        // Kept, or an offer for the same peer came while we waited and stays.
        if (!isWanted || this.#of(peer).length >= wanted) return;
        const reason = granted.ok ? "no-usable-endpoint" : granted.reason;
        this.#backoff.failed(peer, relay);
        this.#log.debug({ peer, relay, reason }, "relay refused");
        this.#events.onRefused(peer, relay, reason);
      }
    } finally {
      if (this.#opening.get(peer) === opening) this.#opening.delete(peer);
    }
  }

  #turnNow(): Disposable | undefined {
    const turn = this.#turns.tryTake();
    if (turn === undefined || this.#askWaitMs() === 0) return turn;
    turn[Symbol.dispose]();
    return undefined;
  }

  /** Undefined where none is wanted any more: its owner asks again if it still needs one. */
  async #nextTurn(peer: MemberId, opening: symbol): Promise<Disposable | undefined> {
    const wanted = this.#of(peer).length;
    const isStandby = this.#standby.has(peer);
    const turn = await this.#turns.take();
    for (;;) {
      const isRelayed = this.#of(peer).length > wanted;
      const isDirect = !isStandby && this.#standby.has(peer);
      if (this.#opening.get(peer) !== opening || this.#isClosed() || isRelayed || isDirect) break;
      const waitMs = this.#askWaitMs();
      if (waitMs === 0) return turn;
      await sleep(this.#clock, waitMs, this.#closing.signal).catch(() => undefined);
    }
    turn[Symbol.dispose]();
    return undefined;
  }

  /** 0: a volunteer may be asked, and that counts. */
  #askWaitMs(): number {
    const taken = takeTokens(this.#asking, ASK_RATE, 1, this.#clock.monotonicNow());
    this.#asking = taken.bucket;
    return taken.waitMs;
  }

  /**
   * Which allocations stay for the peer, `granted` or those there are; whether `granted` does. A second one of another relay
   * is the spare. Where there are more, as after both ends asked at once, those that carry nothing make way, first who
   * drains, then the greater id: on both ends alike, in whatever order they hear of them.
   */
  #settle(granted: Granted): boolean {
    const { peer, relay, allocation } = granted;
    const same = this.#connections.get(allocation);
    if (same !== undefined) {
      // The answer to both ends' question; unless the relay made it anew after a restart of its own.
      if (sameGrant(same.granted, granted)) return true;
      this.#drop(same);
      return this.#adopt(granted);
    }
    const others = this.#of(peer);
    const rivals = others.filter(
      (one) => one.granted.relay === relay || (others.length >= MAX_LEGS && !this.#isCarrying(one)),
    );
    const rank = (one: Granted): string => `${this.isDraining(one.relay) ? 1 : 0}${one.allocation}`;
    if (rivals.some((one) => rank(one.granted) < rank(granted))) return false;
    for (const rival of rivals) {
      this.#drop(rival);
      this.#events.onGone(peer, rival.granted, REPLACED);
      void this.#release(rival.granted);
    }
    return this.#adopt(granted);
  }

  /** False where none of its endpoints can be reached from here. */
  #adopt(granted: Granted): boolean {
    const endpoint = this.#ports.orderEndpoints(granted.relay, granted.endpoints)[0];
    if (endpoint === undefined) return false;
    const now = this.#clock.monotonicNow();
    const connection: Connection = {
      granted,
      endpoint,
      since: now,
      expiresAt: now,
      answeredAt: undefined,
      misses: 0,
      quota: undefined,
      cancelProbe: () => undefined,
      cancelRefresh: () => undefined,
    };
    this.#connections.set(granted.allocation, connection);
    this.#scheduleRefresh(connection, granted.lifetimeSec);
    this.#scheduleProbe(connection, 0);
    this.#log.info({ peer: granted.peer, relay: granted.relay }, "relay allocation ready");
    this.#events.onReady(granted.peer, granted, endpoint);
    return true;
  }

  #of(peer: MemberId): readonly Connection[] {
    return [...this.#connections.values()].filter(({ granted }) => granted.peer === peer);
  }

  #isServedBy(peer: MemberId, relay: MemberId): boolean {
    return this.#of(peer).some(({ granted }) => granted.relay === relay);
  }

  /** Of this relay: its ids are no secret, and nobody else speaks for it. */
  #find(relay: MemberId, allocation: AllocationId): Connection | undefined {
    const connection = this.#connections.get(allocation);
    return connection?.granted.relay === relay ? connection : undefined;
  }

  /** Of two legs of which nobody has said so, the older. */
  #isCarrying({ granted: { peer, allocation } }: Connection): boolean {
    const carrying = this.#carrying.get(peer);
    const isThere = carrying !== undefined && this.#connections.get(carrying)?.granted.peer === peer;
    return (isThere ? carrying : this.#of(peer)[0]?.granted.allocation) === allocation;
  }

  #isActive(connection: Connection): boolean {
    return !this.#standby.has(connection.granted.peer) && this.#isCarrying(connection);
  }

  /** The leg that is probed for all that carry paths by way of this relay: the oldest. */
  #scoutOf(relay: MemberId): Connection | undefined {
    for (const connection of this.#connections.values())
      if (connection.granted.relay === relay && this.#isActive(connection)) return connection;
    return undefined;
  }

  #followersOf(relay: MemberId): readonly Connection[] {
    const scout = this.#scoutOf(relay);
    return [...this.#connections.values()].filter(
      (one) => one !== scout && one.granted.relay === relay && this.#isActive(one),
    );
  }

  /** Another leg may have to look out from now on. One that has missed is asked again soon as it is. */
  #onScout(relay: MemberId, before: Connection | undefined): void {
    const scout = this.#scoutOf(relay);
    if (scout !== undefined && scout !== before && scout.misses === 0)
      this.#scheduleProbe(scout, ACTIVE_PROBE_MS);
  }

  #drop(connection: Connection): void {
    const { allocation, peer, relay } = connection.granted;
    const scout = this.#scoutOf(relay);
    this.#connections.delete(allocation);
    if (this.#carrying.get(peer) === allocation) this.#carrying.delete(peer);
    connection.cancelProbe();
    connection.cancelRefresh();
    if (!this.#isClosed()) this.#onScout(relay, scout);
  }

  async #release({ relay, allocation }: Granted): Promise<void> {
    await this.#ports.release(relay, allocation);
  }

  /** One that ended young is not asked for again at once: a volunteer that grants and ends would have us do nothing else. */
  #lose(connection: Connection, reason: string): void {
    const { peer, relay, allocation } = connection.granted;
    if (this.#connections.get(allocation) !== connection) return;
    this.#drop(connection);
    const livedMs = this.#clock.monotonicNow() - connection.since;
    if (connection.misses >= PROBE_MISSES || livedMs < BACKOFF_MAX_MS) this.#backoff.failed(peer, relay);
    this.#log.info({ peer, relay, reason }, "relay allocation gone");
    this.#events.onGone(peer, connection.granted, reason);
  }

  #scheduleProbe(connection: Connection, delayMs: number): void {
    connection.cancelProbe();
    if (this.#ports.bind === undefined) return;
    connection.cancelProbe = this.#clock.after(delayMs, () => void this.#probe(connection));
  }

  async #probe(connection: Connection): Promise<void> {
    const { granted } = connection;
    const sentAt = this.#clock.monotonicNow();
    const isPatient = connection.answeredAt !== undefined && !this.#isActive(connection);
    const answer = await this.#ports.bind?.(granted, connection.endpoint, isPatient);
    if (answer === undefined || this.#connections.get(granted.allocation) !== connection) return;
    if (this.#isCarrying(connection)) {
      const rttMs = answer.ok && !answer.value.resent ? answer.value.rttMs : undefined;
      this.#events.onProbed(granted.peer, sentAt, rttMs);
      // The event may have had another leg probed, or this one.
      if (this.#connections.get(granted.allocation) !== connection) return;
    }
    if (answer.ok) {
      if (answer.value.moved && connection.answeredAt !== undefined) this.#askFollowers(connection);
      connection.misses = 0;
      const now = this.#clock.monotonicNow();
      connection.answeredAt ??= now;
      if (now - connection.since >= LIVED_MS) this.#backoff.worked(granted.peer, granted.relay);
      this.#scheduleProbe(connection, this.#probeDelayMs(connection));
      this.#events.onMeasured(granted.peer, granted, answer.value.rttMs);
    } else {
      this.#events.onMissed(granted.relay);
      this.#onMiss(connection);
    }
  }

  #probeDelayMs(connection: Connection): number {
    const isScout = this.#scoutOf(connection.granted.relay) === connection;
    const activeMs = isScout ? ACTIVE_PROBE_MS : FOLLOWER_PROBE_MS;
    const neededMs = this.#isActive(connection) ? activeMs : STANDBY_PROBE_MS;
    const paceMs = this.#isCarrying(connection) ? this.#paceMs.get(connection.granted.peer) : undefined;
    return Math.min(neededMs, paceMs ?? Infinity);
  }

  #onMiss(connection: Connection): void {
    const { granted } = connection;
    const isActive = this.#isActive(connection);
    if (this.#isLate() && !(isActive && this.#isUsed())) {
      this.#scheduleProbe(connection, LATE_RETRY_MS);
      return;
    }
    const misses = ++connection.misses;
    if (misses >= (isActive ? PROBE_MISSES : STANDBY_RETRY_MS.length + 1)) {
      this.#lose(connection, NO_ANSWER);
      return;
    }
    this.#scheduleProbe(
      connection,
      isActive ? PROBE_RETRY_MS : (STANDBY_RETRY_MS[misses - 1] ?? PROBE_RETRY_MS),
    );
    if (!isActive) return;
    if (connection.misses < DOUBTED_MISSES) {
      // Before the path is theirs: it may be our own network that is gone.
      for (const other of this.#of(granted.peer)) if (other !== connection) this.#scheduleProbe(other, 0);
      this.#askFollowers(connection);
      return;
    }
    const isScout = this.#scoutOf(granted.relay) === connection;
    const missing = isScout ? this.#followersOf(granted.relay).filter(({ misses }) => misses > 0) : [];
    for (const one of [connection, ...missing]) this.#doubt(one);
  }

  /** What has befallen the scout may have befallen them. */
  #askFollowers(scout: Connection): void {
    const { relay } = scout.granted;
    if (this.#scoutOf(relay) !== scout) return;
    for (const one of this.#followersOf(relay)) if (one.misses === 0) this.#scheduleProbe(one, 0);
  }

  #doubt(connection: Connection): void {
    const { granted } = connection;
    const others = this.#of(granted.peer).filter((one) => one !== connection);
    if (others.some(({ misses, answeredAt }) => misses === 0 && answeredAt !== undefined))
      this.#events.onDoubted(granted.peer, granted);
  }

  #scheduleRefresh(connection: Connection, lifetimeSec: number): void {
    const lifetimeMs = Math.max(MIN_LIFETIME_SEC, lifetimeSec) * 1000;
    connection.expiresAt = monotonicMs(this.#clock.monotonicNow() + lifetimeMs);
    connection.cancelRefresh();
    connection.cancelRefresh = this.#clock.after(lifetimeMs / 2, () => void this.#refresh(connection));
  }

  async #refresh(connection: Connection): Promise<void> {
    const { relay, peer, allocation } = connection.granted;
    const answer = await this.#ports.refresh(connection.granted);
    if (this.#connections.get(allocation) !== connection) return;
    if (answer.ok) {
      // It has lived: what failed before is history.
      this.#backoff.worked(peer, relay);
      this.#scheduleRefresh(connection, answer.value.lifetimeSec);
    } else if (answer.reason === "relay.no-allocation") {
      this.#lose(connection, "the relay has forgotten it");
    } else if (this.#clock.monotonicNow() >= connection.expiresAt) {
      this.#lose(connection, "the lease ran out");
    } else {
      // No way to the relay's control port now; packets may still flow. Ask again within what is left.
      const left = connection.expiresAt - this.#clock.monotonicNow();
      connection.cancelRefresh();
      connection.cancelRefresh = this.#clock.after(
        Math.min(left, Math.max(1_000, left / 4)),
        () => void this.#refresh(connection),
      );
    }
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }
}

/** Why a leg is given up beside two others. */
export const REPLACED = "the other end uses another relay";

/** Why a leg is given up whose relay may be dead. */
export const NO_ANSWER = "the relay does not answer";

function sameGrant(a: Granted, b: Granted): boolean {
  const key = ({ legKey, endpoints }: Granted): string =>
    [Buffer.from(legKey).toString("hex"), ...endpoints.map(formatEndpoint)].join();
  return key(a) === key(b);
}
