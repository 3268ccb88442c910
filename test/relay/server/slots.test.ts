import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Slots } from "../../../agent/relay/server/slots.ts";

describe("slots", () => {
  it("are held by one at a time, below the capacity, and are all given out before none is left", () => {
    const step = fc.oneof(
      fc.constant({ tag: "take" as const }),
      fc.record({ tag: fc.constant("claim" as const), slot: fc.option(fc.integer({ min: -1, max: 9 })) }),
      fc.record({ tag: fc.constant("release" as const), nth: fc.nat({ max: 7 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const slots = new Slots(8);
        const held = new Set<number>();
        for (const one of steps) {
          if (one.tag === "release") {
            const slot = [...held][one.nth];
            if (slot !== undefined && held.delete(slot)) slots.release(slot);
            continue;
          }
          const wanted = one.tag === "claim" ? (one.slot ?? undefined) : undefined;
          const isFree = wanted !== undefined && wanted >= 0 && wanted < 8 && !held.has(wanted);
          const got = one.tag === "claim" ? slots.claim(wanted) : slots.take();
          if (isFree) expect(got).toBe(wanted);
          if (got === undefined) expect(held.size).toBe(8);
          else {
            expect(held.has(got) || got < 0 || got >= 8).toBe(false);
            held.add(got);
          }
        }
      }),
    );
  });
});
