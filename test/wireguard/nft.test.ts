import { describe, expect, test } from "vitest";
import {
  holesScript,
  invitesScript,
  loadScript,
  pinsScript,
  removeScript,
  tableName,
  usersCounterQuery,
  usersPackets,
  type FirewallRules,
} from "../../agent/wireguard/nft.ts";

const rules: FirewallRules = {
  interfaceName: "hw0",
  addresses: ["100.99.0.1", "fd99::1"],
  prefixes: ["100.99.0.0/16", "fd99::/64"],
  controlPort: 5000,
  listenPort: 51_820,
  agentPort: 51_821,
  invites: ["100.99.7.7", "100.99.7.8"],
};

test("the whole table", () => {
  expect(loadScript(rules)).toBe(`add table inet hopwire_hw0
delete table inet hopwire_hw0
table inet hopwire_hw0 {
	set invites {
		type ipv4_addr
		elements = { 100.99.7.7, 100.99.7.8 }
	}
	chain guard {
		type filter hook input priority raw; policy accept;
		iifname != { "lo", "hw0" } ip daddr 100.99.0.1 counter drop
		iifname != { "lo", "hw0" } ip6 daddr fd99::1 counter drop
		iifname != { "lo", "hw0" } ip saddr 100.99.0.0/16 counter drop
		iifname != { "lo", "hw0" } ip6 saddr fd99::/64 counter drop
		iifname "hw0" ip daddr != { 100.99.0.1 } counter drop
		iifname "hw0" ip6 daddr != { fd99::1 } counter drop
		iifname "hw0" ip saddr @invites tcp dport 5000 accept
		iifname "hw0" ip saddr @invites counter drop
	}
	chain forward {
		type filter hook forward priority raw; policy accept;
		iifname "hw0" counter drop
		oifname "hw0" counter drop
	}
	counter users {
	}
	chain users_out {
		type filter hook output priority raw; policy accept;
		oifname != "hw0" accept
		meta l4proto { tcp, udp } th dport 5000 accept
		meta l4proto { tcp, udp } th sport 5000 accept
		ip daddr 224.0.0.0/4 accept
		ip6 daddr ff00::/8 accept
		counter name "users"
	}
	chain pins {
		type filter hook input priority security + 11; policy accept;
	}
	map hole_ports {
		type ipv4_addr . inet_service : inet_service
	}
	set holes {
		type ipv4_addr . inet_service . inet_service
	}
	chain holes_in {
		type filter hook input priority security + 9; policy accept;
	}
	chain holes_out {
		type filter hook output priority raw + 1; policy accept;
	}
	chain stun_in {
		type filter hook input priority security + 10; policy accept;
		udp dport 51820 udp checksum != 0 udp length >= 28 @th,64,16 { 0x0001, 0x0011, 0x0101, 0x0111 } @th,96,32 0x2112a442 udp dport set 51821
	}
	chain stun_out {
		type filter hook output priority raw; policy accept;
		udp sport 51821 udp length >= 28 @th,64,16 0x0011 @th,96,32 0x2112a442 ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 } ip ttl set 2
		udp sport 51821 udp length >= 28 @th,64,16 0x0011 @th,96,32 0x2112a442 ip saddr != { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 } ip ttl set 1
		udp sport 51821 udp length >= 28 @th,64,16 { 0x0001, 0x0011, 0x0101, 0x0111 } @th,96,32 0x2112a442 udp sport set 51820
	}
}
`);
});

test("the packets of users are read from nft's answer, and from nothing else", () => {
  expect(usersCounterQuery("hw0")).toEqual(["-j", "list", "counter", "inet", "hopwire_hw0", "users"]);
  const answer = `{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"counter": {"family": "inet", "name": "users", "table": "hopwire_hw0", "handle": 3, "packets": 12, "bytes": 1008}}]}`;
  expect(usersPackets(answer)).toBe(12n);
  expect(usersPackets("")).toBeUndefined();
  expect(usersPackets('{"nftables": []}')).toBeUndefined();
});

test("without an address of a family, nothing of that family comes through the tunnel", () => {
  const script = loadScript({ ...rules, addresses: ["100.99.0.1"], prefixes: ["100.99.0.0/16"] });
  expect(script).toContain('iifname "hw0" meta nfproto ipv6 counter drop');
});

//
test("where a host only relays, members reach its control port alone, and begin nothing from theirs", () => {
  const script = loadScript({ ...rules, onlyControl: true });
  expect(script).toContain(`		iifname "hw0" meta l4proto { tcp, udp } th dport 5000 accept
		iifname "hw0" tcp sport 5000 tcp flags & (syn | ack) != syn accept
		iifname "hw0" counter drop
`);
  expect(loadScript(rules)).not.toContain("tcp sport");
});

test("without an agent port there is no STUN chain, without invites no element", () => {
  const script = loadScript({ ...rules, agentPort: undefined, invites: [] });
  expect(script).not.toMatch(/stun|elements/);
});

test("invites are replaced in one batch, also by none", () => {
  expect(invitesScript("hw0", ["100.99.7.7"])).toBe(
    "flush set inet hopwire_hw0 invites\nadd element inet hopwire_hw0 invites { 100.99.7.7 }\n",
  );
  expect(invitesScript("hw0", [])).toBe("flush set inet hopwire_hw0 invites\n");
});

test("removal succeeds whether the table is there or not", () => {
  expect(removeScript("hw0")).toBe("add table inet hopwire_hw0\ndelete table inet hopwire_hw0\n");
});

test("interfaces that differ have tables that differ", () => {
  const names = ["hw0", "hw-0", "hw.0", "hw_0", "hw_2d0", "hw2d0"].map(tableName);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9_]*$/);
});

test.each(["", "hw*", 'hw"', "a b", "a/b", "-x", "0x", "all", "sixteen-letters-"])(
  "%j names no interface",
  (name) => {
    expect(() => tableName(name)).toThrow(expect.objectContaining({ code: "config.invalid" }));
  },
);

test.each([
  ["an invite", { invites: ["1.2.3.4 }"] }],
  ["an address", { addresses: ["fd99::1 accept"] }],
  ["a prefix", { prefixes: ["10.0.0.0/8/8"] }],
  ["a port", { controlPort: 0 }],
])("%s that is none throws, whoever checked it before", (_, change) => {
  expect(() => loadScript({ ...rules, ...change })).toThrow(RangeError);
});

describe("pins", () => {
  //
  test("replace each other, and give packets of one endpoint the source of another", () => {
    const pins = [
      { from: { address: "203.0.113.2", port: 40_001 }, to: { address: "198.51.100.2", port: 51_820 } },
      { from: { address: "2001:db8::2", port: 40_001 }, to: { address: "2001:db8:1::2", port: 51_820 } },
    ];
    expect(pinsScript("hw0", 51_820, pins)).toBe(`flush chain inet hopwire_hw0 pins
add rule inet hopwire_hw0 pins ip saddr 203.0.113.2 udp sport 40001 udp dport 51820 udp checksum != 0 ip saddr set 198.51.100.2 udp sport set 51820
add rule inet hopwire_hw0 pins ip6 saddr 2001:db8::2 udp sport 40001 udp dport 51820 udp checksum != 0 ip6 saddr set 2001:db8:1::2 udp sport set 51820
`);
  });

  test("between address families drop what comes the old way, since no rule can rewrite it", () => {
    const pin = { from: { address: "203.0.113.2", port: 1 }, to: { address: "2001:db8::2", port: 2 } };
    expect(pinsScript("hw0", 51_820, [pin])).toBe(`flush chain inet hopwire_hw0 pins
add rule inet hopwire_hw0 pins ip saddr 203.0.113.2 udp sport 1 udp dport 51820 drop
`);
  });
});

describe("holes", () => {
  const hole = { remote: { address: "203.0.113.2", port: 40_001 }, localPort: 50_007 };

  //
  test("replace each other, and give WireGuard's port the mapping of another", () => {
    expect(holesScript("hw0", 51_820, [hole])).toBe(`flush chain inet hopwire_hw0 holes_in
flush chain inet hopwire_hw0 holes_out
flush set inet hopwire_hw0 holes
flush map inet hopwire_hw0 hole_ports
add element inet hopwire_hw0 holes { 203.0.113.2 . 40001 . 50007 }
add element inet hopwire_hw0 hole_ports { 203.0.113.2 . 40001 : 50007 }
add rule inet hopwire_hw0 holes_in udp checksum != 0 ip saddr . udp sport . udp dport @holes udp dport set 51820
add rule inet hopwire_hw0 holes_out udp sport 51820 udp sport set ip daddr . udp dport map @hole_ports
`);
  });

  test("leave no rule for packets to pass where there are none", () => {
    expect(holesScript("hw0", 51_820, [])).not.toContain("add");
  });

  test("are of IPv4, which alone is translated", () => {
    const ipv6 = { ...hole, remote: { address: "2001:db8::2", port: 1 } };
    expect(() => holesScript("hw0", 51_820, [ipv6])).toThrow(RangeError);
  });
});
