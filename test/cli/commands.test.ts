import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentApi, DhtStatus, NetcheckPortMapping } from "../../agent/admin/contract.ts";
import { AgentError } from "../../agent/errors.ts";
import { ALICE, NOW_MS, PEER, PEERS, PORT_MAPPING, RELAY, STATUS } from "../admin/fake-api.ts";
import { TestCommandLine } from "./command-line.ts";

const serving = (overrides: Partial<AgentApi> = {}) => new TestCommandLine().serve(overrides);

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join("");

describe("what a person reads", () => {
  //
  it("shows with status what this host is in and what needs attention", async () => {
    await using hopwire = await serving();
    expect(await hopwire.run(["status"])).toEqual({
      exitCode: 0,
      err: "",
      out: text(
        "network    home",
        `member     alice ${"a".repeat(32)}`,
        "addresses  100.80.0.1  fd00::1",
        "interface  hopwire0 by kernel, UDP port 51820",
        "relay      not volunteering",
        "peers      2: 0 direct, 1 relayed, 1 without a path",
        "version    0.1.0",
        "warning  nft is missing: direct paths take longer",
      ),
    });
  });

  //
  it("shows with status what came of the DHT where it is used", async () => {
    const dht = {
      nodes: 38,
      published: { publishedAt: NOW_MS - 720_000, nodes: 20 },
      full: false,
      lookedAt: NOW_MS - 180_000,
      found: { foundAt: NOW_MS - 170_000, name: "bob" },
    };
    const rowOf = async (change: Partial<DhtStatus>): Promise<string | undefined> => {
      await using hopwire = await serving({
        status: () => Promise.resolve({ ...STATUS, dht: { ...dht, ...change } }),
      });
      return (await hopwire.run(["status"])).out.split("\n").find((line) => line.startsWith("dht"));
    };
    expect(await rowOf({})).toBe(
      "dht        38 nodes, published on 20 nodes 12 min ago, looked 3 min ago, found bob 2 min ago",
    );
    expect(await rowOf({ full: true, published: null, lookedAt: null, found: null })).toBe(
      "dht        38 nodes, others are in all places",
    );
    expect(await rowOf({ nodes: null, published: null, lookedAt: null, found: null })).toBe(
      "dht        not asked yet",
    );
  });

  it("shows with status how to begin where there is no network yet", async () => {
    const status = {
      ...STATUS,
      network: null,
      member: null,
      interface: { ...STATUS.interface, backend: null },
    };
    await using hopwire = await new TestCommandLine().serve({ status: () => Promise.resolve(status) });
    expect((await hopwire.run(["status"])).out).toContain("none yet: hopwire init, or hopwire join TOKEN");
  });

  it("shows with peers which way each is reached, through whom and since when, and why not directly", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["peers"])).out).toBe(
      text(
        "NAME  ADDRESS     PATH                   RTT   LOSS  SINCE  HANDSHAKE  RECEIVED   SENT",
        "bob   100.80.0.2  relayed via carol  12.3 ms  2.0 %  3 min       42 s   1.4 MiB  512 B",
        "dave  100.80.0.4  none                     -      -      -          -       0 B    0 B",
        "",
        "relayed bob: both NATs take random ports",
      ),
    );
  });

  //
  it("shows with peers show how good both ways are and were, and what has changed", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["peers", "show", "bob"])).out).toBe(
      text(
        "name       bob",
        `id         ${"b".repeat(32)}`,
        "address    100.80.0.2, fd00::2",
        "path       relayed via carol: direct loses 21 %",
        "endpoint   203.0.113.9:40001",
        "since      3 min ago",
        "because    the relay loses less",
        "handshake  42 s ago",
        "received   1.4 MiB",
        "sent       512 B",
        "",
        "WAY      BY                      RTT   JITTER   LOSS  PROBES",
        "direct   198.51.100.2:51820  9.50 ms  0.40 ms   21 %      28",
        "relayed  carol               12.3 ms  0.20 ms  2.0 %      32",
        "",
        "LAST 1 min",
        "direct rtt         ▅█   10.0 ms to 20.0 ms",
        "direct loss        ▁▁█  0 % to 100 %",
        "to the relay rtt   █ █  10.0 ms to 10.0 ms",
        "to the relay loss  ▁ ▁  0 % to 0 %",
        "",
        "CHANGED    FROM     TO       BECAUSE",
        "3 min ago  direct   relayed  the relay loses less",
        "1 h ago    relayed  direct   it carries packets",
      ),
    );
    expect(JSON.parse((await hopwire.run(["peers", "show", "bob", "--json"])).out)).toEqual(PEER);
  });

  it("says with peers that a direct path is slow which is left for that", async () => {
    const [bob] = PEERS;
    const avoided = { endpoint: "198.51.100.2:51820", worseBy: "rtt", rttMs: 250, loss: 0 } as const;
    const peers = bob === undefined ? [] : [{ ...bob, path: { ...bob.path, avoided } }];
    await using hopwire = await new TestCommandLine().serve({ peers: () => Promise.resolve(peers) });
    expect((await hopwire.run(["peers"])).out).toContain("relayed via carol: direct takes 250 ms");
  });

  it("says with peers how to get some", async () => {
    await using hopwire = await new TestCommandLine().serve({ peers: () => Promise.resolve([]) });
    expect((await hopwire.run(["peers"])).out).toBe(
      "no other members yet; invite one with: hopwire invite NAME\n",
    );
  });

  it("marks paths with symbols and colours on a terminal, and leaves colours out for NO_COLOR", async () => {
    await using hopwire = await serving();
    const environment = { HOPWIRE_RUNTIME_DIR: hopwire.runtimeDir };
    const coloured = await hopwire.run(["peers"], { terminal: true, environment });
    expect(coloured.out).toContain("\x1b[33m◐ \x1b[39mrelayed via carol");
    const plain = await hopwire.run(["peers"], {
      terminal: true,
      environment: { ...environment, NO_COLOR: "1" },
    });
    expect(plain.out).toContain("◐ relayed via carol");
    expect(plain.out).not.toContain("\x1b");
  });

  //
  it("shows with ping each round trip, its path and the sum", async () => {
    await using hopwire = await serving();
    expect(await hopwire.run(["ping", "bob", "--count", "3"])).toEqual({
      exitCode: 0,
      err: "",
      out: text(
        "  1    30.0 ms  relayed via carol",
        "  2  no answer  none",
        "  3    10.0 ms  direct 198.51.100.2:51820",
        "3 sent, 2 answered, 33 % lost; min 10.0 ms, median 10.0 ms, max 30.0 ms",
      ),
    });
    expect(hopwire.calls).toEqual([
      { operation: "ping", request: { name: "bob", count: 3, intervalMs: 1000, timeoutMs: 2000 } },
    ]);
  });

  it("founds a network with a prefix, a name and every endpoint that was given", async () => {
    await using hopwire = await serving();
    const argv = ["init", "--network", "home", "--prefix", "100.80.0.0/16", "--name", "alice"];
    const { exitCode, out } = await hopwire.run([
      ...argv,
      "--endpoint",
      "a.example:1",
      "--endpoint",
      "[2001:db8::1]:2",
    ]);
    expect(exitCode).toBe(0);
    expect(out).toContain("network    home\n");
    expect(hopwire.calls).toEqual([
      {
        operation: "init",
        request: {
          network: "home",
          name: "alice",
          prefix: "100.80.0.0/16",
          endpoints: ["a.example:1", "[2001:db8::1]:2"],
        },
      },
    ]);
  });

  // R-1201
  it("prints with invite the token and nothing else on standard output", async () => {
    await using hopwire = await serving();
    expect(await hopwire.run(["invite", "bob", "--expires", "30m"])).toEqual({
      exitCode: 0,
      out: "hw1token\n",
      err: "",
    });
    expect(hopwire.calls).toEqual([
      { operation: "invite", request: { name: "bob", expiresSec: 1800, admin: false } },
    ]);
  });

  it("tells a person with invite how long the token lives, beside standard output", async () => {
    await using hopwire = await serving();
    const { out, err } = await hopwire.run(["invite", "bob"], { terminal: true });
    expect(out).toBe("hw1token\n");
    expect(err).toContain("for bob, once, within 24 h");
    expect(err).toContain("203.0.113.9:40001 (relayed by carol)");
  });

  it("tells with join what it is at, beside the result", async () => {
    await using hopwire = await serving();
    const { exitCode, out, err } = await hopwire.run(["join", "hw1token"]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "asking carol for membership\n" });
    expect(out).toContain("member     alice");
    expect(hopwire.calls).toEqual([{ operation: "join", request: { token: "hw1token" } }]);
  });

  it("reads the token from standard input for join -, where no process list shows it", async () => {
    await using hopwire = await serving();
    await hopwire.run(["join", "-"], { readInput: () => Promise.resolve("hw1secret\n") });
    expect(hopwire.calls).toEqual([{ operation: "join", request: { token: "hw1secret" } }]);
  });

  it("confirms leave and revoke by name", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["leave"])).out).toBe("alice has left home\n");
    expect((await hopwire.run(["revoke", "bob"])).out).toBe(`bob is revoked (${"b".repeat(32)})\n`);
  });

  // R-1201
  it("draws with invite --qr the token, beside standard output, and only when asked", async () => {
    await using hopwire = await serving();
    const asked = await hopwire.run(["invite", "bob", "--qr"]);
    expect(asked.out).toBe("hw1token\n");
    expect(asked.err).toMatch(/^[ █▀▄\n]+$/);
    expect((await hopwire.run(["invite", "bob"], { terminal: true })).err).not.toContain("█");
    expect((await hopwire.run(["invite", "bob", "--qr", "--json"])).err).toBe("");
  });

  // R-1201
  it("lists open invites and withdraws one by its name", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["invites", "list"])).out).toBe(
      text(
        "FOR   AS      EXPIRES IN  RELAYED BY",
        "erin  admin   1 h         carol (not known)",
        "dave  member  1 h         -",
      ),
    );
    expect((await hopwire.run(["invites", "withdraw", "erin"])).out).toBe(
      "the invite for erin is withdrawn: nobody can join by it\n",
    );
    expect(hopwire.calls.at(-1)).toEqual({ operation: "inviteWithdraw", request: { name: "erin" } });
  });

  // R-1201, R-1202
  it("renames, rotates keys and invites admins", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["rename", "bob", "rob"])).out).toBe("bob is called rob now\n");
    expect((await hopwire.run(["rotate-keys"])).out).toContain("member     alice");
    await hopwire.run(["invite", "carol", "--admin"]);
    expect(hopwire.calls).toEqual([
      { operation: "rename", request: { name: "bob", to: "rob" } },
      { operation: "rotateKeys" },
      { operation: "invite", request: { name: "carol", expiresSec: 86_400, admin: true } },
    ]);
  });

  //
  it("shows what the cache holds, and of one peer the score's parts", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["cache", "list"])).out).toBe(
      text(
        "PEER  ENDPOINTS  RELAYS     WORKED  BEST",
        "bob           2       1  1 min ago  198.51.100.2:51820 (host, 0.42)",
      ),
    );
    const { out } = await hopwire.run(["cache", "show", "bob"]);
    expect(out).toContain("0.42 = base 1 x recency 0.6 x latency 0.7");
    expect(out).toContain("carol  1 min ago    3/4");
    expect((await hopwire.run(["cache", "forget", "bob"])).out).toBe(
      "forgot bob (endpoints: 2, relays: 1)\n",
    );
  });

  it("exports the cache to a file that only its owner reads, and takes it in again", async () => {
    await using hopwire = await serving();
    const file = join(hopwire.dir, "cache.json");
    expect((await hopwire.run(["cache", "export", file])).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ version: 1, peers: {} });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await hopwire.run(["cache", "import", file])).out).toBe("added 3 entries, left out 1\n");
    const piped = await hopwire.run(["cache", "import"], {
      readInput: () => Promise.resolve('{"version":1}'),
    });
    expect(piped.exitCode).toBe(0);
    expect(hopwire.calls.at(-1)).toEqual({ operation: "cacheImport", request: { document: { version: 1 } } });
  });

  it("volunteers within the limits that were given", async () => {
    await using hopwire = await serving();
    const { out } = await hopwire.run(["relay", "start", "--ports", "5000-5999", "--max-allocations", "8"]);
    expect(out).toBe(
      text(
        "relay        volunteering",
        "endpoints    203.0.113.9:51820",
        "ports        40000-49999",
        "forwarder    userspace",
        "allocations  1 of 256",
        "",
        "MEMBERS       PORT  RELAYED  EXPIRES IN  ID",
        `alice - bob  40001  2.0 KiB       5 min  ${"e".repeat(32)}`,
      ),
    );
    expect(hopwire.calls).toEqual([
      { operation: "relayStart", request: { ports: { first: 5000, last: 5999 }, maxAllocations: 8 } },
    ]);
    expect((await hopwire.run(["relay", "stop"])).out).toBe(
      "not volunteering; start it with: hopwire relay start\n",
    );
    expect((await hopwire.run(["relay", "list"])).out).toContain(
      "carol  203.0.113.9:51820  yes     6.50 ms  3/256",
    );
  });

  //
  it("explains the choice of a relay to a peer, part by part, also of those that are not asked", async () => {
    await using hopwire = await serving();
    const { out } = await hopwire.run(["relay", "list", "--explain", "bob"]);
    expect(hopwire.calls).toEqual([{ operation: "relayExplain", request: { name: "bob" } }]);
    const [titles, ...rows] = out.trimEnd().split("\n");
    expect(titles).toContain("RTT HERE + BOB");
    expect(rows.map((row) => row.replaceAll(/ {2,}/g, " | "))).toEqual([
      "1 | carol | 0.60 | as good as the best, this pair's turn | carries | 6.50 ms + 43.0 ms (0.67) | 1 % (0.91) | answers (1.00) | 10 % of 256 (1.00) | 10 Mbit/s, kernel (1.00) | eu-west (0.97) | this-peer (1.00)",
      "- | erin | 0.40 | banned | - + - (0.50) | - (1.00) | unknown (1.00) | 0 % of 16 (1.00) | no limit, - (0.97) | - (0.97) | untried (0.97)",
    ]);
  });

  //
  //
  it("adds, removes and lists the volunteers that are asked first", async () => {
    await using hopwire = await serving();
    const listed = text(
      "VOLUNTEER  GIVEN                    LOOKED FOR AT      VOLUNTEERS  PATH    BY",
      "carol      relay.example.net:51820  203.0.113.9:51820  yes         direct  command",
    );
    const add = ["relay", "bootstrap", "add", "carol", "relay.example.net:51820"];
    expect((await hopwire.run(add)).out).toBe(listed);
    expect((await hopwire.run(["relay", "bootstrap", "list"])).out).toBe(listed);
    expect((await hopwire.run(["relay", "bootstrap", "remove", "carol"])).out).toContain("none; add one");
    expect(hopwire.calls).toEqual([
      { operation: "relayBootstrapAdd", request: { name: "carol", endpoints: ["relay.example.net:51820"] } },
      { operation: "relayBootstrapList" },
      { operation: "relayBootstrapRemove", request: { name: "carol" } },
    ]);
    const { exitCode, err } = await hopwire.run(["relay", "bootstrap", "add", "carol", "relay.example.net"]);
    expect([exitCode, err]).toEqual([64, expect.stringContaining('must be "host:port"') as string]);
  });

  it("prints a minted relay token alone, and takes one from standard input or a file, never as an argument", async () => {
    await using hopwire = await serving();
    const grant = ["--pair", "bob", "dave", "--bandwidth-mbps", "50", "--lifetime", "7d"];
    const token = "header.claims.signature\n";
    expect((await hopwire.run(["relay", "token", ...grant])).out).toBe(token);
    const used = text("carol relays to bob by a token of tier paid (50 Mbit/s), for another 30 d");
    const input = { readInput: () => Promise.resolve(token) };
    expect((await hopwire.run(["relay", "use-token"], input)).out).toBe(used);
    const file = join(hopwire.dir, "token");
    writeFileSync(file, token);
    expect((await hopwire.run(["relay", "use-token", file])).out).toBe(used);
    expect(hopwire.calls).toEqual([
      {
        operation: "relayToken",
        request: {
          pair: ["bob", "dave"],
          tier: "paid",
          bandwidthBps: 50e6,
          quotaBytes: 0,
          lifetimeSec: 604_800,
        },
      },
      { operation: "relayUseToken", request: { token: token.trim() } },
      { operation: "relayUseToken", request: { token: token.trim() } },
    ]);
    expect((await hopwire.run(["relay", "list"])).out).toContain(used);
  });

  //
  it("says with netcheck what the NAT does and what that means", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["netcheck"])).out).toBe(
      text(
        "IPv4             direct with most peers",
        "relayed with     dave",
        "port mapping     198.51.100.1:51820 by NAT-PMP, reached from outside by carol; the router speaks NAT-PMP, UPnP",
        "local addresses  192.168.1.2",
        "",
        "IPv4",
        "UDP        reachable",
        "mapping    endpoint-independent: one outside port, whoever is sent to",
        "filtering  address-and-port-dependent: only what was sent to gets in",
        "ports      preserving: outside as inside",
        "hairpin    no",
        "seen       0 s ago",
        "  carol 203.0.113.9:51820: seen as 198.51.100.1:51820",
        "  carol, second port, 203.0.113.9:49999: seen as 198.51.100.1:51820",
        "  carol was to answer from another port: nothing came in",
        "  to itself by 198.51.100.1:51820: did not come back",
        "",
        "IPv6",
        "this host has no address",
        "",
        "SERVER             MEMBER  MAPPED                  RTT",
        "203.0.113.9:51820  carol   198.51.100.1:51820  6.50 ms",
        "203.0.113.7:3478   -       no answer                 -",
      ),
    );
  });
});

describe("netcheck --lifetime", () => {
  //
  it("tells as it goes on, and at the end how long a mapping is kept", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["netcheck", "--lifetime"])).out).toBe(
      text(
        "after 15 s of silence an answer still comes in",
        "after 30 s of silence an answer still comes in",
        "a mapping that nothing passes is kept for 30 to 45 s, as seen by carol",
      ),
    );
  });
});

//
describe("netcheck of a port mapping", () => {
  const shown = async (portMapping: NetcheckPortMapping | null): Promise<string | undefined> => {
    const report = {
      mapping: "unknown",
      portMapping,
      families: [],
      peers: [],
      servers: [],
      localAddresses: [],
      warnings: [],
    } as const;
    await using hopwire = await serving({ netcheck: () => Promise.resolve(report) });
    return /port mapping +(.*)/.exec((await hopwire.run(["netcheck"])).out)?.[1];
  };
  const unannounced = { ...PORT_MAPPING, verifiedBy: null };
  const none = { ...unannounced, mapping: null };

  it("says why it is not announced", async () => {
    expect(await shown({ ...unannounced, unverified: "no-volunteer" })).toBe(
      "198.51.100.1:51820 by NAT-PMP, not announced: no volunteer is connected that could reach it from outside; the router speaks NAT-PMP, UPnP",
    );
    expect(await shown({ ...unannounced, unverified: "probe.rate" })).toContain("not announced: probe.rate;");
  });

  it("says what there is where nothing is mapped", async () => {
    expect(await shown(null)).toBe("off");
    expect(await shown({ ...none, gateway: null, protocols: [] })).toBe(
      "none: no router with a private address in front",
    );
    expect(await shown({ ...none, protocols: [] })).toBe("none: the router offers none");
    expect(await shown(none)).toBe("none: the router speaks NAT-PMP, UPnP");
  });
});

describe("what a program reads", () => {
  //
  it("has exactly the keys of the contract in status --json and peers --json", async () => {
    await using hopwire = await serving();
    const status = JSON.parse((await hopwire.run(["status", "--json"])).out) as Record<string, object>;
    expect(Object.keys(status)).toEqual([
      "version",
      "network",
      "member",
      "interface",
      "relay",
      "peers",
      "dht",
      "warnings",
    ]);
    expect(status).toEqual(STATUS);
    const peers = JSON.parse((await hopwire.run(["peers", "--json"])).out) as object[];
    expect(Object.keys(peers[0] ?? {})).toEqual([
      "name",
      "id",
      "address4",
      "address6",
      "path",
      "handshakeAgeSec",
      "rxBytes",
      "txBytes",
    ]);
    expect(peers).toEqual(PEERS);
  });

  it.each([
    [["init", "--name", "alice"], ALICE],
    [
      ["invite", "bob"],
      {
        name: "bob",
        token: "hw1token",
        expiresAt: Date.UTC(2026, 0, 2),
        ways: [{ endpoint: "203.0.113.9:40001", relay: "carol" }],
        warnings: [],
      },
    ],
    [["join", "hw1token"], ALICE],
    [["leave"], ALICE],
    [["revoke", "bob"], { name: "bob", id: "b".repeat(32) }],
    [["cache", "forget", "bob"], { name: "bob", endpoints: 2, relays: 1 }],
    [["cache", "export"], { version: 1, peers: {} }],
    [["relay", "start"], RELAY],
    [["relay", "status"], RELAY],
    [["version"], { version: "0.1.0" }],
  ])("gives the result of %j as one JSON document, and is silent beside it", async (argv, expected) => {
    await using hopwire = await serving();
    const { exitCode, out, err } = await hopwire.run([...argv, "--json"], { terminal: true });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(JSON.parse(out)).toEqual(expected);
  });

  it.each([
    ["cache", "list"],
    ["cache", "show", "bob"],
    ["relay", "stop"],
    ["relay", "list"],
    ["relay", "bootstrap", "list"],
    ["relay", "list", "--explain", "bob"],
    ["netcheck"],
  ])("prints JSON for %s %s", async (...argv) => {
    await using hopwire = await serving();
    const { out } = await hopwire.run([...argv, "--json"]);
    expect(JSON.parse(out)).toBeTypeOf("object");
  });

  it("gives with ping --json every round trip with its path, and the sum", async () => {
    await using hopwire = await serving();
    const { exitCode, out } = await hopwire.run(["ping", "bob", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({
      name: "bob",
      address: "100.80.0.2",
      sent: 3,
      received: 2,
      loss: 1 - 2 / 3,
      rttMs: { min: 10, median: 10, max: 30 },
      replies: [
        { seq: 1, rttMs: 30, path: { type: "relayed", endpoint: "203.0.113.9:40001", relay: "carol" } },
        { seq: 2, rttMs: null, path: { type: "none", endpoint: null, relay: null } },
        { seq: 3, rttMs: 10, path: { type: "direct", endpoint: "198.51.100.2:51820", relay: null } },
      ],
    });
  });

  it("takes global options before and after the command, and JSON also by environment", async () => {
    await using hopwire = await serving();
    const at = ["--runtime-dir", hopwire.runtimeDir];
    const environment = {};
    for (const argv of [
      [...at, "--json", "status"],
      ["status", ...at, "--json"],
      ["--json", "status", ...at],
      ["--json", "relay", "status", ...at],
    ]) {
      const { out } = await hopwire.run(argv, { environment });
      expect(JSON.parse(out)).toBeTypeOf("object");
    }
    const byEnvironment = { HOPWIRE_RUNTIME_DIR: hopwire.runtimeDir, HOPWIRE_JSON: "1" };
    expect(JSON.parse((await hopwire.run(["status"], { environment: byEnvironment })).out)).toEqual(STATUS);
    const off = { ...byEnvironment, HOPWIRE_JSON: "0" };
    expect((await hopwire.run(["status"], { environment: off })).out).toContain("network    home");
  });
});

describe("what goes wrong", () => {
  //
  it.each([
    [["status"], 69, "no agent answers at"],
    [["join", "x"], 69, "no agent answers at"],
    [["nothing"], 64, "unknown command 'nothing'; see: hopwire --help"],
    [["statsu"], 64, "unknown command 'statsu'; did you mean status?"],
    [["status", "--jsn"], 64, "unknown option '--jsn'; did you mean --json?"],
    [["status", "more"], 64, "too many arguments"],
    [["ping"], 64, "missing required argument 'name'"],
    [["cache", "nothing"], 64, "unknown command 'nothing'"],
    [["ping", "bob", "--count", "many"], 64, '--count must be a whole number, not "many"'],
    [["invite", "bob", "--expires", "soon"], 64, '"soon" is no duration; give a number and a unit'],
    [["relay", "start", "--ports", "9-3"], 64, "--ports must be a range like 40000-49999"],
    [["relay", "token"], 64, "required option '--pair <members...>' not specified"],
    [["relay", "token", "--pair", "bob"], 64, "--pair takes two members; as in: --pair alice bob"],
    [
      ["relay", "token", "--pair", "a", "b", "--tier", "gold"],
      64,
      "--tier must be one of: free, paid, unlimited",
    ],
    [["relay", "use-token", "/nonexistent"], 74, "cannot read /nonexistent: ENOENT"],
    [["completion", "tcsh"], 64, 'there is no completion for "tcsh"; choose one of: bash, zsh, fish'],
    [["status", "--listen-port", "x"], 78, "--listen-port must be a number"],
    [["status", "--config", "/nonexistent"], 78, "cannot read /nonexistent: ENOENT"],
    [["cache", "import", "/nonexistent"], 74, "cannot read /nonexistent: ENOENT"],
  ])("ends %j with %d and one line that says why", async (argv, exitCode, message) => {
    await using hopwire = new TestCommandLine();
    const outcome = await hopwire.run(argv);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.out).toBe("");
    expect(outcome.err).toMatch(/^hopwire: [^\n]+\n$/);
    expect(outcome.err).toContain(message);
  });

  it("ends with the code of the agent's error, its reason and its hint", async () => {
    const hint = "ask for another";
    const join = () =>
      Promise.reject(new AgentError("invite.expired", "the invite expired 2 h ago", { hint }));
    await using hopwire = await new TestCommandLine().serve({ join });
    expect(await hopwire.run(["join", "hw1old", "--json"])).toEqual({
      exitCode: 65,
      out: "",
      err: "hopwire: the invite expired 2 h ago; ask for another\n",
    });
  });

  it("refuses a cache that is no JSON object before it asks the agent", async () => {
    await using hopwire = await serving();
    const file = join(hopwire.dir, "cache.json");
    for (const content of ["nonsense", "[]", ""]) {
      writeFileSync(file, content);
      expect(await hopwire.run(["cache", "import", file])).toMatchObject({ exitCode: 65, out: "" });
    }
    expect(hopwire.calls).toEqual([]);
  });

  it("ends a ping that nobody answered with 75, after the sum", async () => {
    await using hopwire = await new TestCommandLine().serve({
      ping: (request, emit) => {
        emit({ seq: 1, rttMs: null, path: { type: "none", endpoint: null, relay: null } });
        return Promise.resolve({ name: request.name, address: "100.80.0.2" });
      },
    });
    const { exitCode, out, err } = await hopwire.run(["ping", "bob"]);
    expect(exitCode).toBe(75);
    expect(out).toContain("1 sent, 0 answered, 100 % lost");
    expect(err).toBe("hopwire: bob did not answer; see the path to it: hopwire peers\n");
  });

  it("sums up what came until a ping was interrupted", async () => {
    const interrupt = new AbortController();
    await using hopwire = await new TestCommandLine().serve({
      ping: (_request, emit) => {
        emit({ seq: 1, rttMs: 5, path: { type: "direct", endpoint: "198.51.100.2:51820", relay: null } });
        return new Promise(() => undefined);
      },
    });
    let seen = "";
    const running = hopwire.run(["ping", "bob", "--count", "0"], {
      interrupted: interrupt.signal,
      out: (text) => {
        seen += text;
        interrupt.abort(new AgentError("command.interrupted", "interrupted by SIGINT"));
      },
    });
    expect((await running).exitCode).toBe(0);
    expect(seen).toContain("1 sent, 1 answered, 0 % lost");
  });

  it("ends a join that was interrupted with 130", async () => {
    const interrupted = AbortSignal.abort(new AgentError("command.interrupted", "interrupted by SIGINT"));
    await using hopwire = await serving();
    expect(await hopwire.run(["join", "x"], { interrupted })).toMatchObject({
      exitCode: 130,
      err: "hopwire: interrupted by SIGINT\n",
    });
  });

  it("shows the help on standard error where a command is missing, on standard output where it was asked for", async () => {
    await using hopwire = new TestCommandLine();
    const missing = await hopwire.run([]);
    expect(missing).toMatchObject({ exitCode: 64, out: "" });
    expect(missing.err).toContain("Usage: hopwire");
    expect(await hopwire.run(["cache"])).toMatchObject({ exitCode: 64, out: "" });
    for (const argv of [
      ["ping", "--help"],
      ["help", "ping"],
    ]) {
      const asked = await hopwire.run(argv);
      expect(asked).toMatchObject({ exitCode: 0, err: "" });
      expect(asked.out).toContain("--count <n>");
    }
  });
});
