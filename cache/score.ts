import type { WallMs } from "../protocol/time.ts";
import type { EndpointKind, Experience, Outcome } from "./data.ts";

/** Every factor is above 0 and at most 1; `total` is their product. Shown as it is by `cache show`. */
export type Score = { readonly total: number; readonly parts: ScoreParts };

export type ScoreParts = {
  readonly base: number;
  readonly success: number;
  readonly recency: number;
  readonly lastOutcome: number;
  readonly latency: number;
  readonly loss: number;
};

/** Relays are compared with relays only, so what matters is whether the experience was made with this very peer. */
export type ScoredKind = EndpointKind | "relay" | "relay-of-others";

/**
 * How much one way to a peer is worth trying, above 0 and at most 1:
 *
 *     total = base x success x recency x lastOutcome x latency x loss
 *
 *     base         by kind, see `BASE`
 *     success      (successes + 1) / (attempts + 2): Laplace's rule, so one failure does not condemn, nor one success crown
 *     recency      0.1 + 0.45 * 2^(-seenAge / 1 day) + 0.45 * 2^(-successAge / 1 day); the last term only if it ever worked
 *     lastOutcome  see `LAST_OUTCOME`
 *     latency      1 / (1 + rttMs / 300)
 *     loss         1 / (1 + loss / 0.1)
 *
 * A further success never lowers it, a further failure never raises it, nor do a higher RTT, more loss or more age.
 */
export function score(kind: ScoredKind, experience: Experience, now: WallMs): Score {
  const { attempts, successes, lastSeenAt, lastSuccessAt, rttMs, loss } = experience;
  const seen = freshness(lastSeenAt, now);
  const worked = lastSuccessAt === undefined ? 0 : freshness(lastSuccessAt, now);
  const parts: ScoreParts = {
    base: BASE[kind],
    success: (successes + 1) / (attempts + 2),
    recency: RECENCY_FLOOR + ((1 - RECENCY_FLOOR) * (seen + worked)) / 2,
    lastOutcome: LAST_OUTCOME[experience.lastOutcome ?? "none"],
    latency: 1 / (1 + (rttMs ?? UNMEASURED_RTT_MS) / HALVING_RTT_MS),
    loss: 1 / (1 + (loss ?? 0) / HALVING_LOSS),
  };
  const total = parts.base * parts.success * parts.recency * parts.lastOutcome * parts.latency * parts.loss;
  return { total, parts };
}

/** Best first; equal totals by key in code-unit order, so that every host and every run agrees. */
export function byScore(
  a: { readonly key: string; readonly score: Score },
  b: { readonly key: string; readonly score: Score },
): number {
  if (a.score.total !== b.score.total) return b.score.total - a.score.total;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/**
 * The type preferences that RFC 8445 section 5.1.2.2 recommends (126, 110, 100), as shares of the highest. A mapped port
 * lets anybody in, but costs a hairpin inside one LAN: below host, above what only a punched hole reaches. Its 0 for
 * relayed would hide every other factor in a product: low enough that an untried direct endpoint is above a working one.
 */
const BASE: Readonly<Record<ScoredKind, number>> = {
  host: 1,
  "port-mapped": 0.95,
  "peer-reflexive": 0.87,
  "server-reflexive": 0.79,
  carrier: 0.15,
  relayed: 0.1,
  relay: 1,
  // The leg to this peer is unknown: equal experience with the peer itself must win.
  "relay-of-others": 0.9,
};

/** A failure counts as half a success: enough to let an equal neighbour go first, too little to bury a proven endpoint. */
const LAST_OUTCOME: Readonly<Record<Outcome | "none", number>> = { success: 1, none: 0.8, failure: 0.5 };

/** Many access providers hand out a new address every 24 h: a day later an address is as likely gone as not. */
const HALF_LIFE_MS = 86_400_000;

/** Above 0, so that among endpoints from long ago the other factors still decide. */
const RECENCY_FLOOR = 0.1;

/** 150 ms one way is what ITU-T G.114 gives conversation; a path at twice that is worth half. */
const HALVING_RTT_MS = 300;

/** What is not measured is taken for a path across a continent: no better than a known near one. */
const UNMEASURED_RTT_MS = 100;

/** At a tenth lost, TCP through the tunnel crawls: such a path is worth half. */
const HALVING_LOSS = 0.1;

/** 1 now, 1/2 after a day. A time in the future tells of a wrong clock, then or now, and is as doubtful as one in the past. */
function freshness(at: WallMs, now: WallMs): number {
  return 2 ** (-Math.abs(now - at) / HALF_LIFE_MS);
}
