import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { keyBytes } from "../../../protocol/keys.ts";
import { CLOCK_TOLERANCE_SEC, type Pair, type RelayTokenClaims } from "../../../protocol/relay-token.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import { AllocationTable, type Allocation, type AllocationLimits } from "./allocations.ts";
import type { Forwarder, ForwarderEvents, ForwarderStatus } from "./forwarder.ts";
import { legOf, otherLeg, type LegName } from "./leg.ts";

/** What one end of the pair needs to use the allocation. `legKey` is this member's alone: never show it to the other. */
export type RelayGrant = {
  readonly allocation: AllocationId;
  readonly port: number;
  readonly peer: MemberId;
  readonly leg: LegName;
  readonly legKey: Uint8Array;
  readonly lifetimeSec: number;
};

export type AllocationEnd = "expired" | "released" | "revoked" | "failed" | "keys-changed" | "relay-stopped";

export type RelayServerEvents = {
  /** The other end asked, perhaps again: `to` may have restarted since it had the allocation last. */
  offered(to: MemberId, grant: RelayGrant): void;
  ended(allocation: AllocationId, pair: Pair, why: AllocationEnd): void;
};

export type RelayServerParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limits: AllocationLimits;
  readonly createForwarder: (events: ForwarderEvents) => Forwarder;
  /**
   * Finds the issuer's key, reads the token (audience, network, times, signature), and checks that the pair's
   * WireGuard keys are those of the members' certificates.
   */
  readonly verify: (token: string) => Promise<Decoded<RelayTokenClaims>>;
  /** Whether the member is one and not revoked: it may have been since `verify` looked. */
  readonly isMember: (member: MemberId) => boolean;
  readonly events: RelayServerEvents;
};

export type AllocationStatus = {
  readonly allocation: Allocation;
  readonly forwarder: ForwarderStatus | undefined;
};

type Session = {
  readonly pair: Pair;
  readonly legKeys: Readonly<Record<LegName, Uint8Array>>;
  /** Settles when the port is open or refused; never rejects. */
  readonly port: Promise<Decoded<number>>;
};

/**
 * The volunteer's side of relaying: turns requests that came over authenticated control connections into
 * allocations, and ends them. Owns the forwarder and the one timer. Requests never reject; they are refused by name.
 */
export class RelayServer implements AsyncDisposable {
  readonly #parts: RelayServerParts;
  readonly #table: AllocationTable;
  readonly #forwarder: Forwarder;
  readonly #sessions = new Map<AllocationId, Session>();
  /** Allocations whose port is being closed: the same pair's next one waits for it. */
  readonly #ending = new Map<AllocationId, Promise<void>>();
  #stopped = false;
  #cancelTimer: () => void = () => undefined;

  constructor(parts: RelayServerParts) {
    this.#parts = parts;
    this.#table = new AllocationTable(parts.limits);
    this.#forwarder = parts.createForwarder({
      legConfirmed: (id, leg, endpoint, proof) =>
        parts.log.debug({ allocation: id, leg, endpoint, proof }, "relay leg confirmed"),
      legLost: (id, leg) => parts.log.debug({ allocation: id, leg }, "relay leg idle"),
      legAlive: (id) => this.#prolong(id),
      failed: (id, error) => {
        parts.log.warn({ allocation: id, reason: error.message }, "relay port failed");
        void this.#end(id, "failed");
      },
    });
  }

  /**
   * Refused: the token's reasons, "not-in-pair", "not-a-member", "token-expired", "relay-full", "member-full",
   * "ports-exhausted", "port-failed", "released" (while opening), "relay-stopped".
   */
  async allocate(requester: MemberId, token: string): Promise<Decoded<RelayGrant>> {
    const read = await this.#parts.verify(token);
    if (!read.ok) return read;
    const claims = read.value;
    const leg = legOf(claims.pair, requester);
    if (leg === undefined) return refused("not-in-pair");

    const session = await this.#sessionFor(claims, requester);
    if (!session.ok) return session;
    const port = await session.value.port;
    if (!port.ok) return port;
    if (this.#sessions.get(claims.allocation) !== session.value) return refused("released");

    const peer = otherLeg(leg);
    const peerId = memberOf(claims.pair, peer);
    this.#parts.events.offered(peerId, this.#grant(claims.allocation, session.value, peer, port.value));
    return decoded(this.#grant(claims.allocation, session.value, leg, port.value));
  }

  /** Seconds until it expires unless refreshed again. Refused: "unknown-allocation". */
  refresh(requester: MemberId, id: AllocationId): Decoded<number> {
    if (!this.#isOf(id, requester) || !this.#prolong(id)) return refused("unknown-allocation");
    return decoded(this.#lifetimeSec(id));
  }

  /** Either end may. Refused: "unknown-allocation". */
  async release(requester: MemberId, id: AllocationId): Promise<Decoded<undefined>> {
    if (!this.#isOf(id, requester)) return refused("unknown-allocation");
    await this.#end(id, "released");
    return decoded(undefined);
  }

  /** The requester's own leg moved, and it has no way to say so over STUN. Refused: "unknown-allocation". */
  relearn(requester: MemberId, id: AllocationId): Decoded<undefined> {
    const pair = this.#sessions.get(id)?.pair;
    const leg = pair === undefined ? undefined : legOf(pair, requester);
    if (leg === undefined) return refused("unknown-allocation");
    this.#forwarder.relearn(id, leg);
    return decoded(undefined);
  }

  /** Revoked: everything it is an end of goes at once. `isMember` must be false for it already. */
  async dropMember(member: MemberId): Promise<void> {
    const ids = this.#table.all().filter(({ pair }) => legOf(pair, member) !== undefined);
    await Promise.all(ids.map(({ id }) => this.#end(id, "revoked")));
  }

  status(): readonly AllocationStatus[] {
    return this.#table
      .all()
      .map((allocation) => ({ allocation, forwarder: this.#forwarder.status(allocation.id) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await Promise.all([...this.#sessions.keys()].map((id) => this.#end(id, "relay-stopped")));
    await Promise.all(this.#ending.values());
    await this.#forwarder[Symbol.asyncDispose]();
  }

  async #sessionFor(claims: RelayTokenClaims, requester: MemberId): Promise<Decoded<Session>> {
    const { allocation: id, pair } = claims;
    for (;;) {
      await this.#ending.get(id);
      if (this.#stopped) return refused("relay-stopped");
      if (!pair.every(({ memberId }) => this.#parts.isMember(memberId))) return refused("not-a-member");
      if (this.#ending.has(id)) continue;
      const created = this.#table.create(
        {
          id,
          pair,
          tier: claims.tier,
          bandwidthBps: claims.bandwidthBps,
          quotaBytes: claims.quotaBytes,
          requestedBy: requester,
          notAfter: this.#notAfter(claims),
        },
        this.#parts.clock.monotonicNow(),
      );
      if (!created.ok && created.reason === "keys-changed") {
        await this.#end(id, "keys-changed");
        continue;
      }
      if (!created.ok) return created;
      this.#armTimer();
      return decoded(this.#sessions.get(id) ?? this.#start(id, pair));
    }
  }

  #start(id: AllocationId, pair: Pair): Session {
    const legKeys = { a: this.#parts.random.bytes(32), b: this.#parts.random.bytes(32) };
    const session: Session = { pair, legKeys, port: this.#openPort(id, pair, legKeys) };
    this.#sessions.set(id, session);
    void session.port.then((port) => {
      if (!port.ok && this.#sessions.get(id) === session) {
        this.#sessions.delete(id);
        this.#table.remove(id);
      }
    });
    return session;
  }

  async #openPort(id: AllocationId, pair: Pair, legKeys: Session["legKeys"]): Promise<Decoded<number>> {
    const leg = (name: LegName, wireguardKey: string) => ({
      wireguardKey: keyBytes(wireguardKey) ?? new Uint8Array(),
      legKey: legKeys[name],
    });
    const legs = { a: leg("a", pair[0].wireguardKey), b: leg("b", pair[1].wireguardKey) };
    try {
      const port = await this.#forwarder.open({ id, legs });
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
    this.#sessions.delete(id);
    this.#table.remove(id);
    this.#armTimer();
    const ending = this.#close(id, session).finally(() => this.#ending.delete(id));
    this.#ending.set(id, ending);
    this.#parts.log.info({ allocation: id, why }, "relay allocation ended");
    this.#parts.events.ended(id, session.pair, why);
    return ending;
  }

  async #close(id: AllocationId, session: Session): Promise<void> {
    await session.port; // one that is still opening can only be closed afterwards
    try {
      await this.#forwarder.close(id);
    } catch (error) {
      this.#parts.log.error({ allocation: id, err: error }, "relay port could not be closed");
    }
  }

  #prolong(id: AllocationId): boolean {
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

  /** The token's end on our monotonic clock, with the tolerance for wrong clocks that it was accepted with. */
  #notAfter(claims: RelayTokenClaims): MonotonicMs {
    const endMs = (claims.expiresAtSec + CLOCK_TOLERANCE_SEC) * 1000;
    return monotonicMs(this.#parts.clock.monotonicNow() + endMs - this.#parts.clock.wallNow());
  }
}

function memberOf(pair: Pair, leg: LegName): MemberId {
  return leg === "a" ? pair[0].memberId : pair[1].memberId;
}
