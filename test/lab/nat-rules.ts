/** How outside ports are chosen (RFC 4787, section 4.1). Endpoint-dependent: a random port for every remote address and port. */
export type NatMapping = "endpoint-independent" | "endpoint-dependent";

/** Who may send to a mapping from outside (RFC 4787, section 5). */
export type NatFiltering = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

export type NatBehaviour = {
  readonly mapping: NatMapping;
  readonly filtering: NatFiltering;
  /** Idle time after which a UDP mapping is forgotten. */
  readonly mappingTimeoutSec: number;
  /** Hosts of the LAN reach each other at their mappings (RFC 4787, section 6), whoever was contacted before. */
  readonly hairpin: boolean;
};

export const OUTSIDE_DEVICE = "wan0";
export const INSIDE_DEVICE = "lan";

/** Of flows that come from the LAN and go back to it. */
const HAIRPINNED = 1;

/**
 * A NAT router's ruleset. Conntrack translates; what it does not know by itself is learned from the UDP packets that leave, after
 * their translation: `mapping` (inside socket -> outside port), `inside` (the reverse), `contacted` (outside port, remote address).
 */
export function natRules(outside4: string, behaviour: NatBehaviour): string {
  const { mapping, filtering, mappingTimeoutSec, hairpin } = behaviour;
  const independent = mapping === "endpoint-independent";
  const admits = filtering !== "address-and-port-dependent";
  const knowsInside = admits || hairpin;
  const remembers = filtering === "address-dependent";
  const aging = `size 65535; flags dynamic,timeout; timeout ${mappingTimeoutSec}s;`;
  const turning = `oifname "${INSIDE_DEVICE}" meta l4proto udp ct mark ${HAIRPINNED}`;
  const leaving = `oifname "${OUTSIDE_DEVICE}" meta l4proto udp`;
  return lines(
    "table ip lab_nat {",
    independent && `map mapping { type ipv4_addr . inet_service : inet_service; ${aging} }`,
    knowsInside && `map inside { type inet_service : ipv4_addr . inet_service; ${aging} }`,
    remembers && `set contacted { type inet_service . ipv4_addr; ${aging} }`,

    "chain prerouting {",
    "type nat hook prerouting priority dstnat",
    // Whoever conntrack knows never comes here: only a flow's first packet does. What finds no entry is dropped by the filter.
    admits &&
      `iifname "${OUTSIDE_DEVICE}" ${remembers ? "udp dport . ip saddr @contacted " : ""}dnat ip to udp dport map @inside`,
    hairpin &&
      `iifname "${INSIDE_DEVICE}" ip daddr ${outside4} ct mark set ${HAIRPINNED} dnat ip to udp dport map @inside`,
    "}",

    "chain postrouting {",
    "type nat hook postrouting priority srcnat",
    hairpin && independent && `${turning} snat ip to ${outside4} : ip saddr . udp sport map @mapping`,
    hairpin && `${turning} snat ip to ${outside4} : 1024-65535 fully-random`,
    // A socket without a mapping fails the first rule and gets a random port from the second.
    independent && `${leaving} snat ip to ${outside4} : ip saddr . udp sport map @mapping`,
    `${leaving} snat ip to ${outside4} : 1024-65535 fully-random`,
    `oifname "${OUTSIDE_DEVICE}" snat ip to ${outside4}`,
    "}",

    "chain learn {",
    "type filter hook postrouting priority srcnat + 10",
    independent &&
      `${leaving} ct direction original update @mapping { ct original ip saddr . ct original proto-src : udp sport }`,
    knowsInside &&
      `${leaving} ct direction original update @inside { udp sport : ct original ip saddr . ct original proto-src }`,
    admits &&
      `${leaving} ct direction reply update @inside { udp sport : ct reply ip saddr . ct reply proto-src }`,
    remembers && `${leaving} update @contacted { udp sport . ip daddr }`,
    // The inside socket already has a flow with this remote socket, from another outside port: conntrack would deliver the packet
    // from a made-up source port.
    `oifname "${INSIDE_DEVICE}" meta l4proto udp ct direction original ct status snat ct mark != ${HAIRPINNED} drop`,
    "}",
    "}",
    routerFilter,
  );
}

/**
 * Unsolicited packets must be dropped, also where they are addressed to the router itself: a packet that it takes makes a conntrack
 * entry, and a packet that a host inside then sends the other way clashes with it and gets another port.
 */
const routerFilter = `table inet lab_filter {
chain input {
type filter hook input priority filter; policy drop
ct state established,related accept
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
iifname "${INSIDE_DEVICE}" meta l4proto { icmp, ipv6-icmp } accept
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
