import type { Membership, IssuedInvite } from "../identity/state.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { PeerChange } from "../wireguard/peer-change.ts";

/** Let in a little longer than they are good for, so that a late joiner hears why instead of nothing. */
export const EXPIRED_INVITE_MS = 3_600_000;

/** Whose temporary keys WireGuard lets in now. */
export function openInvites(membership: Membership | undefined, now: WallMs): readonly IssuedInvite[] {
  return (membership?.invites ?? []).filter(({ expiresAt }) => expiresAt > now - EXPIRED_INVITE_MS);
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
