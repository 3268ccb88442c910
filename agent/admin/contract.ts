import type { RelayTier } from "../../protocol/relay-token.ts";
import type { PortRange } from "../config/port-range.ts";
import type { AllocationEvent, AllocationList, EndedAllocation, RelayStats } from "./relay-schemas.ts";

/**
 * What the daemon offers to the command line and, later, to the web page. `status` and `peers` are a published contract:
 * outside tools read them by `--json`. Everything here is plain JSON: `null` where a value is unknown, bytes as numbers
 * (exact to 8 PiB), points in time (`...At`, `sinceMs`) as milliseconds since the Unix epoch.
 */
export type AgentApi = {
  status(): Promise<Status>;
  peers(): Promise<readonly PeerStatus[]>;
  /** Errors: member.unknown, usage.invalid (this host itself). */
  peerShow(request: MemberRequest): Promise<PeerDetail>;
  /** Errors: network.exists, rights.missing, interface.*, port.taken. */
  init(request: InitRequest): Promise<Membership>;
  /** Errors: network.none, rights.missing (not an admin), usage.invalid (the name is taken). */
  invite(request: InviteRequest): Promise<Invite>;
  /** Those that this host has made and a host can still join by. Errors: network.none. */
  inviteList(): Promise<readonly OpenInvite[]>;
  /** Its token is good for nothing from now on. Errors: network.none, member.unknown, member.exists (somebody joined by it). */
  inviteWithdraw(request: MemberRequest): Promise<OpenInvite>;
  /** Takes seconds, so it tells what it is at. Errors: invite.*, network.exists, network.unreachable. */
  join(request: JoinRequest, emit: Emit<JoinProgress>, signal: AbortSignal): Promise<Membership>;
  /** Forgets the network and removes the interface; the agent goes on without a network. */
  leave(): Promise<Membership>;
  revoke(request: MemberRequest): Promise<RevokedMember>;
  /** Errors: rights.missing, member.unknown, member.exists. */
  rename(request: RenameRequest): Promise<RenamedMember>;
  /**
   * New keys for this host, with the same name and addresses; resolves when the old ones are of no use any more. Errors:
   * network.unreachable (no admin has certified them yet: it goes on by itself).
   */
  rotateKeys(): Promise<Membership>;
  /** Emits one reply per ping, also for a lost one, and resolves after the last. Stops when `signal` aborts. */
  ping(request: PingRequest, emit: Emit<PingReply>, signal: AbortSignal): Promise<PingTarget>;
  cacheList(): Promise<readonly CachedPeer[]>;
  cacheShow(request: MemberRequest): Promise<CachedPeerDetail>;
  cacheForget(request: MemberRequest): Promise<ForgottenPeer>;
  /** The document that `cacheImport` takes; its schema belongs to the cache. */
  cacheExport(): Promise<CacheDocument>;
  /** Merges; errors: cache.invalid, state.newer. */
  cacheImport(request: CacheImportRequest): Promise<CacheImportResult>;
  /** Volunteers from now on, also after a restart. Limits that are not given come from the configuration. */
  relayStart(request: RelayStartRequest): Promise<RelayStatus>;
  relayStop(): Promise<RelayStatus>;
  relayStatus(): Promise<RelayStatus>;
  /** Mints one for a pair. Errors: member.unknown, usage.invalid (another's relay, and this host is no end of the pair). */
  relayToken(request: RelayTokenRequest): Promise<MintedRelayToken>;
  /** Shows it to its relay from now on, also after a restart. Errors: token.invalid. */
  relayUseToken(request: RelayUseTokenRequest): Promise<HeldRelayToken>;
  /** The volunteers that this member knows. */
  relayList(): Promise<readonly KnownRelay[]>;
  relayBootstrapList(): Promise<readonly BootstrapVolunteer[]>;
  /** The list with it. Errors: member.unknown, usage.invalid (this host itself, or too many). */
  relayBootstrapAdd(request: BootstrapRequest): Promise<readonly BootstrapVolunteer[]>;
  /** The list without it. Errors: member.unknown, usage.invalid (it is the configuration's). */
  relayBootstrapRemove(request: MemberRequest): Promise<readonly BootstrapVolunteer[]>;
  relayExplain(request: MemberRequest): Promise<RelayExplanation>;
  /** The pairs that this host relays for, with all that is counted. */
  relayAllocations(): Promise<AllocationList>;
  /** A snapshot, and then what changes; rejects with the signal's reason. */
  relayWatch(emit: Emit<AllocationEvent>, signal: AbortSignal): Promise<never>;
  /** Both ends are told, and may ask again. Errors: allocation.unknown. */
  relayEnd(request: AllocationRequest): Promise<EndedAllocation>;
  relayStats(): Promise<RelayStats>;
  /** Asks every known STUN server and volunteer, and looks what the NAT does; takes up to some 15 s. */
  netcheck(): Promise<NetcheckReport>;
  /**
   * Takes up to 5 min, and emits whenever a mapping that nothing passes has lived so long. Errors: relay.unavailable. Stops
   * when `signal` aborts.
   */
  netcheckLifetime(emit: Emit<LifetimeStep>, signal: AbortSignal): Promise<NetcheckLifetime>;
  /** Called after the answer has left: starts the clean stop and does not wait for it. */
  shutdown(): void;
};

/** Hands one event of a streaming operation to the caller; never throws and never blocks. */
export type Emit<Event> = (event: Event) => void;

export type MemberIdentity = {
  readonly name: string;
  readonly id: string;
  readonly address4: string;
  readonly address6: string;
};

export type Status = {
  readonly version: string;
  /** The network's name; null before `init` or `join`. */
  readonly network: string | null;
  readonly member: MemberIdentity | null;
  readonly interface: {
    readonly name: string;
    /** "kernel" or "wireguard-go"; null while there is no interface. */
    readonly backend: string | null;
    readonly listenPort: number;
  };
  readonly relay: { readonly volunteering: boolean };
  readonly peers: {
    readonly total: number;
    readonly direct: number;
    readonly relayed: number;
    readonly none: number;
  };
  /** Discovery by a public DHT; null where it is off, and before `init` or `join`. */
  readonly dht: DhtStatus | null;
  /** Sentences for the operator: what is degraded and what to do. */
  readonly warnings: readonly string[];
};

export type DhtStatus = {
  /** That answered when it was asked last; null where it was not asked yet. */
  readonly nodes: number | null;
  /** Where this host was written last, for others to find; null where it was not, as when nobody could reach it. */
  readonly published: { readonly publishedAt: number; readonly nodes: number } | null;
  /** Others are to be found in all places, and this host need not be. */
  readonly full: boolean;
  readonly lookedAt: number | null;
  /** The member that was found last. */
  readonly found: { readonly foundAt: number; readonly name: string } | null;
};

export type PathType = "direct" | "relayed" | "none";

export type PeerPath = {
  readonly type: PathType;
  /** Where WireGuard sends now, "192.0.2.1:51820" or "[2001:db8::1]:51820". */
  readonly endpoint: string | null;
  /** Name of the volunteer. */
  readonly relay: string | null;
  /** When the path became what it is (Unix epoch). */
  readonly sinceMs: number | null;
  readonly rttMs: number | null;
  /** Share of the round trips that brought no answer, 0 to 1; of some thirty. */
  readonly loss: number | null;
  /** Why a relayed path is not direct, for a while or for good, where the NATs are why: one sentence without a full stop. */
  readonly reason: string | null;
  /** A direct path that works and is not used, as the relay is better; null where there is none. */
  readonly avoided: AvoidedPath | null;
};

export type AvoidedPath = {
  readonly endpoint: string;
  readonly worseBy: "loss" | "rtt";
  readonly rttMs: number | null;
  readonly loss: number | null;
};

/** Of the last probes of a way, 32 at most: median of the round trips, mean difference from one to the next, share that was lost. */
export type PathFigures = {
  readonly rttMs: number | null;
  readonly jitterMs: number | null;
  readonly loss: number | null;
  readonly probes: number;
};

export type PathChange = {
  readonly atMs: number;
  readonly from: PathType;
  readonly to: PathType;
  /** A few words. */
  readonly why: string;
};

/** `rttMs` is the mean of those that were answered. */
export type ProbeSample = { readonly probes: number; readonly lost: number; readonly rttMs: number | null };

/** What was probed in a quarter of a minute from `atMs` on; null where nothing was. */
export type PathSample = {
  readonly atMs: number;
  readonly direct: ProbeSample | null;
  /** From this host to the relay. */
  readonly leg: ProbeSample | null;
};

/** Both lists oldest first: the last 16 changes, and samples of the last quarter of an hour. */
export type PeerDetail = PeerStatus & {
  readonly direct: PathFigures & { readonly endpoint: string | null };
  /** From end to end: the sum of what both ends measure to the relay. */
  readonly relayed: PathFigures & { readonly relay: string | null };
  readonly changes: readonly PathChange[];
  readonly samples: readonly PathSample[];
};

export type PeerStatus = MemberIdentity & {
  readonly path: PeerPath;
  readonly handshakeAgeSec: number | null;
  readonly rxBytes: number;
  readonly txBytes: number;
};

export type InitRequest = {
  readonly network: string;
  /** This member's name: a DNS label. */
  readonly name: string;
  /** "100.80.0.0/16"; the agent picks one that no local route uses where it is not given. */
  readonly prefix: string | undefined;
  /** "host:port"; own public endpoints, beside those of the configuration. */
  readonly endpoints: readonly string[];
};

export type Membership = { readonly network: string; readonly member: MemberIdentity };

export type InviteRequest = {
  readonly name: string;
  readonly expiresSec: number;
  /** The new member may invite, revoke and certify others. Only the founder's host can say so. */
  readonly admin?: boolean;
};
export type Invite = {
  readonly name: string;
  readonly token: string;
  readonly expiresAt: number;
  /** To this host, in the order in which the joiner tries them. */
  readonly ways: readonly InviteWay[];
  /** Sentences for the operator: why the token may not work. */
  readonly warnings: readonly string[];
};
/** `relay` is the name of the volunteer whose port it is; null: this host's own. */
export type InviteWay = { readonly endpoint: string; readonly relay: string | null };

/** The token itself is nowhere but with whom it was given to. */
export type OpenInvite = {
  /** Of the new member. */
  readonly name: string;
  readonly admin: boolean;
  readonly expiresAt: number;
  /** The volunteers that relay to this host for it; null where one is no longer known. */
  readonly relays: readonly (string | null)[];
};

export type JoinRequest = { readonly token: string };
/** One sentence without a full stop: "asking alice for membership through relay carol". */
export type JoinProgress = { readonly text: string };

export type MemberRequest = { readonly name: string };
export type RenameRequest = { readonly name: string; readonly to: string };
export type RenamedMember = { readonly name: string; readonly before: string; readonly id: string };
export type RevokedMember = { readonly name: string; readonly id: string };

export type PingRequest = {
  readonly name: string;
  /** 0: until the caller goes. */
  readonly count: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
};
export type PingReply = {
  /** From 1. */
  readonly seq: number;
  /** Null: no answer within the time-out. */
  readonly rttMs: number | null;
  /** The path at the moment it was sent. */
  readonly path: Pick<PeerPath, "type" | "endpoint" | "relay">;
};
export type PingTarget = { readonly name: string; readonly address: string };

export type CachedPeer = {
  /** Null where the roster no longer knows the id. */
  readonly name: string | null;
  readonly id: string;
  readonly endpoints: number;
  readonly relays: number;
  readonly lastSuccessAgeMs: number | null;
  readonly best: { readonly endpoint: string; readonly kind: string; readonly score: number } | null;
};

/** `parts` are the factors whose product is `total`, by name. */
export type CachedScore = { readonly total: number; readonly parts: Readonly<Record<string, number>> };

/** Ages are negative where an entry's time lies in the future: the clock was wrong, then or now. */
export type CachedExperience = {
  readonly attempts: number;
  readonly successes: number;
  readonly failures: number;
  readonly lastOutcome: string | null;
  readonly firstSeenAgeMs: number;
  readonly lastSeenAgeMs: number;
  readonly lastSuccessAgeMs: number | null;
  readonly rttMs: number | null;
  readonly loss: number | null;
  readonly score: CachedScore;
};

export type CachedEndpoint = CachedExperience & {
  readonly endpoint: string;
  readonly kind: string;
  /** Who told us. */
  readonly source: string;
  /** The volunteer behind a relayed endpoint. */
  readonly relay: string | null;
};

export type CachedRelay = CachedExperience & {
  readonly name: string | null;
  readonly id: string;
  /** Both ways together. */
  readonly bytes: number;
};

/** Both lists best first, in the order in which they are dialled. */
export type CachedPeerDetail = {
  readonly name: string | null;
  readonly id: string;
  readonly endpoints: readonly CachedEndpoint[];
  readonly relays: readonly CachedRelay[];
};

export type ForgottenPeer = { readonly name: string; readonly endpoints: number; readonly relays: number };
export type CacheDocument = Readonly<Record<string, unknown>>;
export type CacheImportRequest = { readonly document: CacheDocument };
/** In entries: endpoints and relays of a peer. */
export type CacheImportResult = { readonly added: number; readonly ignored: number };

export type RelayStartRequest = {
  readonly maxAllocations: number | undefined;
  readonly ports: PortRange | undefined;
};

export type AllocationRequest = { readonly id: string };

export type RelayAllocation = {
  readonly id: string;
  readonly members: readonly [string, string];
  readonly port: number;
  readonly expiresAt: number;
  /** Both ways together. */
  readonly bytes: number;
};

export type RelayStatus = {
  readonly volunteering: boolean;
  readonly endpoints: readonly string[];
  readonly ports: PortRange;
  readonly maxAllocations: number;
  /** Who moves the packets now; null where it does not volunteer. */
  readonly forwarder: "kernel" | "userspace" | null;
  readonly allocations: readonly RelayAllocation[];
};

export type RelayTokenRequest = {
  /** Member's name; undefined: this host. */
  readonly relay: string | undefined;
  readonly pair: readonly [string, string];
  readonly tier: RelayTier;
  /** 0: the tier's own. */
  readonly bandwidthBps: number;
  readonly quotaBytes: number;
  readonly lifetimeSec: number;
};

type RelayTokenTerms = {
  /** Name of the volunteer. */
  readonly relay: string;
  readonly tier: RelayTier;
  /** 0: the tier's own. */
  readonly bandwidthBps: number;
  readonly quotaBytes: number;
  readonly expiresAt: number;
};

export type MintedRelayToken = RelayTokenTerms & {
  readonly pair: readonly [string, string];
  readonly token: string;
};

export type RelayUseTokenRequest = { readonly token: string };

/** A token that this host was given. */
export type HeldRelayToken = RelayTokenTerms & {
  readonly peer: string;
  /** Why it does not count now; null where it does. */
  readonly refusal: string | null;
};

export type KnownRelay = {
  readonly name: string;
  readonly id: string;
  readonly endpoints: readonly string[];
  /** Whether we hold a control connection to it or send through it. */
  readonly inUse: boolean;
  readonly rttMs: number | null;
  readonly allocations: number | null;
  readonly maxAllocations: number | null;
  readonly tokens: readonly HeldRelayToken[];
};

/** `endpoints`: "host:port". */
export type BootstrapRequest = { readonly name: string; readonly endpoints: readonly string[] };

/** A volunteer that is asked where nothing else is known. */
export type BootstrapVolunteer = {
  /** Null where this host knows no such member. */
  readonly name: string | null;
  readonly id: string | null;
  /** Name or id, as it was given. */
  readonly given: string;
  readonly origin: "configuration" | "command";
  /** "host:port", as given. */
  readonly endpoints: readonly string[];
  /** What these lead to now, and where its signed records last said that it is. */
  readonly looksAt: readonly string[];
  readonly volunteering: boolean;
  readonly path: PathType;
};

/** Which volunteers would be asked to relay to a peer, in their order, then those that would not, and why. */
export type RelayExplanation = { readonly peer: string; readonly relays: readonly ExplainedRelay[] };

export type ExplainedRelay = {
  readonly name: string;
  readonly id: string;
  /** From 1; null: it is not asked. */
  readonly place: number | null;
  /** What decided its place: "pinned", "spread", "less-loaded", "score", or why it is not asked. */
  readonly reason: string;
  /** What it does for this peer now. */
  readonly role: "carries" | "stands-by" | null;
  /** The product of its parts. */
  readonly score: number;
  /** By name, each above 0 and at most 1. */
  readonly parts: Readonly<Record<string, number>>;
  readonly ownRttMs: number | null;
  /** As the peer told. */
  readonly peerRttMs: number | null;
  /** Of our own round trips to it: 0 to 1. */
  readonly loss: number | null;
  /** "answers", "silent", "dead" or "unknown", measured from here. */
  readonly health: string;
  /** As announced: 0 to 1. */
  readonly load: number;
  readonly capacity: number;
  /** Of one allocation; 0 is "not limited". */
  readonly bandwidthBps: number;
  readonly quotaBytes: number;
  readonly forwarder: string | null;
  readonly region: string;
  /** Cron expression, in the volunteer's time; "" is not said. */
  readonly schedule: string;
  /** Whom it serves; empty is not said. */
  readonly allow: readonly string[];
  /** Whose experience the last part rests on: "this-peer", "other-peers" or "untried". */
  readonly experience: string;
};

/** RFC 4787, section 4.1; "open": a local address is the mapped one. */
export type MappingBehaviour = "open" | "endpoint-independent" | "endpoint-dependent" | "unknown";

/** Nearest first, and at the end those that did not answer. */
export type NetcheckServer = {
  /** "203.0.113.1:3478". */
  readonly server: string;
  /** The member's name; null for a server of the configuration. */
  readonly name: string | null;
  /** Null: it did not answer. */
  readonly mapped: string | null;
  readonly rttMs: number | null;
};

/** What the NAT or firewall in front of this host does (RFC 4787); the stricter kind where tests could not tell. */
export type NetcheckBehaviour = {
  readonly mapping:
    "open" | "endpoint-independent" | "address-dependent" | "address-and-port-dependent" | "unknown";
  readonly filtering: "endpoint-independent" | "address-dependent" | "address-and-port-dependent" | "unknown";
  /** How outside ports are given out. */
  readonly ports: "preserving" | "delta-preserving" | "sequential" | "random" | "unknown";
  /** Outside port less inside port where "delta-preserving", from one mapping to the next where "sequential"; else 0. */
  readonly portStep: number;
  readonly hairpin: "yes" | "no" | "unknown";
};

/** One test of RFC 5780 and what came of it. */
export type NetcheckEvidence = {
  readonly test:
    | "mapped"
    | "second-port"
    | "second-address"
    | "answer-from-port"
    | "hairpin"
    | "answer-from-address"
    | "fresh-mapping";
  /** Member's name, or the address of a server of the configuration. */
  readonly server: string;
  /** The port of this host that asked: WireGuard's, or one that was opened for this. */
  readonly localPort: number;
  readonly to: string;
  /** Null: nothing came. */
  readonly answeredFrom: string | null;
  readonly mapped: string | null;
};

export type NetcheckFamily = {
  readonly family: "ipv4" | "ipv6";
  /** Of this host. */
  readonly addresses: readonly string[];
  /** Whether any server answered; null where none was asked. */
  readonly udp: boolean | null;
  readonly behaviour: NetcheckBehaviour;
  /** Since the tests; null where there were none. */
  readonly ageMs: number | null;
  readonly evidence: readonly NetcheckEvidence[];
  /** A sentence without a full stop. */
  readonly expectation: string;
};

export type LifetimeStep = { readonly aliveSec: number };

/** Of a mapping of this host's NAT, or of its firewall's memory. */
export type NetcheckLifetime = {
  /** The volunteer. */
  readonly server: string;
  readonly atLeastSec: number;
  /** Null: longer than is looked. */
  readonly belowSec: number | null;
};

/** What this host's and the peer's NAT come to, where the peer has told of its own. */
export type NetcheckPeer = { readonly name: string; readonly expected: "direct" | "relayed" | "unknown" };

/** Of the default gateway. */
export type NetcheckPortMapping = {
  readonly gateway: string | null;
  readonly protocols: readonly {
    readonly protocol: MappingProtocol;
    /** Null: not known yet, or not asked. */
    readonly found: boolean | null;
    /** Why it was not found or does not map: a fixed word. */
    readonly reason: string | null;
  }[];
  readonly mapping: { readonly protocol: MappingProtocol; readonly endpoint: string } | null;
  /** The volunteer that reached it from outside; only then it is announced. */
  readonly verifiedBy: string | null;
  /** Why it is not announced; null where it is, or where there is no mapping. */
  readonly unverified: string | null;
};

export type MappingProtocol = "pcp" | "nat-pmp" | "upnp-igd";

export type NetcheckReport = {
  readonly mapping: MappingBehaviour;
  readonly families: readonly NetcheckFamily[];
  readonly peers: readonly NetcheckPeer[];
  /** Null: it is off. */
  readonly portMapping: NetcheckPortMapping | null;
  readonly servers: readonly NetcheckServer[];
  readonly localAddresses: readonly string[];
  readonly warnings: readonly string[];
};
