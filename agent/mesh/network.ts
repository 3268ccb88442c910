import type { ConnectionCache } from "../../cache/store.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { Certify, Failure, Redeem, Redeemed, ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { MemberCertificate, NetworkInfo, SignedRecord } from "../../protocol/record.ts";
import { sleep } from "../clock.ts";
import { tcpStreams } from "../control/tcp.ts";
import { openFreshStun } from "../nat/fresh-stun.ts";
import { gatewayWires } from "../nat/port-mapping/gateway-wire.ts";
import { StunSocket } from "../nat/stun-socket.ts";
import type { Registry } from "../registry/registry.ts";
import { heirOf, type Roster } from "../registry/roster.ts";
import type { UpOutcome } from "../wireguard/device.ts";
import { Announcer, type Announced } from "./announcer.ts";
import { Bootstrap } from "./bootstrap.ts";
import { CertificateKeeper } from "./certificate-keeper.ts";
import type { MeshContext } from "./context.ts";
import { defaultGateway } from "./default-gateway.ts";
import { Discovery } from "./discovery.ts";
import { Echo } from "./echo.ts";
import { EndpointProber } from "./endpoint-prober.ts";
import { every } from "./every.ts";
import { FirewallKeeper } from "./firewall-keeper.ts";
import { homeRelays } from "./home-relays.ts";
import { openHost, type Host, type HostParts } from "./host.ts";
import type { HostChange, HostWatch } from "./host-watch.ts";
import { Messaging } from "./messaging.ts";
import { InviteKeeper } from "./invite-keeper.ts";
import { observed } from "./observed-address.ts";
import { resolveEndpoints } from "./own-endpoints.ts";
import type { OwnRecords } from "./own-records.ts";
import { Paths } from "./paths.ts";
import { PortMapping, type PortMappingReport } from "./port-mapping.ts";
import { publicEndpoints, relayEndpoints, type OwnAddresses } from "./reachability.ts";
import type { RelayWishes } from "./relay-choice.ts";
import { secretsOf } from "./secret-keeper.ts";
import type { StunKeys, StunService } from "./stun-service.ts";
import { shortId } from "./stun-names.ts";
import { Volunteer, type VolunteerParts } from "./volunteer.ts";
import { warningsOf, type Symptoms } from "./warnings.ts";

export type NetworkParts = HostParts & {
  readonly cache: ConnectionCache;
  /** The network's from here on, also where its start fails. */
  readonly registry: Registry;
  readonly relayFile: VolunteerParts["stateFile"];
  /** A joining host wants membership. */
  readonly onRedeem: (inviteId: string, body: Redeem) => Promise<Redeemed | Failure>;
  /** A member wants keys certified. */
  readonly onCertify: (from: MemberId, body: Certify) => Promise<ResponseBody | Failure>;
  /** Somebody, or this host itself, has ended this membership. */
  readonly onRevoked: () => void;
  /** A rotation of this member's keys can go on: new keys are certified, or somebody is connected. */
  readonly onRotation: () => void;
};

const SWEEP_MS = 60_000;
/** 40 bytes to one peer: what no push brought is here within some minutes, whoever fails. */
const EXCHANGE_MS = 60_000;
/** A member with new keys is back within seconds; on a slow host behind a bad line it needs some. */
const HANDOVER_MS = 10_000;
/** A round trip through a relay across the world, with a retransmission. */
const FAREWELL_MS = 1_000;
/** Until it is heard nothing passes. */
const FAREWELL_LOOK_MS = 5;

/**
 * Everything that runs while this host is a member: guard, registry, control plane, paths and, where it volunteers,
 * the relay. Owner of all of them; made by `start`, ended by disposal. The interface is the device's: whoever only
 * restarts a network leaves it up, with its sessions.
 */
export class Network implements AsyncDisposable {
  readonly self: MemberId;
  readonly info: NetworkInfo;
  readonly certificate: MemberCertificate;
  readonly interface: UpOutcome;
  readonly cache: ConnectionCache;
  readonly volunteer: Volunteer;
  readonly bootstrap: Bootstrap;
  readonly paths: Paths;
  readonly invites: InviteKeeper;
  readonly discovery: Discovery;
  readonly #parts: NetworkParts;
  readonly #own: OwnRecords;
  readonly #registry: Registry;
  readonly #watch: HostWatch;
  readonly #stun: StunService | undefined;
  readonly #firewall: FirewallKeeper;
  readonly #messaging: Messaging;
  readonly #certificates: CertificateKeeper;
  readonly #announcer: Announcer;
  readonly #prober: EndpointProber;
  /** Undefined where it is off, or where nobody could answer a volunteer that looks from outside. */
  readonly #portMapping: PortMapping | undefined;
  /** In the order in which it came to be; disposed of in reverse, whatever fails. */
  readonly #owned: AsyncDisposableStack;
  readonly #ending = new AbortController();
  /** Connected volunteers that are known to be some. */
  readonly #met = new Set<MemberId>();
  #echo: Echo | undefined;
  #relayWishes: RelayWishes;

  private constructor(parts: NetworkParts, host: Host, owned: AsyncDisposableStack) {
    const { clock, random, log, identity, registry, settings, device } = parts;
    const { own, stun } = host;
    const context: MeshContext = {
      network: own.network,
      self: identity.keys.id,
      identity,
      registry,
      clock,
      random,
      log,
    };
    this.self = context.self;
    this.info = own.info;
    this.certificate = own.certificate;
    this.interface = host.interface;
    this.cache = parts.cache;
    this.#parts = parts;
    this.#relayWishes = settings.relayWishes;
    this.#own = own;
    this.#registry = registry;
    this.#watch = host.watch;
    this.#stun = stun;
    this.#owned = owned;
    this.#firewall = owned.use(
      new FirewallKeeper({
        firewall: device.firewall,
        fault: host.nftFault,
        rules: () => ({
          addresses: [own.certificate.address4, own.certificate.address6],
          prefixes: [own.info.prefix4, own.info.prefix6].map(({ address, length }) => `${address}/${length}`),
          controlPort: settings.controlPort,
          listenPort: host.interface.listenPort,
          agentPort: stun?.port,
          onlyControl: settings.relayOnly,
          invites: this.invites.open.map(({ temporaryAddress4 }) => temporaryAddress4),
        }),
        clock,
        log,
      }),
    );
    this.#messaging = owned.use(
      new Messaging({
        context,
        streams: tcpStreams,
        address4: own.certificate.address4,
        controlPort: settings.controlPort,
        version: settings.version,
        inviteAt: (address4) => this.invites.at(address4),
        isVolunteering: () => this.isVolunteering,
        events: {
          onConnected: (id) => this.#onConnected(id),
          onDisconnected: (id) => this.paths.onDisconnected(id),
          onMessage: (from, content) => this.paths.onMessage(from, content),
          onOffer: (from, leg) => this.paths.onOffer(from, leg),
          onAllocationEnded: (from, allocation, reason) =>
            this.paths.onAllocationEnded(from, allocation, reason),
          onAllocationWarning: (from, warning) => this.paths.onAllocationWarning(from, warning),
          onDraining: (from) => this.paths.onDraining(from),
          serveRelay: (from, request) => this.volunteer.serve(from, request),
          serveProbe: (from, endpoint) => this.#prober.serve(from, endpoint),
          serveObserve: (member) => observed(this.isVolunteering, this.paths.outerEndpoint(member)),
          onRedeem: parts.onRedeem,
          onCertify: parts.onCertify,
          onSecretLearned: () => this.paths.gather(),
        },
      }),
    );
    this.bootstrap = owned.use(
      new Bootstrap({
        context,
        configured: settings.bootstrap,
        resolve: (text) => resolveEndpoints([text], log),
        onChange: () => void this.#onRoster(this.roster),
      }),
    );
    this.paths = owned.use(
      new Paths({
        context,
        cache: parts.cache,
        messaging: this.#messaging,
        wireguard: device,
        pin: this.#firewall.pin,
        dig: this.#firewall.dig,
        stun: stun?.request.bind(stun),
        open: (to) => stun?.openTowards(to),
        openFresh: () => openFreshStun({ clock, random, log }),
        portMapped: () => this.#portMapping?.verified,
        own: () => this.#ownAddresses(),
        hostCandidates: () => this.#watch.candidates,
        bootstrap: (member) => this.bootstrap.endpointsOf(member),
        stunServers: settings.stunServers,
        isVolunteering: () => this.isVolunteering,
        isRelayed: !settings.relayOnly,
        needed: () => [...this.invites.relays, ...this.#certificates.needed],
        relayWishes: () => this.#relayWishes,
        region: settings.relayLimits.region,
        echo: (peer, timeoutMs) => this.ping(peer, timeoutMs, this.#ending.signal),
        readUsersPackets: () => this.#firewall.readUsersPackets(),
        ownPackets: () => this.#messaging.control.sentPackets + (this.#echo?.sentPackets ?? 0),
      }),
    );
    this.invites = owned.use(this.#newInvites(context, stun));
    this.#certificates = owned.use(
      new CertificateKeeper({
        context,
        control: this.#messaging.control,
        onNeeded: () => this.paths.retarget(),
        onSuccessor: () => parts.onRotation(),
      }),
    );
    this.volunteer = owned.use(
      new Volunteer({
        context,
        control: this.#messaging.control,
        hasPath: (member) => (this.connector.pathOf(member)?.path.tag ?? "none") !== "none",
        onDraining: () => void this.#announce(),
        always: settings.relayOnly,
        defaults: settings.relayLimits,
        endpoints: () => relayEndpoints(this.#ownAddresses()),
        run: parts.run,
        interfaceName: parts.device.name,
        ownAddresses: () => this.#watch.all,
        outerEndpoint: (member) => this.paths.outerEndpoint(member),
        stateFile: parts.relayFile,
      }),
    );
    this.#prober = new EndpointProber({
      self: context.self,
      clock,
      random,
      log,
      isVolunteering: () => this.isVolunteering,
      outerEndpoint: (member) => this.paths.outerEndpoint(member),
      checkKey: (member) => this.paths.checkKey(shortId(member))?.key,
      open: (receive) => StunSocket.open(random, log, receive),
    });
    const wanted = settings.portMapping === "auto" && stun !== undefined;
    this.#portMapping = wanted ? owned.use(this.#newPortMapping(context)) : undefined;
    this.discovery = owned.use(
      new Discovery({
        context,
        settings,
        listenPort: host.interface.listenPort,
        lans: () => this.#watch.lans,
        stun,
        connected: () => this.connected,
        onHint: (member, endpoint) => this.connector.onHint(member, endpoint),
      }),
    );
    this.#announcer = new Announcer({
      context,
      current: () => ({
        homeRelays: homeRelays(this.connected, this.roster),
        publicEndpoints: settings.publicEndpoints,
        relay: this.#announcedRelay(),
      }),
    });
  }

  /** Throws AgentError: interface.*, port.taken, rights.missing, state.corrupt; nothing of it is left running then. */
  static async start(parts: NetworkParts): Promise<Network> {
    await using stack = new AsyncDisposableStack();
    const { registry, cache, identity } = parts;
    stack.use(registry);
    await cache.retainMembers(new Set(registry.roster.members.keys()));
    const started: { network?: Network } = {};
    const keys: StunKeys = {
      self: identity.keys.id,
      served: () => (started.network?.isVolunteering === true ? secretsOf(identity) : []),
      checkKey: (prefix) => started.network?.paths.checkKey(prefix),
      onCheck: (peer, from, report) => started.network?.paths.onCheck(peer, from, report),
      reportFor: (peer) => started.network?.connector.reportFor(peer),
      lan: () => started.network?.discovery.lan,
    };
    const host = await openHost(parts, keys, stack);
    const network = new Network(parts, host, stack.move());
    await using unfinished = new AsyncDisposableStack();
    unfinished.use(network);
    started.network = network;
    await network.#start();
    unfinished.move(); // it runs: whoever asked for it ends it
    return network;
  }

  get roster(): Roster {
    return this.#registry.roster;
  }

  get registryRecords(): number {
    return this.#registry.store.size;
  }

  get connector(): Paths["connector"] {
    return this.paths.connector;
  }

  get isVolunteering(): boolean {
    return this.volunteer.current !== undefined;
  }

  get connected(): readonly MemberId[] {
    return this.#messaging.control.connected();
  }

  /** Of the configuration, which has changed. */
  setRelayWishes(wishes: RelayWishes): void {
    this.#relayWishes = wishes;
    this.paths.onWishesChanged();
  }

  get publicEndpoints(): readonly Endpoint[] {
    return publicEndpoints(this.#ownAddresses());
  }

  get warnings(): readonly string[] {
    return warningsOf({
      nftFault: this.#firewall.fault,
      skewsMs: this.#messaging.skewsMs,
      conflict: this.roster.conflicts.get(this.self),
      dhtNodes: this.discovery.dht?.nodes,
      isVolunteering: this.isVolunteering,
      hasPublicAddress: this.publicEndpoints.length > 0,
      nearlyUsedQuotas: this.paths.nearlyUsedQuotas,
      refusedPeers: this.paths.refusedPeers,
      refusedTokens: this.paths.refusedTokens,
      certificateLeftMs: this.#certificateLeftMs(),
      rotationAwaits: this.#rotationAwaits(),
    });
  }

  /** Begins or ends the relay, as the state says since. */
  async applyVolunteering(): Promise<void> {
    try {
      await this.volunteer.apply();
    } finally {
      this.#answerElsewhere();
      await this.#announce();
    }
  }

  async publish(records: readonly Uint8Array[]): Promise<void> {
    await this.#registry.publish(records);
  }

  /** See `CertificateKeeper.askNow`. */
  askForCertificate(): Promise<void> {
    return this.#certificates.askNow();
  }

  /**
   * Tells all that are connected that this member's keys are given up, without believing it here. True once one of them has
   * ended its connection for it; false where none has within a second.
   */
  async sayFarewell(records: readonly Uint8Array[]): Promise<boolean> {
    const { clock } = this.#parts;
    const before = this.connected.length;
    this.#messaging.control.broadcast({ kind: "records", records });
    const giveUpAt = clock.monotonicNow() + FAREWELL_MS;
    while (clock.monotonicNow() < giveUpAt) {
      if (this.connected.length < before || this.roster.revoked.has(this.self)) return true;
      await sleep(clock, FAREWELL_LOOK_MS);
    }
    return false;
  }

  /** Round trip over the overlay; undefined: lost. */
  async ping(peer: MemberId, timeoutMs: number, signal: AbortSignal): Promise<number | undefined> {
    const address4 = this.roster.members.get(peer)?.address4;
    if (address4 === undefined) return undefined;
    const rttMs = await this.#echo?.ping(address4, timeoutMs, signal);
    if (rttMs !== undefined) this.connector.onEcho(peer, rttMs);
    return rttMs;
  }

  /** Undefined where it is off. */
  get portMapping(): PortMappingReport | undefined {
    return this.#portMapping?.report;
  }

  /** Those that this host relays for move to others first. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.roster.revoked.has(this.self)) await this.volunteer.drain();
    this.#ending.abort();
    await this.#owned.disposeAsync();
  }

  async #start(): Promise<void> {
    const { settings, clock, random, log } = this.#parts;
    // A registry that was lost comes back by gossip; what it takes to be let in is in the state.
    await this.#registry.publish(this.#own.bytes);
    await this.bootstrap.restore();
    await this.#watch.start((changes) => this.#onHostChanged(changes));
    await this.#firewall.start();
    await this.#messaging.control.listen();
    this.#echo = this.#owned.use(
      await Echo.open(this.certificate.address4, settings.controlPort, { clock, random, log }),
    );
    await this.volunteer.apply();
    this.#answerElsewhere();
    this.#registry.onChange((roster, admitted) => this.#onRegistryChange(roster, admitted));
    await this.invites.sync();
    await this.#onRoster(this.roster);
    void this.bootstrap.refresh();
    this.discovery.start();
    this.paths.gather();
    this.#portMapping?.refresh();
    await this.#announce();
    if (this.#parts.identity.state.membership?.rotation !== undefined) this.#parts.onRotation();
    this.#owned.defer(every(clock, SWEEP_MS, () => this.#sweep()));
    this.#owned.defer(every(clock, EXCHANGE_MS, () => this.#registry.exchange()));
  }

  #sweep(): void {
    this.#registry.sweep();
    // Also for what changes by itself: the relay's load, its hours, and half of an announcement's life.
    void this.#announce();
    this.invites.syncRelays();
    void this.#certificates.check();
  }

  #onRegistryChange(roster: Roster, admitted: readonly SignedRecord[]): void {
    for (const { content, bytes } of admitted)
      if (content.kind === "revocation") this.#onRevocation(content.member, bytes);
    void this.#onRoster(roster);
    if (admitted.some(({ content }) => content.kind === "relay"))
      for (const id of this.connected) this.#meet(id);
  }

  async #onRoster(roster: Roster): Promise<void> {
    if (this.#ending.signal.aborted) return;
    if (roster.revoked.has(this.self)) {
      this.#parts.onRevoked();
      return;
    }
    void this.volunteer.current?.recheck();
    await this.paths.setRoster(roster);
    this.invites.syncRelays();
    this.#messaging.askForSecret();
    void this.#certificates.check();
  }

  /** At once, before anything else. The tunnel goes with the change of peers that follows. */
  #onRevocation(member: MemberId, record: Uint8Array): void {
    const { log } = this.#parts;
    const heir = heirOf(this.roster, member);
    log.info({ member, heir: heir?.id }, heir === undefined ? "member revoked" : "member has new keys");
    this.#messaging.dropMember(member, record);
    if (heir === undefined) this.#dropPaths(member);
    else {
      this.volunteer.current?.handOver(member);
      this.#owned.defer(this.#parts.clock.after(HANDOVER_MS, () => this.#dropPaths(member)));
    }
    this.cache.forget(member).catch((error: unknown) => log.error({ err: error }, "cache not written"));
  }

  #dropPaths(member: MemberId): void {
    const { log } = this.#parts;
    this.paths.dropMember(member);
    this.volunteer.current
      ?.dropMember(member)
      .catch((error: unknown) => log.error({ err: error }, "relayed pairs not ended"));
  }

  #onConnected(id: MemberId): void {
    void this.#announce();
    void this.#certificates.check();
    if (this.#parts.identity.state.membership?.rotation !== undefined) this.#parts.onRotation();
    this.#met.delete(id);
    this.#meet(id);
  }

  /** Once for each connection. A volunteer's announcement may come by that connection: whoever was away for a day has none. */
  #meet(id: MemberId): void {
    if (this.#met.has(id) || !this.roster.relays.has(id)) return;
    this.#met.add(id);
    this.paths.onVolunteerConnected(id);
    this.invites.refresh(id);
    this.#portMapping?.onVolunteerConnected();
  }

  #onHostChanged(changes: readonly HostChange[]): void {
    this.#parts.log.info({ changes, addresses: this.#watch.all }, "this host has moved");
    this.paths.onMoved();
    this.invites.refresh();
    // Which of the members' public endpoints can be reached depends on our addresses' families.
    void this.#onRoster(this.roster);
    this.#answerElsewhere();
    void this.bootstrap.refresh();
    this.discovery.refresh();
    this.#portMapping?.refresh();
    void this.#announce();
    if (!changes.includes("resumed")) return;
    // Whatever ran out meanwhile, and whatever the others have said.
    this.#sweep();
    this.#registry.exchange();
  }

  /** From which other addresses and ports this host answers STUN, as long as it volunteers. */
  #answerElsewhere(): void {
    const { current, limits } = this.volunteer;
    const { addresses, listenPort } = this.#ownAddresses();
    void this.#stun?.answerFrom(current && { addresses, listenPort, ports: limits.ports });
  }

  async #announce(): Promise<void> {
    if (!this.#ending.signal.aborted) await this.#announcer.announce();
  }

  #ownAddresses(): OwnAddresses {
    return {
      configured: this.#parts.settings.publicEndpoints,
      addresses: this.#watch.addresses,
      listenPort: this.interface.listenPort,
    };
  }

  #certificateLeftMs(): number | undefined {
    const expiresAt = this.roster.members.get(this.self)?.certificate.expiresAt;
    return expiresAt === undefined ? undefined : expiresAt - this.#parts.clock.wallNow();
  }

  #rotationAwaits(): Symptoms["rotationAwaits"] {
    const rotation = this.#parts.identity.state.membership?.rotation;
    if (rotation === undefined) return undefined;
    return rotation.certificate === undefined ? "an admin" : "others";
  }

  #newPortMapping(context: MeshContext): PortMapping {
    const { run, clock, log, device } = this.#parts;
    return new PortMapping({
      context,
      control: this.#messaging.control,
      port: this.interface.listenPort,
      gateway: () => defaultGateway({ run, log, overlayInterface: device.name }),
      open: gatewayWires({ clock, log }),
      volunteers: () => this.connected.filter((id) => this.roster.relays.has(id)),
      seenAs: () => this.paths.mappedEndpoints,
      onChange: () => this.paths.onPortMapped(),
    });
  }

  #newInvites(context: MeshContext, stun: StunService | undefined): InviteKeeper {
    const { settings, device } = this.#parts;
    return new InviteKeeper({
      context,
      cache: this.cache,
      control: this.#messaging.control,
      wireguard: device,
      firewall: this.#firewall,
      stun: stun?.request.bind(stun),
      isOff: settings.relayOnly,
      own: () => this.#ownAddresses(),
      endpointOf: (member) => this.connector.endpointOf(member),
      openEndpoints: () => {
        const mapped = this.#portMapping?.verified?.endpoint;
        return [...this.publicEndpoints, ...(mapped === undefined ? [] : [mapped])];
      },
      isSure: () => {
        const isVouchedFor = settings.publicEndpoints.length > 0 || this.isVolunteering;
        return isVouchedFor && this.publicEndpoints.length > 0;
      },
      candidates: () => this.paths.candidates,
      onChange: () => this.paths.retarget(),
    });
  }

  #announcedRelay(): Announced["relay"] {
    const { current } = this.volunteer;
    return (
      current && {
        endpoints: relayEndpoints(this.#ownAddresses()),
        maxAllocations: current.limits.maxAllocations,
        allocations: current.status().length,
        version: this.#parts.settings.version,
        region: current.limits.region,
        draining: current.isDraining,
        closed: current.isClosed,
        allow: current.limits.allow,
        schedule: current.limits.schedule,
        grant: current.limits.tiers.free,
        forwarder: current.forwarderKind,
      }
    );
  }
}
