import * as v from "valibot";

import { parsePrefix4 } from "../../protocol/address.ts";
import { isMemberName } from "../../protocol/ids.ts";
import { MAX_TOKEN_BYTES, RELAY_TIERS } from "../../protocol/relay-token.ts";
import { hostAndPort } from "../config/schema.ts";
import { AgentError } from "../errors.ts";

/** What may come in by the socket. Every schema is strict: a key that is misspelt must not be ignored. */

const text = v.string("must be a text");

const wholeNumber = (from: number, to: number) =>
  v.pipe(
    v.number("must be a number"),
    v.check(
      (n) => Number.isInteger(n) && n >= from && n <= to,
      `must be a whole number from ${from} to ${to}`,
    ),
  );

const memberName = v.pipe(
  text,
  v.check(isMemberName, "must be 1 to 63 of: lower-case letters, digits, hyphens inside"),
);

const port = wholeNumber(1, 65_535);

export const nothing = v.strictObject({});

export const initRequest = v.strictObject({
  network: memberName,
  name: memberName,
  prefix: v.optional(
    v.pipe(
      text,
      v.check((prefix) => parsePrefix4(prefix) !== undefined, 'must be an IPv4 prefix like "100.80.0.0/16"'),
    ),
  ),
  endpoints: v.optional(v.pipe(v.array(hostAndPort), v.maxLength(16, "must be at most 16")), []),
});

const MINUTE_SEC = 60;
const YEAR_SEC = 365 * 24 * 60 * 60;

export const inviteRequest = v.strictObject({
  name: memberName,
  expiresSec: wholeNumber(1, YEAR_SEC),
  admin: v.optional(v.boolean("must be true or false"), false),
});

/** Some ten times the longest token that an issuer makes. */
const MAX_TOKEN_CHARACTERS = 16_384;

export const joinRequest = v.strictObject({
  token: v.pipe(text, v.nonEmpty("must not be empty"), v.maxLength(MAX_TOKEN_CHARACTERS, "is too long")),
});

export const memberRequest = v.strictObject({ name: memberName });

export const renameRequest = v.strictObject({ name: memberName, to: memberName });

export const pingRequest = v.strictObject({
  name: memberName,
  count: v.optional(wholeNumber(0, 1_000_000), 4),
  // Below 10 ms the round trips of a slow path overlap so far that a lost one is noticed late.
  intervalMs: v.optional(wholeNumber(10, 3_600_000), 1000),
  timeoutMs: v.optional(wholeNumber(10, 60_000), 2000),
});

export const cacheImportRequest = v.strictObject({
  document: v.record(v.string(), v.unknown(), "must be an object, as `hopwire cache export` writes it"),
});

export const relayStartRequest = v.strictObject({
  maxAllocations: v.optional(wholeNumber(1, 10_000)),
  ports: v.optional(
    v.pipe(
      v.strictObject({ first: port, last: port }),
      v.check(({ first, last }) => first <= last, "must not run backwards"),
    ),
  ),
});

export const bootstrapRequest = v.strictObject({
  name: memberName,
  endpoints: v.pipe(
    v.array(hostAndPort),
    v.minLength(1, "must name one"),
    v.maxLength(8, "must be at most 8"),
  ),
});

export const allocationRequest = v.strictObject({
  id: v.pipe(text, v.regex(/^[0-9a-f]{32}$/, "must be 32 hexadecimal digits")),
});

/** More than any tier: 100 Gbit/s, and 100 TB. */
const bandwidthBps = wholeNumber(0, 1e11);
const quotaBytes = wholeNumber(0, 1e14);

export const relayTokenRequest = v.strictObject({
  relay: v.optional(memberName),
  pair: v.strictTuple([memberName, memberName], "must be two members"),
  tier: v.picklist(RELAY_TIERS, `must be one of: ${RELAY_TIERS.join(", ")}`),
  bandwidthBps: v.optional(bandwidthBps, 0),
  quotaBytes: v.optional(quotaBytes, 0),
  lifetimeSec: wholeNumber(MINUTE_SEC, YEAR_SEC),
});

export const relayUseTokenRequest = v.strictObject({
  token: v.pipe(text, v.nonEmpty("must not be empty"), v.maxLength(MAX_TOKEN_BYTES, "is too long")),
});

/** Errors: usage.invalid, naming the field. */
export function checkedRequest<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new AgentError("usage.invalid", `${subjectOf(issue)} ${reasonOf(issue)}`);
}

/** The field, and of a list the entry as it was given: on the command line nobody counts from 0. */
function subjectOf(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  if (field === null) return "the request";
  const [, list] = /^(.+)\.[0-9]+$/.exec(field) ?? [];
  return list !== undefined && typeof issue.input === "string"
    ? `${list}: ${JSON.stringify(issue.input)}`
    : field;
}

/** Our own messages read as the end of a sentence that starts with the field; valibot's own do not. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === "schema" && issue.type === "strict_object") {
    return issue.expected === "never"
      ? "is not known"
      : issue.received === "undefined"
        ? "is missing"
        : "must be an object";
  }
  return issue.message;
}
