import type { Decoded } from "../../../protocol/decoded.ts";
import { formatEndpoint, sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";

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
};

/** How requests and packets leave: the owner connects them to the control plane and to STUN. */
export type RelayPorts = {
  allocate(relay: MemberId, peer: MemberId): Promise<Decoded<Granted>>;
  /** Also shows the relay a newer token once ours is half used, so that a long session outlives its first. */
  refresh(granted: Granted): Promise<Decoded<{ readonly lifetimeSec: number }>>;
  release(relay: MemberId, allocation: AllocationId): Promise<void>;
  /** Binds our leg to WireGuard's mapping and measures; undefined where STUN from WireGuard's port is not to be had. */
  readonly bind: ((granted: Granted, endpoint: Endpoint) => Promise<Decoded<Bound>>) | undefined;
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
  onRefused(peer: MemberId, relay: MemberId, reason: string): void;
};

/** A UDP mapping may live only 30 s (RFC 4787, REQ-5 wants 120, many keep 30): half of it, and one may be lost. */
export const STANDBY_PROBE_MS = 15_000;
/**
 * While the relay carries the path. When a NAT gives WireGuard another port, the relay's packets go nowhere until the next
 * probe binds it: this long at most, two round trips and what nft takes, which is to be below a second on a busy host. A
 * dead relay is noticed after this, three probes that each wait some 600 ms for their answers, and the pauses between them.
 */
export const ACTIVE_PROBE_MS = 750;
const PROBE_RETRY_MS = 100;
const PROBE_MISSES = 3;
/** Doubles with each refusal, with jitter, so that a relay which comes back is not stormed. */
const BACKOFF_MIN_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** Pairs that may be relayed at once: 64 per member is what a volunteer grants by default, and three volunteers. */
const MAX_RELAYED_PEERS = 192;

/** A grant shorter than this would have us ask without a pause. */
const MIN_LIFETIME_SEC = 10;

export type QuotaWarning = { readonly usedBytes: number; readonly limitBytes: number };

type Connection = {
  readonly granted: Granted;
  endpoint: Endpoint;
  readonly since: MonotonicMs;
  expiresAt: MonotonicMs;
  misses: number;
  /** What the relay last told of its quota. */
  quota: QuotaWarning | undefined;
  cancelProbe: () => void;
  cancelRefresh: () => void;
};

/**
 * Allocations of this member on volunteers, one for each relayed peer: asks, binds, keeps alive, refreshes
 * at half-life, retries with backoff, releases. Owner of its timers.
 */
export class RelayManager implements Disposable {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #ports: RelayPorts;
  readonly #events: RelayEvents;
  readonly #connections = new Map<MemberId, Connection>();
  /** A request for the peer is under way; `close` takes it out, and what is then granted goes back. */
  readonly #opening = new Map<MemberId, symbol>();
  /** Peers whose path does not use the relay now. */
  readonly #standby = new Set<MemberId>();
  /** Between probes, where it is measured how good the relay is. */
  readonly #paceMs = new Map<MemberId, number>();
  readonly #backoff = new Map<string, { failures: number; until: MonotonicMs }>();
  #closed = false;

  constructor(parts: { clock: Clock; random: Random; log: Logger; ports: RelayPorts; events: RelayEvents }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#log = parts.log.child({ component: "relay-client" });
    this.#ports = parts.ports;
    this.#events = parts.events;
  }

  /** Tries the relays in their order until one grants; returns at once where the peer is relayed or being so. */
  async connect(peer: MemberId, relays: readonly MemberId[]): Promise<void> {
    if (this.#connections.has(peer) || this.#opening.has(peer) || this.#closed) return;
    if (this.#connections.size + this.#opening.size >= MAX_RELAYED_PEERS) return;
    const opening = Symbol("opening");
    this.#opening.set(peer, opening);
    try {
      for (const relay of relays) {
        if (this.#isBackingOff(peer, relay)) continue;
        const granted = await this.#ports.allocate(relay, peer);
        if (this.#isClosed()) return;
        const isWanted = this.#opening.get(peer) === opening;
        const kept = granted.ok && isWanted && this.#settle(granted.value);
        if (granted.ok && !kept) void this.#ports.release(relay, granted.value.allocation);
        // Kept, or an offer for the same peer came while we waited and stays.
        if (!isWanted || this.#connections.has(peer)) return;
        const reason = granted.ok ? "no-usable-endpoint" : granted.reason;
        this.#backOff(peer, relay);
        this.#log.debug({ peer, relay, reason }, "relay refused");
        this.#events.onRefused(peer, relay, reason);
      }
    } finally {
      if (this.#opening.get(peer) === opening) this.#opening.delete(peer);
    }
  }

  /**
   * Asks the relay that serves the peer once more, with what may be a better token since. What it grants then takes over
   * from the allocation that there is, which goes on where it is refused.
   */
  async askAgain(peer: MemberId, relay: MemberId): Promise<void> {
    if (this.#connections.get(peer)?.granted.relay !== relay) return;
    const granted = await this.#ports.allocate(relay, peer);
    if (this.#isClosed() || this.#connections.get(peer)?.granted.relay !== relay) return;
    if (granted.ok) this.#settle(granted.value);
    else this.#events.onRefused(peer, relay, granted.reason);
  }

  /** A volunteer tells us of an allocation that the other end asked for. */
  onOffer(offered: Granted): void {
    if (this.#closed) return;
    if (!this.#connections.has(offered.peer) && this.#connections.size >= MAX_RELAYED_PEERS) return;
    this.#settle(offered);
  }

  /** The volunteer ended it, or is no longer reachable at all. */
  onEnded(relay: MemberId, allocation: AllocationId, reason: string): void {
    const peer = this.#find(relay, allocation)?.granted.peer;
    if (peer !== undefined) this.#lose(peer, reason);
  }

  /** Most of the quota is used. */
  onWarning(relay: MemberId, allocation: AllocationId, quota: QuotaWarning): void {
    const connection = this.#find(relay, allocation);
    if (connection === undefined) return;
    connection.quota = quota;
    this.#log.warn({ peer: connection.granted.peer, relay, ...quota }, "relay quota nearly used");
  }

  /** Of the allocations that there still are. */
  quotaWarnings(): readonly (QuotaWarning & Pick<Granted, "peer" | "relay">)[] {
    return [...this.#connections.values()].flatMap(({ quota, granted: { peer, relay } }) =>
      quota === undefined ? [] : [{ ...quota, peer, relay }],
    );
  }

  /** The control connection to this volunteer is back: whatever it forgot meanwhile shows at once. */
  onRelayReachable(relay: MemberId): void {
    for (const key of this.#backoff.keys()) if (key.startsWith(relay)) this.#backoff.delete(key);
    for (const [peer, { granted }] of this.#connections)
      if (granted.relay === relay) void this.#refresh(peer);
  }

  /** While it carries the path it is watched more closely than as a standby. */
  setActive(peer: MemberId, active: boolean): void {
    if (!active) {
      this.#standby.add(peer);
    } else if (this.#standby.delete(peer)) {
      const connection = this.#connections.get(peer);
      if (connection !== undefined) this.#scheduleProbe(peer, connection, 0);
    }
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
    for (const [peer, connection] of this.#connections) {
      connection.misses = 0;
      const { granted, endpoint } = connection;
      const usable = this.#ports.orderEndpoints(granted.relay, granted.endpoints);
      const [first] = usable;
      if (first !== undefined && !usable.some((one) => sameEndpoint(one, endpoint))) {
        connection.endpoint = first;
        this.#events.onReady(peer, granted, first);
      }
      this.#scheduleProbe(peer, connection, 0);
    }
  }

  /** The leg may be needed in a moment: bind it again now, in case that a NAT has moved it. */
  warm(peer: MemberId): void {
    const connection = this.#connections.get(peer);
    if (connection !== undefined) this.#scheduleProbe(peer, connection, 0);
  }

  grantedFor(peer: MemberId): Granted | undefined {
    return this.#connections.get(peer)?.granted;
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
    const connection = this.#connections.get(peer);
    if (connection === undefined) return;
    this.#drop(peer);
    await this.#ports.release(connection.granted.relay, connection.granted.allocation);
  }

  /** Forgets everything without a word to the relays; their leases run out. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#opening.clear();
    for (const peer of [...this.#connections.keys()]) this.#drop(peer);
  }

  /**
   * Which allocation stays for the peer, `granted` or the one there is; whether it is `granted`. Where both ends asked
   * different volunteers at the same time, the smaller id stays, on both ends alike, in whatever order they hear of them.
   */
  #settle(granted: Granted): boolean {
    const existing = this.#connections.get(granted.peer)?.granted;
    if (existing === undefined) return this.#adopt(granted);
    if (existing.allocation === granted.allocation) {
      // The answer to both ends' question; unless the relay made it anew after a restart of its own.
      if (sameGrant(existing, granted)) return true;
      this.#drop(granted.peer);
      return this.#adopt(granted);
    }
    if (existing.allocation < granted.allocation) return false;
    this.#drop(granted.peer);
    this.#events.onGone(granted.peer, existing, "the other end uses another relay");
    void this.#ports.release(existing.relay, existing.allocation);
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
      misses: 0,
      quota: undefined,
      cancelProbe: () => undefined,
      cancelRefresh: () => undefined,
    };
    this.#connections.set(granted.peer, connection);
    this.#scheduleRefresh(granted.peer, connection, granted.lifetimeSec);
    this.#scheduleProbe(granted.peer, connection, 0);
    this.#log.info({ peer: granted.peer, relay: granted.relay }, "relay allocation ready");
    this.#events.onReady(granted.peer, granted, endpoint);
    return true;
  }

  /** Of this relay: its ids are no secret, and nobody else speaks for it. */
  #find(relay: MemberId, allocation: AllocationId): Connection | undefined {
    return [...this.#connections.values()].find(
      ({ granted }) => granted.allocation === allocation && granted.relay === relay,
    );
  }

  #drop(peer: MemberId): void {
    const connection = this.#connections.get(peer);
    if (connection === undefined) return;
    this.#connections.delete(peer);
    connection.cancelProbe();
    connection.cancelRefresh();
  }

  /** One that ended young is not asked for again at once: a volunteer that grants and ends would have us do nothing else. */
  #lose(peer: MemberId, reason: string): void {
    const connection = this.#connections.get(peer);
    if (connection === undefined) return;
    this.#drop(peer);
    const livedMs = this.#clock.monotonicNow() - connection.since;
    if (connection.misses >= PROBE_MISSES || livedMs < BACKOFF_MAX_MS)
      this.#backOff(peer, connection.granted.relay);
    this.#log.info({ peer, relay: connection.granted.relay, reason }, "relay allocation gone");
    this.#events.onGone(peer, connection.granted, reason);
  }

  #scheduleProbe(peer: MemberId, connection: Connection, delayMs: number): void {
    connection.cancelProbe();
    if (this.#ports.bind === undefined) return;
    connection.cancelProbe = this.#clock.after(delayMs, () => void this.#probe(peer, connection));
  }

  async #probe(peer: MemberId, connection: Connection): Promise<void> {
    const sentAt = this.#clock.monotonicNow();
    const answer = await this.#ports.bind?.(connection.granted, connection.endpoint);
    if (answer === undefined || this.#connections.get(peer) !== connection) return;
    this.#events.onProbed(peer, sentAt, answer.ok && !answer.value.resent ? answer.value.rttMs : undefined);
    // The event may have had another leg probed, or this one.
    if (this.#connections.get(peer) !== connection) return;
    if (answer.ok) {
      connection.misses = 0;
      this.#events.onMeasured(peer, connection.granted, answer.value.rttMs);
      this.#scheduleProbe(peer, connection, this.#probeDelayMs(peer));
    } else if (++connection.misses >= PROBE_MISSES) {
      this.#lose(peer, "the relay does not answer");
    } else {
      this.#scheduleProbe(peer, connection, PROBE_RETRY_MS);
    }
  }

  #probeDelayMs(peer: MemberId): number {
    const neededMs = this.#standby.has(peer) ? STANDBY_PROBE_MS : ACTIVE_PROBE_MS;
    return Math.min(neededMs, this.#paceMs.get(peer) ?? Infinity);
  }

  #scheduleRefresh(peer: MemberId, connection: Connection, lifetimeSec: number): void {
    const lifetimeMs = Math.max(MIN_LIFETIME_SEC, lifetimeSec) * 1000;
    connection.expiresAt = monotonicMs(this.#clock.monotonicNow() + lifetimeMs);
    connection.cancelRefresh();
    connection.cancelRefresh = this.#clock.after(lifetimeMs / 2, () => void this.#refresh(peer));
  }

  async #refresh(peer: MemberId): Promise<void> {
    const connection = this.#connections.get(peer);
    if (connection === undefined) return;
    const { relay } = connection.granted;
    const answer = await this.#ports.refresh(connection.granted);
    if (this.#connections.get(peer) !== connection) return;
    if (answer.ok) {
      // It has lived: what failed before is history.
      this.#backoff.delete(backoffKey(relay, peer));
      this.#scheduleRefresh(peer, connection, answer.value.lifetimeSec);
    } else if (answer.reason === "relay.no-allocation") {
      this.#lose(peer, "the relay has forgotten it");
    } else if (this.#clock.monotonicNow() >= connection.expiresAt) {
      this.#lose(peer, "the lease ran out");
    } else {
      // No way to the relay's control port now; packets may still flow. Ask again within what is left.
      const left = connection.expiresAt - this.#clock.monotonicNow();
      connection.cancelRefresh();
      connection.cancelRefresh = this.#clock.after(
        Math.min(left, Math.max(1_000, left / 4)),
        () => void this.#refresh(peer),
      );
    }
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #isBackingOff(peer: MemberId, relay: MemberId): boolean {
    const entry = this.#backoff.get(backoffKey(relay, peer));
    return entry !== undefined && this.#clock.monotonicNow() < entry.until;
  }

  #backOff(peer: MemberId, relay: MemberId): void {
    const now = this.#clock.monotonicNow();
    // Nobody asked again for long: forgotten, so that the table is bounded by what is tried.
    for (const [old, { until }] of this.#backoff)
      if (now - until > 2 * BACKOFF_MAX_MS) this.#backoff.delete(old);
    const key = backoffKey(relay, peer);
    const failures = (this.#backoff.get(key)?.failures ?? 0) + 1;
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (failures - 1));
    const delay = ceiling * (0.5 + this.#random.fraction() / 2);
    this.#backoff.set(key, { failures, until: monotonicMs(now + delay) });
  }
}

function backoffKey(relay: MemberId, peer: MemberId): string {
  return `${relay} ${peer}`;
}

function sameGrant(a: Granted, b: Granted): boolean {
  const key = ({ legKey, endpoints }: Granted): string =>
    [Buffer.from(legKey).toString("hex"), ...endpoints.map(formatEndpoint)].join();
  return key(a) === key(b);
}
