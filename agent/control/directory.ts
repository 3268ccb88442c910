import type { InviteId, MemberId } from "../../protocol/ids.ts";

export type ControlPeer = {
  readonly id: MemberId;
  /** Ed25519. */
  readonly identityKey: Uint8Array;
  /** X25519. */
  readonly exchangeKey: Uint8Array;
  readonly address4: string;
};

/**
 * Who is who, as the registry knows it at the moment of asking: only members with a valid certificate that nobody
 * revoked. WireGuard lets an address in for its own key only, so an address names a member.
 */
export type Directory = {
  memberAt(address4: string): ControlPeer | undefined;
  memberOf(id: MemberId): ControlPeer | undefined;
  /** The open invite whose temporary address this is. */
  inviteAt(address4: string): InviteId | undefined;
};
