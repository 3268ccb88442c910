import type { Redeemed } from "../../protocol/frame-body.ts";
import { idBytes, memberIdOf, type MemberId } from "../../protocol/ids.ts";
import { redemptionBytes, type RedeemRequest } from "../../protocol/invite.ts";
import { KEY_BYTES, keyText, verifyBytes } from "../../protocol/keys.ts";
import type { WallMs } from "../../protocol/time.ts";
import { address6Of } from "../registry/overlay-address.ts";
import type { Roster } from "../registry/roster.ts";
import { freeAddress4 } from "./address-choice.ts";
import { rawOf } from "./identity.ts";
import { claimsOf } from "./invites.ts";
import { authorityKeyOf, isAdmin, RecordSigner } from "./signer.ts";
import type { IdentityState, IssuedInvite, Membership } from "./state.ts";

/** The fixed words that a joiner is told. */
export type RedeemFailure =
  | "invite.unknown"
  | "invite.expired"
  | "invite.used"
  | "member.exists"
  | "member.revoked"
  | "rights.missing"
  | "network.full";

/** `records`: what it takes to verify the certificate `member`, certificates first. */
export type RedeemAnswer = Omit<Redeemed, "kind">;

/**
 * `state` has to be durable before `answer` leaves; `answer.member` is published after that. Where it failed, the
 * state is the one that was passed in.
 */
export type Redemption =
  | { readonly ok: true; readonly state: IdentityState; readonly answer: RedeemAnswer }
  | { readonly ok: false; readonly state: IdentityState; readonly code: RedeemFailure };

export type RedeemContext = {
  readonly roster: Roster;
  /** The overlay address that WireGuard let the request come from. */
  readonly sourceAddress4: string;
  /** Records that help the joiner to begin: the secret's commitment, volunteers. */
  readonly introductions: readonly Uint8Array[];
};

/**
 * Answers a joiner. The same keys get the same certificate again, as often as they ask; other keys never do. Of requests at
 * once each has to run on the state that the one before left, as `Identity.update` does it. Never throws.
 */
export function redeem(
  state: IdentityState,
  request: RedeemRequest,
  context: RedeemContext,
  now: WallMs,
): Redemption {
  const fail = (code: RedeemFailure): Redemption => ({ ok: false, state, code });
  const { membership } = state;
  const invite = membership?.invites.find(({ id }) => id === request.inviteId);
  // Whoever does not hold the token learns nothing about the invite.
  if (membership === undefined || invite?.temporaryAddress4 !== context.sourceAddress4)
    return fail("invite.unknown");
  if (!isProven(request)) return fail("invite.unknown");
  const member = memberIdOf(request.identityKey);
  if (context.roster.revoked.has(member)) return fail("member.revoked");
  const { redeemed } = invite;
  if (redeemed !== undefined) {
    const certificate = bytesOf(redeemed.certificate);
    return hasSameKeys(redeemed, request)
      ? { ok: true, state, answer: answerOf(membership, certificate, context) }
      : fail("invite.used");
  }
  if (invite.expiresAt <= now) return fail("invite.expired");
  if (!isAdmin(state, context.roster)) return fail("rights.missing");
  const issued = issue(state, membership, invite, request, context.roster, now);
  if ("code" in issued) return fail(issued.code);
  return { ok: true, state: issued.state, answer: answerOf(membership, issued.certificate, context) };
}

/** The joiner has the identity key, and means these keys for this invite. */
function isProven(request: RedeemRequest): boolean {
  const { identityKey, wireguardKey, exchangeKey, signature } = request;
  if (![identityKey, wireguardKey, exchangeKey].every((key) => key.length === KEY_BYTES)) return false;
  return verifyBytes("redeem", redemptionBytes(request), signature, identityKey);
}

function hasSameKeys(redeemed: NonNullable<IssuedInvite["redeemed"]>, request: RedeemRequest): boolean {
  return (
    redeemed.identityKey === keyText(request.identityKey) &&
    redeemed.wireguardKey === keyText(request.wireguardKey) &&
    redeemed.exchangeKey === keyText(request.exchangeKey)
  );
}

type Issued =
  { readonly state: IdentityState; readonly certificate: Uint8Array } | { readonly code: RedeemFailure };

function issue(
  state: IdentityState,
  membership: Membership,
  invite: IssuedInvite,
  request: RedeemRequest,
  roster: Roster,
  now: WallMs,
): Issued {
  const member = memberIdOf(request.identityKey);
  const taken = claimsOf(roster, membership);
  const wireguardKey = keyText(request.wireguardKey);
  if (
    roster.members.has(member) ||
    taken.names.has(invite.memberName) ||
    taken.wireguardKeys.has(wireguardKey)
  )
    return { code: "member.exists" };
  const address4 = memberAddress4(member, roster, taken.addresses);
  if (address4 === undefined) return { code: "network.full" };
  const signer = new RecordSigner(state, rawOf(membership.networkKey), now);
  const { bytes } = signer.sign(
    {
      kind: "member",
      name: invite.memberName,
      identityKey: request.identityKey,
      wireguardKey,
      exchangeKey: request.exchangeKey,
      address4,
      address6: address6Of(signer.network, member),
      roles: invite.isAdmin ? ["member", "admin"] : ["member"],
    },
    authorityKeyOf(state, membership),
    { expiresAt: signer.certificateExpiry(invite.isAdmin) },
  );
  const redeemed = {
    identityKey: keyText(request.identityKey),
    wireguardKey,
    exchangeKey: keyText(request.exchangeKey),
    certificate: Buffer.from(bytes).toString("base64"),
  };
  const invites = membership.invites.map((other) => (other === invite ? { ...invite, redeemed } : other));
  return { state: { ...signer.state, membership: { ...membership, invites } }, certificate: bytes };
}

function memberAddress4(member: MemberId, roster: Roster, taken: ReadonlySet<string>): string | undefined {
  const prefix4 = roster.network?.content.prefix4;
  return prefix4 && freeAddress4(prefix4, idBytes(member), (address) => taken.has(address));
}

function answerOf(membership: Membership, certificate: Uint8Array, context: RedeemContext): RedeemAnswer {
  const [current] = membership.secrets;
  if (current === undefined) throw new RangeError("a membership without a secret");
  return {
    member: certificate,
    records: [bytesOf(membership.networkRecord), bytesOf(membership.certificate), ...context.introductions],
    secretEpoch: current.epoch,
    secret: rawOf(current.secret),
  };
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}
