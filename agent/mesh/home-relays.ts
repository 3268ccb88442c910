import type { MemberId } from "../../protocol/ids.ts";
import type { Roster } from "../registry/roster.ts";

/** Home relays (two or three): one more costs a connection and gossip for every member, and reaches nobody new. */
const HOME_RELAYS = 3;
/** Where there are too few volunteers, members that have a path keep gossip and signalling going between them. */
const MIN_TARGETS = 4;
/**
 * Members up to which home relays bring all news: each has a connection to everybody, and passes everything on. With
 * more, members tell each other, so that no volunteer has to send every record to hundreds.
 */
const SMALL_NETWORK = 16;
/** Three chosen by each are some six connections; 1,000 members chosen so at random are one piece. */
const GOSSIP_NEIGHBOURS = 3;

/**
 * Whom to keep control connections with: the first volunteers; where there are too few, members that have a path; and
 * whoever is needed for something.
 */
export function controlTargets(
  self: MemberId,
  volunteersInOrder: readonly MemberId[],
  membersWithPath: readonly MemberId[],
  needed: Iterable<MemberId> = [],
): readonly MemberId[] {
  const homes = volunteersInOrder.slice(0, HOME_RELAYS);
  const others = membersWithPath.filter((id) => !homes.includes(id));
  const atLeast = membersWithPath.length > SMALL_NETWORK ? GOSSIP_NEIGHBOURS : 0;
  const neighbours = nearest(self, others).slice(0, Math.max(atLeast, MIN_TARGETS - homes.length));
  return [...new Set([...homes, ...neighbours, ...needed])];
}

/**
 * In an order that looks random, is the same each time (a change is a new connection), and another for every member, so
 * that nobody is chosen by all (rendezvous hashing: Thaler and Ravishankar, 1998).
 */
function nearest(self: MemberId, others: readonly MemberId[]): readonly MemberId[] {
  return others
    .map((id) => ({ id, weight: mixed(wordOf(self) + Math.imul(wordOf(id), 0x9e3779b1)) }))
    .sort((a, b) => a.weight - b.weight || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** An id is a hash: any part of it is as good as another. */
function wordOf(id: MemberId): number {
  return Number.parseInt(id.slice(0, 8), 16);
}

/** The finalizer of MurmurHash3: every bit of a number moves every other. */
function mixed(value: number): number {
  let word = value >>> 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
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
