import { wallMs, type WallMs } from "../protocol/time.ts";
import { boundPeer, PEER_LIMITS, prune } from "./bounds.ts";
import {
  EMPTY_PEER,
  type CacheData,
  type EndpointHistory,
  type Experience,
  type PeerHistory,
  type RelayHistory,
} from "./data.ts";
import { retainMembers } from "./events.ts";

export type Merged = {
  readonly data: CacheData;
  /** Rows that were new to us. */
  readonly added: number;
  /** Rows left out: we know better, the member is not in the roster, they expired, or the bounds are reached. */
  readonly ignored: number;
};

/**
 * Adds what somebody exported. Hints only: what this host has lived through itself with a peer is neither changed nor
 * displaced, nobody outside the roster gets in, no time lies in the future, and endpoints say "import" until heard of again.
 */
export function merge(
  data: CacheData,
  imported: CacheData,
  members: ReadonlySet<string>,
  now: WallMs,
): Merged {
  const peers = { ...data.peers };
  for (const [id, theirs] of Object.entries(retainMembers(imported, members).peers)) {
    const ours = peers[id] ?? EMPTY_PEER;
    const unknown: PeerHistory = {
      endpoints: mapped(without(theirs.endpoints, ours.endpoints), (entry) => asEndpoint(entry, now)),
      relays: mapped(without(theirs.relays, ours.relays), (entry) => asRelay(entry, now)),
    };
    const fitting = boundPeer(unknown, now, {
      endpoints: PEER_LIMITS.endpoints - Object.keys(ours.endpoints).length,
      relays: PEER_LIMITS.relays - Object.keys(ours.relays).length,
    });
    peers[id] = {
      endpoints: { ...ours.endpoints, ...fitting.endpoints },
      relays: { ...ours.relays, ...fitting.relays },
    };
  }
  const merged = prune({ ...data, peers }, now);
  const added = rowsMissingFrom(data, merged);
  return { data: merged, added, ignored: rowsMissingFrom({ ...data, peers: {} }, imported) - added };
}

function asEndpoint(entry: EndpointHistory, now: WallMs): EndpointHistory {
  return { ...entry, ...notInFuture(entry, now), source: "import" };
}

function asRelay(entry: RelayHistory, now: WallMs): RelayHistory {
  // The bytes were carried for somebody else's traffic, or are counted here already.
  return { ...entry, ...notInFuture(entry, now), bytes: 0 };
}

function notInFuture(
  { firstSeenAt, lastSeenAt, lastSuccessAt }: Experience,
  now: WallMs,
): Pick<Experience, "firstSeenAt" | "lastSeenAt" | "lastSuccessAt"> {
  const atMost = (at: WallMs): WallMs => wallMs(Math.min(at, now));
  return {
    firstSeenAt: atMost(firstSeenAt),
    lastSeenAt: atMost(lastSeenAt),
    lastSuccessAt: lastSuccessAt === undefined ? undefined : atMost(lastSuccessAt),
  };
}

function mapped<T>(rows: Readonly<Record<string, T>>, change: (row: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, change(row)]));
}

function without<T>(rows: Readonly<Record<string, T>>, known: object): Record<string, T> {
  return Object.fromEntries(Object.entries(rows).filter(([key]) => !(key in known)));
}

/** How many rows `other` has that `data` has not. */
function rowsMissingFrom(data: CacheData, other: CacheData): number {
  return Object.entries(other.peers).reduce((sum, [id, { endpoints, relays }]) => {
    const known = data.peers[id] ?? EMPTY_PEER;
    const missing = { ...without(endpoints, known.endpoints), ...without(relays, known.relays) };
    return sum + Object.keys(missing).length;
  }, 0);
}
