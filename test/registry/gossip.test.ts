import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AUTHOR_RATE, FAULT_RATE, Gossip, type Received } from "../../agent/registry/gossip.ts";
import type { GossipEffect, GossipMessage } from "../../agent/registry/gossip-message.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import { MAX_SOURCES } from "../../agent/registry/subscriptions.ts";
import { sharedReader } from "../../scripts/sim/registry/population.ts";
import { encodeFrame } from "../../protocol/frame.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { slotHash, slotOf, type SignedRecord } from "../../protocol/record.ts";
import { monotonicMs } from "../../protocol/time.ts";
import {
  adminCertificateOf,
  announced,
  applyAll,
  certificateOf,
  ENDPOINTS,
  FOUNDER,
  NETWORK_KEY,
  networkRecord,
  NOW,
  RELAY,
  revocationOf,
  signed,
  testHost,
} from "./network.ts";

const base = [networkRecord(), adminCertificateOf(1), certificateOf(2, FOUNDER), certificateOf(3, FOUNDER)];
const idOf = (digit: string): MemberId => digit.repeat(32) as MemberId;
const [LOW, MIDDLE, HIGH] = ["0", "8", "f"].map(idOf) as [MemberId, MemberId, MemberId];

/** Thousands of signatures are checked once, and not by each host. */
const read = sharedReader();

class Host {
  readonly id: MemberId;
  readonly store = new RecordStore(NETWORK_KEY, read);
  readonly gossip: Gossip;

  constructor(id: MemberId, records: readonly SignedRecord[] = base) {
    this.id = id;
    this.gossip = new Gossip(this.store, id);
    applyAll(this.store, records);
  }

  receive(from: MemberId, message: GossipMessage, atMs = 0): Received {
    return this.gossip.receive(from, message, { wall: NOW, monotonic: monotonicMs(atMs) });
  }
}

type Sent = { readonly from: MemberId; readonly effect: GossipEffect };

/** A network that loses nothing but `isLost`; gives back all that was sent. */
function run(
  hosts: readonly Host[],
  start: readonly Sent[],
  isLost: (sent: Sent) => boolean = () => false,
): readonly Sent[] {
  const queue = [...start];
  for (const sent of queue) {
    const { from, effect } = sent;
    const host = hosts.find(({ id }) => id === effect.to);
    if (host === undefined || isLost(sent)) continue;
    const { effects } = host.receive(from, effect.message);
    queue.push(...effects.map((next) => ({ from: host.id, effect: next })));
  }
  return queue;
}

function sentBy({ id }: Host, effects: readonly GossipEffect[]): readonly Sent[] {
  return effects.map((effect) => ({ from: id, effect }));
}

function connect(a: Host, b: Host): readonly Sent[] {
  return [...sentBy(a, a.gossip.connected(b.id)), ...sentBy(b, b.gossip.connected(a.id))];
}

function holdings(store: RecordStore): readonly string[] {
  return store
    .records()
    .map((record) => `${slotOf(record)} ${record.sequence}`)
    .sort();
}

function recordsIn(sent: readonly Sent[]): number {
  return sent.reduce(
    (sum, { effect: { message } }) => sum + (message.kind === "records" ? message.records.length : 0),
    0,
  );
}

function frameBytes(message: GossipMessage): number {
  return encodeFrame({ kind: "notification", body: message }).length;
}

function revocations(count: number): readonly SignedRecord[] {
  return Array.from({ length: count }, (_, index) =>
    signed({ kind: "revocation", member: index.toString(16).padStart(32, "0") as MemberId }, FOUNDER),
  );
}

const pushed = (records: readonly SignedRecord[]): GossipMessage => ({
  kind: "records",
  records: records.map(({ bytes }) => bytes),
});

//
describe("a new connection", () => {
  it("is begun by the lower id, with the root of what it holds", () => {
    const [low, high] = [new Host(LOW), new Host(HIGH)];
    expect(high.gossip.connected(LOW)).toEqual([]);
    expect(low.gossip.connected(HIGH)).toEqual([
      { to: HIGH, message: { kind: "store-root", hash: low.store.rootHash() } },
    ]);
  });

  it("in the place of another has the lower id begin again, as its first words may be lost with the other", () => {
    const [low, high] = [new Host(LOW), new Host(HIGH, [...base, announced(RELAY, testHost(2))])];
    connect(low, high);
    expect(holdings(low.store)).not.toEqual(holdings(high.store));
    run([low, high], [...sentBy(low, low.gossip.replaced(HIGH)), ...sentBy(high, high.gossip.replaced(LOW))]);
    expect(holdings(low.store)).toEqual(holdings(high.store));
  });

  it("in the place of another brings what was asked for in that one and never came, to both ends", () => {
    const low = new Host(LOW, [...base, announced(RELAY, testHost(2))]);
    const high = new Host(HIGH, [...base, announced(RELAY, testHost(3))]);
    const isLost = ({ effect }: Sent): boolean => effect.message.kind === "wanted";
    const sent = run([low, high], connect(low, high), isLost);
    expect(sent.filter(isLost)).toHaveLength(2);
    run([low, high], [...sentBy(low, low.gossip.replaced(HIGH)), ...sentBy(high, high.gossip.replaced(LOW))]);
    expect(holdings(low.store)).toEqual(holdings(high.store));
    expect(low.store.size).toBe(base.length + 2);
  });

  it("costs 40 bytes and nothing more between equals", () => {
    const [low, high] = [new Host(LOW), new Host(HIGH)];
    const sent = run([low, high], connect(low, high));
    expect(sent.map(({ effect }) => frameBytes(effect.message))).toEqual([39]);
  });

  it("makes both ends equal, and no record crosses that the other end had", () => {
    const low = new Host(LOW, [...base, announced(RELAY, testHost(2)), announced(ENDPOINTS, testHost(3))]);
    const newer = announced(ENDPOINTS, testHost(3), { sequence: NOW + 1 });
    const high = new Host(HIGH, [...base, newer, revocationOf(2, FOUNDER)]);
    const sent = run([low, high], connect(low, high));
    expect(holdings(low.store)).toEqual(holdings(high.store));
    // The newer endpoints, the revocation, and the relay that was asked for before the revocation came.
    expect(recordsIn(sent)).toBe(3);
  });

  it("fills an empty store", () => {
    for (const [first, second] of [
      [new Host(LOW), new Host(HIGH, [])],
      [new Host(LOW, []), new Host(HIGH)],
    ] as const) {
      run([first, second], connect(first, second));
      expect(holdings(second.store)).toEqual(holdings(first.store));
    }
  });

  it("of 2,100 records with one difference costs less than 4 KB, and of all that differ stays within control frames", () => {
    const many = revocations(2_100);
    const [low, high, empty] = [
      new Host(LOW, [...base, ...many]),
      new Host(HIGH, [...base, ...many.slice(1)]),
      new Host(MIDDLE),
    ];
    const one = run([low, high], connect(low, high));
    expect(one.reduce((sum, { effect }) => sum + frameBytes(effect.message), 0)).toBeLessThan(4_000);
    const all = run([low, empty], connect(low, empty));
    expect(holdings(empty.store)).toEqual(holdings(low.store));
    for (const { effect } of all) expect(frameBytes(effect.message)).toBeLessThan(60 * 1024);
  });

  it("asks of one peer what another has been asked for already", () => {
    const host = new Host(MIDDLE);
    const [first, second] = [new Host(LOW, [...base, ...revocations(40)]), new Host(HIGH)];
    applyAll(second.store, first.store.records());
    const started = [...connect(first, host), ...connect(second, host)];
    const sent = run([host, first, second], started);
    expect(recordsIn(sent.filter(({ effect }) => effect.to === MIDDLE))).toBe(40);
    expect(holdings(host.store)).toEqual(holdings(first.store));
  });

  it("that ends lets another be asked at once", () => {
    const host = new Host(MIDDLE);
    const offer = {
      kind: "digest",
      entries: [{ slot: new Uint8Array(12), sequence: 1 }],
      buckets: new Uint8Array(),
    } as const;
    const asks = (from: MemberId, atMs: number): number => host.receive(from, offer, atMs).effects.length;
    host.gossip.connected(LOW);
    expect([asks(LOW, 0), asks(HIGH, 0), asks(HIGH, 9_999)]).toEqual([1, 0, 0]);
    host.gossip.disconnected(LOW);
    expect(asks(HIGH, 9_999)).toBe(1);
    // What is not admitted is asked for ever more rarely: after 10 s, 40 s and so on.
    expect([asks(HIGH, 19_998), asks(HIGH, 19_999), asks(HIGH, 59_998), asks(HIGH, 59_999)]).toEqual([
      0, 1, 0, 1,
    ]);
  });
});

describe("the periodic exchange", () => {
  it("goes to one peer after the other", () => {
    const host = new Host(MIDDLE);
    for (const peer of [LOW, HIGH]) host.gossip.connected(peer);
    const asked = Array.from({ length: 3 }, () => host.gossip.exchange().map(({ to }) => to));
    expect(asked).toEqual([[LOW], [HIGH], [LOW]]);
    expect(new Host(LOW).gossip.exchange()).toEqual([]);
  });

  it("spares volunteers where there are three others", () => {
    const volunteer = testHost(2).id;
    const host = new Host(idOf("f"), [...base, announced(RELAY, testHost(2))]);
    host.gossip.connected(volunteer);
    const asked = (): readonly MemberId[] => host.gossip.exchange().map(({ to }) => to);
    const others = Array.from("123", idOf);
    for (const peer of others.slice(1)) host.gossip.connected(peer);
    expect([...asked(), ...asked(), ...asked()]).toContain(volunteer);
    host.gossip.connected(idOf("1"));
    expect([...asked(), ...asked(), ...asked()].sort()).toEqual(others);
  });
});

describe("what is new", () => {
  it("is passed on to all but its sender, once, and what is known is not", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(LOW);
    host.gossip.connected(HIGH);
    const message = pushed([announced(RELAY, testHost(2))]);
    expect(host.receive(LOW, message).effects).toEqual([{ to: HIGH, message }]);
    expect(host.receive(HIGH, message).effects).toEqual([]);
  });

  it("goes on together with what had waited for it", () => {
    const host = new Host(MIDDLE, base.slice(0, 2));
    host.gossip.connected(HIGH);
    const [relay, certificate] = [announced(RELAY, testHost(2)), certificateOf(2, FOUNDER)];
    expect(host.receive(LOW, pushed([relay])).effects).toEqual([]);
    expect(host.receive(LOW, pushed([certificate])).effects).toEqual([
      { to: HIGH, message: pushed([certificate, relay]) },
    ]);
  });

  it("is offered and not pushed where it is more than sixteen records", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(HIGH);
    const kinds = (records: readonly SignedRecord[]): readonly string[] =>
      host.receive(LOW, pushed(records)).effects.map(({ message }) => message.kind);
    const records = revocations(33);
    expect(kinds(records.slice(0, 16))).toEqual(["records"]);
    expect(kinds(records.slice(16))).toEqual(["digest"]);
  });

  it("of this host goes to eight, wanted or not, and a revocation to all", () => {
    const host = new Host(MIDDLE);
    const peers = Array.from("12345679abcdef", idOf);
    for (const peer of peers) host.gossip.connected(peer);
    for (const peer of peers) host.receive(peer, { kind: "subscription", wanted: false, overloaded: false });
    expect(host.gossip.publish([announced(RELAY, testHost(2))])).toHaveLength(8);
    expect(host.gossip.publish([revocationOf(2, FOUNDER)])).toHaveLength(new Set(peers).size);
  });

  it("of this host goes to all where they are few", () => {
    const host = new Host(MIDDLE);
    for (const peer of [LOW, HIGH, idOf("a")]) host.gossip.connected(peer);
    host.gossip.disconnected(LOW);
    host.receive(HIGH, { kind: "subscription", wanted: false, overloaded: false });
    const record = announced(RELAY, testHost(2));
    expect(host.gossip.publish([record]).map(({ to }) => to)).toEqual([HIGH, idOf("a")]);
  });

  it("goes to nobody who does not want it, unless it is a revocation", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(HIGH);
    host.receive(HIGH, { kind: "subscription", wanted: false, overloaded: false });
    expect(host.receive(LOW, pushed([announced(RELAY, testHost(2))])).effects).toEqual([]);
    const both = [announced(ENDPOINTS, testHost(3)), revocationOf(2, FOUNDER)];
    expect(host.receive(LOW, pushed(both)).effects).toEqual([{ to: HIGH, message: pushed(both.slice(1)) }]);
    host.receive(HIGH, { kind: "subscription", wanted: true, overloaded: false });
    const next = announced(ENDPOINTS, testHost(3), { sequence: NOW + 1 });
    expect(host.receive(LOW, pushed([next])).effects).toEqual([{ to: HIGH, message: pushed([next]) }]);
  });
});

describe("pushes are wanted", () => {
  const peers = Array.from("123456789", idOf);
  const wishes = (effects: readonly GossipEffect[]): readonly string[] =>
    effects.flatMap(({ to, message }) =>
      message.kind === "subscription" ? [`${to.slice(0, 1)} ${message.wanted}`] : [],
    );

  it("of three peers, however many there are, and of another when one of them goes", () => {
    const host = new Host(idOf("f"));
    expect(peers.map((peer) => wishes(host.gossip.connected(peer))).flat()).toEqual(
      peers.slice(MAX_SOURCES).map((peer) => `${peer.slice(0, 1)} false`),
    );
    expect(wishes(host.gossip.disconnected(idOf("9")))).toEqual([]);
    expect(wishes(host.gossip.disconnected(idOf("1")))).toEqual(["4 true"]);
  });

  it("of another where a source pushes to many, unless all others do, too", () => {
    const host = new Host(idOf("f"));
    for (const peer of peers.slice(0, MAX_SOURCES)) host.gossip.connected(peer);
    const overloaded = { kind: "subscription", wanted: true, overloaded: true } as const;
    expect(host.receive(idOf("1"), overloaded).effects).toEqual([]);
    host.gossip.connected(idOf("9"));
    expect(wishes(host.receive(idOf("1"), overloaded).effects)).toEqual(["9 true", "1 false"]);
    expect(host.receive(idOf("2"), overloaded).effects).toEqual([]);
  });

  it("by more than four peers has those beyond asked once to look elsewhere, and pushed to until they do", () => {
    const host = new Host(idOf("f"));
    for (const peer of peers.slice(0, 7)) host.gossip.connected(peer);
    const asked = host.gossip
      .exchange()
      .flatMap(({ to, message }) => (message.kind === "subscription" && message.overloaded ? [to] : []));
    expect(asked).toEqual([idOf("5"), idOf("6"), idOf("7")]);
    expect(host.gossip.exchange()).toHaveLength(1);
    const { effects } = host.receive(idOf("1"), pushed([announced(RELAY, testHost(2))]));
    expect(effects).toHaveLength(6);
  });

  it("rather of members than of volunteers, who have many to serve", () => {
    const [volunteer, member] = [testHost(2).id, testHost(3).id];
    const host = new Host(idOf("f"), [...base, announced(RELAY, testHost(2))]);
    for (const peer of [volunteer, ...peers.slice(0, MAX_SOURCES - 1)]) host.gossip.connected(peer);
    expect(host.gossip.connected(member).filter(({ message }) => message.kind === "subscription")).toEqual([
      { to: volunteer, message: { kind: "subscription", wanted: false, overloaded: false } },
    ]);
    expect(wishes(host.gossip.disconnected(idOf("1")))).toEqual([`${volunteer.slice(0, 1)} true`]);
  });
});

//
describe("a peer that misbehaves", () => {
  it("has its bad records counted by reason, until it disconnects", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(LOW);
    const records = [new Uint8Array([255]), new Uint8Array(3000), new Uint8Array([255, 255])];
    host.receive(LOW, { kind: "records", records });
    expect(host.gossip.refusals.get(LOW)).toEqual(
      new Map([
        ["record-malformed", 2],
        ["record-too-long", 1],
      ]),
    );
    host.gossip.disconnected(LOW);
    expect(host.gossip.refusals.size).toBe(0);
  });

  it("is not listened to after 64 bad records until a second has passed for each, also when it connects anew", () => {
    const host = new Host(MIDDLE);
    const bad = Array<Uint8Array>(100).fill(new Uint8Array([255]));
    const good = pushed([announced(RELAY, testHost(2))]);
    host.receive(LOW, { kind: "records", records: bad });
    expect(host.gossip.refusals.get(LOW)).toEqual(
      new Map([
        ["record-malformed", FAULT_RATE.burst],
        ["sender-rate", 1],
      ]),
    );
    host.gossip.disconnected(LOW);
    host.gossip.connected(LOW);
    expect(host.receive(LOW, good, 999).admitted).toEqual([]);
    expect(host.receive(HIGH, good, 999).admitted).toHaveLength(1);
    const next = pushed([announced(RELAY, testHost(2), { sequence: NOW + 1 })]);
    expect(host.receive(LOW, next, 1_000).admitted).toHaveLength(1);
  });

  it("is not blamed for what a clock, a race or a later version explains", () => {
    const host = new Host(MIDDLE, [...base, announced(RELAY, testHost(2))]);
    const old = announced(RELAY, testHost(2), { sequence: NOW - 1 });
    host.receive(LOW, pushed(Array<SignedRecord>(200).fill(old)));
    expect(host.gossip.refusals.get(LOW)).toEqual(new Map([["rollback", 200]]));
    expect(host.receive(LOW, pushed([announced(ENDPOINTS, testHost(3))])).admitted).toHaveLength(1);
  });

  it("is not blamed for farewells of members whose certificates have run out, however many it keeps", () => {
    const host = new Host(MIDDLE);
    const farewells = Array.from({ length: 100 }, (_, index) =>
      revocationOf(10 + index, testHost(10 + index)),
    );
    expect(host.receive(LOW, pushed(farewells)).admitted).toEqual([]);
    expect(host.receive(LOW, pushed([announced(ENDPOINTS, testHost(3))])).admitted).toHaveLength(1);
  });

  it("that announces without end is heard sixteen times, and then once in ten seconds", () => {
    const host = new Host(MIDDLE);
    const flood = Array.from({ length: 40 }, (_, index) =>
      announced(RELAY, testHost(2), { sequence: NOW + index }),
    );
    const heard = (records: readonly SignedRecord[], atMs: number): number =>
      host.receive(LOW, pushed(records), atMs).admitted.length;
    expect(heard(flood.slice(0, 20), 0)).toBe(AUTHOR_RATE.burst);
    expect([heard(flood.slice(20, 30), 9_999), heard(flood.slice(30), 10_000)]).toEqual([0, 1]);
    expect(host.gossip.refusals.get(LOW)?.get("author-rate")).toBe(4 + 10 + 9);
    // Others are not affected, and neither is what the same author must be able to say.
    expect(heard([announced(ENDPOINTS, testHost(3)), revocationOf(2, testHost(2))], 10_000)).toBe(2);
  });

  it("that says farewell without end is heard at first, and as rarely as in announcements", () => {
    const host = new Host(MIDDLE);
    const flood = Array.from({ length: 40 }, (_, index) =>
      revocationOf(2, testHost(2), { sequence: NOW + index }),
    );
    const heard = (records: readonly SignedRecord[], atMs: number): number =>
      host.receive(LOW, pushed(records), atMs).admitted.length;
    expect(heard(flood.slice(0, 20), 0)).toBe(AUTHOR_RATE.burst);
    expect([heard(flood.slice(20, 30), 9_999), heard(flood.slice(30), 10_000)]).toEqual([0, 1]);
    // An admin is heard of every member that it revokes, however many.
    expect(heard(revocations(40), 10_000)).toBe(40);
  });

  it("cannot silence another by forging its announcements", () => {
    const host = new Host(MIDDLE);
    const forged = Array.from({ length: 60 }, (_, index) => {
      const bytes = announced(RELAY, testHost(2), { sequence: NOW + index }).bytes.slice();
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return bytes;
    });
    host.receive(LOW, { kind: "records", records: forged });
    expect(host.gossip.refusals.get(LOW)).toEqual(new Map([["record-signature", 60]]));
    expect(host.receive(HIGH, pushed([announced(RELAY, testHost(2))])).admitted).toHaveLength(1);
  });

  it("cannot withhold a record by offering it itself, for longer than its answer may take, whatever it claims", () => {
    const host = new Host(MIDDLE);
    const slot = slotHash(slotOf(revocationOf(3, FOUNDER)));
    const isAsked = (from: MemberId, sequence: number, atMs: number): boolean => {
      const digest = { kind: "digest", entries: [{ slot, sequence }], buckets: new Uint8Array() } as const;
      return host.receive(from, digest, atMs).effects.length > 0;
    };
    expect(isAsked(LOW, NOW + 1_000, 0)).toBe(true);
    expect(isAsked(HIGH, NOW, 9_999)).toBe(false);
    // It is ready again and again, with ever greater numbers and on new connections.
    for (const [index, atMs] of [1, 5_000, 9_999, 10_000].entries()) {
      isAsked(LOW, NOW + 2_000 + index, atMs);
      host.gossip.disconnected(LOW);
      host.gossip.connected(LOW);
      isAsked(LOW, NOW + 3_000 + index, atMs);
    }
    expect(isAsked(HIGH, NOW, 10_000)).toBe(true);
  });

  it("of which a flood of offers is asked for 4,096 slots, and others for theirs", () => {
    const host = new Host(MIDDLE);
    const offer = (first: number): GossipMessage => ({
      kind: "digest",
      entries: Array.from({ length: 2_000 }, (_, index) => {
        const slot = new Uint8Array(12);
        new DataView(slot.buffer).setUint32(0, first + index);
        return { slot, sequence: 1 };
      }),
      buckets: new Uint8Array(),
    });
    const asked = (from: MemberId, first: number): number =>
      host
        .receive(from, offer(first))
        .effects.reduce(
          (sum, { message }) => sum + (message.kind === "wanted" ? message.slots.length : 0),
          0,
        );
    expect([0, 2_000, 4_000, 6_000].map((first) => asked(LOW, first))).toEqual([2_000, 2_000, 96, 0]);
    expect(asked(HIGH, 6_000)).toBe(2_000);
  });

  it("cannot have all entries sent for a few bytes, again and again", () => {
    const host = new Host(MIDDLE, [...base, ...revocations(1_000)]);
    const question = {
      kind: "digest",
      entries: [],
      buckets: Uint8Array.from({ length: 256 }, (_, i) => i),
    } as const;
    const bytes = Array.from({ length: 1_000 }, () => {
      const { effects } = host.receive(LOW, question);
      return effects.reduce((sum, { message }) => sum + frameBytes(message), 0);
    });
    expect(bytes[0]).toBeGreaterThan(20_000);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(17 * 1024 * 1024);
    expect(host.gossip.refusals.get(LOW)?.get("exchange-rate")).toBeGreaterThan(0);
    expect(host.receive(HIGH, question).effects).toHaveLength(1);
  });

  it("gets a record once, however often it names the slot, and nothing for a slot that is empty", () => {
    const host = new Host(MIDDLE);
    const slot = slotHash(slotOf(networkRecord()));
    const { effects } = host.receive(LOW, { kind: "wanted", slots: [slot, slot, new Uint8Array(12)] });
    expect(effects).toEqual([{ to: LOW, message: pushed([networkRecord()]) }]);
  });

  it("is sent no more buckets than twice what exchanges need, and no more than a full store of records", () => {
    const host = new Host(MIDDLE, [...base, ...revocations(1_000)]);
    const answers = Array.from(
      { length: 30 },
      () => host.receive(LOW, { kind: "store-root", hash: new Uint8Array(32) }).effects.length,
    );
    expect(answers.filter((count) => count > 0)).toHaveLength(16);
    const slots = host.store.records().map((record) => slotHash(slotOf(record)));
    const bytes = Array.from({ length: 130 }, () => {
      const { effects } = host.receive(LOW, { kind: "wanted", slots });
      return effects.reduce((sum, { message }) => sum + frameBytes(message), 0);
    });
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(17 * 1024 * 1024);
    expect(host.gossip.refusals.get(LOW)?.get("wanted-rate")).toBeGreaterThan(0);
    expect(host.receive(HIGH, { kind: "wanted", slots }).effects.length).toBeGreaterThan(0);
  });
});

it("three hosts in a line become equal, whatever each of them knew", () => {
  const all = [
    ...base,
    announced(RELAY, testHost(2)),
    announced(ENDPOINTS, testHost(3)),
    revocationOf(3, FOUNDER),
  ];
  const some = fc.subarray([...all]);
  fc.assert(
    fc.property(some, some, some, (first, second, third) => {
      const hosts = [new Host(LOW, first), new Host(MIDDLE, second), new Host(HIGH, third)] as const;
      run(hosts, [...connect(hosts[0], hosts[1]), ...connect(hosts[1], hosts[2])]);
      const known = new Host(LOW, [...first, ...second, ...third]);
      for (let round = 0; round < 2; round++)
        run(
          hosts,
          hosts.flatMap((host) => sentBy(host, host.gossip.exchange())),
        );
      for (const host of hosts) expect(host.store.roster.members).toEqual(known.store.roster.members);
    }),
    { numRuns: 50 },
  );
});
