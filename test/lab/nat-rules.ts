/** How outside ports are chosen (RFC 4787, section 4.1). Endpoint-dependent: another one for every remote address and port. */
export type NatMapping = "endpoint-independent" | "endpoint-dependent";

/** Which one a new mapping gets. Preserving: the inside one where it is free. Sequential: the one after the last that this router gave away. */
export type NatPorts = "random" | "sequential" | "preserving";

/**
 * What becomes of a packet to the router that nobody asked for. "taken": by the router itself, which answers that the port is closed,
 * and keeps a flow for it in conntrack; a packet of that flow's that a host inside then sends clashes, and gets another port.
 */
export type NatUnsolicited = "dropped" | "taken";

/** Who may send to a mapping from outside (RFC 4787, section 5). */
export type NatFiltering = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

export type NatBehaviour = {
  readonly mapping: NatMapping;
  readonly filtering: NatFiltering;
  readonly ports: NatPorts;
  readonly unsolicited: NatUnsolicited;
  /** Whether hosts inside reach each other's mappings at the outside address (RFC 4787, section 6). */
  readonly hairpin: boolean;
  /** Idle time after which a UDP mapping is forgotten. */
  readonly mappingTimeoutSec: number;
};

export const OUTSIDE_DEVICE = "wan0";
export const INSIDE_DEVICE = "lan";

/** What a NAT keeps beside conntrack's own table. */
function memoryOf({
  mapping,
  filtering,
  hairpin,
}: NatBehaviour): Record<"mapping" | "inside" | "contacted", boolean> {
  return {
    mapping: mapping === "endpoint-independent",
    inside: filtering !== "address-and-port-dependent" || hairpin,
    contacted: filtering === "address-dependent",
  };
}

/** Lines for nft: whatever the NAT has learned is forgotten. */
export function forgetRules(behaviour: NatBehaviour): readonly string[] {
  const { mapping, inside, contacted } = memoryOf(behaviour);
  return [
    ...(mapping ? ["flush map ip lab_nat mapping"] : []),
    ...(inside ? ["flush map ip lab_nat inside"] : []),
    ...(contacted ? ["flush set ip lab_nat contacted"] : []),
  ];
}

/** More flows than a test opens within a mapping's life: a port that is still taken costs its flow the first packet. */
const SEQUENTIAL_COUNT = 4_096;
/** Above what the hosts of the lab listen on, so that a port shows where it is from. */
const SEQUENTIAL_FIRST = 40_000;

/** Counts the flows that come to the rule. By a map, since a counter's bytes are in the machine's order, and a port's are not. */
const counted = (): string => {
  const ports = Array.from({ length: SEQUENTIAL_COUNT }, (_, flow) => `${flow} : ${SEQUENTIAL_FIRST + flow}`);
  return `numgen inc mod ${SEQUENTIAL_COUNT} map { ${ports.join(", ")} }`;
};

/** What nft takes for the port of a new mapping. */
function newPort(ports: NatPorts): string {
  switch (ports) {
    case "random":
      return " : 1024-65535 fully-random";
    case "sequential":
      return ` : ${counted()}`;
    case "preserving":
      return "";
  }
}

/**
 * A NAT router's ruleset. Conntrack translates; what it does not know by itself is learned from the UDP packets that leave, after
 * their translation: `mapping` (inside socket -> outside port), `inside` (the reverse), `contacted` (outside port, remote address).
 */
export function natRules(outside4: string, behaviour: NatBehaviour): string {
  const { filtering, ports, hairpin, mappingTimeoutSec } = behaviour;
  const { mapping: independent, inside, contacted: remembers } = memoryOf(behaviour);
  const admits = filtering !== "address-and-port-dependent";
  const aging = `size 65535; flags dynamic,timeout; timeout ${mappingTimeoutSec}s;`;
  const leaving = `oifname "${OUTSIDE_DEVICE}" meta l4proto udp`;
  const turning = `iifname "${INSIDE_DEVICE}" oifname "${INSIDE_DEVICE}" meta l4proto udp ct status dnat`;
  return lines(
    "table ip lab_nat {",
    independent && `map mapping { type ipv4_addr . inet_service : inet_service; ${aging} }`,
    inside && `map inside { type inet_service : ipv4_addr . inet_service; ${aging} }`,
    remembers && `set contacted { type inet_service . ipv4_addr; ${aging} }`,

    "chain prerouting {",
    "type nat hook prerouting priority dstnat",
    // Whoever conntrack knows never comes here: only a flow's first packet does. What finds no entry is dropped by the filter.
    admits &&
      `iifname "${OUTSIDE_DEVICE}" ${remembers ? "udp dport . ip saddr @contacted " : ""}dnat ip to udp dport map @inside`,
    // Whatever the filtering is: it is there for what comes from outside.
    hairpin && `iifname "${INSIDE_DEVICE}" ip daddr ${outside4} dnat ip to udp dport map @inside`,
    "}",

    // One chain for all, so that sequential ports are counted together. A socket without a mapping fails the first rule.
    "chain translate {",
    independent && `meta l4proto udp snat ip to ${outside4} : ip saddr . udp sport map @mapping`,
    `meta l4proto udp snat ip to ${outside4}${newPort(ports)}`,
    "}",

    "chain postrouting {",
    "type nat hook postrouting priority srcnat",
    `${leaving} jump translate`,
    // As from outside (RFC 4787, REQ-9): under an inside source, the answer would go past the router.
    hairpin && `${turning} jump translate`,
    `oifname "${OUTSIDE_DEVICE}" snat ip to ${outside4}`,
    "}",

    "chain remember {",
    independent &&
      "meta l4proto udp ct direction original update @mapping { ct original ip saddr . ct original proto-src : udp sport }",
    inside &&
      "meta l4proto udp ct direction original update @inside { udp sport : ct original ip saddr . ct original proto-src }",
    inside &&
      "meta l4proto udp ct direction reply update @inside { udp sport : ct reply ip saddr . ct reply proto-src }",
    remembers && "meta l4proto udp update @contacted { udp sport . ip daddr }",
    "}",

    "chain learn {",
    "type filter hook postrouting priority srcnat + 10",
    `${leaving} jump remember`,
    hairpin && `${turning} jump remember`,
    // The inside socket already has a flow with this remote socket, from another outside port: conntrack would deliver the packet
    // from a made-up source port.
    `iifname "${OUTSIDE_DEVICE}" oifname "${INSIDE_DEVICE}" meta l4proto udp ct direction original ct status snat drop`,
    "}",
    "}",
    routerFilter(behaviour.unsolicited),
  );
}

/**
 * Unsolicited packets are dropped unless a test is about what happens else, also where they are addressed to the router itself: a packet that it takes makes a conntrack
 * entry, and a packet that a host inside then sends the other way clashes with it and gets another port.
 */
const routerFilter = (unsolicited: NatUnsolicited): string => `table inet lab_filter {
chain input {
type filter hook input priority filter; policy drop
ct state established,related accept
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
iifname "${INSIDE_DEVICE}" meta l4proto { icmp, ipv6-icmp } accept
${unsolicited === "taken" ? `iifname "${OUTSIDE_DEVICE}" meta l4proto udp accept` : ""}
}
chain forward {
type filter hook forward priority filter; policy drop
ct state established,related accept
ct status dnat accept
iifname "${INSIDE_DEVICE}" accept
}
}`;

const lines = (...parts: readonly (string | false)[]): string =>
  parts.filter((part) => part !== false).join("\n");
