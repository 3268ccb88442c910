import { createTask } from "node-cron";
import type { MemberId } from "../../../protocol/ids.ts";
import type { Role } from "../../../protocol/record.ts";
import type { RelayTier } from "../../../protocol/relay-token.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { Tiers } from "./tiers.ts";

/** To whom, when and how much a volunteer gives. Limits of 0 mean "not limited". */
export type RelayPolicy = {
  /** "*", "role:admin" and the like, members' names or ids. */
  readonly allow: readonly string[];
  /** The best tier that a token which a member minted may name; those of the relay's own member name any. */
  readonly memberTier: RelayTier;
  readonly tiers: Tiers;
  /** Of all allocations together. */
  readonly bandwidthBps: number;
  /** Relayed in a calendar month, UTC. */
  readonly monthlyBytes: number;
  /** Matches each minute in which the relay may be used. */
  readonly schedule: string;
};

/** Why nobody is relayed now, and what then ends. */
export type Closed = "off-schedule" | "monthly-quota";

/** For the sake of either end: whoever is listed may be reached by anybody. */
export function isAllowed(
  { allow }: Pick<RelayPolicy, "allow">,
  pair: readonly { readonly id: MemberId; readonly name: string; readonly roles: readonly Role[] }[],
): boolean {
  return pair.some(({ id, name, roles }) => {
    const words = ["*", id, name, ...roles.map((role) => `role:${role}`)];
    return allow.some((entry) => words.includes(entry));
  });
}

/** Undefined where nothing is against relaying. */
export function closedBy(
  { monthlyBytes }: Pick<RelayPolicy, "monthlyBytes">,
  isOpenAt: Schedule,
  monthBytes: number,
  now: WallMs,
): Closed | undefined {
  if (!isOpenAt(now)) return "off-schedule";
  if (monthlyBytes !== 0 && monthBytes >= monthlyBytes) return "monthly-quota";
  return undefined;
}

export type Schedule = (at: WallMs) => boolean;

/**
 * `expression` has five fields, in the host's time, and was checked: throws for what is none. A day must match the day of
 * the month and that of the week, where cron(8) takes either.
 */
export function scheduleOf(expression: string): Schedule {
  // Never started: it only says what matches, and would fire at the first second of a minute.
  const task = createTask(expression, () => undefined);
  return (at) => task.match(new Date(at - (at % 60_000)));
}
