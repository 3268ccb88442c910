import * as v from "valibot";

/**
 * What the admin API says of the relay. These schemas are the one source of its types, of docs/openapi.json and of the test
 * that holds real answers against it. Bytes are UDP payload; points in time (`...At`) are milliseconds since the Unix epoch.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const wallMs = v.pipe(v.number(), v.integer(), v.description("Milliseconds since the Unix epoch."));
const idText = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, "must be 32 hexadecimal digits"));
const limit = (what: string) => v.pipe(v.nullable(count), v.description(`${what}; null: not limited.`));
const countByWord = (what: string) =>
  v.pipe(v.record(v.string(), count), v.readonly(), v.description(`${what}, by a fixed word.`));

const memberName = v.pipe(v.nullable(v.string()), v.description("Null where the roster knows it no more."));
export const memberReference = v.pipe(v.object({ name: memberName, id: idText }), v.readonly());

export const allocationLeg = v.pipe(
  v.object({
    ...memberReference.entries,
    endpoint: v.pipe(
      v.nullable(v.string()),
      v.description('Where the member\'s packets come from, "192.0.2.1:51820"; null until that is proven.'),
    ),
    rxPackets: v.pipe(count, v.description("From the member, and relayed.")),
    rxBytes: count,
    txPackets: v.pipe(count, v.description("To the member.")),
    txBytes: count,
  }),
  v.readonly(),
);

const forwarderKind = v.nullable(v.picklist(["kernel", "userspace"]));

export const relayedPair = v.pipe(
  v.object({
    id: idText,
    legs: v.pipe(v.strictTuple([allocationLeg, allocationLeg]), v.readonly()),
    port: v.pipe(v.nullable(count), v.description("UDP, for both legs; null while it is being opened.")),
    tier: v.picklist(["free", "paid", "unlimited"]),
    forwarder: v.pipe(forwarderKind, v.description("Who moves its data packets now.")),
    drops: countByWord("Datagrams that were not relayed"),
    bandwidthBps: limit("Bits a second, both ways together"),
    quotaBytes: limit("In its period"),
    usedBytes: v.pipe(count, v.description("Of the quota, in the period that runs.")),
    createdAt: wallMs,
    expiresAt: v.pipe(wallMs, v.description("Unless one of its members refreshes it before.")),
    tokenEndsAt: v.pipe(wallMs, v.description("Beyond this only a newer token prolongs it.")),
    requestedBy: memberReference,
  }),
  v.readonly(),
);

export const allocationList = v.pipe(
  v.object({
    volunteering: v.pipe(v.boolean(), v.description("Whether this host relays at all.")),
    allocations: v.pipe(v.array(relayedPair), v.readonly()),
  }),
  v.readonly(),
);

const eventOf = <const Name extends string, Entries extends v.ObjectEntries>(name: Name, entries: Entries) =>
  v.pipe(v.object({ event: v.literal(name), ...entries }), v.readonly());

const pairs = v.pipe(v.array(relayedPair), v.readonly());

/** `event` is also the name of the server-sent event; its data is the whole object. */
export const allocationEvent = v.variant("event", [
  eventOf("snapshot", allocationList.entries),
  eventOf("opened", { allocation: relayedPair }),
  eventOf("changed", {
    allocations: v.pipe(pairs, v.description("Those that changed since the last time, as they are now.")),
  }),
  eventOf("ended", {
    reason: v.pipe(v.string(), v.description('A fixed word, such as "expired", "released", "operator".')),
    allocation: v.pipe(relayedPair, v.description("As it stood at its end.")),
  }),
  eventOf("alive", {}),
]);

export const endedAllocation = v.pipe(
  v.object({ id: idText, members: v.pipe(v.array(memberReference), v.readonly()) }),
  v.readonly(),
);

export const relayStats = v.pipe(
  v.object({
    volunteering: v.boolean(),
    forwarder: v.pipe(
      forwarderKind,
      v.description("Chosen for new allocations; null where it does not volunteer."),
    ),
    startedAt: v.pipe(
      v.nullable(wallMs),
      v.description("When this relay began; counts without another period are since then."),
    ),
    uptimeSec: count,
    allocations: v.object({
      now: count,
      max: count,
      opened: count,
      ended: countByWord("Allocations that have ended"),
    }),
    relayed: v.pipe(
      v.object({ packets: count, bytes: count }),
      v.description("Both ways together, by allocations that live or have ended."),
    ),
    drops: countByWord("Datagrams that were not relayed"),
    rateLimitHits: v.object({
      allocations: v.pipe(count, v.description("Requests of a member that asked too often.")),
      connections: v.pipe(count, v.description("Handshakes of a source that tried too often.")),
      packets: v.pipe(count, v.description("Above an allocation's bandwidth.")),
    }),
    refused: v.object({
      allocations: countByWord("Requests that the guard refused"),
      connections: countByWord("Sources that the guard refused"),
    }),
    month: v.pipe(
      v.object({ usedBytes: count, limitBytes: limit("A calendar month, UTC") }),
      v.description("Relayed in this calendar month (UTC)."),
    ),
    tokensCached: v.pipe(count, v.description("Tokens whose signature need not be checked again.")),
  }),
  v.readonly(),
);

/** The body of every answer that is no success. */
export const errorBody = v.object({
  error: v.object({
    code: v.pipe(v.string(), v.description('A fixed word, such as "allocation.unknown".')),
    message: v.string(),
    hint: v.pipe(v.nullable(v.string()), v.description("What to do.")),
  }),
});

export type RelayedPair = v.InferOutput<typeof relayedPair>;
export type AllocationList = v.InferOutput<typeof allocationList>;
export type AllocationEvent = v.InferOutput<typeof allocationEvent>;
export type EndedAllocation = v.InferOutput<typeof endedAllocation>;
export type RelayStats = v.InferOutput<typeof relayStats>;
