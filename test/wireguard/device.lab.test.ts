import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../agent/clock.ts";
import { systemRandom } from "../../agent/random.ts";
import type { CommandRunner } from "../../agent/runner.ts";
import type { DeviceSettings, WireguardDevice } from "../../agent/wireguard/device.ts";
import { generateKeyPair, type WireguardKeyPair } from "../../agent/wireguard/keys.ts";
import type { PeerChange } from "../../agent/wireguard/peer-change.ts";
import { userspaceSocket, type AskUserspace } from "../../agent/wireguard/uapi-socket.ts";
import { canBuildNamespaces, Namespace } from "./namespace.ts";

const OWNER = new URL("./owner.ts", import.meta.url);
const UDP_PEER = new URL("./udp-peer.ts", import.meta.url);

const keyA = generateKeyPair(systemRandom);
const keyB = generateKeyPair(systemRandom);

function settings(key: WireguardKeyPair, host: number, listenPort: number): DeviceSettings {
  return {
    privateKey: key.privateKey,
    listenPort,
    addresses: [
      { address: `100.99.0.${host}`, prefixLength: 16 },
      { address: `fd99::${host}`, prefixLength: 64 },
    ],
    mtu: 1420,
    backend: "auto",
  };
}

const FIREWALL = {
  addresses: ["100.99.0.1", "fd99::1"],
  prefixes: ["100.99.0.0/16", "fd99::/64"],
  controlPort: 5000,
  listenPort: 51_801,
  agentPort: 51_802,
  invites: [],
};

/** What `down` must restore. */
async function traces(ns: Namespace): Promise<unknown> {
  const sockets = readdirSync("/var/run").includes("wireguard") ? readdirSync("/var/run/wireguard") : [];
  return {
    links: await ns.must("ip -json link show"),
    routes: await ns.must("ip -json route show table all"),
    ruleset: await ns.must("nft list ruleset"),
    sockets: sockets.filter((file) => file.startsWith(ns.name)),
    processes: wireguardGoOf(ns.name),
  };
}

/** Pids of the running wireguard-go whose interface name starts so; zombies are no longer running. */
function wireguardGoOf(prefix: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const [program, name] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return program === "wireguard-go" && name?.startsWith(prefix) === true;
    } catch {
      return false;
    }
  });
}

/** How many of `count` echoes, 20 ms apart, were answered. */
async function ping(from: Namespace, address: string, count = 1): Promise<number> {
  const result = await from.run("ping", ["-n", "-q", "-i", "0.02", "-c", String(count), "-W", "2", address]);
  return Number(/(\d+) received/.exec(result.stdout)?.[1] ?? 0);
}

async function connectPair(a: WireguardDevice, b: WireguardDevice): Promise<void> {
  await a.apply([
    {
      publicKey: keyB.publicKey,
      allowedIps: ["100.99.0.2/32", "fd99::2/128"],
      endpoint: { address: "192.0.2.2", port: 51_811 },
    },
  ]);
  await b.apply([{ publicKey: keyA.publicKey, allowedIps: ["100.99.0.1/32", "fd99::1/128"] }]);
}

/** As where no wireguard-go runs. */
const onlyByWg: AskUserspace = () => Promise.resolve(undefined);

/** Refuses every program named so, like a host without it. */
function without(ns: Namespace, missing: string, message: string): CommandRunner {
  return (program, args, options) =>
    args.includes(missing) || program === missing
      ? ns.run("sh", ["-c", `echo "${message}" >&2; exit 127`], options)
      : ns.run(program, args, options);
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

describe.skipIf(!canBuildNamespaces)("WireguardDevice on real interfaces", () => {
  // R-1302
  test("comes up with key, port, addresses, MTU and route, and down removes exactly all of it, twice", async () => {
    await using ns = await Namespace.create("a");
    const before = await traces(ns);
    const device = ns.device("state-1");
    await device.firewall.install(FIREWALL);
    const outcome = await device.up(settings(keyA, 1, 51_801));
    expect(outcome).toMatchObject({ adopted: false, listenPort: 51_801, unassigned: [] });
    expect(await device.dump()).toEqual({
      publicKey: keyA.publicKey,
      listenPort: 51_801,
      peerByKey: new Map(),
    });
    const addresses = await ns.must(`ip -o addr show dev ${device.name}`);
    expect(addresses).toContain("inet 100.99.0.1/16");
    expect(addresses).toContain("inet6 fd99::1/64");
    expect(await ns.must(`ip link show dev ${device.name}`)).toContain("mtu 1420");
    expect(await ns.must("ip route show 100.99.0.0/16")).toContain(`dev ${device.name}`);
    expect(await device.readSentPackets()).toBeTypeOf("bigint");
    expect(await traces(ns)).not.toEqual(before);

    await device.down();
    // The socket goes first, the process ends a moment later.
    await expect.poll(() => traces(ns)).toEqual(before);
    expect(await device.readSentPackets()).toBeUndefined();
    await device.down();
    expect(await traces(ns)).toEqual(before);
  });

  test("replaces addresses and keeps those that stay", async () => {
    await using ns = await Namespace.create("a");
    const device = ns.device("state-1");
    await device.up(settings(keyA, 1, 0));
    await ns.must(`ip addr add 100.99.0.8/16 dev ${device.name}`);
    const unassigned = await device.replaceAddresses([
      { address: "100.99.0.7", prefixLength: 16 },
      { address: "fd99:0::1", prefixLength: 64 },
    ]);
    expect(unassigned).toEqual([]);
    const addresses = await ns.must(`ip -o addr show dev ${device.name} scope global`);
    expect(addresses).toContain("100.99.0.7/16");
    expect(addresses).toContain("fd99::1/64");
    expect(addresses).not.toMatch(/100\.99\.0\.[18]\//);
  });

  test("comes up with IPv4 alone where IPv6 is switched off, and says so", async () => {
    await using ns = await Namespace.create("a");
    await ns.must("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
    const outcome = await ns.device("state-1").up(settings(keyA, 1, 0));
    expect(outcome.unassigned).toEqual(["fd99::1/64"]);
  });

  test("an interface whose agent was killed is adopted, and its session goes on without a new handshake", async () => {
    await using a = await Namespace.create("a");
    await using b = await Namespace.create("b");
    await Namespace.join(a, ["192.0.2.1/24"], b, ["192.0.2.2/24"]);
    const device = a.device("state-1");
    const owner = await a.start(OWNER, [device.name, "state-1", "51801"], keyA.privateKey);
    cleanups.push(() => owner.kill("SIGKILL"));
    const other = b.device("state-2");
    await other.up(settings(keyB, 2, 51_811));
    await connectPair(device, other);
    expect(await ping(a, "100.99.0.2", 3)).toBe(3);
    const before = (await device.dump()).peerByKey.get(keyB.publicKey);

    owner.kill("SIGKILL");
    await once(owner, "exit");
    const pinging = ping(a, "100.99.0.2", 50);
    const outcome = await a.device("state-1").up(settings(keyA, 1, 51_801));
    expect(outcome.adopted).toBe(true);
    expect(await pinging).toBe(50);
    const after = (await device.dump()).peerByKey.get(keyB.publicKey);
    expect(after?.latestHandshakeAt).toBe(before?.latestHandshakeAt);
    expect(after?.rxBytes).toBeGreaterThan(before?.rxBytes ?? 0n);
  });

  test("adoption corrects what differs", async () => {
    await using ns = await Namespace.create("a");
    await ns.device("state-1").up(settings(keyA, 1, 51_801));
    const device = ns.device("state-1");
    const outcome = await device.up({ ...settings(keyB, 2, 51_811), mtu: 1280 });
    expect(outcome).toMatchObject({ adopted: true, listenPort: 51_811 });
    expect((await device.dump()).publicKey).toBe(keyB.publicKey);
    expect(await ns.must(`ip -o addr show dev ${device.name}`)).not.toContain("100.99.0.1/");
    expect(await ns.must(`ip link show dev ${device.name}`)).toContain("mtu 1280");
  });

  test("an interface that a run was killed before marking is adopted: nobody has touched it", async () => {
    await using ns = await Namespace.create("a");
    const device = ns.device("state-1");
    await ns.must(`env LOG_LEVEL=silent wireguard-go ${device.name}`);
    expect(await device.up(settings(keyA, 1, 0))).toMatchObject({ adopted: true });
  });

  test("a socket file that a killed wireguard-go left is no obstacle, and down removes it", async () => {
    await using ns = await Namespace.create("a");
    const device = ns.device("state-1");
    await device.up(settings(keyA, 1, 51_801));
    for (const pid of wireguardGoOf(device.name)) process.kill(Number(pid), "SIGKILL");
    await expect.poll(() => ns.must("ip -br link")).not.toContain(device.name);
    expect(await device.up(settings(keyA, 1, 51_801))).toMatchObject({ adopted: false });
    for (const pid of wireguardGoOf(device.name)) process.kill(Number(pid), "SIGKILL");
    await expect.poll(() => ns.must("ip -br link")).not.toContain(device.name);
    await device.down();
    expect(readdirSync("/var/run/wireguard")).not.toContain(`${device.name}.sock`);
  });

  test.each([
    ["a bridge", (name: string) => `ip link add ${name} type bridge`],
    ["a tun device", (name: string) => `ip tuntap add mode tun name ${name}`],
  ])("a name that %s has is refused, and that interface is left alone", async (_, make) => {
    await using ns = await Namespace.create("a");
    const device = ns.device("state-1");
    await ns.must(make(device.name));
    const before = await traces(ns);
    await expect(device.up(settings(keyA, 1, 0))).rejects.toMatchObject({ code: "interface.taken" });
    await device.down();
    expect(await traces(ns)).toEqual(before);
  });

  test("another agent's WireGuard interface is refused and left alone", async () => {
    await using ns = await Namespace.create("a");
    const theirs = ns.device("state-2");
    await theirs.up(settings(keyB, 2, 0));
    const device = ns.device("state-1");
    await expect(device.up(settings(keyA, 1, 0))).rejects.toMatchObject({ code: "interface.taken" });
    await device.down();
    expect((await theirs.dump()).publicKey).toBe(keyB.publicKey);
  });

  test("a wireguard-go of that name in another namespace is refused: its socket is the machine's", async () => {
    await using a = await Namespace.create("a");
    await using b = await Namespace.create("b");
    const theirs = a.device("state-2");
    await theirs.up(settings(keyB, 2, 0));
    const device = a.device("state-1", { run: b.run });
    const before = await traces(b);
    await expect(device.up(settings(keyA, 1, 0))).rejects.toMatchObject({ code: "interface.taken" });
    await device.down();
    expect(await traces(b)).toEqual(before);
    expect((await theirs.dump()).publicKey).toBe(keyB.publicKey);
  });

  test.each(["udp4", "udp6"])(
    "a port that another program has (%s) is an error, and nothing is left",
    async (family) => {
      await using ns = await Namespace.create("a");
      const before = await traces(ns);
      const other = await ns.start(UDP_PEER, ["serve", family, "51801"]);
      cleanups.push(() => other.kill("SIGKILL"));
      const device = ns.device("state-1");
      await expect(device.up(settings(keyA, 1, 51_801))).rejects.toMatchObject({ code: "port.taken" });
      await expect.poll(() => traces(ns)).toEqual(before);
    },
  );

  test.each([
    ["the capability", "capsh --drop=cap_net_admin --"],
    ["root", "setpriv --reuid 65534 --clear-groups sh"],
  ])("without %s the error is about rights, and nothing is left", async (_, command) => {
    await using ns = await Namespace.create("a");
    const before = await traces(ns);
    const [program = "", ...prefix] = command.split(" ");
    const run: CommandRunner = (tool, args, options) =>
      ns.run(program, [...prefix, "-c", 'PATH=$PATH:/usr/sbin; exec "$@"', "sh", tool, ...args], options);
    const device = ns.device("state-1", { run });
    for (const backend of ["auto", "wireguard-go"] as const) {
      await expect(device.up({ ...settings(keyA, 1, 0), backend })).rejects.toMatchObject({
        code: "rights.missing",
      });
    }
    expect(await traces(ns)).toEqual(before);
  });

  test("without /dev/net/tun the error names it", async () => {
    await using ns = await Namespace.create("a");
    const run: CommandRunner = (tool, args, options) =>
      ns.run(
        "unshare",
        ["-m", "sh", "-c", 'mount -t tmpfs none /dev/net && exec "$@"', "sh", tool, ...args],
        options,
      );
    const refused = ns.device("state-1", { run }).up({ ...settings(keyA, 1, 0), backend: "wireguard-go" });
    await expect(refused).rejects.toMatchObject({
      code: "interface.failed",
      message: expect.stringContaining("/dev/net/tun") as string,
    });
  });

  test("without wireguard-go on a kernel without WireGuard the error says what to install", async () => {
    await using ns = await Namespace.create("a");
    const run = without(ns, "wireguard-go", "env: 'wireguard-go': No such file or directory");
    const refused = ns.device("state-1", { run }).up({ ...settings(keyA, 1, 0), backend: "wireguard-go" });
    await expect(refused).rejects.toMatchObject({ code: "command.failed", hint: "install wireguard-go" });
  });

  //
  test("no private key is in any argument, dump or error", async () => {
    await using ns = await Namespace.create("a");
    const device = ns.device("state-1");
    await device.up(settings(keyA, 1, 0));
    await device.setPrivateKey(keyB.privateKey);
    await device.apply([{ publicKey: keyA.publicKey, allowedIps: ["100.99.0.9/32"] }]);
    const dump = await device.dump();
    expect(dump.publicKey).toBe(keyB.publicKey);
    await device.down();
    const error: unknown = await device.setPrivateKey(keyA.privateKey).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "interface.failed" });
    const seen = JSON.stringify([ns.calls, [...dump.peerByKey], inspect(error)], (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(seen).toContain(keyA.publicKey);
    for (const key of [keyA, keyB]) expect(seen).not.toContain(key.privateKey);
  });

  test("a peer that was just tried in vain gets an initiation at once after reset and kick, and not without reset", async () => {
    await using a = await Namespace.create("a");
    await using b = await Namespace.create("b");
    await Namespace.join(a, ["192.0.2.1/24"], b, ["192.0.2.2/24"]);
    const device = a.device("state-1");
    const other = b.device("state-2");
    await device.up(settings(keyA, 1, 51_801));
    await other.up(settings(keyB, 2, 51_811));
    await other.apply([{ publicKey: keyA.publicKey, allowedIps: ["100.99.0.1/32"] }]);
    const allowedIps = ["100.99.0.2/32"];
    const peer = { publicKey: keyB.publicKey, allowedIps, keepaliveSec: 25 };
    const handshakeDone = async (): Promise<boolean> =>
      (await device.dump()).peerByKey.get(keyB.publicKey)?.latestHandshakeAt !== undefined;

    const wrong = { address: "192.0.2.2", port: 9 };
    const right = { address: "192.0.2.2", port: 51_811 };
    await device.apply([{ ...peer, endpoint: wrong, kick: true }]);
    await device.apply([{ ...peer, endpoint: right, kick: true }]);
    await new Promise((done) => setTimeout(done, 1_000));
    expect(await handshakeDone()).toBe(false);
    await device.apply([{ ...peer, endpoint: wrong, kick: true }]);
    await device.apply([{ ...peer, endpoint: right, reset: true, kick: true }]);
    await expect.poll(handshakeDone, { timeout: 1_000 }).toBe(true);
  });

  test("a kick alone makes the handshake of a new peer, and a packet on a live session", async () => {
    await using a = await Namespace.create("a");
    await using b = await Namespace.create("b");
    await Namespace.join(a, ["192.0.2.1/24"], b, ["192.0.2.2/24"]);
    const device = a.device("state-1");
    const other = b.device("state-2");
    await device.up(settings(keyA, 1, 51_801));
    await other.up(settings(keyB, 2, 51_811));
    await connectPair(device, other);
    const kick = { publicKey: keyB.publicKey, keepaliveSec: 25, kick: true } as const;
    const txBytes = async (): Promise<bigint> =>
      (await device.dump()).peerByKey.get(keyB.publicKey)?.txBytes ?? 0n;
    await device.apply([kick]);
    await expect.poll(() => ping(a, "100.99.0.2")).toBe(1);
    const before = await txBytes();
    await device.apply([kick]);
    await expect.poll(txBytes, { timeout: 1_000 }).toBeGreaterThan(before);
  });

  test.each([
    ["a few commands", onlyByWg, 2],
    ["one request", undefined, 0],
  ])("a removed peer is gone, and a thousand peers go in %s", async (_, askUserspace, commands) => {
    await using ns = await Namespace.create("a");
    const device = ns.device("state-1", askUserspace && { askUserspace });
    const { backend } = await device.up(settings(keyA, 1, 0));
    const peers = Array.from({ length: 1_000 }, (_, index) => ({
      publicKey: generateKeyPair(systemRandom).publicKey,
      allowedIps: [`100.99.${1 + (index >> 8)}.${index & 255}/32`, `fd99::1:${index.toString(16)}/128`],
      endpoint: { address: "2001:db8:1234:5678:9abc:def0:1234:5678", port: 51_820 },
      keepaliveSec: 0,
    }));
    const callsBefore = ns.calls.length;
    await device.apply(peers);
    expect(ns.calls.length - callsBefore).toBe(backend === "kernel" ? 2 : commands);
    expect((await device.dump()).peerByKey.size).toBe(1_000);
    await device.apply(peers.map(({ publicKey }) => ({ publicKey, remove: true })));
    expect((await device.dump()).peerByKey.size).toBe(0);
  });
});

describe.skipIf(!canBuildNamespaces)("wireguard-go at its socket", () => {
  const goSettings: DeviceSettings = { ...settings(keyA, 1, 0), addresses: [], backend: "wireguard-go" };
  const here = { address: "127.0.0.1", port: 9 };
  const here6 = { address: "::1", port: 9 };
  const allowedIps = ["100.99.0.2/32", "fd99::2/128"];
  const { publicKey } = keyB;
  const full = { publicKey, endpoint: here, allowedIps, keepaliveSec: 25 };
  const other = { publicKey: generateKeyPair(systemRandom).publicKey };

  /** Bytes of a handshake initiation that was sent to each (WireGuard paper, 5.4.2): the forms that send make it so. */
  const INITIATION = 148n;

  test.each<[string, readonly (readonly PeerChange[])[], bigint]>([
    ["a peer alone", [[{ publicKey }]], 0n],
    ["all of a peer, IPv4", [[{ ...full, keepaliveSec: 0 }]], 0n],
    ["all of a peer, IPv6", [[{ ...full, endpoint: here6, keepaliveSec: 0 }]], 0n],
    ["a keepalive that begins", [[full]], INITIATION],
    ["an endpoint that moves", [[full], [{ publicKey, endpoint: here6 }]], INITIATION],
    ["other allowed IPs", [[full], [{ publicKey, allowedIps: ["100.99.0.3/32"] }]], INITIATION],
    ["no allowed IPs", [[full], [{ publicKey, allowedIps: [] }]], INITIATION],
    ["allowed IPs with host bits", [[{ publicKey, allowedIps: ["100.99.7.7/16", "FD99:0::7/64"] }]], 0n],
    ["allowed IPs that another peer had", [[{ ...full, ...other }], [{ publicKey, allowedIps }]], INITIATION],
    ["a keepalive that ends", [[full], [{ publicKey, keepaliveSec: 0 }]], INITIATION],
    ["a kick of a new peer", [[{ ...full, kick: true }]], INITIATION],
    ["a kick of a known peer", [[{ ...full, keepaliveSec: 0 }], [{ ...full, kick: true }]], INITIATION],
    ["a kick without an endpoint", [[{ publicKey, keepaliveSec: 25, kick: true }]], 0n],
    ["a reset", [[full], [{ publicKey, allowedIps, reset: true }]], 0n],
    ["a reset of an unknown peer", [[{ publicKey, allowedIps, reset: true }]], 0n],
    ["a reset with a kick", [[full], [{ ...full, endpoint: here6, reset: true, kick: true }]], INITIATION],
    ["a removal", [[full, { publicKey: other.publicKey }], [{ publicKey, remove: true }]], 0n],
    ["a removal of an unknown peer", [[{ publicKey, remove: true }]], 0n],
    ["our own key as a peer", [[{ ...full, publicKey: keyA.publicKey }]], 0n],
    [
      "a removal, an update and a kick at once",
      [[full], [{ publicKey, remove: true }, { publicKey }, { ...full, kick: true }]],
      INITIATION,
    ],
  ])("%s gives the same dump as by wg", async (_, rounds, sentBytes) => {
    await using ns = await Namespace.create("a");
    const bySocket = ns.device("state-1", { suffix: "s" });
    const byWg = ns.device("state-2", { suffix: "w", askUserspace: onlyByWg });
    const peersOf = async (device: WireguardDevice): Promise<string[]> =>
      (await ns.must(`wg show ${device.name} dump`)).trimEnd().split("\n").slice(1).sort();
    await Promise.all([bySocket.up(goSettings), byWg.up(goSettings)]);
    const callsBefore = ns.calls.length;
    for (const changes of rounds) await bySocket.apply(changes);
    expect(ns.calls).toHaveLength(callsBefore);
    for (const changes of rounds) await byWg.apply(changes);
    const sent = async (device: WireguardDevice): Promise<bigint> =>
      [...(await device.dump()).peerByKey.values()].reduce((sum, { txBytes }) => sum + txBytes, 0n);
    for (const device of [bySocket, byWg]) await expect.poll(() => sent(device)).toBe(sentBytes);
    expect(await peersOf(bySocket)).toEqual(await peersOf(byWg));
  });

  test("shows what wg shows: sessions, counters, both families, none and off", async () => {
    await using a = await Namespace.create("a");
    await using b = await Namespace.create("b");
    await Namespace.join(a, ["192.0.2.1/24"], b, ["192.0.2.2/24"]);
    const device = a.device("state-1");
    const peer = b.device("state-2");
    const byWg = a.device("state-1", { askUserspace: onlyByWg });
    await device.up({ ...settings(keyA, 1, 51_801), backend: "wireguard-go" });
    await peer.up(settings(keyB, 2, 51_811));
    expect(await device.dump()).toEqual(await byWg.dump());
    await connectPair(device, peer);
    const far = { address: "2001:db8::1", port: 7 };
    await device.apply([
      other,
      { publicKey: generateKeyPair(systemRandom).publicKey, endpoint: far, keepaliveSec: 65_535 },
    ]);
    const linkLocal = generateKeyPair(systemRandom).publicKey;
    await a.must(
      `wg set ${device.name} peer ${linkLocal} endpoint [fe80::1%u0]:7 allowed-ips 0.0.0.0/1,8000::/1`,
    );
    expect(await ping(a, "100.99.0.2", 3)).toBe(3);
    const dump = await device.dump();
    expect(dump).toEqual(await byWg.dump());
    expect(dump.peerByKey.size).toBe(4);
    expect(dump.peerByKey.get(publicKey)?.latestHandshakeAt).toBeDefined();
  });

  test("one that was killed gives the error that wg gives, and its socket file goes", async () => {
    await using ns = await Namespace.create("a");
    const error = (reason: unknown): unknown => reason;
    const errors: unknown[] = [];
    for (const [call, askUserspace] of [
      ["dump", undefined],
      ["dump", onlyByWg],
      ["apply", undefined],
      ["apply", onlyByWg],
    ] as const) {
      const device = ns.device("state-1", askUserspace && { askUserspace });
      await device.up(goSettings);
      for (const pid of wireguardGoOf(device.name)) process.kill(Number(pid), "SIGKILL");
      await expect.poll(() => ns.must("ip -br link")).not.toContain(device.name);
      expect(readdirSync("/var/run/wireguard")).toContain(`${device.name}.sock`);
      const calling: Promise<unknown> = call === "dump" ? device.dump() : device.apply([other]);
      errors.push(await calling.catch(error));
      expect(readdirSync("/var/run/wireguard")).not.toContain(`${device.name}.sock`);
    }
    expect(errors[0]).toMatchObject({ code: "interface.failed" });
    expect(errors[0]).toEqual(errors[1]);
    expect(errors[2]).toMatchObject({ code: "interface.failed" });
    expect(errors[2]).toEqual(errors[3]);
  });

  test("what it refuses names the errno", async () => {
    await using ns = await Namespace.create("a");
    const socket = userspaceSocket(systemClock);
    const odd = ns.device("state-1", { askUserspace: (name) => socket(name, "set=1\nodd=1\n\n") });
    await odd.up(goSettings);
    await expect(odd.apply([other])).rejects.toMatchObject({
      code: "interface.failed",
      message: expect.stringContaining("EINVAL") as string,
    });
  });
});
