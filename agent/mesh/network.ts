import type { ConnectionCache } from "../../cache/store.ts";
import { checkKeyOf } from "../../protocol/check-key.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { familyOf, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import {
  failure,
  type AllocationLeg,
  type Failure,
  type Notification,
  type Redeem,
  type Redeemed,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import { networkIdOf, type MemberId, type NetworkId } from "../../protocol/ids.ts";
import { keyBytes } from "../../protocol/keys.ts";
import type { MessageContent } from "../../protocol/message.ts";
import { openRecord, type MemberCertificate, type NetworkInfo } from "../../protocol/record.ts";
import { mintRelayToken } from "../../protocol/relay-token.ts";
import type { Clock } from "../clock.ts";
import type { ControlPeer, Directory } from "../control/directory.ts";
import { Forwarding } from "../control/forwarding.ts";
import { ControlPlane } from "../control/plane.ts";
import { tcpStreams } from "../control/tcp.ts";
import { AgentError } from "../errors.ts";
import { rawOf, type Identity } from "../identity/identity.ts";
import { learnSecret } from "../identity/membership.ts";
import type { IssuedInvite, Membership } from "../identity/state.ts";
import type { Logger } from "../log.ts";
import { mappingBehaviour, type MappingBehaviour } from "../nat/gathering.ts";
import type { Random } from "../random.ts";
import { Publisher } from "../registry/publisher.ts";
import type { Registry } from "../registry/registry.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import { RelayManager, type Granted } from "../relay/client/relay-manager.ts";
import type { CommandRunner } from "../runner.ts";
import type { BackendPreference } from "../wireguard/backend.ts";
import type { UpOutcome, WireguardDevice } from "../wireguard/device.ts";
import { nftUsable } from "../wireguard/firewall.ts";
import { Connector } from "./connector.ts";
import { Echo } from "./echo.ts";
import { Gatherer, type ServerReport, type StunServerAddress } from "./gatherer.ts";
import { HostAddresses, isGlobal } from "./host-addresses.ts";
import { checkCredential, legCredential, serverCredential, shortId } from "./stun-names.ts";
import type { MeshPeer } from "./mesh-peer.ts";
import { bindWithNonce, StunService } from "./stun-service.ts";
import { Volunteering, type VolunteerLimits } from "./volunteering.ts";

export type NetworkSettings = {
  readonly listenPort: number;
  readonly controlPort: number;
  readonly mtu: number;
  readonly backend: BackendPreference;
  /** Own public endpoints that an operator gave, resolved. */
  readonly publicEndpoints: readonly Endpoint[];
  readonly relayLimits: VolunteerLimits;
  readonly version: string;
};

export type NetworkParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly run: CommandRunner;
  readonly identity: Identity;
  readonly membership: Membership;
  readonly cache: ConnectionCache;
  readonly device: WireguardDevice;
  readonly registry: Registry;
  readonly settings: NetworkSettings;
  /** A joining host wants membership. */
  readonly onRedeem: (inviteId: string, body: Redeem) => Promise<Redeemed | Failure>;
  /** Somebody, or this host itself, has ended this membership. */
  readonly onRevoked: () => void;
};

/** Home relays (two or three): one more costs a connection and gossip for every member, and reaches nobody new. */
const HOME_RELAYS = 3;
/** Where there are too few volunteers, members that have a path keep gossip and signalling going between them. */
const MAX_NEIGHBOURS = 4;
const REQUEST_TIMEOUT_MS = 3_000;
/** Outlives an allocation's lifetime by far; whether its members still are members is checked all the time. */
const TOKEN_LIFETIME_SEC = 6 * 3600;
const BIND = { retransmitMs: [60, 180], timeoutMs: 600 };
const ECHO_TIMEOUT_MS = 2_000;
const SWEEP_MS = 60_000;
const EXCHANGE_MS = 300_000;
/** `nft flush ruleset`, which firewall reloads do, takes guard and STUN rewrite along. */
const FIREWALL_LOOK_MS = 120_000;
/** Above this a clock is not merely imprecise: certificates, tokens and invites may be judged wrongly. */
const SKEW_WARNING_MS = 60_000;
const IPV6_PREFIX_LENGTH = 64;
const EXPIRED_INVITE_MS = 3_600_000;

/**
 * Everything that runs while this host is a member: guard, registry, control plane, paths and, where it volunteers,
 * the relay. Owner of all of them; made by `start`, ended by disposal. The interface is the device's: whoever only
 * restarts a network leaves it up, with its sessions.
 */
export class Network implements AsyncDisposable {
  readonly id: NetworkId;
  readonly self: MemberId;
  readonly info: NetworkInfo;
  readonly certificate: MemberCertificate;
  readonly interface: UpOutcome;
  readonly cache: ConnectionCache;
  readonly #parts: NetworkParts;
  readonly #log: Logger;
  readonly #registry: Registry;
  readonly #addresses: HostAddresses;
  readonly #stun: StunService | undefined;
  readonly #nftFault: string | undefined;
  readonly #publisher: Publisher;
  readonly #control: ControlPlane;
  readonly #forwarding: Forwarding;
  readonly #connector: Connector;
  readonly #relays: RelayManager;
  readonly #gatherer: Gatherer;
  readonly #directory: Directory;
  readonly #skewByMember = new Map<MemberId, number>();
  readonly #checkKeys = new Map<MemberId, Uint8Array>();
  readonly #timers = new Map<string, () => void>();
  #echo: Echo | undefined;
  #volunteering: Volunteering | undefined;
  #askingSecret = false;
  #closed = false;
  readonly #ending = new AbortController();

  private constructor(
    parts: NetworkParts,
    own: { info: NetworkInfo; certificate: MemberCertificate; addresses: HostAddresses },
    host: { outcome: UpOutcome; nftFault: string | undefined; stun: StunService | undefined },
  ) {
    const { clock, random, log, identity, registry } = parts;
    this.id = networkIdOf(rawOf(parts.membership.networkKey));
    this.self = identity.keys.id;
    this.info = own.info;
    this.certificate = own.certificate;
    this.interface = host.outcome;
    this.cache = parts.cache;
    this.#parts = parts;
    this.#log = log;
    this.#registry = registry;
    this.#addresses = own.addresses;
    this.#stun = host.stun;
    this.#nftFault = host.nftFault;
    this.#publisher = new Publisher({
      registry,
      identityKey: identity.keys.sign,
      clock,
      reserveSequences: (count) => identity.reserveSequences(count),
    });
    this.#directory = {
      memberAt: (address4) => controlPeer(this.roster.memberByAddress4.get(address4)),
      memberOf: (id) => controlPeer(this.roster.members.get(id)),
      inviteAt: (address4) => this.#openInvites().find((i) => i.temporaryAddress4 === address4)?.id,
    };
    this.#control = new ControlPlane({
      network: this.id,
      self: this.self,
      identityKey: identity.keys.sign,
      agentVersion: parts.settings.version,
      address4: own.certificate.address4,
      port: parts.settings.controlPort,
      directory: this.#directory,
      streams: tcpStreams,
      clock,
      random,
      log,
      events: {
        onConnected: (id, { skewMs }) => this.#onConnected(id, skewMs),
        onDisconnected: (id) => this.#onDisconnected(id),
        onNotification: (id, body) => this.#onNotification(id, body),
        onRequest: (id, body) => this.#onRequest(id, body),
        onRedeem: parts.onRedeem,
      },
    });
    // Here and not after the start: members connect while it still runs.
    registry.sendBy((to, message) => void this.#control.notify(to, message));
    this.#forwarding = new Forwarding({
      network: this.id,
      self: this.self,
      identityKey: identity.keys.sign,
      exchangeKey: identity.keys.exchange,
      directory: this.#directory,
      plane: this.#control,
      homeRelaysOf: (id) => this.roster.endpoints.get(id)?.homeRelays ?? [],
      volunteers: () => [...this.roster.relays.keys()],
      isVolunteering: () => this.isVolunteering,
      onMessage: (from, content) => this.#onMessage(from, content),
      clock,
      random,
      log: log.child({ component: "forwarding" }),
    });
    const { stun } = host;
    const request = stun === undefined ? undefined : stun.request.bind(stun);
    this.#relays = new RelayManager({
      clock,
      random,
      log,
      ports: {
        allocate: (relay, peer) => this.#allocate(relay, peer),
        refresh: (relay, allocation) =>
          this.#control.request(relay, { kind: "refresh", allocation }, REQUEST_TIMEOUT_MS),
        release: async (relay, allocation) => {
          await this.#control.request(relay, { kind: "release", allocation }, REQUEST_TIMEOUT_MS);
        },
        bind:
          request === undefined
            ? undefined
            : ({ allocation, leg, legKey }, endpoint) =>
                bindWithNonce(request, endpoint, legCredential(allocation, leg, legKey), BIND),
        orderEndpoints: (relay, endpoints) => this.#orderEndpoints(relay, endpoints),
      },
      events: {
        onReady: (peer, { relay, allocation }, endpoint) =>
          this.#connector.onRelayReady(peer, { relay, allocation, endpoint }),
        onGone: (peer, { relay, allocation }) => this.#connector.onRelayGone(peer, relay, allocation),
        onMeasured: (peer, _, rttMs) => this.#connector.onRelayMeasured(peer, rttMs),
        onRefused: (peer, relay, reason) => log.debug({ peer, relay, reason }, "no allocation"),
      },
    });
    this.#connector = new Connector({
      self: this.self,
      clock,
      log,
      cache: parts.cache,
      ports: {
        wireguard: parts.device,
        stun: request,
        pin:
          stun === undefined
            ? undefined
            : (pins) => parts.device.firewall.replacePins(host.outcome.listenPort, pins),
        isPublic: () => this.isVolunteering || parts.settings.publicEndpoints.length > 0,
        echo: (peer, timeoutMs) => this.ping(peer, timeoutMs, this.#ending.signal),
        signal: (peer) => this.#sendCandidates(peer, true),
        relaysFor: (peer) => this.#relaysFor(peer),
        connectRelay: (peer, relays) => void this.#relays.connect(peer, relays),
        setRelayActive: (peer, active) => this.#relays.setActive(peer, active),
        onPathChanged: (peer) => this.#onPathChanged(peer),
      },
    });
    this.#gatherer = new Gatherer({
      clock,
      stun: request,
      sources: {
        servers: () => this.#stunServers(),
        hostAddresses: () => this.#addresses.all,
        listenPort: () => this.interface.listenPort,
        configured: () => parts.settings.publicEndpoints,
      },
      onChange: () => this.#connector.restart(),
    });
  }

  /** Throws AgentError: interface.*, port.taken, rights.missing, state.corrupt; nothing of it is left running then. */
  static async start(parts: NetworkParts): Promise<Network> {
    await using stack = new AsyncDisposableStack();
    const { clock, random, log, run, device, identity, membership, settings } = parts;
    const own = readMembership(membership);
    const addresses = new HostAddresses({ run, clock, log, overlayInterface: device.name });
    const started: { network?: Network } = {};
    const nftFault = await nftUsable(run);
    const stun =
      nftFault === undefined
        ? await StunService.open({
            clock,
            random,
            log,
            keys: {
              self: identity.keys.id,
              served: () => (started.network?.isVolunteering === true ? secretsOf(identity) : []),
              checkKey: (prefix) => started.network?.checkKey(prefix),
              onCheck: (peer, from) => started.network?.onCheck(peer, from),
            },
          })
        : undefined;
    if (stun !== undefined) stack.use(stun);
    const { prefix4 } = own.info;
    const outcome = await device.up({
      privateKey: identity.wireguardPrivateKey,
      listenPort: settings.listenPort,
      addresses: [
        { address: own.certificate.address4, prefixLength: prefix4.length },
        { address: own.certificate.address6, prefixLength: IPV6_PREFIX_LENGTH },
      ],
      mtu: settings.mtu,
      backend: settings.backend,
    });
    const network = new Network(parts, { ...own, addresses }, { outcome, nftFault, stun });
    stack.use(network);
    started.network = network;
    await network.#start();
    stack.move(); // the network owns the STUN service from here on
    return network;
  }

  get roster(): Roster {
    return this.#registry.roster;
  }

  get isVolunteering(): boolean {
    return this.#volunteering !== undefined;
  }

  get volunteering(): Volunteering | undefined {
    return this.#volunteering;
  }

  get connector(): Connector {
    return this.#connector;
  }

  get connected(): readonly MemberId[] {
    return this.#control.connected();
  }

  get relaysInUse(): ReadonlySet<MemberId> {
    return this.#relays.relaysInUse();
  }

  get warnings(): readonly string[] {
    const warnings: string[] = [];
    if (this.#nftFault !== undefined) {
      warnings.push(
        `nftables cannot be used (${this.#nftFault}): paths are found slowly and the guard is off; install nftables`,
      );
    }
    const skews = [...this.#skewByMember.values()].filter((ms) => Math.abs(ms) > SKEW_WARNING_MS);
    if (skews.length > 0 && skews.length * 2 > this.#skewByMember.size) {
      const [worst = 0] = skews.toSorted((a, b) => Math.abs(b) - Math.abs(a));
      const amount = Math.round(Math.abs(worst) / 60_000);
      warnings.push(
        `this host's clock is ${amount} min ${worst > 0 ? "behind" : "ahead of"} other members': set it, by NTP`,
      );
    }
    const conflict = this.roster.conflicts.get(this.self);
    if (conflict !== undefined)
      warnings.push(
        `this member's certificate loses against another's (${conflict}): ask an admin for a new invite`,
      );
    if (this.isVolunteering && this.publicAddresses().length === 0) {
      warnings.push(
        "this volunteer has no public address: only hosts of its own network can use it; give one by --endpoint",
      );
    }
    return warnings;
  }

  /** Where others reach this host without traversal: what the operator gave, else addresses that are global. */
  publicAddresses(): readonly Endpoint[] {
    const { publicEndpoints } = this.#parts.settings;
    if (publicEndpoints.length > 0) return publicEndpoints;
    return this.#addresses.all
      .filter(isGlobal)
      .map((address) => ({ address, port: this.interface.listenPort }));
  }

  /** Ways to this host to put into an invite. */
  inviteEndpoints(): readonly Endpoint[] {
    const candidates = this.#gatherer.candidates.map(({ endpoint }) => endpoint);
    const all = [...this.publicAddresses(), ...candidates];
    return all
      .filter((endpoint, index) => all.findIndex((other) => sameEndpoint(other, endpoint)) === index)
      .slice(0, 8);
  }

  async volunteer(limits: VolunteerLimits | undefined): Promise<void> {
    const before = this.#volunteering;
    this.#volunteering = limits === undefined ? undefined : this.#newVolunteering(limits);
    await before?.[Symbol.asyncDispose]();
    await this.#announce();
  }

  async publish(records: readonly Uint8Array[]): Promise<void> {
    await this.#registry.publish(records);
  }

  /** Open invites have changed: their temporary keys are let in, or no longer. */
  async syncInvites(): Promise<void> {
    const dump = await this.#parts.device.dump();
    const open = this.#openInvites();
    const wanted = new Map(open.map((invite) => [invite.temporaryPublicKey, invite]));
    const members = new Set([...this.roster.members.values()].map(({ wireguardKey }) => wireguardKey));
    await this.#parts.device.apply([
      ...[...dump.peerByKey.keys()]
        .filter((publicKey) => !wanted.has(publicKey) && !members.has(publicKey))
        .map((publicKey) => ({ publicKey, remove: true }) as const),
      ...open.map(({ temporaryPublicKey, temporaryAddress4 }) => ({
        publicKey: temporaryPublicKey,
        allowedIps: [`${temporaryAddress4}/32`],
      })),
    ]);
    if (this.#nftFault === undefined) {
      await this.#parts.device.firewall.replaceInvites(
        open.map(({ temporaryAddress4 }) => temporaryAddress4),
      );
    }
  }

  /** Round trip over the overlay; undefined: lost. */
  async ping(peer: MemberId, timeoutMs: number, signal: AbortSignal): Promise<number | undefined> {
    const address4 = this.roster.members.get(peer)?.address4;
    if (address4 === undefined) return undefined;
    const rttMs = await this.#echo?.ping(address4, timeoutMs, signal);
    if (rttMs !== undefined) this.#connector.onEcho(peer, rttMs);
    return rttMs;
  }

  async netcheck(): Promise<{
    readonly servers: readonly ServerReport[];
    readonly mapping: MappingBehaviour;
    readonly addresses: readonly string[];
  }> {
    const servers = await this.#gatherer.gather();
    const addresses = this.#addresses.all;
    return { servers, addresses, mapping: mappingBehaviour(this.#gatherer.gathered, addresses) };
  }

  checkKey(senderPrefix: string): { readonly peer: MemberId; readonly key: Uint8Array } | undefined {
    for (const [peer, key] of this.#checkKeys) if (shortId(peer) === senderPrefix) return { peer, key };
    return undefined;
  }

  onCheck(peer: MemberId, from: Endpoint): void {
    this.#connector.onCheckRequest(peer, from);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending.abort();
    for (const cancel of this.#timers.values()) cancel();
    this.#addresses[Symbol.dispose]();
    this.#gatherer[Symbol.dispose]();
    this.#connector[Symbol.dispose]();
    this.#relays[Symbol.dispose]();
    await this.#volunteering?.[Symbol.asyncDispose]();
    await this.#control[Symbol.asyncDispose]();
    await this.#echo?.[Symbol.asyncDispose]();
    await this.#stun?.[Symbol.asyncDispose]();
    await this.#registry[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    const { settings, identity, membership, clock, random } = this.#parts;
    // A registry that was lost comes back by gossip; what it takes to be let in is in the state.
    await this.#registry.publish([membership.networkRecord, membership.certificate].map(recordBytes));
    await this.#addresses.start(() => this.#onAddressesChanged());
    await this.#installFirewall();
    await this.#control.listen();
    this.#echo = await Echo.open(this.certificate.address4, settings.controlPort, {
      clock,
      random,
      log: this.#log,
    });
    if (identity.state.relay.volunteering) this.#volunteering = this.#newVolunteering(this.volunteerLimits());
    this.#registry.onChange((roster, admitted) => {
      for (const { content, bytes } of admitted)
        if (content.kind === "revocation") this.#onRevocation(content.member, bytes);
      void this.#onRoster(roster);
    });
    await this.syncInvites();
    await this.#onRoster(this.roster);
    void this.#gatherer.gather();
    await this.#announce();
    this.#every("sweep", SWEEP_MS, () => {
      this.#registry.sweep();
      void this.#publisher
        .refresh()
        .catch((error: unknown) => this.#log.warn({ err: error }, "own records not published"));
    });
    this.#every("exchange", EXCHANGE_MS, () => this.#registry.exchange());
    this.#every("firewall", FIREWALL_LOOK_MS, () => void this.#checkFirewall());
  }

  #every(name: string, intervalMs: number, work: () => void): void {
    const again = (): void => {
      work();
      if (!this.#closed) this.#timers.set(name, this.#parts.clock.after(intervalMs, again));
    };
    this.#timers.set(name, this.#parts.clock.after(intervalMs, again));
  }

  async #onRoster(roster: Roster): Promise<void> {
    if (this.#closed) return;
    if (roster.revoked.has(this.self)) {
      this.#parts.onRevoked();
      return;
    }
    for (const id of this.#checkKeys.keys()) if (!roster.members.has(id)) this.#checkKeys.delete(id);
    const peers = [...roster.members.values()]
      .filter(({ id }) => id !== this.self)
      .flatMap((m) => this.#meshPeer(m, roster));
    this.#retarget();
    await this.#connector.setPeers(peers);
    void this.#askForSecret(roster);
  }

  #meshPeer(member: RosterMember, roster: Roster): readonly MeshPeer[] {
    const { exchange } = this.#parts.identity.keys;
    const key =
      this.#checkKeys.get(member.id) ??
      checkKeyOf(exchange, member.exchangeKey, this.id, this.self, member.id);
    // A key of low order would make the checks anybody's: such a certificate is nobody's honest work.
    if (key === undefined) return [];
    this.#checkKeys.set(member.id, key);
    const announced = roster.relays.get(member.id)?.record.content.endpoints ?? [];
    const own = roster.endpoints.get(member.id)?.publicEndpoints ?? [];
    const endpoints = [
      ...announced.filter(({ carrier }) => carrier === "udp").map(({ endpoint }) => endpoint),
      ...own,
    ];
    return [
      {
        id: member.id,
        name: member.name,
        publicKey: member.wireguardKey,
        allowedIps: [`${member.address4}/32`, `${member.address6}/128`],
        outbound: checkCredential(member.id, this.self, key),
        publicEndpoints: endpoints.filter(({ address }) => this.#hasFamily(address)),
      },
    ];
  }

  #hasFamily(address: string): boolean {
    return this.#addresses.all.some((own) => familyOf(own) === familyOf(address));
  }

  /**
   * At once, before anything else: the tunnel goes with the next change of peers, the connection here. Its last message
   * says why, so that an honest agent can tell its operator; whether it arrives makes no difference to us.
   */
  #onRevocation(member: MemberId, record: Uint8Array): void {
    this.#log.info({ member }, "member revoked");
    this.#control.notify(member, { kind: "records", records: [record] });
    this.#control.dropMember(member);
    void this.#volunteering?.dropMember(member);
    void this.#relays.close(member);
    void this.cache
      .forget(member)
      .catch((error: unknown) => this.#log.error({ err: error }, "cache not written"));
  }

  /** Two or three volunteers; where there are not so many, members that have a path. */
  #retarget(): void {
    const volunteers = [...this.roster.relays.keys()].filter((id) => id !== this.self);
    const homes = this.cache
      .relayOrder(this.self, volunteers)
      .map(({ relay }) => relay as MemberId)
      .slice(0, HOME_RELAYS);
    const neighbours = [...this.roster.members.keys()]
      .filter((id) => id !== this.self && !homes.includes(id))
      .filter((id) => (this.#connector.pathOf(id)?.path.tag ?? "none") !== "none")
      .sort()
      .slice(0, Math.max(0, MAX_NEIGHBOURS - homes.length));
    this.#control.setTargets([...homes, ...neighbours]);
  }

  #onPathChanged(peer: MemberId): void {
    if (this.#closed) return;
    this.#retarget();
    const tag = this.#connector.pathOf(peer)?.path.tag;
    if (tag === "none") return;
    this.#control.retryNow(peer);
    if (tag === "relayed") void this.ping(peer, ECHO_TIMEOUT_MS, this.#ending.signal);
  }

  #onConnected(id: MemberId, skewMs: number): void {
    this.#skewByMember.set(id, skewMs);
    this.#registry.connected(id);
    void this.#announce();
    if (this.roster.relays.has(id)) {
      this.#relays.onRelayReachable(id);
      void this.#gatherer.gather();
      this.#connector.restart();
    }
    void this.#askForSecret(this.roster);
  }

  #onDisconnected(id: MemberId): void {
    this.#skewByMember.delete(id);
    this.#registry.disconnected(id);
  }

  #onNotification(from: MemberId, body: Notification): void {
    switch (body.kind) {
      case "digest":
      case "wanted":
      case "records":
        void this.#registry.receive(from, body);
        break;
      case "forwarded":
        this.#forwarding.receive(from, body);
        break;
      case "allocation-offer": {
        const granted = this.#granted(from, body);
        if (granted.ok) this.#relays.onOffer(granted.value);
        break;
      }
      case "allocation-ended":
        this.#relays.onEnded(body.allocation, body.reason);
        break;
    }
  }

  async #onRequest(from: MemberId, body: RequestBody): Promise<ResponseBody | Failure> {
    switch (body.kind) {
      case "redeem":
        return failure("invite.not-here", "members do not redeem");
      case "allocate":
      case "refresh":
      case "release":
        return (
          this.#volunteering?.serve(from, body) ??
          failure("relay.not-volunteering", "this member is no relay")
        );
      case "forward":
        return this.#forwarding.serve(from, body);
      case "secret": {
        const found = secretsOf(this.#parts.identity).find(({ epoch }) => epoch === body.epoch);
        return found === undefined
          ? failure("secret.unknown", "this member does not have it")
          : { kind: "secret", epoch: found.epoch, secret: found.secret };
      }
    }
  }

  #onMessage(from: MemberId, content: MessageContent): void {
    this.#connector.onCandidates(from, content.candidates);
    if (content.answerWanted) void this.#sendCandidates(from, false);
  }

  async #sendCandidates(peer: MemberId, answerWanted: boolean): Promise<boolean> {
    const { candidates } = this.#gatherer;
    const way = await this.#forwarding.sendToMember(peer, { kind: "candidates", candidates, answerWanted });
    if (!way.ok) this.#log.debug({ peer, reason: way.reason }, "candidates not sent");
    return way.ok;
  }

  /** Connected volunteers; those that the peer calls its home first, since it is sure to be there. */
  #relaysFor(peer: MemberId): readonly MemberId[] {
    const homes = this.roster.endpoints.get(peer)?.homeRelays ?? [];
    const usable = this.connected.filter((id) => {
      const relay = this.roster.relays.get(id);
      return id !== peer && relay?.record.content.draining === false;
    });
    return usable.toSorted((a, b) => Number(homes.includes(b)) - Number(homes.includes(a)));
  }

  async #allocate(relay: MemberId, peer: MemberId): Promise<Decoded<Granted>> {
    const other = this.roster.members.get(peer);
    const own = this.roster.members.get(this.self);
    if (other === undefined || own === undefined) return refused("not-a-member");
    const issuedAtSec = Math.floor(this.#parts.clock.wallNow() / 1000);
    const token = await mintRelayToken(
      {
        issuer: this.self,
        relay,
        network: this.id,
        pair: [own, other].map(({ id, wireguardKey }) => ({ memberId: id, wireguardKey })) as [
          PairEnd,
          PairEnd,
        ],
        issuedAtSec,
        expiresAtSec: issuedAtSec + TOKEN_LIFETIME_SEC,
        tier: "free",
        bandwidthBps: 0,
        quotaBytes: 0,
      },
      this.#parts.identity.keys.sign,
    );
    const answer = await this.#control.request(relay, { kind: "allocate", token }, REQUEST_TIMEOUT_MS);
    return answer.ok ? this.#granted(relay, answer.value) : answer;
  }

  /** A relay speaks for itself only, and of members only. */
  #granted(from: MemberId, leg: AllocationLeg): Decoded<Granted> {
    if (leg.relay !== from) return refused("wrong-relay");
    if (leg.peer === this.self || !this.roster.members.has(leg.peer)) return refused("not-a-member");
    const { allocation, relay, peer, endpoints, lifetimeSec, legKey, leg: name } = leg;
    return decoded({ allocation, relay, peer, endpoints, lifetimeSec, legKey, leg: name });
  }

  #orderEndpoints(relay: MemberId, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const current = this.#connector.endpointOf(relay);
    const preferred = current === undefined ? "ipv4" : familyOf(current.address);
    return endpoints
      .filter(({ address }) => this.#hasFamily(address))
      .toSorted(
        (a, b) => Number(familyOf(b.address) === preferred) - Number(familyOf(a.address) === preferred),
      );
  }

  #stunServers(): readonly StunServerAddress[] {
    const [current] = secretsOf(this.#parts.identity);
    if (current === undefined) return [];
    const credential = serverCredential(current.epoch, current.secret);
    return [...this.roster.relays].flatMap(([id, { record }]) =>
      id === this.self
        ? []
        : record.content.endpoints
            .filter(({ carrier, endpoint }) => carrier === "udp" && this.#hasFamily(endpoint.address))
            .map(({ endpoint }) => ({ server: id, endpoint, credential })),
    );
  }

  #newVolunteering(limits: VolunteerLimits): Volunteering {
    const { clock, random } = this.#parts;
    return new Volunteering({
      self: this.self,
      network: this.id,
      clock,
      random,
      log: this.#log,
      limits,
      roster: () => this.roster,
      isConnected: (member) => member === this.self || this.connected.includes(member),
      addresses: () => this.#relayAddresses().map(({ address }) => address),
      notifyOffer: (to, leg) => void this.#control.notify(to, { kind: "allocation-offer", ...leg }),
      notifyEnded: (to, allocation, reason) =>
        void this.#control.notify(to, { kind: "allocation-ended", allocation, reason }),
    });
  }

  volunteerLimits(): VolunteerLimits {
    const { maxAllocations, ports } = this.#parts.identity.state.relay;
    const { relayLimits } = this.#parts.settings;
    return {
      maxAllocations: maxAllocations ?? relayLimits.maxAllocations,
      ports: ports ?? relayLimits.ports,
    };
  }

  /** A relay without a public address still serves its own local network. */
  #relayAddresses(): readonly Endpoint[] {
    const known = this.publicAddresses();
    return known.length > 0
      ? known
      : this.#addresses.all.map((address) => ({ address, port: this.interface.listenPort }));
  }

  async #announce(): Promise<void> {
    if (this.#closed) return;
    const volunteering = this.#volunteering;
    const homeRelays = this.connected
      .filter((id) => this.roster.relays.has(id))
      .slice(0, HOME_RELAYS)
      .sort();
    try {
      await this.#publisher.announce({
        endpoints: { kind: "endpoints", homeRelays, publicEndpoints: this.#parts.settings.publicEndpoints },
        relay:
          volunteering === undefined
            ? undefined
            : {
                kind: "relay",
                endpoints: this.#relayAddresses().map((endpoint) => ({ carrier: "udp", endpoint })),
                capacity: volunteering.limits.maxAllocations,
                load: Math.min(1, volunteering.status().length / volunteering.limits.maxAllocations),
                region: "",
                bandwidthBps: 0,
                version: this.#parts.settings.version,
                draining: false,
              },
      });
    } catch (error) {
      this.#log.warn({ err: error }, "own records not published");
    }
  }

  /** The secret of a newer epoch, from any member; the record's commitment tells whether it is the right one. */
  async #askForSecret(roster: Roster): Promise<void> {
    const wanted = roster.secret?.content;
    if (wanted === undefined || this.#askingSecret || this.#closed) return;
    if ((secretsOf(this.#parts.identity)[0]?.epoch ?? 0) >= wanted.epoch) return;
    this.#askingSecret = true;
    try {
      for (const member of this.connected) {
        const answer = await this.#control.request(
          member,
          { kind: "secret", epoch: wanted.epoch },
          REQUEST_TIMEOUT_MS,
        );
        if (!answer.ok) continue;
        const { secret } = answer.value;
        const { isKnown } = await this.#parts.identity.update((state) =>
          learnSecret(state, roster, wanted.epoch, secret),
        );
        if (!isKnown) continue;
        void this.#gatherer.gather();
        return;
      }
    } finally {
      this.#askingSecret = false;
    }
  }

  /** Let in a little longer than they are good for, so that a late joiner hears why instead of nothing. */
  #openInvites(): readonly IssuedInvite[] {
    const since = this.#parts.clock.wallNow() - EXPIRED_INVITE_MS;
    return (this.#parts.identity.state.membership?.invites ?? []).filter(
      ({ expiresAt }) => expiresAt > since,
    );
  }

  async #installFirewall(): Promise<void> {
    if (this.#nftFault !== undefined) {
      this.#log.warn({ reason: this.#nftFault }, "nftables cannot be used");
      return;
    }
    const { address4, address6 } = this.certificate;
    const { prefix4, prefix6 } = this.info;
    await this.#parts.device.firewall.install({
      addresses: [address4, address6],
      prefixes: [prefix4, prefix6].map(({ address, length }) => `${address}/${length}`),
      controlPort: this.#parts.settings.controlPort,
      listenPort: this.interface.listenPort,
      agentPort: this.#stun?.port,
      invites: this.#openInvites().map(({ temporaryAddress4 }) => temporaryAddress4),
    });
  }

  async #checkFirewall(): Promise<void> {
    if (this.#nftFault !== undefined || (await this.#parts.device.firewall.isInstalled()) || this.#closed)
      return;
    this.#log.warn({}, "firewall table was gone and is installed again");
    await this.#installFirewall();
  }

  #onAddressesChanged(): void {
    this.#log.info({ addresses: this.#addresses.all }, "local addresses changed");
    this.#gatherer.restart();
    this.#relays.rebindAll();
    this.#connector.restart();
    void this.#announce();
  }
}

type PairEnd = { readonly memberId: MemberId; readonly wireguardKey: string };

function controlPeer(member: RosterMember | undefined): ControlPeer | undefined {
  return member;
}

function recordBytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** Newest first. */
function secretsOf(identity: Identity): readonly { readonly epoch: number; readonly secret: Uint8Array }[] {
  const secrets = identity.state.membership?.secrets ?? [];
  return secrets.map(({ epoch, secret }) => ({ epoch, secret: keyBytes(secret) ?? new Uint8Array() }));
}

/** The state holds own records as received. */
function readMembership(membership: Membership): { info: NetworkInfo; certificate: MemberCertificate } {
  const network = networkIdOf(rawOf(membership.networkKey));
  const info = openRecord(recordBytes(membership.networkRecord), network);
  const certificate = openRecord(recordBytes(membership.certificate), network);
  if (
    !info.ok ||
    !certificate.ok ||
    info.value.content.kind !== "network" ||
    certificate.value.content.kind !== "member"
  ) {
    throw new AgentError("state.corrupt", "the state holds no certificate that its network key has signed", {
      hint: "leave the network and join again with a new invite",
    });
  }
  return { info: info.value.content, certificate: certificate.value.content };
}
