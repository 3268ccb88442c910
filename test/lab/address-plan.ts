/**
 * Who has which address. Pure: the lab only counts sites and LANs, everything else follows from the numbers.
 * Public addresses come from the documentation ranges (RFC 5737, RFC 3849), so that nothing that leaks can reach anybody.
 */

/** Neighbouring sites get different /24s: a filter that looks at the network instead of the address would show. */
const PUBLIC_PREFIXES = ["203.0.113", "198.51.100", "192.0.2"] as const;

/**
 * For a site that must not see a documentation address at its outside: miniupnpd takes those for private. Nobody lives there:
 * APNIC keeps this block back, as it is in too many examples.
 */
const UNRESERVED_PREFIX = "1.2.3";

/** A /28 per link: gateway, site, and room for more addresses of the site. */
const LINK_ADDRESSES = 16;

/** 3 ranges x 16 links. */
export const MAX_PUBLIC_LINKS = (PUBLIC_PREFIXES.length * 256) / LINK_ADDRESSES;

/** 10.0.0.0/8 in /24s; 10.0.0.0/24 stays free, as people take it for a placeholder. */
export const MAX_LANS = 255;

/** Gateway .1, then hosts; .255 is the broadcast address. */
export const MAX_HOSTS_PER_LAN = 253;

/** How one end of a link is addressed, and where its packets go next. */
export type LinkAddresses = {
  readonly address4: string;
  readonly prefixLength4: number;
  readonly gateway4: string;
  /** /64 where present. */
  readonly address6: string | undefined;
  readonly gateway6: string | undefined;
};

/** Of which block a public address is; see `UNRESERVED_PREFIX`. */
export type PublicBlock = "documentation" | "unreserved";

/** Addresses of the link between the internet and its `index`-th site. */
export function publicLink(index: number, block: PublicBlock = "documentation"): LinkAddresses {
  const most = block === "unreserved" ? 256 / LINK_ADDRESSES : MAX_PUBLIC_LINKS;
  if (index >= most) throw new RangeError(`a lab has at most ${most} such public links`);
  const prefix =
    block === "unreserved"
      ? UNRESERVED_PREFIX
      : (PUBLIC_PREFIXES[index % PUBLIC_PREFIXES.length] ?? PUBLIC_PREFIXES[0]);
  const base = Math.floor(block === "unreserved" ? index : index / PUBLIC_PREFIXES.length) * LINK_ADDRESSES;
  return {
    address4: `${prefix}.${base + 2}`,
    prefixLength4: 28,
    gateway4: `${prefix}.${base + 1}`,
    address6: `${sitePrefix6(index)}::2`,
    gateway6: `${sitePrefix6(index)}::1`,
  };
}

/** The site's /48 is `${sitePrefix6(index)}::/48`: subnet 0 is its link, the others are its LANs. */
export function sitePrefix6(index: number): string {
  return `2001:db8:${(index + 1).toString(16)}`;
}

/** A LAN behind a NAT: IPv4 always private, IPv6 only where the site routes some. */
export type LanPlan = {
  /** First three octets of a /24. */
  readonly prefix4: string;
  /** A /64 without its `::`. */
  readonly prefix6: string | undefined;
};

/** LANs are numbered from 1, and so are the subnets of a site's /48. */
export function lanPlan(index: number, prefix4: string | undefined, prefix6: string | undefined): LanPlan {
  if (index > MAX_LANS) throw new RangeError(`a lab has at most ${MAX_LANS} LANs`);
  return {
    prefix4: prefix4 ?? `10.${index}.0`,
    prefix6: prefix6 === undefined ? undefined : `${prefix6}:${index.toString(16)}`,
  };
}

/** Addresses of the `index`-th host (from 0) of a LAN. */
export function lanLink(lan: LanPlan, index: number): LinkAddresses {
  if (index >= MAX_HOSTS_PER_LAN) throw new RangeError(`a LAN has at most ${MAX_HOSTS_PER_LAN} hosts`);
  return {
    address4: `${lan.prefix4}.${index + 2}`,
    prefixLength4: 24,
    gateway4: `${lan.prefix4}.1`,
    address6: lan.prefix6 === undefined ? undefined : `${lan.prefix6}::${(index + 2).toString(16)}`,
    gateway6: lan.prefix6 === undefined ? undefined : `${lan.prefix6}::1`,
  };
}
