import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNotice, type HostNotice } from "../../agent/wireguard/ip-monitor.ts";

/** Lines of iproute2 6.1. */
const OF_INTEREST: readonly (readonly [string, HostNotice])[] = [
  [
    "3: e0@e1: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> mtu 1500 qdisc noqueue state LOWERLAYERDOWN group default \\    link/ether 26:b0:18:9d:c4:f4 brd ff:ff:ff:ff:ff:ff",
    { kind: "link", interfaceName: "e0" },
  ],
  [
    "Deleted 2: e1@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default \\    link/ether aa:2e:80:4a:c6:1e brd ff:ff:ff:ff:ff:ff",
    { kind: "link", interfaceName: "e1" },
  ],
  [
    "[LINK]4: br0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default",
    { kind: "link", interfaceName: "br0" },
  ],
  [
    "3: e0    inet 10.9.0.2/24 scope global e0\\       valid_lft forever preferred_lft forever",
    { kind: "address", interfaceName: "e0" },
  ],
  [
    "Deleted 3: e0    inet6 2001:db8::5/64 scope global tentative \\       valid_lft forever preferred_lft forever",
    { kind: "address", interfaceName: "e0" },
  ],
  ["default via 10.9.0.1 dev e0 proto dhcp metric 100 ", { kind: "default-route", interfaceName: "e0" }],
  ["Deleted default via fe80::1 dev e0 proto ra", { kind: "default-route", interfaceName: "e0" }],
  ["default dev ppp0 scope link ", { kind: "default-route", interfaceName: "ppp0" }],
  [
    "default \\	nexthop via 10.9.0.1 dev e0 weight 1 \\	nexthop via 10.9.1.1 dev e2 weight 1 ",
    { kind: "default-route", interfaceName: undefined },
  ],
  ["unreachable default dev lo metric 4294967295 ", { kind: "default-route", interfaceName: "lo" }],
];

//
describe("a line of ip monitor", () => {
  test.each(OF_INTEREST)("is a notice: %s", (line, notice) => {
    expect(parseNotice(line)).toEqual(notice);
  });

  test.each([
    "3: e0    inet6 fe80::24b0:18ff:fe9d:c4f4/64 scope link tentative \\       valid_lft forever preferred_lft forever",
    "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever",
    "local 10.9.0.2 dev e0 table local proto kernel scope host src 10.9.0.2 ",
    "broadcast 10.9.0.255 dev e0 table local proto kernel scope link src 10.9.0.2 linkdown ",
    "10.9.0.0/24 dev e0 proto kernel scope link src 10.9.0.2 linkdown ",
    "Deleted fe80::/64 dev e0 proto kernel metric 256 pref medium",
    "multicast ff00::/8 dev e0 table local proto kernel metric 256 pref medium",
    "10.0.0.0/8 via 10.9.0.7 dev e0 ",
    "defaulted",
    "",
  ])("is of no interest: %s", (line) => {
    expect(parseNotice(line)).toBeUndefined();
  });

  test("may be any text", () => {
    fc.assert(fc.property(fc.string(), (line) => void parseNotice(line)));
  });
});
