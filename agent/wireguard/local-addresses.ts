import { canonicalIPv6, isIPv4 } from "../../protocol/endpoint.ts";
import type { Random } from "../random.ts";
import type { IpAddresses } from "./ip-json.ts";

export type HostAddress = { readonly address: string; readonly interfaceName: string };

/** Bridges and pipes of containers and virtual machines: their addresses mean the same on every host that runs them. */
const VIRTUAL = /^(?:docker|veth|br-|virbr|vnet|lxcbr|lxdbr|incusbr|podman|cni|flannel|cali|vboxnet|vmnet)/;

/**
 * Addresses under which others may reach this host: up, settled, and neither loopback nor link-local, on no virtual
 * interface and not on ours (a path through the overlay to itself would be a loop). IPv6 keeps global and ULA.
 */
export function usableHostAddresses(
  interfaces: readonly IpAddresses[],
  overlayInterface: string,
): HostAddress[] {
  return interfaces
    .filter(
      ({ ifname, flags }) => flags.includes("UP") && !flags.includes("LOOPBACK") && !VIRTUAL.test(ifname),
    )
    .filter(({ ifname }) => ifname !== overlayInterface)
    .flatMap(({ ifname, addr_info }) =>
      addr_info
        .filter((info) => info.scope !== "link" && info.scope !== "host")
        .filter((info) => !info.deprecated && !info.tentative && !info.dadfailed)
        .map((info) => (info.family === "inet" ? usableIPv4(info.local) : canonicalIPv6(info.local)))
        .filter((address) => address !== undefined)
        .map((address) => ({ address, interfaceName: ifname })),
    );
}

/** Shared address space (RFC 6598): 100.64.0.0/10, that is 64 prefixes of /16. */
const SHARED_FIRST = 64;
const SHARED_COUNT = 64;

/**
 * A random /16 of 100.64.0.0/10 in which no route of this host ends. Undefined where there is none, as behind a
 * provider that routes the whole block. Routes wider than the block (a VPN's 0.0.0.0/1) do not count: ours is narrower and wins.
 */
export function chooseOverlayPrefix(destinations: readonly string[], random: Random): string | undefined {
  const used = new Set(destinations.flatMap(sharedPrefixesOf));
  const free = Array.from({ length: SHARED_COUNT }, (_, index) => SHARED_FIRST + index).filter(
    (octet) => !used.has(octet),
  );
  const octet = free[Math.floor(random.fraction() * free.length)];
  return octet === undefined ? undefined : `100.${octet}.0.0/16`;
}

/** Second octets of the shared /16 that a destination lies in or covers. */
function sharedPrefixesOf(destination: string): number[] {
  const [address = "", lengthText = "32"] = destination.split("/");
  const length = Number(lengthText);
  const [first, second = 0] = address.split(".").map(Number);
  if (!isIPv4(address) || first !== 100 || !(length >= 10)) return [];
  const count = length >= 16 ? 1 : 2 ** (16 - length);
  return Array.from({ length: count }, (_, index) => second + index);
}

function usableIPv4(address: string): string | undefined {
  return isIPv4(address) && !/^(?:0|127|169\.254)\./.test(address) ? address : undefined;
}
