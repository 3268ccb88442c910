import type { MemberId } from "../../protocol/ids.ts";
import type { Roster } from "../registry/roster.ts";

/** Home relays (two or three): one more costs a connection and gossip for every member, and reaches nobody new. */
const HOME_RELAYS = 3;
/** Where there are too few volunteers, members that have a path keep gossip and signalling going between them. */
const MAX_NEIGHBOURS = 4;

/** Whom to keep control connections with: the first volunteers; where there are too few, members that have a path. */
export function controlTargets(
  volunteersInOrder: readonly MemberId[],
  membersWithPath: readonly MemberId[],
): readonly MemberId[] {
  const homes = volunteersInOrder.slice(0, HOME_RELAYS);
  const neighbours = membersWithPath
    .filter((id) => !homes.includes(id))
    // The same choice each time: a change is a new connection.
    .toSorted()
    .slice(0, Math.max(0, MAX_NEIGHBOURS - homes.length));
  return [...homes, ...neighbours];
}

/** The volunteers through which others find us, as announced: in an order that does not change by itself. */
export function homeRelays(connected: readonly MemberId[], { relays }: Roster): readonly MemberId[] {
  return connected
    .filter((id) => relays.has(id))
    .slice(0, HOME_RELAYS)
    .toSorted();
}

/** Connected volunteers; those that the peer calls its home first, since it is sure to be there. */
export function relaysTowards(
  peer: MemberId,
  connected: readonly MemberId[],
  { relays, endpoints }: Roster,
): readonly MemberId[] {
  const homes = endpoints.get(peer)?.homeRelays ?? [];
  return connected
    .filter((id) => id !== peer && relays.get(id)?.record.content.draining === false)
    .toSorted((a, b) => Number(homes.includes(b)) - Number(homes.includes(a)));
}
