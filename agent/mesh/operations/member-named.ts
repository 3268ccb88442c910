import type { MemberId } from "../../../protocol/ids.ts";
import { AgentError } from "../../errors.ts";
import type { Roster, RosterMember } from "../../registry/roster.ts";

/** By name or id. Throws AgentError `member.unknown`. */
export function memberNamed({ members, memberByName }: Roster, name: string): RosterMember {
  const found = memberByName.get(name) ?? members.get(name as MemberId);
  if (found !== undefined) return found;
  throw new AgentError("member.unknown", `no member is called ${JSON.stringify(name)}`, {
    hint: "see: hopwire peers",
  });
}
