import { canonicalIPv6 } from "../../../protocol/endpoint.ts";
import { isPlainDevice } from "./nft-table.ts";
import type { CommandRunner } from "../../runner.ts";

/** How packets to an address leave this host. */
export type Route = {
  /** The gateway; the destination itself on a shared link. */
  readonly hop: string;
  /** Ours that the host chooses as source. */
  readonly local: string;
  readonly device: string;
  readonly ifIndex: number;
  readonly mtuBytes: number;
};

/**
 * The routes to `addresses`, in one spawn; left out is what has none that packets could be handed to by their next
 * hop's link address. Rejects where `ip` could not run.
 */
export async function readRoutes(
  run: CommandRunner,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Route>> {
  const input = ["link show", ...addresses.map((address) => `route get ${address}`)].join("\n");
  const { stdout } = await run("ip", ["-json", "-force", "-batch", "-"], { input: `${input}\n` });
  return parseRoutes(stdout);
}

/** One line of JSON for the links and one for each route that there is. Never throws. */
export function parseRoutes(text: string): ReadonlyMap<string, Route> {
  const entries = text.split("\n").flatMap(parsedLine);
  const links = new Map(
    entries.flatMap((entry) => {
      const { ifname, ifindex, mtu, link_type: type, flags } = entry;
      const known =
        typeof ifname === "string" &&
        isPlainDevice(ifname) &&
        typeof ifindex === "number" &&
        typeof mtu === "number";
      const resolves = type === "ether" && Array.isArray(flags) && !flags.includes("NOARP");
      return known && resolves ? [[ifname, { ifIndex: ifindex, mtuBytes: mtu }] as const] : [];
    }),
  );
  return new Map(
    entries.flatMap((entry): readonly (readonly [string, Route])[] => {
      const { dst, dev, gateway, prefsrc, type, via } = entry;
      // `type` is there where it is none to another host; `via` where the gateway is of the other family.
      if (typeof dst !== "string" || typeof dev !== "string" || typeof prefsrc !== "string") return [];
      const link = links.get(dev);
      if (link === undefined || type !== undefined || via !== undefined) return [];
      const destination = canonical(dst);
      const hop = typeof gateway === "string" ? canonical(gateway) : destination;
      return [[destination, { hop, local: canonical(prefsrc), device: dev, ...link }]];
    }),
  );
}

export function sameRoute(a: Route | undefined, b: Route | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.hop === b.hop &&
    a.local === b.local &&
    a.device === b.device &&
    a.ifIndex === b.ifIndex &&
    a.mtuBytes === b.mtuBytes
  );
}

function parsedLine(line: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const parsed: unknown = JSON.parse(line);
    const entries: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
    return entries.filter((entry) => typeof entry === "object" && entry !== null) as Record<
      string,
      unknown
    >[];
  } catch {
    return [];
  }
}

function canonical(address: string): string {
  return canonicalIPv6(address) ?? address;
}
