import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { systemRandom } from "../../agent/random.ts";
import type { WireguardDevice } from "../../agent/wireguard/device.ts";
import { nftUsable } from "../../agent/wireguard/firewall.ts";
import { generateKeyPair } from "../../agent/wireguard/keys.ts";
import { canBuildNamespaces, Namespace } from "./namespace.ts";

const WG_PORT = 51_801;
const AGENT_PORT = 51_802;
const CONTROL_PORT = 5_000;

const RULES = {
  addresses: ["100.99.0.1", "fd99::1"],
  prefixes: ["100.99.0.0/16", "fd99::/64"],
  controlPort: CONTROL_PORT,
  listenPort: WG_PORT,
  agentPort: AGENT_PORT,
  invites: [],
};

/** A host firewall as people write it; `more` is what it lets in besides. */
const hostFirewall = (more: string): string => `table inet host {
  chain in {
    type filter hook input priority filter; policy drop;
    iifname lo accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    ct state established,related accept
    ${more}
  }
}`;

const UDP_PEER = new URL("./udp-peer.ts", import.meta.url);

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

async function serve(ns: Namespace, family: "udp4" | "udp6", port: number): Promise<void> {
  started.push(await ns.start(UDP_PEER, ["serve", family, String(port)]));
}

/** The source that the server saw, "address port". */
async function ask(
  ns: Namespace,
  family: "udp4" | "udp6",
  port: number,
  host: string,
  to: number,
): Promise<string> {
  const args = [fileURLToPath(UDP_PEER), "ask", family, String(port), host, String(to)];
  return (await ns.run(process.execPath, args)).stdout;
}

async function ping(from: Namespace, ...args: string[]): Promise<boolean> {
  return (await from.run("ping", ["-n", "-q", "-c", "1", "-W", "1", ...args])).exitCode === 0;
}

/** Whether a TCP SYN reached `port`, where nobody listens: the answer is then a refusal, else a time-out. */
async function reaches(from: Namespace, address: string, port: number): Promise<boolean> {
  const tried = await from.run("timeout", ["1", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`]);
  return tried.stderr.includes("refused");
}

type Pair = { readonly a: WireguardDevice; readonly b: WireguardDevice };

/** Hosts 192.0.2.1 and .2, 2001:db8::1 and ::2, with a tunnel 100.99.0.1 - .2, fd99::1 - ::2; both know 198.51.100.1 as a's. */
async function tunnel(nsA: Namespace, nsB: Namespace): Promise<Pair> {
  await Namespace.join(nsA, ["192.0.2.1/24", "2001:db8::1/64"], nsB, ["192.0.2.2/24", "2001:db8::2/64"]);
  const keyA = generateKeyPair(systemRandom);
  const keyB = generateKeyPair(systemRandom);
  const a = nsA.device("state-1");
  const b = nsB.device("state-2");
  for (const [device, key, host] of [[a, keyA, 1] as const, [b, keyB, 2] as const]) {
    await device.up({
      privateKey: key.privateKey,
      listenPort: WG_PORT,
      addresses: [
        { address: `100.99.0.${host}`, prefixLength: 16 },
        { address: `fd99::${host}`, prefixLength: 64 },
      ],
      mtu: 1420,
      backend: "auto",
    });
  }
  await a.apply([
    {
      publicKey: keyB.publicKey,
      allowedIps: ["100.99.0.2/32", "fd99::2/128", "203.0.113.0/24"],
      endpoint: { address: "192.0.2.2", port: WG_PORT },
    },
  ]);
  await b.apply([
    {
      publicKey: keyA.publicKey,
      allowedIps: ["100.99.0.1/32", "fd99::1/128", "198.51.100.0/24", "203.0.113.0/24"],
      endpoint: { address: "192.0.2.1", port: WG_PORT },
    },
  ]);
  return { a, b };
}

describe.skipIf(!canBuildNamespaces)("the firewall table on real packets", () => {
  //
  test.each([
    ["udp4", "192.0.2.1", "192.0.2.2"],
    ["udp6", "2001:db8::1", "2001:db8::2"],
  ] as const)(
    "STUN of the agent (%s) leaves from WireGuard's port and its answer comes back",
    async (family, own, other) => {
      await using nsA = await Namespace.create("a");
      await using nsB = await Namespace.create("b");
      const { a } = await tunnel(nsA, nsB);
      await a.firewall.install(RULES);
      await nsA.load(hostFirewall(""));
      await serve(nsB, family, 3_478);
      const pinging = ping(nsA, "-i", "0.05", "-c", "30", "100.99.0.2");
      expect(await ask(nsA, family, AGENT_PORT, other, 3_478)).toBe(`${own} ${WG_PORT}`);
      expect(await pinging).toBe(true);
      expect(await ask(nsA, family, AGENT_PORT + 1, other, 3_478)).toBe(`${own} ${AGENT_PORT + 1}`);
      await a.firewall.remove();
      expect(await ask(nsA, family, AGENT_PORT, other, 3_478)).toBe(`${own} ${AGENT_PORT}`);
    },
  );

  test.each([
    ["udp4", "192.0.2.1", "192.0.2.2"],
    ["udp6", "2001:db8::1", "2001:db8::2"],
  ] as const)(
    "a stranger's STUN (%s) to WireGuard's port reaches the agent through a firewall that lets only WireGuard in",
    async (family, own, other) => {
      await using nsA = await Namespace.create("a");
      await using nsB = await Namespace.create("b");
      const { a } = await tunnel(nsA, nsB);
      await a.firewall.install(RULES);
      await nsA.load(hostFirewall(`udp dport ${WG_PORT} accept`));
      await serve(nsA, family, AGENT_PORT);
      expect(await ask(nsB, family, 40_000, own, WG_PORT)).toBe(`${other} 40000`);
      expect(await ask(nsB, family, 40_000, own, AGENT_PORT)).toBe("no answer");
      expect(await ping(nsA, "100.99.0.2")).toBe(true);
    },
  );

  test("overlay addresses answer through the tunnel only", async () => {
    await using nsA = await Namespace.create("a");
    await using nsB = await Namespace.create("b");
    const { a } = await tunnel(nsA, nsB);
    expect(await ping(nsB, "100.99.0.1")).toBe(true);
    expect(await ping(nsB, "fd99::1")).toBe(true);
    const around = async (): Promise<boolean[]> => {
      await nsB.must("ip route add 100.99.0.1 via 192.0.2.1");
      await nsB.must("ip -6 route add fd99::1 via 2001:db8::1");
      const answered = await Promise.all(["100.99.0.1", "fd99::1"].map((to) => ping(nsB, "-I", "u0", to)));
      await nsB.must("ip route del 100.99.0.1");
      await nsB.must("ip -6 route del fd99::1");
      return answered;
    };
    expect(await around()).toEqual([true, true]);
    await a.firewall.install(RULES);
    expect(await around()).toEqual([false, false]);
    expect(await ping(nsB, "100.99.0.1")).toBe(true);
    expect(await ping(nsB, "fd99::1")).toBe(true);
    expect(await ping(nsA, "100.99.0.1")).toBe(true);
    expect(await ping(nsA, "fd99::1")).toBe(true);
  });

  test("a packet with an overlay source that did not come through the tunnel is dropped", async () => {
    await using nsA = await Namespace.create("a");
    await using nsB = await Namespace.create("b");
    const { a } = await tunnel(nsA, nsB);
    await nsA.must("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.u0.rp_filter=0");
    const arrivals = async (): Promise<string> => {
      await ping(nsB, "-I", "100.99.0.2", "192.0.2.1");
      return nsA.must("nft list counter inet probe seen");
    };
    await nsA.load(`table inet probe {
      counter seen { }
      chain in {
        type filter hook input priority filter;
        ip saddr 100.99.0.2 ip daddr 192.0.2.1 counter name seen
      }
    }`);
    expect(await arrivals()).toContain("packets 1 ");
    await a.firewall.install(RULES);
    expect(await arrivals()).toContain("packets 1 ");
  });

  // R-1203
  test("a member reaches neither another address of this host nor, with forwarding on, anything behind it", async () => {
    await using nsA = await Namespace.create("a");
    await using nsB = await Namespace.create("b");
    await using nsC = await Namespace.create("c");
    const { a, b } = await tunnel(nsA, nsB);
    await Namespace.join(nsA, ["203.0.113.1/24"], nsC, ["203.0.113.2/24"], "u1");
    await nsC.must("ip route add default via 203.0.113.1");
    await nsA.must("ip addr add 198.51.100.1/32 dev lo");
    await nsA.must("sysctl -qw net.ipv4.ip_forward=1");
    await nsB.must(`ip route add 198.51.100.1 dev ${b.name}`);
    await nsB.must(`ip route add 203.0.113.2 dev ${b.name}`);
    const reached = (): Promise<boolean[]> =>
      Promise.all(["198.51.100.1", "203.0.113.2", "100.99.0.1"].map((to) => ping(nsB, to)));
    expect(await reached()).toEqual([true, true, true]);
    await a.firewall.install(RULES);
    expect(await reached()).toEqual([false, false, true]);
    expect(await ping(nsC, "100.99.0.2")).toBe(false);
  });

  // R-1201
  test("an invite reaches the control port and nothing else, as long as it is open", async () => {
    await using nsA = await Namespace.create("a");
    await using nsB = await Namespace.create("b");
    const { a } = await tunnel(nsA, nsB);
    const reached = async (): Promise<boolean[]> => [
      await reaches(nsB, "100.99.0.1", CONTROL_PORT),
      await reaches(nsB, "100.99.0.1", CONTROL_PORT + 1),
      await ping(nsB, "100.99.0.1"),
    ];
    await a.firewall.install({ ...RULES, invites: ["100.99.0.2"] });
    expect(await reached()).toEqual([true, false, false]);
    await a.firewall.replaceInvites([]);
    expect(await reached()).toEqual([true, true, true]);
    await a.firewall.replaceInvites(["100.99.0.3", "100.99.0.2"]);
    expect(await reached()).toEqual([true, false, false]);
  });

  test("knows when somebody flushed it, is replaced as a whole, and goes without a trace", async () => {
    await using ns = await Namespace.create("a");
    const { firewall } = ns.device("state-1");
    expect(await firewall.isInstalled()).toBe(false);
    await firewall.install({ ...RULES, agentPort: undefined });
    expect(await firewall.isInstalled()).toBe(true);
    expect(await ns.must("nft list ruleset")).not.toContain("stun");
    await firewall.install(RULES);
    const ruleset = await ns.must("nft list ruleset");
    expect(ruleset).toContain("stun");
    await firewall.install(RULES);
    expect(await ns.must("nft list ruleset")).toBe(ruleset);
    await ns.must("nft flush ruleset");
    expect(await firewall.isInstalled()).toBe(false);
    await firewall.install(RULES);
    await firewall.remove();
    await firewall.remove();
    expect(await ns.must("nft list ruleset")).toBe("");
  });

  test("nftUsable leaves no table, and says why where there are no rights", async () => {
    await using ns = await Namespace.create("a");
    expect(await nftUsable(ns.run)).toBeUndefined();
    expect(await ns.must("nft list ruleset")).toBe("");
    const why = await nftUsable((program, args, options) =>
      ns.run("capsh", ["--drop=cap_net_admin", "--", "-c", 'exec "$@"', "sh", program, ...args], options),
    );
    expect(why).toMatch(/not permitted/);
  });

  //
  test("its counter sees what users send into the tunnel, and neither the control plane's packets nor multicast", async () => {
    await using nsA = await Namespace.create("a");
    await using nsB = await Namespace.create("b");
    const { a } = await tunnel(nsA, nsB);
    await a.firewall.install(RULES);
    expect(await a.firewall.readUsersPackets()).toBe(0n);
    expect(await reaches(nsA, "100.99.0.2", CONTROL_PORT)).toBe(true);
    expect(await a.firewall.readUsersPackets()).toBe(0n);
    await nsA.must("ping -n -q -c 3 -i 0.2 100.99.0.2");
    expect(await a.firewall.readUsersPackets()).toBe(3n);
    await a.firewall.remove();
    expect(await a.firewall.readUsersPackets()).toBeUndefined();
  });
});
