import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { NatBehaviour } from "../../protocol/nat-behaviour.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { KnockBudget } from "../nat/knock-budget.ts";
import { MANY_SOCKETS, PREDICTED_SOCKETS, predictedPorts } from "../nat/port-plan.ts";
import type { Receive, SocketBundle } from "../nat/socket-bundle.ts";
import {
  openingWakeAt,
  restingOpening,
  stepOpening,
  WAIT_MS,
  type OpeningEffect,
  type OpeningInput,
  type OpeningRole,
  type SocketOpening,
} from "../nat/socket-opening.ts";
import { StunAgent, type StunCredential } from "../nat/stun-agent.ts";
import type { Random } from "../random.ts";
import type { Hole } from "../wireguard/nft.ts";
import type { StunRequest } from "./stun-service.ts";

/** What the strategy for a peer asks of this end. */
export type OpeningPlan = {
  readonly method: "many-sockets" | "port-prediction";
  /** The peer's mapping, which is the same for everybody; where its ports change, too, the port is told later. */
  readonly target: Endpoint;
  readonly role: OpeningRole;
  /** How this host's NAT chooses ports. */
  readonly ports: Pick<NatBehaviour, "ports" | "portStep">;
};

export type SocketOpenerPorts = {
  isDirect(peer: MemberId): boolean;
  /** Protects checks; undefined: no member any more. */
  checks(peer: MemberId): { readonly outbound: StunCredential; readonly inbound: StunCredential } | undefined;
  /** Asks the peer to try ports, these first; where its ports change, too, to send to this one. */
  knock(peer: MemberId, ports: readonly number[]): void;
  /** The outside port of whoever sends by `request`, as a volunteer sees it. */
  mappedPort(request: StunRequest): Promise<number | undefined>;
  /** Puts these holes, and no others, into force. */
  dig(holes: readonly Hole[]): Promise<void>;
  /** From now on what the plain checks send to `remote` goes through a hole, from where the peer has met us. */
  onMet(peer: MemberId, remote: Endpoint): void;
};

/** What this needs of a `SocketBundle`. */
export type Bundle = Pick<SocketBundle, "localPorts" | "send" | "keepOnly" | typeof Symbol.dispose>;

type Entry = {
  state: SocketOpening;
  plan: OpeningPlan;
  /** As it was when this attempt began, with the port that the peer has told. */
  target: Endpoint;
  /** Plain checks go first. */
  notBefore: MonotonicMs;
  bundle: Bundle | undefined;
  agents: readonly StunAgent[];
  /** Outside ports that are likely. */
  predicted: readonly number[];
  hole: Hole | undefined;
};

/** Plain checks of both ends have then been sent six times (`check-list.ts`). */
const PLAIN_MS = 1_500;

/**
 * The hard end's part, for every peer that needs it, one at a time: carries out what `SocketOpening` decides. Owner of the
 * sockets, of the holes in nftables, and of one timer.
 */
export class SocketOpener implements Disposable {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #ports: SocketOpenerPorts;
  readonly #open: (count: number, random: Random, receive: Receive) => Promise<Bundle>;
  readonly #entries = new Map<MemberId, Entry>();
  #cancel: () => void = () => undefined;
  readonly #budget = new KnockBudget();
  #digging: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: {
    clock: Clock;
    random: Random;
    log: Logger;
    ports: SocketOpenerPorts;
    open: (count: number, random: Random, receive: Receive) => Promise<Bundle>;
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
    const now = this.#clock.monotonicNow();
    if (plan === undefined) {
      if (entry?.state.tag === "resting") this.#entries.delete(peer);
    } else if (entry !== undefined) {
      entry.plan = plan;
    } else {
      this.#entries.set(peer, {
        state: restingOpening(now),
        plan,
        target: plan.target,
        notBefore: monotonicMs(now + PLAIN_MS),
        bundle: undefined,
        agents: [],
        predicted: [],
        hole: undefined,
      });
    }
    this.#run();
  }

  /** The peer, whose ports change as ours do, says which of them to send to. */
  onKnock(peer: MemberId, port: number): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    const aim = (): void => {
      entry.target = { ...entry.plan.target, port };
    };
    if (entry.state.tag === "asking") {
      aim();
      this.#input(peer, { kind: "answered", sockets: entry.agents.length });
    } else if (entry.plan.role === "second" && !this.#isBusy() && !this.#ports.isDirect(peer)) {
      if (!this.#budget.take(peer, this.#clock.monotonicNow())) return;
      aim();
      this.#input(peer, { kind: "begin", isAsked: true });
    }
    this.#run();
  }

  /** The path to the peer has changed; `endpoint` where it is direct. */
  onPath(peer: MemberId, endpoint: Endpoint | undefined): void {
    const hole = this.#entries.get(peer)?.hole;
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
    for (const { bundle } of this.#entries.values()) bundle?.[Symbol.dispose]();
  }

  #run(): void {
    if (this.#closed) return;
    const now = this.#clock.monotonicNow();
    for (const peer of this.#entries.keys()) this.#input(peer, { kind: "tick" });
    if (!this.#isBusy()) {
      for (const [peer, entry] of this.#entries) {
        if (!this.#mayBegin(peer, entry, now)) continue;
        entry.target = entry.plan.target;
        this.#input(peer, { kind: "begin", isAsked: false });
        break;
      }
    }
    this.#schedule(now);
  }

  #schedule(now: MonotonicMs): void {
    let at = Infinity;
    for (const [peer, { state, notBefore, plan }] of this.#entries) {
      const wakeAt = openingWakeAt(state) ?? Infinity;
      if (state.tag !== "resting") at = Math.min(at, wakeAt);
      else if (plan.role !== "second" && !this.#isBusy() && !this.#ports.isDirect(peer))
        at = Math.min(at, Math.max(wakeAt, notBefore));
    }
    this.#cancel();
    if (at === Infinity) return;
    this.#cancel = this.#clock.after(Math.max(1, at - now), () => this.#run());
  }

  #mayBegin(peer: MemberId, { state, notBefore, plan }: Entry, now: MonotonicMs): boolean {
    if (state.tag !== "resting" || plan.role === "second") return false;
    return now >= Math.max(notBefore, state.notBefore) && !this.#ports.isDirect(peer);
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
    switch (effect.kind) {
      case "prepare":
        void this.#prepare(peer, entry);
        break;
      case "send": {
        const checks = this.#ports.checks(peer);
        for (const agent of entry.agents.slice(effect.from, effect.to))
          void agent.request(entry.target, checks?.outbound, {
            timeoutMs: WAIT_MS,
            // The first may come before the other end has opened its NAT.
            ...(entry.plan.role === "alone" ? {} : { retransmitMs: [300, 900, 2_000] }),
          });
        break;
      }
      case "ask-peer":
        // The last: it is met although others' flows take up to all of the ones before.
        this.#ports.knock(peer, entry.plan.role === "alone" ? entry.predicted : entry.predicted.slice(-1));
        break;
      case "use":
        void this.#use(peer, entry, effect.socket);
        break;
      case "close":
        this.#close(entry);
        break;
    }
  }

  async #prepare(peer: MemberId, entry: Entry): Promise<void> {
    const { plan } = entry;
    const count = plan.method === "many-sockets" ? MANY_SOCKETS : PREDICTED_SOCKETS;
    const bundle = await this.#open(count, this.#random, (socket, bytes, from) =>
      entry.agents[socket]?.receive(bytes, from),
    );
    if (!this.#isCurrent(peer, entry)) {
      bundle[Symbol.dispose]();
      return;
    }
    entry.bundle = bundle;
    entry.agents = bundle.localPorts.map((_, socket) => this.#agentOf(peer, entry, bundle, socket));
    const [first] = entry.agents;
    const reference =
      plan.ports.ports === "sequential" && first !== undefined
        ? await this.#ports.mappedPort((to, credential, options) => first.request(to, credential, options))
        : undefined;
    if (!this.#isCurrent(peer, entry)) return;
    entry.predicted = predictedPorts(plan.ports, bundle.localPorts, reference);
    const isBlind = plan.role !== "alone" && entry.predicted.length === 0;
    const sockets = isBlind ? 0 : bundle.localPorts.length;
    this.#input(peer, { kind: "prepared", sockets, role: plan.role });
    this.#run();
  }

  #isCurrent(peer: MemberId, entry: Entry): boolean {
    return !this.#closed && this.#entries.get(peer) === entry && entry.state.tag === "preparing";
  }

  /** Answers the peer's checks as WireGuard's port does, and those of nobody else. */
  #agentOf(peer: MemberId, entry: Entry, bundle: Bundle, socket: number): StunAgent {
    return new StunAgent({
      clock: this.#clock,
      random: this.#random,
      send: (bytes, to) => bundle.send(socket, bytes, to),
      server: {
        keyFor: (username) => {
          const inbound = this.#ports.checks(peer)?.inbound;
          return inbound?.username === username ? inbound.key : undefined;
        },
        onBinding: (_, from) => {
          if (!sameEndpoint(from, entry.target) || entry.bundle !== bundle) return;
          this.#input(peer, { kind: "met", socket });
          this.#run();
        },
      },
    });
  }

  async #use(peer: MemberId, entry: Entry, socket: number): Promise<void> {
    const { bundle, target } = entry;
    const localPort = bundle?.localPorts[socket];
    if (bundle === undefined || localPort === undefined) return;
    const hole: Hole = { remote: target, localPort };
    entry.hole = hole;
    bundle.keepOnly(socket);
    for (const agent of entry.agents) agent.close();
    entry.agents = [];
    await this.#dig();
    if (entry.hole === hole && !this.#closed) this.#ports.onMet(peer, hole.remote);
  }

  #close(entry: Entry): void {
    for (const agent of entry.agents) agent.close();
    entry.agents = [];
    entry.bundle?.[Symbol.dispose]();
    entry.bundle = undefined;
    if (entry.hole === undefined) return;
    entry.hole = undefined;
    void this.#dig();
  }

  /** One after the other; the last one has what is in force then. */
  #dig(): Promise<void> {
    this.#digging = this.#digging.then(async () => {
      if (this.#closed) return;
      const holes = [...this.#entries.values()].flatMap(({ hole }) => hole ?? []);
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
