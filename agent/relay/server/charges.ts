import type { Clock } from "../../clock.ts";
import type { AllocationId } from "../../../protocol/ids.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { ForwarderStatus } from "./forwarder.ts";
import { quotaLevel, type QuotaLevel, type RelayUsage } from "./quota.ts";

/** Of one life of an allocation. */
type Account = {
  /** Of the forwarder's counters, what is charged already. */
  countedBytes: number;
  hasWarned: boolean;
};

/** Charges what the forwarder counted, each relayed byte once, where it came in. */
export class Charges {
  readonly #usage: RelayUsage;
  readonly #clock: Pick<Clock, "wallNow">;
  readonly #accounts = new Map<AllocationId, Account>();

  constructor({ usage, clock }: { readonly usage: RelayUsage; readonly clock: Pick<Clock, "wallNow"> }) {
    this.#usage = usage;
    this.#clock = clock;
  }

  open(id: AllocationId, tokenEndsAt: WallMs): void {
    this.#accounts.set(id, { countedBytes: 0, hasWarned: false });
    this.#usage.begin(id, tokenEndsAt, this.#clock.wallNow());
  }

  charge(id: AllocationId, tokenEndsAt: WallMs, status: ForwarderStatus): void {
    const account = this.#accounts.get(id);
    if (account === undefined) return;
    const now = this.#clock.wallNow();
    if (this.#usage.begin(id, tokenEndsAt, now)) account.hasWarned = false;
    const { a, b } = status.counters;
    const total = a.rxBytes + b.rxBytes;
    // Fewer than before: another forwarder has taken over and counts from 0.
    const bytes = total < account.countedBytes ? total : total - account.countedBytes;
    account.countedBytes = total;
    this.#usage.charge(id, bytes, now);
  }

  close(id: AllocationId): void {
    this.#accounts.delete(id);
  }

  usedBytes(id: AllocationId): number {
    return this.#usage.usedBytes(id, this.#clock.wallNow());
  }

  level(id: AllocationId, limitBytes: number): QuotaLevel {
    return quotaLevel(this.usedBytes(id), limitBytes);
  }

  /** Whether nobody has been warned yet in this period. */
  warn(id: AllocationId): boolean {
    const account = this.#accounts.get(id);
    if (account === undefined || account.hasWarned) return false;
    account.hasWarned = true;
    return true;
  }
}
