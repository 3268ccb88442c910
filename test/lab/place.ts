import type { LinkAddresses } from "./address-plan.ts";
import { Link, type LinkEnd } from "./link.ts";
import type { Namespace } from "./namespace.ts";

/** Where a site can be connected: a free link of the internet, or a free port of a LAN. */
export type Place = {
  readonly far: LinkEnd;
  readonly addresses: LinkAddresses;
  /** Of the site's public IPv6 /48, from which its LANs are numbered; undefined where it has none. */
  readonly prefix6: string | undefined;
  /** Lines for `ip -batch -` that bring up the far end. */
  readonly farSetup: readonly string[];
  /** The link of the NAT whose LAN it is. */
  readonly behind: Link | undefined;
};

/** One more interface of a site, and what makes it work. */
export type Connection = {
  readonly link: Link;
  /** Creates both ends where they belong: neither ever appears in the root namespace. */
  readonly create: string;
  readonly nearSysctl: Readonly<Record<string, number>>;
  /** Lines for `ip -batch -`. */
  readonly nearSetup: readonly string[];
};

/** Routing tables of the uplinks of hosts that have several: any numbers that nothing else uses. */
const UPLINK_TABLE = 1_000;
/** Rule preferences; before the main table's, 32766. */
const SPECIFIC_ROUTES_PREFERENCE = 900;
const UPLINK_PREFERENCE = 1_000;

/** @param order 0 for a site's first link, whose default route is preferred to those of later ones. */
export function connection(place: Place, namespace: Namespace, device: string, order: number): Connection {
  const { address4, prefixLength4, gateway4, address6, gateway6 } = place.addresses;
  const metric = `metric ${(order + 1) * 100}`;
  const table = UPLINK_TABLE + order;
  const routes = [
    `route replace 0.0.0.0/0 via ${gateway4} dev ${device} ${metric}`,
    `route replace 0.0.0.0/0 via ${gateway4} dev ${device} table ${table}`,
    ...(gateway6 === undefined ? [] : [`route replace ::/0 via ${gateway6} dev ${device} ${metric}`]),
  ];
  return {
    link: new Link({
      near: { namespace, device },
      far: place.far,
      addresses: place.addresses,
      routes,
      behind: place.behind,
    }),
    create: `link add name ${device} netns ${namespace.name} type veth peer name ${place.far.device} netns ${place.far.namespace.name}`,
    nearSysctl: { [`net.ipv6.conf.${device}.accept_dad`]: 0 },
    nearSetup: [
      `address add ${address4}/${prefixLength4} dev ${device}`,
      ...(address6 === undefined ? [] : [`address add ${address6}/64 dev ${device} nodad`]),
      `link set ${device} up`,
      ...routes,
    ],
  };
}

/**
 * Lines that make what is bound to an address leave by that address's uplink, as a second provider expects (source routing).
 * Routes more specific than a default, to LANs and into tunnels, go first.
 */
export function uplinkRules(present: readonly Link[], added: Link): readonly string[] {
  const rule = (link: Link, order: number): string =>
    `rule add preference ${UPLINK_PREFERENCE} from ${link.address4} lookup ${UPLINK_TABLE + order}`;
  const second = present.length === 1;
  return [
    // A host with one link has no such rules at all, like most hosts.
    ...(second
      ? [`rule add preference ${SPECIFIC_ROUTES_PREFERENCE} lookup main suppress_prefixlength 0`]
      : []),
    ...(second ? present.map(rule) : []),
    rule(added, present.length),
  ];
}
