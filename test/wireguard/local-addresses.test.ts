import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddresses, parseLinks, parseRouteDestinations } from "../../agent/wireguard/ip-json.ts";
import { usableHostAddresses } from "../../agent/wireguard/local-addresses.ts";

const up = ["BROADCAST", "UP", "LOWER_UP"];
const inet = (local: string, more: object = {}): object => ({
  family: "inet",
  local,
  prefixlen: 24,
  scope: "global",
  ...more,
});
const inet6 = (local: string, more: object = {}): object => ({ ...inet(local, more), family: "inet6" });

function usable(...interfaces: object[]): string[] {
  const parsed = parseAddresses(JSON.stringify(interfaces));
  return parsed.ok ? usableHostAddresses(parsed.value, "hw0").map(({ address }) => address) : [parsed.reason];
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
  ])("leaves out what is %s", (_, info) => {
    expect(usable({ ifname: "eth0", flags: up, addr_info: [info] })).toEqual([]);
  });

  test.each(["docker0", "veth12ab", "br-0a1b", "virbr0", "cni0", "hw0"])(
    "leaves out the interface %s",
    (ifname) => {
      expect(usable({ ifname, flags: up, addr_info: [inet("192.0.2.1")] })).toEqual([]);
    },
  );

  test("leaves out loopback and what is down", () => {
    const addr_info = [inet("192.0.2.1")];
    expect(usable({ ifname: "lo", flags: ["LOOPBACK", "UP"], addr_info })).toEqual([]);
    expect(usable({ ifname: "eth0", flags: ["BROADCAST"], addr_info }, {})).toEqual([]);
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
        for (const parse of [parseLinks, parseAddresses, parseRouteDestinations]) {
          expect(typeof parse(text).ok).toBe("boolean");
        }
      }),
    );
  });
});
