import type { MemberId } from "../../../protocol/ids.ts";
import { isGuest, type Pair } from "../../../protocol/relay-token.ts";

/** One side of an allocation: a is the first of the sorted pair. */
export type LegName = "a" | "b";

export const LEG_NAMES = ["a", "b"] as const satisfies readonly LegName[];

export function otherLeg(leg: LegName): LegName {
  return leg === "a" ? "b" : "a";
}

/** Undefined where both ends are members. */
export function guestLegOf([a, b]: Pair): LegName | undefined {
  if (isGuest(a)) return "a";
  return isGuest(b) ? "b" : undefined;
}

/** Undefined for a stranger to the pair. */
export function legOf(pair: Pair, member: MemberId): LegName | undefined {
  if (pair[0].memberId === member) return "a";
  return pair[1].memberId === member ? "b" : undefined;
}
