import type { ConnectionCache } from "../../cache/store.ts";
import { familyOf, formatEndpoint, type AddressFamily, type Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationLeg, AllocationWarning } from "../../protocol/frame-body.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import type { CandidatesContent, MessageContent } from "../../protocol/message.ts";
import type { NatByFamily } from "../../protocol/nat-behaviour.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import { worthChecking } from "../nat/candidate.ts";
import type { FreshStun } from "../nat/fresh-stun.ts";
import { mappingBehaviour, type MappingBehaviour } from "../nat/gathering.ts";
import type { MappingLifetime } from "../nat/mapping-lifetime.ts";
import { SocketBundle } from "../nat/socket-bundle.ts";
import type { StunProbe } from "../nat/stun-agent.ts";
import { DOUBT_MISSES, type PathTag } from "../path/state.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import { RelayHealth } from "../relay/client/relay-health.ts";
import { NO_ANSWER, RelayManager } from "../relay/client/relay-manager.ts";
import type { RankedRelay } from "../relay/client/selection.ts";
import { AskedRounds } from "./asked-rounds.ts";
import { BehaviourDiscovery, type Findings } from "./behaviour-discovery.ts";
import { Connector, type ConnectorPorts } from "./connector.ts";
import type { MeshContext } from "./context.ts";
import { Gatherer, type ServerReport, type StunServerAddress } from "./gatherer.ts";
import { controlTargets, relaysTowards } from "./home-relays.ts";
import { HeldTokens, type HeldToken } from "./held-tokens.ts";
import { HolePuncher, type HolePuncherPorts } from "./hole-puncher.ts";
import { lookAtLifetime } from "./lifetime-look.ts";
import { mappedPort } from "./mapped-port.ts";
import { MeshPeers } from "./mesh-peers.ts";
import type { Messaging } from "./messaging.ts";
import { observedAddress } from "./observed-address.ts";
import type { VerifiedMapping } from "./port-mapping.ts";
import { canReach, orderEndpoints, type OwnAddresses } from "./reachability.ts";
import { RelayChoice, type RelayWishes } from "./relay-choice.ts";
import { RelayComplaints } from "./relay-complaints.ts";
import { isOrderlyEnd } from "./relay-refusals.ts";
import { RelayRequests } from "./relay-requests.ts";
import { RestartPace } from "./restart-pace.ts";
import { secretsOf } from "./secret-keeper.ts";
import { SpareKeeper } from "./spare-keeper.ts";
import { serverCredential } from "./stun-names.ts";
import type { NearlyUsedQuota, RefusedPeer, RefusedToken } from "./warnings.ts";

export type PathsParts = {
  readonly context: MeshContext;
  readonly cache: ConnectionCache;
  readonly messaging: Messaging;
  readonly wireguard: ConnectorPorts["wireguard"];
  readonly pin: ConnectorPorts["pin"];
  /** Undefined where there is no nftables. */
  readonly dig: HolePuncherPorts["dig"] | undefined;
  /** Of a port mapping that was verified from outside. */
  readonly portMapped: () => VerifiedMapping | undefined;
  /** Undefined where STUN cannot leave from WireGuard's port. */
  readonly stun: StunProbe | undefined;
  /** See `ConnectorPorts`. */
  readonly open: ConnectorPorts["open"];
  readonly openFresh: () => Promise<FreshStun>;
  readonly own: () => OwnAddresses;
  /** At which peers may try this host itself. */
  readonly hostCandidates: () => readonly string[];
  /** Where an operator says that a member may be found. */
  readonly bootstrap: (member: RosterMember) => readonly Endpoint[];
  /** Public ones of the configuration, resolved. */
  readonly stunServers: readonly Endpoint[];
  readonly isVolunteering: () => boolean;
  /** Whether this host uses others' relays. */
  readonly isRelayed: boolean;
  /** With whom this host has to be connected, beside its home relays. */
  readonly needed: () => Iterable<MemberId>;
  /** As the configuration says it now. */
  readonly relayWishes: () => RelayWishes;
  /** This host's; "" is none. */
  readonly region: string;
  readonly echo: ConnectorPorts["echo"];
  readonly ownPackets: ConnectorPorts["ownPackets"];
  readonly readUsersPackets: ConnectorPorts["readUsersPackets"];
};

export type Netcheck = {
  readonly servers: readonly ServerReport[];
  readonly mapping: MappingBehaviour;
  readonly addresses: readonly string[];
  readonly findings: ReadonlyMap<AddressFamily, Findings>;
};

/** A round of questions to volunteers, with its retransmissions, is over by then. */
const DOUBT_PAUSE_MS = 2_000;

/** More than a satellite's round trip through a relay. */
const ECHO_TIMEOUT_MS = 2_000;

/**
 * How packets reach every other member: joins candidates, signalling, relays and the connector. Owner of these; control
 * connections follow the paths.
 */
export class Paths implements Disposable {
  readonly connector: Connector;
  readonly #parts: PathsParts;
  readonly #peers: MeshPeers;
  readonly #requests: RelayRequests;
  readonly #relays: RelayManager;
  readonly #held: HeldTokens;
  readonly #health: RelayHealth;
  readonly #choice: RelayChoice;
  readonly #spares: SpareKeeper;
  readonly #complaints: RelayComplaints;
  readonly #gatherer: Gatherer;
  /** Undefined where STUN cannot leave from WireGuard's port. */
  readonly #discovery: BehaviourDiscovery | undefined;
  readonly #asked: AskedRounds;
  readonly #holes: HolePuncher;
  readonly #restarts: RestartPace;
  readonly #owned = new DisposableStack();
  #doubtedAt: MonotonicMs;
  #remappedAt: MonotonicMs;

  constructor(parts: PathsParts) {
    const { context, cache, messaging, stun, own } = parts;
    const { network, self, identity, clock, random, log } = context;
    this.#parts = parts;
    this.#peers = new MeshPeers({ network, self, exchangeKey: identity.keys.exchange });
    this.#asked = new AskedRounds(random);
    this.#held = new HeldTokens(context);
    this.#complaints = new RelayComplaints(clock);
    this.#health = new RelayHealth(clock);
    this.#choice = new RelayChoice({
      self,
      clock,
      cache,
      health: this.#health,
      roster: () => this.#roster,
      region: parts.region,
      wishes: parts.relayWishes,
      isReachable: (relay, { endpoints }) =>
        (messaging.control.connected().includes(relay) ||
          this.connector.pathOf(relay)?.path.tag === "direct") &&
        endpoints.some(({ endpoint }) => canReach(own().addresses, endpoint.address)),
      isDraining: (relay) => this.#relays.isDraining(relay),
      isHeldBack: (peer, relay) => this.#relays.isHeldBack(peer, relay),
    });
    this.#requests = new RelayRequests({
      context,
      held: this.#held,
      control: messaging.control,
      stun,
      orderEndpoints: (relay, endpoints) =>
        orderEndpoints(endpoints, this.connector.endpointOf(relay), own().addresses),
    });
    this.#relays = this.#owned.use(
      new RelayManager({
        clock,
        random,
        log,
        ports: this.#requests,
        isLate: () => this.connector.isLate,
        isUsed: () => this.connector.isUsed,
        events: {
          onReady: (peer, { relay, allocation }, endpoint) => {
            this.#complaints.granted(peer);
            this.connector.onRelayReady(peer, { relay, allocation, endpoint });
            this.#onLegs();
          },
          onGone: (peer, { relay, allocation }, reason) => {
            this.#complaints.refused(peer, relay, reason);
            if (reason === NO_ANSWER) this.#health.died(relay);
            this.#choice.refresh();
            this.connector.onRelayGone(peer, relay, allocation, !isOrderlyEnd(reason));
            this.#onLegs();
          },
          onMeasured: (peer, { relay, allocation }, rttMs) => {
            this.#health.answered(relay, rttMs, this.connector.isLate);
            this.connector.onRelayMeasured(peer, allocation, rttMs);
          },
          onProbed: (peer, sentAt, rttMs) => this.connector.onLegProbed(peer, sentAt, rttMs),
          onMissed: (relay) => this.#onMissed(relay),
          onDoubted: (peer, { allocation }) => this.connector.onRelayDoubted(peer, allocation),
          onRefused: (peer, relay, reason) => this.#complaints.refused(peer, relay, reason),
        },
      }),
    );
    this.connector = this.#owned.use(
      new Connector({
        self,
        clock,
        log,
        cache,
        ports: {
          wireguard: parts.wireguard,
          stun,
          open: parts.open,
          pin: parts.pin,
          isPublic: () => parts.isVolunteering() || own().configured.length > 0,
          mappedSince: () => parts.portMapped()?.since,
          echo: parts.echo,
          ownPackets: parts.ownPackets,
          readUsersPackets: parts.readUsersPackets,
          signal: (peer) => {
            const round = this.#asked.ask(peer, this.#gatherer.candidates);
            return this.#sendCandidates(peer, { answerWanted: true, round });
          },
          relaysFor: (peer) => (parts.isRelayed ? this.#choice.order(peer) : []),
          connectRelay: (peer, relays) => void this.#relays.connect(peer, this.#held.preferred(peer, relays)),
          setRelayActive: (peer, active, leg) => this.#relays.setActive(peer, active, leg),
          setLegPace: (peer, paceMs) => this.#relays.setPace(peer, paceMs),
          onDoubt: (peer) => this.#onDoubt(peer),
          onRemapped: () => this.#onRemapped(),
          onPathChanged: (peer) => this.#onPathChanged(peer),
        },
      }),
    );
    this.#restarts = this.#owned.use(new RestartPace(clock, () => this.connector.restart()));
    this.#spares = this.#owned.use(
      new SpareKeeper({
        self,
        clock,
        log,
        ports: {
          // Without STUN a leg is learned from WireGuard's handshakes alone, and through a spare there are none.
          peers: () => (stun === undefined ? [] : this.#relays.peers),
          pathOf: (peer) => this.connector.pathOf(peer),
          legs: (peer) => this.#relays.legs(peer),
          isBarred: (peer, relay) => this.#relays.isDraining(relay) || this.#choice.isBanned(peer, relay),
          isSecondChoice: (peer, relay, others) => this.#choice.isSecondChoice(peer, relay, others),
          ask: (peer, isSpare) => {
            const order = isSpare ? this.#choice.orderForSpare(peer) : this.#choice.order(peer);
            return this.#relays.connectSpare(peer, this.#held.preferred(peer, order));
          },
          handOver: (peer, from) => this.connector.handOver(peer, from),
          release: (allocation) => this.#releaseLeg(allocation),
        },
      }),
    );
    this.#gatherer = this.#owned.use(
      new Gatherer({
        clock,
        stun,
        sources: {
          servers: () => this.#stunServers(),
          hostAddresses: parts.hostCandidates,
          listenPort: () => own().listenPort,
          configured: () => own().configured,
          portMapped: () => parts.portMapped()?.endpoint,
        },
        onChange: () => this.#onCandidatesChanged(),
        onGathered: (reports) => {
          this.#noteHealth(reports);
          this.#discovery?.onGathered(reports);
        },
      }),
    );
    this.#discovery =
      stun &&
      this.#owned.use(
        new BehaviourDiscovery({
          clock,
          log: log.child({ component: "nat" }),
          probe: stun,
          openFresh: parts.openFresh,
          own,
          onChange: () => {
            this.#holes.onOwnNat();
            // Peers choose by it how to meet us.
            this.#restarts.ask();
          },
        }),
      );
    this.#holes = this.#owned.use(
      new HolePuncher({
        self,
        clock,
        random,
        log,
        open: (...options) => SocketBundle.open(...options),
        ports: {
          nat: () => this.nat,
          nameOf: (peer) => this.#nameOf(peer),
          isDirect: (peer) => isDirect(this.connector.pathOf(peer)?.path.tag),
          checks: (peer) => this.#peers.checks(peer),
          check: (peer, to) => this.connector.check(peer, to),
          knock: (peer, ports) => void messaging.send(peer, { kind: "knock", ports }, "carriers"),
          observedAddress: (peer) =>
            observedAddress(
              peer,
              relaysTowards(peer, messaging.control.connected(), this.#roster),
              messaging.control,
            ),
          mappedPort: (request) => mappedPort(request, this.#stunServers()),
          dig: (holes) => parts.dig?.(holes) ?? Promise.resolve(),
          onMet: (peer, remote) => this.connector.onMet(peer, remote),
        },
      }),
    );
    this.#doubtedAt = monotonicMs(context.clock.monotonicNow() - DOUBT_PAUSE_MS);
    this.#remappedAt = this.#doubtedAt;
  }

  /** Where others may see this host, as far as is known. */
  get candidates(): readonly Endpoint[] {
    return this.#gatherer.candidates.map(({ endpoint }) => endpoint);
  }

  /** Where volunteers see this host. */
  get mappedEndpoints(): readonly Endpoint[] {
    return [...this.#gatherer.gathered.mappedByServer.values()].map(({ mapped }) => mapped);
  }

  get relaysInUse(): ReadonlySet<MemberId> {
    return this.#relays.relaysInUse();
  }

  get nearlyUsedQuotas(): readonly NearlyUsedQuota[] {
    return this.#relays.quotaWarnings().map(({ peer, relay, ...quota }) => ({
      ...quota,
      peer: this.#nameOf(peer),
      relay: this.#nameOf(relay),
    }));
  }

  /** Of peers to which there is no path at all. */
  get refusedPeers(): readonly RefusedPeer[] {
    return this.#complaints
      .list()
      .filter(({ peer }) => this.connector.pathOf(peer)?.path.tag === "none")
      .map(({ peer, relay, reason }) => ({ reason, peer: this.#nameOf(peer), relay: this.#nameOf(relay) }));
  }

  get refusedTokens(): readonly RefusedToken[] {
    return this.#held.list().flatMap(({ peer, relay, refusal }) => {
      if (refusal === undefined) return [];
      return [{ refusal, peer: this.#nameOf(peer), relay: this.#nameOf(relay) }];
    });
  }

  /** Tokens that this host was given. */
  get heldTokens(): readonly HeldToken[] {
    return this.#held.list();
  }

  /** From now on instead of own ones. Errors: token.invalid, state.io. */
  async useToken(token: string): Promise<HeldToken> {
    const held = await this.#held.add(token);
    void this.#relays.askAgain(held.peer, held.relay);
    return held;
  }

  /** Resolves when WireGuard has the roster's peers. */
  async setRoster(roster: Roster): Promise<void> {
    const { own, bootstrap } = this.#parts;
    const peers = this.#peers.of(roster, (address) => canReach(own().addresses, address), bootstrap);
    this.#choice.retain((id) => roster.members.has(id));
    this.retarget();
    this.#holes.retain((id) => roster.members.has(id));
    await this.connector.setPeers(peers);
  }

  /** Asks the volunteers what they see us as. */
  gather(): void {
    void this.#gatherer.gather();
  }

  /** There is another verified port mapping, or none any more. */
  onPortMapped(): void {
    this.#gatherer.update();
  }

  async netcheck(): Promise<Netcheck> {
    const servers = await this.#gatherer.gather();
    await this.#discovery?.look(servers);
    const { addresses } = this.#parts.own();
    return {
      servers,
      addresses,
      mapping: mappingBehaviour(this.#gatherer.gathered, addresses),
      findings: this.#discovery?.findings ?? new Map<AddressFamily, Findings>(),
    };
  }

  /** By the nearest volunteer, over IPv4 where there is one. Throws AgentError `relay.unavailable`. */
  async lookAtLifetime(
    onAlive: (aliveSec: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly server: string; readonly lifetime: MappingLifetime }> {
    const reports = await this.#gatherer.gather();
    const [nearest] = reports
      .filter(({ server, mapped }) => server.credential !== undefined && mapped !== undefined)
      .toSorted(
        (a, b) =>
          familyOf(a.server.endpoint.address).localeCompare(familyOf(b.server.endpoint.address)) ||
          (a.rttMs ?? 0) - (b.rttMs ?? 0),
      );
    if (nearest === undefined) throw new AgentError("relay.unavailable", "no volunteer answers");
    const { server } = nearest;
    const { context, openFresh } = this.#parts;
    const lifetime = await lookAtLifetime({ clock: context.clock, openFresh, server, onAlive, signal });
    return { server: server.server, lifetime };
  }

  /** What is in front of this host, as far as is known. */
  get nat(): NatByFamily {
    return this.#discovery?.natByFamily ?? {};
  }

  /** What is in front of a peer, as it says; undefined where it has not said it. */
  natOf(peer: MemberId): NatByFamily | undefined {
    return this.#holes.natOf(peer);
  }

  checkKey(senderPrefix: string): ReturnType<MeshPeers["checkKey"]> {
    return this.#peers.checkKey(senderPrefix);
  }

  onMessage(from: MemberId, content: MessageContent): void {
    switch (content.kind) {
      case "candidates":
        this.connector.onCandidates(
          from,
          worthChecking(content.candidates, content.nat),
          this.#asked.startOf(from, content),
        );
        this.#choice.onPeerRtts(from, content.relayRtts);
        this.#holes.onCandidates(from, content.candidates, content.nat);
        if (content.answerWanted)
          void this.#sendCandidates(from, { answerWanted: false, round: content.round });
        break;
      case "knock":
        this.#holes.onKnock(from, content.ports);
        break;
    }
  }

  /** An authenticated check of a member arrived at WireGuard's port. */
  onCheck(peer: MemberId, from: Endpoint, report?: PathReport): void {
    this.#holes.onCheck(peer, from);
    this.connector.onCheckRequest(peer, from, report);
  }

  onOffer(from: MemberId, leg: AllocationLeg): void {
    const granted = this.#requests.granted(from, leg);
    if (!granted.ok) return;
    if (this.#parts.isRelayed && !this.#choice.isBanned(leg.peer, from)) this.#relays.onOffer(granted.value);
    else void this.#requests.release(from, leg.allocation);
  }

  onAllocationEnded(from: MemberId, allocation: AllocationId, reason: string): void {
    this.#relays.onEnded(from, allocation, reason);
  }

  onAllocationWarning(from: MemberId, { allocation, usedBytes, limitBytes }: AllocationWarning): void {
    this.#relays.onWarning(from, allocation, { usedBytes, limitBytes });
  }

  /** The volunteer stops soon: whatever it relays for us goes to another one. */
  onDraining(from: MemberId): void {
    this.#relays.onDraining(from);
    this.#choice.refresh();
    this.#spares.lookSoon();
  }

  /** The last control connection to a member is gone. */
  onDisconnected(id: MemberId): void {
    this.#relays.onRelayUnreachable(id);
  }

  /** Pins or bans have changed. */
  onWishesChanged(): void {
    this.#choice.refresh();
    this.#spares.lookSoon();
  }

  /** All volunteers, in the order in which they are asked to relay to this peer, with what speaks for and against each. */
  explainRelays(peer: MemberId): readonly RankedRelay[] {
    return this.#choice.explain(peer);
  }

  /** The relay that carries the path to a peer or stands by for it, and the one that would take its place. */
  relaysOf(peer: MemberId): { readonly leg: MemberId | undefined; readonly spare: MemberId | undefined } {
    const path = this.connector.pathOf(peer)?.path;
    return { leg: path?.leg?.relay, spare: path?.spare?.relay };
  }

  /** A control connection to this volunteer is up. */
  onVolunteerConnected(id: MemberId): void {
    this.#relays.onRelayReachable(id);
    this.#choice.refresh();
    this.gather();
    this.#restarts.ask();
  }

  /** Home relays are those that served us best. */
  retarget(): void {
    const { context, cache, messaging } = this.#parts;
    const isOther = (id: MemberId): boolean => id !== context.self;
    const volunteers = [...this.#roster.relays.keys()].filter(isOther);
    const inOrder = cache.relayOrder(context.self, volunteers).map(({ relay }) => relay as MemberId);
    const withPath = [...this.#roster.members.keys()].filter(
      (id) => isOther(id) && (this.connector.pathOf(id)?.path.tag ?? "none") !== "none",
    );
    // Whoever relays for us must be able to tell us of its end.
    const needed = [...this.#parts.needed(), ...this.#relays.relaysInUse()];
    messaging.control.setTargets(controlTargets(context.self, inOrder, withPath, needed));
  }

  /** Addresses or the gateway of this host have changed, or it slept. */
  onMoved(): void {
    this.#discovery?.restart();
    this.#health.forgetAll();
    this.#relays.rebindAll();
    this.connector.moved();
    this.#gatherer.restart();
    this.#parts.messaging.control.retryAll();
  }

  /** The member is revoked; its peer goes with the roster. */
  dropMember(member: MemberId): void {
    this.#asked.drop(member);
    void this.#relays.close(member);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  get #roster(): Roster {
    return this.#parts.context.registry.roster;
  }

  /** Where packets of the member come from; undefined where a relay carries them. */
  outerEndpoint(member: MemberId): Endpoint | undefined {
    const { connector } = this;
    return connector.pathOf(member)?.path.tag === "direct" ? connector.endpointOf(member) : undefined;
  }

  #nameOf(id: MemberId): string {
    return this.#roster.members.get(id)?.name ?? id;
  }

  /** Whoever has moved must be told of it by others: volunteers say as what they see us. */
  #onDoubt(peer: MemberId): void {
    this.#relays.warm(peer);
    const now = this.#parts.context.clock.monotonicNow();
    if (now - this.#doubtedAt < DOUBT_PAUSE_MS) return;
    this.#doubtedAt = now;
    this.gather();
  }

  /** One path after the other finds out; what there is to do is done with the first. */
  #onRemapped(): void {
    const now = this.#parts.context.clock.monotonicNow();
    if (now - this.#remappedAt < DOUBT_PAUSE_MS) return;
    this.#remappedAt = now;
    this.#relays.rebindAll();
    this.connector.moved();
    this.gather();
  }

  /** While a path is in doubt that is the answer: a NAT has moved us. */
  #onCandidatesChanged(): void {
    this.#restarts.ask();
    if (this.#parts.context.clock.monotonicNow() - this.#doubtedAt < DOUBT_PAUSE_MS) this.#onRemapped();
  }

  #onLegs(): void {
    this.retarget();
    this.#spares.lookSoon();
  }

  async #releaseLeg(allocation: AllocationId): Promise<void> {
    const leg = this.#relays.legOf(allocation);
    await this.#relays.release(allocation);
    if (leg !== undefined) this.connector.onRelayGone(leg.peer, leg.relay, allocation, false);
    this.#onLegs();
  }

  /** A host that is too busy to see answers in time says nothing of volunteers by it. */
  #onMissed(relay: MemberId): void {
    if (!this.connector.isLate) this.#health.missed(relay);
  }

  /** A volunteer that answers at one of its endpoints is there. */
  #noteHealth(reports: readonly ServerReport[]): void {
    const volunteers = reports.filter(({ server }) => server.credential !== undefined);
    for (const relay of new Set(volunteers.map(({ server }) => server.server as MemberId))) {
      const rtts = volunteers.flatMap(({ server, rttMs }) => (server.server === relay ? (rttMs ?? []) : []));
      if (rtts.length > 0) this.#health.answered(relay, Math.min(...rtts), this.connector.isLate);
      else this.#onMissed(relay);
    }
  }

  #onPathChanged(peer: MemberId): void {
    // Whether it can be asked to relay for others may have changed with it.
    if (this.#roster.relays.has(peer)) this.#choice.refresh();
    this.#onLegs();
    const path = this.connector.pathOf(peer)?.path;
    const tag = path?.tag;
    if (tag !== "checking") this.#holes.onPath(peer, path?.tag === "direct" ? path.endpoint : undefined);
    if (tag === "none") return;
    this.#parts.messaging.control.retryNow(peer);
    // A round trip to the relay says nothing of the way behind it.
    if (tag === "relayed") void this.#parts.echo(peer, ECHO_TIMEOUT_MS);
  }

  async #sendCandidates(
    peer: MemberId,
    exchange: Pick<CandidatesContent, "answerWanted" | "round">,
  ): Promise<boolean> {
    const { candidates } = this.#gatherer;
    const { messaging, context } = this.#parts;
    const path = this.connector.pathOf(peer)?.path;
    const isSure = path?.tag === "direct" && path.movedSince === undefined && path.unanswered < DOUBT_MISSES;
    const relayRtts = this.#choice.ownRtts;
    const content = { kind: "candidates", candidates, ...exchange, nat: this.nat, relayRtts } as const;
    const sent = await messaging.send(peer, content, isSure ? "direct" : "carriers");
    if (!sent.ok) context.log.debug({ peer, reason: sent.reason }, "candidates not sent");
    return sent.ok;
  }

  #stunServers(): readonly StunServerAddress[] {
    const { context, own, stunServers } = this.#parts;
    const { addresses } = own();
    const configured = stunServers
      .filter(({ address }) => canReach(addresses, address))
      .map((endpoint) => ({ server: formatEndpoint(endpoint), endpoint, credential: undefined }));
    const [current] = secretsOf(context.identity);
    if (current === undefined) return configured;
    const credential = serverCredential(current.epoch, current.secret);
    const volunteers = [...this.#roster.relays].flatMap(([id, { record }]) =>
      id === context.self
        ? []
        : record.content.endpoints
            .filter(({ carrier, endpoint }) => carrier === "udp" && canReach(addresses, endpoint.address))
            .map(({ endpoint }) => ({ server: id, endpoint, credential })),
    );
    return [...volunteers, ...configured];
  }
}

/** Also while the switch to it is under way. */
function isDirect(tag: PathTag | undefined): boolean {
  return tag === "direct" || tag === "checking";
}
