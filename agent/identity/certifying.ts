import { certifyBytes, type Certify } from "../../protocol/frame-body.ts";
import { memberIdOf, networkIdOf, type MemberId } from "../../protocol/ids.ts";
import { keyText, signBytes, verifyBytes } from "../../protocol/keys.ts";
import type { MemberCertificate, SignedRecord } from "../../protocol/record.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import { rawOf, type HostKeys } from "./identity.ts";
import { claimsOf, nameTaken } from "./invites.ts";
import { requireName, type Signed } from "./membership.ts";
import {
  authorityKeyOf,
  CERTIFICATE_LIFETIME_MS,
  isAdmin,
  membershipOf,
  RecordSigner,
  requireAdmin,
} from "./signer.ts";
import type { IdentityState, Membership } from "./state.ts";

/**
 * A third of a certificate's life is left: four months in which an admin's host has to be up once. Asking earlier would only have more
 * records made.
 */
export const RENEW_BEFORE_MS = CERTIFICATE_LIFETIME_MS / 3;

/** Each certificate for other keys stays in the registry for its life: so one that makes up keys all the time gets few. */
const REPLACE_SUCCESSOR_MS = 24 * 3_600_000;

/** The fixed words that a member is told. */
export type CertifyFailure =
  | "member.unknown"
  | "member.exists"
  | "member.revoked"
  | "rights.missing"
  | "certify.unproven"
  | "certify.other-keys"
  | "certify.too-often";

/** `state` has to be durable before `certificate` leaves. Where it failed, the state is the one that was passed in. */
export type Certification =
  | { readonly ok: true; readonly state: IdentityState; readonly certificate: Uint8Array }
  | { readonly ok: false; readonly state: IdentityState; readonly code: CertifyFailure };

/** Whether an admin should be asked for a certificate that lasts longer. */
export function isRenewalDue(certificate: Pick<SignedRecord, "expiresAt">, now: WallMs): boolean {
  return certificate.expiresAt !== undefined && certificate.expiresAt - now <= RENEW_BEFORE_MS;
}

/** What a member asks: to have these keys of its, all new or all its own, certified. */
export function certifyRequest(membership: Membership, member: MemberId, keys: CertifiedKeys): Certify {
  const { identityKey, exchangeKey, sign } = keys;
  const certified = { identityKey, exchangeKey, wireguardKey: rawOf(keys.wireguardKey) };
  const bytes = certifyBytes(networkIdOf(rawOf(membership.networkKey)), member, certified);
  return { kind: "certify", ...certified, signature: signBytes("certify", bytes, sign) };
}

export type CertifiedKeys = Pick<HostKeys, "identityKey" | "exchangeKey" | "wireguardKey" | "sign">;

/**
 * As an admin, answers a member that asks. Its own keys: the certificate that it has, or one that lasts longer where that is due. New
 * keys: a certificate with the same name and addresses that waits until the old keys are revoked; the same keys get the same one.
 * Both keep the time of issue, and so the place among those who claim the same. Never throws.
 */
export function certify(
  state: IdentityState,
  roster: Roster,
  from: MemberId,
  request: Omit<Certify, "kind">,
  now: WallMs,
): Certification {
  const fail = (code: CertifyFailure): Certification => ({ ok: false, state, code });
  const { membership } = state;
  const member = roster.members.get(from);
  if (membership === undefined || member === undefined) return fail("member.unknown");
  if (!isAdmin(state, roster)) return fail("rights.missing");
  const bytes = certifyBytes(networkIdOf(rawOf(membership.networkKey)), from, request);
  if (!verifyBytes("certify", bytes, request.signature, request.identityKey)) return fail("certify.unproven");
  return memberIdOf(request.identityKey) === from
    ? renew(state, membership, member, request, now)
    : succeed(state, membership, member, request, roster, now);
}

/**
 * Gives a member another name. Throws AgentError `network.none`, `rights.missing`, `usage.invalid`, `member.exists`.
 */
export function rename(
  state: IdentityState,
  roster: Roster,
  member: RosterMember,
  name: string,
  now: WallMs,
): Signed {
  const membership = membershipOf(state);
  requireAdmin(state, roster);
  requireName(name);
  if (!maySign(membership, member))
    throw new AgentError("rights.missing", "only the founder's host can rename an admin");
  const isPromised = membership.invites.some(
    (invite) => invite.redeemed === undefined && invite.expiresAt > now && invite.memberName === name,
  );
  if (isPromised)
    throw new AgentError("member.exists", `an invite for "${name}" is open`, {
      hint: `choose another name, or: hopwire invites withdraw ${name}`,
    });
  if (claimsOf(roster, membership).names.has(name)) throw nameTaken(name);
  const { content, expiresAt } = member.certificate;
  // Issued now: a new name is a new claim.
  const signed = sign(state, membership, { ...content, roles: member.roles, name }, { expiresAt }, now);
  return { state: signed.state, records: [signed.record] };
}

function renew(
  state: IdentityState,
  membership: Membership,
  member: RosterMember,
  request: Omit<Certify, "kind">,
  now: WallMs,
): Certification {
  const isSame =
    keyText(request.wireguardKey) === member.wireguardKey &&
    Buffer.compare(request.exchangeKey, member.exchangeKey) === 0;
  if (!isSame) return { ok: false, state, code: "certify.other-keys" };
  const { bytes, content, issuedAt, expiresAt } = member.certificate;
  if (expiresAt === undefined || !isRenewalDue({ expiresAt }, now))
    return { ok: true, state, certificate: bytes };
  const validity = { issuedAt, expiresAt: wallMs(now + CERTIFICATE_LIFETIME_MS) };
  const signed = sign(state, membership, content, validity, now);
  return { ok: true, state: signed.state, certificate: signed.record.bytes };
}

function succeed(
  state: IdentityState,
  membership: Membership,
  member: RosterMember,
  request: Omit<Certify, "kind">,
  roster: Roster,
  now: WallMs,
): Certification {
  const fail = (code: CertifyFailure): Certification => ({ ok: false, state, code });
  if (!maySign(membership, member)) return fail("rights.missing");
  const successor = memberIdOf(request.identityKey);
  const wireguardKey = keyText(request.wireguardKey);
  if (roster.revoked.has(successor)) return fail("member.revoked");
  const waiting = roster.successors.get(member.id);
  if (waiting !== undefined) {
    const { bytes, sequence } = waiting.certificate;
    const isSame =
      waiting.id === successor &&
      waiting.wireguardKey === wireguardKey &&
      Buffer.compare(waiting.exchangeKey, request.exchangeKey) === 0;
    if (isSame) return { ok: true, state, certificate: bytes };
    if (now - sequence < REPLACE_SUCCESSOR_MS) return fail("certify.too-often"); // sequences are wall times
  }
  const isTaken =
    roster.members.has(successor) || claimsOf(roster, membership).wireguardKeys.has(wireguardKey);
  if (isTaken) return fail("member.exists");
  const { content, issuedAt } = member.certificate;
  const signed = sign(
    state,
    membership,
    {
      ...content,
      roles: member.roles,
      identityKey: request.identityKey,
      wireguardKey,
      exchangeKey: request.exchangeKey,
      predecessor: member.id,
      origin: member.origin ?? member.id,
    },
    {
      issuedAt,
      expiresAt: member.roles.includes("admin") ? undefined : wallMs(now + CERTIFICATE_LIFETIME_MS),
    },
    now,
  );
  return { ok: true, state: signed.state, certificate: signed.record.bytes };
}

/** An admin's certificate is the network key's alone to sign. */
function maySign({ networkSeed }: Membership, { roles }: RosterMember): boolean {
  return networkSeed !== undefined || !roles.includes("admin");
}

function sign(
  state: IdentityState,
  membership: Membership,
  content: MemberCertificate,
  validity: { readonly issuedAt?: WallMs; readonly expiresAt: WallMs | undefined },
  now: WallMs,
): { readonly state: IdentityState; readonly record: SignedRecord } {
  const signer = new RecordSigner(state, rawOf(membership.networkKey), now);
  const record = signer.sign(content, authorityKeyOf(state, membership), validity);
  return { state: signer.state, record };
}
