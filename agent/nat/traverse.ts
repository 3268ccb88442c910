import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { rankCandidates, type Candidate } from "./candidate.ts";
import {
  answered,
  attemptsOf,
  checksWakeAt,
  emptyCheckList,
  endedSoon,
  heardFrom,
  mayImprove,
  startRound,
  stepChecks,
  unanswered,
  type CheckList,
  type RoundStart,
} from "./check-list.ts";
import { CheckPace } from "./check-pace.ts";
import { letBeginMs } from "./port-mapping/let-begin.ts";

export type NatEffect =
  /** Send an authenticated connectivity check from WireGuard's port. */
  | { readonly kind: "send-check"; readonly peer: MemberId; readonly to: Endpoint }
  /** See `CheckEffect`. */
  | { readonly kind: "send-opener"; readonly peer: MemberId; readonly to: Endpoint }
  /** Both directions of this pair carry packets. */
  | {
      readonly kind: "validated";
      readonly peer: MemberId;
      readonly candidate: Candidate;
      readonly rttMs: number;
    }
  /** No nft: let WireGuard itself try this endpoint. */
  | { readonly kind: "try-endpoint"; readonly peer: MemberId; readonly candidate: Candidate }
  /** Ask the peer for candidates and tell it ours, so that both sides check at the same time. */
  | { readonly kind: "signal"; readonly peer: MemberId }
  | { readonly kind: "round-failed"; readonly peer: MemberId; readonly tried: readonly Candidate[] };

/**
 * "checks": STUN from WireGuard's port, many endpoints at once. "handshakes": where nftables is missing, endpoints
 * are stepped one by one and WireGuard's handshake is the check.
 */
export type TraverseMode = "checks" | "handshakes";

/** WireGuard sends at most one initiation in REKEY_TIMEOUT (paper, section 6.1): a faster step would send nothing. */
export const HANDSHAKE_STEP_MS = 5_000;

/**
 * A check from a peer that counts as connected here: it may have started anew and must hear us, as every check is
 * answered with one. At most this often, so that two ends which probe each other do not keep each other going.
 */
const CONNECTED_TRIGGER_MS = 1_000;

/** Another signal and round follow soon, since a signal may have been lost, then ever more rarely, for ever. */
const SIGNAL_MS: readonly number[] = [1_000, 3_000, 10_000, 30_000, 60_000, 300_000];

/** The same between those of a host that is too busy to see answers in time: asking again would keep it so. */
const BUSY_SIGNAL_MS = 15_000;

/**
 * So many peers are signalled to at once; the next one's turn comes when one of them is reached, or has had its time. Whoever joins, starts or moves
 * has to do with all the others: one after the other that takes moments, and all at once none of it comes in time on a host that is small, or
 * busy.
 */
const TURNS = 8;
const BUSY_TURNS = 4;
const TURN_MS = 3_000;

/** Nothing to say, until something happens. */
const NEVER = monotonicMs(Infinity);

type Traversal = {
  candidates: readonly Candidate[];
  /** The candidates are the peer's own words, and it may not have begun; what is remembered of it may be open still. */
  signalled: boolean;
  list: CheckList;
  connected: boolean;
  /** Beside the connection, until this round ends: ends have moved, or a better pair may still answer. */
  rechecking: boolean;
  /** While connected: where a triggered check is due, and when the last one was. */
  triggered: Endpoint | undefined;
  triggeredAt: MonotonicMs | undefined;
  /** Tried in rounds that are over. */
  attempts: number;
  signals: number;
  signalAt: MonotonicMs;
  /** It has had its turn, or has begun itself. */
  begun: boolean;
  signalledAt: MonotonicMs | undefined;
  /** It is its turn, until then at most; undefined: it is reached, or waits for its turn. */
  turnEndsAt: MonotonicMs | undefined;
  /** In mode "handshakes": which candidate is next, and when. */
  stepIndex: number;
  stepAt: MonotonicMs;
};

/**
 * Works through the candidate pairs of every peer that is not connected directly yet. Pure but for the
 * state that it owns: time comes in with every call, packets and timers are the caller's.
 */
export class NatTraverse {
  readonly #mode: TraverseMode;
  /** Those whose turn it is first. */
  readonly #peers = new Map<MemberId, Traversal>();
  readonly #pace = new CheckPace();
  /** When this host's port mapping was reached from outside; see `letBeginMs`. */
  readonly #mappedSince: () => MonotonicMs | undefined;

  constructor(mode: TraverseMode, mappedSince: () => MonotonicMs | undefined = () => undefined) {
    this.#mode = mode;
    this.#mappedSince = mappedSince;
  }

  /** Starts with what is remembered of the peer, best first; an empty list waits for its candidates. Until `startAt` the peer is left to begin. */
  add(peer: MemberId, remembered: readonly Candidate[], startAt: MonotonicMs): void {
    if (this.#peers.has(peer)) return;
    const traversal: Traversal = {
      candidates: remembered,
      signalled: false,
      list: emptyCheckList,
      connected: false,
      rechecking: false,
      triggered: undefined,
      triggeredAt: undefined,
      attempts: 0,
      signals: 0,
      signalAt: startAt,
      begun: false,
      signalledAt: undefined,
      turnEndsAt: undefined,
      stepIndex: 0,
      stepAt: startAt,
    };
    this.#peers.set(peer, traversal);
  }

  remove(peer: MemberId): void {
    this.#peers.delete(peer);
  }

  has(peer: MemberId): boolean {
    return this.#peers.has(peer);
  }

  /** Candidates that the peer signalled replace the older ones and start a round. "at-once": it has ours, and began before it answered. */
  setCandidates(peer: MemberId, candidates: readonly Candidate[], start: RoundStart, now: MonotonicMs): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    traversal.candidates = rankCandidates(candidates);
    traversal.signalled = true;
    traversal.begun = true;
    traversal.stepIndex = 0;
    if (isChecked(traversal)) traversal.list = this.#round(traversal, start, now);
  }

  /**
   * This host has moved: peers are told where it is now and all pairs are checked again, also beside a connection, which may lead
   * elsewhere now or have a better one beside it.
   */
  recheckAll(now: MonotonicMs): void {
    for (const traversal of this.#peers.values()) {
      traversal.signals = 0;
      traversal.signalAt = now;
      // What was found from where this host was says nothing.
      traversal.list = unanswered(traversal.list);
      traversal.rechecking = traversal.connected && this.#mode === "checks";
    }
  }

  /** The peer has other candidates than before: it has moved, and a connection with it may have to follow. */
  setMoved(peer: MemberId, candidates: readonly Candidate[], start: RoundStart, now: MonotonicMs): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    if (traversal.connected && !traversal.rechecking && this.#mode === "checks") {
      traversal.rechecking = true;
      // It has signalled, and asked for an answer.
      traversal.signalAt = NEVER;
    }
    traversal.list = unanswered(traversal.list);
    this.setCandidates(peer, candidates, start, now);
  }

  /** An authenticated check request arrived from there. `isConsent`: the peer is connected by this pair, and asks whether it still is. */
  onCheckRequest(peer: MemberId, from: Endpoint, isConsent: boolean, now: MonotonicMs): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    if (isChecked(traversal)) {
      traversal.list = heardFrom(traversal.list, from, now);
    } else if (
      // Such a peer has nothing to find out.
      !isConsent &&
      (traversal.triggeredAt === undefined || now - traversal.triggeredAt >= CONNECTED_TRIGGER_MS)
    ) {
      traversal.triggered = from;
      traversal.triggeredAt = now;
    }
  }

  /** Somebody says that the peer is there, without proof: worth a check, once it is the peer's turn. */
  onHint(peer: MemberId, endpoint: Endpoint, now: MonotonicMs): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    if (traversal.begun) this.onCheckRequest(peer, endpoint, false, now);
    else traversal.candidates = rankCandidates([{ kind: "host", endpoint }, ...traversal.candidates]);
  }

  /** An authenticated answer arrived from the endpoint that the check had gone to. */
  onCheckAnswer(peer: MemberId, from: Endpoint, rttMs: number, now: MonotonicMs): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined || !isChecked(traversal)) return;
    traversal.list = answered(traversal.list, from, rttMs, now);
  }

  /**
   * Packets flow directly: nothing remains to be done for this peer until `markLost`, but for a moment in which a better pair may
   * answer, the LAN's above all, whose first packets wait for ARP.
   */
  markConnected(peer: MemberId): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    traversal.connected = true;
    traversal.begun = true;
    traversal.turnEndsAt = undefined;
    traversal.signals = 0;
    traversal.attempts = 0;
    traversal.rechecking = this.#mode === "checks" && mayImprove(traversal.list);
    traversal.list = traversal.rechecking ? endedSoon(traversal.list) : emptyCheckList;
    traversal.signalAt = NEVER;
  }

  /** The connection uses this endpoint, and works: what was rechecked is settled where that is what was found. */
  markWorking(peer: MemberId, endpoint: Endpoint): void {
    const traversal = this.#peers.get(peer);
    if (traversal?.rechecking === true && sameEndpoint(traversal.list.reported, endpoint))
      this.markConnected(peer);
  }

  /** The peer is reached in another way: the count of direct attempts begins anew, the attempts go on. */
  resetAttempts(peer: MemberId): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    traversal.turnEndsAt = undefined;
    traversal.attempts = -attemptsOf(traversal.list);
  }

  /** Nobody could carry the signal: others need not wait for what it brings. */
  signalLost(peer: MemberId): void {
    const traversal = this.#peers.get(peer);
    if (traversal !== undefined) traversal.turnEndsAt = undefined;
  }

  /** Whether the peer has had its turn, or has begun itself. */
  hasBegun(peer: MemberId): boolean {
    return this.#peers.get(peer)?.begun === true;
  }

  /** Direct packets have stopped: the peer remains again, beginning with a fresh signal. */
  markLost(peer: MemberId, now: MonotonicMs, retryInMs = 0): void {
    const traversal = this.#peers.get(peer);
    if (traversal === undefined) return;
    traversal.connected = false;
    traversal.triggered = undefined;
    traversal.rechecking = false;
    traversal.list = emptyCheckList;
    traversal.signalAt = monotonicMs(now + retryInMs);
  }

  /** Peers that are not connected, or are being rechecked, begin anew: a way to signal came up, or candidates have changed. */
  restart(now: MonotonicMs, peer?: MemberId): void {
    for (const [id, traversal] of this.#peers) {
      if ((peer !== undefined && peer !== id) || !isChecked(traversal)) continue;
      traversal.signals = 0;
      traversal.signalAt = now;
    }
  }

  /** `isBusy`: this host is late with all that it does, and nobody waits for a path. */
  step(now: MonotonicMs, isBusy = false): readonly NatEffect[] {
    const effects: NatEffect[] = [];
    for (const traversal of this.#peers.values())
      if (now >= (traversal.turnEndsAt ?? Infinity)) traversal.turnEndsAt = undefined;
    let free = this.#freeTurns(isBusy);
    for (const [peer, traversal] of [...this.#peers]) {
      if (!isChecked(traversal)) {
        if (traversal.triggered !== undefined) {
          effects.push({ kind: "send-check", peer, to: traversal.triggered });
          traversal.triggered = undefined;
        }
        continue;
      }
      if (now >= signalDueAt(traversal, isBusy) && (free > 0 || traversal.turnEndsAt !== undefined)) {
        if (traversal.turnEndsAt === undefined) free--;
        traversal.turnEndsAt ??= monotonicMs(now + TURN_MS);
        traversal.begun = true;
        traversal.signalledAt = now;
        effects.push({ kind: "signal", peer });
        traversal.signalAt = monotonicMs(
          now + (SIGNAL_MS[Math.min(traversal.signals, SIGNAL_MS.length - 1)] ?? 0),
        );
        traversal.signals++;
        traversal.list = this.#round(traversal, traversal.signalled ? "opening" : "at-once", now);
      }
      const done =
        this.#mode === "checks"
          ? stepByChecks(peer, traversal, this.#pace, now, isBusy)
          : stepByHandshake(peer, traversal, now);
      effects.push(...done);
      if (done.length > 0 || traversal.signalledAt === now) {
        // Others have the next turn and the next checks, where there are not enough for all.
        this.#peers.delete(peer);
        this.#peers.set(peer, traversal);
      }
      if (traversal.list.roundEndsAt === undefined) traversal.rechecking = false;
    }
    return effects;
  }

  wakeAt(isBusy = false): MonotonicMs | undefined {
    let at = Infinity;
    const turnAt = this.#freeTurns(isBusy) > 0 ? -Infinity : this.#nextTurnAt();
    for (const traversal of this.#peers.values()) {
      if (!isChecked(traversal)) {
        if (traversal.triggered !== undefined) at = Math.min(at, traversal.triggeredAt ?? at);
        continue;
      }
      const mayAt = traversal.turnEndsAt === undefined ? turnAt : -Infinity;
      const signalAt = Math.max(signalDueAt(traversal, isBusy), mayAt);
      at = Math.min(at, signalAt, checksWakeAt(traversal.list) ?? Infinity);
      if (this.#mode === "handshakes" && traversal.candidates.length > 0) at = Math.min(at, traversal.stepAt);
    }
    return at === Infinity ? undefined : monotonicMs(at);
  }

  /** Peers without a direct path. */
  remaining(): readonly MemberId[] {
    return [...this.#peers].filter(([, traversal]) => !traversal.connected).map(([peer]) => peer);
  }

  isFinished(): boolean {
    return this.remaining().length === 0;
  }

  /** How often the peer was tried directly since it was last connected or the count was reset. */
  attempts(peer: MemberId): number {
    const traversal = this.#peers.get(peer);
    return traversal === undefined ? 0 : traversal.attempts + attemptsOf(traversal.list);
  }

  #freeTurns(isBusy: boolean): number {
    let free = isBusy ? BUSY_TURNS : TURNS;
    for (const { turnEndsAt } of this.#peers.values()) if (turnEndsAt !== undefined) free--;
    return free;
  }

  #nextTurnAt(): number {
    let at = Infinity;
    for (const { turnEndsAt } of this.#peers.values()) at = Math.min(at, turnEndsAt ?? Infinity);
    return at;
  }

  #round(traversal: Traversal, start: RoundStart, now: MonotonicMs): CheckList {
    if (this.#mode === "handshakes" || traversal.candidates.length === 0) return traversal.list;
    traversal.attempts += attemptsOf(traversal.list);
    return startRound(traversal.list, traversal.candidates, now, start, letBeginMs(this.#mappedSince(), now));
  }
}

function signalDueAt({ signalAt, signalledAt }: Traversal, isBusy: boolean): MonotonicMs {
  if (!isBusy || signalledAt === undefined) return signalAt;
  return monotonicMs(Math.max(signalAt, signalledAt + BUSY_SIGNAL_MS));
}

function stepByChecks(
  peer: MemberId,
  traversal: Traversal,
  pace: CheckPace,
  now: MonotonicMs,
  isBusy: boolean,
): readonly NatEffect[] {
  // One that was left for the peer to begin with was not tried.
  const tried = traversal.list.checks.filter(({ sent }) => sent > 0).map(({ candidate }) => candidate);
  const attempts = attemptsOf(traversal.list);
  const { list, effects } = stepChecks(traversal.list, pace, now, isBusy);
  traversal.list = list;
  return effects.flatMap((effect): readonly NatEffect[] => {
    if (effect.kind !== "round-failed") return [{ ...effect, peer }];
    // Beside a connection nothing has failed but the search for another.
    if (traversal.rechecking) return [];
    traversal.attempts += attempts;
    return [{ kind: "round-failed", peer, tried }];
  });
}

/** Whether pairs of this peer are checked now. */
function isChecked({ connected, rechecking }: Traversal): boolean {
  return !connected || rechecking;
}

function stepByHandshake(peer: MemberId, traversal: Traversal, now: MonotonicMs): readonly NatEffect[] {
  const candidate = traversal.candidates[traversal.stepIndex % Math.max(1, traversal.candidates.length)];
  if (candidate === undefined || now < traversal.stepAt) return [];
  traversal.stepIndex++;
  traversal.attempts++;
  traversal.stepAt = monotonicMs(now + HANDSHAKE_STEP_MS);
  return [{ kind: "try-endpoint", peer, candidate }];
}
