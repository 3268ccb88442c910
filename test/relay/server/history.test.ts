import { describe, expect, it } from "vitest";
import type { AllocationStatus } from "../../../agent/relay/server/allocations.ts";
import { RelayHistory } from "../../../agent/relay/server/history.ts";
import { memberIdOf, type AllocationId } from "../../../protocol/ids.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const [ann, bob] = [1, 2].map((n) => memberIdOf(new Uint8Array([n])));
const idOf = (digit: string): AllocationId => digit.repeat(32) as AllocationId;

function statusOf(id: AllocationId, packets: number, overRate = 0): AllocationStatus {
  if (ann === undefined || bob === undefined) throw new Error("two members");
  const leg = { rxPackets: packets, rxBytes: packets * 100, txPackets: 0, txBytes: 0 };
  return {
    allocation: {
      id,
      pair: [
        { memberId: ann, wireguardKey: "a" },
        { memberId: bob, wireguardKey: "b" },
      ],
      tier: "free",
      bandwidthBps: 0,
      quotaBytes: 0,
      requestedBy: ann,
      createdAt: monotonicMs(0),
      expiresAt: monotonicMs(1),
      notAfter: monotonicMs(2),
      epoch: 1,
    },
    forwarder: {
      port: 40_000,
      endpoints: { a: undefined, b: undefined },
      counters: { a: leg, b: leg },
      drops: new Map(overRate === 0 ? [] : [["over-rate", overRate]]),
    },
    usedBytes: 0,
  };
}

//
describe("RelayHistory", () => {
  it("keeps what allocations carried after they have ended, and adds what live ones carry", () => {
    const history = new RelayHistory(monotonicMs(0));
    history.opened(idOf("1"));
    history.opened(idOf("2"));
    history.ended(statusOf(idOf("1"), 3, 2), "expired");
    expect(history.carriedWith([statusOf(idOf("2"), 5, 1)])).toEqual({
      packets: 16,
      bytes: 1600,
      drops: new Map([["over-rate", 3]]),
    });
    expect(history.openedCount).toBe(2);
    expect(history.endedByReason).toEqual(new Map([["expired", 1]]));
  });

  it("counts no end of what never opened, and no end twice", () => {
    const history = new RelayHistory(monotonicMs(0));
    history.ended(statusOf(idOf("1"), 1), "released");
    history.opened(idOf("2"));
    history.ended(statusOf(idOf("2"), 1), "released");
    history.ended(statusOf(idOf("2"), 1), "released");
    expect(history.endedByReason).toEqual(new Map([["released", 1]]));
    expect(history.carriedWith([]).packets).toBe(2);
  });

  it("tells watchers of each opening and end, until they have had enough", () => {
    const history = new RelayHistory(monotonicMs(0));
    const seen: string[] = [];
    const stop = history.watch({
      opened: (id) => seen.push(`opened ${id.slice(0, 1)}`),
      ended: ({ allocation }, why) => seen.push(`ended ${allocation.id.slice(0, 1)} ${why}`),
    });
    history.opened(idOf("1"));
    history.ended(statusOf(idOf("1"), 1), "operator");
    stop();
    history.opened(idOf("2"));
    expect(seen).toEqual(["opened 1", "ended 1 operator"]);
  });
});
