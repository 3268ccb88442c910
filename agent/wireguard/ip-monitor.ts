/**
 * `ip -o monitor address route link`: one line for each thing that changes (iproute2 6.1 prints no JSON here). A line only says
 * that a look is worth its while; what is so now, `ip -json` says.
 */
export const MONITOR_ARGUMENTS = ["-o", "monitor", "address", "route", "link"] as const;

export type HostNotice = {
  readonly kind: "link" | "address" | "default-route";
  /** Undefined where a route names several. */
  readonly interfaceName: string | undefined;
};

/** "2: e0@e1: <UP,LOWER_UP> mtu 1500" */
const LINK = /^\d+: ([^\s@:]+)(?:@[^\s:]+)?: </;
/** "3: e0    inet6 2001:db8::5/64 scope global tentative" */
const ADDRESS = /^\d+: (\S+) +inet6? .*?\bscope (\S+)/;
const DEFAULT_ROUTE = /^(?:(?:unreachable|blackhole|prohibit|throw) )?default(?: |$)/;
const ROUTE_DEVICE = /\bdev (\S+)/;

/** Undefined for what cannot change how this host is reached, and for what is no line of `ip`. */
export function parseNotice(line: string): HostNotice | undefined {
  const text = line.replace(/^(?:\[[A-Z]+\] ?)?(?:Deleted )?/, "");
  const link = LINK.exec(text)?.[1];
  if (link !== undefined) return { kind: "link", interfaceName: link };
  const address = ADDRESS.exec(text);
  if (address !== null) {
    const [, interfaceName, scope] = address;
    return scope === "link" || scope === "host" ? undefined : { kind: "address", interfaceName };
  }
  // Others lead to single places; what uses them notices by its own checks.
  if (!DEFAULT_ROUTE.test(text)) return undefined;
  return {
    kind: "default-route",
    interfaceName: text.includes("nexthop") ? undefined : ROUTE_DEVICE.exec(text)?.[1],
  };
}
