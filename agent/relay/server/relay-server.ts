import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { keyBytes } from "../../../protocol/keys.ts";
import {
  CLOCK_TOLERANCE_SEC,
  isGuest,
  type Pair,
  type RelayTokenClaims,
} from "../../../protocol/relay-token.ts";
import { monotonicMs, wallMs, type MonotonicMs, type WallMs } from "../../../protocol/time.ts";
import { AllocationTable, type Allocation, type AllocationStatus, type Renewal } from "./allocations.ts";
import { Charges } from "./charges.ts";
import { CountingPoll } from "./counting-poll.ts";
import type { Forwarder, ForwarderAllocation, ForwarderKind, ForwarderStatus } from "./forwarder.ts";
import type { LegFault } from "./guard/guard.ts";
import { RelayHistory } from "./history.ts";
import { guestLegOf, legOf, otherLeg, type LegName } from "./leg.ts";
import { closedBy, scheduleOf, type Closed, type Schedule } from "./policy.ts";
import {
  END_BY_FAULT,
  type AllocationEnd,
  type PairFault,
  type RelayGrant,
  type RelayServerParts,
} from "./relay-server-parts.ts";
import type { SavedAllocation } from "./relay-state.ts";
import { compareGrants, grantedLimits, GUEST_LIMITS, type Grant } from "./tiers.ts";

type Session = {
  readonly pair: Pair;
  readonly legKeys: Readonly<Record<LegName, Uint8Array>>;
  /** Settles when the port is open or refused; never rejects. */
  readonly port: Promise<Decoded<number>>;
};

/**
 * The volunteer's side of relaying: turns requests that came over authenticated control connections into
 * allocations, holds them to their limits, and ends them. Owns the forwarder and the timers. Requests never reject; they are refused by name.
 */
export class RelayServer implements AsyncDisposable {
  readonly history: RelayHistory;
  readonly #parts: RelayServerParts;
  readonly #table: AllocationTable;
  readonly #forwarder: Forwarder;
  readonly #sessions = new Map<AllocationId, Session>();
  /** Allocations whose port is being closed: the same pair's next one waits for it. */
  readonly #ending = new Map<AllocationId, Promise<void>>();
  #stopped = false;
  #draining = false;
  #onEmpty: () => void = () => undefined;
  #cancelTimer: () => void = () => undefined;
  readonly #charges: Charges;
  readonly #poll: CountingPoll;
  readonly #isOpenAt: Schedule;

  constructor(parts: RelayServerParts) {
    this.#parts = parts;
    this.history = new RelayHistory(parts.clock.monotonicNow());
    this.#isOpenAt = scheduleOf(parts.policy.schedule);
    this.#table = new AllocationTable(parts.limits);
    this.#charges = new Charges(parts);
    this.#poll = new CountingPoll({
      clock: parts.clock,
      count: () => this.#forwarder.count(),
      look: () => this.#look(),
    });
    this.#forwarder = parts.createForwarder({
      legConfirmed: (id, leg, endpoint, proof) => {
        parts.log.debug({ allocation: id, leg, endpoint, proof }, "relay leg confirmed");
        parts.events.changed();
      },
      legLost: (id, leg) => {
        parts.log.debug({ allocation: id, leg }, "relay leg idle");
        parts.events.changed();
      },
      legAlive: (id) => this.#prolong(id),
      failed: (id, error) => {
        parts.log.warn({ allocation: id, reason: error.message }, "relay port failed");
        void this.#end(id, "failed");
      },
    });
  }

  /**
   * Serves on what a killed predecessor had granted, where it would be granted still. Before anything is asked of it; never
   * rejects. Its members may not even notice; those that do find it by asking again.
   */
  async resume(saved: readonly SavedAllocation[]): Promise<void> {
    const port = Promise.withResolvers<ReadonlySet<AllocationId>>();
    const resumed = saved.filter((one) => this.#resumeOne(one, port.promise));
    const allocations = resumed.map(({ held, ...one }) => ({ ...forwarderAllocation(one), held }));
    let served: ReadonlySet<AllocationId> = new Set();
    try {
      served = await this.#forwarder.resume(allocations);
    } catch (error) {
      this.#parts.log.error({ err: error }, "relay allocations could not be resumed");
    }
    port.resolve(served);
    this.#armTimer();
    if (saved.length > 0)
      this.#parts.log.info({ served: served.size, known: saved.length }, "relay allocations resumed");
  }

  /** What a successor would need to go on. */
  saved(): readonly SavedAllocation[] {
    return [...this.#sessions].flatMap(([id, { legKeys }]) => {
      const allocation = this.#table.get(id);
      const held = this.#forwarder.held(id);
      if (allocation === undefined || held === undefined) return [];
      const { pair, tier, bandwidthBps, quotaBytes, requestedBy, notAfter, epoch } = allocation;
      const ends = wallMs(Math.round(this.#wallTimeOf(notAfter)));
      return [
        { id, pair, tier, bandwidthBps, quotaBytes, requestedBy, notAfter: ends, epoch, legKeys, held },
      ];
    });
  }

  /**
   * Refused: the token's reasons, "not-in-pair", "draining", "peer-absent", `PairFault`, `Closed`, "quota-used", "token-expired",
   * "relay-full", "member-full", "ports-exhausted", "port-failed", "released" (while opening), "relay-stopped".
   */
  async allocate(requester: MemberId, token: string): Promise<Decoded<RelayGrant>> {
    const read = await this.#parts.verify(token);
    if (!read.ok) return read;
    const claims = read.value;
    const leg = legOf(claims.pair, requester);
    if (leg === undefined) return refused("not-in-pair");
    if (!this.#sessions.has(claims.allocation)) {
      const admitted = await this.#parts.admit(requester);
      if (!admitted.ok) return admitted;
    }
    const reached = await Promise.all(
      claims.pair.map((end) =>
        isGuest(end) ? Promise.resolve(true) : this.#parts.isReachable(end.memberId),
      ),
    );
    if (reached.includes(false)) return refused("peer-absent");
    const session = await this.#sessionFor(claims, requester);
    if (!session.ok) return session;
    const port = await session.value.port;
    if (!port.ok) return port;
    if (this.#sessions.get(claims.allocation) !== session.value) return refused("released");

    const peer = otherLeg(leg);
    if (guestLegOf(claims.pair) === undefined) {
      const peerId = memberOf(claims.pair, peer);
      this.#parts.events.offered(peerId, this.#grant(claims.allocation, session.value, peer, port.value));
    }
    return decoded(this.#grant(claims.allocation, session.value, leg, port.value));
  }

  /**
   * Seconds until it expires unless refreshed again. A newer token moves the end beyond which nothing prolongs it; legs and
   * limits stay. Refused: "unknown-allocation"; the token's reasons, "wrong-allocation", "wrong-epoch", `PairFault`,
   * "keys-changed".
   */
  async refresh(requester: MemberId, id: AllocationId, token?: string): Promise<Decoded<number>> {
    if (!this.#isOf(id, requester)) return refused("unknown-allocation");
    if (token !== undefined) {
      const renewed = await this.#renew(id, token);
      if (!renewed.ok) return renewed;
    }
    if (!this.#hasAcceptedEpoch(id)) return refused("wrong-epoch");
    return this.#prolong(id) ? decoded(this.#lifetimeSec(id)) : refused("unknown-allocation");
  }

  /** Either end may. Refused: "unknown-allocation". */
  async release(requester: MemberId, id: AllocationId): Promise<Decoded<undefined>> {
    if (!this.#isOf(id, requester)) return refused("unknown-allocation");
    await this.#end(id, "released");
    return decoded(undefined);
  }

  /** This host's operator wants it gone; its members may ask for it again. False where there is none. */
  async terminate(id: AllocationId): Promise<boolean> {
    if (!this.#sessions.has(id)) return false;
    await this.#end(id, "operator");
    return true;
  }

  /** The requester's own leg moved, and it has no way to say so over STUN. Refused: "unknown-allocation". */
  relearn(requester: MemberId, id: AllocationId): Decoded<undefined> {
    const pair = this.#sessions.get(id)?.pair;
    const leg = pair === undefined ? undefined : legOf(pair, requester);
    if (leg === undefined) return refused("unknown-allocation");
    this.#forwarder.relearn(id, leg);
    return decoded(undefined);
  }

  /** Members, their keys or names, or the address lists may have changed: ends what would not be granted any more. */
  async recheck(): Promise<void> {
    const ends = [...this.#sessions].flatMap(([id, { pair }]) => {
      const fault = this.#parts.faultOf(pair);
      const why = fault === undefined ? this.#legFault(id) : END_BY_FAULT[fault];
      return why === undefined ? [] : [this.#end(id, why)];
    });
    await Promise.all(ends);
  }

  /** Revoked: everything it is an end of goes at once. `faultOf` must know already. */
  async dropMember(member: MemberId): Promise<void> {
    const ids = this.#table.all().filter(({ pair }) => legOf(pair, member) !== undefined);
    await Promise.all(ids.map(({ id }) => this.#end(id, "revoked")));
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * Grants nothing new from now on, goes on relaying, and resolves when its members have released all that they have, or
   * after `limitMs`. Who they are is returned at once, to be told.
   */
  drain(limitMs: number): { readonly members: ReadonlySet<MemberId>; readonly drained: Promise<void> } {
    this.#draining = true;
    const members = new Set(
      [...this.#sessions.values()].flatMap(({ pair }) =>
        pair.flatMap((end) => (isGuest(end) ? [] : end.memberId)),
      ),
    );
    const { promise: drained, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#parts.clock.after(limitMs, () => resolve(undefined));
    this.#onEmpty = () => {
      cancel();
      resolve(undefined);
    };
    if (this.#hasDrained()) this.#onEmpty();
    return { members, drained };
  }

  get forwarderKind(): ForwarderKind {
    return this.#forwarder.kind;
  }

  /** No packet and no count is lost by it. */
  switchForwarder(kind: ForwarderKind): Promise<void> {
    return this.#forwarder.switchTo(kind);
  }

  /** Makes the counters of `status` those of now. */
  async count(): Promise<void> {
    await this.#forwarder.count();
  }

  status(): readonly AllocationStatus[] {
    return this.#table.all().map((allocation) => this.#statusOf(allocation));
  }

  /** Undefined where there is none. */
  statusOf(id: AllocationId): AllocationStatus | undefined {
    const allocation = this.#table.get(id);
    return allocation && this.#statusOf(allocation);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    this.#poll[Symbol.dispose]();
    await Promise.all([...this.#sessions.keys()].map((id) => this.#end(id, "relay-stopped")));
    await Promise.all(this.#ending.values());
    await this.#forwarder[Symbol.asyncDispose]();
  }

  /** A guest cannot be told, and its invite names other ways. */
  #hasDrained(): boolean {
    return [...this.#sessions.values()].every(({ pair }) => pair.some(isGuest));
  }

  async #sessionFor(claims: RelayTokenClaims, requester: MemberId): Promise<Decoded<Session>> {
    const { allocation: id, pair } = claims;
    for (;;) {
      await this.#ending.get(id);
      if (this.#stopped) return refused("relay-stopped");
      if (this.#draining && !this.#sessions.has(id)) return refused("draining");
      if (this.#ending.has(id)) continue;
      const renewal = this.#renewal(claims);
      const refusal = this.#refusalOf(id, pair, renewal);
      if (refusal !== undefined) return refused(refusal);
      const created = this.#table.create(
        { id, requestedBy: requester, ...renewal },
        this.#parts.clock.monotonicNow(),
      );
      if (!created.ok && created.reason === "keys-changed") {
        await this.#end(id, "keys-changed");
        continue;
      }
      if (!created.ok && created.reason === "better-token") {
        await this.#end(id, "better-token");
        continue;
      }
      if (!created.ok) return created;
      this.#armTimer();
      return decoded(this.#sessions.get(id) ?? this.#start(created.value));
    }
  }

  async #renew(id: AllocationId, token: string): Promise<Decoded<undefined>> {
    const read = await this.#parts.verify(token);
    if (!read.ok) return read;
    const claims = read.value;
    if (claims.allocation !== id) return refused("wrong-allocation");
    const fault = this.#parts.faultOf(claims.pair);
    if (fault !== undefined) return refused(fault);
    const now = this.#parts.clock.monotonicNow();
    const renewed = this.#table.renew(id, this.#renewal(claims), now);
    if (!renewed.ok) return renewed;
    this.#parts.events.changed();
    return decoded(undefined);
  }

  #start(allocation: Allocation): Session {
    const legKeys = { a: this.#parts.random.bytes(32), b: this.#parts.random.bytes(32) };
    return this.#begin(allocation, legKeys, this.#openPort({ ...allocation, legKeys }));
  }

  /** Whether it would still be granted, and there is room. */
  #resumeOne(saved: SavedAllocation, served: Promise<ReadonlySet<AllocationId>>): boolean {
    const { id, pair, legKeys, held } = saved;
    const { clock } = this.#parts;
    if (this.#sessions.has(id) || this.#refusalOf(id, pair, saved) !== undefined) return false;
    const now = clock.monotonicNow();
    const notAfter = monotonicMs(now + saved.notAfter - clock.wallNow());
    const created = this.#table.create({ ...saved, notAfter }, now);
    if (!created.ok) return false;
    const port = served.then((ids) => (ids.has(id) ? decoded(held.port) : refused("port-failed")));
    this.#begin(created.value, legKeys, port);
    return true;
  }

  #begin({ id, pair, notAfter }: Allocation, legKeys: Session["legKeys"], port: Session["port"]): Session {
    const session: Session = { pair, legKeys, port };
    this.#sessions.set(id, session);
    this.#charges.open(id, this.#wallTimeOf(notAfter));
    this.#poll.start();
    void session.port.then((port) => {
      if (this.#sessions.get(id) !== session) return;
      if (port.ok) {
        this.history.opened(id);
      } else {
        this.#sessions.delete(id);
        this.#table.remove(id);
        this.#charges.close(id);
      }
      this.#parts.events.changed();
    });
    return session;
  }

  async #openPort(allocation: Granting): Promise<Decoded<number>> {
    const { id } = allocation;
    try {
      const port = await this.#forwarder.open(forwarderAllocation(allocation));
      if (port.ok) this.#parts.log.info({ allocation: id, port: port.value }, "relay allocation opened");
      else this.#parts.log.warn({ allocation: id, reason: port.reason }, "relay allocation refused");
      return port;
    } catch (error) {
      this.#parts.log.error({ allocation: id, err: error }, "relay port could not be opened");
      return refused("port-failed");
    }
  }

  /** Idempotent. Resolves once the port is closed. */
  #end(id: AllocationId, why: AllocationEnd): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return this.#ending.get(id) ?? Promise.resolve();
    const now = this.#parts.clock.monotonicNow();
    const { createdAt = now, notAfter = now } = this.#table.get(id) ?? {};
    this.#account(id);
    const last = this.statusOf(id);
    this.#sessions.delete(id);
    this.#table.remove(id);
    this.#armTimer();
    const ending = this.#close(id, session, this.#wallTimeOf(notAfter)).finally(() =>
      this.#ending.delete(id),
    );
    this.#ending.set(id, ending);
    this.#parts.log.info({ allocation: id, why }, "relay allocation ended");
    if (last !== undefined) this.history.ended(last, why);
    this.#parts.events.ended(id, session.pair, why, now - createdAt);
    this.#parts.events.changed();
    if (this.#draining && this.#hasDrained()) this.#onEmpty();
    return ending;
  }

  async #close(id: AllocationId, session: Session, tokenEndsAt: WallMs): Promise<void> {
    await session.port; // one that is still opening can only be closed afterwards
    try {
      await this.#forwarder.count();
      const status = this.#forwarder.status(id);
      if (status !== undefined) this.#charges.charge(id, tokenEndsAt, status);
      this.#charges.close(id);
      await this.#forwarder.close(id);
    } catch (error) {
      this.#parts.log.error({ allocation: id, err: error }, "relay port could not be closed");
    }
  }

  #statusOf(allocation: Allocation): AllocationStatus {
    const { id } = allocation;
    return { allocation, forwarder: this.#forwarder.status(id), usedBytes: this.#charges.usedBytes(id) };
  }

  /** One whose tokens are all too old runs out, in its lifetime, unless an end shows a newer one. */
  #hasAcceptedEpoch(id: AllocationId): boolean {
    const epoch = this.#table.get(id)?.epoch;
    return epoch === undefined || this.#parts.isEpochAccepted(epoch);
  }

  #prolong(id: AllocationId): boolean {
    if (!this.#hasAcceptedEpoch(id)) return false;
    const refreshed = this.#table.refresh(id, this.#parts.clock.monotonicNow());
    if (refreshed !== undefined) this.#armTimer();
    return refreshed !== undefined;
  }

  #armTimer(): void {
    this.#cancelTimer();
    const at = this.#table.nextExpiryAt();
    if (at === undefined || this.#stopped) return;
    this.#cancelTimer = this.#parts.clock.after(at - this.#parts.clock.monotonicNow(), () => {
      for (const { id } of this.#table.expired(this.#parts.clock.monotonicNow()))
        void this.#end(id, "expired");
      this.#armTimer();
    });
  }

  /** Whether to look again. */
  #look(): boolean {
    this.#parts.usage.sweep(this.#parts.clock.wallNow());
    const faults = new Map<AllocationId, LegFault | undefined>();
    for (const id of this.#sessions.keys()) {
      const status = this.#account(id);
      faults.set(id, status && this.#parts.inspect(id, status));
    }
    const closed = this.closedBy();
    for (const [id, { pair }] of [...this.#sessions]) {
      const why = closed ?? faults.get(id);
      if (why === undefined) this.#holdToQuota(id, pair);
      else void this.#end(id, why);
    }
    return this.#sessions.size > 0;
  }

  /** Undefined while the port is opening. */
  #account(id: AllocationId): ForwarderStatus | undefined {
    const allocation = this.#table.get(id);
    const status = this.#forwarder.status(id);
    if (allocation === undefined || status === undefined) return undefined;
    this.#parts.events.counted(allocation, status);
    this.#charges.charge(id, this.#wallTimeOf(allocation.notAfter), status);
    return status;
  }

  #legFault(id: AllocationId): LegFault | undefined {
    const status = this.#forwarder.status(id);
    return status && this.#parts.inspect(id, status);
  }

  #holdToQuota(id: AllocationId, pair: Pair): void {
    const limitBytes = this.#table.get(id)?.quotaBytes ?? 0;
    switch (this.#charges.level(id, limitBytes)) {
      case "within":
        break;
      case "nearly-used":
        if (!this.#charges.warn(id)) break;
        this.#parts.events.nearlyUsed(id, pair, this.#charges.usedBytes(id), limitBytes);
        break;
      case "used":
        void this.#end(id, "quota");
        break;
    }
  }

  /** Why nobody is relayed now. */
  closedBy(): Closed | undefined {
    const { policy, usage, clock } = this.#parts;
    const now = clock.wallNow();
    return closedBy(policy, this.#isOpenAt, usage.monthBytes(now), now);
  }

  #refusalOf(id: AllocationId, pair: Pair, asked: Grant): PairFault | Closed | "quota-used" | undefined {
    return this.#parts.faultOf(pair) ?? this.closedBy() ?? this.#quotaRefusal(id, asked);
  }

  /** What an end with a better token was granted is granted to the other as well. */
  #quotaRefusal(id: AllocationId, asked: Grant): "quota-used" | undefined {
    const existing = this.#table.get(id);
    const { quotaBytes } = existing !== undefined && compareGrants(existing, asked) > 0 ? existing : asked;
    return this.#charges.level(id, quotaBytes) === "used" ? "quota-used" : undefined;
  }

  #grant(id: AllocationId, session: Session, leg: LegName, port: number): RelayGrant {
    return {
      allocation: id,
      port,
      peer: memberOf(session.pair, otherLeg(leg)),
      leg,
      legKey: session.legKeys[leg],
      lifetimeSec: this.#lifetimeSec(id),
    };
  }

  #lifetimeSec(id: AllocationId): number {
    const expiresAt = this.#table.get(id)?.expiresAt ?? 0;
    return Math.max(0, Math.floor((expiresAt - this.#parts.clock.monotonicNow()) / 1000));
  }

  #isOf(id: AllocationId, member: MemberId): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && legOf(session.pair, member) !== undefined;
  }

  #renewal(claims: RelayTokenClaims): Renewal {
    const { pair, tier, epoch } = claims;
    const ofTier = grantedLimits(claims, this.#parts.policy.tiers[tier]);
    const limits = guestLegOf(pair) === undefined ? ofTier : grantedLimits(GUEST_LIMITS, ofTier);
    return { pair, tier, epoch, ...limits, notAfter: this.#notAfter(claims) };
  }

  /** The token's end on our monotonic clock, with the tolerance for wrong clocks that it was accepted with. */
  #notAfter(claims: RelayTokenClaims): MonotonicMs {
    const endMs = (claims.expiresAtSec + CLOCK_TOLERANCE_SEC) * 1000;
    return monotonicMs(this.#parts.clock.monotonicNow() + endMs - this.#parts.clock.wallNow());
  }

  #wallTimeOf(at: MonotonicMs): WallMs {
    return wallMs(this.#parts.clock.wallNow() + at - this.#parts.clock.monotonicNow());
  }
}

type Granting = Pick<Allocation, "id" | "pair" | "bandwidthBps"> & Pick<Session, "legKeys">;

function forwarderAllocation({ id, pair, bandwidthBps, legKeys }: Granting): ForwarderAllocation {
  const leg = (name: LegName, wireguardKey: string) => ({
    wireguardKey: keyBytes(wireguardKey) ?? new Uint8Array(),
    legKey: legKeys[name],
  });
  return {
    id,
    legs: { a: leg("a", pair[0].wireguardKey), b: leg("b", pair[1].wireguardKey) },
    bandwidthBps: bandwidthBps === 0 ? undefined : bandwidthBps,
    guest: guestLegOf(pair),
  };
}

function memberOf(pair: Pair, leg: LegName): MemberId {
  return leg === "a" ? pair[0].memberId : pair[1].memberId;
}
