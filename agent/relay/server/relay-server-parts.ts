import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import type { Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import type { Pair, RelayTokenClaims } from "../../../protocol/relay-token.ts";
import type { Allocation, AllocationLimits } from "./allocations.ts";
import type { Forwarder, ForwarderEvents, ForwarderStatus } from "./forwarder.ts";
import type { LegFault } from "./guard/guard.ts";
import type { LegName } from "./leg.ts";
import type { Closed, RelayPolicy } from "./policy.ts";
import type { RelayUsage } from "./quota.ts";

/** What one end of the pair needs to use the allocation. `legKey` is this member's alone: never show it to the other. */
export type RelayGrant = {
  readonly allocation: AllocationId;
  readonly port: number;
  readonly peer: MemberId;
  readonly leg: LegName;
  readonly legKey: Uint8Array;
  readonly lifetimeSec: number;
};

export type AllocationEnd =
  | "expired"
  | "released"
  | "revoked"
  | "failed"
  | "keys-changed"
  | "better-token"
  | "not-allowed"
  | "quota"
  | "operator"
  | "relay-stopped"
  | LegFault
  | Closed;

/** What stands against a pair, whatever its token says. */
export type PairFault = "not-a-member" | "not-an-admin" | "wrong-keys" | "not-allowed" | "address-blocked";

export const END_BY_FAULT = {
  "not-a-member": "revoked",
  "not-an-admin": "not-allowed",
  "wrong-keys": "keys-changed",
  "not-allowed": "not-allowed",
  "address-blocked": "address-blocked",
} as const satisfies Record<PairFault, AllocationEnd>;

export type RelayServerEvents = {
  /** The other end asked, perhaps again: `to` may have restarted since it had the allocation last. */
  offered(to: MemberId, grant: RelayGrant): void;
  ended(allocation: AllocationId, pair: Pair, why: AllocationEnd, lastedMs: number): void;
  /** At each look at what the allocation has relayed since its port opened; the last one before it ends. */
  counted(allocation: Allocation, status: ForwarderStatus): void;
  /** Once in an allocation's life and quota's period: at the limit it ends. */
  nearlyUsed(allocation: AllocationId, pair: Pair, usedBytes: number, limitBytes: number): void;
  /** What `saved` returns is not what it was, beyond counters. */
  changed(): void;
};

export type RelayServerParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limits: AllocationLimits;
  readonly createForwarder: (events: ForwarderEvents) => Forwarder;
  readonly policy: Pick<RelayPolicy, "tiers" | "monthlyBytes" | "schedule">;
  /** Outlives this relay, as quotas do. */
  readonly usage: RelayUsage;
  /** Finds the issuer's key and reads the token: audience, network, times, tier, signature. */
  readonly verify: (token: string) => Promise<Decoded<RelayTokenClaims>>;
  /** Whether tokens of this epoch of the network still count. */
  readonly isEpochAccepted: (epoch: number) => boolean;
  /** Asked anew whenever it matters: it may have changed since the token was minted. */
  readonly faultOf: (pair: Pair) => PairFault | undefined;
  /** Asked before an allocation is made, not for one that there is. Refused: as the guard says. */
  readonly admit: (requester: MemberId) => Promise<Decoded<undefined>>;
  /** Asked at each look at an open allocation's counters, and by `recheck`. */
  readonly inspect: (id: AllocationId, status: ForwarderStatus) => LegFault | undefined;
  /** An allocation that the other end cannot be told of would only wait for its end. */
  readonly isReachable: (member: MemberId) => Promise<boolean>;
  readonly events: RelayServerEvents;
};
