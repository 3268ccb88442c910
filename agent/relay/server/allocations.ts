import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import type { Pair, RelayTier } from "../../../protocol/relay-token.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import { ExpiryHeap, type HeapEntry } from "./expiry-heap.ts";
import type { ForwarderStatus } from "./forwarder.ts";
import { guestLegOf } from "./leg.ts";
import { compareGrants } from "./tiers.ts";

/** What a relay gives away at most. */
export type AllocationLimits = {
  readonly maxAllocations: number;
  /** Counted for who asked first, so that nobody can use up another member's. */
  readonly maxPerMember: number;
  /** Of these for invites. */
  readonly maxGuestsPerMember: number;
  readonly lifetimeSec: number;
};

export const DEFAULT_ALLOCATION_LIMITS: AllocationLimits = {
  // Two sockets and some 20 kB each in userspace; well below the 1024 open files of a default service.
  maxAllocations: 256,
  maxPerMember: 64,
  // They may stand for a month each: a quarter, so that the rest is for members.
  maxGuestsPerMember: 16,
  // RFC 8656, section 3.2.
  lifetimeSec: 600,
};

export type Allocation = {
  readonly id: AllocationId;
  readonly pair: Pair;
  readonly tier: RelayTier;
  /** What was granted; 0 is "not limited". */
  readonly bandwidthBps: number;
  readonly quotaBytes: number;
  readonly requestedBy: MemberId;
  readonly createdAt: MonotonicMs;
  readonly expiresAt: MonotonicMs;
  /** When the token ends: nothing prolongs the allocation beyond. */
  readonly notAfter: MonotonicMs;
  /** The latest of the tokens that were shown for it. */
  readonly epoch: number;
};

export type AllocationStatus = {
  readonly allocation: Allocation;
  readonly forwarder: ForwarderStatus | undefined;
  /** Of its quota, in the period that runs. */
  readonly usedBytes: number;
};

export type AllocationRequest = Omit<Allocation, "createdAt" | "expiresAt">;

/** What a newer token says of an allocation that there is. */
export type Renewal = Pick<
  Allocation,
  "pair" | "tier" | "bandwidthBps" | "quotaBytes" | "notAfter" | "epoch"
>;

/**
 * Which allocations there are and until when. Who may ask was decided before; sockets are the forwarder's. What is done
 * for each packet or request costs the same with ten thousand allocations; `all` and `expired` cost what they return.
 */
export class AllocationTable {
  readonly #limits: AllocationLimits;
  readonly #byId = new Map<AllocationId, HeapEntry<Allocation>>();
  readonly #byExpiry = new ExpiryHeap<Allocation>();
  /** How many each has asked for; whoever has none is not listed. */
  readonly #countByMember = new Map<MemberId, number>();
  readonly #guestsByMember = new Map<MemberId, number>();

  constructor(limits: AllocationLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byId.size;
  }

  /**
   * The same for the same pair however often it asks; a newer token prolongs it. Refused:
   * "token-expired", "keys-changed" and "better-token" (close it first), "relay-full", "member-full".
   */
  create(request: AllocationRequest, now: MonotonicMs): Decoded<Allocation> {
    if (request.notAfter <= now) return refused("token-expired");
    const existing = this.get(request.id);
    if (existing !== undefined) {
      if (!samePair(existing.pair, request.pair)) return refused("keys-changed");
      if (compareGrants(request, existing) > 0) return refused("better-token");
      return decoded(this.#put(renewed(existing, request), now));
    }
    if (this.#byId.size >= this.#limits.maxAllocations) return refused("relay-full");
    const { requestedBy } = request;
    const { maxPerMember, maxGuestsPerMember } = this.#limits;
    const isForGuest = guestLegOf(request.pair) !== undefined;
    if ((this.#countByMember.get(requestedBy) ?? 0) >= maxPerMember) return refused("member-full");
    if (isForGuest && (this.#guestsByMember.get(requestedBy) ?? 0) >= maxGuestsPerMember)
      return refused("member-full");
    add(this.#countByMember, requestedBy, 1);
    if (isForGuest) add(this.#guestsByMember, requestedBy, 1);
    return decoded(this.#put({ ...request, createdAt: now, expiresAt: now }, now));
  }

  /** A newer token prolongs what there is; limits stay. Refused: "unknown-allocation", "keys-changed". */
  renew(id: AllocationId, renewal: Renewal, now: MonotonicMs): Decoded<Allocation> {
    const existing = this.get(id);
    if (existing === undefined || existing.expiresAt <= now) return refused("unknown-allocation");
    if (!samePair(existing.pair, renewal.pair)) return refused("keys-changed");
    return decoded(this.#put(renewed(existing, renewal), now));
  }

  /** Prolongs by a lifetime from now, up to the token's end. Undefined where there is none (any more). */
  refresh(id: AllocationId, now: MonotonicMs): Allocation | undefined {
    const existing = this.get(id);
    if (existing === undefined || existing.expiresAt <= now) return undefined;
    return this.#put(existing, now);
  }

  get(id: AllocationId): Allocation | undefined {
    return this.#byId.get(id)?.item;
  }

  all(): readonly Allocation[] {
    return Array.from(this.#byId.values(), ({ item }) => item);
  }

  remove(id: AllocationId): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#byExpiry.remove(entry);
    const { requestedBy, pair } = entry.item;
    add(this.#countByMember, requestedBy, -1);
    if (guestLegOf(pair) !== undefined) add(this.#guestsByMember, requestedBy, -1);
  }

  /** In no order. */
  expired(now: MonotonicMs): readonly Allocation[] {
    return this.#byExpiry.expired(now);
  }

  nextExpiryAt(): MonotonicMs | undefined {
    return this.#byExpiry.first()?.expiresAt;
  }

  #put(allocation: Allocation, now: MonotonicMs): Allocation {
    const expiresAt = monotonicMs(Math.min(now + this.#limits.lifetimeSec * 1000, allocation.notAfter));
    const next = { ...allocation, expiresAt };
    const entry = this.#byId.get(next.id);
    if (entry === undefined) this.#byId.set(next.id, this.#byExpiry.add(next));
    else this.#byExpiry.replace(entry, next);
    return next;
  }
}

function add(counts: Map<MemberId, number>, member: MemberId, by: number): void {
  const count = (counts.get(member) ?? 0) + by;
  if (count > 0) counts.set(member, count);
  else counts.delete(member);
}

/** A token that grants less says that its pair is still wanted, and does not keep up what a better one had granted. */
function renewed(existing: Allocation, renewal: Renewal): Allocation {
  const epoch = Math.max(existing.epoch, renewal.epoch);
  const isLess = compareGrants(renewal, existing) < 0;
  const notAfter = isLess ? existing.notAfter : Math.max(existing.notAfter, renewal.notAfter);
  return { ...existing, epoch, notAfter: monotonicMs(notAfter) };
}

function samePair(a: Pair, b: Pair): boolean {
  return a.every((member, i) => {
    const other = b[i];
    return member.memberId === other?.memberId && member.wireguardKey === other.wireguardKey;
  });
}
