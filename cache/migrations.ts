import * as v from "valibot";
import { decoded, refused, type Decoded } from "../protocol/decoded.ts";
import { CACHE_VERSION } from "./data.ts";

/** Takes a document of `version` to the current one, a step per version. The result is yet to be checked against the schema. */
export function migrate(document: unknown, version: number): Decoded<unknown> {
  let current: Decoded<unknown> = decoded(document);
  for (let from = version; from < CACHE_VERSION && current.ok; from += 1) {
    current = STEPS[from]?.(current.value) ?? refused(`no-migration-from-${from}`);
  }
  return current;
}

/** By the version that the step starts from. A step never changes once its version has been released. */
const STEPS: Readonly<Record<number, (document: unknown) => Decoded<unknown>>> = { 1: fromOneEndpoint };

/**
 * Version 1 held what WireGuard itself holds: one endpoint per peer, the source of its last authenticated packets, and when
 * that was in seconds. In terms of version 2 it worked once.
 */
function fromOneEndpoint(document: unknown): Decoded<unknown> {
  const parsed = v.safeParse(versionOneSchema, document);
  if (!parsed.success) return refused("malformed-version-1");
  const peers = Object.entries(parsed.output.peers).map(([id, { endpoint, lastSeen }]) => {
    const at = lastSeen * 1000;
    const entry = {
      kind: "peer-reflexive",
      source: "wireguard",
      attempts: 1,
      successes: 1,
      lastOutcome: "success",
      firstSeenAt: at,
      lastSeenAt: at,
      lastSuccessAt: at,
    };
    return [id, { endpoints: { [endpoint]: entry }, relays: {} }] as const;
  });
  return decoded({ version: 2, peers: Object.fromEntries(peers) });
}

const versionOneSchema = v.object({
  version: v.literal(1),
  peers: v.record(v.string(), v.object({ endpoint: v.string(), lastSeen: v.number() })),
});
