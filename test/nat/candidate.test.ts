import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareCandidates,
  MAX_CANDIDATES,
  rankCandidates,
  worthChecking,
  type Candidate,
  type CandidateKind,
} from "../../agent/nat/candidate.ts";
import { formatEndpoint } from "../../protocol/endpoint.ts";
import { endpoint, host, reflexive } from "./samples.ts";

const KINDS: readonly CandidateKind[] = ["host", "peer-reflexive", "port-mapped", "server-reflexive"];
const candidate = fc.record({
  kind: fc.constantFrom(...KINDS),
  endpoint: fc.integer({ min: 1, max: 60 }).map((number) => endpoint(number)),
});

//
describe("candidates", () => {
  it("are ordered by kind as RFC 8445 prefers them, with what was mapped on request before what was punched", () => {
    const candidates = KINDS.map((kind, index): Candidate => ({ kind, endpoint: endpoint(index + 1) }));
    expect(rankCandidates(candidates.toReversed())).toEqual(candidates);
  });

  it("name an endpoint once, by its best kind", () => {
    expect(rankCandidates([reflexive(1), host(1), reflexive(1)])).toEqual([host(1)]);
  });

  it("keep the one server-reflexive of a host with more addresses than fit", () => {
    const ranked = rankCandidates([...Array.from({ length: 40 }, (_, i) => host(i + 1)), reflexive(99)]);
    expect(ranked).toHaveLength(MAX_CANDIDATES);
    expect(ranked).toContainEqual(reflexive(99));
  });

  it("come out the same at both ends, whatever the order they were learned in, and never too many", () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 80 }), (candidates) => {
        const ranked = rankCandidates(candidates);
        expect(rankCandidates(candidates.toReversed())).toEqual(ranked);
        expect(ranked.length).toBeLessThanOrEqual(MAX_CANDIDATES);
        expect(new Set(ranked.map((c) => formatEndpoint(c.endpoint))).size).toBe(ranked.length);
        expect(ranked.toSorted(compareCandidates)).toEqual(ranked);
      }),
    );
  });
});

describe("what is worth checking of a peer", () => {
  const named = [host(1), reflexive(2), reflexive(3)].map((one, i) =>
    i === 0 ? one : { ...one, endpoint: { address: "203.0.113.9", port: 1_000 + i } },
  );
  const nat = { filtering: "unknown", ports: "random", portStep: 0, hairpin: "unknown" } as const;

  it("is one of the ports at an address whose NAT gives each destination another, and all else", () => {
    const ipv4 = { ...nat, mapping: "address-and-port-dependent" } as const;
    expect(worthChecking(named, { ipv4 })).toEqual(named.slice(0, 2));
  });

  it.each(["endpoint-independent", "unknown"] as const)(
    "is everything where its mapping is %s",
    (mapping) => {
      expect(worthChecking(named, { ipv4: { ...nat, mapping } })).toEqual(named);
      expect(worthChecking(named, {})).toEqual(named);
    },
  );
});
