import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type {
  AllocationLeg,
  AllocationWarning,
  Failure,
  RequestBody,
  ResponseBody,
} from "../../protocol/frame-body.ts";
import type { AllocationId, MemberId, NetworkId } from "../../protocol/ids.ts";
import { publicKeyOf } from "../../protocol/keys.ts";
import {
  isEpochAccepted,
  isGuest,
  peekClaims,
  readRelayToken,
  type Pair,
  type RelayTokenClaims,
} from "../../protocol/relay-token.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import { epochOf, type Roster } from "../registry/roster.ts";
import { DEFAULT_ALLOCATION_LIMITS, type AllocationStatus } from "../relay/server/allocations.ts";
import type { ForwarderChoice, ForwarderWish } from "../relay/server/choose-forwarder.ts";
import type { ForwarderKind } from "../relay/server/forwarder.ts";
import type { RelayTally } from "../metrics/relay-tally.ts";
import type { Guard, GuardCounters, GuardOptions } from "../relay/server/guard/guard.ts";
import type { RelayHistory } from "../relay/server/history.ts";
import { isAllowed, type RelayPolicy } from "../relay/server/policy.ts";
import type { RelayUsage } from "../relay/server/quota.ts";
import { RelayServer } from "../relay/server/relay-server.ts";
import type { PairFault, RelayGrant } from "../relay/server/relay-server-parts.ts";
import type { SavedAllocation } from "../relay/server/relay-state.ts";
import { isWithin } from "../relay/server/tiers.ts";
import { TokenCache } from "../relay/server/token-cache.ts";
import type { PortRange } from "../relay/server/userspace-forwarder.ts";
import { relayRefusal } from "./relay-refusals.ts";

export type VolunteerLimits = RelayPolicy & {
  readonly ports: PortRange;
  readonly maxAllocations: number;
  /** Counted for who asked first. */
  readonly maxPerMember: number;
  readonly forwarder: ForwarderWish;
  readonly guard: GuardOptions;
  /** As the registry and the metrics show it; "" is none. */
  readonly region: string;
};

export type VolunteerParts = {
  readonly self: MemberId;
  readonly network: NetworkId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limits: VolunteerLimits;
  readonly usage: RelayUsage;
  readonly forwarder: Pick<ForwarderChoice, "create">;
  readonly guard: Pick<Guard, "admitAllocation" | "listsAdmit" | "inspect" | "forget" | "counters">;
  readonly tally: Pick<RelayTally, "count" | "end">;
  /** Where packets of the member come from; undefined where a relay carries them. */
  outerEndpoint(member: MemberId): Endpoint | undefined;
  roster(): Roster;
  /** Whether the member can be told something; whoever is not connected is dialled. */
  reach(member: MemberId): Promise<boolean>;
  /** Addresses under which this host's relay ports are reached. */
  addresses(): readonly string[];
  notifyOffer(to: MemberId, leg: AllocationLeg): void;
  notifyEnded(to: MemberId, allocation: AllocationLeg["allocation"], reason: string): void;
  notifyWarning(to: MemberId, warning: AllocationWarning): void;
  /** What `saved` returns is not what it was. */
  onChanged(): void;
};

export type RelayRequest = Extract<RequestBody, { kind: "allocate" | "refresh" | "release" }>;

/** The relay that this member volunteers, spoken to over control connections (R-506: there is none otherwise). */
export class Volunteering implements AsyncDisposable {
  readonly #parts: VolunteerParts;
  readonly #server: RelayServer;
  readonly #tokens = new TokenCache();
  readonly #handedOver = new Set<MemberId>();

  constructor(parts: VolunteerParts) {
    this.#parts = parts;
    const { clock, random, limits } = parts;
    this.#server = new RelayServer({
      clock,
      random,
      log: parts.log.child({ component: "relay" }),
      limits: {
        ...DEFAULT_ALLOCATION_LIMITS,
        maxAllocations: limits.maxAllocations,
        maxPerMember: limits.maxPerMember,
      },
      policy: limits,
      usage: parts.usage,
      createForwarder: parts.forwarder.create,
      verify: (token) => this.#verify(token),
      isEpochAccepted: (epoch) => isEpochAccepted(epoch, epochOf(parts.roster())),
      faultOf: (pair) => this.#faultOf(pair),
      admit: (member) => parts.guard.admitAllocation(member, parts.outerEndpoint(member)),
      inspect: (id, status) => parts.guard.inspect(id, status),
      isReachable: (member) => parts.reach(member),
      events: {
        offered: (to, grant) => parts.notifyOffer(to, this.#legFor(grant)),
        ended: (allocation, pair, why, lastedMs) => {
          parts.guard.forget(allocation);
          parts.tally.end(allocation, why, lastedMs);
          // Both ends hear of its successor, as after a restart of the relay: to them there is no gap.
          if (why === "better-token") return;
          for (const { memberId } of pair) parts.notifyEnded(memberId, allocation, why);
        },
        changed: () => parts.onChanged(),
        counted: ({ id, bandwidthBps }, { counters: { a, b }, drops }) => {
          const counts = { bytes: a.rxBytes + b.rxBytes, packets: a.rxPackets + b.rxPackets, drops };
          parts.tally.count(id, counts, bandwidthBps, clock.monotonicNow());
        },
        nearlyUsed: (allocation, pair, usedBytes, limitBytes) => {
          for (const { memberId } of pair)
            parts.notifyWarning(memberId, { allocation, usedBytes, limitBytes });
        },
      },
    });
  }

  /** See `RelayServer.resume`. */
  resume(saved: readonly SavedAllocation[]): Promise<void> {
    return this.#server.resume(saved);
  }

  saved(): readonly SavedAllocation[] {
    return this.#server.saved();
  }

  async serve(from: MemberId, request: RelayRequest): Promise<ResponseBody | Failure> {
    switch (request.kind) {
      case "allocate": {
        const grant = await this.#server.allocate(from, request.token);
        return grant.ok ? { kind: "allocated", ...this.#legFor(grant.value) } : relayRefusal(grant.reason);
      }
      case "refresh": {
        const lifetimeSec = await this.#server.refresh(from, request.allocation, request.token);
        return lifetimeSec.ok
          ? { kind: "refreshed", lifetimeSec: lifetimeSec.value }
          : relayRefusal(lifetimeSec.reason);
      }
      case "release": {
        const released = await this.#server.release(from, request.allocation);
        return released.ok ? { kind: "released" } : relayRefusal(released.reason);
      }
    }
  }

  /** The roster or the address lists have changed. */
  recheck(): Promise<void> {
    return this.#server.recheck();
  }

  /**
   * The member has new keys, and its WireGuard goes on through the ports that there are until it has asked for its own: what was
   * granted to the old ones ends with `dropMember`, and not before.
   */
  handOver(member: MemberId): void {
    this.#handedOver.add(member);
  }

  dropMember(member: MemberId): Promise<void> {
    this.#handedOver.delete(member);
    return this.#server.dropMember(member);
  }

  get isDraining(): boolean {
    return this.#server.isDraining;
  }

  /** See `RelayServer.drain`. */
  drain(limitMs: number): ReturnType<RelayServer["drain"]> {
    return this.#server.drain(limitMs);
  }

  /** Out of its hours, or the month's bytes are used. */
  get isClosed(): boolean {
    return this.#server.closedBy() !== undefined;
  }

  get limits(): VolunteerLimits {
    return this.#parts.limits;
  }

  get forwarderKind(): ForwarderKind {
    return this.#server.forwarderKind;
  }

  switchForwarder(kind: ForwarderKind): Promise<void> {
    return this.#server.switchForwarder(kind);
  }

  count(): Promise<void> {
    return this.#server.count();
  }

  status(): readonly AllocationStatus[] {
    return this.#server.status();
  }

  statusOf(id: AllocationId): AllocationStatus | undefined {
    return this.#server.statusOf(id);
  }

  /** By this host's operator; both ends are told. False where there is none. */
  terminate(id: AllocationId): Promise<boolean> {
    return this.#server.terminate(id);
  }

  get history(): RelayHistory {
    return this.#server.history;
  }

  get admissions(): GuardCounters {
    return this.#parts.guard.counters();
  }

  get monthBytes(): number {
    return this.#parts.usage.monthBytes(this.#parts.clock.wallNow());
  }

  get tokensCached(): number {
    return this.#tokens.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  #legFor(grant: RelayGrant): AllocationLeg {
    const endpoints = this.#parts.addresses().map((address): Endpoint => ({ address, port: grant.port }));
    const { allocation, peer, lifetimeSec, legKey, leg } = grant;
    return { allocation, relay: this.#parts.self, peer, endpoints, lifetimeSec, legKey, leg };
  }

  async #verify(token: string): Promise<Decoded<RelayTokenClaims>> {
    const now = this.#parts.clock.wallNow();
    const known = this.#tokens.get(token, now);
    if (known !== undefined)
      return isEpochAccepted(known.epoch, epochOf(this.#parts.roster()))
        ? decoded(known)
        : refused("wrong-epoch");
    const claims = await this.#read(token);
    if (claims.ok) this.#tokens.add(token, claims.value, now);
    return claims;
  }

  /** Shape, issuer and times before the signature: a signature costs the most. */
  async #read(token: string): Promise<Decoded<RelayTokenClaims>> {
    const peeked = peekClaims(token);
    if (!peeked.ok) return peeked;
    const { issuer } = peeked.value;
    const { self, network, clock, limits } = this.#parts;
    const roster = this.#parts.roster();
    const member = roster.members.get(issuer);
    if (member === undefined) return refused("not-a-member");
    const verifyKey = publicKeyOf("ed25519", member.identityKey);
    const expected = { relay: self, network, epoch: epochOf(roster), now: clock.wallNow() };
    const claims = await readRelayToken(token, verifyKey, expected);
    if (!claims.ok || issuer === self) return claims; // this host's operator grants what he likes
    const { pair, tier } = claims.value;
    // Members mint for their own pairs only.
    if (!pair.some(({ memberId }) => memberId === issuer)) return refused("not-in-pair");
    return isWithin(tier, limits.memberTier) ? claims : refused("tier-not-allowed");
  }

  #faultOf(pair: Pair): PairFault | undefined {
    const { members, memberByWireguardKey } = this.#parts.roster();
    const ends = pair.filter((end) => !isGuest(end));
    const found = ends.flatMap(({ memberId }) => members.get(memberId) ?? []);
    // Between the same places as before: its keys were in order when it was granted.
    if (ends.some(({ memberId }) => this.#handedOver.has(memberId))) return undefined;
    if (found.length === 0 || found.length < ends.length) return "not-a-member";
    if (ends.some(({ memberId, wireguardKey }) => members.get(memberId)?.wireguardKey !== wireguardKey))
      return "wrong-keys";
    // Only who may invite has guests, and a member's key is no guest's.
    const guests = pair.filter(isGuest);
    if (guests.length > 0 && !found.every(({ roles }) => roles.includes("admin"))) return "not-an-admin";
    if (guests.some(({ wireguardKey }) => memberByWireguardKey.has(wireguardKey))) return "wrong-keys";
    if (!isAllowed(this.#parts.limits, found)) return "not-allowed";
    return found.every(({ id }) => this.#isAdmitted(id)) ? undefined : "address-blocked";
  }

  /** Asked for both ends: a leg that could not come would only wait for the allocation's end. */
  #isAdmitted(member: MemberId): boolean {
    const outer = this.#parts.outerEndpoint(member);
    return outer === undefined || this.#parts.guard.listsAdmit(outer);
  }
}
