import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { compareCandidates, MAX_CANDIDATES, rankCandidates, type Candidate } from "./candidate.ts";

/**
 * Connectivity checks with one peer, after RFC 8445 with these simplifications: there is one component and one
 * base (WireGuard's port), so a pair is known by its remote candidate; checks start as soon as candidates are
 * known; and nomination is the move of WireGuard's endpoint, which the path machine does.
 */
export type CheckList = {
  readonly checks: readonly Check[];
  /** When the round ends whose pairs have not succeeded. Undefined: no round is running. */
  readonly roundEndsAt: MonotonicMs | undefined;
  readonly validSince: MonotonicMs | undefined;
  readonly reported: Endpoint | undefined;
};

export type Check = {
  readonly candidate: Candidate;
  /** Sent so far in this round. */
  readonly sent: number;
  readonly nextAt: MonotonicMs;
  /** An authenticated request from exactly there: the peer reaches us on this pair. */
  readonly heard: boolean;
  /** Round trip of the answered check: we reach the peer on this pair. */
  readonly rttMs: number | undefined;
};

export type CheckEffect =
  | { readonly kind: "send-check"; readonly to: Endpoint }
  /** The pair carries packets both ways. Reported again only when a better one is found. */
  | { readonly kind: "validated"; readonly candidate: Candidate; readonly rttMs: number }
  | { readonly kind: "round-failed" };

export type CheckStep = { readonly list: CheckList; readonly effects: readonly CheckEffect[] };

/** RFC 8445, section 14.2 asks for 50 ms between checks of unknown paths; a round here has at most 16 of them. */
const PACE_MS = 10;

/**
 * Retransmission within a round: quick at first, since both sides start within one signalling trip of each other
 * and the first packet of one side is often what opens the NAT for the other.
 */
const RETRANSMIT_MS: readonly number[] = [50, 100, 200, 300, 500];

/** Covers a peer that starts its side late by a lost signal and its retry, and three losses in a row after that. */
export const ROUND_MS = 8_000;

/** A better pair (host instead of reflexive) validates within the same round trip or not at all. */
export const SETTLE_MS = 20;

export const emptyCheckList: CheckList = {
  checks: [],
  roundEndsAt: undefined,
  validSince: undefined,
  reported: undefined,
};

/** Begins a round with these remote candidates, keeping what is already known to be valid of the running one. */
export function startRound(list: CheckList, candidates: readonly Candidate[], now: MonotonicMs): CheckList {
  const running = list.roundEndsAt !== undefined;
  const ranked = rankCandidates(candidates);
  const checks = ranked.map((candidate, index): Check => {
    const known = running
      ? list.checks.find((c) => sameEndpoint(c.candidate.endpoint, candidate.endpoint))
      : undefined;
    if (known?.rttMs !== undefined) return known;
    return {
      candidate,
      sent: 0,
      nextAt: monotonicMs(now + index * PACE_MS),
      heard: known?.heard ?? false,
      rttMs: undefined,
    };
  });
  const reflexive = running
    ? list.checks.filter((c) => !ranked.some((r) => sameEndpoint(r.endpoint, c.candidate.endpoint)))
    : [];
  return {
    checks: [...checks, ...reflexive].slice(0, MAX_CANDIDATES),
    roundEndsAt: monotonicMs(now + ROUND_MS),
    validSince: running ? list.validSince : undefined,
    reported: running ? list.reported : undefined,
  };
}

/** An authenticated request came in: a triggered check follows at once (RFC 8445, section 7.3.1.4). */
export function heardFrom(list: CheckList, from: Endpoint, now: MonotonicMs): CheckList {
  const known = list.checks.find((check) => sameEndpoint(check.candidate.endpoint, from));
  if (known === undefined) {
    if (list.checks.length >= MAX_CANDIDATES) return list;
    const candidate: Candidate = { kind: "peer-reflexive", endpoint: from };
    const check: Check = { candidate, sent: 0, nextAt: now, heard: true, rttMs: undefined };
    const roundEndsAt = list.roundEndsAt ?? monotonicMs(now + ROUND_MS);
    return settle({ ...list, checks: [...list.checks, check], roundEndsAt }, now);
  }
  if (known.heard) return list;
  const heard: Check = { ...known, heard: true, nextAt: known.rttMs === undefined ? now : known.nextAt };
  return settle(
    {
      ...list,
      roundEndsAt: list.roundEndsAt ?? monotonicMs(now + ROUND_MS),
      checks: replace(list.checks, heard),
    },
    now,
  );
}

/** A check was answered from the endpoint that it had been sent to. */
export function answered(list: CheckList, from: Endpoint, rttMs: number, now: MonotonicMs): CheckList {
  const known = list.checks.find((check) => sameEndpoint(check.candidate.endpoint, from));
  if (known === undefined || list.roundEndsAt === undefined) return list;
  return settle(
    { ...list, checks: replace(list.checks, { ...known, rttMs: Math.min(rttMs, known.rttMs ?? rttMs) }) },
    now,
  );
}

export function stepChecks(list: CheckList, now: MonotonicMs): CheckStep {
  if (list.roundEndsAt === undefined) return { list, effects: [] };
  const effects: CheckEffect[] = [];
  const checks = list.checks.map((check): Check => {
    if (isValid(check) || check.nextAt > now) return check;
    effects.push({ kind: "send-check", to: check.candidate.endpoint });
    const delay = RETRANSMIT_MS[Math.min(check.sent, RETRANSMIT_MS.length - 1)] ?? 500;
    return { ...check, sent: check.sent + 1, nextAt: monotonicMs(now + delay) };
  });
  let next: CheckList = { ...list, checks };
  const best = bestValid(checks);
  if (
    best !== undefined &&
    now >= (list.validSince ?? now) + SETTLE_MS &&
    !sameEndpoint(list.reported, best.candidate.endpoint)
  ) {
    effects.push({ kind: "validated", candidate: best.candidate, rttMs: best.rttMs ?? 0 });
    next = { ...next, reported: best.candidate.endpoint };
  }
  if (now >= list.roundEndsAt) {
    if (best === undefined) effects.push({ kind: "round-failed" });
    next = emptyCheckList;
  }
  return { list: next, effects };
}

export function checksWakeAt(list: CheckList): MonotonicMs | undefined {
  if (list.roundEndsAt === undefined) return undefined;
  let at: number = list.roundEndsAt;
  for (const check of list.checks) if (!isValid(check)) at = Math.min(at, check.nextAt);
  const best = bestValid(list.checks);
  if (best !== undefined && !sameEndpoint(list.reported, best.candidate.endpoint)) {
    at = Math.min(at, (list.validSince ?? list.roundEndsAt) + SETTLE_MS);
  }
  return monotonicMs(at);
}

/** How often the most tried unanswered candidate of the running round was tried. */
export function attemptsOf(list: CheckList): number {
  return list.checks.reduce((most, check) => Math.max(most, check.rttMs === undefined ? check.sent : 0), 0);
}

function isValid(check: Check): boolean {
  return check.heard && check.rttMs !== undefined;
}

function bestValid(checks: readonly Check[]): Check | undefined {
  return checks.filter(isValid).sort((a, b) => compareCandidates(a.candidate, b.candidate))[0];
}

function settle(list: CheckList, now: MonotonicMs): CheckList {
  return list.validSince === undefined && list.checks.some(isValid) ? { ...list, validSince: now } : list;
}

function replace(checks: readonly Check[], check: Check): readonly Check[] {
  return checks.map((c) => (sameEndpoint(c.candidate.endpoint, check.candidate.endpoint) ? check : c));
}
