import type { KeyObject } from "node:crypto";
import { addressAt4, type Prefix } from "../../protocol/address.ts";
import { isMemberName, memberIdOf, type MemberId } from "../../protocol/ids.ts";
import { keyText, privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";
import { secretCommitment, type SignedRecord } from "../../protocol/record.ts";
import type { WallMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import type { Random } from "../random.ts";
import { address6Of, prefix6Of } from "../registry/overlay-address.ts";
import type { Roster } from "../registry/roster.ts";
import { randomPrefix4 } from "./address-choice.ts";
import { keysOf, rawOf } from "./identity.ts";
import { authorityKeyOf, membershipOf, RecordSigner, requireAdmin } from "./signer.ts";
import { freshState, type IdentityState, type Membership } from "./state.ts";

const SECRET_BYTES = 32;

/** `state` has to be durable before `records` are published. */
export type Signed = { readonly state: IdentityState; readonly records: readonly SignedRecord[] };

export type NewNetwork = {
  readonly networkName: string;
  readonly memberName: string;
  /** Undefined: a random /16 of 100.64.0.0/10 that none of `usedPrefixes` touches. */
  readonly prefix4?: Prefix | undefined;
  /** What this host's routes reach. */
  readonly usedPrefixes?: readonly Prefix[];
};

/** The founder's network, with the founder as admin at its first address. Throws AgentError `network.exists`, `usage.invalid`. */
export function createNetwork(state: IdentityState, wanted: NewNetwork, now: WallMs, random: Random): Signed {
  requireNoNetwork(state);
  requireName(wanted.networkName);
  requireName(wanted.memberName);
  const prefix4 = wanted.prefix4 ?? randomPrefix4(random, wanted.usedPrefixes ?? []);
  if (prefix4 === undefined)
    throw new AgentError("usage.invalid", "all of 100.64.0.0/10 is in use here", {
      hint: "name a free one with --prefix",
    });
  const networkSeed = random.bytes(32);
  const networkPrivateKey = privateKeyOf("ed25519", networkSeed);
  const networkKey = rawPublicKey(networkPrivateKey);
  const keys = keysOf(state);
  const signer = new RecordSigner(state, networkKey, now);
  const network = signer.sign(
    { kind: "network", name: wanted.networkName, prefix4, prefix6: prefix6Of(signer.network) },
    networkPrivateKey,
  );
  const certificate = signer.sign(
    {
      kind: "member",
      name: wanted.memberName,
      identityKey: keys.identityKey,
      wireguardKey: keys.wireguardKey,
      exchangeKey: keys.exchangeKey,
      address4: addressAt4(prefix4, 1),
      address6: address6Of(signer.network, keys.id),
      roles: ["member", "admin"],
    },
    networkPrivateKey,
  );
  const secret = random.bytes(SECRET_BYTES);
  const epoch = 1;
  const commitment = signer.sign(
    { kind: "secret", epoch, commitment: secretCommitment(secret) },
    networkPrivateKey,
  );
  const membership: Membership = {
    networkKey: keyText(networkKey),
    networkSeed: keyText(networkSeed),
    networkRecord: base64(network.bytes),
    certificate: base64(certificate.bytes),
    secrets: [{ epoch, secret: keyText(secret) }],
    invites: [],
  };
  return {
    state: { ...signer.state, membership, joining: undefined },
    records: [network, certificate, commitment],
  };
}

/**
 * Ends another's membership for ever, and moves the network to a new secret, which the revoked member is not given. What a
 * revoked admin had certified is void from then on (its key may be stolen), so all of it that the roster holds is certified
 * anew. The new certificates come first: nobody is cut off in between.
 * Throws AgentError `network.none`, `rights.missing`, `usage.invalid`, `member.unknown`, `member.revoked`.
 */
export function revoke(
  state: IdentityState,
  roster: Roster,
  member: MemberId,
  now: WallMs,
  random: Random,
): Signed {
  const membership = membershipOf(state);
  requireAdmin(state, roster);
  if (member === keysOf(state).id)
    throw new AgentError("usage.invalid", "a host does not revoke itself", { hint: "run: hopwire leave" });
  if (roster.revoked.has(member)) throw new AgentError("member.revoked", "that member is revoked already");
  if (!roster.members.has(member) && !roster.conflicts.has(member))
    throw new AgentError("member.unknown", "no such member", { hint: "see: hopwire peers" });

  return revocation(state, membership, roster, member, authorityKeyOf(state, membership), now, random);
}

/**
 * An admin that has given up its old keys, `member`, takes back what was signed with them, as `revoke` does: whoever stole
 * them could back-date. By the new keys, since anybody else who revokes the old ones means the admin. Throws AgentError
 * `network.none`, `rights.missing`.
 */
export function disown(
  state: IdentityState,
  roster: Roster,
  member: MemberId,
  now: WallMs,
  random: Random,
): Signed {
  const membership = membershipOf(state);
  requireAdmin(state, roster);
  return revocation(state, membership, roster, member, keysOf(state).sign, now, random);
}

function revocation(
  state: IdentityState,
  membership: Membership,
  roster: Roster,
  member: MemberId,
  revoker: KeyObject,
  now: WallMs,
  random: Random,
): Signed {
  const key = authorityKeyOf(state, membership);
  const signer = new RecordSigner(state, rawOf(membership.networkKey), now);
  const certificates = [...roster.members.values(), ...roster.successors.values()]
    .filter(({ id, certificate: { author } }) => id !== member && memberIdOf(author) === member)
    .map(({ certificate: { content, issuedAt, expiresAt } }) =>
      signer.sign(content, key, { issuedAt, expiresAt }),
    );
  const secret = random.bytes(SECRET_BYTES);
  const known = [roster.secret?.content.epoch ?? 0, ...membership.secrets.map(({ epoch }) => epoch)];
  const epoch = Math.max(...known) + 1;
  const commitment = signer.sign({ kind: "secret", epoch, commitment: secretCommitment(secret) }, key);
  const revoked = signer.sign({ kind: "revocation", member }, revoker);
  return {
    state: withSecret(signer.state, membership, epoch, secret),
    records: [...certificates, commitment, revoked],
  };
}

/**
 * The farewell of a member that goes by itself, and the state of a host in no network, with new keys: the old identity is
 * revoked for ever. Publish first, and keep the state then: a host that crashes in between is still able to leave.
 * Throws AgentError `network.none`.
 */
export function leave(state: IdentityState, now: WallMs, random: Random): Signed {
  const membership = membershipOf(state);
  const { id, sign } = keysOf(state);
  const signer = new RecordSigner(state, rawOf(membership.networkKey), now);
  const farewell = signer.sign({ kind: "revocation", member: id }, sign);
  return { state: freshState(random), records: [farewell] };
}

/** Keeps a secret that another member handed over, if it is the one that the roster's commitment is to. */
export function learnSecret(
  state: IdentityState,
  roster: Roster,
  epoch: number,
  secret: Uint8Array,
): { readonly state: IdentityState; readonly isKnown: boolean } {
  const { membership } = state;
  const wanted = roster.secret?.content;
  if (membership === undefined || wanted?.epoch !== epoch || secret.length !== SECRET_BYTES)
    return { state, isKnown: false };
  if (!isKey(secretCommitment(secret), wanted.commitment)) return { state, isKnown: false };
  const isCurrent = membership.secrets[0]?.secret === keyText(secret);
  return { state: isCurrent ? state : withSecret(state, membership, epoch, secret), isKnown: true };
}

/** The network secret of an epoch, 32 bytes; undefined where this host has not been given it. */
export function secretOf(state: IdentityState, epoch: number): Uint8Array | undefined {
  const found = state.membership?.secrets.find((known) => known.epoch === epoch);
  return found && rawOf(found.secret);
}

/** Throws AgentError `network.exists`. */
export function requireNoNetwork(state: IdentityState): void {
  if (state.membership !== undefined)
    throw new AgentError("network.exists", "this host is in a network already", {
      hint: "leave it first: hopwire leave",
    });
}

/** Throws AgentError `usage.invalid`. */
export function requireName(name: string): void {
  if (!isMemberName(name))
    throw new AgentError("usage.invalid", `${JSON.stringify(name)} is no name`, {
      hint: "use up to 63 lower-case letters, digits and hyphens, as in a host name",
    });
}

function withSecret(
  state: IdentityState,
  membership: Membership,
  epoch: number,
  secret: Uint8Array,
): IdentityState {
  const secrets = [{ epoch, secret: keyText(secret) }, ...membership.secrets].slice(0, 2);
  return { ...state, membership: { ...membership, secrets } };
}

function isKey(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
