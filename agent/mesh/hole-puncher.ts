import { familyOf, type Endpoint } from "../../protocol/endpoint.ts";
import { isGlobal } from "../../protocol/global-address.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { NatBehaviour, NatByFamily } from "../../protocol/nat-behaviour.ts";
import { UNKNOWN_BEHAVIOUR } from "../nat/behaviour.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { Candidate } from "../nat/candidate.ts";
import { strategyFor, type Strategy } from "../nat/strategy.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import type { OpenBundle } from "./peer-sockets.ts";
import { PortKnocker, type PortKnockerPorts } from "./port-knocker.ts";
import { SocketOpener, type OpeningPlan, type SocketOpenerPorts } from "./socket-opener.ts";

export type HolePuncherPorts = PortKnockerPorts &
  SocketOpenerPorts & {
    /** What is in front of this host, as far as is known. */
    nat(): NatByFamily;
    nameOf(peer: MemberId): string;
  };

type Peer = {
  /** As it says. */
  readonly nat: NatByFamily;
  readonly candidates: readonly Candidate[];
  /** When its first candidates came, with which plain checks begin. */
  readonly since: MonotonicMs;
  reason: string | undefined;
};

/** Beyond plain checks: which strategy a pair takes, and this end's part in it. Owner of both parts. */
export class HolePuncher implements Disposable {
  readonly #self: MemberId;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ports: HolePuncherPorts;
  readonly #opener: SocketOpener;
  readonly #knocker: PortKnocker;
  readonly #peers = new Map<MemberId, Peer>();

  constructor(parts: {
    self: MemberId;
    clock: Clock;
    random: Random;
    log: Logger;
    open: OpenBundle;
    ports: HolePuncherPorts;
  }) {
    const log = parts.log.child({ component: "holes" });
    this.#self = parts.self;
    this.#clock = parts.clock;
    this.#log = log;
    this.#ports = parts.ports;
    this.#opener = new SocketOpener({ ...parts, log });
    this.#knocker = new PortKnocker({ ...parts, log });
  }

  /** What is in front of the peer; undefined where it has not said it. */
  natOf(peer: MemberId): NatByFamily | undefined {
    return this.#peers.get(peer)?.nat;
  }

  /** Undefined: the peer has not said what its NAT is like. */
  #strategyOf(peer: MemberId): Strategy | undefined {
    const known = this.#peers.get(peer);
    if (known === undefined) return undefined;
    return strategyFor("ipv4", this.#ownNat, known.nat.ipv4 ?? UNKNOWN_BEHAVIOUR);
  }

  /** What the peer says of itself. */
  onCandidates(peer: MemberId, candidates: readonly Candidate[], nat: NatByFamily): void {
    const { since = this.#clock.monotonicNow(), reason } = this.#peers.get(peer) ?? {};
    this.#peers.set(peer, { nat, candidates, since, reason });
    this.#plan(peer);
  }

  /** More is known of this host's NAT. */
  onOwnNat(): void {
    for (const peer of this.#peers.keys()) this.#plan(peer);
  }

  /** The peer's sockets wait for us. Only where that is what the strategy says. */
  onKnock(peer: MemberId, ports: readonly number[]): void {
    const hard = this.#strategyOf(peer)?.hard;
    const [first] = ports;
    if (hard === "peer") void this.#knocker.begin(peer, ports);
    else if (hard === "both" && first !== undefined) this.#opener.onKnock(peer, first);
    else this.#log.debug({ peer }, "the peer asks for more than its NAT needs");
  }

  /** An authenticated check of the peer arrived at WireGuard's port. */
  onCheck(peer: MemberId, from: Endpoint): void {
    this.#knocker.onCheck(peer, from);
  }

  /** `endpoint` where the path is direct. */
  onPath(peer: MemberId, endpoint: Endpoint | undefined): void {
    this.#opener.onPath(peer, endpoint);
    if (endpoint === undefined) this.#knocker.onLost(peer);
    else this.#knocker.onDirect(peer);
  }

  retain(isMember: (id: MemberId) => boolean): void {
    for (const id of this.#peers.keys()) if (!isMember(id)) this.#peers.delete(id);
    this.#opener.retain(isMember);
    this.#knocker.retain(isMember);
  }

  [Symbol.dispose](): void {
    this.#opener[Symbol.dispose]();
    this.#knocker[Symbol.dispose]();
  }

  /** Sockets are for IPv4 alone, which is what is translated. */
  get #ownNat(): NatBehaviour {
    return this.#ports.nat().ipv4 ?? UNKNOWN_BEHAVIOUR;
  }

  #plan(peer: MemberId): void {
    const known = this.#peers.get(peer);
    const strategy = this.#strategyOf(peer);
    if (known === undefined || strategy === undefined) return;
    const { method, reason } = strategy;
    if (known.reason !== reason) {
      known.reason = reason;
      this.#log.info({ peer: this.#ports.nameOf(peer), method, reason }, "strategy");
    }
    this.#opener.setPlan(peer, this.#planFor(peer, known, strategy));
  }

  /** Undefined where this end opens no sockets. */
  #planFor(
    peer: MemberId,
    { candidates, nat, since }: Peer,
    { method, hard }: Strategy,
  ): OpeningPlan | undefined {
    const target = outsideOf(candidates);
    const isOurs = hard === "own" || hard === "both";
    if (!isOurs || target === undefined || method === "plain" || method === "relay") return undefined;
    return {
      method,
      target,
      role: hard === "both" ? (this.#self < peer ? "first" : "second") : "alone",
      ports: this.#ownNat,
      peerKeepsPorts: nat.ipv4?.ports === "preserving",
      plainSince: since,
    };
  }
}

/** Where the peer's one mapping over IPv4 is; without a NAT, its own address. */
function outsideOf(candidates: readonly Candidate[]): Endpoint | undefined {
  const ipv4 = candidates.filter(({ endpoint }) => familyOf(endpoint.address) === "ipv4");
  const outside =
    ipv4.find(({ kind }) => kind === "server-reflexive") ??
    ipv4.find(({ endpoint }) => isGlobal(endpoint.address));
  return outside?.endpoint;
}
