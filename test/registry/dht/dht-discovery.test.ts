import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import { DhtDiscovery } from "../../../agent/registry/dht/dht-discovery.ts";
import type { KnownNode, SlotItem } from "../../../agent/registry/dht/dht-session.ts";
import { entryOf, openEntry, sealEntry, type Entry } from "../../../agent/registry/dht/entry.ts";
import {
  dhtSecretOf,
  slotAt,
  SLOTS,
  WINDOW_MS,
  type DhtSecret,
  type Slot,
} from "../../../agent/registry/dht/slot.ts";
import { RecordStore } from "../../../agent/registry/store.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import { wallMs } from "../../../protocol/time.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import {
  announced,
  certificateOf,
  NETWORK,
  NETWORK_KEY,
  networkRecord,
  RELAY,
  ROOT,
  testHost,
} from "../network.ts";

const SECRET = dhtSecretOf(2, new Uint8Array(32).fill(2));
const BEFORE = dhtSecretOf(1, new Uint8Array(32).fill(1));
const FIRST = { address: "198.51.100.1", port: 6_881 };
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Longer than a host waits before it writes, and before it looks. */
const SOON_MS = 15_000;

function entryFor(number: number, port = 51_820): Entry {
  const store = new RecordStore(NETWORK_KEY);
  const relay = { ...RELAY, endpoints: [{ carrier: "udp", endpoint: { address: "192.0.2.1", port } }] };
  const host = testHost(number);
  for (const record of [networkRecord(), certificateOf(number, ROOT), announced(relay, host)])
    store.apply(record.bytes, record.issuedAt);
  const entry = entryOf(store, host.id);
  if (entry === undefined) throw new Error("no entry");
  return entry;
}

/** A DHT on paper: all nodes have what was written, and take what is newer. */
class PaperDht {
  readonly clock = new FakeClock();
  readonly items = new Map<string, SlotItem & { readonly slot: Slot }>();
  readonly members: PaperMember[] = [];
  answers = true;
  /** Some nodes are silent for as long as anybody waits for them. */
  isSlow = false;
  open = 0;
  opened = 0;
  gets = 0;
  /** Runs between a look and the write after it. */
  onGot: (slot: Slot) => void = () => undefined;

  member(number: number, options: Partial<PaperOptions> = {}): PaperMember {
    const member = new PaperMember(this, number, options);
    this.members.push(member);
    member.discovery.start();
    return member;
  }

  write(slot: Slot, item: SlotItem): void {
    this.items.set(keyOf(slot), { ...item, slot });
  }

  get written(): readonly Slot[] {
    return [...this.items.values()].map(({ slot }) => slot);
  }
}

type PaperOptions = {
  readonly entry: Entry | undefined;
  readonly secrets: readonly DhtSecret[];
  readonly isAlone: boolean;
  readonly skewMs: number;
};

class PaperMember {
  readonly id: MemberId;
  readonly discovery: DhtDiscovery;
  readonly found: MemberId[] = [];
  readonly known: (readonly KnownNode[])[] = [];
  entry: Entry | undefined;
  secrets: readonly DhtSecret[];
  secretSince: number | undefined;
  isAlone: boolean;

  constructor(dht: PaperDht, number: number, options: Partial<PaperOptions>) {
    this.id = testHost(number).id;
    this.entry = options.entry;
    this.secrets = options.secrets ?? [SECRET];
    this.isAlone = options.isAlone ?? false;
    const { skewMs = 0 } = options;
    const { clock } = dht;
    this.discovery = new DhtDiscovery({
      self: this.id,
      network: NETWORK,
      clock: {
        wallNow: () => wallMs(clock.wallNow() + skewMs),
        monotonicNow: () => clock.monotonicNow(),
        after: (delayMs, callback) => clock.after(delayMs, callback),
      },
      random: seededRandom(number),
      log: silentLogger,
      secrets: () => this.secrets,
      secretSince: () => (this.secretSince === undefined ? undefined : wallMs(this.secretSince)),
      ownEntry: () => this.entry,
      isAlone: () => this.isAlone,
      firstNodes: () => Promise.resolve([FIRST]),
      openSession: (_, known) => {
        dht.open++;
        dht.opened++;
        this.known.push(known);
        return Promise.resolve({
          get: (slot, signal, onNewer) => {
            dht.gets++;
            const item = dht.answers ? dht.items.get(keyOf(slot)) : undefined;
            if (item !== undefined) onNewer?.(item);
            dht.onGot(slot);
            if (!dht.isSlow) return Promise.resolve(item);
            return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
          },
          put: (slot, item, before) => {
            const held = dht.items.get(keyOf(slot));
            // BEP 44: only what is newer, and only in the place of what the writer has seen.
            const isNewer = held === undefined || item.sequence > held.sequence;
            if (!dht.answers || !isNewer || (before !== undefined && before.sequence !== held?.sequence))
              return Promise.resolve(0);
            dht.write(slot, item);
            return Promise.resolve(20);
          },
          answered: dht.answers ? 21 : 0,
          asked: 30,
          known: [{ id: "00", address: "198.51.100.9", port: 6_881 }],
          [Symbol.asyncDispose]: () => {
            dht.open--;
            return Promise.resolve();
          },
        });
      },
      onEntry: (entry) => {
        this.found.push(entry.member);
        return Promise.resolve();
      },
    });
  }
}

function keyOf({ target }: Slot): string {
  return Buffer.from(target).toString("hex");
}

const windowAt = (clock: FakeClock): number => Math.floor(clock.wallNow() / WINDOW_MS);
const seconds = (clock: FakeClock): number => Math.floor(clock.wallNow() / 1_000);

//
describe("a member that is connected to nobody", () => {
  it("finds the volunteer that was written, whatever its clock says within the tolerance", async () => {
    for (const skewMs of [-70 * MINUTE_MS, 0, 70 * MINUTE_MS])
      for (const waitMs of [SOON_MS, 50 * MINUTE_MS, 110 * MINUTE_MS]) {
        const dht = new PaperDht();
        const vera = dht.member(1, { entry: entryFor(1) });
        await dht.clock.advance(waitMs);
        const away = dht.member(2, { isAlone: true, skewMs });
        await dht.clock.advance(SOON_MS);
        expect(new Set(away.found)).toEqual(new Set([vera.id]));
      }
  });

  it("has what a look-up finds before it has ended", async () => {
    const dht = new PaperDht();
    const vera = dht.member(1, { entry: entryFor(1) });
    await dht.clock.advance(SOON_MS);
    dht.isSlow = true;
    const away = dht.member(2, { isAlone: true });
    await dht.clock.advance(SOON_MS);
    expect(away.found).toEqual([vera.id]);
    expect(dht.open).toBe(1);
  });

  it("looks again ever more rarely, an hour apart in the end, and at once when it has moved", async () => {
    const dht = new PaperDht();
    const away = dht.member(2, { isAlone: true });
    await dht.clock.advance(DAY_MS);
    const { opened } = dht;
    expect(opened).toBeLessThan(32);
    expect(opened).toBeGreaterThan(20);
    away.discovery.refresh();
    await dht.clock.advance(SOON_MS);
    expect(dht.opened).toBe(opened + 1);
  });

  it("stops looking as soon as somebody is connected", async () => {
    const dht = new PaperDht();
    const away = dht.member(2, { isAlone: true });
    let reads = 0;
    dht.onGot = () => {
      away.isAlone = ++reads < SLOTS;
    };
    await dht.clock.advance(60 * MINUTE_MS);
    expect(dht.gets).toBe(SLOTS);
  });

  it("begins the next time with nodes that it knows by then, and with none where they all were silent", async () => {
    const dht = new PaperDht();
    const away = dht.member(2, { isAlone: true });
    await dht.clock.advance(SOON_MS);
    dht.answers = false;
    await dht.clock.advance(4 * MINUTE_MS);
    expect(away.known.map((known) => known.length)).toEqual([0, 1, 0]);
    expect(away.discovery.report).toMatchObject({ nodes: 0, found: undefined });
  });
});

//
describe("where all is well", () => {
  it("members that nobody could reach never open a socket", async () => {
    const dht = new PaperDht();
    dht.member(2);
    await dht.clock.advance(60 * MINUTE_MS);
    expect(dht.opened).toBe(0);
  });

  it("a volunteer writes every 30 to 45 minutes, and has no socket in between", async () => {
    const dht = new PaperDht();
    dht.member(1, { entry: entryFor(1) });
    await dht.clock.advance(SOON_MS);
    expect(dht.opened).toBe(1);
    await dht.clock.advance(DAY_MS);
    expect(dht.opened).toBeGreaterThan(31);
    expect(dht.opened).toBeLessThan(50);
    expect(dht.open).toBe(0);
  });

  it("a volunteer that has moved writes at once, and over what it said", async () => {
    const dht = new PaperDht();
    const vera = dht.member(1, { entry: entryFor(1) });
    await dht.clock.advance(SOON_MS);
    const { size } = dht.items;
    vera.entry = entryFor(1, 40_000);
    await dht.clock.advance(SOON_MS);
    expect(dht.opened).toBe(2);
    expect(dht.items.size).toBe(size);
  });

  it("nothing is left running or armed after the end", async () => {
    const dht = new PaperDht();
    const vera = dht.member(1, { entry: entryFor(1), isAlone: true });
    await dht.clock.advance(SOON_MS);
    await vera.discovery[Symbol.asyncDispose]();
    expect([dht.open, dht.clock.pending]).toEqual([0, 0]);
  });
});

//
describe("volunteers that share four slots", () => {
  const holders = (dht: PaperDht): ReadonlyMap<number, MemberId> =>
    new Map(
      [...dht.items.values()]
        .filter(({ slot }) => slot.window === windowAt(dht.clock))
        .map(({ slot, value }) => {
          const entry = openEntry(value, slot, NETWORK);
          if (!entry.ok) throw new Error(entry.reason);
          return [slot.index, entry.value.member] as const;
        }),
    );

  it("fill as many as there are of them, and leave each other's alone", async () => {
    for (const count of [1, 2, 4, 5, 50]) {
      const dht = new PaperDht();
      for (let number = 1; number <= count; number++) dht.member(number, { entry: entryFor(number) });
      await dht.clock.advance(MINUTE_MS);
      const held = holders(dht);
      expect(new Set(held.values()).size).toBe(Math.min(count, SLOTS));
      // Each has written once more by then, and half of them twice.
      await dht.clock.advance(60 * MINUTE_MS);
      expect(holders(dht)).toEqual(held);
      const full = dht.members.filter(({ discovery }) => discovery.report.isFull);
      expect(full).toHaveLength(Math.max(0, count - SLOTS));
    }
  });

  it("take the slot of one that is gone for an hour and a quarter", async () => {
    const dht = new PaperDht();
    for (let number = 1; number <= SLOTS; number++) dht.member(number, { entry: entryFor(number) });
    await dht.clock.advance(MINUTE_MS);
    const fifth = dht.member(5, { entry: entryFor(5) });
    await dht.clock.advance(MINUTE_MS);
    expect(fifth.discovery.report).toMatchObject({ isFull: true, published: undefined });
    for (const { discovery } of dht.members.slice(0, SLOTS)) await discovery[Symbol.asyncDispose]();
    await dht.clock.advance(2 * 60 * MINUTE_MS);
    expect(fifth.discovery.report).toMatchObject({ isFull: false, published: { nodes: 20 } });
  });

  it("go on to the next where another was first by a moment", async () => {
    const dht = new PaperDht();
    let wonBy: Slot | undefined;
    dht.onGot = (slot) => {
      if (wonBy !== undefined) return;
      wonBy = slot;
      const value = sealEntry(entryFor(9), slot, seededRandom(9));
      dht.write(slot, { value, sequence: seconds(dht.clock) + 1 });
    };
    const vera = dht.member(1, { entry: entryFor(1) });
    await dht.clock.advance(SOON_MS);
    expect(vera.discovery.report.published?.nodes).toBe(20);
    expect(dht.items.size).toBeGreaterThan(1);
  });
});

//
describe("somebody who knows the secret and writes what is no entry", () => {
  const junk = (dht: PaperDht, sequence: number, indices: readonly number[]): void => {
    for (const index of indices)
      for (const window of [windowAt(dht.clock), windowAt(dht.clock) + 1])
        dht.write(slotAt(SECRET, window, index), { value: new Uint8Array(960), sequence });
  };

  it("is written over, and what it wrote harms nobody who reads it", async () => {
    const dht = new PaperDht();
    junk(dht, seconds(dht.clock) + 60, [0, 1, 2, 3]);
    const away = dht.member(2, { isAlone: true });
    await dht.clock.advance(SOON_MS);
    expect(away.found).toEqual([]);
    away.isAlone = false;
    const vera = dht.member(1, { entry: entryFor(1) });
    await dht.clock.advance(SOON_MS);
    expect(vera.discovery.report.published?.nodes).toBe(20);
    const another = dht.member(3, { isAlone: true });
    await dht.clock.advance(SOON_MS);
    expect(another.found).toContain(vera.id);
  });

  it("keeps the slots for a window that it numbers as high as it goes, and no longer", async () => {
    const dht = new PaperDht();
    junk(dht, Number.MAX_SAFE_INTEGER, [0, 1, 2]);
    const vera = dht.member(1, { entry: entryFor(1) });
    await dht.clock.advance(SOON_MS);
    expect(vera.discovery.report.published?.nodes).toBe(20);
    junk(dht, Number.MAX_SAFE_INTEGER, [0, 1, 2, 3]);
    await dht.clock.advance(60 * MINUTE_MS);
    expect(vera.discovery.report.isFull).toBe(true);
    await dht.clock.advance(WINDOW_MS * 2);
    expect(vera.discovery.report.isFull).toBe(false);
  });
});

//
describe("after a revocation", () => {
  it("who was away and knows the secret before finds a volunteer by that, for thirty days", async () => {
    const dht = new PaperDht();
    const vera = dht.member(1, { entry: entryFor(1), secrets: [SECRET, BEFORE] });
    vera.secretSince = dht.clock.wallNow();
    const look = async (secrets: readonly DhtSecret[]): Promise<readonly MemberId[]> => {
      const away = dht.member(2, { isAlone: true, secrets });
      await dht.clock.advance(SOON_MS);
      away.isAlone = false;
      return away.found;
    };
    dht.clock.sleep(29 * DAY_MS);
    await dht.clock.advance(60 * MINUTE_MS);
    expect(await look([BEFORE])).toContain(vera.id);
    dht.clock.sleep(2 * DAY_MS);
    await dht.clock.advance(60 * MINUTE_MS);
    expect(await look([BEFORE])).toEqual([]);
    expect(await look([SECRET])).toContain(vera.id);
  });

  it("a volunteer writes under the new secret at once, where who was revoked can neither read nor write", async () => {
    const dht = new PaperDht();
    const vera = dht.member(1, { entry: entryFor(1), secrets: [BEFORE] });
    await dht.clock.advance(SOON_MS);
    vera.secrets = [SECRET, BEFORE];
    await dht.clock.advance(SOON_MS);
    expect(dht.written.some(({ epoch }) => epoch === SECRET.epoch)).toBe(true);
    // And fills all places of the one before.
    for (const window of [-1, 0, 1])
      for (let index = 0; index < SLOTS; index++) {
        const slot = slotAt(BEFORE, windowAt(dht.clock) + window, index);
        dht.write(slot, { value: new Uint8Array(960), sequence: Number.MAX_SAFE_INTEGER });
      }
    const away = dht.member(2, { isAlone: true, secrets: [SECRET, BEFORE] });
    await dht.clock.advance(SOON_MS);
    expect(away.found).toContain(vera.id);
  });
});
