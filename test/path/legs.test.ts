import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PIN_MS, SWITCH_MS } from "../../agent/path/state.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { SimulatedMember, SimulatedRelay, type Packet } from "../nat/simulated-member.ts";
import { SimulatedNetwork } from "../nat/simulated-network.ts";
import { DIRECT, leg, PathBench } from "./samples.ts";

const [FIRST, SECOND] = [leg(1), leg(2)];

function withSpare(controlling = true): PathBench {
  const bench = new PathBench(controlling).relayed();
  bench.input({ kind: "relay-ready", leg: SECOND }, 1_000);
  return bench;
}

//
describe("a relayed path with a spare", () => {
  it("stays where it is when the spare comes, and when the spare goes", () => {
    const bench = withSpare();
    expect(bench.state).toMatchObject({ tag: "relayed", leg: FIRST, spare: SECOND });
    expect(bench.input({ kind: "relay-gone", allocation: SECOND.allocation })).toEqual([]);
    expect(bench.state).toMatchObject({ tag: "relayed", leg: FIRST, spare: undefined });
  });

  it.each([true, false])(
    "moves at once where the relay does not answer, whoever finds it (%s)",
    (controlling) => {
      const bench = withSpare(controlling);
      const effects = bench.input({ kind: "relay-doubted", allocation: FIRST.allocation }, 1_000);
      expect(bench.kinds(effects)).toEqual(["relayed > relayed", "set 192.0.2.1:40002", "observe"]);
      expect(effects[1]).toMatchObject({ pin: FIRST.endpoint });
      expect(bench.state).toMatchObject({ leg: SECOND, spare: FIRST });
    },
  );

  it.each(["relay-doubted", "hand-over"] as const)("does nothing for a %s of another allocation", (kind) => {
    const bench = withSpare();
    expect(bench.input({ kind, allocation: SECOND.allocation })).toEqual([]);
    const alone = new PathBench().relayed();
    expect(alone.input({ kind, allocation: FIRST.allocation })).toEqual([]);
  });

  it("is handed over by the controlling end, and by the other where nothing came of that", () => {
    const controlling = withSpare();
    const handOver = { kind: "hand-over", allocation: FIRST.allocation } as const;
    expect(controlling.kinds(controlling.input(handOver))).toContain("set 192.0.2.1:40002");
    const other = withSpare(false);
    expect(other.kinds(other.input(handOver))).toEqual(["observe"]);
    expect(other.kinds(other.observe({}, 60))).toEqual(["observe"]);
    expect(other.input({ kind: "tick" }, SWITCH_MS - 61)).toEqual([]);
    expect(other.kinds(other.input({ kind: "tick" }, 1))).toContain("set 192.0.2.1:40002");
  });

  it("follows a peer that uses the spare, and then has nothing left to do", () => {
    const bench = withSpare(false);
    bench.input({ kind: "hand-over", allocation: FIRST.allocation });
    const effects = bench.observe({ at: SECOND.endpoint, received: 100n }, 60);
    expect(bench.kinds(effects)).toEqual(["relayed > relayed"]);
    expect(bench.state).toMatchObject({ leg: SECOND, spare: FIRST, moveBy: undefined });
    expect(bench.input({ kind: "tick" }, SWITCH_MS)).toEqual([]);
  });

  it("moves WireGuard again that late packets brought back, until its own must have arrived", () => {
    const bench = withSpare();
    bench.input({ kind: "relay-doubted", allocation: FIRST.allocation }, 1_000);
    expect(bench.kinds(bench.observe({ at: FIRST.endpoint, received: 100n }, 100))).toEqual([
      "set 192.0.2.1:40002",
      "observe",
    ]);
    const late = bench.observe({ at: FIRST.endpoint, received: 100n }, SWITCH_MS);
    expect(bench.kinds(late)).toEqual(["relayed > relayed"]);
    expect(bench.state).toMatchObject({ leg: FIRST, spare: SECOND });
  });

  it("takes the spare where the relay is gone, and has no path where both are", () => {
    const bench = withSpare();
    expect(bench.kinds(bench.input({ kind: "relay-gone", allocation: FIRST.allocation }))).toContain(
      "relayed > relayed",
    );
    expect(bench.kinds(bench.input({ kind: "relay-gone", allocation: SECOND.allocation }))).toContain(
      "relayed > none",
    );
  });
});

describe("two relays at once, where nothing flows yet", () => {
  it("are begun with the smaller allocation, in whatever order they come", () => {
    for (const legs of [
      [FIRST, SECOND],
      [SECOND, FIRST],
    ]) {
      const bench = new PathBench();
      for (const one of legs) bench.input({ kind: "relay-ready", leg: one }, 10);
      expect(bench.state).toMatchObject({ tag: "none", leg: FIRST, spare: SECOND, trying: FIRST.endpoint });
    }
  });

  it("are used by the one through which the peer is heard", () => {
    const bench = new PathBench(false);
    for (const one of [FIRST, SECOND]) bench.input({ kind: "relay-ready", leg: one }, 10);
    bench.observe({}, 10);
    bench.observe({ at: SECOND.endpoint, received: 148n, handshakeAgeMs: 5 }, 60);
    expect(bench.state).toMatchObject({ tag: "relayed", leg: SECOND, spare: FIRST });
  });
});

describe("a direct path", () => {
  it("changes the relay that stands by without a move", () => {
    for (const kind of ["relay-doubted", "hand-over", "relay-gone"] as const) {
      const bench = new PathBench().direct();
      bench.input({ kind: "relay-ready", leg: SECOND });
      expect(bench.input({ kind, allocation: FIRST.allocation })).toEqual([]);
      expect(bench.state).toMatchObject({ tag: "direct", leg: SECOND, endpoint: DIRECT });
    }
  });
});

const A_ADDRESS = "198.51.100.1";
const B_ADDRESS = "203.0.113.1";
const RELAYS = ["192.0.2.1", "192.0.2.2"] as const;

type Options = { readonly seed: number; readonly ms: readonly [number, number]; readonly jitterMs: number };

/** Two members that two volunteers relay for, with a ping each way every 20 ms. */
class Between {
  readonly network: SimulatedNetwork<Packet>;
  readonly members: readonly [SimulatedMember, SimulatedMember];
  readonly relays: readonly [SimulatedRelay, SimulatedRelay];
  #pinging = true;
  #sequence = 0;

  constructor({ seed, ms, jitterMs }: Options) {
    this.network = new SimulatedNetwork<Packet>({
      seed,
      jitterMs,
      latencyMs: (from, to) => (from === RELAYS[1] || to === RELAYS[1] ? ms[1] : ms[0]),
    });
    const nat = { mapping: "endpoint-dependent", filtering: "address-and-port-dependent" } as const;
    const member = (self: string, peer: string, address: string, publicAddress: string): SimulatedMember =>
      new SimulatedMember({
        network: this.network,
        self: self.repeat(32) as MemberId,
        peer: peer.repeat(32) as MemberId,
        address,
        nat: { publicAddress, ...nat },
      });
    this.relays = [
      new SimulatedRelay(this.network, RELAYS[0], "1"),
      new SimulatedRelay(this.network, RELAYS[1], "2"),
    ];
    this.members = [member("a", "b", "10.0.0.1", A_ADDRESS), member("b", "a", "10.0.1.1", B_ADDRESS)];
    for (const one of this.members) one.useRelay(this.relays[0]);
    this.network.runFor(1_000);
    for (const one of this.members) one.useRelay(this.relays[1]);
    this.network.runFor(500);
    this.#ping();
    this.network.runFor(500);
  }

  handOver(member: SimulatedMember): void {
    member.input({ kind: "hand-over", allocation: this.relays[0].leg.allocation });
  }

  doubt(member: SimulatedMember): void {
    member.input({ kind: "relay-doubted", allocation: this.relays[0].leg.allocation });
  }

  areOn(relay: SimulatedRelay): boolean {
    return this.members.every(({ wireguard, path }) => {
      const { allocation, endpoint } = relay.leg;
      return wireguard.isAt(endpoint) && path.tag === "relayed" && path.leg.allocation === allocation;
    });
  }

  get moves(): number {
    return this.members.reduce((sum, { moves }) => sum + moves.length, 0);
  }

  /** How many pings of either end were lost. */
  stop(): number {
    this.#pinging = false;
    this.network.runFor(1_000);
    return this.members.reduce(
      (lost, { wireguard }) => lost - wireguard.rttBySequence.size,
      2 * this.#sequence,
    );
  }

  #ping(): void {
    if (!this.#pinging) return;
    for (const { wireguard } of this.members) wireguard.ping(this.#sequence);
    this.#sequence++;
    this.network.after(20, () => this.#ping());
  }
}

const between = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  jitterMs: fc.integer({ min: 0, max: 8 }),
  ms: fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 })),
});

//
describe("the way from one relay to the other", () => {
  it("takes one move and loses nothing, in whatever order the two ends are told", () => {
    fc.assert(
      fc.property(between, fc.boolean(), fc.integer({ min: 0, max: 200 }), (options, isFirst, apartMs) => {
        const pair = new Between(options);
        const [a, b] = pair.members;
        const before = pair.moves;
        pair.handOver(isFirst ? a : b);
        pair.network.runFor(apartMs);
        pair.handOver(isFirst ? b : a);
        pair.network.runFor(2 * PIN_MS);
        expect(pair.areOn(pair.relays[1])).toBe(true);
        expect(pair.moves - before).toBe(1);
        pair.network.runFor(5_000);
        expect(pair.areOn(pair.relays[1])).toBe(true);
        expect(pair.stop()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("is followed by an end that was not told, and loses nothing either", () => {
    fc.assert(
      fc.property(between, fc.boolean(), (options, isFirst) => {
        const pair = new Between(options);
        pair.doubt(pair.members[isFirst ? 0 : 1]);
        pair.network.runFor(4_000);
        expect(pair.areOn(pair.relays[1])).toBe(true);
        expect(pair.stop()).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("is taken by both ends together where both find the relay dead", () => {
    fc.assert(
      fc.property(between, fc.integer({ min: 0, max: 1_000 }), (options, apartMs) => {
        const pair = new Between(options);
        for (const address of [A_ADDRESS, B_ADDRESS]) pair.network.cut(address, RELAYS[0]);
        pair.doubt(pair.members[0]);
        pair.network.runFor(apartMs);
        pair.doubt(pair.members[1]);
        pair.network.runFor(2_000);
        expect(pair.areOn(pair.relays[1])).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
