import { describe, expect, it } from "vitest";
import { LEG_IDLE_MS } from "../../../agent/relay/server/leg-state.ts";
import { RelayUsage } from "../../../agent/relay/server/quota.ts";
import {
  decodeRelayState,
  encodeRelayState,
  SAVED_EVERY_MS,
  stillHeld,
  type RelayState,
  type SavedAllocation,
} from "../../../agent/relay/server/relay-state.ts";
import { memberIdOf, type AllocationId } from "../../../protocol/ids.ts";
import { wallMs } from "../../../protocol/time.ts";

const [ANN, BOB] = [5, 6].map((n) => memberIdOf(new Uint8Array([n])));
if (ANN === undefined || BOB === undefined) throw new Error("two members");
const LIFETIME_MS = 600_000;

const ALLOCATION: SavedAllocation = {
  id: "a".repeat(32) as AllocationId,
  pair: [
    { memberId: ANN, wireguardKey: Buffer.alloc(32, 1).toString("base64") },
    { memberId: BOB, wireguardKey: Buffer.alloc(32, 2).toString("base64") },
  ],
  tier: "paid",
  bandwidthBps: 1e6,
  quotaBytes: 0,
  requestedBy: ANN,
  notAfter: wallMs(1_900_000_000_000),
  epoch: 1,
  legKeys: { a: new Uint8Array(32).fill(3), b: new Uint8Array(32).fill(4) },
  held: {
    port: 40_001,
    endpoints: { a: { address: "192.0.2.7", port: 51_820 }, b: { address: "2001:db8::1", port: 1 } },
    kernel: { index: 7, counted: [{ key: 0x5200_0038, packets: 3, bytes: 400 }] },
  },
};

function state(allocation: SavedAllocation = ALLOCATION): RelayState {
  const usage = new RelayUsage();
  const savedAt = wallMs(1_800_000_000_000);
  usage.begin(allocation.id, savedAt, savedAt);
  usage.charge(allocation.id, 5, savedAt);
  return { savedAt, usage, allocations: [allocation] };
}

describe("what a relay remembers", () => {
  //
  it("is the same after it was written and read", () => {
    const bare = { port: 40_002, endpoints: { a: undefined, b: undefined } };
    for (const allocation of [ALLOCATION, { ...ALLOCATION, held: bare }]) {
      const read = decodeRelayState(Buffer.from(encodeRelayState(state(allocation))));
      expect(read).toEqual({ ok: true, value: state(allocation) });
    }
  });

  it("is refused where the file makes no sense, and never throws", () => {
    const whole = encodeRelayState(state());
    const broken = [
      "",
      "{}",
      whole.slice(0, -20),
      whole.replace("192.0.2.7:51820", "192.0.2.7"),
      whole.replace(Buffer.alloc(32, 3).toString("base64"), "short"),
      whole.replace('"monthBytes":5', '"monthBytes":-5'),
    ];
    for (const text of broken) {
      expect(decodeRelayState(Buffer.from(text)), text).toEqual({ ok: false, reason: "malformed" });
    }
  });
});

describe("an allocation that was saved", () => {
  const at = (ageMs: number) => wallMs(state().savedAt + SAVED_EVERY_MS + ageMs);

  it("is served on with its legs while these would be kept in silence", () => {
    expect(stillHeld(state(), at(LEG_IDLE_MS - 1))).toEqual([ALLOCATION]);
    const [later] = stillHeld(state(), at(LEG_IDLE_MS));
    expect(later).toEqual({
      ...ALLOCATION,
      held: { ...ALLOCATION.held, endpoints: { a: undefined, b: undefined } },
    });
  });

  it("is forgotten after a lifetime in which nobody can have refreshed it", () => {
    expect(stillHeld(state(), at(LIFETIME_MS - 1))).toHaveLength(1);
    expect(stillHeld(state(), at(LIFETIME_MS))).toEqual([]);
  });
});
