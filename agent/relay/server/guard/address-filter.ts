import { BlockList } from "node:net";
import { familyOf, type Endpoint } from "../../../../protocol/endpoint.ts";
import type { Source } from "./source.ts";

export type AddressClass = "public" | "private" | "never";

/**
 * Services that answer anybody with more than they were asked (CISA, alert TA14-017A): whoever "comes" from there wants
 * us to hit it. A NAT may give out the ones above 1023, which only a source that has proven nothing is refused for: a leg
 * that was bound by STUN there has shown that it is none.
 */
const REFLECTOR_PORTS: ReadonlySet<number> = new Set([
  0, 17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3702, 5353, 11_211,
]);

/** Never a peer: our own host, the link, groups, and where clouds hand out credentials to whoever asks from here. */
const NEVER = blocks(
  ["0.0.0.0", 8], // this network, RFC 1122
  ["127.0.0.0", 8],
  ["169.254.0.0", 16], // link-local with 169.254.169.254
  ["224.0.0.0", 3], // multicast, reserved, broadcast
  ["::", 127], // unspecified and loopback
  ["fd00:ec2::254", 128], // the metadata service of EC2
  ["fe80::", 10],
  ["ff00::", 8],
);

const PRIVATE = blocks(
  ["10.0.0.0", 8], // RFC 1918
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10], // RFC 6598: carriers' inner networks, and overlays such as ours
  ["198.18.0.0", 15], // RFC 2544
  ["fc00::", 7], // RFC 4193
  ["fec0::", 10], // RFC 3879
);

/** "never" also where there is no address. */
export function classifyAddress(source: Source | undefined): AddressClass {
  if (source === undefined || NEVER.check(source.address, source.family)) return "never";
  return PRIVATE.check(source.address, source.family) ? "private" : "public";
}

export function isReflectorPort({ port }: Endpoint): boolean {
  return REFLECTOR_PORTS.has(port);
}

function blocks(...subnets: readonly (readonly [address: string, length: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, length] of subnets) list.addSubnet(address, length, familyOf(address));
  return list;
}
