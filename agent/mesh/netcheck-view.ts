import { familyOf, formatEndpoint, type AddressFamily } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type {
  Emit,
  LifetimeStep,
  NetcheckEvidence,
  NetcheckFamily,
  NetcheckLifetime,
  NetcheckPeer,
  NetcheckPortMapping,
  NetcheckReport,
} from "../admin/contract.ts";
import { UNKNOWN_BEHAVIOUR, type Observation } from "../nat/behaviour.ts";
import { expectationOf, outcomeOfPair } from "../nat/expectation.ts";
import { MAPPING_PROTOCOLS } from "../nat/port-mapping/protocol.ts";
import type { Network } from "./network.ts";
import type { Netcheck } from "./paths.ts";

export async function netcheckReport(network: Network, now: () => MonotonicMs): Promise<NetcheckReport> {
  const found = await network.paths.netcheck();
  const { servers, addresses } = found;
  return {
    mapping: coarse(found),
    families: (["ipv4", "ipv6"] as const).map((family) => familyReport(network, found, family, now())),
    peers: expectedPeers(network),
    servers: servers
      .map(({ server, mapped, rttMs }) => ({
        server: formatEndpoint(server.endpoint),
        name: network.roster.members.get(server.server as MemberId)?.name ?? null,
        mapped: mapped === undefined ? null : formatEndpoint(mapped),
        rttMs: rttMs ?? null,
      }))
      .toSorted((a, b) => (a.rttMs ?? Infinity) - (b.rttMs ?? Infinity) || 0),
    portMapping: netcheckPortMapping(network),
    localAddresses: addresses,
    warnings: network.warnings,
  };
}

/** Throws AgentError `relay.unavailable`. */
export async function netcheckLifetime(
  network: Network,
  emit: Emit<LifetimeStep>,
  signal: AbortSignal,
): Promise<NetcheckLifetime> {
  const { server, lifetime } = await network.paths.lookAtLifetime((aliveSec) => emit({ aliveSec }), signal);
  return {
    server: network.roster.members.get(server as MemberId)?.name ?? server,
    atLeastSec: lifetime.atLeastSec,
    belowSec: lifetime.belowSec ?? null,
  };
}

/** Of IPv4, as it was told before filtering was. */
function coarse({ mapping, findings }: Netcheck): NetcheckReport["mapping"] {
  const found = findings.get("ipv4")?.behaviour.mapping ?? "unknown";
  switch (found) {
    case "unknown":
      return mapping;
    case "open":
    case "endpoint-independent":
      return found;
    case "address-dependent":
    case "address-and-port-dependent":
      return "endpoint-dependent";
  }
}

function familyReport(
  network: Network,
  { servers, addresses, findings }: Netcheck,
  family: AddressFamily,
  now: MonotonicMs,
): NetcheckFamily {
  const asked = servers.filter(({ server }) => familyOf(server.endpoint.address) === family);
  const found = findings.get(family);
  const behaviour = found?.behaviour ?? UNKNOWN_BEHAVIOUR;
  const answered = asked.some(({ mapped }) => mapped !== undefined);
  return {
    family,
    addresses: addresses.filter((address) => familyOf(address) === family),
    udp: asked.length === 0 ? null : answered,
    behaviour,
    ageMs: found === undefined ? null : Math.round(now - found.at),
    evidence: (found?.seen ?? []).map((seen) => evidenceOf(network, seen)),
    expectation:
      asked.length === 0 ? "not known: no server to ask" : expectationOf(family, behaviour, answered),
  };
}

function evidenceOf(
  { roster }: Network,
  { test, server, localPort, to, answer }: Observation,
): NetcheckEvidence {
  return {
    test,
    server: roster.members.get(server as MemberId)?.name ?? server,
    localPort,
    to: formatEndpoint(to),
    answeredFrom: answer === undefined ? null : formatEndpoint(answer.from),
    mapped: answer?.mapped === undefined ? null : formatEndpoint(answer.mapped),
  };
}

function expectedPeers(network: Network): readonly NetcheckPeer[] {
  return [...network.roster.members.values()]
    .flatMap(({ id, name }) => {
      const nat = network.paths.natOf(id);
      return id === network.self || nat === undefined
        ? []
        : [{ name, expected: outcomeOfPair(network.paths.nat, nat) }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function netcheckPortMapping(network: Network): NetcheckPortMapping | null {
  const report = network.portMapping;
  if (report === undefined) return null;
  const { gateway, standings, mapping, verifiedBy, unverified } = report;
  return {
    gateway: gateway ?? null,
    protocols: MAPPING_PROTOCOLS.map((protocol) => {
      const standing = standings[protocol];
      return {
        protocol,
        found: standing.tag === "unknown" ? null : standing.tag === "present",
        reason: standing.tag === "refused" ? standing.reason : null,
      };
    }),
    mapping:
      mapping === undefined
        ? null
        : { protocol: mapping.protocol, endpoint: formatEndpoint(mapping.external) },
    verifiedBy:
      verifiedBy === undefined ? null : (network.roster.members.get(verifiedBy)?.name ?? verifiedBy),
    unverified: unverified ?? null,
  };
}
