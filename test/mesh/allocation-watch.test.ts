import { describe, expect, it } from "vitest";
import type { AllocationEvent } from "../../agent/admin/relay-schemas.ts";
import { relayedPair, WallTimes } from "../../agent/mesh/allocation-views.ts";
import { ALIVE_MS, AllocationWatch, LOOK_MS } from "../../agent/mesh/allocation-watch.ts";
import type { AllocationStatus } from "../../agent/relay/server/allocations.ts";
import { RelayHistory } from "../../agent/relay/server/history.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { monotonicMs, wallMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";

const idOf = (digit: string): AllocationId => digit.repeat(32) as AllocationId;
const memberOf = (digit: string): MemberId => digit.repeat(32) as MemberId;

/** As much of a relay as a watch looks at. */
class PaperRelay {
  readonly history = new RelayHistory(monotonicMs(0));
  readonly #statusById = new Map<AllocationId, AllocationStatus>();

  status(): readonly AllocationStatus[] {
    return [...this.#statusById.values()];
  }

  statusOf(id: AllocationId): AllocationStatus | undefined {
    return this.#statusById.get(id);
  }

  put(id: AllocationId, rxPackets: number, isOpen = true): void {
    const leg = { rxPackets, rxBytes: 100 * rxPackets, txPackets: 0, txBytes: 0 };
    this.#statusById.set(id, {
      allocation: {
        id,
        pair: [
          { memberId: memberOf("a"), wireguardKey: "a" },
          { memberId: memberOf("b"), wireguardKey: "b" },
        ],
        tier: "free",
        bandwidthBps: 10e6,
        quotaBytes: 0,
        requestedBy: memberOf("a"),
        createdAt: monotonicMs(0),
        expiresAt: monotonicMs(600_000),
        notAfter: monotonicMs(3_600_000),
        epoch: 1,
      },
      forwarder: isOpen
        ? {
            port: 40_000,
            kind: "userspace",
            endpoints: { a: { address: "192.0.2.1", port: 1 }, b: undefined },
            counters: { a: leg, b: { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 } },
            drops: new Map(),
          }
        : undefined,
      usedBytes: 100 * rxPackets,
    });
  }

  open(id: AllocationId): void {
    this.put(id, 0);
    this.history.opened(id);
  }

  end(id: AllocationId, why: string): void {
    const last = this.#statusById.get(id);
    this.#statusById.delete(id);
    if (last !== undefined) this.history.ended(last, why);
  }

  drop(id: AllocationId): void {
    this.#statusById.delete(id);
  }
}

/** "opened 1", "changed 1,2", "ended 1 expired": the ids' first digits. */
function short(event: AllocationEvent): string {
  switch (event.event) {
    case "snapshot":
    case "changed":
      return `${event.event} ${event.allocations.map(({ id }) => id.slice(0, 1)).join()}`;
    case "opened":
      return `opened ${event.allocation.id.slice(0, 1)}`;
    case "ended":
      return `ended ${event.allocation.id.slice(0, 1)} ${event.reason}`;
    case "alive":
      return "alive";
  }
}

function watching(first: PaperRelay | undefined) {
  const clock = new FakeClock();
  const events: AllocationEvent[] = [];
  const place = { relay: first };
  const times = new WallTimes(clock);
  const watch = new AllocationWatch({
    clock,
    relay: () => place.relay,
    describe: (status) => relayedPair(status, { nameOf: () => null, times }),
    emit: (event) => events.push(event),
  });
  return { clock, events, place, watch, seen: () => events.splice(0).map(short) };
}

//
describe("AllocationWatch", () => {
  it("begins with all that there are, then tells of openings and ends at once", () => {
    const relay = new PaperRelay();
    relay.open(idOf("1"));
    const { seen } = watching(relay);
    relay.open(idOf("2"));
    relay.end(idOf("1"), "operator");
    expect(seen()).toEqual(["snapshot 1", "opened 2", "ended 1 operator"]);
  });

  it("tells of what changed once a look, all in one, and of nothing that did not", async () => {
    const relay = new PaperRelay();
    for (const digit of ["1", "2", "3"]) relay.open(idOf(digit));
    const { seen, clock, events } = watching(relay);
    seen();
    for (let packets = 1; packets <= 5; packets++) relay.put(idOf("1"), packets);
    relay.put(idOf("3"), 1);
    await clock.advance(LOOK_MS - 1);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect(events[0]).toMatchObject({ allocations: [{ legs: [{ rxPackets: 5 }, {}], usedBytes: 500 }, {}] });
    expect(seen()).toEqual(["changed 1,3"]);
    await clock.advance(LOOK_MS);
    expect(seen()).toEqual([]);
  });

  it("tells how an allocation stood at its end", () => {
    const relay = new PaperRelay();
    relay.open(idOf("1"));
    const { events } = watching(relay);
    relay.put(idOf("1"), 7);
    relay.end(idOf("1"), "quota");
    expect(events.at(-1)).toMatchObject({ event: "ended", reason: "quota", allocation: { usedBytes: 700 } });
  });

  it("tells of one that was still opening by its change, or as failed where its port never opened", async () => {
    const relay = new PaperRelay();
    relay.put(idOf("1"), 0, false);
    relay.put(idOf("2"), 0, false);
    const { seen, clock } = watching(relay);
    relay.open(idOf("1"));
    relay.drop(idOf("2"));
    await clock.advance(LOOK_MS);
    expect(seen()).toEqual(["snapshot 1,2", "ended 2 failed", "changed 1"]);
  });

  it("follows the relay that is started in place of another one", async () => {
    const [before, after] = [new PaperRelay(), new PaperRelay()];
    before.open(idOf("1"));
    before.open(idOf("2"));
    const { seen, clock, place } = watching(before);
    place.relay = after;
    before.end(idOf("1"), "relay-stopped");
    after.open(idOf("3"));
    await clock.advance(LOOK_MS);
    before.end(idOf("2"), "relay-stopped");
    after.open(idOf("4"));
    expect(seen()).toEqual([
      "snapshot 1,2",
      "ended 1 relay-stopped",
      "ended 2 relay-stopped",
      "opened 3",
      "opened 4",
    ]);
  });

  it("waits on a host that does not volunteer until it does", async () => {
    const { seen, events, clock, place } = watching(undefined);
    expect(events).toEqual([{ event: "snapshot", volunteering: false, allocations: [] }]);
    seen();
    const relay = new PaperRelay();
    relay.open(idOf("1"));
    place.relay = relay;
    await clock.advance(LOOK_MS);
    expect(seen()).toEqual(["opened 1"]);
  });

  it("says that it is alive when it has said nothing for long", async () => {
    const relay = new PaperRelay();
    const { seen, clock } = watching(relay);
    seen();
    await clock.advance(ALIVE_MS - 1);
    expect(seen()).toEqual([]);
    await clock.advance(1);
    expect(seen()).toEqual(["alive"]);
    await clock.advance(5 * LOOK_MS);
    relay.open(idOf("1"));
    await clock.advance(ALIVE_MS - LOOK_MS);
    expect(seen()).toEqual(["opened 1"]);
  });

  it("says nothing more after it was disposed of", async () => {
    const relay = new PaperRelay();
    const { seen, watch, clock } = watching(relay);
    seen();
    watch[Symbol.dispose]();
    relay.open(idOf("1"));
    await clock.advance(ALIVE_MS);
    expect(seen()).toEqual([]);
  });
});

describe("WallTimes", () => {
  it("says the same time of a point whatever the clocks' last digits are, until the wall clock is set", () => {
    let [wall, monotonic] = [1_000_000.4, 0.3];
    const times = new WallTimes({
      wallNow: () => wallMs(wall),
      monotonicNow: () => monotonicMs(monotonic),
    });
    const first = times.of(monotonicMs(5000));
    [wall, monotonic] = [1_010_001, 10_000];
    expect(times.of(monotonicMs(5000))).toBe(first);
    wall += 60_000;
    expect(times.of(monotonicMs(5000))).toBe(1_065_001);
  });
});
