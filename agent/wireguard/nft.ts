import {
  canonicalIPv6,
  familyOf,
  isIPv4,
  type AddressFamily,
  type Endpoint,
} from "../../protocol/endpoint.ts";
import { checkInterfaceName } from "./interface-name.ts";

export type FirewallRules = {
  readonly interfaceName: string;
  /** Our own overlay addresses, one or none of each family. */
  readonly addresses: readonly string[];
  /** The network's prefixes in CIDR form. */
  readonly prefixes: readonly string[];
  /** TCP port of the control plane, the only thing an invite may reach. */
  readonly controlPort: number;
  /** WireGuard's UDP port. */
  readonly listenPort: number;
  /** Port of the agent's own UDP socket; undefined leaves STUN alone. */
  readonly agentPort: number | undefined;
  /** Members reach nothing but the control port, and nothing of theirs but it answers. */
  readonly onlyControl?: boolean;
  /** Temporary IPv4 addresses of open invites. */
  readonly invites: readonly string[];
};

/** One injective name per interface: what nft's identifiers lack, and "_", becomes its code. */
export function tableName(interfaceName: string): string {
  checkInterfaceName(interfaceName);
  const encoded = interfaceName.replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}`);
  return `hopwire_${encoded}`;
}

/** One batch for `nft -f -`: replaces the table of the interface atomically, whether it was there or not. */
export function loadScript(rules: FirewallRules): string {
  const table = tableName(rules.interfaceName);
  return `${removeScript(rules.interfaceName)}table inet ${table} {
	set invites {
		type ipv4_addr
${elementsOf(rules.invites)}	}
${guardChain(rules)}${forwardChain(rules.interfaceName)}${usersTraffic(rules)}${PINS_CHAIN}${HOLE_CHAINS}${rules.agentPort === undefined ? "" : stunChains(rules.listenPort, rules.agentPort)}}
`;
}

/** Succeeds also where the table is missing: nft 1.0.6 cannot `destroy`. */
export function removeScript(interfaceName: string): string {
  const table = tableName(interfaceName);
  return `add table inet ${table}\ndelete table inet ${table}\n`;
}

/** Replaces the invites alone; fails where the table is not loaded. */
export function invitesScript(interfaceName: string, invites: readonly string[]): string {
  const set = `inet ${tableName(interfaceName)} invites`;
  const add = invites.length === 0 ? "" : `add element ${set} { ${invites.map(checkedIPv4).join(", ")} }\n`;
  return `flush set ${set}\n${add}`;
}

/**
 * While it is in force, packets from `from` reach WireGuard as if they came from `to`. An address cannot be rewritten into one of the other family:
 * between families they do not reach it at all.
 */
export type SourcePin = { readonly from: Endpoint; readonly to: Endpoint };

/** Replaces all pins; fails where the table is not loaded. */
export function pinsScript(interfaceName: string, listenPort: number, pins: readonly SourcePin[]): string {
  const target = `inet ${tableName(interfaceName)} pins`;
  const rules = pins.map(({ from, to }) => {
    const family = familyOf(from.address);
    const source = `${match("saddr", from.address)} udp sport ${checkedPort(from.port)} udp dport ${checkedPort(listenPort)}`;
    const rewrite = `udp checksum != 0 ${keywordOf(family)} saddr set ${checkedCidr(to.address)} udp sport set ${checkedPort(to.port)}`;
    return `add rule ${target} ${source} ${family === familyOf(to.address) ? rewrite : "drop"}\n`;
  });
  return `flush chain ${target}\n${rules.join("")}`;
}

/**
 * A way through a NAT that gives every socket and destination another port: what WireGuard and STUN send to `remote` leaves from
 * `localPort`, whose mapping the remote end has found, and what comes back there is theirs. IPv4: nobody translates IPv6.
 */
export type Hole = { readonly remote: Endpoint; readonly localPort: number };

/** Replaces all holes; fails where the table is not loaded. Without any, no packet is looked at. */
export function holesScript(interfaceName: string, listenPort: number, holes: readonly Hole[]): string {
  const table = `inet ${tableName(interfaceName)}`;
  const wireguard = checkedPort(listenPort);
  const flush = `flush chain ${table} holes_in
flush chain ${table} holes_out
flush set ${table} holes
flush map ${table} hole_ports
`;
  if (holes.length === 0) return flush;
  const remoteOf = ({ remote }: Hole): string =>
    `${checkedIPv4(remote.address)} . ${checkedPort(remote.port)}`;
  const inside = holes.map((hole) => `${remoteOf(hole)} . ${checkedPort(hole.localPort)}`);
  const ports = holes.map((hole) => `${remoteOf(hole)} : ${checkedPort(hole.localPort)}`);
  return `${flush}add element ${table} holes { ${inside.join(", ")} }
add element ${table} hole_ports { ${ports.join(", ")} }
add rule ${table} holes_in udp checksum != 0 ip saddr . udp sport . udp dport @holes udp dport set ${wireguard}
add rule ${table} holes_out udp sport ${wireguard} udp sport set ip daddr . udp dport map @hole_ports
`;
}

/**
 * Linux answers for an address on whatever interface the packet came, and WireGuard checks only the source of what it
 * decrypts. So: overlay addresses and sources come through the tunnel or from this host itself, and a member reaches
 * nothing of this host but its overlay address. Raw priority: before anything else has seen them.
 */
function guardChain(rules: FirewallRules): string {
  const { interfaceName, addresses, prefixes, controlPort, onlyControl } = rules;
  const elsewhere = `iifname != { "lo", "${interfaceName}" }`;
  const inside = `iifname "${interfaceName}"`;
  const statements = [
    ...addresses.map((address) => `${elsewhere} ${match("daddr", address)} counter drop`),
    ...prefixes.map((prefix) => `${elsewhere} ${match("saddr", prefix)} counter drop`),
    ...(["ipv4", "ipv6"] as const).map(
      (family) => `${inside} ${strangeDestination(family, addresses)} counter drop`,
    ),
    `${inside} ip saddr @invites tcp dport ${checkedPort(controlPort)} accept`,
    `${inside} ip saddr @invites counter drop`,
    ...(onlyControl === true ? onlyControlRules(inside, checkedPort(controlPort)) : []),
  ];
  return chain("guard", "type filter hook input priority raw; policy accept;", statements);
}

/** Before conntrack: what answers our own connections is told by its port, and by not beginning one. */
function onlyControlRules(inside: string, port: number): readonly string[] {
  return [
    `${inside} meta l4proto { tcp, udp } th dport ${port} accept`,
    `${inside} tcp sport ${port} tcp flags & (syn | ack) != syn accept`,
    `${inside} counter drop`,
  ];
}

/** A host with forwarding on must not become a router of the mesh by accident. */
function forwardChain(interfaceName: string): string {
  return chain("forward", "type filter hook forward priority raw; policy accept;", [
    `iifname "${interfaceName}" counter drop`,
    `oifname "${interfaceName}" counter drop`,
  ]);
}

/** Counts what this host sends into the tunnel, less what the control plane, echoes and the kernel by itself do. */
const USERS_COUNTER = "users";

/** The kernel tells routers of a new interface's groups and looks for them (IGMP, MLD, RFC 4861). */
const MULTICAST = ["ip daddr 224.0.0.0/4", "ip6 daddr ff00::/8"];

function usersTraffic({ interfaceName, controlPort }: FirewallRules): string {
  const port = checkedPort(controlPort);
  return `	counter ${USERS_COUNTER} {
	}
${chain("users_out", "type filter hook output priority raw; policy accept;", [
  `oifname != "${interfaceName}" accept`,
  `meta l4proto { tcp, udp } th dport ${port} accept`,
  `meta l4proto { tcp, udp } th sport ${port} accept`,
  ...MULTICAST.map((group) => `${group} accept`),
  `counter name "${USERS_COUNTER}"`,
])}`;
}

/** Arguments of `nft`; see `usersPackets`. */
export function usersCounterQuery(interfaceName: string): readonly string[] {
  return ["-j", "list", "counter", "inet", tableName(interfaceName), USERS_COUNTER];
}

/**
 * How many packets of users this host has sent into the tunnel since the table was loaded, those of a burst of TCP as one. Undefined for anything else than
 * nft's answer.
 */
export function usersPackets(stdout: string): bigint | undefined {
  const packets = /"counter": \{[^}]*"packets": (\d{1,20})[,}]/.exec(stdout)?.[1];
  return packets === undefined ? undefined : BigInt(packets);
}

/**
 * RFC 8489 section 5: 20 bytes of header at least (and 8 of UDP), the type in the first two, the magic cookie after
 * four. No WireGuard message begins so. A zero checksum (IPv4 only) would turn into a wrong one.
 */
const STUN = stunOf("{ 0x0001, 0x0011, 0x0101, 0x0111 }");
const INDICATION = stunOf("0x0011");

/** RFC 1918 and RFC 6598. */
const TRANSLATED = "{ 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 }";

/**
 * Binding indications open this host's NAT, or its own firewall, and must not reach the other end's: the router gets them and passes
 * them on, and the next one drops them. Behind two NATs the outer one stays closed.
 */
const HOPS_BEHIND_NAT = 2;
const HOPS_IN_PUBLIC = 1;

/**
 * STUN that reaches WireGuard's port goes to the agent's socket, and what the agent sends leaves from WireGuard's
 * port. On the way out before conntrack and on the way in after the host's filters (priority 0 to 10), so that both
 * know WireGuard's port only: a firewall that lets WireGuard in lets this in.
 */
function stunChains(listenPort: number, agentPort: number): string {
  const wireguard = checkedPort(listenPort);
  const agent = checkedPort(agentPort);
  return (
    chain("stun_in", "type filter hook input priority security + 10; policy accept;", [
      `udp dport ${wireguard} udp checksum != 0 ${STUN} udp dport set ${agent}`,
    ]) +
    chain("stun_out", "type filter hook output priority raw; policy accept;", [
      `udp sport ${agent} ${INDICATION} ip saddr ${TRANSLATED} ip ttl set ${HOPS_BEHIND_NAT}`,
      `udp sport ${agent} ${INDICATION} ip saddr != ${TRANSLATED} ip ttl set ${HOPS_IN_PUBLIC}`,
      `udp sport ${agent} ${STUN} udp sport set ${wireguard}`,
    ])
  );
}

/** Right before WireGuard's socket, so that the host's filters and conntrack see every packet as it came. */
const PINS_CHAIN = chain("pins", "type filter hook input priority security + 11; policy accept;", []);

/**
 * Beside the rewrite of STUN: on the way out after it and before conntrack, on the way in after the host's filters and before it. So
 * conntrack and filters know the port of the hole's own socket, which has opened the way.
 */
const HOLE_CHAINS = `	map hole_ports {
		type ipv4_addr . inet_service : inet_service
	}
	set holes {
		type ipv4_addr . inet_service . inet_service
	}
${chain("holes_in", "type filter hook input priority security + 9; policy accept;", [])}${chain(
  "holes_out",
  "type filter hook output priority raw + 1; policy accept;",
  [],
)}`;

function stunOf(types: string): string {
  return `udp length >= 28 @th,64,16 ${types} @th,96,32 0x2112a442`;
}

function chain(name: string, head: string, rules: readonly string[]): string {
  return `	chain ${name} {\n		${head}\n${rules.map((rule) => `		${rule}\n`).join("")}	}\n`;
}

function elementsOf(invites: readonly string[]): string {
  return invites.length === 0 ? "" : `		elements = { ${invites.map(checkedIPv4).join(", ")} }\n`;
}

function match(field: "saddr" | "daddr", cidr: string): string {
  return `${keywordOf(familyOf(cidr))} ${field} ${checkedCidr(cidr)}`;
}

function strangeDestination(family: AddressFamily, addresses: readonly string[]): string {
  const own = addresses.filter((address) => familyOf(address) === family);
  const keyword = keywordOf(family);
  return own.length === 0
    ? `meta nfproto ${family}`
    : `${keyword} daddr != { ${own.map(checkedCidr).join(", ")} }`;
}

function keywordOf(family: AddressFamily): "ip" | "ip6" {
  return family === "ipv4" ? "ip" : "ip6";
}

/** Everything in a script is checked, whoever checked it before: nft would run what else the text says. */
function checkedCidr(cidr: string): string {
  const [address = "", length, ...more] = cidr.split("/");
  const isAddress = isIPv4(address) || canonicalIPv6(address) !== undefined;
  if (!isAddress || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) {
    throw new RangeError("neither an address nor a prefix");
  }
  return cidr;
}

function checkedIPv4(address: string): string {
  if (!isIPv4(address)) throw new RangeError("not an IPv4 address");
  return address;
}

function checkedPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError("not a port");
  return port;
}
