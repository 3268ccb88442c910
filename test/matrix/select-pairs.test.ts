import { expect, it } from "vitest";
import { pairsOf } from "../../scripts/matrix/cell.ts";
import { PLACES } from "../../scripts/matrix/place.ts";
import { selectPairs } from "../../scripts/matrix/select-pairs.ts";

const ALL = pairsOf(PLACES);

it("selects all cells, one pair in either order, or all of a place", () => {
  expect(selectPairs(undefined, ALL)).toEqual({ ok: true, value: ALL });
  expect(selectPairs("ed-random:open", ALL)).toEqual({ ok: true, value: [["open", "ed-random"]] });
  expect(selectPairs("open:open,hairpin:open", ALL)).toEqual({
    ok: true,
    value: [
      ["open", "open"],
      ["open", "hairpin"],
    ],
  });
  const all = selectPairs("v6-only", ALL);
  expect(all.ok && all.value).toHaveLength(PLACES.length);
});

it("names the place that there is not", () => {
  const refusal = selectPairs("open:moon", ALL);
  expect(!refusal.ok && refusal.reason).toContain('"moon"');
});
