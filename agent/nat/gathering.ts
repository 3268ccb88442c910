import { familyOf, formatEndpoint, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { rankCandidates, type Candidate } from "./candidate.ts";

/** What one server sees us as. `server` names it, stably: the member that answered, or a configured address. */
export type MappedAddress = {
  readonly server: string;
  readonly mapped: Endpoint;
  readonly rttMs: number;
  readonly seenAt: MonotonicMs;
};

/**
 * Own mapped addresses, as a set with their sources: a host with two uplinks, or a NAT with endpoint-dependent
 * mapping, has several at the same time, and one slot for them would flap.
 */
export type Gathered = { readonly mappedByServer: ReadonlyMap<string, MappedAddress> };

export const nothingGathered: Gathered = { mappedByServer: new Map() };

/** An address that no server confirmed for as long is history: twice the interval at which servers are asked. */
export const MAPPED_LIFETIME_MS = 120_000;
export const GATHER_INTERVAL_MS = 60_000;

/**
 * Pauses after the first rounds. What a host that is just starting adds to a round trip would else be what it knows of a volunteer for
 * a minute, while it chooses relays to all its peers.
 */
const FIRST_PAUSES_MS: readonly number[] = [250, 750, 4_000];

/** @param rounds Those that were begun since the start, or the last change of network. */
export function gatherPauseMs(rounds: number): number {
  return FIRST_PAUSES_MS[rounds - 1] ?? GATHER_INTERVAL_MS;
}

export function addMapped(gathered: Gathered, mapped: MappedAddress): Gathered {
  // One per server and family: a dual-stack server sees two.
  const key = `${mapped.server} ${familyOf(mapped.mapped.address)}`;
  return { mappedByServer: new Map(gathered.mappedByServer).set(key, mapped) };
}

export function expireMapped(gathered: Gathered, now: MonotonicMs): Gathered {
  const fresh = [...gathered.mappedByServer].filter(
    ([, m]) => now < monotonicMs(m.seenAt + MAPPED_LIFETIME_MS),
  );
  return fresh.length === gathered.mappedByServer.size ? gathered : { mappedByServer: new Map(fresh) };
}

/** Host candidates, what an operator configured, what the router maps for us, then what servers saw; each endpoint once. */
export function localCandidates(
  hostAddresses: readonly string[],
  listenPort: number,
  configured: readonly Endpoint[],
  gathered: Gathered,
  portMapped?: Endpoint,
): readonly Candidate[] {
  const host = [
    ...hostAddresses.map((address): Candidate => ({ kind: "host", endpoint: { address, port: listenPort } })),
    ...configured.map((endpoint): Candidate => ({ kind: "host", endpoint })),
  ];
  const mapped = [...gathered.mappedByServer.values()].map((m): Candidate => ({
    kind: "server-reflexive",
    endpoint: m.mapped,
  }));
  const asked: readonly Candidate[] =
    portMapped === undefined ? [] : [{ kind: "port-mapped", endpoint: portMapped }];
  return rankCandidates([...host, ...asked, ...mapped]);
}

export type MappingBehaviour = "open" | "endpoint-independent" | "endpoint-dependent" | "unknown";

/**
 * RFC 4787, section 4.1, from what several servers saw: one server cannot tell, two that agree can only mean
 * endpoint-independent mapping (or a NAT that keeps ports by luck: RFC 5780's tests come from a second address).
 */
export function mappingBehaviour(gathered: Gathered, hostAddresses: readonly string[]): MappingBehaviour {
  const ipv4 = [...gathered.mappedByServer.values()].filter((m) => familyOf(m.mapped.address) === "ipv4");
  const [first, ...others] = ipv4;
  if (first === undefined) return "unknown";
  if (ipv4.every((m) => hostAddresses.includes(m.mapped.address))) return "open";
  if (others.length === 0) return "unknown";
  return others.every((m) => sameEndpoint(m.mapped, first.mapped))
    ? "endpoint-independent"
    : "endpoint-dependent";
}

/** Whether a peer that has `before` must be told of `after`. */
export function sameCandidates(before: readonly Candidate[], after: readonly Candidate[]): boolean {
  const key = (list: readonly Candidate[]): string =>
    list.map((c) => `${c.kind} ${formatEndpoint(c.endpoint)}`).join();
  return key(before) === key(after);
}
