import * as v from "valibot";
import { formatEndpoint } from "../protocol/endpoint.ts";
import { wallMs } from "../protocol/time.ts";
import {
  CACHE_VERSION,
  endpointOf,
  ENDPOINT_KINDS,
  ENDPOINT_SOURCES,
  isMemberId,
  OUTCOMES,
  type CacheData,
  type PeerHistory,
} from "./data.ts";
import { migrate } from "./migrations.ts";
import type { Restored } from "./state-adapter.ts";

/** What a stored cache holds; `unusable` counts the endpoints left out because packets must not be sent there. */
export type StoredCache = { readonly data: CacheData; readonly unusable: number };

/** Several times what the bounds let grow (cache/bounds.ts): what is longer is not ours, and parsing it would stall the agent. */
export const MAX_CACHE_CHARS = 16 * 1024 * 1024;

export function encodeCache(data: CacheData): string {
  return `${JSON.stringify(data)}\n`;
}

/**
 * Never throws: `text` is a file after a crash, or somebody's export. Older versions are migrated step by step.
 * The bounds of `prune` are not applied here.
 */
export function decodeCache(text: string): Restored<StoredCache> {
  if (text.trim() === "") return { outcome: "corrupt", reason: "empty" };
  if (text.length > MAX_CACHE_CHARS) return { outcome: "corrupt", reason: "too-long" };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { outcome: "corrupt", reason: "not-json" };
  }
  const versioned = v.safeParse(versionSchema, document);
  if (!versioned.success) return { outcome: "corrupt", reason: "no-version" };
  const { version } = versioned.output;
  if (version > CACHE_VERSION) {
    const reason = `it has version ${version}, this program knows up to ${CACHE_VERSION}`;
    return { outcome: "newer", reason };
  }
  const current = migrate(document, version);
  if (!current.ok) return { outcome: "corrupt", reason: current.reason };
  const parsed = v.safeParse(cacheSchema, current.value);
  if (!parsed.success) return { outcome: "corrupt", reason: `malformed: ${pathOf(parsed.issues)}` };
  return { outcome: "restored", value: withUsableEndpoints(parsed.output) };
}

const versionSchema = v.object({ version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) });

const memberIdSchema = v.pipe(v.string(), v.check(isMemberId));
const timeSchema = v.pipe(v.number(), v.finite(), v.minValue(0), v.transform(wallMs));
const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const experienceEntries = {
  attempts: countSchema,
  successes: countSchema,
  lastOutcome: v.optional(v.picklist(OUTCOMES)),
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
  lastSuccessAt: v.optional(timeSchema),
  rttMs: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  loss: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
};

const endpointSchema = v.pipe(
  v.object({
    kind: v.picklist(ENDPOINT_KINDS),
    source: v.picklist(ENDPOINT_SOURCES),
    relay: v.optional(memberIdSchema),
    ...experienceEntries,
  }),
  v.check(({ attempts, successes }) => successes <= attempts),
);

const relaySchema = v.pipe(
  v.object({ ...experienceEntries, bytes: countSchema }),
  v.check(({ attempts, successes }) => successes <= attempts),
);

const cacheSchema = v.object({
  version: v.literal(CACHE_VERSION),
  peers: v.record(
    memberIdSchema,
    v.object({
      endpoints: v.record(v.string(), endpointSchema),
      relays: v.record(memberIdSchema, relaySchema),
    }),
  ),
});

function withUsableEndpoints(data: CacheData): StoredCache {
  let unusable = 0;
  const peers = Object.entries(data.peers).map(([id, peer]): [string, PeerHistory] => {
    const endpoints = Object.entries(peer.endpoints).flatMap(([key, entry]) => {
      const endpoint = endpointOf(key);
      return endpoint === undefined ? [] : [[formatEndpoint(endpoint), entry] as const];
    });
    unusable += Object.keys(peer.endpoints).length - endpoints.length;
    return [id, { ...peer, endpoints: Object.fromEntries(endpoints) }];
  });
  return { data: { ...data, peers: Object.fromEntries(peers) }, unusable };
}

/** Where it went wrong, without the value: that may be anything. */
function pathOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const [first] = issues;
  return (first === undefined ? null : v.getDotPath(first)) ?? "document";
}
