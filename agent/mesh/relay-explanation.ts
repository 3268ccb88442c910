import type { MemberId } from "../../protocol/ids.ts";
import type { ExplainedRelay, RelayExplanation } from "../admin/contract.ts";
import type { RosterMember } from "../registry/roster.ts";
import type { RankedRelay } from "../relay/client/selection.ts";
import type { Network } from "./network.ts";

/** What the choice of a relay to this peer rests on, in the words of the local API. */
export function relayExplanation(network: Network, peer: RosterMember): RelayExplanation {
  const { leg, spare } = network.paths.relaysOf(peer.id);
  const isDirect = network.connector.pathOf(peer.id)?.path.tag === "direct";
  const roleOf = (relay: MemberId): ExplainedRelay["role"] =>
    relay === leg && !isDirect ? "carries" : relay === leg || relay === spare ? "stands-by" : null;
  return {
    peer: peer.name,
    relays: network.paths
      .explainRelays(peer.id)
      .flatMap((ranked) => explained(network, ranked, roleOf(ranked.facts.relay))),
  };
}

function explained(
  { roster }: Network,
  { facts, score, parts, reason, place }: RankedRelay,
  role: ExplainedRelay["role"],
): readonly ExplainedRelay[] {
  const found = roster.relays.get(facts.relay);
  if (found === undefined) return [];
  const { member, record } = found;
  const { capacity, region, schedule, allow, quotaBytes } = record.content;
  return [
    {
      name: member.name,
      id: facts.relay,
      place: place === undefined ? null : place + 1,
      reason,
      role,
      score,
      parts,
      ownRttMs: facts.ownRttMs ?? null,
      peerRttMs: facts.peerRttMs ?? null,
      loss: facts.loss ?? null,
      health: facts.health,
      load: facts.load,
      capacity,
      bandwidthBps: facts.bandwidthBps,
      quotaBytes,
      forwarder: facts.forwarder ?? null,
      region,
      schedule,
      allow,
      experience: facts.experience.basis,
    },
  ];
}
