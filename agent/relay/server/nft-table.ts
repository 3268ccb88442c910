import type { AddressFamily } from "../../../protocol/endpoint.ts";

/** Of allocations; more are served in userspace. The kernel sets some 6 MB of hash buckets aside for this many, used or not. */
export const FLOW_CAPACITY = 16_384;

/** Besides one second's worth of rate, which the kernel always allows: one packet that a sender's GSO left whole. */
const BURST_BYTES = 65_536;

/** The kernel computes rate plus burst in nanoseconds within 64 bits, which ends at 147 Gbit/s. */
const MAX_BYTES_PER_SEC = 12_500_000_000;

/** In a packet's mark: a limit took it. */
export const MARK_OVER = 4;

/** A table without a flow, and without an interface that packets come in by. */
export function emptyTable(table: string, bytesPerSec: number | undefined): string {
  const limit = limitOver(bytesPerSec);
  const families = (["ipv4", "ipv6"] as const).map((family) => familyChains(family, limit !== undefined));
  return `table netdev ${table} {
${SETS}${OVER_CHAIN}${limit === undefined ? "" : totalChain(limit)}${families.join("")}${INGRESS_CHAIN}}
`;
}

/** Matches what is too much; undefined where nothing is. */
export function limitOver(bytesPerSec: number | undefined): string | undefined {
  if (bytesPerSec === undefined || bytesPerSec > MAX_BYTES_PER_SEC) return undefined;
  return `limit rate over ${Math.max(1, Math.floor(bytesPerSec))} bytes/second burst ${BURST_BYTES} bytes`;
}

/** Whether a rule may name it. The kernel allows nearly anything in an interface's name. */
export function isPlainDevice(device: string): boolean {
  return /^[A-Za-z0-9_.@:-]{1,15}$/.test(device);
}

const ENDS = 2 * FLOW_CAPACITY;

const SETS = `	set acct { type mark; flags dynamic; size ${8 * FLOW_CAPACITY}; counter; }
	set rate { type mark; flags dynamic; size ${2 * FLOW_CAPACITY}; }
	map dport { type mark : inet_service; size ${2 * ENDS}; }
	map out { type mark : iface_index; size ${2 * ENDS}; }
${familySets("4", "ipv4_addr")}${familySets("6", "ipv6_addr")}`;

function familySets(v: "4" | "6", address: string): string {
  return `	map leg${v} { type ${address} . inet_service . ${address} . inet_service : mark; flags timeout; size ${ENDS}; }
	set port${v} { type ${address} . inet_service; size ${ENDS}; }
	map src${v} { type mark : ${address}; size ${ENDS}; }
	map dst${v} { type mark : ${address}; size ${ENDS}; }
	map hop${v} { type mark : ${address}; size ${ENDS}; }
	set slow${v} { type ${address}; flags dynamic,timeout; size 65536; timeout 30s; }
`;
}

/**
 * Only WireGuard's data (type 4, 32 bytes at least) between two known ends is carried, so that the agent sees every
 * handshake. Fragments have no ports to tell; a zero checksum (IPv4 only) would turn into a wrong one. Strangers to a
 * port whose pair is served may cost the agent only so much; the limit for all is last, for a full set lets pass.
 */
function familyChains(family: AddressFamily, isLimited: boolean): string {
  const v = family === "ipv4" ? "4" : "6";
  const ip = family === "ipv4" ? "ip" : "ip6";
  const leg = `meta mark set ${ip} saddr . udp sport . ${ip} daddr . udp dport map @leg${v}`;
  const fragment = family === "ipv4" ? "ip frag-off & 0x3fff != 0" : "exthdr frag exists";
  const checksum = family === "ipv4" ? "udp checksum != 0 " : "";
  const lastHop = family === "ipv4" ? "ip ttl < 2" : "ip6 hoplimit < 2";
  const source = family === "ipv4" ? "ip saddr" : "ip6 saddr & ffff:ffff:ffff:ffff::";
  return `	chain forward${v} {
		${lastHop} drop
		meta mark & 0xfffffffe @rate goto over${isLimited ? "\n\t\tjump total" : ""}
		meta mark @acct
		${ip} saddr set meta mark map @src${v} ${ip} daddr set meta mark map @dst${v} udp sport set udp dport udp dport set meta mark map @dport fwd ${ip} to meta mark map @hop${v} device meta mark map @out
		drop
	}
	chain from${v} {
		${fragment} return
		udp length >= 40 ${checksum}@th,64,32 0x04000000 ${leg} goto forward${v}
		${leg} meta mark set 0 return
		update @slow${v} { ${source} limit rate over 50/second burst 50 packets } counter drop
		limit rate over 5000/second burst 1000 packets counter drop
	}
`;
}

const OVER_CHAIN = `	chain over {
		meta mark set meta mark | ${MARK_OVER} update @acct { meta mark counter } drop
		drop
	}
`;

/** One rule for both families, for its state is the bucket. */
function totalChain(limit: string): string {
  return `	chain total {
		${limit} goto over
	}
`;
}

const INGRESS_CHAIN = `	chain ingress {
		ip daddr . udp dport @port4 goto from4
		ip6 daddr . udp dport @port6 goto from6
	}
`;

/** Before conntrack and every filter of the host: neither sees what is carried. */
export function deviceChain(
  table: string,
  { name, device }: { readonly name: string; readonly device: string },
): string {
  if (!/^[a-z0-9_]+$/.test(name)) throw new RangeError("not a chain's name");
  const hook = `type filter hook ingress device "${checkedDevice(device)}" priority -150; policy accept;`;
  return `add chain netdev ${table} ${name} { ${hook} }\nadd rule netdev ${table} ${name} goto ingress\n`;
}

function checkedDevice(device: string): string {
  if (!isPlainDevice(device)) throw new RangeError("not an interface's name");
  return device;
}
