import type {
  AgentApi,
  AllocationRequest,
  BootstrapRequest,
  BootstrapVolunteer,
  CacheDocument,
  CachedPeer,
  CachedPeerDetail,
  CacheImportRequest,
  CacheImportResult,
  Emit,
  ForgottenPeer,
  HeldRelayToken,
  InitRequest,
  Invite,
  InviteRequest,
  JoinProgress,
  JoinRequest,
  KnownRelay,
  MemberRequest,
  Membership,
  MintedRelayToken,
  LifetimeStep,
  NetcheckLifetime,
  NetcheckReport,
  OpenInvite,
  PeerDetail,
  PeerStatus,
  PingReply,
  PingRequest,
  PingTarget,
  RelayExplanation,
  RelayStartRequest,
  RelayStatus,
  RelayTokenRequest,
  RelayUseTokenRequest,
  RenamedMember,
  RenameRequest,
  RevokedMember,
  Status,
} from "../admin/contract.ts";
import type { AllocationEvent, AllocationList, EndedAllocation, RelayStats } from "../admin/relay-schemas.ts";
import { AgentError } from "../errors.ts";
import type { MetricsView } from "../metrics/view.ts";
import type { RelayWishes } from "./relay-choice.ts";
import type { LiveRelayConfig } from "./volunteer.ts";
import { CurrentNetwork, type DaemonParts } from "./current-network.ts";
import { metricsView } from "./metrics-view.ts";
import { AllocationOperations } from "./operations/allocations.ts";
import { BootstrapOperations } from "./operations/bootstrap.ts";
import { CacheOperations } from "./operations/cache.ts";
import { JoinOperation } from "./operations/join.ts";
import { memberNamed } from "./operations/member-named.ts";
import { MembershipOperations } from "./operations/membership.ts";
import { pingMember } from "./operations/ping.ts";
import { RelayOperations } from "./operations/relay.ts";
import { RelayTokenOperations } from "./operations/relay-token.ts";
import { relayExplanation } from "./relay-explanation.ts";
import { netcheckLifetime, netcheckReport } from "./netcheck-view.ts";
import { peerDetail } from "./peer-detail.ts";
import { knownRelays, peerStatuses, statusOf } from "./views.ts";

export type AgentParts = DaemonParts & {
  /** Ends the daemon. */
  readonly onShutdown: () => void;
};

/** What the local API offers, on the one network that this host may be a member of. Owner of that network. */
export class Agent implements AgentApi, AsyncDisposable {
  readonly #parts: AgentParts;
  readonly #current: CurrentNetwork;
  readonly #membership: MembershipOperations;
  readonly #join: JoinOperation;
  readonly #cache: CacheOperations;
  readonly #relay: RelayOperations;
  readonly #allocations: AllocationOperations;
  readonly #relayTokens: RelayTokenOperations;
  readonly #bootstrap: BootstrapOperations;

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#current = new CurrentNetwork(parts);
    this.#membership = new MembershipOperations(parts, this.#current);
    this.#join = new JoinOperation(parts, this.#current);
    this.#cache = new CacheOperations(parts.cache.cache, this.#current);
    this.#relay = new RelayOperations(parts, this.#current);
    this.#allocations = new AllocationOperations(parts, this.#current);
    this.#relayTokens = new RelayTokenOperations(parts, this.#current);
    this.#bootstrap = new BootstrapOperations(this.#current);
  }

  /** Takes up the membership that the state holds, if any, or a join. Throws what `Network.start` does. */
  async start(): Promise<void> {
    await this.#current.takeUp();
    this.#join.resume();
  }

  async status(): Promise<Status> {
    await this.#current.ready;
    return statusOf(this.#current.running, this.#current.warnings, this.#parts);
  }

  async peers(): Promise<readonly PeerStatus[]> {
    const network = await this.#current.required();
    const dump = await network.connector.refresh();
    return peerStatuses(network, dump, this.#parts.clock.wallNow());
  }

  async peerShow({ name }: MemberRequest): Promise<PeerDetail> {
    const network = await this.#current.required();
    const { id } = memberNamed(network.roster, name);
    const status = (await this.peers()).find((peer) => peer.id === id);
    if (status !== undefined) return peerDetail(network, id, status);
    throw new AgentError("usage.invalid", `${name} is this host`, { hint: "see: hopwire status" });
  }

  async init(request: InitRequest): Promise<Membership> {
    return this.#asWholeMember().#membership.init(request);
  }

  async invite(request: InviteRequest): Promise<Invite> {
    return this.#asWholeMember().#membership.invite(request);
  }

  inviteList(): Promise<readonly OpenInvite[]> {
    return this.#membership.invites();
  }

  async inviteWithdraw(request: MemberRequest): Promise<OpenInvite> {
    return this.#asWholeMember().#membership.withdrawInvite(request);
  }

  async join(request: JoinRequest, emit: Emit<JoinProgress>, signal: AbortSignal): Promise<Membership> {
    await this.#join.join(request, emit, signal);
    return this.#membership.view();
  }

  leave(): Promise<Membership> {
    return this.#membership.leave();
  }

  async revoke(request: MemberRequest): Promise<RevokedMember> {
    return this.#asWholeMember().#membership.revoke(request);
  }

  async rename(request: RenameRequest): Promise<RenamedMember> {
    return this.#asWholeMember().#membership.rename(request);
  }

  rotateKeys(): Promise<Membership> {
    return this.#membership.rotateKeys();
  }

  async ping(request: PingRequest, emit: Emit<PingReply>, signal: AbortSignal): Promise<PingTarget> {
    const { clock } = this.#parts;
    return pingMember(await this.#current.required(), request, emit, { signal, clock });
  }

  cacheList(): Promise<readonly CachedPeer[]> {
    return this.#cache.list();
  }

  cacheShow(request: MemberRequest): Promise<CachedPeerDetail> {
    return this.#cache.show(request);
  }

  cacheForget(request: MemberRequest): Promise<ForgottenPeer> {
    return this.#cache.forget(request);
  }

  cacheExport(): Promise<CacheDocument> {
    return this.#cache.export();
  }

  cacheImport(request: CacheImportRequest): Promise<CacheImportResult> {
    return this.#cache.import(request);
  }

  async relayStart(request: RelayStartRequest): Promise<RelayStatus> {
    return this.#asWholeMember().#relay.start(request);
  }

  async relayStop(): Promise<RelayStatus> {
    return this.#asWholeMember().#relay.stop();
  }

  relayStatus(): Promise<RelayStatus> {
    return this.#relay.status();
  }

  relayToken(request: RelayTokenRequest): Promise<MintedRelayToken> {
    return this.#relayTokens.mint(request);
  }

  relayUseToken(request: RelayUseTokenRequest): Promise<HeldRelayToken> {
    return this.#relayTokens.use(request);
  }

  async relayList(): Promise<readonly KnownRelay[]> {
    return knownRelays(await this.#current.required());
  }

  async relayExplain({ name }: MemberRequest): Promise<RelayExplanation> {
    const network = await this.#current.required();
    const peer = memberNamed(network.roster, name);
    if (peer.id !== network.self) return relayExplanation(network, peer);
    throw new AgentError("usage.invalid", `${name} is this host: nobody relays to it from here`, {
      hint: "name another member; see: hopwire peers",
    });
  }

  relayBootstrapList(): Promise<readonly BootstrapVolunteer[]> {
    return this.#bootstrap.list();
  }

  relayBootstrapAdd(request: BootstrapRequest): Promise<readonly BootstrapVolunteer[]> {
    return this.#bootstrap.add(request);
  }

  relayBootstrapRemove(request: MemberRequest): Promise<readonly BootstrapVolunteer[]> {
    return this.#bootstrap.remove(request);
  }

  relayAllocations(): Promise<AllocationList> {
    return this.#allocations.list();
  }

  relayWatch(emit: Emit<AllocationEvent>, signal: AbortSignal): Promise<never> {
    return this.#allocations.watch(emit, signal);
  }

  relayEnd(request: AllocationRequest): Promise<EndedAllocation> {
    return this.#allocations.end(request);
  }

  relayStats(): Promise<RelayStats> {
    return this.#allocations.stats();
  }

  async netcheck(): Promise<NetcheckReport> {
    const { clock } = this.#parts;
    return netcheckReport(await this.#current.required(), () => clock.monotonicNow());
  }

  async netcheckLifetime(emit: Emit<LifetimeStep>, signal: AbortSignal): Promise<NetcheckLifetime> {
    return netcheckLifetime(await this.#current.required(), emit, signal);
  }

  /** Costs one reading of WireGuard's peers. */
  async metrics(): Promise<MetricsView> {
    const peers = this.#current.running === undefined ? [] : await this.peers();
    return metricsView(this.#current.running, peers, this.#parts.version);
  }

  /** Where bootstrap volunteers are by now; nothing where there is no network. Never rejects. */
  async refreshBootstrap(): Promise<void> {
    await this.#current.running?.bootstrap.refresh();
  }

  /** Of this host's relay and those of others, whether they are used now or later. */
  reconfigureRelay(relay: LiveRelayConfig & { readonly wishes: RelayWishes }): void {
    this.#current.reconfigureRelay(relay);
  }

  shutdown(): void {
    this.#parts.onShutdown();
  }

  /** Throws AgentError `usage.invalid`. */
  #asWholeMember(): this {
    if (!this.#parts.relayOnly) return this;
    throw new AgentError("usage.invalid", "this agent does nothing but relay", {
      hint: "for the rest, run the member as a whole: hopwire daemon instead of hopwire relay serve",
    });
  }

  /** Ends the network and takes down all that it made. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current[Symbol.asyncDispose]();
  }
}
