import type { MemberId } from "../../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";

/** Doubles with each refusal, with jitter, so that a relay which comes back is not stormed. */
const BACKOFF_MIN_MS = 1_000;
export const BACKOFF_MAX_MS = 60_000;

/** Which volunteer is not to be asked again yet, for which peer. */
export class RelayBackoff {
  readonly #clock: Pick<Clock, "monotonicNow">;
  readonly #random: Pick<Random, "fraction">;
  readonly #byKey = new Map<string, { failures: number; until: MonotonicMs }>();

  constructor(clock: Pick<Clock, "monotonicNow">, random: Pick<Random, "fraction">) {
    this.#clock = clock;
    this.#random = random;
  }

  isOn(peer: MemberId, relay: MemberId): boolean {
    const entry = this.#byKey.get(keyOf(peer, relay));
    return entry !== undefined && this.#clock.monotonicNow() < entry.until;
  }

  failed(peer: MemberId, relay: MemberId): void {
    const now = this.#clock.monotonicNow();
    // Nobody asked again for long: forgotten, so that the table is bounded by what is tried.
    for (const [old, { until }] of this.#byKey) if (now - until > 2 * BACKOFF_MAX_MS) this.#byKey.delete(old);
    const key = keyOf(peer, relay);
    const failures = (this.#byKey.get(key)?.failures ?? 0) + 1;
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (failures - 1));
    const delay = ceiling * (0.5 + this.#random.fraction() / 2);
    this.#byKey.set(key, { failures, until: monotonicMs(now + delay) });
  }

  worked(peer: MemberId, relay: MemberId): void {
    this.#byKey.delete(keyOf(peer, relay));
  }

  /** Whatever failed there says nothing any more. */
  forgive(relay: MemberId): void {
    for (const key of this.#byKey.keys()) if (key.startsWith(relay)) this.#byKey.delete(key);
  }

  clear(): void {
    this.#byKey.clear();
  }
}

function keyOf(peer: MemberId, relay: MemberId): string {
  return `${relay} ${peer}`;
}
