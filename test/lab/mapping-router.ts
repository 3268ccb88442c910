import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MappingProtocol } from "../../agent/nat/port-mapping/protocol.ts";
import type { Nat } from "./nat.ts";
import { INSIDE_DEVICE, OUTSIDE_DEVICE } from "./nat-rules.ts";

export type MappingRouterOptions = {
  /** Which protocols hosts of the LAN can use. */
  readonly protocols: readonly MappingProtocol[];
};

/** Of the UPnP device description; any port that nothing else has. */
const HTTP_PORT = 5000;

/** Of PCP and NAT-PMP (RFC 6887, section 19.1). */
const PCP_PORT = 5351;

/** How long the daemon may take until it listens, and to end. */
const PATIENCE_MS = 5_000;

const TABLE = "miniupnpd";

/**
 * A NAT's port mapping service: miniupnpd of Debian in the NAT's namespace. It writes its rules to a table of its own beside the
 * lab's; what it forwards passes the lab's filter, as everything that was translated on its way in does. Owner of daemon and files.
 */
export class MappingRouter implements AsyncDisposable {
  readonly #nat: Nat;
  readonly #directory: string;
  /** What the daemon says once it serves what it shall. */
  readonly #ready: readonly string[];
  #daemon: ChildProcessWithoutNullStreams | undefined;

  private constructor(nat: Nat, directory: string, { protocols }: MappingRouterOptions) {
    this.#nat = nat;
    this.#directory = directory;
    this.#ready = [
      ...(protocols.includes("upnp-igd") ? ["HTTP listening on port"] : []),
      ...(speaksPcp(protocols) ? ["Listening for NAT-PMP/PCP"] : []),
    ];
  }

  /** It lies where the system's daemons do, which is on the lab's path. */
  static isInstalled(): boolean {
    return existsSync("/usr/sbin/miniupnpd");
  }

  /** Runs when it resolves. The NAT's outside address must be of the block "unreserved". */
  static async start(nat: Nat, options: MappingRouterOptions): Promise<MappingRouter> {
    const directory = await mkdtemp(join(tmpdir(), "hopwire-lab-mapping-"));
    const router = new MappingRouter(nat, directory, options);
    await writeFile(router.#configuration, configurationFor(nat, options));
    await nat.namespace.configure({ nft: rulesFor(options) });
    await router.#run();
    return router;
  }

  /** Mappings that are in force: outside port, and where it leads. */
  async mappings(): Promise<readonly { readonly outsidePort: number; readonly inside: string }[]> {
    const rules = await this.#nat.namespace.must("nft", ["-n", "list", "chain", "inet", TABLE, "prerouting"]);
    return [...rules.matchAll(/th dport (\d+) dnat ip to ([0-9.:]+)/g)].map(([, port, inside = ""]) => ({
      outsidePort: Number(port),
      inside,
    }));
  }

  /** As a router that was switched off and on: it knows no mapping any more. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#nat.namespace.configure({ nft: FLUSH });
    await this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    await this.#nat.namespace.configure({ nft: `delete table inet ${TABLE}` });
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #configuration(): string {
    return join(this.#directory, "miniupnpd.conf");
  }

  async #run(): Promise<void> {
    const pidFile = join(this.#directory, "pid");
    const daemon = this.#nat.spawn("miniupnpd", ["-d", "-f", this.#configuration, "-P", pidFile]);
    this.#daemon = daemon;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let said = "";
    const giveUp = setTimeout(() => reject(new Error(`miniupnpd does not listen: ${said}`)), PATIENCE_MS);
    daemon.stdout.resume();
    daemon.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (this.#ready.every((line) => said.includes(line))) resolve(undefined);
    });
    daemon.once("exit", () => reject(new Error(`miniupnpd ended: ${said}`)));
    daemon.once("error", reject);
    try {
      await promise;
    } finally {
      clearTimeout(giveUp);
    }
  }

  async #end(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon?.exitCode !== null || daemon.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
    daemon.kill("SIGTERM");
    const giveUp = setTimeout(() => daemon.kill("SIGKILL"), PATIENCE_MS);
    await ended;
    clearTimeout(giveUp);
  }
}

function configurationFor(nat: Nat, { protocols }: MappingRouterOptions): string {
  const yes = (on: boolean): string => (on ? "yes" : "no");
  return [
    `ext_ifname=${OUTSIDE_DEVICE}`,
    `listening_ip=${INSIDE_DEVICE}`,
    `http_port=${HTTP_PORT}`,
    `enable_upnp=${yes(protocols.includes("upnp-igd"))}`,
    `enable_natpmp=${yes(speaksPcp(protocols))}`,
    "secure_mode=yes",
    "system_uptime=no",
    `upnp_table_name=${TABLE}`,
    `upnp_nat_table_name=${TABLE}`,
    "upnp_forward_chain=forward",
    "upnp_nat_chain=prerouting",
    "upnp_nat_postrouting_chain=postrouting",
    "uuid=5f4dcc3b-0f5e-4b8e-9d7a-0a1b2c3d4e5f",
    `allow 1024-65535 ${nat.inside.lan.prefix4}.0/24 1024-65535`,
    "deny 0-65535 0.0.0.0/0 0-65535",
    "",
  ].join("\n");
}

/**
 * Its chains are hooked in before the lab's, whose translation would come first otherwise. The router's own services are let in from the LAN;
 * what it shall not speak is not: PCP has version 2 in its first byte, NAT-PMP 0.
 */
function rulesFor({ protocols }: MappingRouterOptions): string {
  const unwanted = [
    ...(protocols.includes("pcp") ? [] : [`udp dport ${PCP_PORT} @th,64,8 2 drop`]),
    ...(protocols.includes("nat-pmp") ? [] : [`udp dport ${PCP_PORT} @th,64,8 0 drop`]),
  ];
  return `table inet ${TABLE} {
chain prerouting { type nat hook prerouting priority dstnat - 5; }
chain postrouting { type nat hook postrouting priority srcnat - 5; }
chain forward { type filter hook forward priority filter - 5; }
chain services {
type filter hook input priority filter - 5
${unwanted.join("\n")}
}
}
insert rule inet lab_filter input iifname "${INSIDE_DEVICE}" udp dport { 1900, ${PCP_PORT} } accept
insert rule inet lab_filter input iifname "${INSIDE_DEVICE}" tcp dport ${HTTP_PORT} accept`;
}

/** Two protocols on one port. */
function speaksPcp(protocols: readonly MappingProtocol[]): boolean {
  return protocols.some((protocol) => protocol !== "upnp-igd");
}

const FLUSH = ["prerouting", "postrouting", "forward"]
  .map((chain) => `flush chain inet ${TABLE} ${chain}`)
  .join("\n");
