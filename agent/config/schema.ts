import { isAbsolute, resolve } from "node:path";
import * as v from "valibot";
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
  readonly relay: { readonly ports: PortRange; readonly maxAllocations: number };
};

const BACKENDS = ["auto", "kernel", "wireguard-go"] as const;
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
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

const portRange = v.pipe(
  text('"first-last"'),
  v.check((range) => parsePortRange(range) !== undefined, 'must be a range of ports like "40000-49999"'),
);

const choice = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `must be one of: ${options.join(", ")}`);

const asText = (value: string): string => value;
/** What is typed in a shell is meant from the current directory. */
const asPath = (value: string): string => resolve(value);
/** Anything but digits stays text, and the schema refuses it. */
const asNumber = (value: string): number | string => (/^[0-9]{1,9}$/.test(value) ? Number(value) : value);
const asList = (value: string): string[] => value.split(",").flatMap((item) => item.trim() || []);

/**
 * One row per key: the name in the file (a dot is a table), in the environment (`HOPWIRE_` and capitals) and of the option.
 * `fromText` reads what came from the environment or an argument into the type that the file would have.
 */
export const CONFIG_KEYS = {
  "state-dir": { schema: directory, fromText: asPath, standard: "/var/lib/hopwire" },
  "runtime-dir": { schema: shortDirectory, fromText: asPath, standard: "/run/hopwire" },
  interface: { schema: interfaceName, fromText: asText, standard: "hopwire0" },
  // The port that WireGuard's own documentation uses.
  "listen-port": { schema: port, fromText: asNumber, standard: 51_820 },
  "control-port": { schema: port, fromText: asNumber, standard: 51_821 },
  // The smallest MTU of IPv6 (RFC 8200, section 5), so that relayed and carried packets never fragment.
  // Below it IPv6 stops working in the tunnel.
  mtu: { schema: wholeNumber(1280, 9000), fromText: asNumber, standard: 1280 },
  endpoints: { schema: v.array(hostAndPort, "must be a list"), fromText: asList, standard: [] },
  backend: { schema: choice(BACKENDS), fromText: asText, standard: "auto" },
  "log-level": { schema: choice(LOG_LEVELS), fromText: asText, standard: "info" },
  "stun-servers": { schema: v.array(hostAndPort, "must be a list"), fromText: asList, standard: [] },
  // Far more than allocations, so that a port is not handed out again while late packets for it arrive; it lies inside
  // Linux' ephemeral range (32768-60999), so a port that a program holds already is passed over.
  "relay.ports": { schema: portRange, fromText: asText, standard: "40000-49999" },
  // At 1 Mbit/s each a busy relay is at 256 Mbit/s: about what one core forwards in userspace.
  "relay.max-allocations": { schema: wholeNumber(1, 10_000), fromText: asNumber, standard: 256 },
} as const satisfies Record<
  string,
  { schema: v.GenericSchema; fromText: (value: string) => unknown; standard: unknown }
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
    relay: { ports, maxAllocations: values["relay.max-allocations"] },
  };
}

function isHostAndPort(value: string): boolean {
  const match =
    /^(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):([0-9]{1,5})$/.exec(value);
  const number = Number(match?.[2] ?? 0);
  return number >= 1 && number <= 65_535 && URL.canParse(`http://${match?.[1] ?? ""}/`);
}
