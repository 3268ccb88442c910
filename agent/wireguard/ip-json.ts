import * as v from "valibot";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";

/** What `ip -json -details link`, `ip -json addr` and `ip -json route` print; only what we use. `ip` prints `{}` for what it filtered out. */
const Link = v.object({
  ifname: v.optional(v.string(), ""),
  flags: v.optional(v.array(v.string()), []),
  ifalias: v.optional(v.string()),
  /** The bridge or bond that it is a port of. */
  master: v.optional(v.string()),
  linkinfo: v.optional(v.object({ info_kind: v.optional(v.string()) })),
});

const AddressInfo = v.object({
  family: v.optional(v.string(), ""),
  local: v.optional(v.string(), ""),
  prefixlen: v.optional(v.number(), 0),
  scope: v.optional(v.string(), ""),
  deprecated: v.optional(v.boolean(), false),
  tentative: v.optional(v.boolean(), false),
  dadfailed: v.optional(v.boolean(), false),
  /** RFC 8981: changes within a day, so that nobody is followed by it. */
  temporary: v.optional(v.boolean(), false),
  /** Temporary ones are made beside it. */
  mngtmpaddr: v.optional(v.boolean(), false),
});

const Addresses = v.object({ ...Link.entries, addr_info: v.optional(v.array(AddressInfo), []) });

const NextHop = v.object({
  dev: v.optional(v.string(), ""),
  gateway: v.optional(v.string(), ""),
  /** Of the other family (RFC 5549). */
  via: v.optional(v.object({ host: v.optional(v.string(), "") })),
});

const Route = v.object({
  ...NextHop.entries,
  dst: v.optional(v.string(), ""),
  metric: v.optional(v.number(), 0),
  nexthops: v.optional(v.array(NextHop), []),
});

export type IpLink = v.InferOutput<typeof Link>;
export type IpAddresses = v.InferOutput<typeof Addresses>;
export type IpRoute = v.InferOutput<typeof Route>;

/** Never throws; neither do the others. */
export const parseLinks = (stdout: string): Decoded<IpLink[]> => parse(Link, stdout);

export const parseAddresses = (stdout: string): Decoded<IpAddresses[]> => parse(Addresses, stdout);

export const parseRoutes = (stdout: string): Decoded<IpRoute[]> => parse(Route, stdout);

/** Destinations in CIDR form, a bare address for a host, or "default". */
export function parseRouteDestinations(stdout: string): Decoded<string[]> {
  const routes = parseRoutes(stdout);
  return routes.ok ? decoded(routes.value.map(({ dst }) => dst)) : routes;
}

function parse<S extends v.GenericSchema>(schema: S, stdout: string): Decoded<v.InferOutput<S>[]> {
  let json: unknown;
  try {
    // `ip` prints nothing at all where a listing is empty.
    json = stdout.trim() === "" ? [] : JSON.parse(stdout);
  } catch {
    return refused("not-json");
  }
  const result = v.safeParse(v.array(schema), json);
  return result.success ? decoded(result.output) : refused("not-of-ip");
}
