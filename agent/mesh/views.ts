import type { CacheRow } from "../../cache/describe.ts";
import { formatEndpoint, sameEndpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type {
  AvoidedPath,
  CachedEndpoint,
  CachedExperience,
  CachedPeer,
  CachedPeerDetail,
  CachedRelay,
  HeldRelayToken,
  Invite,
  KnownRelay,
  MemberIdentity,
  OpenInvite,
  PeerPath,
  PeerStatus,
  RelayStatus,
  Status,
} from "../admin/contract.ts";
import type { IssuedInvite } from "../identity/state.ts";
import { reasonToRelay } from "../nat/expectation.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import type { WgInterface } from "../wireguard/dump.ts";
import type { HeldToken } from "./held-tokens.ts";
import { shownType, type PathInfo } from "./mesh-peer.ts";
import { figuresOf } from "./peer-detail.ts";
import type { InviteWays } from "./invite-keeper.ts";
import type { Network } from "./network.ts";

export function identityOf({ name, id, address4, address6 }: RosterMember): MemberIdentity {
  return { name, id, address4, address6 };
}

export function inviteWaysView(
  { ways, relayed, isReachable }: InviteWays,
  { members }: Roster,
): Pick<Invite, "ways" | "warnings"> {
  const nameOf = (relay: MemberId): string => members.get(relay)?.name ?? relay;
  const views = ways.map(({ endpoint }) => {
    const relay = relayed.find((one) => sameEndpoint(one.endpoint, endpoint))?.relay;
    return { endpoint: formatEndpoint(endpoint), relay: relay === undefined ? null : nameOf(relay) };
  });
  const warnings = isReachable
    ? []
    : [
        "this host may not be reached from other networks, and no volunteer relays to it: run hopwire relay start on a host with a public address, and make a new invite",
      ];
  return { ways: views, warnings };
}

export function openInviteView(invite: IssuedInvite, { members }: Roster): OpenInvite {
  const { memberName, isAdmin, expiresAt, relays = [] } = invite;
  return {
    name: memberName,
    admin: isAdmin,
    expiresAt,
    relays: relays.map((relay) => members.get(relay)?.name ?? null),
  };
}

export function statusOf(
  network: Network | undefined,
  warnings: readonly string[],
  { version, config }: { version: string; config: { interface: string; listenPort: number } },
): Status {
  const types =
    network === undefined
      ? []
      : [...network.roster.members.keys()]
          .filter((id) => id !== network.self)
          .map((id) => pathOf(network, id).type);
  return {
    version,
    network: network?.info.name ?? null,
    member: network === undefined ? null : ownIdentity(network),
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
    dht: dhtOf(network),
    warnings,
  };
}

function dhtOf(network: Network | undefined): Status["dht"] {
  const report = network?.discovery.dht;
  if (network === undefined || report === undefined) return null;
  const { nodes, published, isFull, lookedAt, found } = report;
  const nameOf = (member: MemberId): string => network.roster.members.get(member)?.name ?? member;
  return {
    nodes: nodes ?? null,
    published: published === undefined ? null : { publishedAt: published.at, nodes: published.nodes },
    full: isFull,
    lookedAt: lookedAt ?? null,
    found: found === undefined ? null : { foundAt: found.at, name: nameOf(found.member) },
  };
}

/** Also where the roster prefers another's claim. */
function ownIdentity({ roster, self, certificate }: Network): MemberIdentity {
  const { name, address4, address6 } = roster.members.get(self) ?? certificate;
  return { name, id: self, address4, address6 };
}

export function pathOf(network: Network, id: MemberId): PeerPath {
  const found = network.connector.pathOf(id);
  const type = found === undefined ? "none" : shownType(found.path.tag);
  if (found === undefined || type === "none") {
    return {
      type: "none",
      endpoint: null,
      relay: null,
      sinceMs: found?.since ?? null,
      rttMs: null,
      loss: null,
      reason: null,
      avoided: null,
    };
  }
  const { path, since, rttMs } = found;
  const avoided = avoidedPath(found);
  const isForNats = type === "relayed" && avoided === null;
  const endpoint = path.tag === "direct" ? path.endpoint : path.leg?.endpoint;
  const relay =
    type === "relayed" && path.leg !== undefined ? network.roster.members.get(path.leg.relay) : undefined;
  return {
    type,
    endpoint: endpoint === undefined ? null : formatEndpoint(endpoint),
    relay: relay?.name ?? null,
    sinceMs: since,
    rttMs: rttMs === undefined ? null : Math.round(rttMs * 100) / 100,
    loss: found.loss ?? null,
    reason: isForNats ? (reasonToRelay(network.paths.nat, network.paths.natOf(id) ?? {}) ?? null) : null,
    avoided,
  };
}

function avoidedPath({ path, direct }: PathInfo): AvoidedPath | null {
  const avoided = path.tag === "relayed" ? path.avoided : undefined;
  if (avoided === undefined) return null;
  const { rttMs, loss } = figuresOf(direct);
  return { endpoint: formatEndpoint(avoided.endpoint), worseBy: avoided.worseBy, rttMs, loss };
}

export function peerStatuses(
  network: Network,
  dump: WgInterface | undefined,
  wallNow: number,
): readonly PeerStatus[] {
  return [...network.roster.members.values()]
    .filter(({ id }) => id !== network.self)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((member) => {
      const seen = dump?.peerByKey.get(member.wireguardKey);
      const handshakeAt = seen?.latestHandshakeAt;
      return {
        ...identityOf(member),
        path: pathOf(network, member.id),
        handshakeAgeSec:
          handshakeAt === undefined ? null : Math.max(0, Math.round((wallNow - handshakeAt) / 1000)),
        rxBytes: Number(seen?.rxBytes ?? 0n),
        txBytes: Number(seen?.txBytes ?? 0n),
      };
    });
}

export function relayStatus(network: Network, wallNow: number, monotonicNow: number): RelayStatus {
  const { limits, current } = network.volunteer;
  const nameOf = (id: MemberId): string => network.roster.members.get(id)?.name ?? id;
  return {
    volunteering: current !== undefined,
    endpoints: current === undefined ? [] : network.publicEndpoints.map(formatEndpoint),
    ports: limits.ports,
    maxAllocations: limits.maxAllocations,
    forwarder: current?.forwarderKind ?? null,
    allocations: (current?.status() ?? []).map(({ allocation, forwarder }) => ({
      id: allocation.id,
      members: [nameOf(allocation.pair[0].memberId), nameOf(allocation.pair[1].memberId)],
      port: forwarder?.port ?? 0,
      expiresAt: Math.round(wallNow + allocation.expiresAt - monotonicNow),
      bytes: (forwarder?.counters.a.rxBytes ?? 0) + (forwarder?.counters.b.rxBytes ?? 0),
    })),
  };
}

export function knownRelays(network: Network): readonly KnownRelay[] {
  const used = new Set([...network.paths.relaysInUse, ...network.connected]);
  return [...network.roster.relays].map(([id, { member, record }]) => {
    const { capacity, load, endpoints } = record.content;
    return {
      name: member.name,
      id,
      endpoints: endpoints.map(({ endpoint }) => formatEndpoint(endpoint)),
      inUse: used.has(id),
      rttMs: id === network.self ? 0 : (network.connector.pathOf(id)?.rttMs ?? null),
      allocations: Math.round(load * capacity),
      maxAllocations: capacity,
      tokens: network.paths.heldTokens
        .filter(({ relay }) => relay === id)
        .map((held) => heldToken(network, held)),
    };
  });
}

export function heldToken(
  { roster }: Pick<Network, "roster">,
  { relay, peer, expiresAtSec, refusal, ...terms }: HeldToken,
): HeldRelayToken {
  const nameOf = (id: MemberId): string => roster.members.get(id)?.name ?? id;
  return {
    ...terms,
    relay: nameOf(relay),
    peer: nameOf(peer),
    expiresAt: expiresAtSec * 1000,
    refusal: refusal ?? null,
  };
}

type NameOf = (id: string) => string | null;

/** One for each peer, in the rows' order. */
export function cachedPeers(rows: readonly CacheRow[], nameOf: NameOf): readonly CachedPeer[] {
  const ids = [...new Set(rows.map(({ peer }) => peer))];
  return ids.map((id) => {
    const { name, endpoints, relays } = cachedDetail(id, rows, nameOf);
    const [best] = endpoints;
    const ages = [...endpoints, ...relays].flatMap(({ lastSuccessAgeMs }) => lastSuccessAgeMs ?? []);
    return {
      name,
      id,
      endpoints: endpoints.length,
      relays: relays.length,
      lastSuccessAgeMs: ages.length === 0 ? null : Math.min(...ages),
      best: best === undefined ? null : { endpoint: best.endpoint, kind: best.kind, score: best.score.total },
    };
  });
}

export function cachedDetail(id: string, rows: readonly CacheRow[], nameOf: NameOf): CachedPeerDetail {
  const own = rows.filter(({ peer }) => peer === id);
  return {
    name: nameOf(id),
    id,
    endpoints: own.flatMap((row): CachedEndpoint[] => {
      if (row.type !== "endpoint") return [];
      const { endpoint, kind, source, relay } = row;
      return [{ endpoint, kind, source, relay: relay ?? null, ...experience(row) }];
    }),
    relays: own.flatMap((row): CachedRelay[] => {
      if (row.type !== "relay") return [];
      return [{ name: nameOf(row.relay), id: row.relay, bytes: row.bytes, ...experience(row) }];
    }),
  };
}

function experience(row: CacheRow): CachedExperience {
  const { attempts, successes, failures, firstSeenAgeMs, lastSeenAgeMs, score } = row;
  return {
    attempts,
    successes,
    failures,
    firstSeenAgeMs,
    lastSeenAgeMs,
    lastOutcome: row.lastOutcome ?? null,
    lastSuccessAgeMs: row.lastSuccessAgeMs ?? null,
    rttMs: row.rttMs ?? null,
    loss: row.loss ?? null,
    score: { total: score.total, parts: score.parts },
  };
}
