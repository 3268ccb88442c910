import type { WallMs } from "../protocol/time.ts";
import {
  EMPTY_PEER,
  type CacheData,
  type EndpointKind,
  type EndpointSource,
  type Experience,
  type Outcome,
} from "./data.ts";
import { byScore, score, type Score } from "./score.ts";

/** One line of `cache list` and `cache show`, and one object of their `--json`. */
export type CacheRow = EndpointRow | RelayRow;

export type EndpointRow = RowExperience & {
  readonly type: "endpoint";
  /** "address:port", as `wg` prints it. */
  readonly endpoint: string;
  readonly kind: EndpointKind;
  readonly source: EndpointSource;
  readonly relay: string | undefined;
};

export type RelayRow = RowExperience & {
  readonly type: "relay";
  readonly relay: string;
  readonly bytes: number;
};

export type RowExperience = {
  readonly peer: string;
  readonly attempts: number;
  readonly successes: number;
  readonly failures: number;
  readonly lastOutcome: Outcome | undefined;
  /** Ages are negative where the entry's time lies in the future: the clock was wrong, then or now. */
  readonly firstSeenAgeMs: number;
  readonly lastSeenAgeMs: number;
  readonly lastSuccessAgeMs: number | undefined;
  readonly rttMs: number | undefined;
  readonly loss: number | undefined;
  readonly score: Score;
};

/** By peer id; of each its endpoints, then its relays, best first. Of one peer, or of all where `peer` is undefined. */
export function describe(data: CacheData, peer: string | undefined, now: WallMs): readonly CacheRow[] {
  const ids = peer === undefined ? Object.keys(data.peers).sort() : [peer];
  return ids.flatMap((id) => [...endpointRows(data, id, now), ...relayRows(data, id, now)]);
}

function endpointRows(data: CacheData, peer: string, now: WallMs): EndpointRow[] {
  return Object.entries((data.peers[peer] ?? EMPTY_PEER).endpoints)
    .map(([key, entry]) => ({ key, entry, score: score(entry.kind, entry, now) }))
    .sort(byScore)
    .map(({ key, entry, score }) => ({
      type: "endpoint",
      endpoint: key,
      kind: entry.kind,
      source: entry.source,
      relay: entry.relay,
      ...rowExperience(peer, entry, score, now),
    }));
}

function relayRows(data: CacheData, peer: string, now: WallMs): RelayRow[] {
  return Object.entries((data.peers[peer] ?? EMPTY_PEER).relays)
    .map(([key, entry]) => ({ key, entry, score: score("relay", entry, now) }))
    .sort(byScore)
    .map(({ key, entry, score }) => ({
      type: "relay",
      relay: key,
      bytes: entry.bytes,
      ...rowExperience(peer, entry, score, now),
    }));
}

function rowExperience(peer: string, entry: Experience, score: Score, now: WallMs): RowExperience {
  return {
    peer,
    attempts: entry.attempts,
    successes: entry.successes,
    failures: entry.attempts - entry.successes,
    lastOutcome: entry.lastOutcome,
    firstSeenAgeMs: now - entry.firstSeenAt,
    lastSeenAgeMs: now - entry.lastSeenAt,
    lastSuccessAgeMs: entry.lastSuccessAt === undefined ? undefined : now - entry.lastSuccessAt,
    rttMs: entry.rttMs,
    loss: entry.loss,
    score,
  };
}
