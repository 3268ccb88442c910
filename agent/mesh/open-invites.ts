import { memberIdOf } from "../../protocol/ids.ts";
import { guestOf } from "../../protocol/relay-token.ts";
import type { WallMs } from "../../protocol/time.ts";
import { rawOf } from "../identity/identity.ts";
import type { Membership, IssuedInvite } from "../identity/state.ts";
import type { Roster } from "../registry/roster.ts";
import type { PeerChange } from "../wireguard/peer-change.ts";
import type { AwaitedGuest } from "./invite-relays.ts";

/** Let in a little longer than they are good for, so that a late joiner hears why instead of nothing. */
export const EXPIRED_INVITE_MS = 3_600_000;

/** Whose temporary keys WireGuard lets in now. */
export function openInvites(membership: Membership | undefined, now: WallMs): readonly IssuedInvite[] {
  return (membership?.invites ?? []).filter(({ expiresAt }) => expiresAt > now - EXPIRED_INVITE_MS);
}

/**
 * For whom volunteers are to relay: invites until they expire. A redeemed one until its member has shown itself, since the
 * answer may have been lost.
 */
export function awaitedGuests(
  membership: Membership | undefined,
  endpoints: Roster["endpoints"],
  now: WallMs,
): readonly AwaitedGuest[] {
  return (membership?.invites ?? []).flatMap(({ expiresAt, redeemed, relays, temporaryPublicKey }) => {
    if (expiresAt <= now || relays === undefined) return [];
    if (redeemed !== undefined && endpoints.has(memberIdOf(rawOf(redeemed.identityKey)))) return [];
    return [{ guest: guestOf(temporaryPublicKey).memberId, relays }];
  });
}

/** Brings WireGuard from the peers that it has to the members and the open invites; members' peers are the connector's. */
export function inviteChanges(
  open: readonly IssuedInvite[],
  presentKeys: Iterable<string>,
  isMember: (wireguardKey: string) => boolean,
): readonly PeerChange[] {
  const wanted = new Set(open.map(({ temporaryPublicKey }) => temporaryPublicKey));
  const gone = [...presentKeys].filter((key) => !wanted.has(key) && !isMember(key));
  return [
    ...gone.map((publicKey): PeerChange => ({ publicKey, remove: true })),
    ...open.map(({ temporaryPublicKey, temporaryAddress4 }): PeerChange => ({
      publicKey: temporaryPublicKey,
      allowedIps: [`${temporaryAddress4}/32`],
    })),
  ];
}
