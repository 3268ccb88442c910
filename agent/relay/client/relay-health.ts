import type { MemberId } from "../../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import type { Clock } from "../../clock.ts";
import type { RelayHealthState } from "./selection.ts";

/** What our own round trips to a volunteer say of it. */
export type RelayMeasures = {
  readonly rttMs: number | undefined;
  readonly loss: number | undefined;
  readonly state: RelayHealthState;
};

type Entry = {
  /** The latest last. */
  rtts: readonly { readonly at: MonotonicMs; readonly rttMs: number; readonly isLate: boolean }[];
  /** How many there were in all, while this host was not late. */
  answers: number;
  loss: number;
  answeredAt: MonotonicMs | undefined;
  missedAt: MonotonicMs | undefined;
  diedAt: MonotonicMs | undefined;
};

/**
 * The least of these counts: what a host that is just starting, or a queue, adds to one round trip says nothing of how far a relay is
 * (BBR's filter for the propagation time). A relay that is slow because it is busy is slow eight times in a row: six seconds while in use.
 */
const RTT_SAMPLES = 8;
/**
 * Fewer than these say nothing of what is nearer than this: a host that is just starting adds tens of milliseconds to one or the other. All that start
 * at once, or that are told so by one that starts, would choose alike.
 */
const SURE_SAMPLES = 3;
const UNSURE_MS = 30;
/** The same for a host whose own timers come that late, see `Lateness`: it measures itself. */
const LATE_MS = 100;
/** Some 31 round trips count: while a relay is in use half a minute, else half an hour. */
const LOSS_GAIN = 1 / 16;
const LOSS_SAMPLES = 2 / LOSS_GAIN - 1;
/**
 * Standard errors below what was counted: one that is lost of many shows nothing, and whoever is asked once a minute would be passed over for twenty of them. A
 * tenth counts for 2 %, a fifth for 9 %.
 */
const LOSS_DOUBT = 1.5;
/** A relay whose leg died comes back at the earliest when its agent is started again; one that answers is back before that. */
const DEAD_MS = 60_000;
/** Every volunteer is asked once a minute: three of these that are missing say as little as none. */
const FORGET_MS = 180_000;
/** Eight of these. */
const RTT_MS = 480_000;

/** Round trips to volunteers, whatever they were made for. Bounded by the volunteers that were heard of in three minutes. */
export class RelayHealth {
  readonly #clock: Pick<Clock, "monotonicNow">;
  readonly #byRelay = new Map<MemberId, Entry>();

  constructor(clock: Pick<Clock, "monotonicNow">) {
    this.#clock = clock;
  }

  /** `isLate`: this host was too busy to see the answer when it came. */
  answered(relay: MemberId, rttMs: number, isLate = false): void {
    const entry = this.#entry(relay);
    const now = this.#clock.monotonicNow();
    entry.rtts = [...entry.rtts, { at: now, rttMs, isLate }].slice(-RTT_SAMPLES);
    if (!isLate) entry.answers++;
    entry.loss -= entry.loss * LOSS_GAIN;
    entry.answeredAt = now;
    entry.diedAt = undefined;
  }

  missed(relay: MemberId): void {
    const entry = this.#entry(relay);
    entry.loss += (1 - entry.loss) * LOSS_GAIN;
    entry.missedAt = this.#clock.monotonicNow();
  }

  /** A leg was given up. */
  died(relay: MemberId): void {
    this.#entry(relay).diedAt = this.#clock.monotonicNow();
  }

  /** This host has moved: what was measured from elsewhere says nothing. */
  forgetAll(): void {
    this.#byRelay.clear();
  }

  of(relay: MemberId): RelayMeasures {
    const entry = this.#byRelay.get(relay);
    if (entry === undefined) return { rttMs: undefined, loss: undefined, state: "unknown" };
    const now = this.#clock.monotonicNow();
    const recent = entry.rtts.filter(({ at }) => now - at <= RTT_MS);
    const calm = recent.filter(({ isLate }) => !isLate);
    const isSure = calm.length > 0 && entry.answers >= SURE_SAMPLES;
    const leastMs = isSure ? 0 : calm.length < recent.length ? LATE_MS : UNSURE_MS;
    const rtts = (isSure ? calm : recent).map(({ rttMs }) => rttMs);
    const rttMs = rtts.length === 0 ? undefined : Math.max(leastMs, Math.min(...rtts));
    return { rttMs, loss: sureLoss(entry.loss), state: stateOf(entry, now) };
  }

  #entry(relay: MemberId): Entry {
    const now = this.#clock.monotonicNow();
    for (const [id, { answeredAt, missedAt }] of this.#byRelay)
      if (now - Math.max(answeredAt ?? now, missedAt ?? answeredAt ?? now) > FORGET_MS)
        this.#byRelay.delete(id);
    let entry = this.#byRelay.get(relay);
    if (entry === undefined) {
      entry = {
        rtts: [],
        answers: 0,
        loss: 0,
        answeredAt: undefined,
        missedAt: undefined,
        diedAt: undefined,
      };
      this.#byRelay.set(relay, entry);
    }
    return entry;
  }
}

function sureLoss(loss: number): number {
  return Math.max(0, loss - LOSS_DOUBT * Math.sqrt((loss * (1 - loss)) / LOSS_SAMPLES));
}

function stateOf({ answeredAt, missedAt, diedAt }: Entry, now: MonotonicMs): RelayHealthState {
  if (diedAt !== undefined && now - diedAt < DEAD_MS) return "dead";
  const answered = answeredAt ?? monotonicMs(-Infinity);
  if (missedAt !== undefined && missedAt > answered) return "silent";
  return answeredAt === undefined ? "unknown" : "answers";
}
