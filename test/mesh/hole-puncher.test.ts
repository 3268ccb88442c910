import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { HolePuncher } from "../../agent/mesh/hole-puncher.ts";
import { checkCredential } from "../../agent/mesh/stun-names.ts";
import { UNKNOWN_BEHAVIOUR, type NatBehaviour, type NatByFamily } from "../../agent/nat/behaviour.ts";
import type { Candidate } from "../../agent/nat/candidate.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";

const SELF = "a".repeat(32) as MemberId;
const PEER = "b".repeat(32) as MemberId;
const KEY = new Uint8Array(32).fill(7);
const ADDRESS = "203.0.113.5";
const CANDIDATES: readonly Candidate[] = [
  { kind: "host", endpoint: { address: "192.168.1.2", port: 51_820 } },
  { kind: "server-reflexive", endpoint: { address: ADDRESS, port: 40_000 } },
];

const EASY: NatBehaviour = {
  ...UNKNOWN_BEHAVIOUR,
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
};
const RANDOM: NatBehaviour = { ...EASY, mapping: "address-and-port-dependent", ports: "random" };

class Host implements Disposable {
  readonly clock = new FakeClock();
  readonly checked: Endpoint[] = [];
  knocks = 0;
  nat: NatByFamily;
  readonly holes: HolePuncher;

  constructor(nat: NatBehaviour) {
    this.nat = { ipv4: nat };
    this.holes = new HolePuncher({
      self: SELF,
      clock: this.clock,
      random: seededRandom(1),
      log: silentLogger,
      open: (count) =>
        Promise.resolve({
          localPorts: Array.from({ length: count }, (_, number) => 50_000 + number),
          send: () => undefined,
          keepOnly: () => undefined,
          [Symbol.dispose]: () => undefined,
        }),
      ports: {
        nat: () => this.nat,
        nameOf: () => "bob",
        isDirect: () => false,
        checks: (peer) => ({
          outbound: checkCredential(peer, SELF, KEY),
          inbound: checkCredential(SELF, peer, KEY),
        }),
        check: (_, to) => this.checked.push(to),
        knock: () => this.knocks++,
        observedAddress: () => Promise.resolve("198.51.100.7"),
        mappedPort: () => Promise.resolve(undefined),
        dig: () => Promise.resolve(),
        onMet: () => undefined,
      },
    });
  }

  [Symbol.dispose](): void {
    this.holes[Symbol.dispose]();
  }
}

//
describe("beyond plain checks", () => {
  it("the end whose ports change opens sockets and asks, when plain checks have had their time", async () => {
    using host = new Host(RANDOM);
    host.holes.onCandidates(PEER, CANDIDATES, { ipv4: EASY });
    await host.clock.advance(1_400);
    expect(host.knocks).toBe(0);
    await host.clock.advance(1_000);
    expect(host.knocks).toBe(1);
  });

  it("that time runs from the peer's first candidates, however late the NATs are known", async () => {
    using host = new Host(UNKNOWN_BEHAVIOUR);
    host.holes.onCandidates(PEER, CANDIDATES, { ipv4: EASY });
    await host.clock.advance(3_000);
    host.nat = { ipv4: RANDOM };
    host.holes.onOwnNat();
    await host.clock.advance(600);
    expect(host.knocks).toBe(1);
  });

  it("a peer is knocked for only where its NAT is what calls for it", async () => {
    for (const [own, peer, tried] of [
      [EASY, { ipv4: RANDOM }, true],
      [EASY, { ipv4: EASY }, false],
      [RANDOM, { ipv4: RANDOM }, false],
      [EASY, {}, false],
    ] as const) {
      using host = new Host(own);
      host.holes.onCandidates(PEER, CANDIDATES, peer);
      host.holes.onKnock(PEER, []);
      await host.clock.advance(100);
      expect(host.checked.length > 0).toBe(tried);
    }
  });

  it("a peer that has said nothing of itself, or is no member any more, is not knocked for", async () => {
    using host = new Host(EASY);
    host.holes.onKnock(PEER, []);
    host.holes.onCandidates(PEER, CANDIDATES, { ipv4: RANDOM });
    host.holes.retain(() => false);
    host.holes.onKnock(PEER, []);
    await host.clock.advance(100);
    expect([host.checked, host.holes.natOf(PEER)]).toEqual([[], undefined]);
  });
});
