import { canonicalIPv6, isIPv4 } from "../../protocol/endpoint.ts";
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

function usableIPv4(address: string): string | undefined {
  return isIPv4(address) && !/^(?:0|127|169\.254)\./.test(address) ? address : undefined;
}
