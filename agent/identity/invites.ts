import { idBytes, memberIdOf, networkIdOf, type InviteId, type MemberId } from "../../protocol/ids.ts";
import type { Invite } from "../../protocol/invite.ts";
import { openRecord } from "../../protocol/record.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import type { Random } from "../random.ts";
import { isOf, type Roster } from "../registry/roster.ts";
import { generateKeyPair } from "../wireguard/keys.ts";
import { freeAddress4 } from "./address-choice.ts";
import { keysOf, rawOf } from "./identity.ts";
import { requireName } from "./membership.ts";
import { membershipOf, requireAdmin } from "./signer.ts";
import type { IdentityState, IssuedInvite, Membership } from "./state.ts";

/** Each is a WireGuard peer of the issuer and an address of the network. */
export const MAX_OPEN_INVITES = 64;
/** It has to be handed over, and typed. */
const MIN_INVITE_LIFETIME_MS = 60_000;
/** A token lies in mails and histories: a month is as long as anybody should trust that. */
export const MAX_INVITE_LIFETIME_MS = 30 * 86_400_000;

export type NewInvite = {
  readonly memberName: string;
  readonly expiresInMs: number;
  readonly controlPort: number;
  /** Only the founder can invite an admin. */
  readonly asAdmin?: boolean;
};

/** The temporary WireGuard peer of an invite: may reach the control port of the issuer, and there one request. */
export type InvitePeer = {
  readonly id: InviteId;
  readonly publicKey: string;
  readonly address4: string;
  readonly expiresAt: WallMs;
};

/** What the token says, but for the ways: a bearer secret. */
export type InviteDraft = Omit<Invite, "ways">;

/**
 * Keep `state` durably before the token is shown. The state does not hold what makes the token a secret.
 * Throws AgentError `network.none`, `rights.missing`, `usage.invalid`, `member.exists`.
 */
export function createInvite(
  state: IdentityState,
  roster: Roster,
  wanted: NewInvite,
  now: WallMs,
  random: Random,
): { readonly state: IdentityState; readonly draft: InviteDraft; readonly peer: InvitePeer } {
  const membership = membershipOf(state);
  requireAdmin(state, roster);
  if (wanted.asAdmin === true && membership.networkSeed === undefined)
    throw new AgentError("rights.missing", "only the founder's host can invite an admin", {
      hint: "run it on the host where hopwire init was run",
    });
  requireName(wanted.memberName);
  if (!(wanted.expiresInMs >= MIN_INVITE_LIFETIME_MS && wanted.expiresInMs <= MAX_INVITE_LIFETIME_MS))
    throw new AgentError("usage.invalid", "an invite lasts from a minute to 30 days", {
      hint: "say for how long by --expires: 30m, 24h or 7d",
    });
  const invites = membership.invites.filter((invite) => invite.expiresAt > now);
  if (invites.length >= MAX_OPEN_INVITES)
    throw new AgentError("usage.invalid", `${MAX_OPEN_INVITES} invites are open already`, {
      hint: "wait until one expires, or see: hopwire invites list",
    });
  const taken = claimsOf(roster, { ...membership, invites });
  const isPromised = invites.some(
    (invite) => invite.redeemed === undefined && invite.memberName === wanted.memberName,
  );
  if (isPromised)
    throw new AgentError("member.exists", `an invite for "${wanted.memberName}" is open already`, {
      hint: `make it worthless first: hopwire invites withdraw ${wanted.memberName}`,
    });
  if (taken.names.has(wanted.memberName)) throw nameTaken(wanted.memberName);

  const self = roster.members.get(keysOf(state).id);
  const id = Buffer.from(random.bytes(16)).toString("hex") as InviteId;
  const network = roster.network?.content;
  const address4 =
    network && freeAddress4(network.prefix4, idBytes(id), (address) => taken.addresses.has(address));
  if (self === undefined || address4 === undefined)
    throw new AgentError("usage.invalid", "the network has no free address");
  const { privateKey, publicKey } = generateKeyPair(random);
  const expiresAt = wallMs(now + wanted.expiresInMs);
  const draft: InviteDraft = {
    networkKey: rawOf(membership.networkKey),
    issuerWireguardKey: self.wireguardKey,
    issuerAddress4: self.address4,
    controlPort: wanted.controlPort,
    inviteId: id,
    temporaryKey: privateKey,
    temporaryAddress4: address4,
    expiresAt,
    memberName: wanted.memberName,
  };
  const invite: IssuedInvite = {
    id,
    temporaryPublicKey: publicKey,
    temporaryAddress4: address4,
    memberName: wanted.memberName,
    isAdmin: wanted.asAdmin === true,
    expiresAt,
  };
  return {
    state: { ...state, membership: { ...membership, invites: [...invites, invite] } },
    draft,
    peer: peerOf(invite),
  };
}

/** Those that a host can still join by, oldest first. */
export function invitesToRedeem({ invites }: Membership, now: WallMs): readonly IssuedInvite[] {
  return invites.filter(({ expiresAt, redeemed }) => expiresAt > now && redeemed === undefined);
}

/**
 * The token is good for nothing from now on, and its name is free. Keep `state` durably before its key is shut out. Throws AgentError
 * `network.none`, `member.exists` (somebody has joined by it), `member.unknown` (there is none).
 */
export function withdrawInvite(
  state: IdentityState,
  memberName: string,
  now: WallMs,
): { readonly state: IdentityState; readonly withdrawn: IssuedInvite } {
  const membership = membershipOf(state);
  const withdrawn = invitesToRedeem(membership, now).find((invite) => invite.memberName === memberName);
  if (withdrawn !== undefined) {
    const invites = membership.invites.filter((invite) => invite !== withdrawn);
    return { state: { ...state, membership: { ...membership, invites } }, withdrawn };
  }
  const isUsed = membership.invites.some(
    (invite) => invite.memberName === memberName && invite.redeemed !== undefined,
  );
  if (isUsed)
    throw new AgentError("member.exists", `a host has joined as ${memberName} by its invite`, {
      hint: `to shut it out: hopwire revoke ${memberName}`,
    });
  throw new AgentError("member.unknown", `no invite for ${memberName} is open on this host`, {
    hint: "see: hopwire invites list; an invite is withdrawn on the host where it was made",
  });
}

/** Which volunteers the token names. The same state where the invite is gone. */
export function noteRelays(
  state: IdentityState,
  id: InviteId,
  relays: readonly MemberId[],
): { readonly state: IdentityState } {
  const { membership } = state;
  if (membership === undefined) return { state };
  const invites = membership.invites.map((invite) =>
    invite.id === id ? { ...invite, relays: [...relays] } : invite,
  );
  return { state: { ...state, membership: { ...membership, invites } } };
}

/** The temporary peers that WireGuard must know now. A redeemed invite stays until it expires: its answer may have been lost. */
export function invitePeers(state: IdentityState, now: WallMs): readonly InvitePeer[] {
  return (state.membership?.invites ?? []).filter((invite) => invite.expiresAt > now).map(peerOf);
}

/** What nobody else can have: of members, of those that have redeemed but whose certificate may still be unpublished, of open invites. */
export type Claims = {
  readonly names: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly wireguardKeys: ReadonlySet<string>;
};

export function claimsOf(roster: Roster, membership: Membership): Claims {
  const { invites } = membership;
  const network = networkIdOf(rawOf(membership.networkKey));
  const issued = invites.flatMap(({ redeemed }) => {
    const opened =
      redeemed && openRecord(new Uint8Array(Buffer.from(redeemed.certificate, "base64")), network);
    if (opened?.ok !== true || !isOf(opened.value, "member")) return [];
    // What a revoked member had is free again, and of a member the roster knows better: it may have another name by now.
    const id = memberIdOf(opened.value.content.identityKey);
    return roster.revoked.has(id) || roster.members.has(id) ? [] : [opened.value.content];
  });
  const claims = [...roster.members.values(), ...issued];
  return {
    names: new Set(claims.map(({ name }) => name)),
    addresses: new Set([...claims, ...invites.map(asClaim)].map(({ address4 }) => address4)),
    wireguardKeys: new Set([...claims, ...invites.map(asClaim)].map(({ wireguardKey }) => wireguardKey)),
  };
}

export function nameTaken(name: string): AgentError {
  return new AgentError("member.exists", `the name "${name}" is taken`, {
    hint: "choose another; those in use: hopwire peers",
  });
}

function asClaim(invite: IssuedInvite): { readonly address4: string; readonly wireguardKey: string } {
  return { address4: invite.temporaryAddress4, wireguardKey: invite.temporaryPublicKey };
}

function peerOf(invite: IssuedInvite): InvitePeer {
  const { id, temporaryPublicKey, temporaryAddress4, expiresAt } = invite;
  return { id, publicKey: temporaryPublicKey, address4: temporaryAddress4, expiresAt };
}
