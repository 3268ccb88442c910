const VETH = { info_kind: "veth" } as const;
const UP = ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"];
const FOREVER = { valid_life_time: 4_294_967_295, preferred_life_time: 4_294_967_295 };
const linkLocal = (local: string): object => ({
  family: "inet6",
  local,
  prefixlen: 64,
  scope: "link",
  ...FOREVER,
});

/**
 * What `ip -json -details addr show` and `ip -json route show default` (iproute2 6.1) print of a host in a container that runs
 * containers and virtual machines itself, without what nobody reads: an uplink with privacy addresses and a deprecated one,
 * docker's bridge with the host's end of a pipe, and a bridge of virtual machines with a tap.
 */
export const CONTAINER_HOST = {
  addresses: [
    {
      ifindex: 1,
      ifname: "lo",
      flags: ["LOOPBACK", "UP", "LOWER_UP"],
      operstate: "UNKNOWN",
      link_type: "loopback",
      addr_info: [
        { family: "inet", local: "127.0.0.1", prefixlen: 8, scope: "host", label: "lo", ...FOREVER },
        { family: "inet6", local: "::1", prefixlen: 128, scope: "host", ...FOREVER },
      ],
    },
    {
      ifindex: 3,
      link: "e1",
      ifname: "e0",
      flags: UP,
      operstate: "UP",
      linkinfo: VETH,
      addr_info: [
        { family: "inet", local: "10.9.0.2", prefixlen: 24, scope: "global", label: "e0", ...FOREVER },
        {
          family: "inet6",
          local: "2001:db8:2::9",
          prefixlen: 64,
          scope: "global",
          deprecated: true,
          valid_life_time: 4_294_967_295,
          preferred_life_time: 0,
        },
        {
          family: "inet6",
          local: "2001:db8:1:0:31fc:1293:22cc:d52e",
          prefixlen: 64,
          scope: "global",
          temporary: true,
          dynamic: true,
          valid_life_time: 3_598,
          preferred_life_time: 1_798,
        },
        {
          family: "inet6",
          local: "2001:db8:1::77",
          prefixlen: 64,
          scope: "global",
          dynamic: true,
          mngtmpaddr: true,
          valid_life_time: 3_598,
          preferred_life_time: 1_798,
        },
        linkLocal("fe80::1c44:1dff:fe16:90d1"),
      ],
    },
    {
      ifindex: 4,
      ifname: "docker0",
      flags: UP,
      operstate: "UP",
      linkinfo: { info_kind: "bridge", info_data: { forward_delay: 1_500, stp_state: 0 } },
      addr_info: [
        { family: "inet", local: "172.17.0.1", prefixlen: 16, scope: "global", label: "docker0", ...FOREVER },
        { family: "inet6", local: "2001:db8:3::9", prefixlen: 64, scope: "global", ...FOREVER },
        linkLocal("fe80::1c4a:f1ff:fe18:fdac"),
      ],
    },
    {
      ifindex: 6,
      link: "veth1",
      ifname: "veth0",
      flags: UP,
      master: "docker0",
      operstate: "UP",
      linkinfo: { ...VETH, info_slave_kind: "bridge", info_slave_data: { state: "forwarding" } },
      addr_info: [linkLocal("fe80::3420:89ff:fe69:f205")],
    },
    {
      ifindex: 7,
      ifname: "br0",
      flags: UP,
      operstate: "UP",
      linkinfo: { info_kind: "bridge", info_data: { forward_delay: 1_500, stp_state: 0 } },
      addr_info: [
        { family: "inet", local: "192.168.122.1", prefixlen: 24, scope: "global", label: "br0", ...FOREVER },
      ],
    },
    {
      ifindex: 9,
      ifname: "tap0",
      flags: ["BROADCAST", "MULTICAST"],
      master: "br0",
      operstate: "DOWN",
      linkinfo: { info_kind: "tun", info_data: { type: "tap", persist: true }, info_slave_kind: "bridge" },
      addr_info: [],
    },
  ],
  routes: [{ dst: "default", gateway: "10.9.0.1", dev: "e0", metric: 100, flags: [] }],
} as const;
