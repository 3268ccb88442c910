import { familyOf, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { isGlobal } from "../../protocol/global-address.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { CheckPace } from "./check-pace.ts";
import {
  compareCandidates,
  MAX_CANDIDATES,
  preferenceOf,
  rankCandidates,
  type Candidate,
} from "./candidate.ts";

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
  /** An opener goes out before the first check. */
  readonly opens: boolean;
  /** Checks sent so far in this round. */
  readonly sent: number;
  readonly nextAt: MonotonicMs;
  /** An authenticated request from exactly there: the peer reaches us on this pair. */
  readonly heard: boolean;
  /** Round trip of the answered check: we reach the peer on this pair. */
  readonly rttMs: number | undefined;
};

export type CheckEffect =
  | { readonly kind: "send-check"; readonly to: Endpoint }
  /** Send what opens this host's NAT for the endpoint and dies on the way to it. */
  | { readonly kind: "send-opener"; readonly to: Endpoint }
  /** The pair carries packets both ways. Reported again only when a better one is found. */
  | { readonly kind: "validated"; readonly candidate: Candidate; readonly rttMs: number }
  | { readonly kind: "round-failed" };

export type CheckStep = { readonly list: CheckList; readonly effects: readonly CheckEffect[] };

/** The first checks of a round, of which there are at most 16, go out in the order of their worth. */
const PACE_MS = 10;

/**
 * Retransmission within a round: quick at first, since both sides start within one signalling trip of each other
 * and the first packet of one side is often what opens the NAT for the other.
 */
const RETRANSMIT_MS: readonly number[] = [50, 100, 200, 300, 500, 500, 1_000];

/** Covers a peer that starts its side late by a lost signal and its retry, and three losses in a row after that. */
export const ROUND_MS = 8_000;

/**
 * "opening": the peer may not have sent anything to us yet. A NAT that takes itself what nobody asked for (a Linux router that
 * masquerades and has no firewall) keeps a flow for our check then, and what the peer sends to us clashes with it and leaves from
 * another port than the one that we know. So an opener goes first, and checks follow once the peer says or shows that it has sent its
 * own. "at-once": it has.
 */
export type RoundStart = "at-once" | "opening";

/**
 * After an opener, for a peer whose answer got lost. More than a message through a relay and a check back take on most ways of the
 * world; the pair is relayed meanwhile.
 */
export const OPENING_MS = 500;

/** A better pair (host instead of reflexive) validates within the same round trip or not at all. */
export const SETTLE_MS = 20;

/**
 * For both ends a pair is valid within a round trip of each other, and then neither asks any more. One that still does has begun
 * anew, and hears us only if we do as well.
 */
const ANEW_MS = 1_000;

/** For a better pair than the one in use: on a LAN ARP and three retransmissions, or a check lost on each side. */
const IMPROVE_MS = 1_000;

export const emptyCheckList: CheckList = {
  checks: [],
  roundEndsAt: undefined,
  validSince: undefined,
  reported: undefined,
};

/**
 * Begins a round with these remote candidates. Pairs of the running one on which anything arrived stay, with it.
 * @param letBeginMs how long checks to mapped addresses of the peer wait for the peer's, without an opener; see `letBeginMs`
 */
export function startRound(
  list: CheckList,
  candidates: readonly Candidate[],
  now: MonotonicMs,
  start: RoundStart = "at-once",
  letBeginMs = 0,
): CheckList {
  const ranked = rankCandidates(candidates);
  const kept = list.checks.filter((check) => check.heard || check.rttMs !== undefined);
  const isKept = ({ endpoint }: Candidate): boolean => find(kept, endpoint) !== undefined;
  const checks = [
    ...kept.map((check): Check => {
      // What was peer-reflexive until the peer named it.
      const candidate = ranked.find((c) => sameEndpoint(c.endpoint, check.candidate.endpoint));
      const named = { ...check, candidate: candidate ?? check.candidate };
      return check.rttMs === undefined ? { ...named, sent: 0, nextAt: now } : named;
    }),
    ...ranked
      .filter((candidate) => !isKept(candidate))
      .map((candidate, index): Check => {
        const waitMs = candidate.kind === "server-reflexive" ? letBeginMs : 0;
        const opens = start === "opening" && letBeginMs === 0 && isBehindIpv4(candidate);
        // Openers are on their way before the answer is that lets the peer begin.
        const nextAt = opens ? now : monotonicMs(now + waitMs + index * PACE_MS);
        return { candidate, opens, sent: 0, nextAt, heard: false, rttMs: undefined };
      }),
  ];
  return {
    ...list,
    checks: checks.slice(0, MAX_CANDIDATES),
    roundEndsAt: monotonicMs(now + ROUND_MS),
  };
}

/**
 * An authenticated request came in: a triggered check follows at once (RFC 8445, section 7.3.1.4), and a round begins
 * where none is running. An endpoint that nobody named is peer-reflexive (section 7.3.1.3); where the list is full, the
 * last that nothing came from makes room, since this one is known to be of use.
 */
export function heardFrom(list: CheckList, from: Endpoint, now: MonotonicMs): CheckList {
  const known = find(list.checks, from);
  if (known !== undefined && isValid(known) && now - known.nextAt >= ANEW_MS) {
    const again: Check = { ...known, rttMs: undefined, nextAt: now };
    const reported = sameEndpoint(list.reported, from) ? undefined : list.reported;
    return { ...list, checks: replace(list.checks, again), reported };
  }
  if (known?.heard === true) return list;
  const roundEndsAt = list.roundEndsAt ?? monotonicMs(now + ROUND_MS);
  if (known !== undefined) {
    const nextAt = known.rttMs === undefined ? now : known.nextAt;
    const heard: Check = { ...known, opens: false, heard: true, nextAt };
    return settle({ ...list, roundEndsAt, checks: replace(list.checks, heard) }, now);
  }
  const displaced =
    list.checks.length < MAX_CANDIDATES
      ? undefined
      : list.checks.findLast((check) => !check.heard && check.rttMs === undefined);
  const checks = list.checks.filter((check) => check !== displaced);
  if (checks.length >= MAX_CANDIDATES) return list;
  const candidate: Candidate = { kind: "peer-reflexive", endpoint: from };
  const check: Check = { candidate, opens: false, sent: 0, nextAt: now, heard: true, rttMs: undefined };
  return { ...list, roundEndsAt, checks: [...checks, check] };
}

/** A check was answered from the endpoint that it had been sent to. */
export function answered(list: CheckList, from: Endpoint, rttMs: number, now: MonotonicMs): CheckList {
  const known = find(list.checks, from);
  if (known === undefined || list.roundEndsAt === undefined) return list;
  return settle(
    { ...list, checks: replace(list.checks, { ...known, rttMs: Math.min(rttMs, known.rttMs ?? rttMs) }) },
    now,
  );
}

export function stepChecks(list: CheckList, pace: CheckPace, now: MonotonicMs, isBusy = false): CheckStep {
  if (list.roundEndsAt === undefined) return { list, effects: [] };
  const effects: CheckEffect[] = [];
  const checks = list.checks.map((check): Check => {
    if (isValid(check) || check.nextAt > now) return check;
    if (check.opens) {
      effects.push({ kind: "send-opener", to: check.candidate.endpoint });
      return { ...check, opens: false, nextAt: monotonicMs(now + OPENING_MS) };
    }
    const use = check.heard ? "heard" : check.sent === 0 ? "first" : "repeated";
    const mayAt = pace.take(use, now, isBusy);
    if (mayAt > now) return { ...check, nextAt: mayAt };
    effects.push({ kind: "send-check", to: check.candidate.endpoint });
    const delay = RETRANSMIT_MS[Math.min(check.sent, RETRANSMIT_MS.length - 1)] ?? 1_000;
    return { ...check, sent: check.sent + 1, nextAt: monotonicMs(now + delay) };
  });
  let next: CheckList = { ...list, checks };
  const best = bestValid(checks);
  const isSettled = now >= Math.min((list.validSince ?? now) + SETTLE_MS, list.roundEndsAt);
  if (best !== undefined && isSettled && !sameEndpoint(list.reported, best.candidate.endpoint)) {
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

/**
 * Whether a pair that has not answered yet would be preferred to the best one that has, or is of the other address family: which of two
 * families is better is measured once both are known to work.
 */
export function mayImprove(list: CheckList): boolean {
  const best = bestValid(list.checks)?.candidate;
  if (best === undefined || list.roundEndsAt === undefined) return false;
  const family = familyOf(best.endpoint.address);
  return list.checks.some(
    (check) =>
      !isValid(check) &&
      (preferenceOf(check.candidate) > preferenceOf(best) ||
        familyOf(check.candidate.endpoint.address) !== family),
  );
}

/** The round, with no more time than a better pair may need. */
export function endedSoon(list: CheckList): CheckList {
  if (list.roundEndsAt === undefined || list.validSince === undefined) return list;
  const endsAt = Math.min(list.roundEndsAt, list.validSince + IMPROVE_MS);
  return { ...list, roundEndsAt: monotonicMs(endsAt) };
}

/** One of the ends has moved: what was answered before has to be again. Whoever was heard need not ask once more. */
export function unanswered(list: CheckList): CheckList {
  const checks = list.checks.map((check): Check => ({ ...check, rttMs: undefined }));
  return { ...list, checks, validSince: undefined, reported: undefined };
}

/** How often the most tried unanswered candidate of the running round was tried. */
export function attemptsOf(list: CheckList): number {
  return list.checks.reduce((most, check) => Math.max(most, check.rttMs === undefined ? check.sent : 0), 0);
}

function find(checks: readonly Check[], endpoint: Endpoint): Check | undefined {
  return checks.find((check) => sameEndpoint(check.candidate.endpoint, endpoint));
}

/** The way there may cross a NAT: IPv6 is filtered, not translated, and an address of a LAN is reached in it. */
function isBehindIpv4({ endpoint: { address } }: Candidate): boolean {
  return familyOf(address) === "ipv4" && isGlobal(address);
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
