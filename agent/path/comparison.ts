import type { Figures, ProbeCount, WorseBy } from "../../protocol/stun/path-report.ts";

/** How much slower a path has to be to count as worse: both, and half of what round trips differ by on the two. */
export type RttMargin = { readonly ms: number; readonly share: number };

/**
 * Direct against the relay. The relay costs a volunteer's bandwidth, and its round trip is put together of two that are answered by agents: below
 * 20 ms a busy host is all that there is to see.
 */
export const RELAY_MARGIN: RttMargin = { ms: 20, share: 0.25 };
/** One direct path against another, by the same probes and at the same price. */
export const FAMILY_MARGIN: RttMargin = { ms: 5, share: 0.15 };

/** Of round trips: less is a difference that nobody notices. */
const LOSS_MARGIN = 0.03;
/**
 * Standard errors by which a loss must be beyond its margin. One comparison in 740 is wrong at 3, and in ten minutes of the quickest probing
 * there are some twenty that do not rest on the same probes.
 */
const LOSS_ERRORS = 3;
/** Fewer answers than these have no median worth the name. */
const RTT_ANSWERS = 16;
/** Probes until a path that was left is taken again: of these it may have lost one more than the other. */
const RETURN_PROBES = 32;

/** By what `path` is proven to be worse than `other`; undefined: it is not, or nobody knows yet. Loss goes before round-trip time. */
export function worseBy(path: Figures, other: Figures, margin: RttMargin): WorseBy | undefined {
  if (losesMore(path.recent, other.recent) || losesMore(path.all, other.all)) return "loss";
  // What is slower and loses less is not worse.
  if (shareOf(other.recent) - shareOf(path.recent) > LOSS_MARGIN) return undefined;
  const hasAnswers = Math.min(answersOf(path), answersOf(other)) >= RTT_ANSWERS;
  return hasAnswers && (path.rttMs ?? 0) > slowerThanMs(other, margin, path.jitterMs) ? "rtt" : undefined;
}

/** Whether `path`, which was left for `other`, has been as good for so long that it can be taken again. */
export function isAsGood(path: Figures, other: Figures, margin: RttMargin): boolean {
  if (path.recent.probes < RETURN_PROBES || path.rttMs === undefined || other.rttMs === undefined)
    return false;
  const isSlow = path.rttMs > other.rttMs + marginMs(other.rttMs, margin) / 2;
  return !isSlow && shareOf(path.recent) - shareOf(other.recent) <= 1 / RETURN_PROBES;
}

/** A round trip that is above this on `path` is longer than those of `other` by more than the margin; infinite where those are unknown. */
export function slowerThanMs({ rttMs, jitterMs = 0 }: Figures, margin: RttMargin, ownJitterMs = 0): number {
  return rttMs === undefined ? Infinity : rttMs + marginMs(rttMs, margin) + (jitterMs + ownJitterMs) / 2;
}

/** The way over two legs, one after the other; undefined while one of them is unknown. */
export function inSeries(a: Figures, b: Figures): Figures | undefined {
  if (a.rttMs === undefined || b.rttMs === undefined) return undefined;
  return {
    recent: countInSeries(a.recent, b.recent),
    all: countInSeries(a.all, b.all),
    rttMs: a.rttMs + b.rttMs,
    jitterMs: (a.jitterMs ?? 0) + (b.jitterMs ?? 0),
  };
}

/** From 0 to 1, of round trips. */
export function shareOf({ probes, lost }: ProbeCount): number {
  return probes === 0 ? 0 : lost / probes;
}

/** As sure as the leg of which less is known. */
function countInSeries(a: ProbeCount, b: ProbeCount): ProbeCount {
  const probes = Math.min(a.probes, b.probes);
  return { probes, lost: probes * (1 - (1 - shareOf(a)) * (1 - shareOf(b))) };
}

/** The difference of two proportions with one success and one failure added (Agresti and Caffo 2000), which holds for few probes and for none lost. */
function losesMore(path: ProbeCount, other: ProbeCount): boolean {
  const [p, q] = [adjusted(path), adjusted(other)];
  const error = Math.sqrt(p.variance + q.variance);
  return p.share - q.share - LOSS_ERRORS * error > LOSS_MARGIN;
}

function adjusted({ probes, lost }: ProbeCount): { readonly share: number; readonly variance: number } {
  const share = (lost + 1) / (probes + 2);
  return { share, variance: (share * (1 - share)) / (probes + 2) };
}

function answersOf({ recent }: Figures): number {
  return recent.probes - recent.lost;
}

function marginMs(rttMs: number, { ms, share }: RttMargin): number {
  return Math.max(ms, share * rttMs);
}
