import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { LegView } from "../relay/client/relay-manager.ts";
import { IDLE_MS, planLegs, type LegAction, type PlannedPeer } from "../relay/client/spare-plan.ts";
import { shownType, type PathInfo } from "./mesh-peer.ts";

export type SpareKeeperPorts = {
  /** Peers that are relayed, or have a relay standing by. */
  peers(): readonly MemberId[];
  pathOf(peer: MemberId): PathInfo | undefined;
  legs(peer: MemberId): readonly LegView[];
  /** Its relay is about to stop, or was banned for this peer. */
  isBarred(peer: MemberId, relay: MemberId): boolean;
  /** `others`: that the peer has legs on. */
  isSecondChoice(peer: MemberId, relay: MemberId, others: readonly MemberId[]): boolean;
  /** `isSpare`: the first leg stays; else it is about to go. */
  ask(peer: MemberId, isSpare: boolean): Promise<void>;
  handOver(peer: MemberId, from: AllocationId): void;
  release(allocation: AllocationId): Promise<void>;
};

/**
 * Spares of one host at the most; whoever comes later has none, and waits longer when its relay dies. Half of what one
 * volunteer grants a member by default.
 */
export const MAX_SPARES = 32;

/** Legs change by events, of which each has us look. This is for what only time and measurement change. */
const LOOK_MS = 5_000;
/** Every volunteer has been asked, and none was found: they are left in peace for so long. */
const ASK_AGAIN_MS = 15_000;
/** A leg that is about to go is worth asking more often. */
const ASK_SOON_MS = 500;
/** A hand-over that did not take is not tried again at once: the peer has its reasons. */
const HAND_OVER_AGAIN_MS = 5_000;

/** Sees to it that each relayed peer has the legs that `planLegs` wants. Owner of its timer. */
export class SpareKeeper implements Disposable {
  readonly #self: MemberId;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ports: SpareKeeperPorts;
  /** When the peer was last asked for a leg, or handed over. */
  readonly #actedAt = new Map<string, MonotonicMs>();
  #cancel: () => void = () => undefined;
  #isLookDue = false;
  #closed = false;

  constructor(parts: { self: MemberId; clock: Clock; log: Logger; ports: SpareKeeperPorts }) {
    this.#self = parts.self;
    this.#clock = parts.clock;
    this.#log = parts.log.child({ component: "relay-client" });
    this.#ports = parts.ports;
  }

  /** Paths, legs or wishes may have changed. */
  lookSoon(): void {
    if (this.#isLookDue || this.#closed) return;
    this.#isLookDue = true;
    queueMicrotask(() => this.#look());
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancel();
  }

  #look(): void {
    this.#isLookDue = false;
    if (this.#closed) return;
    const now = this.#clock.monotonicNow();
    for (const [key, at] of this.#actedAt) if (now - at > ASK_AGAIN_MS) this.#actedAt.delete(key);
    const peers = this.#ports.peers();
    let spares = peers.filter((peer) => this.#ports.legs(peer).length > 1).length;
    let wakeAt: number = peers.length === 0 ? Infinity : now + LOOK_MS;
    for (const peer of peers) {
      const planned = this.#planned(peer, now);
      const plan = planned && planLegs(planned, now);
      if (plan?.action !== undefined) {
        // What takes the place of a leg that has to go is no more than there was.
        const isNew = plan.action.kind === "ask" && !plan.action.soon;
        if (isNew && spares >= MAX_SPARES) continue;
        wakeAt = Math.min(wakeAt, this.#act(peer, plan.action, now));
        if (isNew) spares++;
      }
      wakeAt = Math.min(wakeAt, plan?.wakeAt ?? Infinity);
    }
    this.#cancel();
    if (wakeAt < Infinity) this.#cancel = this.#clock.after(Math.max(1, wakeAt - now), () => this.#look());
  }

  #planned(peer: MemberId, now: MonotonicMs): PlannedPeer | undefined {
    const ports = this.#ports;
    const info = ports.pathOf(peer);
    if (info === undefined) return undefined;
    const { path } = info;
    const all = ports.legs(peer);
    const relays = all.map(({ granted }) => granted.relay);
    return {
      path: shownType(path.tag),
      since: path.since,
      isControlling: this.#self < peer,
      carrying: path.leg?.allocation,
      legs: all.map(({ granted: { allocation, relay }, answersSince }) => ({
        allocation,
        relay,
        answersSince,
        isBarred: ports.isBarred(peer, relay),
        isSecondChoice: path.tag === "relayed" && ports.isSecondChoice(peer, relay, relays),
      })),
      isIdle: now - info.activeUntil > IDLE_MS,
    };
  }

  /** When to look again for what it does. */
  #act(peer: MemberId, action: LegAction, now: MonotonicMs): MonotonicMs {
    const pauseMs = pauseOf(action);
    const key = `${action.kind} ${peer}`;
    const due = monotonicMs((this.#actedAt.get(key) ?? -Infinity) + pauseMs);
    if (now < due) return due;
    this.#actedAt.set(key, now);
    switch (action.kind) {
      case "ask":
        void this.#ports.ask(peer, !action.soon);
        break;
      case "hand-over":
        this.#log.info({ peer }, "relay is handed over");
        this.#ports.handOver(peer, action.from);
        break;
      case "release":
        void this.#ports.release(action.allocation);
        break;
    }
    return monotonicMs(now + pauseMs);
  }
}

function pauseOf(action: LegAction): number {
  switch (action.kind) {
    case "ask":
      return action.soon ? ASK_SOON_MS : ASK_AGAIN_MS;
    case "hand-over":
      return HAND_OVER_AGAIN_MS;
    case "release":
      return ASK_SOON_MS;
  }
}
