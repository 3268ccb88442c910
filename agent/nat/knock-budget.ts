import type { MemberId } from "../../protocol/ids.ts";
import type { MonotonicMs } from "../../protocol/time.ts";

/** Attempts on one peer in a row: a first one, and those of paths that were lost soon after. */
const BURST = 4;

/** With 2,048 packets of some 130 bytes an attempt, 3.2 MB an hour at the most, at the address of a member who asks for it. */
const REGAIN_MS = 300_000;

/** How often members may make this host try ports. Pure but for the state that it owns. */
export class KnockBudget {
  readonly #byMember = new Map<MemberId, { left: number; at: MonotonicMs }>();

  /** Whether one more attempt is within bounds; it counts as made. */
  take(member: MemberId, now: MonotonicMs): boolean {
    const known = this.#byMember.get(member) ?? { left: BURST, at: now };
    const left = Math.min(BURST, known.left + (now - known.at) / REGAIN_MS);
    if (left < 1) return false;
    this.#byMember.set(member, { left: left - 1, at: now });
    return true;
  }

  retain(isMember: (id: MemberId) => boolean): void {
    for (const id of this.#byMember.keys()) if (!isMember(id)) this.#byMember.delete(id);
  }
}
