import type { Decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { AllocationId } from "../../../protocol/ids.ts";
import type { LegName } from "./leg.ts";
import type { LearnerDrop } from "./leg-learner.ts";
import type { LegProof } from "./leg-state.ts";

/** Moves an allocation's packets. Userspace does it with sockets; a kernel forwarder learns legs the same way and hands data to nftables. */
export type Forwarder = AsyncDisposable & {
  /**
   * The UDP port that serves both legs, IPv4 and IPv6 alike. Refused: "ports-exhausted". Rejects only where the
   * host does not let us open sockets at all.
   */
  open(allocation: ForwarderAllocation): Promise<Decoded<number>>;
  /** Resolves once the port is free; no event names the allocation after the call. */
  close(id: AllocationId): Promise<void>;
  /**
   * Takes up at once all that a predecessor served on this host, on the same ports, and lets go of what else it left.
   * Call it once, before anything else. Returns what is served again; the rest is as if it had never been.
   */
  resume(allocations: readonly ResumedAllocation[]): Promise<ReadonlySet<AllocationId>>;
  /** What a successor would need; undefined where there is no such allocation. */
  held(id: AllocationId): Held | undefined;
  /** The member says that its leg moved and it cannot prove so by STUN: a handshake may place it anew. */
  relearn(id: AllocationId, leg: LegName): void;
  status(id: AllocationId): ForwarderStatus | undefined;
  /** Who carries what it can carry. */
  readonly kind: ForwarderKind;
  /** While running, and without losing what was learned; what knows one way only keeps to it. Never rejects. */
  switchTo(kind: ForwarderKind): Promise<void>;
  /** Makes the counters of `status` those of now; undefined where they always are. Never rejects. */
  count(): Promise<void> | undefined;
};

export type ForwarderAllocation = {
  readonly id: AllocationId;
  readonly legs: Readonly<Record<LegName, ForwarderLeg>>;
  /** Bits a second of UDP payload, both directions together. Undefined: as much as the host carries. */
  readonly bandwidthBps?: number | undefined;
  /** The leg of an invite's joiner, who has no leg key. Its port is named by a token: after a loss it is the same again, if free. */
  readonly guest?: LegName | undefined;
};

/** How an allocation is served; plain data, so that it can outlive the process. */
export type Held = {
  readonly port: number;
  readonly endpoints: Readonly<Record<LegName, Endpoint | undefined>>;
  /** Its place in the kernel's table, and what the kernel had counted when that was last read. */
  readonly kernel?: KernelHeld | undefined;
};

export type KernelHeld = {
  readonly index: number;
  readonly counted: readonly (KernelCount & { readonly key: number })[];
};

export type ResumedAllocation = ForwarderAllocation & { readonly held: Held };

/** Both 32 bytes: the member's WireGuard public key, and the secret that only it and we know. */
export type ForwarderLeg = { readonly wireguardKey: Uint8Array; readonly legKey: Uint8Array };

export type ForwarderEvents = {
  legConfirmed(id: AllocationId, leg: LegName, endpoint: Endpoint, proof: LegProof): void;
  legLost(id: AllocationId, leg: LegName): void;
  /** The leg's member proved by STUN that it still wants the allocation. */
  legAlive(id: AllocationId, leg: LegName): void;
  /** The port broke and is closed; no other allocation is touched. */
  failed(id: AllocationId, error: Error): void;
};

export type DropReason =
  | LearnerDrop
  | "not-wireguard"
  | "too-long"
  | "refused-source"
  | "stun-malformed"
  | "stun-unauthenticated"
  /** More waits to be sent than the host's socket takes. */
  | "congested"
  | "send-failed"
  /** More than the allocation's bandwidth. */
  | "over-rate";

/** Datagrams and their UDP payload; `rx` came from the leg and was relayed, `tx` went to it. */
export type LegCounters = {
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly txPackets: number;
  readonly txBytes: number;
};

/** IP datagrams and their bytes, headers included. */
export type KernelCount = { readonly packets: number; readonly bytes: number };

export type ForwarderKind = "kernel" | "userspace";

export type ForwarderStatus = {
  readonly port: number;
  /** Who carries the data packets now. */
  readonly kind?: ForwarderKind;
  readonly endpoints: Readonly<Record<LegName, Endpoint | undefined>>;
  readonly counters: Readonly<Record<LegName, LegCounters>>;
  readonly drops: ReadonlyMap<DropReason, number>;
};
