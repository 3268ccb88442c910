import fc from "fast-check";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import {
  ENDPOINT_KINDS,
  ENDPOINT_SOURCES,
  OUTCOMES,
  type CacheData,
  type Experience,
} from "../../cache/data.ts";
import { observeEndpoint, recordDirect, recordRelay } from "../../cache/events.ts";

export const NOW: WallMs = wallMs(1_795_000_000_000);
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

export const ALICE = "a".repeat(32);
export const BOB = "b".repeat(32);
export const RELAY = "c".repeat(32);
export const OTHER_RELAY = "d".repeat(32);

export const ago = (ms: number): WallMs => wallMs(NOW - ms);

/** Documentation addresses, told apart by their last part. */
export const endpoint = (last: number, port = 51_820): Endpoint => ({ address: `203.0.113.${last}`, port });

/** A member id of its own for every number. */
export const member = (index: number): string => index.toString(16).padStart(32, "0");

export const experience: fc.Arbitrary<Experience> = fc
  .record({
    successes: fc.nat(1_000),
    failures: fc.nat(1_000),
    lastOutcome: fc.option(fc.constantFrom(...OUTCOMES), { nil: undefined }),
    seenAgoMs: fc.nat(60 * DAY_MS),
    sinceSuccessMs: fc.option(fc.nat(60 * DAY_MS), { nil: undefined }),
    rttMs: fc.option(fc.double({ min: 0, max: 10_000, noNaN: true }), { nil: undefined }),
    loss: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  })
  .map(({ successes, failures, lastOutcome, seenAgoMs, sinceSuccessMs, rttMs, loss }) => ({
    attempts: successes + failures,
    successes,
    lastOutcome,
    firstSeenAt: ago(120 * DAY_MS),
    lastSeenAt: ago(seenAgoMs),
    lastSuccessAt: sinceSuccessMs === undefined ? undefined : ago(seenAgoMs + sinceSuccessMs),
    rttMs,
    loss,
  }));

type Event = (data: CacheData, now: WallMs) => CacheData;

const anyMember = fc.nat(5).map(member);
const anyEndpoint = fc.oneof(
  fc.record({ address: fc.ipV4(), port: fc.integer({ min: 1, max: 65_535 }) }),
  fc.record({ address: fc.ipV6(), port: fc.integer({ min: 1, max: 65_535 }) }),
  fc.nat(20).map((last) => endpoint(last)),
);
const outcome = fc.constantFrom(...OUTCOMES);
const measured = fc.option(fc.double(), { nil: undefined });

const event: fc.Arbitrary<Event> = fc.oneof(
  fc
    .record({
      peer: anyMember,
      endpoint: anyEndpoint,
      kind: fc.constantFrom(...ENDPOINT_KINDS),
      source: fc.constantFrom(...ENDPOINT_SOURCES),
      relay: fc.option(anyMember, { nil: undefined }),
    })
    .map(
      (observation): Event =>
        (data, now) =>
          observeEndpoint(data, observation, now),
    ),
  fc.record({ peer: anyMember, endpoint: anyEndpoint, outcome, rttMs: measured, loss: measured }).map(
    (attempt): Event =>
      (data, now) =>
        recordDirect(data, attempt, now),
  ),
  fc
    .record({ peer: anyMember, relay: anyMember, outcome, rttMs: measured, loss: measured, bytes: measured })
    .map(
      (attempt): Event =>
        (data, now) =>
          recordRelay(data, attempt, now),
    ),
);

/** Applies any events to `data`, a minute apart, ending before `NOW`. */
export const history: fc.Arbitrary<(data: CacheData) => CacheData> = fc
  .array(event, { maxLength: 60 })
  .map((events) => (data) => events.reduce((d, apply, i) => apply(d, ago((100 - i) * MINUTE_MS)), data));
