import { isInPrefix, type Prefix } from "../../protocol/address.ts";
import { canonicalIPv6, familyOf, isIPv4, type AddressFamily } from "../../protocol/endpoint.ts";
import type { IpAddresses, IpRoute } from "./ip-json.ts";

export type HostAddress = {
  readonly address: string;
  readonly prefixLength: number;
  readonly interfaceName: string;
  /** Temporary addresses take the place of "replaced" ones for what this host begins itself (RFC 6724, rule 7). */
  readonly use: "any" | "temporary" | "replaced";
};

/** How packets to everywhere leave, in any text that differs when that does; empty where they cannot. */
export type DefaultWays = Readonly<Record<AddressFamily, string>>;

/** What WireGuard packets would be wrapped in once more, or addresses that are the same on every host (dummy: kube-ipvs0). */
const TUNNELS = new Set(
  "wireguard tun vxlan geneve gre gretap ip6gre ip6gretap erspan ip6erspan ipip ip6tnl vti vti6 xfrm dummy".split(
    " ",
  ),
);

/** Ends of pipes into containers and virtual machines; a bridge of nothing else leads nowhere else. */
const PIPES = new Set<string | undefined>(["veth", "tun"]);

/** VirtualBox's and VMware's own networks, which the kernel takes for hardware. */
const HOST_ONLY = /^(?:vboxnet|vmnet)\d/;

/**
 * Addresses under which others may reach this host: up, with a carrier, settled, and neither loopback nor link-local (IPv6
 * keeps global and unique local). Of the interfaces these count: hardware and what is made of it (bond, VLAN, macvlan, PPP, 6in4);
 * a bridge with such a port; and a bridge or a veth by which a default route leaves, as in a container. Never other
 * tunnels, nor our own: a path through them would be a tunnel in a tunnel, or a loop.
 *
 * @param interfaces of `ip -json -details addr show`.
 */
export function usableHostAddresses(
  interfaces: readonly IpAddresses[],
  defaultRoutes: readonly IpRoute[],
  overlayInterface: string,
): HostAddress[] {
  const uplinks = new Set(
    defaultRoutes.flatMap(({ dev, nexthops }) => [dev, ...nexthops.map((hop) => hop.dev)]),
  );
  const leadsOut = ({ ifname, linkinfo }: IpAddresses): boolean => {
    const kind = linkinfo?.info_kind;
    if (ifname === overlayInterface || HOST_ONLY.test(ifname)) return false;
    if (kind === undefined) return true;
    if (TUNNELS.has(kind)) return false;
    if (kind === "veth") return uplinks.has(ifname);
    return kind !== "bridge" || uplinks.has(ifname) || hasOtherPorts(interfaces, ifname);
  };
  return interfaces
    .filter(({ flags }) => flags.includes("UP") && !flags.includes("NO-CARRIER"))
    .filter(({ flags }) => !flags.includes("LOOPBACK"))
    .filter(leadsOut)
    .flatMap(({ ifname, addr_info }) =>
      addr_info
        .filter(({ scope }) => scope !== "link" && scope !== "host")
        .filter((info) => !info.deprecated && !info.tentative && !info.dadfailed)
        .flatMap(({ family, local, prefixlen, temporary, mngtmpaddr }): HostAddress[] => {
          const address = family === "inet" ? usableIPv4(local) : canonicalIPv6(local);
          if (address === undefined) return [];
          const prefix = { address, length: prefixlen };
          const isReplaced =
            mngtmpaddr &&
            addr_info.some(
              (other) => other.temporary && !other.deprecated && isInPrefix(other.local, prefix),
            );
          const use = temporary ? "temporary" : isReplaced ? "replaced" : "any";
          return [{ address, prefixLength: prefixlen, interfaceName: ifname, use }];
        }),
    );
}

/**
 * Host candidates. RFC 8445, section 5.1.1.1: where there is a temporary address, the one in the same prefix that would
 * tell where its owner has been is none. It is also the one that our checks leave from.
 */
export function candidateAddresses(addresses: readonly HostAddress[]): readonly string[] {
  return addresses.filter(({ use }) => use !== "replaced").map(({ address }) => address);
}

/** What is announced for longer than a day, by whoever serves others: not the temporary ones, where there are any else. */
export function lastingAddresses(addresses: readonly HostAddress[]): readonly string[] {
  const isLasting = ({ address, use }: HostAddress): boolean =>
    use !== "temporary" ||
    !addresses.some((other) => other.use !== "temporary" && familyOf(other.address) === familyOf(address));
  return addresses.filter(isLasting).map(({ address }) => address);
}

/**
 * Where neighbours may be members: private addresses (RFC 1918). On a public address, or behind a carrier's NAT (RFC 6598), the
 * neighbours are strangers, and none is found by multicast. IPv4 only.
 */
export function lanAddresses(addresses: readonly HostAddress[]): readonly Prefix[] {
  return addresses
    .filter(({ address }) => /^(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)\./.test(address))
    .map(({ address, prefixLength }) => ({ address, length: prefixLength }));
}

/** Of each family the routes that are preferred, alone: one in reserve may come and go. */
export function defaultWays(
  routes: Readonly<Record<AddressFamily, readonly IpRoute[]>>,
  overlayInterface: string,
): DefaultWays {
  const wayOf = (all: readonly IpRoute[]): string => {
    const ours = all.filter(({ dev }) => dev !== overlayInterface);
    const best = Math.min(...ours.map(({ metric }) => metric));
    return ours
      .filter(({ metric }) => metric === best)
      .flatMap((route) => (route.nexthops.length > 0 ? route.nexthops : [route]))
      .map(({ dev, gateway, via }) => `${dev} ${via?.host ?? gateway}`)
      .sort()
      .join();
  };
  return { ipv4: wayOf(routes.ipv4), ipv6: wayOf(routes.ipv6) };
}

function hasOtherPorts(interfaces: readonly IpAddresses[], bridge: string): boolean {
  return interfaces.some(({ master, linkinfo }) => master === bridge && !PIPES.has(linkinfo?.info_kind));
}

/** Nor RFC 7335's, which every host behind DS-Lite or 464XLAT has. */
function usableIPv4(address: string): string | undefined {
  return isIPv4(address) && !/^(?:0|127|169\.254|192\.0\.0)\./.test(address) ? address : undefined;
}
