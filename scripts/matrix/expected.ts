import { TRAITS, type PlaceName, type Traits } from "./place.ts";

/** What makes a pair direct. */
export type Means = "plain" | "ipv6" | "lan" | "hairpin" | "prediction" | "many sockets";

export type Expected =
  | { readonly outcome: "direct"; readonly by: Means; readonly reason: string }
  | { readonly outcome: "relayed" | "impossible"; readonly reason: string };

/**
 * Means that the product does not have yet, with what happens instead. A cell that needs one may be relayed: it is
 * known why. Whoever adds the means removes its line.
 */
export const MISSING: Partial<Record<Means, string>> = {};

/** Within which the goal wants a direct path, from the start of both agents (median). */
export const GOAL_MS: Readonly<Record<Means, number>> = {
  plain: 2_000,
  ipv6: 2_000,
  lan: 2_000,
  hairpin: 2_000,
  prediction: 20_000,
  "many sockets": 20_000,
};

/**
 * What theory says of a pair: RFC 4787 for what a NAT does, RFC 8445 for how checks from both ends open it. The volunteer
 * has public addresses of both families. Symmetric.
 */
export function expected(one: PlaceName, other: PlaceName): Expected {
  const pair = [TRAITS[one], TRAITS[other]] as const;
  const [a, b] = pair;
  if (!a.udp || !b.udp) {
    return { outcome: "impossible", reason: "WireGuard is UDP, and one end has none" };
  }
  if (one === other && a.shares === "lan") return direct("lan", "both are on one LAN, before any NAT");
  if (!a.families.some((family) => b.families.includes(family))) {
    return {
      outcome: "relayed",
      reason: "no address family in common: only a relay with both joins them",
    };
  }
  if (!a.families.includes("ipv4") || !b.families.includes("ipv4")) {
    return direct("ipv6", "IPv6 is not translated, and firewalls let in who was sent to");
  }
  if (one === other && a.shares === "hairpinning NAT") {
    return direct("hairpin", "the NAT that both share turns around what is for its own mappings");
  }
  const hard = pair.filter(isHard);
  const [first, second] = hard;
  if (first === undefined) {
    return direct(
      "plain",
      "both mappings are the same for everybody, so each end's checks let in the other's",
    );
  }
  if (second === undefined) return withOneHard(first, pair.find((traits) => !isHard(traits)) ?? first);
  if (first.ports === "sequential" && second.ports === "sequential") {
    return direct("prediction", "both can foretell each other's next ports");
  }
  const reason =
    first.ports === second.ports
      ? "both get a random port for each other: a guess is right once in 4 thousand million"
      : "one gets random ports, and every guess at them costs the other another port of its own";
  return { outcome: "relayed", reason };
}

/** One mapping depends on the peer; the peer's mapping, where it has one, does not. */
function withOneHard(hard: Traits, easy: Traits): Expected {
  switch (easy.filtering) {
    case "endpoint-independent":
      return direct("plain", "one end lets in checks from anywhere, and answers to where they come from");
    case "address-dependent":
      return direct("plain", "one end lets in checks from any port of an address that it has sent to");
    case "address-and-port-dependent":
      return hard.ports === "sequential"
        ? direct("prediction", "one end must send to the other's port before it is seen: it can be foretold")
        : direct("many sockets", "one end must hit the other's random port: many sockets make many targets");
  }
}

function isHard({ mapping }: Traits): boolean {
  return mapping === "endpoint-dependent";
}

function direct(by: Means, reason: string): Expected {
  return { outcome: "direct", by, reason };
}
