import * as v from "valibot";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { formatEndpoint, parseEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { parseId, type AllocationId, type MemberId } from "../../../protocol/ids.ts";
import { keyBytes, keyText } from "../../../protocol/keys.ts";
import { RELAY_TIERS, type Pair, type RelayTier } from "../../../protocol/relay-token.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";
import { DEFAULT_ALLOCATION_LIMITS } from "./allocations.ts";
import type { Held } from "./forwarder.ts";
import { LEG_IDLE_MS } from "./leg-state.ts";
import type { LegName } from "./leg.ts";
import { RelayUsage } from "./quota.ts";

/** All that a successor needs to serve an allocation on, its members none the wiser. The leg keys are secrets. */
export type SavedAllocation = {
  readonly id: AllocationId;
  readonly pair: Pair;
  readonly tier: RelayTier;
  readonly bandwidthBps: number;
  readonly quotaBytes: number;
  readonly requestedBy: MemberId;
  readonly notAfter: WallMs;
  readonly epoch: number;
  readonly legKeys: Readonly<Record<LegName, Uint8Array>>;
  readonly held: Held;
};

/** What a relay remembers over a restart. */
export type RelayState = {
  readonly savedAt: WallMs;
  readonly usage: RelayUsage;
  readonly allocations: readonly SavedAllocation[];
};

/** How old a file of a relay that has allocations can be: it is written at least this often. */
export const SAVED_EVERY_MS = 60_000;

/**
 * What may be served on at `now`. After a lifetime nobody counts on it any more; after the time in which a leg that is silent is
 * given up, another host may have its address.
 */
export function stillHeld({ savedAt, allocations }: RelayState, now: WallMs): readonly SavedAllocation[] {
  const ageMs = now - savedAt - SAVED_EVERY_MS;
  if (ageMs >= DEFAULT_ALLOCATION_LIMITS.lifetimeSec * 1000) return [];
  if (ageMs < LEG_IDLE_MS) return allocations;
  const endpoints = { a: undefined, b: undefined };
  return allocations.map((one) => ({ ...one, held: { ...one.held, endpoints } }));
}

export function encodeRelayState({ savedAt, usage, allocations }: RelayState): string {
  const saved = {
    version: 1,
    savedAt,
    usage: usage.toJson(),
    allocations: allocations.map(({ legKeys, held, ...allocation }) => ({
      ...allocation,
      legKeys: { a: keyText(legKeys.a), b: keyText(legKeys.b) },
      held: {
        ...held,
        endpoints: { a: endpointText(held.endpoints.a), b: endpointText(held.endpoints.b) },
      },
    })),
  };
  return `${JSON.stringify(saved)}\n`;
}

/** Never throws. Refused: "malformed". */
export function decodeRelayState(bytes: Uint8Array): Decoded<RelayState> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return refused("malformed");
  }
  const read = v.safeParse(savedState, json);
  if (!read.success) return refused("malformed");
  const { savedAt, allocations } = read.output;
  const usage = RelayUsage.fromJson(read.output.usage);
  return usage.ok ? decoded({ savedAt, usage: usage.value, allocations }) : usage;
}

function endpointText(endpoint: Endpoint | undefined): string | undefined {
  return endpoint === undefined ? undefined : formatEndpoint(endpoint);
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = <T extends AllocationId | MemberId>() =>
  v.custom<T>((input) => typeof input === "string" && parseId(input).ok);
const end = v.object({ memberId: id<MemberId>(), wireguardKey: v.string() });
const time = v.pipe(count, v.transform(wallMs));
const endpoint = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const read = parseEndpoint(dataset.value);
    if (read.ok) return read.value;
    addIssue({ message: read.reason });
    return NEVER;
  }),
);
const key = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const read = keyBytes(dataset.value);
    if (read !== undefined) return read;
    addIssue({ message: "not a key" });
    return NEVER;
  }),
);
const place = v.optional(endpoint);

const savedState = v.object({
  version: v.literal(1),
  savedAt: time,
  usage: v.unknown(),
  allocations: v.array(
    v.object({
      id: id<AllocationId>(),
      pair: v.tuple([end, end]),
      tier: v.picklist(RELAY_TIERS),
      bandwidthBps: count,
      quotaBytes: count,
      requestedBy: id<MemberId>(),
      notAfter: time,
      epoch: count,
      legKeys: v.object({ a: key, b: key }),
      held: v.object({
        port: v.pipe(count, v.maxValue(65_535)),
        endpoints: v.pipe(
          v.object({ a: place, b: place }),
          v.transform(({ a, b }) => ({ a, b })),
        ),
        kernel: v.optional(
          v.object({
            index: count,
            counted: v.array(v.object({ key: count, packets: count, bytes: count })),
          }),
        ),
      }),
    }),
  ),
});
