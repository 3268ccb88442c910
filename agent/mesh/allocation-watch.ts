import type { AllocationId } from "../../protocol/ids.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { Emit } from "../admin/contract.ts";
import type { AllocationEvent, RelayedPair } from "../admin/relay-schemas.ts";
import type { Clock } from "../clock.ts";
import type { AllocationStatus } from "../relay/server/allocations.ts";
import type { RelayHistory } from "../relay/server/history.ts";
import { every } from "./every.ts";

/** Between two looks at the counters: a person sees it as live, and 1,000 busy pairs are half a megabyte each time. */
export const LOOK_MS = 1_000;

/** A reader that hears nothing for longer may take it that the agent is gone. Proxies drop silent streams after 30 s or more. */
export const ALIVE_MS = 15_000;

/** What is seen of the relay that runs. */
type Relay = {
  readonly history: Pick<RelayHistory, "watch">;
  status(): readonly AllocationStatus[];
  statusOf(id: AllocationId): AllocationStatus | undefined;
};

export type AllocationWatchParts = {
  readonly clock: Clock;
  /** Undefined while this host does not volunteer; another one after each `relay start`. */
  readonly relay: () => Relay | undefined;
  readonly describe: (status: AllocationStatus) => RelayedPair;
  readonly emit: Emit<AllocationEvent>;
};

type Shown = { readonly looks: string; readonly pair: RelayedPair };

/**
 * Tells one reader of the relay's allocations: first all, then openings and ends as they happen, and what changed once a
 * look. Outlives the relay, which may stop and start. Owner of its timer and its place at the relay's history.
 */
export class AllocationWatch implements Disposable {
  readonly #parts: AllocationWatchParts;
  readonly #shownById = new Map<string, Shown>();
  readonly #stopLooking: () => void;
  #followed: Relay["history"] | undefined;
  #unfollow: () => void = () => undefined;
  #lastEventAt: MonotonicMs;

  constructor(parts: AllocationWatchParts) {
    this.#parts = parts;
    this.#lastEventAt = parts.clock.monotonicNow();
    this.#stopLooking = every(parts.clock, LOOK_MS, () => this.#look());
    const relay = parts.relay();
    this.#follow(relay);
    const allocations = (relay?.status() ?? []).map((status) => this.#show(status));
    this.#emit({ event: "snapshot", volunteering: relay !== undefined, allocations });
  }

  [Symbol.dispose](): void {
    this.#stopLooking();
    this.#unfollow();
  }

  #follow(relay: Relay | undefined): void {
    if (relay?.history === this.#followed) return;
    this.#unfollow();
    this.#followed = relay?.history;
    // The one before may still be ending what it had.
    for (const { pair } of [...this.#shownById.values()]) this.#hide(pair, "relay-stopped");
    this.#unfollow =
      relay?.history.watch({
        opened: (id) => {
          const status = relay.statusOf(id);
          if (status !== undefined && !this.#shownById.has(id))
            this.#emit({ event: "opened", allocation: this.#show(status) });
        },
        ended: (last, why) => this.#hide(this.#parts.describe(last), why),
      }) ?? (() => undefined);
  }

  #look(): void {
    const relay = this.#parts.relay();
    this.#follow(relay);
    const statuses = relay?.status() ?? [];
    const live = new Set<string>(statuses.map(({ allocation }) => allocation.id));
    for (const [id, { pair }] of [...this.#shownById]) if (!live.has(id)) this.#hide(pair, "failed"); // its port never opened
    const changed: RelayedPair[] = [];
    for (const status of statuses) {
      const before = this.#shownById.get(status.allocation.id);
      if (before === undefined) this.#emit({ event: "opened", allocation: this.#show(status) });
      else if (before.looks !== looksOf(status)) changed.push(this.#show(status));
    }
    if (changed.length > 0) this.#emit({ event: "changed", allocations: changed });
    if (this.#parts.clock.monotonicNow() - this.#lastEventAt >= ALIVE_MS) this.#emit({ event: "alive" });
  }

  #show(status: AllocationStatus): RelayedPair {
    const pair = this.#parts.describe(status);
    this.#shownById.set(pair.id, { looks: looksOf(status), pair });
    return pair;
  }

  #hide(allocation: RelayedPair, reason: string): void {
    this.#shownById.delete(allocation.id);
    this.#emit({ event: "ended", reason, allocation });
  }

  #emit(event: AllocationEvent): void {
    this.#lastEventAt = this.#parts.clock.monotonicNow();
    this.#parts.emit(event);
  }
}

/** All that may differ at the next look. */
function looksOf({ allocation, forwarder, usedBytes }: AllocationStatus): string {
  const { expiresAt, notAfter } = allocation;
  return JSON.stringify({
    ...forwarder,
    drops: [...(forwarder?.drops ?? [])],
    usedBytes,
    expiresAt,
    notAfter,
  });
}
