import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DurableFile } from "../../cache/durable-file.ts";
import { describeReport } from "../../cache/state-adapter.ts";
import type { ConnectionCache, OpenedCache } from "../../cache/store.ts";
import { parsePrefix4, type Prefix } from "../../protocol/address.ts";
import { failure, type Failure, type Redeem, type Redeemed } from "../../protocol/frame-body.ts";
import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import type {
  AgentApi,
  CacheDocument,
  CachedPeer,
  CachedPeerDetail,
  CacheImportRequest,
  CacheImportResult,
  Emit,
  ForgottenPeer,
  InitRequest,
  Invite,
  InviteRequest,
  JoinProgress,
  JoinRequest,
  KnownRelay,
  MemberRequest,
  Membership as MembershipView,
  NetcheckReport,
  PeerStatus,
  PingReply,
  PingRequest,
  PingTarget,
  RelayStartRequest,
  RelayStatus,
  RevokedMember,
  Status,
} from "../admin/contract.ts";
import { sleep, type Clock } from "../clock.ts";
import type { AgentConfig } from "../config/schema.ts";
import { AgentError, type AgentErrorCode } from "../errors.ts";
import { rawOf, type Identity } from "../identity/identity.ts";
import { createInvite } from "../identity/invites.ts";
import { acceptRedeemed, beginJoin, giveUpJoin, joinInProgress, redeemRequest } from "../identity/join.ts";
import { createNetwork, leave, requireNoNetwork, revoke, type Signed } from "../identity/membership.ts";
import { redeem } from "../identity/redemption.ts";
import { membershipOf } from "../identity/signer.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import { Registry } from "../registry/registry.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import type { CommandRunner } from "../runner.ts";
import type { WireguardDevice } from "../wireguard/device.ts";
import { parseRouteDestinations } from "../wireguard/ip-json.ts";
import { askForMembership } from "./joining.ts";
import { Network } from "./network.ts";
import { resolveOwnEndpoints } from "./own-endpoints.ts";
import {
  cachedDetail,
  cachedPeers,
  identityOf,
  knownRelays,
  netcheckReport,
  pathOf,
  peerStatuses,
  relayStatus,
} from "./views.ts";

export type AgentParts = {
  readonly config: AgentConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly run: CommandRunner;
  readonly identity: Identity;
  readonly cache: OpenedCache;
  readonly device: WireguardDevice;
  /** Ends the daemon. */
  readonly onShutdown: () => void;
};

/** A farewell is one small frame to each neighbour; what does not leave in this time is found out by checks. */
const FAREWELL_MS = 500;
/** What an answer to a joiner may hold beside the certificates: well below a control frame. */
const MAX_INTRODUCTION_BYTES = 40 * 1024;

/**
 * What the local API offers, on the one network that this host may be a member of. Owner of that network; operations
 * that change membership run one after the other.
 */
export class Agent implements AgentApi, AsyncDisposable {
  readonly #parts: AgentParts;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #warnings: string[] = [];
  readonly #stopping = new AbortController();
  #network: Network | undefined;
  #isRevoked = false;
  #isLeaving = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: AgentParts) {
    this.#parts = parts;
    // Nobody may be waiting when a start fails; whoever asks later still hears why.
    this.#ready.promise.catch(() => undefined);
    if (parts.cache.report !== undefined) this.#warnings.push(describeReport(parts.cache.report));
  }

  /** Takes up the membership that the state holds, if any. Throws what `Network.start` does. */
  async start(): Promise<void> {
    try {
      const { identity } = this.#parts;
      if (identity.state.membership !== undefined) await this.#startNetwork();
      this.#ready.resolve(undefined);
      if (identity.state.membership === undefined && joinInProgress(identity.state) !== undefined)
        this.#resumeJoin();
    } catch (error) {
      this.#ready.reject(error);
      throw error;
    }
  }

  async status(): Promise<Status> {
    await this.#ready.promise;
    const { config, version } = this.#parts;
    const network = this.#network;
    const self = network?.roster.members.get(network.self);
    const types =
      network === undefined ? [] : this.#others(network).map(({ id }) => pathOf(network, id).type);
    return {
      version,
      network: network?.info.name ?? null,
      member:
        network === undefined
          ? null
          : self === undefined
            ? { ...network.certificate, id: network.self }
            : identityOf(self),
      interface: {
        name: config.interface,
        backend: network?.interface.backend ?? null,
        listenPort: network?.interface.listenPort ?? config.listenPort,
      },
      relay: { volunteering: network?.isVolunteering ?? false },
      peers: {
        total: types.length,
        direct: types.filter((type) => type === "direct").length,
        relayed: types.filter((type) => type === "relayed").length,
        none: types.filter((type) => type === "none").length,
      },
      warnings: this.#allWarnings(),
    };
  }

  async peers(): Promise<readonly PeerStatus[]> {
    const network = await this.#required();
    const dump = await network.connector.refresh();
    return peerStatuses(network, dump, this.#parts.clock.wallNow());
  }

  init(request: InitRequest): Promise<MembershipView> {
    return this.#inTurn(async () => {
      const { identity, clock, random } = this.#parts;
      const prefix4 = request.prefix === undefined ? undefined : parsePrefix4(request.prefix);
      if (request.prefix !== undefined && prefix4 === undefined) {
        throw new AgentError("usage.invalid", `${request.prefix} is no IPv4 prefix`, {
          hint: "give one like 100.80.0.0/16",
        });
      }
      requireNoNetwork(identity.state);
      const usedPrefixes = await this.#usedPrefixes();
      const made = createNetwork(
        identity.state,
        { networkName: request.network, memberName: request.name, prefix4, usedPrefixes },
        clock.wallNow(),
        random,
      );
      await this.#keepRecords(made);
      await identity.update(() => ({ state: { ...made.state, endpoints: [...request.endpoints] } }));
      await this.#startOrForget();
      return this.#membershipView();
    });
  }

  invite({ name, expiresSec }: InviteRequest): Promise<Invite> {
    return this.#inTurn(async () => {
      const network = await this.#required();
      const { identity, clock, random, config } = this.#parts;
      const wanted = {
        memberName: name,
        expiresInMs: expiresSec * 1000,
        endpoints: network.inviteEndpoints(),
        controlPort: config.controlPort,
      };
      const { token, peer } = await identity.update((state) =>
        createInvite(state, network.roster, wanted, clock.wallNow(), random),
      );
      await network.syncInvites();
      return { name, token, expiresAt: peer.expiresAt };
    });
  }

  join({ token }: JoinRequest, emit: Emit<JoinProgress>, signal: AbortSignal): Promise<MembershipView> {
    return this.#inTurn(() => this.#join(token, emit, signal));
  }

  leave(): Promise<MembershipView> {
    return this.#inTurn(async () => {
      const { identity, clock, random, cache, device } = this.#parts;
      const view = this.#membershipView();
      const gone = leave(identity.state, clock.wallNow(), random);
      this.#isLeaving = true;
      try {
        await this.#sayFarewell(gone.records);
        await this.#stopNetwork();
        await device.down();
        await identity.update((state) => ({
          state: { ...gone.state, highestSequence: state.highestSequence },
        }));
        await rm(this.#registryPath(), { force: true });
        await cache.cache.retainMembers(new Set());
        this.#isRevoked = false;
      } finally {
        this.#isLeaving = false;
      }
      return view;
    });
  }

  revoke({ name }: MemberRequest): Promise<RevokedMember> {
    return this.#inTurn(async () => {
      const network = await this.#required();
      const { identity, clock, random } = this.#parts;
      const member = this.#memberNamed(network, name);
      const { records } = await identity.update((state) =>
        revoke(state, network.roster, member.id, clock.wallNow(), random),
      );
      await network.publish(records.map(({ bytes }) => bytes));
      return { name: member.name, id: member.id };
    });
  }

  async ping(request: PingRequest, emit: Emit<PingReply>, signal: AbortSignal): Promise<PingTarget> {
    const network = await this.#required();
    const member = this.#memberNamed(network, request.name);
    if (member.id === network.self) throw new AgentError("usage.invalid", `${member.name} is this host`);
    const { clock } = this.#parts;
    for (let seq = 1; request.count === 0 || seq <= request.count; seq++) {
      if (signal.aborted) break;
      const startedAt = clock.monotonicNow();
      const { type, endpoint, relay } = pathOf(network, member.id);
      const rttMs = await network.ping(member.id, request.timeoutMs, signal);
      emit({
        seq,
        rttMs: rttMs === undefined ? null : Math.round(rttMs * 1000) / 1000,
        path: { type, endpoint, relay },
      });
      const restMs = startedAt + request.intervalMs - clock.monotonicNow();
      if (seq !== request.count && restMs > 0) await sleep(clock, restMs, signal).catch(() => undefined);
    }
    return { name: member.name, address: member.address4 };
  }

  async cacheList(): Promise<readonly CachedPeer[]> {
    await this.#ready.promise;
    return cachedPeers(this.#cache.describe(), (id) => this.#nameOf(id));
  }

  async cacheShow({ name }: MemberRequest): Promise<CachedPeerDetail> {
    const id = await this.#cachedMember(name);
    return cachedDetail(id, this.#cache.describe(id), (other) => this.#nameOf(other));
  }

  async cacheForget({ name }: MemberRequest): Promise<ForgottenPeer> {
    const id = await this.#cachedMember(name);
    const rows = this.#cache.describe(id);
    await this.#cache.forget(id);
    const endpoints = rows.filter(({ type }) => type === "endpoint").length;
    return { name, endpoints, relays: rows.length - endpoints };
  }

  async cacheExport(): Promise<CacheDocument> {
    await this.#ready.promise;
    return JSON.parse(this.#cache.exportText()) as CacheDocument;
  }

  async cacheImport({ document }: CacheImportRequest): Promise<CacheImportResult> {
    const network = await this.#required();
    const members = new Set(this.#others(network).map(({ id }): string => id));
    const imported = this.#cache.importText(JSON.stringify(document), members);
    if (!imported.ok) {
      throw new AgentError("cache.invalid", `this is no exported cache: ${imported.reason}`, {
        hint: "give what hopwire cache export printed",
      });
    }
    return imported.value;
  }

  relayStart({ maxAllocations, ports }: RelayStartRequest): Promise<RelayStatus> {
    return this.#inTurn(async () => {
      const network = await this.#required();
      const relay = {
        volunteering: true,
        ...(maxAllocations === undefined ? {} : { maxAllocations }),
        ...(ports === undefined ? {} : { ports: { ...ports } }),
      };
      await this.#parts.identity.update((state) => ({ state: { ...state, relay } }));
      await network.volunteer(network.volunteerLimits());
      return this.#relayStatus(network);
    });
  }

  relayStop(): Promise<RelayStatus> {
    return this.#inTurn(async () => {
      const network = await this.#required();
      await this.#parts.identity.update((state) => ({
        state: { ...state, relay: { ...state.relay, volunteering: false } },
      }));
      await network.volunteer(undefined);
      return this.#relayStatus(network);
    });
  }

  async relayStatus(): Promise<RelayStatus> {
    return this.#relayStatus(await this.#required());
  }

  async relayList(): Promise<readonly KnownRelay[]> {
    return knownRelays(await this.#required());
  }

  async netcheck(): Promise<NetcheckReport> {
    return netcheckReport(await this.#required());
  }

  shutdown(): void {
    this.#parts.onShutdown();
  }

  /** Ends the network and takes down all that it made. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new AgentError("daemon.unreachable", "the agent is stopping"));
    await this.#last.catch(() => undefined);
    try {
      await this.#stopNetwork();
    } finally {
      await this.#parts.device.down();
    }
  }

  get #cache(): ConnectionCache {
    return this.#parts.cache.cache;
  }

  async #startNetwork(): Promise<void> {
    const { config, version, clock, random, log, run, identity, cache, device } = this.#parts;
    const membership = membershipOf(identity.state);
    const publicEndpoints = await resolveOwnEndpoints(
      [...config.endpoints, ...identity.state.endpoints],
      log,
    );
    const { registry, loaded } = await Registry.open({
      networkKey: new Uint8Array(Buffer.from(membership.networkKey, "base64")),
      ownId: identity.keys.id,
      file: new DurableFile(this.#registryPath()),
      clock,
      log: log.child({ component: "registry" }),
    });
    if (loaded.setAside !== undefined) {
      this.#warnings.push(
        `the registry file was damaged and is kept as ${loaded.setAside}; records come back from other members`,
      );
    }
    await cache.cache.retainMembers(new Set([...registry.roster.members.keys()]));
    const starting = Network.start({
      clock,
      random,
      log,
      run,
      identity,
      membership,
      cache: cache.cache,
      device,
      registry,
      settings: {
        listenPort: config.listenPort,
        controlPort: config.controlPort,
        mtu: config.mtu,
        backend: config.backend,
        publicEndpoints,
        relayLimits: config.relay,
        version,
      },
      // Joiners come while it still starts: they wait for it, since a refusal would be final.
      onRedeem: async (inviteId, body) => this.#onRedeem(await starting, inviteId, body),
      onRevoked: () => this.#onRevoked(),
    });
    this.#network = await starting;
  }

  /**
   * What a new membership begins with becomes durable before the membership does: after a crash between the two there is
   * a file that nobody reads, and not a member that knows no other.
   */
  async #keepRecords({ state, records }: Signed): Promise<void> {
    const { identity, clock, log } = this.#parts;
    await rm(this.#registryPath(), { force: true });
    const { registry } = await Registry.open({
      networkKey: rawOf(membershipOf(state).networkKey),
      ownId: identity.keys.id,
      file: new DurableFile(this.#registryPath()),
      clock,
      log,
    });
    await using _ = registry;
    await registry.publish(records.map(({ bytes }) => bytes));
  }

  /** A network that cannot be started was not made: the next `init` begins anew. */
  async #startOrForget(): Promise<void> {
    const { identity, device, log } = this.#parts;
    try {
      await this.#startNetwork();
    } catch (error) {
      await device.down().catch((cause: unknown) => log.warn({ err: cause }, "interface not removed"));
      await identity.update((state) => ({ state: { ...state, membership: undefined, endpoints: [] } }));
      await rm(this.#registryPath(), { force: true });
      throw error;
    }
  }

  async #stopNetwork(): Promise<void> {
    const network = this.#network;
    this.#network = undefined;
    await network?.[Symbol.asyncDispose]();
  }

  async #join(token: string, emit: Emit<JoinProgress>, signal: AbortSignal): Promise<MembershipView> {
    const { identity, clock, run, log, device, config, cache } = this.#parts;
    const { invite } = await identity.update((state) => beginJoin(state, token));
    const either = AbortSignal.any([signal, this.#stopping.signal]);
    try {
      const joined = await askForMembership(invite, redeemRequest(identity.state, invite), {
        device,
        run,
        clock,
        log,
        settings: config,
        progress: (text) => emit({ text }),
        signal: either,
      });
      if (!joined.ok) throw joinRefusal(joined.reason);
      const { answer, endpoint } = joined.value;
      const accepted = acceptRedeemed(identity.state, invite, answer, clock.wallNow());
      if (!accepted.ok) {
        throw new AgentError("invite.invalid", `the issuer's answer cannot be believed: ${accepted.reason}`, {
          hint: "ask for a new invite",
        });
      }
      emit({ text: "admitted; starting the network" });
      await this.#keepRecords(accepted.value);
      const issuer = accepted.value.records.find(
        ({ content }) => content.kind === "member" && content.wireguardKey === invite.issuerWireguardKey,
      );
      if (issuer?.content.kind === "member") {
        const peer = memberIdOf(issuer.content.identityKey);
        cache.cache.observeEndpoint({ peer, endpoint, kind: "host", source: "invite" });
        cache.cache.recordDirect({ peer, endpoint, outcome: "success" });
        // As durable as the membership: it may be the only way to anybody.
        await cache.cache.flush();
      }
      await identity.update(() => ({ state: accepted.value.state }));
      await this.#startNetwork();
      return this.#membershipView();
    } catch (error) {
      // Keys and token of a join that got no answer are kept: the answer may exist, and a repeat gets the same one.
      if (this.#network === undefined)
        await device.down().catch((cause: unknown) => log.warn({ err: cause }, "interface not removed"));
      if (error instanceof AgentError && error.code !== "network.unreachable") {
        await identity.update((state) => (state.membership === undefined ? giveUpJoin(state) : { state }));
      }
      throw error;
    }
  }

  #resumeJoin(): void {
    const token = this.#parts.identity.state.joining?.token;
    if (token === undefined) return;
    this.#parts.log.info({}, "going on with an interrupted join");
    this.join({ token }, () => undefined, this.#stopping.signal).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : "unknown";
      this.#parts.log.warn({ reason }, "the interrupted join did not succeed");
    });
  }

  async #onRedeem(network: Network, inviteId: string, body: Redeem): Promise<Redeemed | Failure> {
    const { identity, clock, log } = this.#parts;
    const invite = identity.state.membership?.invites.find(({ id }) => id === inviteId);
    if (invite === undefined) return failure("invite.unknown", "no such invite");
    const context = {
      roster: network.roster,
      sourceAddress4: invite.temporaryAddress4,
      introductions: introductionsOf(network.roster),
    };
    const request = { ...body, inviteId: invite.id };
    // Durable before it is answered: `update` resolves only then.
    const { redemption } = await identity.update((state) => {
      const result = redeem(state, request, { ...context, roster: network.roster }, clock.wallNow());
      return { state: result.state, redemption: result };
    });
    if (!redemption.ok) {
      log.info({ invite: inviteId.slice(0, 8), code: redemption.code }, "invite refused");
      return failure(redemption.code, "the invite cannot be redeemed");
    }
    await network.publish([redemption.answer.member]);
    log.info({ invite: inviteId.slice(0, 8), name: invite.memberName }, "invite redeemed");
    return { kind: "redeemed", ...redemption.answer };
  }

  #onRevoked(): void {
    if (this.#isLeaving || this.#isRevoked) return;
    this.#isRevoked = true;
    this.#parts.log.warn({}, "this member was revoked; the network is left");
    void this.#inTurn(async () => {
      await this.#stopNetwork();
      await this.#parts.device.down();
    });
  }

  async #sayFarewell(records: readonly SignedRecord[]): Promise<void> {
    if (this.#network === undefined) return;
    await this.#network.publish(records.map(({ bytes }) => bytes));
    await sleep(this.#parts.clock, FAREWELL_MS);
  }

  async #required(): Promise<Network> {
    await this.#ready.promise;
    if (this.#network === undefined) {
      if (this.#isRevoked) throw this.#revokedError();
      membershipOf(this.#parts.identity.state);
      throw new AgentError("network.none", "the network is not running", { hint: "see the agent's log" });
    }
    return this.#network;
  }

  #revokedError(): AgentError {
    return new AgentError("member.revoked", "this member was revoked", {
      hint: "run: hopwire leave; then join with a new invite",
    });
  }

  #membershipView(): MembershipView {
    const network = this.#network;
    const self = network?.roster.members.get(network.self);
    if (network !== undefined && self !== undefined)
      return { network: network.info.name, member: identityOf(self) };
    membershipOf(this.#parts.identity.state);
    const id = this.#parts.identity.keys.id;
    return { network: "", member: { name: "", id, address4: "", address6: "" } };
  }

  #relayStatus(network: Network): RelayStatus {
    const { clock } = this.#parts;
    return relayStatus(network, network.volunteerLimits(), clock.wallNow(), clock.monotonicNow());
  }

  #memberNamed(network: Network, name: string): RosterMember {
    const { members, memberByName } = network.roster;
    const found = memberByName.get(name) ?? members.get(name as MemberId);
    if (found !== undefined) return found;
    throw new AgentError("member.unknown", `no member is called ${JSON.stringify(name)}`, {
      hint: "see: hopwire peers",
    });
  }

  async #cachedMember(name: string): Promise<string> {
    await this.#ready.promise;
    const id = this.#network?.roster.memberByName.get(name)?.id ?? name;
    if (this.#cache.describe(id).length > 0 || this.#network?.roster.memberByName.has(name) === true)
      return id;
    throw new AgentError("member.unknown", `nothing is remembered of ${JSON.stringify(name)}`, {
      hint: "see: hopwire cache list",
    });
  }

  #nameOf(id: string): string | null {
    return this.#network?.roster.members.get(id as MemberId)?.name ?? null;
  }

  #others(network: Network): readonly RosterMember[] {
    return [...network.roster.members.values()].filter(({ id }) => id !== network.self);
  }

  #allWarnings(): readonly string[] {
    const revoked = this.#isRevoked
      ? ["this member was revoked: run hopwire leave, then join with a new invite"]
      : [];
    return [...this.#warnings, ...revoked, ...(this.#network?.warnings ?? [])];
  }

  async #usedPrefixes(): Promise<readonly Prefix[]> {
    const shown = await this.#parts.run("ip", ["-json", "-4", "route", "show", "table", "all"]);
    const destinations = parseRouteDestinations(shown.stdout);
    if (!destinations.ok) return [];
    return destinations.value.flatMap((text) => {
      const [address = "", length = "32"] = text.split("/");
      return /^[0-9.]+$/.test(address) ? [{ address, length: Number(length) }] : [];
    });
  }

  #registryPath(): string {
    return join(this.#parts.config.stateDir, "registry.json");
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.#ready.promise).then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** What helps a joiner to begin: the secret's commitment, and volunteers with their certificates; the rest comes by gossip. */
function introductionsOf(roster: Roster): readonly Uint8Array[] {
  const wanted: Uint8Array[] = roster.secret === undefined ? [] : [roster.secret.bytes];
  for (const { member, record } of roster.relays.values())
    wanted.push(member.certificate.bytes, record.bytes);
  let room = MAX_INTRODUCTION_BYTES;
  return wanted.filter(({ length }) => (room -= length) >= 0);
}

/** What an issuer says, in the words of the one who asked. */
function joinRefusal(reason: string): AgentError {
  const known: Readonly<Record<string, readonly [AgentErrorCode, string]>> = {
    "invite.used": ["invite.used", "the invite was used already, by another host"],
    "invite.expired": ["invite.expired", "the invite has expired"],
    "invite.unknown": ["invite.invalid", "the issuer does not know this invite"],
    "member.exists": ["invite.invalid", "the issuer has a member with this name or these keys already"],
    "member.revoked": ["member.revoked", "this host's identity was revoked"],
  };
  const [code, message] = known[reason] ?? ["invite.invalid", `the issuer refused: ${reason}`];
  return new AgentError(code, message, { hint: "ask for a new invite" });
}
