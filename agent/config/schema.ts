import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import type * as NodeCron from "node-cron";
import * as v from "valibot";
import { isMemberName } from "../../protocol/ids.ts";
import type { Role } from "../../protocol/record.ts";
import { RELAY_TIERS, type RelayTier } from "../../protocol/relay-token.ts";
import { parseBootstrap, type ConfiguredBootstrap } from "./bootstrap-text.ts";
import { parseCidr } from "./cidr.ts";
import { parsePortRange, type PortRange } from "./port-range.ts";

/** What the agent runs with, complete and checked. */
export type AgentConfig = {
  /** Keys, records and the cache: all that must outlive a restart. */
  readonly stateDir: string;
  /** Socket and pid file: gone after a reboot. */
  readonly runtimeDir: string;
  readonly interface: string;
  /** UDP, WireGuard's. */
  readonly listenPort: number;
  /** TCP, inside the tunnel. */
  readonly controlPort: number;
  readonly mtu: number;
  /** Own public endpoints, "host:port", where they cannot be found. */
  readonly endpoints: readonly string[];
  readonly backend: Backend;
  readonly logLevel: LogLevel;
  /** "host:port", asked beside the volunteers. */
  readonly stunServers: readonly string[];
  /** Beside those that `relay bootstrap` was given. */
  readonly bootstrap: readonly ConfiguredBootstrap[];
  readonly portMapping: PortMappingWish;
  readonly lanDiscovery: LanDiscoveryWish;
  readonly dht: DhtConfig;
  readonly relay: RelayConfig;
  /** "127.0.0.1:9820"; undefined: not served. */
  readonly metricsListen: string | undefined;
  /** Undefined where /admin is served on the unix socket alone. */
  readonly adminTcp: { readonly listen: string; readonly tokenFile: string } | undefined;
};

export type DhtConfig = {
  readonly discovery: DhtDiscoveryWish;
  /** "host:port", asked where no other node is known. */
  readonly nodes: readonly string[];
};

/** What this host gives away where it volunteers. Limits of 0 mean "not limited". */
export type RelayConfig = {
  readonly ports: PortRange;
  readonly maxAllocations: number;
  /** Counted for who asked first. */
  readonly maxPerMember: number;
  readonly forwarder: ForwarderWish;
  /** Of all allocations together. */
  readonly bandwidthBps: number;
  /** Relayed in a calendar month, UTC. */
  readonly monthlyBytes: number;
  /** Cron expression that matches each minute in which the relay may be used, in the host's time. */
  readonly schedule: string;
  /** "*", "role:admin" and the like, members' names or ids. */
  readonly allow: readonly string[];
  /** The best tier that a token which a member minted may name. */
  readonly memberTier: RelayTier;
  readonly tiers: Readonly<Record<RelayTier, { readonly bandwidthBps: number; readonly quotaBytes: number }>>;
  readonly guard: GuardConfig;
  /** "" is none. */
  readonly region: string;
  /** Which relays of others are used. */
  readonly wishes: {
    /** "relay" for whatever peer, or "peer=relay"; names or ids. */
    readonly pin: readonly string[];
    readonly ban: readonly string[];
  };
};

/** Whom the relay serves, and how often. */
export type GuardConfig = {
  readonly allocationsPerMinute: number;
  readonly connectionsPerMinute: number;
  readonly lists: { readonly allow: readonly string[]; readonly block: readonly string[] };
  readonly allowPrivate: AllowPrivate;
  /** Undefined where nobody is to be asked. */
  readonly hook:
    { readonly url: string; readonly timeoutMs: number; readonly onFailure: HookFailure } | undefined;
};

const BACKENDS = ["auto", "kernel", "wireguard-go"] as const;
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
const FORWARDERS = ["auto", "kernel", "userspace"] as const;
const ALLOW_PRIVATE = ["auto", "yes", "no"] as const;
const PORT_MAPPING = ["auto", "off"] as const;
const LAN_DISCOVERY = ["auto", "off"] as const;
const DHT_DISCOVERY = ["on", "off"] as const;
const HOOK_FAILURES = ["open", "closed"] as const;
export type PortMappingWish = (typeof PORT_MAPPING)[number];
export type LanDiscoveryWish = (typeof LAN_DISCOVERY)[number];
export type DhtDiscoveryWish = (typeof DHT_DISCOVERY)[number];
export type ForwarderWish = (typeof FORWARDERS)[number];
export type AllowPrivate = (typeof ALLOW_PRIVATE)[number];
export type HookFailure = (typeof HOOK_FAILURES)[number];
export type Backend = (typeof BACKENDS)[number];
export type LogLevel = (typeof LOG_LEVELS)[number];

const text = (what: string) => v.string(`must be ${what} in quotes`);

const directory = v.pipe(text("a path"), v.check(isAbsolute, "must be an absolute path"));

/**
 * sun_path of unix(7) holds 108 bytes with the final NUL; what is longer is cut silently. The socket's name takes 13.
 */
const MAX_RUNTIME_DIR_BYTES = 107 - Buffer.byteLength("/hopwire.sock");

const shortDirectory = v.pipe(
  directory,
  v.maxBytes(MAX_RUNTIME_DIR_BYTES, `must be at most ${MAX_RUNTIME_DIR_BYTES} bytes long, for its socket`),
);

/** IFNAMSIZ of <net/if.h> is 16 with the final NUL; the kernel refuses "/", white space, "." and "..". */
const interfaceName = v.pipe(
  text("a name"),
  v.regex(/^(?!\.{1,2}$)[A-Za-z0-9_.=+-]{1,15}$/, "must be 1 to 15 of: letters, digits, _ . = + -"),
);

const wholeNumber = (from: number, to: number) =>
  v.pipe(
    v.number(`must be a number from ${from} to ${to}`),
    v.check(
      (n) => Number.isInteger(n) && n >= from && n <= to,
      `must be a whole number from ${from} to ${to}`,
    ),
  );

const port = wholeNumber(1, 65_535);

export const hostAndPort = v.pipe(
  text('"host:port"'),
  v.check(isHostAndPort, 'must be "host:port", an IPv6 address in brackets'),
);

/**
 * What is served there needs no password, or a token that must not cross a network in the clear: it stays on this host. For
 * elsewhere a proxy with TLS goes before it, or ssh.
 */
const LOOPBACK_LISTEN = /^(127(?:\.[0-9]{1,3}){3}|\[::1\]):[0-9]{1,5}$/;

const listenAddress = v.pipe(
  text("an address of this host's loopback and a port"),
  v.check(
    (value) => value === "" || (LOOPBACK_LISTEN.test(value) && isHostAndPort(value)),
    'must be empty or a loopback address and a port, as "127.0.0.1:9820" or "[::1]:9820"',
  ),
);

const optionalFile = v.pipe(
  text("a path"),
  v.check((value) => value === "" || isAbsolute(value), "must be empty or an absolute path"),
);

const portRange = v.pipe(
  text('a range "first-last"'),
  v.check((range) => parsePortRange(range) !== undefined, 'must be a range of ports like "40000-49999"'),
);

const asText = (value: string): string => value;
/** What is typed in a shell is meant from the current directory. */
const asPath = (value: string): string => resolve(value);
const asOptionalPath = (value: string): string => (value === "" ? "" : resolve(value));
/** Anything but digits stays text, and the schema refuses it. */
const asNumber = (value: string): number | string => (/^[0-9]{1,9}$/.test(value) ? Number(value) : value);
const asList = (value: string): string[] => value.split(",").flatMap((item) => item.trim() || []);

/** Loaded when somebody gives a schedule: no other command has to wait for it. */
function isCron(expression: string): boolean {
  const { validate } = createRequire(import.meta.url)("node-cron") as typeof NodeCron;
  return validate(expression);
}

/** Five fields: a relay is not opened and closed by the second. */
const cron = v.pipe(
  text("a cron expression"),
  v.check(
    (expression) => expression.trim().split(/\s+/).length === 5 && isCron(expression),
    'must be a cron expression of five fields, such as "* 20-23,0-6 * * *"',
  ),
);

const ROLES = ["admin", "member"] as const satisfies readonly Role[];
const ROLE_ENTRIES: readonly string[] = ROLES.map((role) => `role:${role}`);

const memberList = v.pipe(
  v.array(
    v.pipe(
      v.string("must be a list of names"),
      v.check(
        (entry) => entry === "*" || isMemberName(entry) || ROLE_ENTRIES.includes(entry),
        `must be "*", ${ROLE_ENTRIES.map((entry) => `"${entry}"`).join(" or ")}, or a member's name or id`,
      ),
    ),
    "must be a list",
  ),
  v.minLength(1, 'must name somebody; "*" is everybody'),
);

const relayWishes = v.array(
  v.pipe(
    v.string("must be a list of names"),
    v.check(
      (entry) => entry.split("=").length <= 2 && entry.split("=").every(isMemberName),
      'must be a volunteer\'s name or id, or "peer=volunteer"',
    ),
  ),
  "must be a list",
);

/** Mbit/s; 0 is no limit. More than any host here forwards. */
const megabits = { schema: wholeNumber(0, 100_000), fromText: asNumber };
/** MB, of 10^6 bytes; 0 is no limit. */
const megabytes = { schema: wholeNumber(0, 100_000_000), fromText: asNumber };

/** As the registry's records take it. */
const region = v.pipe(
  text("a name"),
  v.regex(/^[a-z0-9-]{0,32}$/, "must be at most 32 of: small letters, digits, -"),
);

const cidrs = v.array(
  v.pipe(
    text("a CIDR block"),
    v.check((block) => parseCidr(block) !== undefined, 'must be an address or a block like "192.0.2.0/24"'),
  ),
  "must be a list",
);

const hookUrl = v.pipe(
  text("a URL"),
  v.check(isHookUrl, 'must be "" or a URL with http or https, without user and password'),
);

const bootstrapVolunteer = v.pipe(
  text('"member@host:port"'),
  v.check((entry) => {
    const parsed = parseBootstrap(entry);
    return parsed !== undefined && isHostAndPort(parsed.endpoint);
  }, 'must be a member\'s name or id, "@" and "host:port"'),
);

const choice = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `must be one of: ${options.join(", ")}`);

/**
 * One row per key: the name in the file (a dot is a table), in the environment (`HOPWIRE_` and capitals) and of the option.
 * `fromText` reads what came from the environment or an argument into the type that the file would have.
 */
export const CONFIG_KEYS = {
  "state-dir": {
    schema: directory,
    fromText: asPath,
    standard: "/var/lib/hopwire",
    about: "Directory of all that outlives a restart: keys, membership, records, the connection cache.",
    change: "restart",
  },
  "runtime-dir": {
    schema: shortDirectory,
    fromText: asPath,
    standard: "/run/hopwire",
    about: "Directory of the socket and the pid file; gone after a reboot.",
    change: "restart",
  },
  interface: {
    schema: interfaceName,
    fromText: asText,
    standard: "hopwire0",
    about: "Name of the WireGuard interface that the agent makes.",
    change: "restart",
  },
  // The port that WireGuard's own documentation uses.
  "listen-port": {
    schema: port,
    fromText: asNumber,
    standard: 51_820,
    about: "WireGuard's UDP port.",
    change: "restart",
  },
  "control-port": {
    schema: port,
    fromText: asNumber,
    standard: 51_821,
    about: "TCP and UDP port inside the tunnel, the same on every member.",
    change: "restart",
  },
  // The smallest MTU of IPv6 (RFC 8200, section 5), so that relayed and carried packets never fragment.
  // Below it IPv6 stops working in the tunnel.
  mtu: {
    schema: wholeNumber(1280, 9000),
    fromText: asNumber,
    standard: 1280,
    about: "MTU of the interface; more than the standard only where every path is known to carry it.",
    change: "restart",
  },
  endpoints: {
    schema: v.array(hostAndPort, "must be a list"),
    fromText: asList,
    standard: [],
    about: "Own public endpoints where they cannot be found, as behind a port forward or a public name.",
    change: "restart",
  },
  backend: {
    schema: choice(BACKENDS),
    fromText: asText,
    standard: "auto",
    about: "What runs WireGuard; `auto` takes the kernel where it can.",
    change: "restart",
  },
  "log-level": {
    schema: choice(LOG_LEVELS),
    fromText: asText,
    standard: "info",
    about: "The least severe messages that are logged.",
    change: "live",
  },
  "stun-servers": {
    schema: v.array(hostAndPort, "must be a list"),
    fromText: asList,
    standard: [],
    about: "Public STUN servers, asked beside the volunteers for own mapped addresses.",
    change: "restart",
  },
  bootstrap: {
    schema: v.array(bootstrapVolunteer, "must be a list"),
    fromText: asList,
    standard: [],
    about:
      "Volunteers to ask where nothing else is known, as `v@relay.example.net:51820`: a member's name or id, and where it may answer. `hopwire relay bootstrap` adds others.",
    change: "restart",
  },
  "port-mapping": {
    schema: choice(PORT_MAPPING),
    fromText: asText,
    standard: "auto",
    about:
      "Whether the router is asked to forward WireGuard's port (PCP, NAT-PMP, UPnP): `auto` where this host has a private address, or `off`.",
    change: "restart",
  },
  // On: it is what connects hosts where nothing else is left, and what strangers hear has no name, key or lasting mark in it.
  "lan-discovery": {
    schema: choice(LAN_DISCOVERY),
    fromText: asText,
    standard: "auto",
    about:
      "Whether members are looked for, and this host is announced, by multicast DNS: `auto` on LANs where it has a private address, or `off`: strangers there see that somebody runs Hopwire, not who.",
    change: "restart",
  },
  // Off: it tells strangers anywhere that somebody at this address uses a DHT, which an operator may have promised not to do.
  "dht-discovery": {
    schema: choice(DHT_DISCOVERY),
    fromText: asText,
    standard: "off",
    about:
      "Whether members that are connected to nobody look for others in a public DHT, and those that can be reached are found there: `on` or `off`. What is written there only members can find and read.",
    change: "restart",
  },
  // The routers that BitTorrent clients start from. Eight: the library asks all of them at once.
  "dht-nodes": {
    schema: v.pipe(v.array(hostAndPort, "must be a list"), v.maxLength(8, "must be eight at most")),
    fromText: asList,
    standard: ["router.bittorrent.com:6881", "dht.transmissionbt.com:6881", "router.utorrent.com:6881"],
    about: "Nodes of the DHT to begin with, where `dht-discovery` is `on`; IPv4.",
    change: "restart",
  },
  // Far more than allocations, so that a port is not handed out again while late packets for it arrive; it lies inside
  // Linux' ephemeral range (32768-60999), so a port that a program holds already is passed over.
  "relay.ports": {
    schema: portRange,
    fromText: asText,
    standard: "40000-49999",
    about: "UDP ports for allocations, where this host volunteers.",
    change: "restart",
  },
  // Packets that the kernel forwards pass by the host's firewall; an operator who wants them filtered says userspace.
  "relay.forwarder": {
    schema: choice(FORWARDERS),
    fromText: asText,
    standard: "auto",
    about:
      "Who moves the relay's packets: `kernel` (nftables, past the host's firewall), `userspace`, or `auto`: the kernel where it can.",
    change: "live",
  },
  // At 1 Mbit/s each a busy relay is at 256 Mbit/s: about what one core forwards in userspace.
  "relay.max-allocations": {
    schema: wholeNumber(1, 10_000),
    fromText: asNumber,
    standard: 256,
    about: "Pairs of members that are relayed for at once.",
    change: "restart",
  },
  // A quarter of the relay: nobody fills it alone.
  "relay.max-per-member": {
    schema: wholeNumber(1, 10_000),
    fromText: asNumber,
    standard: 64,
    about: "Allocations at once that one member may have asked for.",
    change: "restart",
  },
  "relay.bandwidth-mbps": {
    ...megabits,
    standard: 0,
    about: "Mbit/s of all allocations together; 0 is no limit.",
    change: "restart",
  },
  "relay.monthly-gb": {
    schema: wholeNumber(0, 1_000_000),
    fromText: asNumber,
    standard: 0,
    about: "GB, of 10^9 bytes, that are relayed in a calendar month (UTC); 0 is no limit.",
    change: "restart",
  },
  "relay.schedule": {
    schema: cron,
    fromText: asText,
    standard: "* * * * *",
    about: "Cron expression that matches each minute in which the relay may be used, in the host's time.",
    change: "restart",
  },
  "relay.allow": {
    schema: memberList,
    fromText: asList,
    standard: ["*"],
    about:
      "Members that may use the relay, by name, id or role (`role:admin`); `*` is everybody. Either end of a pair will do.",
    change: "restart",
  },
  "relay.member-tier": {
    schema: choice(RELAY_TIERS),
    fromText: asText,
    standard: "free",
    about: "The best tier that a token which a member minted may name.",
    change: "restart",
  },
  "relay.region": {
    schema: region,
    fromText: asText,
    standard: "",
    about:
      "Where the relay is, such as `eu-west`: other members and the metrics are told; empty is nowhere in particular.",
    change: "restart",
  },
  "relay.pin": {
    schema: relayWishes,
    fromText: asList,
    standard: [],
    about:
      "Volunteers that relay for this host before all others, by name or id, or `peer=volunteer` for one peer alone; others do while none of them can.",
    change: "live",
  },
  "relay.ban": {
    schema: relayWishes,
    fromText: asList,
    standard: [],
    about:
      "Volunteers that never relay for this host, by name or id, or `peer=volunteer` for one peer alone.",
    change: "live",
  },
  // For each allocation: a video call, and some 13 minutes of it at full rate.
  "relay.tiers.free.bandwidth-mbps": {
    ...megabits,
    standard: 10,
    about: "Mbit/s of one allocation of the tier free; 0 is no limit.",
    change: "restart",
  },
  "relay.tiers.free.quota-mb": {
    ...megabytes,
    standard: 1_000,
    about: "MB, of 10^6 bytes, that one allocation of the tier free may relay; 0 is no limit.",
    change: "restart",
  },
  "relay.tiers.paid.bandwidth-mbps": {
    ...megabits,
    standard: 100,
    about: "Mbit/s of one allocation of the tier paid; 0 is no limit.",
    change: "restart",
  },
  "relay.tiers.paid.quota-mb": {
    ...megabytes,
    standard: 100_000,
    about: "MB, of 10^6 bytes, that one allocation of the tier paid may relay; 0 is no limit.",
    change: "restart",
  },
  "relay.tiers.unlimited.bandwidth-mbps": {
    ...megabits,
    standard: 0,
    about: "Mbit/s of one allocation of the tier unlimited; 0 is no limit.",
    change: "restart",
  },
  "relay.tiers.unlimited.quota-mb": {
    ...megabytes,
    standard: 0,
    about: "MB, of 10^6 bytes, that one allocation of the tier unlimited may relay; 0 is no limit.",
    change: "restart",
  },
  // R-606 names both figures. A member asks once for each of its pairs, and again when its connection to the relay is new.
  "relay.guard.allocations-per-minute": {
    schema: wholeNumber(1, 1000),
    fromText: asNumber,
    standard: 10,
    about: "Requests for an allocation that one member may make in any minute.",
    change: "restart",
  },
  "relay.guard.connections-per-minute": {
    schema: wholeNumber(1, 1000),
    fromText: asNumber,
    standard: 30,
    about: "Handshakes that one unknown address (IPv6: /64) may open on the relay's ports in any minute.",
    change: "restart",
  },
  "relay.guard.allow": {
    schema: cidrs,
    fromText: asList,
    standard: [],
    about: "Addresses and CIDR blocks from which the relay is used; empty is from everywhere.",
    change: "live",
  },
  "relay.guard.block": {
    schema: cidrs,
    fromText: asList,
    standard: [],
    about: "Addresses and CIDR blocks from which the relay is not used, also where `allow` names them.",
    change: "live",
  },
  // A host with a private address may relay for its neighbours there; to one that has only public addresses a private
  // one is either forged or its provider's inner network.
  "relay.guard.allow-private": {
    schema: choice(ALLOW_PRIVATE),
    fromText: asText,
    standard: "auto",
    about: "Whether the relay is used from private addresses; `auto`: where this host has one itself.",
    change: "restart",
  },
  "relay.guard.abuse-hook": {
    schema: hookUrl,
    fromText: asText,
    standard: "",
    about:
      "URL that is asked about each allocation, and told of security events, by POST; empty is none. Whatever follows its host counts as a secret, which no command and no log shows.",
    change: "restart",
    redacted: withoutPath,
  },
  // A member gives up its request for an allocation after 3 s.
  "relay.guard.abuse-hook-timeout-ms": {
    schema: wholeNumber(100, 10_000),
    fromText: asNumber,
    standard: 2000,
    about: "Milliseconds after which the abuse hook has failed.",
    change: "restart",
  },
  // The hook comes on top of what the relay refuses by itself: its outage should not be everybody's.
  "relay.guard.abuse-hook-fail": {
    schema: choice(HOOK_FAILURES),
    fromText: asText,
    standard: "open",
    about: "What counts while the abuse hook fails: `open` grants allocations, `closed` refuses them.",
    change: "restart",
  },
  "metrics.listen": {
    schema: listenAddress,
    fromText: asText,
    // Off, for two agents may share a host.
    standard: "",
    about:
      "Loopback address and port where `/metrics`, `/health` and `/ready` are served over HTTP, such as `127.0.0.1:9820`; empty is nowhere.",
    change: "restart",
  },
  "admin.listen": {
    schema: listenAddress,
    fromText: asText,
    // Off: whoever may use the unix socket needs no other.
    standard: "",
    about:
      "Loopback address and port where `/admin` is served over HTTP for who has the token, such as `127.0.0.1:9821`; empty is nowhere.",
    change: "restart",
  },
  "admin.token-file": {
    schema: optionalFile,
    fromText: asOptionalPath,
    standard: "",
    about:
      "File with the token for `admin.listen`: 32 random bytes in base64 or hex, readable by its owner only.",
    change: "restart",
  },
} as const satisfies Record<
  string,
  {
    readonly schema: v.GenericSchema;
    readonly fromText: (value: string) => unknown;
    readonly standard: unknown;
    /** One sentence, for the reference and the example file. */
    readonly about: string;
    /** When a change of the file takes effect: with SIGHUP, or with the next start. */
    readonly change: "live" | "restart";
    /** What may be shown of a value that holds a secret. */
    readonly redacted?: (value: string) => string;
  }
>;

export type ConfigKey = keyof typeof CONFIG_KEYS;

export type ConfigValues = {
  readonly [Key in ConfigKey]: v.InferOutput<(typeof CONFIG_KEYS)[Key]["schema"]>;
};

export const configKeys = Object.keys(CONFIG_KEYS) as readonly ConfigKey[];

export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(CONFIG_KEYS, name);
}

/** "relay.max-allocations" -> "HOPWIRE_RELAY_MAX_ALLOCATIONS". */
export function environmentName(key: ConfigKey): string {
  return `HOPWIRE_${key.replaceAll(/[.-]/g, "_").toUpperCase()}`;
}

/** `values` have passed their schemas. */
export function toAgentConfig(values: ConfigValues): AgentConfig {
  const ports = parsePortRange(values["relay.ports"]);
  if (ports === undefined) throw new Error("relay.ports was not checked");
  return {
    stateDir: values["state-dir"],
    runtimeDir: values["runtime-dir"],
    interface: values.interface,
    listenPort: values["listen-port"],
    controlPort: values["control-port"],
    mtu: values.mtu,
    endpoints: values.endpoints,
    backend: values.backend,
    logLevel: values["log-level"],
    stunServers: values["stun-servers"],
    bootstrap: values.bootstrap.flatMap((entry) => parseBootstrap(entry) ?? []),
    portMapping: values["port-mapping"],
    lanDiscovery: values["lan-discovery"],
    dht: { discovery: values["dht-discovery"], nodes: values["dht-nodes"] },
    relay: {
      ports,
      maxAllocations: values["relay.max-allocations"],
      maxPerMember: values["relay.max-per-member"],
      forwarder: values["relay.forwarder"],
      bandwidthBps: values["relay.bandwidth-mbps"] * 1e6,
      monthlyBytes: values["relay.monthly-gb"] * 1e9,
      schedule: values["relay.schedule"],
      allow: values["relay.allow"],
      memberTier: values["relay.member-tier"],
      tiers: {
        free: tierOf(values["relay.tiers.free.bandwidth-mbps"], values["relay.tiers.free.quota-mb"]),
        paid: tierOf(values["relay.tiers.paid.bandwidth-mbps"], values["relay.tiers.paid.quota-mb"]),
        unlimited: tierOf(
          values["relay.tiers.unlimited.bandwidth-mbps"],
          values["relay.tiers.unlimited.quota-mb"],
        ),
      },
      guard: toGuardConfig(values),
      region: values["relay.region"],
      wishes: { pin: values["relay.pin"], ban: values["relay.ban"] },
    },
    metricsListen: values["metrics.listen"] === "" ? undefined : values["metrics.listen"],
    adminTcp:
      values["admin.listen"] === ""
        ? undefined
        : { listen: values["admin.listen"], tokenFile: values["admin.token-file"] },
  };
}

function tierOf(bandwidthMbps: number, quotaMb: number): RelayConfig["tiers"][RelayTier] {
  return { bandwidthBps: bandwidthMbps * 1e6, quotaBytes: quotaMb * 1e6 };
}

function toGuardConfig(values: ConfigValues): GuardConfig {
  const url = values["relay.guard.abuse-hook"];
  const timeoutMs = values["relay.guard.abuse-hook-timeout-ms"];
  const onFailure = values["relay.guard.abuse-hook-fail"];
  return {
    allocationsPerMinute: values["relay.guard.allocations-per-minute"],
    connectionsPerMinute: values["relay.guard.connections-per-minute"],
    lists: { allow: values["relay.guard.allow"], block: values["relay.guard.block"] },
    allowPrivate: values["relay.guard.allow-private"],
    hook: url === "" ? undefined : { url, timeoutMs, onFailure },
  };
}

/** What commands, errors and logs show of a value: the same, unless it holds a secret. Also for values that are no good. */
export function shownValue(key: ConfigKey, value: unknown): unknown {
  const row = CONFIG_KEYS[key];
  if (!("redacted" in row)) return value;
  return typeof value === "string" ? row.redacted(value) : "...";
}

/** Services that are told by such hooks put their token into path or query. */
function withoutPath(value: string): string {
  if (value === "") return value;
  const url = URL.parse(value);
  return url === null || url.host === "" ? "..." : `${url.protocol}//${url.host}/...`;
}

function isHookUrl(value: string): boolean {
  if (value === "") return true;
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

function isHostAndPort(value: string): boolean {
  const match =
    /^(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):([0-9]{1,5})$/.exec(value);
  const number = Number(match?.[2] ?? 0);
  return number >= 1 && number <= 65_535 && URL.canParse(`http://${match?.[1] ?? ""}/`);
}
