import { isUsableRemote, type Endpoint } from "../../../protocol/endpoint.ts";
import type { Answer, Message } from "./message.ts";

/** What is to be mapped, and where. */
export type Target = {
  /** IPv4, as the one below. */
  readonly gateway: string;
  /** This host's address towards the gateway. */
  readonly own: string;
  /** WireGuard's. */
  readonly port: number;
  /** PCP's, the same whenever this host maps this port at this gateway: so a restarted agent may change what the last one mapped. */
  readonly nonce: Uint8Array;
  /** Outside ports to ask for where another host of the LAN has `port`, by a protocol that does not choose itself. */
  readonly otherPorts: readonly number[];
  /** -0.1 to 0.1, of retransmission times (RFC 6887, section 8.1.1): hosts do not ask in step after a power cut. */
  readonly jitter: number;
};

/** Probe: does the gateway speak it? Look: is the mapping still there? */
export type Purpose = "probe" | "map" | "look" | "unmap";

export type Ask = {
  readonly message: Message;
  /** When to send again, from the first transmission. */
  readonly retransmitMs: readonly number[];
  readonly timeoutMs: number;
};

export type Mapped = {
  readonly external: Endpoint;
  readonly lifetimeSec: number;
};

/** What a gateway said to a purpose, in the end. */
export type News =
  | { readonly tag: "present" }
  | ({ readonly tag: "mapped" } & Mapped)
  | { readonly tag: "kept" }
  /** The mapping is gone, or leads from elsewhere now. */
  | { readonly tag: "lost" }
  | { readonly tag: "unmapped" }
  | { readonly tag: "refused"; readonly reason: string; readonly retryAfterSec?: number };

export type View = {
  readonly target: Target;
  readonly purpose: Purpose;
  /** The mapping that is held, or the last that was: what to ask for again. */
  readonly external: Endpoint | undefined;
};

export type Read<Memory> =
  /** Not an answer to what was asked. */
  | { readonly tag: "ignored" }
  | {
      readonly tag: "read";
      readonly memory: Memory;
      readonly epochSec?: number;
      readonly then: { readonly ask: Ask } | { readonly news: News };
    };

/** One protocol, as pure functions: what to ask next, and what an answer means. */
export type Dialect<Memory> = {
  readonly blank: Memory;
  begin(view: View, memory: Memory): { readonly memory: Memory; readonly ask: Ask };
  read(view: View, memory: Memory, answer: Answer): Read<Memory>;
};

/**
 * Seconds that a mapping is asked for. RFC 6886 and 6887 recommend two hours and a day; ours goes away by itself this soon after a
 * crash, for a few packets an hour more. It is renewed at half of it.
 */
export const LEASE_SEC = 600;

/** Of the last word before an agent ends: it must not wait for a gateway that is gone. */
export const UNMAP_RETRANSMIT_MS = [150, 400];
export const UNMAP_TIMEOUT_MS = 1_000;

export const ignored: { readonly tag: "ignored" } = { tag: "ignored" };

export function refusal(reason: string): { readonly news: News } {
  return { news: { tag: "refused", reason } };
}

/** Whether packets can come in there. 0.0.0.0 is what a router without an uplink says. */
export function isUsableExternal({ address, port }: Endpoint): boolean {
  return port !== 0 && isUsableRemote(address);
}
