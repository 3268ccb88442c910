import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseAddresses,
  parseLinks,
  parseRouteDestinations,
  parseRoutes,
  type IpRoute,
} from "../../agent/wireguard/ip-json.ts";
import {
  candidateAddresses,
  defaultWays,
  lanAddresses,
  lastingAddresses,
  usableHostAddresses,
  type DefaultWays,
  type HostAddress,
} from "../../agent/wireguard/local-addresses.ts";
import { CONTAINER_HOST } from "./container-host.ts";

const up = ["BROADCAST", "UP", "LOWER_UP"];
const inet = (local: string, more: object = {}): object => ({
  family: "inet",
  local,
  prefixlen: 24,
  scope: "global",
  ...more,
});
const inet6 = (local: string, more: object = {}): object => ({ ...inet(local, more), family: "inet6" });

const NO_ROUTES = "[]";

function routesOf(stdout: string): readonly IpRoute[] {
  const routes = parseRoutes(stdout);
  return routes.ok ? routes.value : [];
}

function found(interfaces: readonly object[], routes = NO_ROUTES): readonly HostAddress[] {
  const parsed = parseAddresses(JSON.stringify(interfaces));
  if (!parsed.ok) throw new Error(parsed.reason);
  return usableHostAddresses(parsed.value, routesOf(routes), "hw0");
}

function usable(...interfaces: object[]): string[] {
  return found(interfaces).map(({ address }) => address);
}

/** One interface of a kind with one address, and perhaps a default route. */
function ofKind(info_kind: string | undefined, routes = NO_ROUTES, more: readonly object[] = []): boolean {
  const linkinfo = info_kind === undefined ? {} : { linkinfo: { info_kind } };
  const one = { ifname: "if0", flags: up, ...linkinfo, addr_info: [inet("192.0.2.1")] };
  return found([one, ...more], routes).length === 1;
}

describe("usableHostAddresses", () => {
  test("takes IPv4, global and unique local IPv6, in canonical form", () => {
    const addr_info = [
      inet("192.0.2.1"),
      inet6("2001:db8:0:0::1"),
      inet6("fd12::1"),
      inet6("2001:db8::2", { temporary: true }),
    ];
    expect(usable({ ifname: "eth0", flags: up, addr_info })).toEqual([
      "192.0.2.1",
      "2001:db8::1",
      "fd12::1",
      "2001:db8::2",
    ]);
  });

  test.each([
    ["link-local", inet6("fe80::1", { scope: "link" })],
    ["IPv4 link-local", inet("169.254.1.1", { scope: "global" })],
    ["deprecated", inet6("2001:db8::1", { deprecated: true })],
    ["tentative", inet6("2001:db8::1", { tentative: true })],
    ["duplicate", inet6("2001:db8::1", { dadfailed: true })],
    ["host-scoped", inet("10.0.0.1", { scope: "host" })],
    ["malformed", inet("10.0.0.300")],
    ["the same behind every DS-Lite router", inet("192.0.0.2")],
  ])("leaves out what is %s", (_, info) => {
    expect(usable({ ifname: "eth0", flags: up, addr_info: [info] })).toEqual([]);
  });

  test.each(["vboxnet0", "vmnet8", "hw0"])("leaves out the interface %s", (ifname) => {
    expect(usable({ ifname, flags: up, addr_info: [inet("192.0.2.1")] })).toEqual([]);
  });

  const DEFAULT = '[{"dst":"default","gateway":"192.0.2.254","dev":"if0","metric":600,"flags":[]}]';
  const HOPS = '[{"dst":"default","nexthops":[{"gateway":"192.0.2.254","dev":"if0"},{"dev":"if1"}]}]';

  test.each([undefined, "bond", "vlan", "macvlan", "ppp", "sit"])("takes an interface of kind %s", (kind) => {
    expect(ofKind(kind)).toBe(true);
  });

  test.each(["wireguard", "tun", "vxlan", "gre", "ip6tnl", "dummy"])(
    "leaves out an interface of kind %s, whatever leaves by it",
    (kind) => {
      expect([ofKind(kind), ofKind(kind, DEFAULT)]).toEqual([false, false]);
    },
  );

  test.each(["veth", "bridge"])("takes a %s by which a default route leaves, and no other", (kind) => {
    expect([ofKind(kind), ofKind(kind, DEFAULT), ofKind(kind, HOPS)]).toEqual([false, true, true]);
  });

  test.each([
    [undefined, true],
    ["vlan", true],
    ["veth", false],
    ["tun", false],
  ])("takes a bridge with a port of kind %s: %s", (info_kind, isTaken) => {
    const port = { ifname: "if1", flags: up, master: "if0", linkinfo: { info_kind } };
    expect(ofKind("bridge", NO_ROUTES, [port])).toBe(isTaken);
  });

  test("takes the uplink alone of a host full of containers, as ip shows it", () => {
    const { addresses, routes } = CONTAINER_HOST;
    expect(found(addresses, JSON.stringify(routes)).map(({ address, use }) => [address, use])).toEqual([
      ["10.9.0.2", "any"],
      ["2001:db8:1:0:31fc:1293:22cc:d52e", "temporary"],
      ["2001:db8:1::77", "replaced"],
    ]);
  });

  test("leaves out loopback and what is down", () => {
    const addr_info = [inet("192.0.2.1")];
    expect(usable({ ifname: "lo", flags: ["LOOPBACK", "UP"], addr_info })).toEqual([]);
    expect(usable({ ifname: "eth0", flags: ["BROADCAST"], addr_info }, {})).toEqual([]);
    expect(usable({ ifname: "eth0", flags: ["NO-CARRIER", "UP"], addr_info })).toEqual([]);
  });
});

describe("temporary addresses", () => {
  const addresses = found([
    {
      ifname: "eth0",
      flags: up,
      addr_info: [
        inet6("2001:db8:1::1", { prefixlen: 64, mngtmpaddr: true, dynamic: true }),
        inet6("2001:db8:1::abcd", { prefixlen: 64, temporary: true, dynamic: true }),
        inet6("2001:db8:2::1", { prefixlen: 64, mngtmpaddr: true, dynamic: true }),
        inet6("2001:db8:2::dead", { prefixlen: 64, temporary: true, deprecated: true }),
        inet("192.0.2.1"),
      ],
    },
  ]);

  test("are candidates instead of what they were made from, as long as they are preferred", () => {
    expect(candidateAddresses(addresses)).toEqual(["2001:db8:1::abcd", "2001:db8:2::1", "192.0.2.1"]);
  });

  test("are not announced for long by a host that has others of the family", () => {
    expect(lastingAddresses(addresses)).toEqual(["2001:db8:1::1", "2001:db8:2::1", "192.0.2.1"]);
    const alone = addresses.filter(({ use }) => use === "temporary");
    expect(lastingAddresses(alone)).toEqual(["2001:db8:1::abcd"]);
  });
});

//
test("members are looked for where this host has a private address, and neither on a public one nor behind a carrier's NAT", () => {
  const inside = ["10.0.0.1", "172.16.0.1", "172.31.255.1", "192.168.1.1"];
  const outside = ["192.0.2.1", "100.64.0.1", "172.15.0.1", "172.32.0.1", "2001:db8::1", "fd00::1"];
  const addresses = [...inside, ...outside].map((address): HostAddress => ({
    address,
    prefixLength: 24,
    interfaceName: "eth0",
    use: "any",
  }));
  expect(lanAddresses(addresses)).toEqual(inside.map((address) => ({ address, length: 24 })));
});

//
describe("the way by which packets leave", () => {
  const way = (ipv4: string, ipv6 = NO_ROUTES): DefaultWays =>
    defaultWays({ ipv4: routesOf(ipv4), ipv6: routesOf(ipv6) }, "hw0");
  const route = (gateway: string, metric: number, dev = "eth0"): object => ({
    dst: "default",
    gateway,
    dev,
    metric,
    flags: [],
  });
  const ofRoutes = (...routes: object[]): string => way(JSON.stringify(routes)).ipv4;

  test("is another when the gateway is, or the interface, or there is none any more", () => {
    const ways = [
      ofRoutes(route("192.0.2.1", 100)),
      ofRoutes(route("192.0.2.2", 100)),
      ofRoutes(route("192.0.2.1", 100, "eth1")),
      ofRoutes(),
    ];
    expect(new Set(ways).size).toBe(ways.length);
  });

  test("is the same whatever happens to routes in reserve, in whatever order there are several, and to ours", () => {
    const [one, two] = [route("192.0.2.1", 100), route("192.0.2.2", 100)];
    expect(ofRoutes(one)).toBe(ofRoutes(route("192.0.2.9", 600), one));
    expect(ofRoutes(one, two)).toBe(ofRoutes(two, one));
    expect(ofRoutes(one)).toBe(ofRoutes(one, route("", 0, "hw0")));
  });

  test("is known for several next hops, a gateway of the other family, and for each family alone", () => {
    const hops =
      '[{"dst":"default","flags":[],"nexthops":[{"gateway":"192.0.2.1","dev":"eth0","weight":1}]}]';
    const via = '[{"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0","flags":[]}]';
    expect(way(hops, via)).toEqual({ ipv4: "eth0 192.0.2.1", ipv6: "eth0 fe80::1" });
  });
});

describe("the JSON of ip", () => {
  test("routes give their destinations, nothing gives none", () => {
    const stdout = '[{"dst":"default","gateway":"192.0.2.1"},{"dst":"10.0.0.0/8","dev":"eth0"}]';
    expect(parseRouteDestinations(stdout)).toEqual({ ok: true, value: ["default", "10.0.0.0/8"] });
    expect(parseRouteDestinations("")).toEqual({ ok: true, value: [] });
  });

  test("any text gives a value or a reason", () => {
    expect(parseLinks("{")).toEqual({ ok: false, reason: "not-json" });
    expect(parseLinks("{}")).toEqual({ ok: false, reason: "not-of-ip" });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const parse of [parseLinks, parseAddresses, parseRoutes, parseRouteDestinations]) {
          expect(typeof parse(text).ok).toBe("boolean");
        }
      }),
    );
  });
});
