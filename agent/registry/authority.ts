import type { MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import { prefix6Of } from "./overlay-address.ts";
import type { ReadRecord } from "./record-reader.ts";

/** Announcements are refreshed at half of it, so one missed refresh does no harm; a host that is gone is forgotten in a day. */
export const ANNOUNCEMENT_LIFETIME_MS = 24 * 3_600_000;

/**
 * A certificate lives for a year; a day more for clocks. What ended a membership has to be kept for as long as a
 * certificate of it, signed before, could come back from a member that was away.
 */
export const MAX_CERTIFICATE_LIFETIME_MS = 366 * 24 * 3_600_000;

/**
 * What the other records of a store say about an identity. Each of these, once true, stays true as records are added:
 * that is why the order in which records arrive does not matter. For `isKnown` that is so until the next sweep: who was certified by
 * an admin alone that is disowned is a stranger again.
 */
export type Evidence = {
  /** The network key has, at any time, certified it as an admin. */
  isAdmin(member: MemberId): boolean;
  /** Anybody entitled has certified it. */
  isKnown(member: MemberId): boolean;
  isRevoked(member: MemberId): boolean;
  /** Somebody else than itself has revoked it: what it signed is void. */
  isDisowned(member: MemberId): boolean;
};

export type Verdict =
  | { readonly verdict: "entitled" }
  /** Nothing that may arrive later can change it. */
  | { readonly verdict: "refused"; readonly reason: string }
  /** It lacks a certificate of `author`, which may be under way. */
  | { readonly verdict: "waiting"; readonly author: MemberId; readonly reason: string };

/**
 * Who may sign what:
 * - the network: the network key;
 * - an admin's certificate: the network key, and it never expires, because what admins sign rests on it;
 * - a member's certificate: the network key or an admin that is not disowned, since what that one signed is void;
 * - a revocation: the network key, an admin, or the member itself, which leaves. It is for ever. An admin's revocations
 *   also outlive its role: nothing undoes a revocation;
 * - a secret's commitment: as a member's certificate;
 * - a relay announcement and endpoints: a member that is not revoked.
 *
 * Here is decided whether a record may be kept. Whether it counts (an admin may have been revoked, an address may be taken)
 * is decided where all are seen together, by `buildRoster`.
 */
export function judge(
  { record, author, derivedAddress6 }: ReadRecord,
  networkKey: Uint8Array,
  evidence: Evidence,
): Verdict {
  const { content, network } = record;
  const isNetworkKey = Buffer.compare(record.author, networkKey) === 0;
  const byAdmin = isNetworkKey || evidence.isAdmin(author) ? ENTITLED : waiting(author, "author-not-admin");
  const byStandingAdmin = !isNetworkKey && evidence.isDisowned(author) ? refused("author-revoked") : byAdmin;
  switch (content.kind) {
    case "network":
      if (!isNetworkKey) return refused("not-the-network-key");
      return content.prefix6.address === prefix6Of(network).address
        ? ENTITLED
        : refused("prefix6-not-derived");
    case "member": {
      const isAdmin = content.roles.includes("admin");
      if (isAdmin && !isNetworkKey) return refused("role-not-grantable");
      if (isAdmin && record.expiresAt !== undefined) return refused("admin-certificate-expires");
      if (!isAdmin && record.expiresAt === undefined) return refused("certificate-without-expiry");
      if (!isAdmin && signedForMs(record) > MAX_CERTIFICATE_LIFETIME_MS)
        return refused("certificate-lifetime-too-long");
      if (content.address6 !== derivedAddress6) return refused("address6-not-derived");
      return byStandingAdmin;
    }
    case "revocation":
      if (record.expiresAt !== undefined) return refused("revocation-expires");
      if (author !== content.member) return byAdmin;
      return evidence.isKnown(author) ? ENTITLED : waiting(author, "farewell-unknown");
    case "secret":
      return record.expiresAt === undefined ? byStandingAdmin : refused("secret-expires");
    case "relay":
    case "endpoints":
      if (lifetimeMs(record) > ANNOUNCEMENT_LIFETIME_MS) return refused("lifetime-too-long");
      if (evidence.isRevoked(author)) return refused("author-revoked");
      return evidence.isKnown(author) ? ENTITLED : waiting(author, "author-unknown");
  }
}

function lifetimeMs({ issuedAt, expiresAt }: SignedRecord): number {
  return expiresAt === undefined ? Infinity : expiresAt - issuedAt;
}

/** A certificate that was renewed keeps its time of issue, which is its place among those who claim the same; its sequence is newer. */
function signedForMs({ issuedAt, sequence, expiresAt }: SignedRecord): number {
  return expiresAt === undefined ? Infinity : expiresAt - Math.max(issuedAt, sequence);
}

const ENTITLED: Verdict = { verdict: "entitled" };

function refused(reason: string): Verdict {
  return { verdict: "refused", reason };
}

function waiting(author: MemberId, reason: string): Verdict {
  return { verdict: "waiting", author, reason };
}
