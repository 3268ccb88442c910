import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Pair } from "./cell.ts";
import { PLACES } from "./place.ts";

/** Of `--cells`: "open:ed-random" is one pair, "open" all pairs with it; several with commas. Undefined: all. */
export function selectPairs(text: string | undefined, all: readonly Pair[]): Decoded<readonly Pair[]> {
  if (text === undefined) return decoded(all);
  const wanted = text.split(",").map((part) => part.split(":"));
  const unknown = wanted.flat().find((name) => !PLACES.some((place) => place === name));
  if (unknown !== undefined)
    return refused(`no place is called "${unknown}"; there are ${PLACES.join(", ")}`);
  const matches = ([one, other]: Pair): boolean =>
    wanted.some(([first, second]) =>
      second === undefined
        ? first === one || first === other
        : (first === one && second === other) || (first === other && second === one),
    );
  return decoded(all.filter(matches));
}
