import * as v from "valibot";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";

export type QuotaLevel = "within" | "nearly-used" | "used";

/** of the quota. */
const WARNING_SHARE = 0.9;

/**
 * Members mint their own tokens: without a floor, a new token every minute would be a new quota every minute. As long as
 * the tokens that members mint by themselves live.
 */
export const MIN_PERIOD_MS = 6 * 3_600_000;

/** An operator sells months; a token that never ends must not keep a pair without quota, nor its row here, for ever. */
export const MAX_PERIOD_MS = 31 * 86_400_000;

/** `limitBytes` 0 is "not limited". */
export function quotaLevel(usedBytes: number, limitBytes: number): QuotaLevel {
  if (limitBytes === 0) return "within";
  if (usedBytes >= limitBytes) return "used";
  return usedBytes >= limitBytes * WARNING_SHARE ? "nearly-used" : "within";
}

type Period = { usedBytes: number; readonly endsAt: WallMs };

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const savedUsage = v.object({
  month: v.pipe(v.string(), v.regex(/^([0-9]{4}-[0-9]{2})?$/)),
  monthBytes: count,
  periods: v.array(
    v.object({
      allocation: v.custom<AllocationId>((input) => typeof input === "string" && parseId(input).ok),
      usedBytes: count,
      endsAt: v.pipe(count, v.transform(wallMs)),
    }),
  ),
});

/**
 * What was relayed: for each allocation in its period, and for all together in this calendar month (UTC).
 *
 * A quota belongs to the allocation's id, which is the pair's, and not to one life of the allocation: releasing, expiring and
 * asking again change nothing. The period begins with the first token and ends with it, at least `MIN_PERIOD_MS` and at most
 * `MAX_PERIOD_MS` later; newer tokens do not move its end. What is granted, or still lives, after that begins the next one.
 */
export class RelayUsage {
  readonly #periods = new Map<AllocationId, Period>();
  #month = "";
  #monthBytes = 0;

  /** Refused: "malformed". */
  static fromJson(json: unknown): Decoded<RelayUsage> {
    const saved = v.safeParse(savedUsage, json);
    if (!saved.success) return refused("malformed");
    const usage = new RelayUsage();
    usage.#month = saved.output.month;
    usage.#monthBytes = saved.output.monthBytes;
    for (const { allocation, usedBytes, endsAt } of saved.output.periods)
      usage.#periods.set(allocation, { usedBytes, endsAt });
    return decoded(usage);
  }

  toJson(): v.InferInput<typeof savedUsage> {
    const periods = [...this.#periods].map(([allocation, period]) => ({ allocation, ...period }));
    return { month: this.#month, monthBytes: this.#monthBytes, periods };
  }

  /** Call with every grant, and while it lives: begins a period where none runs, and says so. */
  begin(id: AllocationId, tokenEndsAt: WallMs, now: WallMs): boolean {
    const running = this.#periods.get(id);
    if (running !== undefined && running.endsAt > now) return false;
    const endsAt = Math.min(now + MAX_PERIOD_MS, Math.max(now + MIN_PERIOD_MS, tokenEndsAt));
    this.#periods.set(id, { usedBytes: 0, endsAt: wallMs(Math.floor(endsAt)) });
    return true;
  }

  /** Forgets periods that are over. */
  sweep(now: WallMs): void {
    for (const [id, { endsAt }] of this.#periods) if (endsAt <= now) this.#periods.delete(id);
  }

  charge(id: AllocationId, bytes: number, now: WallMs): void {
    this.#turnMonth(now);
    this.#monthBytes += bytes;
    const period = this.#periods.get(id);
    if (period !== undefined) period.usedBytes += bytes;
  }

  /** In the period that runs; 0 where none does. */
  usedBytes(id: AllocationId, now: WallMs): number {
    const period = this.#periods.get(id);
    return period === undefined || period.endsAt <= now ? 0 : period.usedBytes;
  }

  monthBytes(now: WallMs): number {
    this.#turnMonth(now);
    return this.#monthBytes;
  }

  #turnMonth(now: WallMs): void {
    const month = new Date(now).toISOString().slice(0, 7);
    if (month === this.#month) return;
    this.#month = month;
    this.#monthBytes = 0;
  }
}
