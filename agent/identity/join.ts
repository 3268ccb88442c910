import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import {
  decodeInvite,
  redemptionBytes,
  type Invite,
  type InviteRefusal,
  type RedeemRequest,
} from "../../protocol/invite.ts";
import { KEY_BYTES, keyText, signBytes } from "../../protocol/keys.ts";
import { secretCommitment, type SignedRecord } from "../../protocol/record.ts";
import type { WallMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import { RecordStore } from "../registry/store.ts";
import { keysOf, rawOf } from "./identity.ts";
import { requireNoNetwork } from "./membership.ts";
import type { RedeemAnswer } from "./redemption.ts";
import type { IdentityState } from "./state.ts";

/**
 * Keeps the token, so that a join which a crash interrupts goes on with the same keys. Throws AgentError
 * `network.exists`, `invite.invalid`; the message never repeats the token.
 */
export function beginJoin(
  state: IdentityState,
  token: string,
): { readonly state: IdentityState; readonly invite: Invite } {
  requireNoNetwork(state);
  const invite = decodeInvite(token);
  if (!invite.ok)
    throw new AgentError("invite.invalid", MESSAGE[invite.reason], { hint: HINT[invite.reason] });
  return { state: { ...state, joining: { token } }, invite: invite.value };
}

/** The invite of a join that has begun and not ended. */
export function joinInProgress(state: IdentityState): Invite | undefined {
  const invite = state.joining && decodeInvite(state.joining.token);
  return invite?.ok === true ? invite.value : undefined;
}

export function giveUpJoin(state: IdentityState): { readonly state: IdentityState } {
  return { state: { ...state, joining: undefined } };
}

/** The same for the same state and invite, as often as it is made. */
export function redeemRequest(state: IdentityState, invite: Invite): RedeemRequest {
  const { identityKey, exchangeKey, wireguardKey, sign } = keysOf(state);
  const keys = { inviteId: invite.inviteId, identityKey, exchangeKey, wireguardKey: rawOf(wireguardKey) };
  return { ...keys, signature: signBytes("redeem", redemptionBytes(keys), sign) };
}

/**
 * Believes nothing but the network key of the invite: every record has to follow from it. Keep `state` durably, then put
 * `records` into the registry. Never throws.
 */
export function acceptRedeemed(
  state: IdentityState,
  invite: Invite,
  answer: RedeemAnswer,
  now: WallMs,
): Decoded<{ readonly state: IdentityState; readonly records: readonly SignedRecord[] }> {
  const store = new RecordStore(invite.networkKey);
  for (const bytes of answer.records) store.apply(bytes, now);
  const applied = store.apply(answer.member, now);
  if (applied.outcome === "refused" || applied.outcome === "waiting")
    return refused(`certificate: ${applied.reason}`);
  const { roster } = store;
  const self = roster.members.get(keysOf(state).id);
  const reason = reasonAgainst(state, invite, self, roster) ?? reasonAgainstSecret(answer, roster);
  if (reason !== undefined || self === undefined || roster.network === undefined)
    return refused(reason ?? "not-certified");
  return decoded({
    state: {
      ...state,
      joining: undefined,
      membership: {
        networkKey: keyText(invite.networkKey),
        networkRecord: Buffer.from(roster.network.bytes).toString("base64"),
        certificate: Buffer.from(self.certificate.bytes).toString("base64"),
        secrets: [{ epoch: answer.secretEpoch, secret: keyText(answer.secret) }],
        invites: [],
      },
    },
    records: store.records(),
  });
}

function reasonAgainst(
  state: IdentityState,
  invite: Invite,
  self: RosterMember | undefined,
  roster: Roster,
): string | undefined {
  const keys = keysOf(state);
  if (self === undefined) return roster.conflicts.get(keys.id) ?? "not-certified";
  if (self.wireguardKey !== keys.wireguardKey || Buffer.compare(self.exchangeKey, keys.exchangeKey) !== 0)
    return "other-keys";
  if (self.name !== invite.memberName) return "other-name";
  const issuer = roster.memberByWireguardKey.get(invite.issuerWireguardKey);
  if (issuer?.address4 !== invite.issuerAddress4 || !issuer.roles.includes("admin")) return "issuer-unknown";
  return undefined;
}

function reasonAgainstSecret({ secret, secretEpoch }: RedeemAnswer, roster: Roster): string | undefined {
  if (secret.length !== KEY_BYTES) return "secret-length";
  const known = roster.secret?.content;
  const isOther =
    known?.epoch === secretEpoch && Buffer.compare(known.commitment, secretCommitment(secret)) !== 0;
  return isOther ? "secret-other" : undefined;
}

const MESSAGE: Readonly<Record<InviteRefusal, string>> = {
  "not-an-invite": "this is no invite",
  "truncated-or-altered": "the invite is truncated or altered",
  version: "the invite was made by another version of hopwire",
};

const HINT: Readonly<Record<InviteRefusal, string>> = {
  "not-an-invite": "give the whole text that hopwire invite printed; it begins with hopwire",
  "truncated-or-altered": "copy it again, all of it",
  version: "install the version that the issuer runs",
};
