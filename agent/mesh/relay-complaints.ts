import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import { isLasting } from "./relay-refusals.ts";

export type RelayComplaint = {
  readonly peer: MemberId;
  readonly relay: MemberId;
  /** See `relayAdvice`. */
  readonly reason: string;
};

/** A volunteer that goes on refusing is asked again within a minute; what nobody asks for again is over. */
export const KEPT_MS = 600_000;
/** Of those, the latest. A person reads some, and a mesh of a hundred may have thousands. */
export const MAX_COMPLAINTS = 64;

/** What volunteers refused, and an operator can do something about: until the peer is relayed again, or nobody asks any more. */
export class RelayComplaints {
  readonly #clock: Pick<Clock, "monotonicNow">;
  /** Oldest first. */
  readonly #byKey = new Map<string, RelayComplaint & { readonly at: MonotonicMs }>();

  constructor(clock: Pick<Clock, "monotonicNow">) {
    this.#clock = clock;
  }

  /** `code` is a refusal, with the service before it or not, or why an allocation ended. */
  refused(peer: MemberId, relay: MemberId, code: string): void {
    const reason = REFUSAL_BY_END[code] ?? code.replace(/^relay\./, "");
    const key = `${peer} ${relay}`;
    this.#byKey.delete(key);
    if (!isLasting(reason)) return;
    this.#byKey.set(key, { peer, relay, reason, at: this.#clock.monotonicNow() });
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= MAX_COMPLAINTS) break;
      this.#byKey.delete(oldest);
    }
  }

  /** Some volunteer relays to the peer. */
  granted(peer: MemberId): void {
    for (const [key, complaint] of this.#byKey) if (complaint.peer === peer) this.#byKey.delete(key);
  }

  list(): readonly RelayComplaint[] {
    const oldest = monotonicMs(this.#clock.monotonicNow() - KEPT_MS);
    for (const [key, { at }] of this.#byKey) if (at <= oldest) this.#byKey.delete(key);
    return [...this.#byKey.values()].map(({ peer, relay, reason }) => ({ peer, relay, reason }));
  }
}

/** An allocation ends with another word than the next is refused with. */
const REFUSAL_BY_END: Readonly<Record<string, string>> = { quota: "quota-used" };
