import type { AddressFamily } from "../../protocol/endpoint.ts";
import type { NatBehaviour, NatByFamily } from "./behaviour.ts";
import { strategyFor, type Outcome, type Strategy } from "./strategy.ts";

/** The best that a family which both have comes to. */
export function outcomeOfPair(own: NatByFamily, peer: NatByFamily): Outcome {
  const outcomes = strategiesOf(own, peer).map(({ outcome }) => outcome);
  if (outcomes.includes("direct")) return "direct";
  return outcomes.length === 0 || outcomes.includes("unknown") ? "unknown" : "relayed";
}

/**
 * Why packets of a pair go through a relay, for a while or for good: one sentence without a full stop. Undefined where the NATs
 * are not why, as far as is known.
 */
export function reasonToRelay(own: NatByFamily, peer: NatByFamily): string | undefined {
  const strategies = strategiesOf(own, peer);
  const best = strategies.find(({ outcome }) => outcome === "direct") ?? strategies[0];
  return best === undefined || (best.method === "plain" && best.outcome === "direct")
    ? undefined
    : best.reason;
}

const PUBLIC: NatBehaviour = {
  mapping: "open",
  filtering: "endpoint-independent",
  ports: "preserving",
  portStep: 0,
  hairpin: "unknown",
};

/** The NATs that most peers are behind (RFC 4787 asks for the first), at their strictest. */
const EASY: NatBehaviour = {
  ...PUBLIC,
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
};
const COUNTING: NatBehaviour = { ...EASY, mapping: "address-and-port-dependent", ports: "sequential" };
const RANDOM: NatBehaviour = { ...COUNTING, ports: "random" };

/** One plain sentence, without a full stop, of what to expect of this address family. `answered`: any server did. */
export function expectationOf(family: AddressFamily, own: NatBehaviour, answered: boolean): string {
  if (!answered) return "no path to anybody, as far as can be seen: no server answered by UDP";
  const [open, easy, counting, random] = [PUBLIC, EASY, COUNTING, RANDOM].map(
    (peer) => strategyFor(family, own, peer).outcome,
  );
  if (easy === "unknown") return "not known: it takes one more volunteer to answer";
  if (random === "direct") return "direct with every peer that UDP reaches";
  if (counting === "direct")
    return "direct with most peers, always relayed with peers behind a NAT that takes another, random port for each of its peers";
  if (easy === "direct")
    return "direct with most peers, always relayed with peers behind a NAT that takes another port for each of its peers";
  if (open === "direct")
    return "direct with peers that have no NAT or whose NAT lets in any port of a known address, always relayed with all others";
  return "relayed with every peer";
}

function strategiesOf(own: NatByFamily, peer: NatByFamily): readonly Strategy[] {
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const [ours, theirs] = [own[family], peer[family]];
    return ours === undefined || theirs === undefined ? [] : [strategyFor(family, ours, theirs)];
  });
}
