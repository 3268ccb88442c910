import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { NatBehaviour } from "../../protocol/nat-behaviour.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { KnockBudget } from "../nat/knock-budget.ts";
import { MANY_SOCKETS, PREDICTED_SOCKETS, predictedPorts } from "../nat/port-plan.ts";
import {
  openingWakeAt,
  restingOpening,
  stepOpening,
  type OpeningEffect,
  type OpeningInput,
  type OpeningRole,
  type SocketOpening,
} from "../nat/socket-opening.ts";
import type { Random } from "../random.ts";
import type { Hole } from "../wireguard/nft.ts";
import { PeerSockets, type CheckCredentials, type OpenBundle } from "./peer-sockets.ts";
import type { StunRequest } from "./stun-service.ts";

/** What the strategy for a peer asks of this end. */
export type OpeningPlan = {
  readonly method: "many-sockets" | "port-prediction";
  /** The peer's mapping, which is the same for everybody; where its ports change, too, the port is told later. */
  readonly target: Endpoint;
  readonly role: OpeningRole;
  /** How this host's NAT chooses ports. */
  readonly ports: Pick<NatBehaviour, "ports" | "portStep">;
  /** Whether the peer's NAT keeps ports; see `FEW_HOPS`. */
  readonly peerKeepsPorts: boolean;
  /** Since when plain checks go on, which go first. */
  readonly plainSince: MonotonicMs;
};

export type SocketOpenerPorts = {
  isDirect(peer: MemberId): boolean;
  /** Undefined: no member any more. */
  checks(peer: MemberId): CheckCredentials | undefined;
  /** Asks the peer to try ports, these first; where its ports change, too, to send to this one. */
  knock(peer: MemberId, ports: readonly number[]): void;
  /** The outside port of whoever sends by `request`, as a volunteer sees it. */
  mappedPort(request: StunRequest): Promise<number | undefined>;
  /** Puts these holes, and no others, into force. */
  dig(holes: readonly Hole[]): Promise<void>;
  /** From now on what the plain checks send to `remote` goes through a hole, from where the peer has met us. */
  onMet(peer: MemberId, remote: Endpoint): void;
};

type Entry = {
  state: SocketOpening;
  /** Undefined where the peer is reached in another way now: what is in use stays until it fails. */
  plan: OpeningPlan | undefined;
  attempt: Attempt | undefined;
};

type Attempt = {
  readonly plan: OpeningPlan;
  /** With the port that the peer has told. */
  target: Endpoint;
  readonly sending: { readonly againMs: readonly number[]; readonly hops: number };
  sockets: PeerSockets | undefined;
  /** Outside ports that are likely. */
  predicted: readonly number[];
  hole: Hole | undefined;
};

/** Plain checks of both ends have then been sent six times (`check-list.ts`). */
const PLAIN_MS = 1_500;

/** Where both ends open sockets, the first check may come before the other end has opened its NAT. */
const AGAIN_MS: readonly number[] = [300, 900, 2_000];

/**
 * A check need not arrive where the peer tries ports: it is to open our NAT. A Linux router that masquerades takes one that comes unasked
 * for its own, and then gives the peer's tries to that port another port than the one we let in: so the check is to end behind our
 * NAT, which gets it and passes it on. Behind two NATs that leaves the outer one closed. Such a router keeps ports, as many others
 * do: where the peer's does, the first attempt has few hops and the second all, and so on; elsewhere the other way round.
 */
const FEW_HOPS = 2;
const ALL_HOPS = 64;

/**
 * The hard end's part, for every peer that needs it, one at a time: carries out what `SocketOpening` decides. Owner of the
 * sockets, of the holes in nftables, and of one timer.
 */
export class SocketOpener implements Disposable {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #ports: SocketOpenerPorts;
  readonly #open: OpenBundle;
  readonly #budget = new KnockBudget();
  readonly #entries = new Map<MemberId, Entry>();
  #cancel: () => void = () => undefined;
  #digging: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: {
    clock: Clock;
    random: Random;
    log: Logger;
    ports: SocketOpenerPorts;
    open: OpenBundle;
  }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#log = parts.log;
    this.#ports = parts.ports;
    this.#open = parts.open;
  }

  /** Undefined: this peer is reached in another way. What is under way, or in use, goes on as it is. */
  setPlan(peer: MemberId, plan: OpeningPlan | undefined): void {
    const entry = this.#entries.get(peer);
    // Kept without a plan as well: how long to rest is not forgotten.
    if (entry !== undefined) entry.plan = plan;
    else if (plan !== undefined) {
      const state = restingOpening(this.#clock.monotonicNow());
      this.#entries.set(peer, { state, plan, attempt: undefined });
    }
    this.#run();
  }

  /** The peer, whose ports change as ours do, says which of them to send to. */
  onKnock(peer: MemberId, port: number): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    if (entry.state.tag === "asking") {
      aim(entry, port);
      const sockets = entry.attempt?.sockets?.localPorts.length ?? 0;
      this.#input(peer, { kind: "answered", sockets });
    } else if (entry.plan?.role === "second" && !this.#isBusy() && !this.#ports.isDirect(peer)) {
      if (!this.#budget.take(peer, this.#clock.monotonicNow())) return;
      this.#input(peer, { kind: "begin", isAsked: true });
      aim(entry, port);
    }
    this.#run();
  }

  /** The path to the peer has changed; `endpoint` where it is direct. */
  onPath(peer: MemberId, endpoint: Endpoint | undefined): void {
    const hole = this.#entries.get(peer)?.attempt?.hole;
    const input: OpeningInput =
      endpoint === undefined
        ? { kind: "lost" }
        : { kind: "direct", throughSocket: sameEndpoint(hole?.remote, endpoint) };
    this.#input(peer, input);
    this.#run();
  }

  retain(isMember: (id: MemberId) => boolean): void {
    this.#budget.retain(isMember);
    for (const [peer, entry] of this.#entries) {
      if (isMember(peer)) continue;
      this.#entries.delete(peer);
      this.#close(entry);
    }
  }

  /** Holes stay in nftables: the table is replaced by the next start, or removed. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancel();
    for (const { attempt } of this.#entries.values()) attempt?.sockets?.[Symbol.dispose]();
  }

  #run(): void {
    if (this.#closed) return;
    const now = this.#clock.monotonicNow();
    for (const peer of this.#entries.keys()) this.#input(peer, { kind: "tick" });
    const next = [...this.#entries].find(([peer, entry]) => (this.#beginsAt(peer, entry) ?? Infinity) <= now);
    if (next !== undefined) this.#input(next[0], { kind: "begin", isAsked: false });
    this.#schedule(now);
  }

  #schedule(now: MonotonicMs): void {
    let at = Infinity;
    for (const [peer, entry] of this.#entries) {
      const isResting = entry.state.tag === "resting";
      at = Math.min(at, (isResting ? this.#beginsAt(peer, entry) : openingWakeAt(entry.state)) ?? Infinity);
    }
    this.#cancel();
    if (at === Infinity) return;
    this.#cancel = this.#clock.after(Math.max(1, at - now), () => this.#run());
  }

  /** Undefined: not as things are. */
  #beginsAt(peer: MemberId, { state, plan }: Entry): number | undefined {
    if (state.tag !== "resting" || plan === undefined || plan.role === "second") return undefined;
    if (this.#isBusy() || this.#ports.isDirect(peer)) return undefined;
    return Math.max(plan.plainSince + PLAIN_MS, state.notBefore);
  }

  #isBusy(): boolean {
    return [...this.#entries.values()].some(({ state: { tag } }) => tag !== "resting" && tag !== "direct");
  }

  #input(peer: MemberId, input: OpeningInput): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined || this.#closed) return;
    const { state, effects } = stepOpening(entry.state, input, this.#clock.monotonicNow());
    if (state.tag !== entry.state.tag)
      this.#log.debug({ peer, from: entry.state.tag, to: state.tag }, "sockets");
    entry.state = state;
    for (const effect of effects) this.#carryOut(peer, entry, effect);
  }

  #carryOut(peer: MemberId, entry: Entry, effect: OpeningEffect): void {
    const { attempt } = entry;
    switch (effect.kind) {
      case "prepare":
        if (entry.plan !== undefined) void this.#prepare(peer, entry, entry.plan);
        break;
      case "send":
        attempt?.sockets?.check(effect.from, effect.to, attempt.target, attempt.sending);
        break;
      case "ask-peer": {
        const { predicted = [], plan } = attempt ?? {};
        // The last: it is met although others' flows take up to all of the ones before.
        this.#ports.knock(peer, plan?.role === "alone" ? predicted : predicted.slice(-1));
        break;
      }
      case "use":
        void this.#use(peer, entry, effect.socket);
        break;
      case "close":
        this.#close(entry);
        break;
    }
  }

  async #prepare(peer: MemberId, entry: Entry, plan: OpeningPlan): Promise<void> {
    const attempt: Attempt = {
      plan,
      target: plan.target,
      sending: sendingOf(plan, entry.state),
      sockets: undefined,
      predicted: [],
      hole: undefined,
    };
    entry.attempt = attempt;
    const isCurrent = (): boolean => entry.attempt === attempt && entry.state.tag === "preparing";
    const sockets = await this.#openSockets(peer, attempt);
    if (this.#closed || !isCurrent()) {
      sockets?.[Symbol.dispose]();
      return;
    }
    attempt.sockets = sockets;
    const reference =
      plan.ports.ports === "sequential" && sockets !== undefined
        ? await this.#ports.mappedPort(sockets.request)
        : undefined;
    if (!isCurrent()) return;
    const localPorts = sockets?.localPorts ?? [];
    attempt.predicted = predictedPorts(plan.ports, localPorts, reference);
    const isBlind = plan.role !== "alone" && attempt.predicted.length === 0;
    this.#input(peer, { kind: "prepared", sockets: isBlind ? 0 : localPorts.length, role: plan.role });
    this.#run();
  }

  async #openSockets(peer: MemberId, attempt: Attempt): Promise<PeerSockets | undefined> {
    const checks = this.#ports.checks(peer);
    if (checks === undefined) return undefined;
    const count = attempt.plan.method === "many-sockets" ? MANY_SOCKETS : PREDICTED_SOCKETS;
    const onCheck = (socket: number, from: Endpoint): void => {
      if (!sameEndpoint(from, attempt.target) || this.#entries.get(peer)?.attempt !== attempt) return;
      this.#input(peer, { kind: "met", socket });
      this.#run();
    };
    const [clock, random, open] = [this.#clock, this.#random, this.#open];
    return PeerSockets.open({ clock, random, open, checks, onCheck }, count);
  }

  async #use(peer: MemberId, entry: Entry, socket: number): Promise<void> {
    const { attempt } = entry;
    const localPort = attempt?.sockets?.localPorts[socket];
    if (attempt === undefined || localPort === undefined) return;
    const hole: Hole = { remote: attempt.target, localPort };
    attempt.hole = hole;
    attempt.sockets?.keepOnly(socket);
    await this.#dig();
    if (entry.attempt?.hole === hole && !this.#closed) this.#ports.onMet(peer, hole.remote);
  }

  #close(entry: Entry): void {
    const { attempt } = entry;
    entry.attempt = undefined;
    attempt?.sockets?.[Symbol.dispose]();
    if (attempt?.hole !== undefined) void this.#dig();
  }

  /** One after the other; the last one has what is in force then. */
  #dig(): Promise<void> {
    this.#digging = this.#digging.then(async () => {
      if (this.#closed) return;
      const holes = [...this.#entries.values()].flatMap(({ attempt }) => attempt?.hole ?? []);
      try {
        await this.#ports.dig(holes);
      } catch (error) {
        const reason = error instanceof Error ? error.message : "unknown";
        this.#log.error({ reason }, "nftables refused a hole");
      }
    });
    return this.#digging;
  }
}

function aim({ attempt }: Entry, port: number): void {
  if (attempt !== undefined) attempt.target = { ...attempt.plan.target, port };
}

function sendingOf({ role, peerKeepsPorts }: OpeningPlan, state: SocketOpening): Attempt["sending"] {
  if (role !== "alone") return { againMs: AGAIN_MS, hops: ALL_HOPS };
  const isEven = state.tag === "direct" || state.failures % 2 === 0;
  return { againMs: [], hops: isEven === peerKeepsPorts ? FEW_HOPS : ALL_HOPS };
}
