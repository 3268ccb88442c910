import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MARK_LIFETIME_MS, SequenceGate } from "../../agent/control/sequence-gate.ts";
import { monotonicMs } from "../../protocol/time.ts";

const at = monotonicMs;

describe("the sequence of a sender", () => {
  it("must grow: nothing is admitted twice, in whatever order it comes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (sequences) => {
        const gate = new SequenceGate(10);
        const admitted = sequences.filter((sequence) => gate.admit("a", sequence, at(0)));
        expect(admitted).toEqual([...new Set(admitted)].sort((a, b) => a - b));
      }),
    );
  });

  it("is each sender's own", () => {
    const gate = new SequenceGate(10);
    expect(gate.admit("a", 5, at(0))).toBe(true);
    expect(gate.admit("b", 4, at(0))).toBe(true);
  });

  it("begins anew where the sender itself says so, or after ten minutes of silence", () => {
    const gate = new SequenceGate(10);
    gate.admit("a", 100, at(0));
    expect(gate.admit("a", 50, at(MARK_LIFETIME_MS - 1))).toBe(false);
    expect(gate.admit("a", 50, at(MARK_LIFETIME_MS))).toBe(true);
    gate.trust("a", 10, at(MARK_LIFETIME_MS));
    expect(gate.admit("a", 10, at(MARK_LIFETIME_MS))).toBe(false);
    expect(gate.admit("a", 11, at(MARK_LIFETIME_MS))).toBe(true);
  });

  it("is kept for so many senders and no more", () => {
    const gate = new SequenceGate(2);
    for (const sender of ["a", "b", "c"]) gate.admit(sender, 5, at(0));
    expect(gate.admit("c", 5, at(0))).toBe(false);
    expect(gate.admit("b", 5, at(0))).toBe(false);
    expect(gate.admit("a", 5, at(0))).toBe(true);
  });
});
