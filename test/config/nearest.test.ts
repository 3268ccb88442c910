import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../agent/config/nearest.ts";

describe("nearest", () => {
  it("finds the candidate with the fewest slips, and none where all are far", () => {
    const keys = ["listen-port", "log-level", "mtu"];
    expect(nearest("LISTEN_PROT", keys)).toBe("listen-port");
    expect(nearest("mut", keys)).toBeUndefined();
    expect(nearest("mtuu", keys)).toBe("mtu");
    expect(nearest("something-else", keys)).toBeUndefined();
  });
});

describe("editDistance", () => {
  it("is a metric", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });

  it("is one for each letter that is put in, taken out or exchanged", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
  });
});
