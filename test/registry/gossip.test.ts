import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gossip, type GossipEffect, type GossipMessage } from "../../agent/registry/gossip.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { slotHash, slotOf, type SignedRecord } from "../../protocol/record.ts";
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
const [LOW, MIDDLE, HIGH] = ["0", "8", "f"].map((digit) => digit.repeat(32) as MemberId) as [
  MemberId,
  MemberId,
  MemberId,
];

class Host {
  readonly id: MemberId;
  readonly store = new RecordStore(NETWORK_KEY);
  readonly gossip: Gossip;

  constructor(id: MemberId, records: readonly SignedRecord[] = base) {
    this.id = id;
    this.gossip = new Gossip(this.store, id);
    applyAll(this.store, records);
  }
}

type Sent = { readonly from: MemberId; readonly effect: GossipEffect };

/** A network that loses nothing; gives back all that was sent. */
function run(hosts: readonly Host[], start: readonly Sent[]): readonly Sent[] {
  const queue = [...start];
  for (const { from, effect } of queue) {
    const host = hosts.find(({ id }) => id === effect.to);
    if (host === undefined) continue;
    const { effects } = host.gossip.receive(from, effect.message, NOW);
    queue.push(...effects.map((next) => ({ from: host.id, effect: next })));
  }
  return queue;
}

function connect(a: Host, b: Host): readonly Sent[] {
  return [
    ...a.gossip.connected(b.id).map((effect) => ({ from: a.id, effect })),
    ...b.gossip.connected(a.id).map((effect) => ({ from: b.id, effect })),
  ];
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

//
describe("a new connection", () => {
  it("is begun by the lower id, with a digest of all it holds", () => {
    const [low, high] = [new Host(LOW), new Host(HIGH)];
    expect(high.gossip.connected(LOW)).toEqual([]);
    const [effect] = low.gossip.connected(HIGH);
    expect(effect?.to).toBe(HIGH);
    expect(effect?.message).toEqual({ kind: "digest", entries: [...low.store.slots()], last: true });
  });

  it("makes both ends equal, and no record crosses that the other end had", () => {
    const low = new Host(LOW, [...base, announced(RELAY, testHost(2)), announced(ENDPOINTS, testHost(3))]);
    const newer = announced(ENDPOINTS, testHost(3), { sequence: NOW + 1 });
    const high = new Host(HIGH, [...base, newer, revocationOf(2, FOUNDER)]);
    const sent = run([low, high], connect(low, high));
    expect(holdings(low.store)).toEqual(holdings(high.store));
    expect(recordsIn(sent)).toBe(2); // the newer endpoints and the revocation, which leaves no relay to ask for
  });

  it("costs a digest and nothing more between equals", () => {
    const [low, high] = [new Host(LOW), new Host(HIGH)];
    expect(run([low, high], connect(low, high))).toHaveLength(1);
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

  it("of large stores stays within a control frame", () => {
    const many = Array.from({ length: 2_500 }, (_, index) =>
      signed({ kind: "revocation", member: index.toString(16).padStart(32, "0") as MemberId }, FOUNDER),
    );
    const [low, high] = [new Host(LOW, [...base, ...many]), new Host(HIGH)];
    const sent = run([low, high], connect(low, high));
    expect(holdings(high.store)).toEqual(holdings(low.store));
    for (const { effect } of sent) expect(sizeOf(effect.message)).toBeLessThan(60 * 1024);
    expect(sent.filter(({ effect }) => effect.message.kind === "digest")).toHaveLength(2);
  });

  function sizeOf(message: GossipMessage): number {
    switch (message.kind) {
      case "digest":
        return message.entries.length * 26;
      case "wanted":
        return message.slots.length * 14;
      case "records":
        return message.records.reduce((sum, { length }) => sum + length + 3, 0);
    }
  }
});

describe("what is new", () => {
  it("is passed on to all but its sender, once, and what is known is not", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(LOW);
    host.gossip.connected(HIGH);
    const message = { kind: "records", records: [announced(RELAY, testHost(2)).bytes] } as const;
    expect(host.gossip.receive(LOW, message, NOW).effects).toEqual([{ to: HIGH, message }]);
    expect(host.gossip.receive(HIGH, message, NOW).effects).toEqual([]);
  });

  it("goes on together with what had waited for it", () => {
    const host = new Host(MIDDLE, base.slice(0, 2));
    host.gossip.connected(HIGH);
    const [relay, certificate] = [announced(RELAY, testHost(2)).bytes, certificateOf(2, FOUNDER).bytes];
    expect(host.gossip.receive(LOW, { kind: "records", records: [relay] }, NOW).effects).toEqual([]);
    const { effects } = host.gossip.receive(LOW, { kind: "records", records: [certificate] }, NOW);
    expect(effects).toEqual([{ to: HIGH, message: { kind: "records", records: [certificate, relay] } }]);
  });

  it("of this host goes to all", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(LOW);
    host.gossip.connected(HIGH);
    host.gossip.disconnected(LOW);
    const record = announced(RELAY, testHost(2));
    const message = { kind: "records", records: [record.bytes] };
    expect(host.gossip.publish([record])).toEqual([{ to: HIGH, message }]);
  });
});

describe("a peer that misbehaves", () => {
  it("has its bad records counted by reason, until it disconnects", () => {
    const host = new Host(MIDDLE);
    host.gossip.connected(LOW);
    const records = [new Uint8Array([255]), new Uint8Array(3000), new Uint8Array([255, 255])];
    host.gossip.receive(LOW, { kind: "records", records }, NOW);
    expect(host.gossip.refusals.get(LOW)).toEqual(
      new Map([
        ["record-malformed", 2],
        ["record-too-long", 1],
      ]),
    );
    host.gossip.disconnected(LOW);
    expect(host.gossip.refusals.size).toBe(0);
  });

  it("gets a record once, however often it names the slot, and nothing for a slot that is empty", () => {
    const host = new Host(MIDDLE);
    const slot = slotHash(slotOf(networkRecord()));
    const { effects } = host.gossip.receive(
      LOW,
      { kind: "wanted", slots: [slot, slot, new Uint8Array(12)] },
      NOW,
    );
    expect(effects).toEqual([{ to: LOW, message: { kind: "records", records: [networkRecord().bytes] } }]);
  });

  it("cannot make a digest that never ends", () => {
    const host = new Host(MIDDLE);
    for (let round = 0; round < 20; round++) {
      const entries = Array.from({ length: 2_000 }, (_, index) => {
        const slot = Buffer.alloc(12);
        slot.writeUInt32BE(round * 2_000 + index);
        return { slot: new Uint8Array(slot), sequence: 1 };
      });
      host.gossip.receive(LOW, { kind: "digest", entries, last: false }, NOW);
    }
    expect(host.gossip.refusals.get(LOW)?.get("digest-too-long")).toBe(1);
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
      run(
        hosts,
        hosts.flatMap((host) => host.gossip.refresh().map((effect) => ({ from: host.id, effect }))),
      );
      for (const host of hosts) expect(host.store.roster.members).toEqual(known.store.roster.members);
    }),
    { numRuns: 50 },
  );
});
