import { familyOf, formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { NatByFamily } from "../../protocol/nat-behaviour.ts";
import { changesPorts } from "./strategy.ts";

/** RFC 8445, section 5.1.1; port-mapped as in RFC 6887 would be server-reflexive there, but its lifetime is known. */
export type CandidateKind = "host" | "server-reflexive" | "peer-reflexive" | "port-mapped";

export type Candidate = { readonly kind: CandidateKind; readonly endpoint: Endpoint };

/** As many as a multihomed dual-stack host has; more would be somebody making us send (RFC 8445, section 5.1.3). */
export const MAX_CANDIDATES = 16;

/**
 * Type preferences of RFC 8445, section 5.1.2.2; a mapping made on request outlives one that was punched. Host first: of two ways
 * between hosts behind one NAT the LAN's is taken, also where the NAT hairpins, and where the LAN's was heard before it was named.
 */
const PREFERENCE: Readonly<Record<CandidateKind, number>> = {
  host: 126,
  "peer-reflexive": 110,
  "port-mapped": 105,
  "server-reflexive": 100,
};

/** More is better. */
export function preferenceOf({ kind }: Candidate): number {
  return PREFERENCE[kind];
}

/** Positive where `b` is to be preferred: by kind, then in a fixed order so that all ends agree. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  const byKind = preferenceOf(b) - preferenceOf(a);
  if (byKind !== 0) return byKind;
  const [left, right] = [formatEndpoint(a.endpoint), formatEndpoint(b.endpoint)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/**
 * Best first, each endpoint once (the better kind wins), at most `MAX_CANDIDATES`. Where there are more, kinds take
 * turns: the bridges of a host full of containers must not crowd out its one server-reflexive candidate.
 */
export function rankCandidates(candidates: Iterable<Candidate>): readonly Candidate[] {
  const keys = new Set<string>();
  const countByKind = new Map<CandidateKind, number>();
  const turns = [...candidates].sort(compareCandidates).flatMap((candidate) => {
    const key = formatEndpoint(candidate.endpoint);
    if (keys.has(key)) return [];
    keys.add(key);
    const turn = countByKind.get(candidate.kind) ?? 0;
    countByKind.set(candidate.kind, turn + 1);
    return [{ candidate, turn }];
  });
  return turns
    .sort((a, b) => a.turn - b.turn)
    .slice(0, MAX_CANDIDATES)
    .map(({ candidate }) => candidate)
    .sort(compareCandidates);
}

/**
 * Without the ports that the peer's NAT keeps for others. One for each address stays: NATs are taken for worse than they are, and
 * what is sent there may open ours.
 */
export function worthChecking(candidates: readonly Candidate[], nat: NatByFamily): readonly Candidate[] {
  const addresses = new Set<string>();
  return candidates.filter(({ kind, endpoint: { address } }) => {
    const behaviour = nat[familyOf(address)];
    if (kind !== "server-reflexive" || behaviour === undefined || !changesPorts(behaviour)) return true;
    const isFirst = !addresses.has(address);
    addresses.add(address);
    return isFirst;
  });
}
