import { memberIdOf } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import type { Roster, RosterMember } from "./roster.ts";

/** Enough for a first path; the rest comes by gossip. With their admins' certificates at most some 50 KiB: one control frame. */
const RELAYS = 8;

/** What a host that has just been certified needs before it can gossip: the secret's commitment, and volunteers. */
export function introductions(roster: Roster): readonly Uint8Array[] {
  const records = new Set<SignedRecord>();
  const addMember = (member: RosterMember | undefined): void => {
    if (member === undefined || records.has(member.certificate)) return;
    addMember(roster.members.get(memberIdOf(member.certificate.author)));
    records.add(member.certificate);
  };
  const relays = [...roster.relays.values()]
    .filter(({ record }) => !record.content.draining)
    .slice(0, RELAYS);
  if (roster.secret !== undefined) {
    addMember(roster.members.get(memberIdOf(roster.secret.author)));
    records.add(roster.secret);
  }
  for (const { member } of relays) addMember(member);
  for (const { record } of relays) records.add(record);
  return [...records].map(({ bytes }) => bytes);
}
