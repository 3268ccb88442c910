import { failure, type Failure, type ResponseBody } from "../../protocol/frame-body.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { ControlPlane } from "../control/plane.ts";

/** The peer's sockets wait: two volunteers that do not answer leave time for all ports. */
const OBSERVE_TIMEOUT_MS = 1_500;
const MAX_ASKED = 3;

/** At which address volunteers see the member: what the first says that knows. */
export async function observedAddress(
  member: MemberId,
  volunteers: readonly MemberId[],
  control: Pick<ControlPlane, "request">,
): Promise<string | undefined> {
  for (const volunteer of volunteers.slice(0, MAX_ASKED)) {
    const answer = await control.request(volunteer, { kind: "observe", member }, OBSERVE_TIMEOUT_MS);
    if (answer.ok) return answer.value.address;
  }
  return undefined;
}

/**
 * A volunteer's answer.
 *
 * @param seen where the member's packets come from; undefined where a relay carries them
 */
export function observed(isVolunteering: boolean, seen: Endpoint | undefined): ResponseBody | Failure {
  if (!isVolunteering) return failure("observe.not-volunteering", "this member does not volunteer");
  if (seen === undefined) return failure("observe.unknown", "no direct path leads to that member");
  return { kind: "observed", address: seen.address };
}
