import { decoded, type Decoded } from "../../protocol/decoded.ts";
import type { CommandRunner } from "../runner.ts";
import { parseAddresses, parseRoutes } from "../wireguard/ip-json.ts";
import {
  defaultWays,
  usableHostAddresses,
  type DefaultWays,
  type HostAddress,
} from "../wireguard/local-addresses.ts";

/** What `ip` says of the host, apart from the network's own interface. */
export type HostLook = { readonly addresses: readonly HostAddress[]; readonly ways: DefaultWays };

/** Rejects where `ip` does. */
export async function lookAtHost(run: CommandRunner, overlayInterface: string): Promise<Decoded<HostLook>> {
  const [shown, shown4, shown6] = await Promise.all([
    run("ip", ["-json", "-details", "addr", "show"]),
    run("ip", ["-json", "-4", "route", "show", "default"]),
    run("ip", ["-json", "-6", "route", "show", "default"]),
  ]);
  const addresses = parseAddresses(shown.stdout);
  if (!addresses.ok) return addresses;
  const ipv4 = parseRoutes(shown4.stdout);
  if (!ipv4.ok) return ipv4;
  const ipv6 = parseRoutes(shown6.stdout);
  if (!ipv6.ok) return ipv6;
  const routes = [...ipv4.value, ...ipv6.value];
  return decoded({
    addresses: usableHostAddresses(addresses.value, routes, overlayInterface),
    ways: defaultWays({ ipv4: ipv4.value, ipv6: ipv6.value }, overlayInterface),
  });
}
