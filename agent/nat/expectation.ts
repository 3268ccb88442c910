import type { NatBehaviour, NatByFamily } from "./behaviour.ts";

/** Of a pair: what comes of its checks, in the end. */
export type Outcome = "direct" | "relayed" | "unknown";

type OutcomeOf = (own: NatBehaviour, peer: NatBehaviour) => Outcome;

/**
 * What both ends' checks of each other's candidates come to (RFC 8445 on the NATs of RFC 4787). Where one end's port
 * cannot be known, the other has to let in a port of that address that it has not sent to.
 */
export const outcomeByChecks: OutcomeOf = (own, peer) => {
  const [ownKeeps, peerKeeps] = [keepsPort(own), keepsPort(peer)];
  if (ownKeeps === undefined || peerKeeps === undefined) return "unknown";
  if (ownKeeps && peerKeeps) return "direct";
  if (!ownKeeps && !peerKeeps) return "relayed";
  return letsOtherPortsIn(ownKeeps ? own : peer);
};

/** The best that a family which both have comes to. */
export function outcomeOfPair(own: NatByFamily, peer: NatByFamily, outcomeOf: OutcomeOf): Outcome {
  const outcomes = (["ipv4", "ipv6"] as const).flatMap((family) => {
    const [ours, theirs] = [own[family], peer[family]];
    return ours === undefined || theirs === undefined ? [] : [outcomeOf(ours, theirs)];
  });
  if (outcomes.includes("direct")) return "direct";
  return outcomes.length === 0 || outcomes.includes("unknown") ? "unknown" : "relayed";
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
const HARD: NatBehaviour = { ...EASY, mapping: "address-and-port-dependent", ports: "random" };

/** One plain sentence, without a full stop, of what to expect of this address family. `answered`: any server did. */
export function expectationOf(own: NatBehaviour, answered: boolean, outcomeOf: OutcomeOf): string {
  if (!answered) return "no path to anybody, as far as can be seen: no server answered by UDP";
  const [open, easy, hard] = [PUBLIC, EASY, HARD].map((peer) => outcomeOf(own, peer));
  if (open === "unknown") return "not known: it takes one more volunteer to answer";
  if (hard === "direct") return "direct with every peer that UDP reaches";
  if (easy === "direct")
    return "direct with most peers, relayed with peers behind a NAT that takes another port for each of its peers";
  if (open === "direct")
    return "direct with peers that have no NAT or whose NAT lets in any port of a known address, relayed with all others";
  return "relayed with every peer";
}

function keepsPort({ mapping }: NatBehaviour): boolean | undefined {
  switch (mapping) {
    case "open":
    case "endpoint-independent":
      return true;
    case "address-dependent":
    case "address-and-port-dependent":
      return false;
    case "unknown":
      return undefined;
  }
}

function letsOtherPortsIn({ filtering }: NatBehaviour): Outcome {
  switch (filtering) {
    case "endpoint-independent":
    case "address-dependent":
      return "direct";
    case "address-and-port-dependent":
      return "relayed";
    case "unknown":
      return "unknown";
  }
}
