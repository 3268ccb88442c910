import type { AddressFamily } from "../../protocol/endpoint.ts";
import type { NatBehaviour } from "../../protocol/nat-behaviour.ts";

/** One end of a pair, by what it takes to reach it. */
export type NatKind =
  /** Packets from anywhere come in at the address that a volunteer sees. */
  | "unfiltered"
  /** The same, from addresses that were sent to. */
  | "address-filtered"
  /** The same, from exactly where was sent to; a firewall with state without a NAT is such a one, too. */
  | "port-filtered"
  /** Every remote endpoint sees another port, and the next one can be told beforehand. */
  | "predictable"
  /** Every remote endpoint sees another port, at random. */
  | "random"
  | "unknown";

/**
 * "plain": coordinated checks from WireGuard's ports. The other two: the end whose ports change opens many sockets, and
 * the other tries many ports of it; after a prediction the likely ones first. Where both change and both can be told, each
 * opens some towards one predicted port of the other.
 */
export type Method = "plain" | "many-sockets" | "port-prediction" | "relay";

/** What comes of it in the end, beside being relayed meanwhile. */
export type Outcome = "direct" | "relayed" | "unknown";

export type Strategy = {
  readonly method: Method;
  readonly outcome: Outcome;
  /** Which end opens many sockets; undefined where none does. Both ends come to the same. */
  readonly hard: "own" | "peer" | "both" | undefined;
  /** One sentence for people, without a full stop. */
  readonly reason: string;
};

type Cell = Omit<Strategy, "hard">;

const REACHED: Cell = {
  method: "plain",
  outcome: "direct",
  reason: "one end lets the other in wherever it comes from",
};
const OPENED: Cell = {
  method: "plain",
  outcome: "direct",
  reason: "each end's check opens the way for the other's",
};
const UNSURE: Cell = {
  method: "plain",
  outcome: "unknown",
  reason: "it is not known yet how one of the NATs behaves",
};
const SOCKETS: Cell = {
  method: "many-sockets",
  outcome: "direct",
  reason:
    "one NAT gives every destination a random port, so the other end tries ports until one of many is met",
};
const PREDICTION: Cell = {
  method: "port-prediction",
  outcome: "direct",
  reason: "one NAT gives every destination another port, which can be told beforehand",
};
const MUTUAL: Cell = {
  method: "port-prediction",
  outcome: "direct",
  reason: "both NATs give every destination another port, and both can be told beforehand",
};
/**
 * Each end would have to meet a port that changes with the port that it tries itself: of 256 sockets on each side two meet once
 * in 60,000 attempts.
 */
const HOPELESS: Cell = {
  method: "relay",
  outcome: "relayed",
  reason:
    "both NATs give every destination another port, one of them at random, so neither end can know where to send",
};
/** Holes are for IPv4 (`Hole`): NATs of IPv6 are rare, and such ones unheard of. */
const UNSUITED: Cell = {
  method: "relay",
  outcome: "relayed",
  reason: "one NAT gives every destination another port, and many sockets are for IPv4 alone",
};

/** Row and column are the two ends; it is symmetric. */
const CELLS: Readonly<Record<NatKind, Readonly<Record<NatKind, Cell>>>> = {
  unfiltered: row(REACHED, REACHED, REACHED, REACHED, REACHED, REACHED),
  "address-filtered": row(REACHED, OPENED, OPENED, OPENED, OPENED, UNSURE),
  "port-filtered": row(REACHED, OPENED, OPENED, PREDICTION, SOCKETS, UNSURE),
  predictable: row(REACHED, OPENED, PREDICTION, MUTUAL, HOPELESS, UNSURE),
  random: row(REACHED, OPENED, SOCKETS, HOPELESS, HOPELESS, UNSURE),
  unknown: row(REACHED, UNSURE, UNSURE, UNSURE, UNSURE, UNSURE),
};

function row(
  ...[open, byAddress, byPort, predictable, random, unknown]: readonly [Cell, Cell, Cell, Cell, Cell, Cell]
) {
  return {
    unfiltered: open,
    "address-filtered": byAddress,
    "port-filtered": byPort,
    predictable,
    random,
    unknown,
  };
}

/** how these two get direct over this family, beyond being relayed meanwhile. */
export function strategyFor(family: AddressFamily, own: NatBehaviour, peer: NatBehaviour): Strategy {
  const [ownKind, peerKind] = [natKind(own), natKind(peer)];
  const cell = CELLS[ownKind][peerKind];
  switch (cell.method) {
    case "plain":
    case "relay":
      return { ...cell, hard: undefined };
    case "many-sockets":
    case "port-prediction":
      if (family === "ipv6") return { ...UNSUITED, hard: undefined };
      if (isHard(ownKind) && isHard(peerKind)) return { ...cell, hard: "both" };
      return { ...cell, hard: isHard(ownKind) ? "own" : "peer" };
  }
}

/** Filtering that nobody has tested is taken for the strictest: the plain checks, which always come first, cost nothing. */
export function natKind({ mapping, filtering, ports }: NatBehaviour): NatKind {
  switch (mapping) {
    case "unknown":
      return "unknown";
    case "address-dependent":
    case "address-and-port-dependent":
      return ports === "random" || ports === "unknown" ? "random" : "predictable";
    case "open":
    case "endpoint-independent":
      switch (filtering) {
        case "endpoint-independent":
          return "unfiltered";
        case "address-dependent":
          return "address-filtered";
        case "address-and-port-dependent":
        case "unknown":
          return "port-filtered";
      }
  }
}

/** The port that one destination sees says nothing of what another will. */
export function changesPorts(nat: NatBehaviour): boolean {
  return isHard(natKind(nat));
}

function isHard(kind: NatKind): boolean {
  return kind === "predictable" || kind === "random";
}
