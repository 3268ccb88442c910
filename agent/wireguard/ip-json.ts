import * as v from "valibot";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";

/** What `ip -json -details link`, `ip -json addr` and `ip -json route` print; only what we use. `ip` prints `{}` for what it filtered out. */
const Link = v.object({
  ifname: v.optional(v.string(), ""),
  flags: v.optional(v.array(v.string()), []),
  ifalias: v.optional(v.string()),
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
});

const Addresses = v.object({ ...Link.entries, addr_info: v.optional(v.array(AddressInfo), []) });

const Route = v.object({ dst: v.optional(v.string(), "") });

export type IpLink = v.InferOutput<typeof Link>;
export type IpAddresses = v.InferOutput<typeof Addresses>;

/** Never throws; neither do the others. */
export const parseLinks = (stdout: string): Decoded<IpLink[]> => parse(Link, stdout);

export const parseAddresses = (stdout: string): Decoded<IpAddresses[]> => parse(Addresses, stdout);

/** Destinations in CIDR form, a bare address for a host, or "default". */
export function parseRouteDestinations(stdout: string): Decoded<string[]> {
  const routes = parse(Route, stdout);
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
