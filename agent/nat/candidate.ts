import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";

/** RFC 8445, section 5.1.1; port-mapped as in RFC 6887 would be server-reflexive there, but its lifetime is known. */
export type CandidateKind = "host" | "server-reflexive" | "peer-reflexive" | "port-mapped";

export type Candidate = { readonly kind: CandidateKind; readonly endpoint: Endpoint };

/** As many as a multihomed dual-stack host has; more would be somebody making us send (RFC 8445, section 5.1.3). */
export const MAX_CANDIDATES = 16;

/** Type preferences of RFC 8445, section 5.1.2.2; a mapping made on request outlives one that was punched. */
const PREFERENCE: Readonly<Record<CandidateKind, number>> = {
  host: 126,
  "peer-reflexive": 110,
  "port-mapped": 105,
  "server-reflexive": 100,
};

/** Positive where `b` is to be preferred: by kind, then in a fixed order so that all ends agree. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  const byKind = PREFERENCE[b.kind] - PREFERENCE[a.kind];
  if (byKind !== 0) return byKind;
  return formatEndpoint(a.endpoint) < formatEndpoint(b.endpoint) ? -1 : 1;
}

/** Best first, each endpoint once (the better kind wins), at most `MAX_CANDIDATES`. */
export function rankCandidates(candidates: Iterable<Candidate>): readonly Candidate[] {
  const byEndpoint = new Map<string, Candidate>();
  for (const candidate of [...candidates].sort(compareCandidates)) {
    const key = formatEndpoint(candidate.endpoint);
    if (!byEndpoint.has(key)) byEndpoint.set(key, candidate);
  }
  return [...byEndpoint.values()].slice(0, MAX_CANDIDATES);
}
