import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CROSSING_MS } from "../../../agent/relay/server/crossing.ts";
import {
  step,
  type LearnerDrop,
  type LearnerEffect,
  type LearnerInput,
} from "../../../agent/relay/server/leg-learner.ts";
import {
  CANDIDATE_MS,
  CANDIDATE_PACKETS,
  HOLD_MS,
  LEG_IDLE_MS,
  MAX_CANDIDATES,
  newLearner,
  RELEARN_MS,
  type LearnerState,
} from "../../../agent/relay/server/leg-state.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import { formatEndpoint, sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { monotonicMs } from "../../../protocol/time.ts";
import { classifyPacket, mac1Key } from "../../../protocol/wireguard-packet.ts";
import { cookieReply, data, initiation, response } from "./packets.ts";

const KEY = { a: new Uint8Array(32).fill(0xa), b: new Uint8Array(32).fill(0xb) };
const A: Endpoint = { address: "198.51.100.1", port: 1001 };
const B: Endpoint = { address: "203.0.113.2", port: 2002 };
const EVE: Endpoint = { address: "192.0.2.66", port: 6666 };

type Sent = { readonly to: Endpoint; readonly bytes: Uint8Array };

/** One allocation, and the time. */
class Bench {
  state: LearnerState;
  nowMs = 1_000_000;
  readonly effects: LearnerEffect[] = [];

  /** @param guest the leg of an invite's joiner */
  constructor(guest?: LegName) {
    this.state = newLearner({ a: mac1Key(KEY.a), b: mac1Key(KEY.b) }, undefined, guest);
  }

  /** What is relayed because of it. */
  packet(source: Endpoint, bytes: Uint8Array): readonly Sent[] {
    const packet = classifyPacket(bytes);
    if (!packet.ok) throw new Error(packet.reason);
    return this.input({ tag: "packet", source, packet: packet.value, bytes });
  }

  input(input: LearnerInput): readonly Sent[] {
    const { state, effects } = step(this.state, input, monotonicMs(this.nowMs));
    this.state = state;
    this.effects.push(...effects);
    return effects.flatMap((effect) =>
      effect.tag === "forward" ? [{ to: effect.to, bytes: effect.bytes }] : [],
    );
  }

  bind(leg: LegName, source: Endpoint): readonly Sent[] {
    return this.input({ tag: "bind", leg, source });
  }

  at(leg: LegName): Endpoint | undefined {
    return this.state[leg].confirmed?.endpoint;
  }

  get drops(): readonly LearnerDrop[] {
    return this.effects.flatMap((effect) => (effect.tag === "drop" ? [effect.reason] : []));
  }

  /** A complete handshake that A begins, with indices 1 and 2. */
  handshake(a = A, b = B): void {
    this.packet(b, initiation(90, KEY.a));
    this.packet(a, initiation(1, KEY.b));
    this.packet(b, response(2, 1, KEY.a));
    this.packet(a, data(2));
  }
}

describe("a handshake that is watched", () => {
  it("begins with the second side's initiation: the first side's came when nobody was there, and is not sent after", () => {
    //
    const bench = new Bench();
    expect(bench.packet(A, initiation(1, KEY.b))).toEqual([]);
    const second = initiation(7, KEY.a);
    expect(bench.packet(B, second)).toEqual([{ to: A, bytes: second }]);
  });

  it("confirms both legs with the initiator's first data packet, and not before", () => {
    const bench = new Bench();
    bench.packet(B, initiation(7, KEY.a));
    bench.packet(A, initiation(1, KEY.b));
    const answer = response(2, 1, KEY.a);
    expect(bench.packet(B, answer)).toEqual([{ to: A, bytes: answer }]);
    expect([bench.at("a"), bench.at("b")]).toEqual([undefined, undefined]);
    bench.nowMs += CROSSING_MS; // what B sent before is stale, though not old
    const keepalive = data(2);
    expect(bench.packet(A, keepalive)).toEqual([{ to: B, bytes: keepalive }]);
    expect([bench.at("a"), bench.at("b")]).toEqual([A, B]);
    expect(bench.effects.filter(({ tag }) => tag === "confirmed")).toEqual([
      { tag: "confirmed", leg: "a", endpoint: A, proof: "handshake" },
      { tag: "confirmed", leg: "b", endpoint: B, proof: "handshake" },
    ]);
  });

  it("lets only the first of two initiations pass that would cross, within half a second", () => {
    for (const [waitMs, passes] of [
      [CROSSING_MS - 1, false],
      [CROSSING_MS, true],
    ] as const) {
      for (const bound of [true, false]) {
        const bench = new Bench();
        if (bound) bench.bind("a", A);
        if (bound) bench.bind("b", B);
        bench.packet(B, initiation(90, KEY.a));
        bench.nowMs += bound ? CROSSING_MS : 0;
        expect(bench.packet(A, initiation(1, KEY.b))).toHaveLength(1);
        bench.nowMs += waitMs;
        expect(bench.packet(B, initiation(91, KEY.a))).toHaveLength(passes ? 1 : 0);
        expect(bench.drops).toEqual(passes ? [] : ["crossed"]);
      }
    }
  });

  it("holds an initiation for 5 s for who is bound on the other side; then WireGuard has a newer one", () => {
    for (const [waitMs, held] of [
      [HOLD_MS - 1, true],
      [HOLD_MS, false],
    ] as const) {
      const bench = new Bench();
      bench.packet(A, initiation(1, KEY.b));
      bench.nowMs += waitMs;
      expect(bench.bind("b", B)).toHaveLength(held ? 1 : 0);
    }
  });

  it("relays cookie replies both ways, and they confirm nothing", () => {
    const bench = new Bench();
    bench.packet(B, initiation(7, KEY.a));
    bench.packet(A, initiation(1, KEY.b));
    expect(bench.packet(B, cookieReply(1))).toEqual([{ to: A, bytes: cookieReply(1) }]);
    bench.packet(B, response(2, 1, KEY.a));
    expect(bench.packet(A, cookieReply(2))).toEqual([{ to: B, bytes: cookieReply(2) }]);
    expect(bench.at("a")).toBeUndefined();
    expect(bench.packet(B, cookieReply(55))).toEqual([]);
  });

  it("keeps its own copy of what it holds", () => {
    const bench = new Bench();
    const buffer = initiation(1, KEY.b);
    const kept = buffer.slice();
    bench.packet(A, buffer);
    buffer.fill(0);
    expect(bench.bind("b", B)).toEqual([{ to: B, bytes: kept }]);
  });

  it("relays eight packets between two candidates each way, and then no more for half a minute", () => {
    const bench = new Bench();
    bench.packet(B, initiation(100, KEY.a));
    for (let i = 1; i <= CANDIDATE_PACKETS; i++)
      expect(bench.packet(A, initiation(i, KEY.b)).length).toBeGreaterThan(0);
    expect(bench.packet(A, initiation(50, KEY.b))).toEqual([]);
    expect(bench.packet(B, response(2, CANDIDATE_PACKETS, KEY.a))).toHaveLength(1);
    bench.nowMs += CANDIDATE_MS - 1;
    expect(bench.packet(A, initiation(51, KEY.b))).toEqual([]);
    bench.nowMs += 1;
    bench.packet(B, initiation(101, KEY.a));
    expect(bench.packet(A, initiation(52, KEY.b)).length).toBeGreaterThan(0);
  });

  it("keeps four candidates a side for the 5 s that a handshake takes", () => {
    const bench = new Bench();
    const liar = (i: number): Endpoint => ({ address: "192.0.2.66", port: 7000 + i });
    for (let i = 0; i < MAX_CANDIDATES; i++) bench.packet(liar(i), initiation(10 + i, KEY.b));
    bench.nowMs += HOLD_MS - 1;
    bench.packet(A, initiation(1, KEY.b));
    expect(bench.drops).toEqual(["too-many-candidates"]);
    bench.nowMs += 1;
    bench.packet(A, initiation(2, KEY.b));
    expect(bench.packet(B, initiation(7, KEY.a)).some(({ to }) => sameEndpoint(to, A))).toBe(true);
  });

  it("names why it drops", () => {
    const bench = new Bench();
    bench.packet(EVE, initiation(1, new Uint8Array(32)));
    bench.packet(EVE, response(1, 2, KEY.a));
    bench.packet(EVE, data(1));
    bench.packet(EVE, cookieReply(1));
    bench.packet(A, initiation(1, KEY.b));
    bench.packet(EVE, initiation(1, KEY.b));
    bench.bind("a", A);
    bench.packet(EVE, initiation(9, KEY.b));
    bench.packet(A, data(5));
    expect(bench.drops).toEqual([
      "wrong-mac1",
      "unsolicited",
      "unsolicited",
      "unsolicited",
      "index-taken",
      "leg-taken",
      "no-route",
    ]);
  });
});

describe("a liar who knows both public keys", () => {
  it("cannot answer an initiation that was not relayed to her, even when she guesses its index", () => {
    const bench = new Bench();
    bench.packet(B, initiation(7, KEY.a));
    bench.packet(A, initiation(1, KEY.b));
    expect(bench.packet(EVE, response(2, 1, KEY.a))).toEqual([]);
    expect(bench.packet(EVE, cookieReply(1))).toEqual([]);
  });

  it("cannot play both ends from one address", () => {
    const bench = new Bench();
    bench.handshake(EVE, EVE);
    expect([bench.at("a"), bench.at("b")]).toEqual([undefined, undefined]);
    expect(bench.effects.some(({ tag }) => tag === "forward")).toBe(false);
  });

  it("cannot repeat an initiation that was relayed to her, not even after its maker has begun anew", () => {
    const bench = new Bench();
    const lost = initiation(1, KEY.b);
    bench.packet(EVE, initiation(66, KEY.a));
    expect(bench.packet(A, lost)).toContainEqual({ to: EVE, bytes: lost });
    bench.packet(A, initiation(2, KEY.b));
    bench.nowMs += CANDIDATE_MS;
    bench.packet(B, initiation(7, KEY.a));
    expect(bench.packet(EVE, lost)).toEqual([]);
    expect(bench.drops).toEqual(["index-taken"]);
  });

  it("cannot send more than eight packets to a candidate, nor use up what the real other end needs", () => {
    const bench = new Bench();
    bench.packet(EVE, initiation(66, KEY.a));
    bench.packet(B, initiation(7, KEY.a));
    bench.packet(A, initiation(1, KEY.b));
    for (let i = 0; i < CANDIDATE_PACKETS; i++)
      expect(bench.packet(EVE, response(500 + i, 1, KEY.a))).toHaveLength(1);
    expect(bench.packet(EVE, response(600, 1, KEY.a))).toEqual([]);
    expect(bench.drops).toEqual(["candidate-spent"]);
    expect(bench.packet(B, response(2, 1, KEY.a))).toHaveLength(1);
    bench.packet(A, data(2));
    expect([bench.at("a"), bench.at("b")]).toEqual([A, B]);
  });

  it("is out once the side that she played is bound", () => {
    const bench = new Bench();
    bench.packet(EVE, initiation(66, KEY.a));
    bench.packet(A, initiation(1, KEY.b));
    bench.packet(EVE, response(2, 1, KEY.a));
    bench.bind("b", B);
    expect(bench.packet(A, data(2))).toEqual([]);
    expect([bench.at("a"), bench.at("b")]).toEqual([undefined, B]);
  });
});

describe("a confirmed leg", () => {
  it("is relayed by its source alone, whatever WireGuard packet it is, and never to anybody else", () => {
    //
    const bench = new Bench();
    bench.handshake();
    for (const bytes of [data(77, 1452), initiation(5, KEY.b), response(6, 99, KEY.b), cookieReply(4)]) {
      expect(bench.packet(A, bytes)).toEqual([{ to: B, bytes }]);
    }
    expect(bench.packet(EVE, data(2))).toEqual([]);
    expect(bench.packet(EVE, initiation(60, KEY.b))).toEqual([]);
  });

  it("is not displaced by a candidate, even one that knows a live index", () => {
    const bench = new Bench();
    bench.handshake();
    bench.packet(EVE, initiation(60, KEY.b));
    bench.packet(B, response(61, 60, KEY.a));
    bench.packet(EVE, data(61));
    bench.packet(EVE, data(2));
    expect([bench.at("a"), bench.at("b")]).toEqual([A, B]);
  });

  it("is forgotten after 180 s of silence, and may then be learned again", () => {
    //
    const bench = new Bench();
    bench.handshake();
    bench.nowMs += LEG_IDLE_MS - 1;
    expect(bench.packet(A, data(2))).toHaveLength(1);
    bench.nowMs += 1;
    expect(bench.packet(A, data(2))).toEqual([]);
    expect(bench.effects).toContainEqual({ tag: "lost", leg: "b" });
    expect([bench.at("a"), bench.at("b")]).toEqual([A, undefined]);
  });

  it("stays while it is heard elsewhere, such as by the kernel", () => {
    const bench = new Bench();
    bench.handshake();
    bench.nowMs += LEG_IDLE_MS - 1;
    bench.input({ tag: "heard", leg: "b" });
    bench.input({ tag: "heard", leg: "a" });
    bench.nowMs += LEG_IDLE_MS - 1;
    expect(bench.packet(A, data(2))).toHaveLength(1);
  });

  it("moves to who shows a live index once its member said that it moved, within half a minute", () => {
    //
    for (const [waitMs, moves] of [
      [RELEARN_MS - 1, true],
      [RELEARN_MS, false],
    ] as const) {
      const bench = new Bench();
      bench.handshake();
      const elsewhere = { ...A, port: 1111 };
      expect(bench.packet(elsewhere, data(2))).toEqual([]);
      bench.input({ tag: "relearn", leg: "a" });
      expect(bench.packet(A, data(2))).toHaveLength(1); // what it was keeps working
      expect(bench.packet(EVE, data(3))).toEqual([]); // no live index
      bench.nowMs += waitMs;
      expect(bench.packet(elsewhere, data(2))).toHaveLength(moves ? 1 : 0);
      expect(bench.at("a")).toEqual(moves ? elsewhere : A);
    }
  });

  it("moves by a new handshake too, once its member said that it moved", () => {
    const bench = new Bench();
    bench.handshake();
    bench.input({ tag: "relearn", leg: "a" });
    const elsewhere = { ...A, port: 1111 };
    expect(bench.packet(elsewhere, initiation(30, KEY.b))).toHaveLength(1);
    expect(bench.packet(B, response(31, 30, KEY.a))).toEqual([
      { to: elsewhere, bytes: response(31, 30, KEY.a) },
    ]);
    expect(bench.packet(elsewhere, data(31))).toEqual([{ to: B, bytes: data(31) }]);
    expect([bench.at("a"), bench.at("b")]).toEqual([elsewhere, B]);
  });
});

describe("a handshake begun while its leg might move", () => {
  it("moves nothing when it ends after that time", () => {
    const bench = new Bench();
    bench.handshake();
    bench.input({ tag: "relearn", leg: "a" });
    const elsewhere = { ...A, port: 1111 };
    bench.nowMs += 1000;
    bench.packet(elsewhere, initiation(30, KEY.b));
    bench.packet(B, response(31, 30, KEY.a));
    bench.nowMs += RELEARN_MS - 1000;
    expect(bench.packet(elsewhere, data(31))).toEqual([]);
    expect(bench.at("a")).toEqual(A);
  });
});

describe("a bound leg", () => {
  it("gets what waited for it, and both bound need no handshake at all", () => {
    const bench = new Bench();
    const held = initiation(1, KEY.b);
    bench.bind("a", A);
    expect(bench.packet(A, held)).toEqual([]);
    expect(bench.bind("b", B)).toEqual([{ to: B, bytes: held }]);
    expect(bench.packet(B, data(4))).toEqual([{ to: A, bytes: data(4) }]);
  });

  it("lets the other be learned by the handshake, from either end", () => {
    const begunByA = new Bench();
    begunByA.bind("a", A);
    begunByA.packet(B, initiation(7, KEY.a));
    begunByA.nowMs += CROSSING_MS;
    expect(begunByA.packet(A, initiation(1, KEY.b))).toHaveLength(1);
    begunByA.packet(B, response(2, 1, KEY.a));
    begunByA.packet(A, data(2));
    expect(begunByA.at("b")).toEqual(B);

    const begunByB = new Bench();
    begunByB.bind("a", A);
    begunByB.packet(B, initiation(7, KEY.a));
    begunByB.packet(A, response(3, 7, KEY.b));
    expect(begunByB.at("b")).toBeUndefined();
    begunByB.packet(B, data(3));
    expect(begunByB.at("b")).toEqual(B);
  });

  it("moves at once, and what is in flight from the old place is relayed until the new one is heard", () => {
    //
    const bench = new Bench();
    bench.handshake();
    const elsewhere = { address: "2001:db8::1", port: 1 };
    bench.bind("a", elsewhere);
    expect(bench.packet(B, data(1))).toEqual([{ to: elsewhere, bytes: data(1) }]);
    expect(bench.packet(A, data(2))).toEqual([{ to: B, bytes: data(2) }]);
    expect(bench.packet(elsewhere, data(2))).toEqual([{ to: B, bytes: data(2) }]);
    expect(bench.packet(A, data(2))).toEqual([]);
  });

  it("takes a source over from the other leg: a NAT gave the mapping to the next host", () => {
    const bench = new Bench();
    bench.handshake();
    bench.bind("b", A);
    expect([bench.at("a"), bench.at("b")]).toEqual([undefined, A]);
  });

  it("takes the allocation back from one insider at two addresses, who got none of the pair's data", () => {
    const bench = new Bench();
    const evesOther = { ...EVE, port: 6667 };
    bench.handshake(EVE, evesOther);
    expect([bench.at("a"), bench.at("b")]).toEqual([EVE, evesOther]);
    expect(bench.packet(A, data(5))).toEqual([]);
    bench.bind("a", A);
    bench.bind("b", B);
    bench.packet(A, data(9));
    expect(bench.packet(A, data(5))).toEqual([{ to: B, bytes: data(5) }]);
    bench.packet(B, data(5));
    expect(bench.packet(EVE, data(5))).toEqual([]);
    expect(bench.packet(evesOther, data(5))).toEqual([]);
  });
});

/** Does what WireGuard does with indices, and only believes packets that its peer really made. */
class Host {
  readonly address: Endpoint;
  readonly #own: Uint8Array;
  readonly #peer: Uint8Array;
  readonly #authentic: Set<string>;
  readonly #accepted = new Set<string>();
  #latest = 0;
  #pending: number | undefined;
  session: number | undefined;

  constructor(address: Endpoint, own: Uint8Array, peer: Uint8Array, authentic: Set<string>) {
    this.address = address;
    this.#own = own;
    this.#peer = peer;
    this.#authentic = authentic;
  }

  initiate(index: number): Uint8Array {
    this.#pending = index;
    return this.#made(initiation(index, this.#peer, index & 0xff));
  }

  send(): Uint8Array | undefined {
    return this.session === undefined ? undefined : this.#made(data(this.session, 48));
  }

  receive(bytes: Uint8Array, index: number): Uint8Array | undefined {
    const text = `${Buffer.from(this.#own).toString("hex")} ${Buffer.from(bytes).toString("hex")}`;
    const packet = classifyPacket(bytes);
    if (!packet.ok || !this.#authentic.has(text) || this.#accepted.has(text)) return undefined;
    if (packet.value.type !== "data") this.#accepted.add(text);
    switch (packet.value.type) {
      case "initiation":
        if (packet.value.sender <= this.#latest) return undefined; // an older timestamp
        this.#latest = packet.value.sender;
        this.#pending = undefined; // one handshake at a time: its own is forgotten
        return this.#made(response(index, packet.value.sender, this.#peer));
      case "response":
        if (packet.value.receiver !== this.#pending) return undefined;
        this.#pending = undefined;
        this.session = packet.value.sender;
        return this.#made(data(this.session));
      case "data":
      case "cookie-reply":
        return undefined;
    }
  }

  #made(bytes: Uint8Array): Uint8Array {
    this.#authentic.add(`${Buffer.from(this.#peer).toString("hex")} ${Buffer.from(bytes).toString("hex")}`);
    return bytes;
  }
}

type Move =
  | { readonly tag: "initiate"; readonly who: LegName }
  | { readonly tag: "send"; readonly who: LegName }
  | { readonly tag: "deliver"; readonly which: number }
  | { readonly tag: "lose"; readonly which: number }
  | { readonly tag: "wait"; readonly ms: number }
  | { readonly tag: "relearn"; readonly who: LegName }
  | {
      readonly tag: "forge";
      readonly kind: "initiation" | "response" | "data";
      readonly as: LegName;
      readonly which: number;
    }
  | { readonly tag: "replay"; readonly which: number };

const who = fc.constantFrom<LegName>("a", "b");
const which = fc.nat({ max: 40 });
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ tag: fc.constant("initiate" as const), who }) },
  { weight: 2, arbitrary: fc.record({ tag: fc.constant("send" as const), who }) },
  { weight: 12, arbitrary: fc.record({ tag: fc.constant("deliver" as const), which }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant("lose" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      tag: fc.constant("wait" as const),
      ms: fc.constantFrom(10, 1000, 5000, 31_000, 181_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant("relearn" as const), who }) },
  {
    weight: 6,
    arbitrary: fc.record({
      tag: fc.constant("forge" as const),
      kind: fc.constantFrom("initiation", "response", "data"),
      as: who,
      which,
    }),
  },
  { weight: 3, arbitrary: fc.record({ tag: fc.constant("replay" as const), which }) },
);

/** Plays the moves; `eve` knows both public keys, sees what is relayed to her, and has one address. */
function play(
  moves: readonly Move[],
  check: (bench: Bench, relayed: readonly Sent[], source: Endpoint) => void,
  bench = new Bench(),
): Readonly<Record<LegName, Host>> {
  const authentic = new Set<string>();
  const hosts = { a: new Host(A, KEY.a, KEY.b, authentic), b: new Host(B, KEY.b, KEY.a, authentic) };
  /** On the way to the relay from `source`, or from there to `to`. */
  const wire: { source: Endpoint; bytes: Uint8Array; to?: Endpoint }[] = [];
  const seenByEve: Uint8Array[] = [];
  const knownToEve: number[] = [0];
  let index = 100;

  const arrive = (source: Endpoint, bytes: Uint8Array): void => {
    const relayed = bench.packet(source, bytes);
    check(bench, relayed, source);
    for (const sent of relayed) {
      if (sameEndpoint(sent.to, EVE)) {
        seenByEve.push(sent.bytes.slice());
        const packet = classifyPacket(sent.bytes);
        if (packet.ok && "sender" in packet.value) knownToEve.push(packet.value.sender);
        continue;
      }
      wire.push({ source, ...sent });
    }
  };
  const receive = (to: Endpoint, bytes: Uint8Array): void => {
    const host = sameEndpoint(to, A) ? hosts.a : hosts.b;
    const reply = host.receive(bytes, (index += 1));
    if (reply !== undefined) wire.push({ source: host.address, bytes: reply });
  };

  for (const one of moves) {
    bench.nowMs += 1;
    switch (one.tag) {
      case "initiate":
        wire.push({ source: hosts[one.who].address, bytes: hosts[one.who].initiate((index += 1)) });
        break;
      case "send": {
        const bytes = hosts[one.who].send();
        if (bytes !== undefined) wire.push({ source: hosts[one.who].address, bytes });
        break;
      }
      case "deliver": {
        const [sent] = wire.splice(one.which % Math.max(1, wire.length), 1);
        if (sent?.to !== undefined) receive(sent.to, sent.bytes);
        else if (sent !== undefined) arrive(sent.source, sent.bytes);
        break;
      }
      case "lose":
        wire.splice(one.which % Math.max(1, wire.length), 1);
        break;
      case "wait":
        bench.nowMs += one.ms;
        break;
      case "relearn":
        bench.input({ tag: "relearn", leg: one.who });
        break;
      case "forge": {
        const known = knownToEve.at(-1 - (one.which % Math.min(6, knownToEve.length))) ?? 0;
        const recipient = one.as === "a" ? KEY.b : KEY.a;
        index += 1;
        if (one.kind !== "data") knownToEve.push(index);
        if (one.kind === "initiation") arrive(EVE, initiation(index, recipient));
        if (one.kind === "response") arrive(EVE, response(index, known, recipient));
        if (one.kind === "data") arrive(EVE, data(known));
        break;
      }
      case "replay": {
        const bytes = seenByEve.at(-1 - (one.which % Math.max(1, seenByEve.length)));
        if (bytes !== undefined) arrive(EVE, bytes);
        break;
      }
    }
  }
  return hosts;
}

describe("any order of both sides' handshakes, losses and a liar's packets", () => {
  it("never confirms the liar, and never relays data to her or from her", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
        play(moves, (bench, relayed, source) => {
          expect([undefined, formatEndpoint(A)]).toContain(textOf(bench.at("a")));
          expect([undefined, formatEndpoint(B)]).toContain(textOf(bench.at("b")));
          for (const { to, bytes } of relayed) {
            const isData = bytes[0] === 4;
            if (isData) expect(sameEndpoint(to, EVE) || sameEndpoint(source, EVE)).toBe(false);
          }
        });
      }),
      { numRuns: 1500 },
    );
  });

  it("gives both ends a session at the first try when they begin at once, bound or not", () => {
    const start: Move[] = [
      { tag: "initiate", who: "a" },
      { tag: "initiate", who: "b" },
    ];
    const deliver = fc.record({ tag: fc.constant("deliver" as const), which });
    fc.assert(
      fc.property(fc.array(deliver, { minLength: 16, maxLength: 16 }), fc.boolean(), (order, bound) => {
        const bench = new Bench();
        if (bound) bench.bind("a", A);
        if (bound) bench.bind("b", B);
        const hosts = play([...start, ...order], () => undefined, bench);
        expect([bench.at("a"), bench.at("b")]).toEqual([A, B]);
        expect(hosts.a.session ?? hosts.b.session).toBeDefined();
      }),
    );
  });

  it("relays at most eight packets to the liar from each of the two within half a minute", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
        let toEve = 0;
        const quick = moves.filter(({ tag }) => tag !== "wait" && tag !== "relearn");
        play(quick, (_bench, relayed) => {
          toEve += relayed.filter(({ to }) => sameEndpoint(to, EVE)).length;
        });
        expect(toEve).toBeLessThanOrEqual(2 * CANDIDATE_PACKETS);
      }),
    );
  });
});

function textOf(endpoint: Endpoint | undefined): string | undefined {
  return endpoint === undefined ? undefined : formatEndpoint(endpoint);
}

// R-1201, R-606
describe("an allocation for an invite", () => {
  const OTHER: Endpoint = { address: "198.51.100.77", port: 7007 };

  /** The joiner's handshake, answered by the member, and what it sends then. */
  function join(bench: Bench, from: Endpoint, index: number): void {
    bench.packet(from, initiation(index, KEY.b));
    bench.packet(B, response(100 + index, index, KEY.a));
    bench.packet(from, data(100 + index));
  }

  it("relays nothing while the member's leg is not bound, whoever plays its part", () => {
    const bench = new Bench("a");
    expect(bench.packet(EVE, initiation(7, KEY.a))).toEqual([]);
    expect(bench.packet(A, initiation(1, KEY.b))).toEqual([]);
    expect(bench.packet(EVE, response(2, 1, KEY.a))).toEqual([]);
    expect(bench.packet(A, data(2))).toEqual([]);
    expect([bench.at("a"), bench.at("b")]).toEqual([undefined, undefined]);
  });

  it("is the joiner's whose handshake the bound member has answered", () => {
    const bench = new Bench("a");
    bench.bind("b", B);
    join(bench, A, 1);
    expect([bench.at("a"), bench.at("b")]).toEqual([A, B]);
    expect(bench.packet(B, data(1))).toEqual([{ to: A, bytes: data(1) }]);
    expect(bench.packet(A, data(101))).toEqual([{ to: B, bytes: data(101) }]);
  });

  it("becomes another's who holds the token and is answered as well; who is not answered takes it from nobody", () => {
    const bench = new Bench("a");
    bench.bind("b", B);
    join(bench, A, 1);
    bench.nowMs += CROSSING_MS;
    bench.packet(EVE, initiation(3, KEY.b));
    // What came by for the joiner, repeated from elsewhere.
    bench.packet(EVE, data(101));
    expect(bench.at("a")).toEqual(A);
    bench.nowMs += CROSSING_MS;
    join(bench, OTHER, 5);
    expect([bench.at("a"), bench.at("b")]).toEqual([OTHER, B]);
  });

  it("never takes the member's leg from where it was bound", () => {
    const bench = new Bench("a");
    bench.bind("b", B);
    join(bench, A, 1);
    bench.packet(EVE, initiation(9, KEY.a));
    bench.packet(A, response(10, 9, KEY.b));
    bench.packet(EVE, data(10));
    expect(bench.at("b")).toEqual(B);
    expect(bench.drops).toContain("leg-taken");
  });

  it("is over for the joiner when the member's leg has fallen silent", () => {
    const bench = new Bench("a");
    bench.bind("b", B);
    join(bench, A, 1);
    bench.nowMs += LEG_IDLE_MS;
    expect(bench.packet(A, data(101))).toEqual([]);
  });

  it("relays eight packets of a handshake for a stranger within half a minute, and nothing back but the member's answers", () => {
    const bench = new Bench("a");
    bench.bind("b", B);
    const relayed = Array.from({ length: 20 }, (_, i) => bench.packet(EVE, initiation(1 + i, KEY.b)).length);
    expect(relayed.reduce((a, b) => a + b)).toBe(CANDIDATE_PACKETS);
    expect(bench.packet(EVE, data(5))).toEqual([]);
    expect(bench.packet(B, data(5))).toEqual([]);
  });
});
