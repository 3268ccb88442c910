import type { ListenAddresses, PortLimits } from "../udp-port.ts";
import type { LegName } from "../leg.ts";

/** What the two threads tell one another; packets that were received go by way of `PacketQueue`. */

/** Socket addresses as `encodeSockaddr` makes them. */
export type SocketRoute = { readonly from: Uint8Array; readonly to: Uint8Array };

/** `port` is not the number but a serial: what is still under way never meets the next one on that number. */
export type WorkerCommand =
  | {
      readonly tag: "open";
      readonly port: number;
      readonly number: number;
      readonly limits: PortLimits;
      /** `PortTraffic.memory()` */
      readonly traffic: SharedArrayBuffer;
    }
  | { readonly tag: "send"; readonly port: number; readonly to: Uint8Array; readonly bytes: Uint8Array }
  | {
      readonly tag: "relay";
      readonly port: number;
      readonly from: LegName;
      readonly to: Uint8Array;
      readonly bytes: Uint8Array;
    }
  | {
      readonly tag: "carry";
      readonly port: number;
      readonly routes: Readonly<Record<LegName, SocketRoute | undefined>>;
    }
  | { readonly tag: "close"; readonly port: number }
  | { readonly tag: "stop" };

export type WorkerReport =
  /** Descriptors are the process's: whoever has one can write to it, and close what a broken worker left. */
  | { readonly tag: "ready"; readonly fds: { readonly wake: number; readonly poll: number } }
  | { readonly tag: "opened"; readonly port: number; readonly fds: readonly number[] }
  | { readonly tag: "refused"; readonly port: number; readonly message: string; readonly isTaken: boolean }
  | { readonly tag: "closed"; readonly port: number }
  /** There are packets in the queue. Said again only after `SIGNALS.bell` was put back. */
  | { readonly tag: "packets" }
  | { readonly tag: "heard"; readonly port: number; readonly leg: LegName }
  | { readonly tag: "failed"; readonly port: number; readonly message: string };

export type WorkerData = {
  readonly addresses: ListenAddresses;
  /** `PacketQueue.memory()` */
  readonly queue: SharedArrayBuffer;
  /** Words of 32 bits, see `SIGNALS`. */
  readonly signals: SharedArrayBuffer;
};

/** Set while the other side was already woken and has not looked yet, so that many messages cost one system call. */
export const SIGNALS = { wake: 0, bell: 1 } as const;
export const SIGNALS_BYTES = 8;
