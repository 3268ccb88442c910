import * as v from "valibot";
import { isIPv4 } from "../../protocol/endpoint.ts";
import { parseId, type InviteId, type MemberId } from "../../protocol/ids.ts";
import { keyBytes } from "../../protocol/keys.ts";
import { wallMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import type { Random } from "../random.ts";
import { generateKeyPair } from "../wireguard/keys.ts";

const VERSION = 1;

const key = v.pipe(
  v.string(),
  v.check((text) => keyBytes(text) !== undefined, "a key of 32 bytes"),
);
const recordBytes = v.pipe(v.string(), v.base64());
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const time = v.pipe(whole, v.transform(wallMs));
const address4 = v.pipe(v.string(), v.check(isIPv4, "an IPv4 address"));
const inviteId = v.pipe(
  v.string(),
  v.check((text) => parseId(text).ok, "an id"),
  v.transform((text) => text as InviteId),
);

const memberId = v.pipe(
  v.string(),
  v.check((text) => parseId(text).ok, "an id"),
  v.transform((text) => text as MemberId),
);

const issuedInvite = v.object({
  id: inviteId,
  /** WireGuard public key in base64; the private half is in the token only. */
  temporaryPublicKey: key,
  temporaryAddress4: address4,
  memberName: v.string(),
  isAdmin: v.boolean(),
  expiresAt: time,
  /** Volunteers that the token names as ways to this host. */
  relays: v.optional(v.array(memberId)),
  redeemed: v.optional(
    v.object({ identityKey: key, wireguardKey: key, exchangeKey: key, certificate: recordBytes }),
  ),
});

const bootstrapEntry = v.object({
  member: memberId,
  /** "host:port", as they were given. */
  endpoints: v.array(v.string()),
  /** Where its records, which expire within a day, last said that it is; endpoints as `wg` has them. */
  announced: v.array(v.string()),
  /** Its certificate after those that prove it, as received, base64: its keys outlive a lost registry. */
  certificates: v.array(recordBytes),
});

/** Of this member's keys, from the moment when it has new ones until nobody takes the old ones any more. */
const rotation = v.object({
  /** The set of keys that is not in use: the new one, and after the change the old one. */
  identitySeed: key,
  exchangeKey: key,
  wireguardKey: key,
  /** That set's; undefined while no admin has signed it. */
  certificate: v.optional(recordBytes),
  /** By which the old keys are given up; undefined before the change. */
  farewell: v.optional(recordBytes),
  /** Whether the keys in use are the new ones. */
  isChanged: v.boolean(),
});

const membership = v.object({
  networkKey: key,
  /** The founder only: the seed of the network's private key. */
  networkSeed: v.optional(key),
  /** Records as received, base64: the network's and this host's own, so that a lost registry is no lost membership. */
  networkRecord: recordBytes,
  certificate: recordBytes,
  /** The current epoch's first, then the one before. */
  secrets: v.pipe(v.array(v.object({ epoch: whole, secret: key })), v.minLength(1), v.maxLength(2)),
  invites: v.array(issuedInvite),
  /** Relay tokens that this host was given, as they are shown. */
  relayTokens: v.optional(v.array(v.string())),
  /** Volunteers to ask first, by command. */
  bootstrap: v.optional(v.array(bootstrapEntry)),
  rotation: v.optional(rotation),
});

const state = v.object({
  version: v.literal(VERSION),
  /** Ed25519 seed, X25519 and WireGuard private keys, base64. */
  identitySeed: key,
  exchangeKey: key,
  wireguardKey: key,
  membership: v.optional(membership),
  /** The token of a join that has begun: after a crash it goes on with the same keys, so it gets the same answer. */
  joining: v.optional(v.object({ token: v.string() })),
  /** Own public endpoints that `init` was given, "host:port". */
  endpoints: v.optional(v.array(v.string()), []),
  relay: v.object({
    volunteering: v.boolean(),
    /** What `relay start` was given; the configuration's otherwise. */
    maxAllocations: v.optional(whole),
    ports: v.optional(v.object({ first: whole, last: whole })),
  }),
  /** The last that was given to a record signed here. */
  highestSequence: whole,
});

/** All that this host must not lose, private keys included: never to be logged or printed. One file, one write. */
export type IdentityState = v.InferOutput<typeof state>;
export type Membership = v.InferOutput<typeof membership>;
export type BootstrapEntry = v.InferOutput<typeof bootstrapEntry>;
export type Rotation = v.InferOutput<typeof rotation>;
export type IssuedInvite = v.InferOutput<typeof issuedInvite>;

/** A host that is in no network, with new keys. */
export function freshState(random: Random): IdentityState {
  return {
    version: VERSION,
    identitySeed: Buffer.from(random.bytes(32)).toString("base64"),
    exchangeKey: generateKeyPair(random).privateKey,
    wireguardKey: generateKeyPair(random).privateKey,
    endpoints: [],
    relay: { volunteering: false },
    highestSequence: 0,
  };
}

export function encodeState(value: IdentityState): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Throws AgentError `state.newer` or `state.corrupt`. Neither names a value: the file holds private keys, and a parser's
 * own message repeats what it dislikes.
 */
export function decodeState(text: string, path: string): IdentityState {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw corrupt(path, "it is no JSON");
  }
  const version = v.safeParse(v.object({ version: whole }), json);
  if (!version.success) throw corrupt(path, "it has no version");
  if (version.output.version > VERSION)
    throw new AgentError("state.newer", `${path} was written by a later version of hopwire`, {
      hint: "run that version; going back is not possible",
    });
  const parsed = v.safeParse(state, json);
  if (parsed.success) return parsed.output;
  const where = new Set(parsed.issues.map((issue) => v.getDotPath(issue) ?? "the whole"));
  throw corrupt(path, `wrong: ${[...where].join(", ")}`);
}

function corrupt(path: string, what: string): AgentError {
  return new AgentError("state.corrupt", `${path} is damaged: ${what}`, {
    hint: "restore it from a backup; or move it away, and this host is a new one that has to join again",
  });
}
