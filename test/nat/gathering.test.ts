import { describe, expect, it } from "vitest";
import {
  addMapped,
  expireMapped,
  localCandidates,
  MAPPED_LIFETIME_MS,
  mappingBehaviour,
  nothingGathered,
  sameCandidates,
  type Gathered,
} from "../../agent/nat/gathering.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { at, endpoint } from "./samples.ts";

const seen = (gathered: Gathered, server: string, mapped: Endpoint, ms = 0): Gathered =>
  addMapped(gathered, { server, mapped, rttMs: 10, seenAt: at(ms) });

const servers = (gathered: Gathered): readonly string[] =>
  [...gathered.mappedByServer.values()].map(({ server }) => server);

//
describe("gathered addresses", () => {
  it("are a set with their sources: one for each server and family, the latest of each", () => {
    let gathered = seen(nothingGathered, "one", endpoint(1));
    gathered = seen(gathered, "two", endpoint(2));
    gathered = seen(gathered, "one", { address: "2001:db8::1", port: 51_820 });
    gathered = seen(gathered, "one", endpoint(3), 5);
    expect(
      [...gathered.mappedByServer.values()].map(({ server, mapped }) => `${server} ${mapped.address}`),
    ).toEqual(["one 203.0.113.3", "two 203.0.113.2", "one 2001:db8::1"]);
  });

  it("expire when nobody has confirmed them for their lifetime, and no sooner", () => {
    const gathered = seen(seen(nothingGathered, "one", endpoint(1), 0), "two", endpoint(2), 1_000);
    expect(expireMapped(gathered, at(MAPPED_LIFETIME_MS - 1))).toBe(gathered);
    expect(servers(expireMapped(gathered, at(MAPPED_LIFETIME_MS)))).toEqual(["two"]);
  });

  //
  it("give way to a port mapping with the same endpoint, whose lifetime is known", () => {
    const gathered = seen(nothingGathered, "one", endpoint(1));
    expect(localCandidates([], 51_820, [], gathered, endpoint(1))).toEqual([
      { kind: "port-mapped", endpoint: endpoint(1) },
    ]);
  });

  it("become candidates after those of the host and of the operator, each endpoint once", () => {
    let gathered = seen(nothingGathered, "one", endpoint(1));
    gathered = seen(gathered, "two", endpoint(1));
    gathered = seen(gathered, "three", { address: "10.0.0.1", port: 51_820 });
    expect(localCandidates(["10.0.0.1"], 51_820, [endpoint(9, 4_000)], gathered)).toEqual([
      { kind: "host", endpoint: { address: "10.0.0.1", port: 51_820 } },
      { kind: "host", endpoint: endpoint(9, 4_000) },
      { kind: "server-reflexive", endpoint: endpoint(1) },
    ]);
  });

  it("are the same to a peer only if kinds and endpoints are", () => {
    const before = localCandidates(["10.0.0.1"], 1, [], nothingGathered);
    expect(sameCandidates(before, localCandidates(["10.0.0.1"], 1, [], nothingGathered))).toBe(true);
    expect(sameCandidates(before, localCandidates(["10.0.0.1"], 2, [], nothingGathered))).toBe(false);
  });
});

//
describe("mapping behaviour", () => {
  const own = ["10.0.0.1"];

  it("is unknown without a server, and with one that sees a NAT", () => {
    expect(mappingBehaviour(nothingGathered, own)).toBe("unknown");
    expect(mappingBehaviour(seen(nothingGathered, "one", endpoint(1)), own)).toBe("unknown");
  });

  it("is open where every server sees an address of our own", () => {
    const gathered = seen(nothingGathered, "one", { address: "10.0.0.1", port: 7 });
    expect(mappingBehaviour(gathered, own)).toBe("open");
  });

  it("is endpoint-independent where servers agree, and endpoint-dependent where only the port differs", () => {
    const one = seen(nothingGathered, "one", endpoint(1, 4_000));
    expect(mappingBehaviour(seen(one, "two", endpoint(1, 4_000)), own)).toBe("endpoint-independent");
    expect(mappingBehaviour(seen(one, "two", endpoint(1, 4_001)), own)).toBe("endpoint-dependent");
  });

  it("does not take a dual-stack server's two answers for two mappings", () => {
    const gathered = seen(seen(nothingGathered, "one", endpoint(1)), "one", {
      address: "2001:db8::1",
      port: 9,
    });
    expect(mappingBehaviour(gathered, own)).toBe("unknown");
  });
});
