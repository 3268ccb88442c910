import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Candidate } from "./candidate.ts";
import type { RoundStart } from "./check-list.ts";
import type { NatEffect, NatTraverse } from "./traverse.ts";

/** What the connection cache knows of a peer; it never decides who a peer is. */
export type RelayHints = {
  /** Direct connections to this peer worked last time: they get a head start over a relay. */
  directWorkedLast(peer: MemberId): boolean;
  /** Usable relays for this peer, best first; empty where none is known. */
  relaysFor(peer: MemberId): readonly MemberId[];
};

export type RelayEffect =
  | NatEffect
  /** Reach the peer through one of these, in this order, while direct attempts go on. */
  | { readonly kind: "need-relay"; readonly peer: MemberId; readonly relays: readonly MemberId[] };

/**
 * Unanswered checks before a peer that worked directly last time is relayed: the third leaves 150 ms after the
 * first, more than a round trip to most of the world, and the user's first packet still waits less than a second.
 */
const HEAD_START_ATTEMPTS = 3;

/** Without a candidate there is nothing to attempt: the head start ends by time. */
const HEAD_START_MS = 300;

/** A relay that could not be had is asked for again after this; the manager backs off by itself. */
const ASK_AGAIN_MS = 1_000;

/**
 * A standby that is lost beside a direct path that works is replaced after this. A relay that was too busy to answer loses those of
 * all its members at once: if each asked the others at once, these would be too busy next.
 */
const STANDBY_AGAIN_MS = 30_000;

type Relaying = {
  since: MonotonicMs;
  connected: boolean;
  /** From when on one is wanted even beside a direct path, as its warm standby; undefined: only where there is none. */
  standbyFrom: MonotonicMs | undefined;
  askedAt: MonotonicMs | undefined;
};

/** Wraps a `NatTraverse`, unchanged, with the decision when a peer is relayed meanwhile. */
export class RelayNatTraverse {
  readonly #direct: NatTraverse;
  readonly #hints: RelayHints;
  readonly #relaying = new Map<MemberId, Relaying>();

  constructor(direct: NatTraverse, hints: RelayHints) {
    this.#direct = direct;
    this.#hints = hints;
  }

  /** Until `startAt` the peer is left to begin. */
  add(peer: MemberId, remembered: readonly Candidate[], startAt: MonotonicMs): void {
    this.#direct.add(peer, remembered, startAt);
    if (!this.#relaying.has(peer))
      this.#relaying.set(peer, {
        since: startAt,
        connected: false,
        standbyFrom: undefined,
        askedAt: undefined,
      });
  }

  remove(peer: MemberId): void {
    this.#direct.remove(peer);
    this.#relaying.delete(peer);
  }

  /** `isBusy`: see `NatTraverse`. */
  step(now: MonotonicMs, isBusy = false): readonly RelayEffect[] {
    const effects: RelayEffect[] = [...this.#direct.step(now, isBusy)];
    for (const [peer, relaying, from] of this.#wanting()) {
      if (now < from || !this.#isDue(peer, relaying, now)) continue;
      relaying.askedAt = now;
      const relays = this.#hints.relaysFor(peer);
      if (relays.length > 0) effects.push({ kind: "need-relay", peer, relays });
    }
    return effects;
  }

  wakeAt(isBusy = false): MonotonicMs | undefined {
    let at = this.#direct.wakeAt(isBusy) ?? Infinity;
    for (const [, { askedAt, since }, from] of this.#wanting()) {
      const askAt = askedAt === undefined ? since + HEAD_START_MS : askedAt + ASK_AGAIN_MS;
      at = Math.min(at, Math.max(askAt, from));
    }
    return at === Infinity ? undefined : monotonicMs(at);
  }

  /** The relay carries packets: the count of direct attempts begins anew, and they go on. */
  relayConnected(peer: MemberId): void {
    const relaying = this.#relaying.get(peer);
    if (relaying === undefined) return;
    relaying.connected = true;
    relaying.standbyFrom = undefined;
    relaying.askedAt = undefined;
    this.#direct.resetAttempts(peer);
  }

  /** The relay is gone, or another must be found: ask at the next step, but in no haste beside a direct path. */
  relayLost(peer: MemberId, now: MonotonicMs): void {
    const relaying = this.#relaying.get(peer);
    if (relaying === undefined) return;
    relaying.connected = false;
    relaying.standbyFrom = monotonicMs(now + STANDBY_AGAIN_MS);
    relaying.askedAt = undefined;
  }

  /** One is wanted beside a direct path that does not have it: that path is in doubt. */
  relayWanted(peer: MemberId, now: MonotonicMs): void {
    const relaying = this.#relaying.get(peer);
    if (relaying?.connected !== false) return;
    relaying.standbyFrom = monotonicMs(Math.min(relaying.standbyFrom ?? now, now));
  }

  signalLost(peer: MemberId): void {
    this.#direct.signalLost(peer);
  }

  directConnected(peer: MemberId): void {
    this.#direct.markConnected(peer);
  }

  /** Direct packets stopped: a relay is due at once, and the direct attempts begin again after `retryInMs`. */
  directLost(peer: MemberId, now: MonotonicMs, retryInMs: number): void {
    this.#direct.markLost(peer, now, retryInMs);
    const relaying = this.#relaying.get(peer);
    if (relaying !== undefined) relaying.since = monotonicMs(now - HEAD_START_MS);
  }

  setCandidates(peer: MemberId, candidates: readonly Candidate[], start: RoundStart, now: MonotonicMs): void {
    this.#direct.setCandidates(peer, candidates, start, now);
  }

  /** See `NatTraverse`. A relay that could not be had elsewhere is asked for again. */
  recheckAll(now: MonotonicMs): void {
    this.#direct.recheckAll(now);
    for (const relaying of this.#relaying.values()) relaying.askedAt = undefined;
  }

  setMoved(peer: MemberId, candidates: readonly Candidate[], start: RoundStart, now: MonotonicMs): void {
    this.#direct.setMoved(peer, candidates, start, now);
  }

  directWorks(peer: MemberId, endpoint: Endpoint): void {
    this.#direct.markWorking(peer, endpoint);
  }

  onCheckRequest(peer: MemberId, from: Endpoint, isConsent: boolean, now: MonotonicMs): void {
    this.#direct.onCheckRequest(peer, from, isConsent, now);
  }

  onHint(peer: MemberId, endpoint: Endpoint, now: MonotonicMs): void {
    this.#direct.onHint(peer, endpoint, now);
  }

  onCheckAnswer(peer: MemberId, from: Endpoint, rttMs: number, now: MonotonicMs): void {
    this.#direct.onCheckAnswer(peer, from, rttMs, now);
  }

  restart(now: MonotonicMs, peer?: MemberId): void {
    this.#direct.restart(now, peer);
    for (const [id, relaying] of this.#relaying) {
      if (peer === undefined || peer === id) relaying.askedAt = undefined;
    }
  }

  attempts(peer: MemberId): number {
    return this.#direct.attempts(peer);
  }

  remaining(): readonly MemberId[] {
    return this.#direct.remaining();
  }

  isFinished(): boolean {
    return this.#direct.isFinished();
  }

  /** Those without a relay that are to have one, and from when on. */
  #wanting(): readonly (readonly [MemberId, Relaying, from: MonotonicMs])[] {
    const remaining = new Set(this.#direct.remaining());
    return [...this.#relaying].flatMap(([peer, relaying]) => {
      const from = remaining.has(peer) ? relaying.since : relaying.standbyFrom;
      const isWanted = !relaying.connected && from !== undefined && this.#direct.hasBegun(peer);
      return isWanted ? [[peer, relaying, from] as const] : [];
    });
  }

  /** A peer that never worked directly is relayed at once; one that did gets its head start. */
  #isDue(peer: MemberId, relaying: Relaying, now: MonotonicMs): boolean {
    if (relaying.askedAt !== undefined) return now >= relaying.askedAt + ASK_AGAIN_MS;
    if (!this.#hints.directWorkedLast(peer)) return true;
    return this.#direct.attempts(peer) >= HEAD_START_ATTEMPTS || now >= relaying.since + HEAD_START_MS;
  }
}
