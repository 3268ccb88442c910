import type { Clock } from "../../../clock.ts";
import type { Logger } from "../../../log.ts";
import type { Endpoint } from "../../../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../../../protocol/ids.ts";
import { RateWindow } from "./rate-window.ts";

/** Why somebody was refused; fixed words. */
export type GuardRefusal =
  | "rate-limited"
  | "address-blocked"
  | "address-not-allowed"
  | "address-private"
  | "address-unusable"
  | "reflector-port"
  | "refused-by-hook"
  | "hook-failed";

/** No packet, key or token has a place in any of them. */
export type SecurityEvent =
  | {
      readonly event: "allocation-refused";
      readonly reason: GuardRefusal;
      readonly member: MemberId;
      readonly source: Endpoint | undefined;
    }
  | { readonly event: "connection-refused"; readonly reason: GuardRefusal; readonly source: Endpoint }
  | { readonly event: "answer-withheld"; readonly source: Endpoint }
  | {
      readonly event: "leg-unanswered";
      readonly allocation: AllocationId;
      readonly leg: "a" | "b";
      readonly bytes: number;
      readonly forMs: number;
    }
  | {
      readonly event: "leg-blocked";
      readonly allocation: AllocationId;
      readonly leg: "a" | "b";
      readonly source: Endpoint;
    }
  /** The HTTP status, or a fixed word. Never the hook's URL: it may hold a token. */
  | { readonly event: "hook-failed"; readonly fault: number | string }
  | { readonly event: "lists-reloaded"; readonly allow: number; readonly block: number };

/**
 * Lines of one kind in a minute: enough to see who and whence, and no flood of packets becomes a flood of lines. Each
 * kind for itself, so that none hides another.
 */
const LINES_PER_MINUTE = { count: 20, windowMs: 60_000 };

/** There are as many kinds as words above. */
const MAX_KINDS = 64;

export type SecurityLogParts = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly secret: Uint8Array;
};

/** The security events of the relay, in a stream of their own: `"stream":"security"`. */
export class SecurityLog {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lines: RateWindow;
  readonly #suppressedByKind = new Map<string, number>();

  constructor({ clock, log, secret }: SecurityLogParts) {
    this.#clock = clock;
    this.#log = log.child({ stream: "security" });
    this.#lines = new RateWindow({ limit: LINES_PER_MINUTE, maxSources: MAX_KINDS, secret });
  }

  /** Whether it was written; otherwise the next line of its kind says how many were not. */
  write(event: SecurityEvent): boolean {
    const kind = "reason" in event ? `${event.event} ${event.reason}` : event.event;
    const suppressed = this.#suppressedByKind.get(kind) ?? 0;
    if (!this.#lines.admits(kind, this.#clock.monotonicNow())) {
      this.#suppressedByKind.set(kind, suppressed + 1);
      return false;
    }
    this.#suppressedByKind.delete(kind);
    const fields = suppressed === 0 ? event : { ...event, suppressed };
    switch (event.event) {
      case "allocation-refused":
        this.#log.warn(fields, "relay refused an allocation");
        return true;
      case "connection-refused":
        this.#log.info(fields, "relay refused a source");
        return true;
      case "answer-withheld":
        this.#log.warn(fields, "relay withheld an answer that would have amplified");
        return true;
      case "leg-unanswered":
        this.#log.warn(fields, "relay leg gets much and answers nothing");
        return true;
      case "leg-blocked":
        this.#log.info(fields, "relay leg is at an address that the lists do not admit");
        return true;
      case "hook-failed":
        this.#log.warn(fields, "relay abuse hook failed");
        return true;
      case "lists-reloaded":
        this.#log.info(fields, "relay address lists reloaded");
        return true;
    }
  }
}
