/** Where a host may live. The matrix has every pair of these; two of a kind live in two places of that kind, unless they share it. */
export const PLACES = [
  "open",
  "ei-ei",
  "ei-ad",
  "ei-apd",
  "ed-random",
  "ed-sequential",
  "linux",
  "double-nat",
  "firewall",
  "same-lan",
  "hairpin",
  "v6-only",
  "udp-blocked",
] as const;

export type PlaceName = (typeof PLACES)[number];

/** What theory needs to know of a place. IPv4 behaviour by RFC 4787; a host without a NAT maps to itself. */
export type Traits = {
  readonly says: string;
  readonly families: readonly ("ipv4" | "ipv6")[];
  readonly mapping: "none" | "endpoint-independent" | "endpoint-dependent";
  /** Of a mapping's port; matters where the mapping is endpoint-dependent. */
  readonly ports: "random" | "sequential";
  readonly filtering: "endpoint-independent" | "address-dependent" | "address-and-port-dependent";
  readonly udp: boolean;
  /** What two of this kind have in common. */
  readonly shares: "nothing" | "lan" | "hairpinning NAT";
};

const STRICT_NAT = {
  families: ["ipv4"],
  mapping: "endpoint-independent",
  ports: "random",
  filtering: "address-and-port-dependent",
  udp: true,
  shares: "nothing",
} as const;

export const TRAITS: Readonly<Record<PlaceName, Traits>> = {
  open: {
    ...STRICT_NAT,
    says: "public addresses of both families",
    families: ["ipv4", "ipv6"],
    mapping: "none",
    filtering: "endpoint-independent",
  },
  "ei-ei": {
    ...STRICT_NAT,
    says: "NAT, endpoint-independent mapping and filtering",
    filtering: "endpoint-independent",
  },
  "ei-ad": {
    ...STRICT_NAT,
    says: "NAT, endpoint-independent mapping, address-dependent filtering",
    filtering: "address-dependent",
  },
  "ei-apd": {
    ...STRICT_NAT,
    says: "NAT, endpoint-independent mapping, address-and-port-dependent filtering",
  },
  "ed-random": {
    ...STRICT_NAT,
    says: "NAT, endpoint-dependent mapping to random ports, address-and-port-dependent filtering",
    mapping: "endpoint-dependent",
  },
  "ed-sequential": {
    ...STRICT_NAT,
    says: "NAT, endpoint-dependent mapping to sequential ports, address-and-port-dependent filtering",
    mapping: "endpoint-dependent",
    ports: "sequential",
  },
  linux: {
    ...STRICT_NAT,
    says: "a Linux router that masquerades: ports are kept, and it takes itself what nobody asked for",
  },
  "double-nat": { ...STRICT_NAT, says: "a home's NAT (as ei-apd) behind a carrier's of the same kind" },
  firewall: {
    ...STRICT_NAT,
    says: "public addresses of both families, and a firewall that lets in answers alone",
    families: ["ipv4", "ipv6"],
    mapping: "none",
  },
  "same-lan": { ...STRICT_NAT, says: "NAT as ei-apd; two of these share it, and its LAN", shares: "lan" },
  hairpin: {
    ...STRICT_NAT,
    says: "a home's NAT behind a carrier's that hairpins; two of these share the carrier's",
    shares: "hairpinning NAT",
  },
  "v6-only": {
    ...STRICT_NAT,
    says: "IPv6 alone, routed through a stateful firewall; no NAT64",
    families: ["ipv6"],
    mapping: "none",
  },
  "udp-blocked": { ...STRICT_NAT, says: "NAT as ei-apd that drops all UDP", udp: false },
};
