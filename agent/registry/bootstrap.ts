import { formatEndpoint, parseEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import type { BootstrapEntry } from "../identity/state.ts";
import { heirOf, type Roster, type RosterMember } from "./roster.ts";

/** Each is dialled and looked up in the DNS; a mesh that has lost more of its volunteers than this has other troubles. */
export const MAX_BOOTSTRAP = 16;
/** Two names and addresses of both families, before and after a move. A round checks 16 endpoints of a peer. */
export const MAX_BOOTSTRAP_ENDPOINTS = 8;

/** Where its signed records say that others reach the member now. */
export function announcedEndpoints({ relays, endpoints }: Roster, member: MemberId): readonly Endpoint[] {
  const relay = relays.get(member)?.record.content.endpoints ?? [];
  return [
    ...relay.filter(({ carrier }) => carrier === "udp").map(({ endpoint }) => endpoint),
    ...(endpoints.get(member)?.publicEndpoints ?? []),
  ];
}

/** With these endpoints beside those that the member's entry has. Undefined where one of the bounds would be exceeded. */
export function addBootstrap(
  entries: readonly BootstrapEntry[],
  roster: Roster,
  member: RosterMember,
  endpoints: readonly string[],
): BootstrapEntry[] | undefined {
  const before = entries.find((entry) => entry.member === member.id);
  const others = entries.filter((entry) => entry !== before);
  const wanted = [...new Set([...(before?.endpoints ?? []), ...endpoints])];
  if (others.length >= MAX_BOOTSTRAP || wanted.length > MAX_BOOTSTRAP_ENDPOINTS) return undefined;
  const entry: BootstrapEntry = { member: member.id, endpoints: wanted, announced: [], certificates: [] };
  return [...others, refreshed({ ...entry, announced: before?.announced ?? [] }, roster)];
}

/**
 * The same with what the records say by now, also of who has new keys; without members that were revoked. What nobody says any more is kept: it is for
 * then that the entry is there.
 */
export function refreshBootstrap(entries: readonly BootstrapEntry[], roster: Roster): BootstrapEntry[] {
  return entries
    .map((entry) => ({ ...entry, member: heirOf(roster, entry.member)?.id ?? entry.member }))
    .filter(({ member }) => !roster.revoked.has(member))
    .map((entry) => refreshed(entry, roster));
}

/** Last known endpoints of the entry, which a member that was away for long has from nobody else. */
export function rememberedEndpoints({ announced }: BootstrapEntry): readonly Endpoint[] {
  return announced.flatMap((text) => {
    const endpoint = parseEndpoint(text);
    return endpoint.ok ? [endpoint.value] : [];
  });
}

/** In the order of their first. */
export function uniqueEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [formatEndpoint(endpoint), endpoint])).values()];
}

function refreshed(entry: BootstrapEntry, roster: Roster): BootstrapEntry {
  const member = roster.members.get(entry.member);
  const announced = announcedEndpoints(roster, entry.member).slice(0, MAX_BOOTSTRAP_ENDPOINTS);
  return {
    ...entry,
    ...(announced.length === 0 ? {} : { announced: announced.map(formatEndpoint) }),
    ...(member === undefined ? {} : { certificates: proofOf(member, roster).map(base64) }),
  };
}

/** The member's certificate, after that of whoever signed it, up to the network key's own. */
export function proofOf(member: RosterMember, roster: Roster): readonly SignedRecord[] {
  const chain: SignedRecord[] = [];
  let next: RosterMember | undefined = member;
  while (next !== undefined && !chain.includes(next.certificate)) {
    chain.unshift(next.certificate);
    next = roster.members.get(memberIdOf(next.certificate.author));
  }
  return chain;
}

function base64({ bytes }: SignedRecord): string {
  return Buffer.from(bytes).toString("base64");
}
