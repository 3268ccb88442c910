import { describe, expect, it } from "vitest";
import { MAX_CHANGES, MAX_SLOTS, PathHistory, SLOT_MS } from "../../agent/mesh/path-history.ts";
import { wallMs } from "../../protocol/time.ts";

const NOTHING = { probes: 0, lost: 0, rttMs: undefined };

//
describe("the history of the paths to a peer", () => {
  it("gathers the probes of each way in slots of 15 s", () => {
    const history = new PathHistory();
    history.addProbe("direct", 10, wallMs(30_000));
    history.addProbe("direct", 14, wallMs(44_999));
    history.addProbe("direct", undefined, wallMs(44_999));
    history.addProbe("relay", 5, wallMs(45_000));
    expect(history.slots).toEqual([
      { at: 30_000, direct: { probes: 3, lost: 1, rttMs: 12 }, relay: NOTHING },
      { at: 45_000, direct: NOTHING, relay: { probes: 1, lost: 0, rttMs: 5 } },
    ]);
  });

  it("keeps the last sixty slots in which anything was probed", () => {
    const history = new PathHistory();
    for (let slot = 0; slot < MAX_SLOTS + 5; slot++) history.addProbe("relay", slot, wallMs(slot * SLOT_MS));
    expect(history.slots).toHaveLength(MAX_SLOTS);
    expect(history.slots[0]).toMatchObject({ at: 5 * SLOT_MS, relay: { probes: 1, rttMs: 5 } });
    expect(history.slots.at(-1)?.relay.rttMs).toBe(MAX_SLOTS + 4);
  });

  it("goes on in its last slot when the clock is set back", () => {
    const history = new PathHistory();
    history.addProbe("direct", 10, wallMs(90_000));
    history.addProbe("direct", 20, wallMs(0));
    expect(history.slots).toEqual([
      { at: 90_000, direct: { probes: 2, lost: 0, rttMs: 15 }, relay: NOTHING },
    ]);
  });

  it("keeps the last sixteen changes of the path", () => {
    const history = new PathHistory();
    for (let i = 0; i < MAX_CHANGES + 1; i++)
      history.addChange({ at: wallMs(i), from: "relayed", to: "direct", why: `${i}` });
    expect(history.changes.map(({ why }) => why)).toEqual(
      Array.from({ length: MAX_CHANGES }, (_, i) => `${i + 1}`),
    );
  });
});
