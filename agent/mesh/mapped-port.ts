import { familyOf } from "../../protocol/endpoint.ts";
import type { StunServerAddress } from "./gatherer.ts";
import type { StunRequest } from "./stun-service.ts";

/** A volunteer is a round trip away; an answer that is late tells of a sequence that has gone on. */
const REQUEST = { retransmitMs: [150], timeoutMs: 600 };

/** The outside port of the socket behind `request`, as the first of the servers over IPv4 that answers sees it. */
export async function mappedPort(
  request: StunRequest,
  servers: readonly StunServerAddress[],
): Promise<number | undefined> {
  for (const { endpoint, credential } of servers) {
    if (familyOf(endpoint.address) !== "ipv4") continue;
    const answer = await request(endpoint, credential, REQUEST);
    if (answer.ok && answer.value.mapped !== undefined) return answer.value.mapped.port;
  }
  return undefined;
}
