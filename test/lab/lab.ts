import { systemRunner } from "../../agent/runner.ts";
import { lanPlan, publicLink, sitePrefix6, type PublicBlock } from "./address-plan.ts";
import { removeLab, removeLabOnExit, sweepLabs } from "./cleanup.ts";
import { Host } from "./host.ts";
import { interfaceName, namespacePrefix, ownerOf, type LabId } from "./lab-name.ts";
import { LOSS_STEPS, lossSteps, type Link } from "./link.ts";
import { Namespace } from "./namespace.ts";
import { Nat } from "./nat.ts";
import {
  INSIDE_DEVICE,
  natRules,
  OUTSIDE_DEVICE,
  type NatBehaviour,
  type NatPorts,
  type NatUnsolicited,
} from "./nat-rules.ts";
import { connection, uplinkRules, type Place } from "./place.ts";
import type { Site } from "./site.ts";

export type LabOptions = {
  /** Shows in the namespaces' names, for people. */
  readonly name?: string;
  /** The lab outlives this process, until `Lab.sweep({ kept: true })`. */
  readonly keep?: boolean;
};

export type OpenHostOptions = {
  /** Default true. */
  readonly ipv6?: boolean;
};

export type NatOptions = Pick<NatBehaviour, "mapping" | "filtering"> & {
  readonly mappingTimeoutSec?: number;
  /** Behind another NAT instead of on the internet. */
  readonly behind?: Nat;
  /** Routes public IPv6 addresses to its hosts, through a stateful firewall without NAT. Default false. Behind a NAT, that one must. */
  readonly ipv6?: boolean;
  /** Of its address on the internet. Default documentation. */
  readonly block?: PublicBlock;
  /** Default "random". */
  readonly ports?: NatPorts;
  /** Default "dropped". */
  readonly unsolicited?: NatUnsolicited;
  /** Default false. */
  readonly hairpin?: boolean;
  /** First three octets of the LAN's /24, where LANs shall look alike; unique in the lab by default. */
  readonly lan4?: string;
};

/** The least that RFC 4787 (REQ-5) allows; home routers take 30 s to 300 s. */
const DEFAULT_MAPPING_TIMEOUT_SEC = 120;

/** Of a lab's or a site's name; leaves the namespace's name readable. */
const NAME = /^[a-z0-9][a-z0-9-]{0,15}$/;

/** Addresses work at once (no DAD) and survive an unplugged cable. Replies may leave by another uplink than requests came by. */
const SITE_SYSCTL = {
  "net.ipv6.conf.default.accept_dad": 0,
  "net.ipv6.conf.all.keep_addr_on_down": 1,
  "net.ipv4.conf.all.rp_filter": 2,
};

/** A LAN's switch is not to be seen by the router's own rules. */
const ROUTER_SYSCTL = {
  ...SITE_SYSCTL,
  "net.ipv4.ip_forward": 1,
  "net.ipv6.conf.all.forwarding": 1,
  "net.ipv4.conf.all.send_redirects": 0,
  "net.bridge.bridge-nf-call-iptables": 0,
  "net.bridge.bridge-nf-call-ip6tables": 0,
  "net.bridge.bridge-nf-call-arptables": 0,
};

const INTERNET_RULES = `table inet lab_internet {
set cut { type ifname . ifname
}
chain loss {
}
chain forward {
type filter hook forward priority filter
iifname . oifname @cut drop
jump loss
}
}`;

/** Distinguishes the labs of this process. */
let serial = 0;

/**
 * Hosts and NAT routers around an internet, each a network namespace of its own. Several may be added at the same time.
 * It owns all that runs in its namespaces, and removes everything when it is disposed of, when the process exits or is ended by a signal, or,
 * after a crash, when the next lab is made.
 */
export class Lab implements AsyncDisposable {
  readonly #id: LabId;
  readonly #namespacePrefix: string;
  readonly #internet: Namespace;
  readonly #names = new Set<string>();
  /** Rules of the internet, by the pair of devices that they are for. */
  readonly #lossRules = new Map<string, string>();
  #publicLinks = 0;
  #lans = 0;

  private constructor(id: LabId, name: string) {
    this.#id = id;
    this.#namespacePrefix = `${namespacePrefix(id)}${name}-`;
    this.#internet = this.#namespace("internet");
  }

  static async create(options: LabOptions = {}): Promise<Lab> {
    Lab.sweep();
    const name = options.name ?? "lab";
    if (!NAME.test(name)) throw new Error(`a lab cannot be called "${name}"`);
    const owner = ownerOf(process.pid);
    if (owner === undefined) throw new Error("the lab needs /proc");
    const id = { ...owner, serial: serial++, kept: options.keep === true };
    const lab = new Lab(id, name);
    if (!id.kept) removeLabOnExit(id);
    try {
      await ipBatch([`netns add ${lab.#internet.name}`]);
      await lab.#internet.configure({ sysctl: ROUTER_SYSCTL, ip: ["link set lo up"], nft: INTERNET_RULES });
    } catch (error) {
      removeLab(id);
      throw error;
    }
    return lab;
  }

  /** Removes what labs left whose owner no longer lives, and with `kept` also those made to outlive it. Returns how many labs. */
  static sweep(options: { readonly kept?: boolean } = {}): number {
    return sweepLabs(options);
  }

  /** An interface name that no other lab of the machine uses. Five characters always fit. */
  interfaceName(suffix: string): string {
    return interfaceName(this.#id, suffix);
  }

  /** A host on the internet, with public addresses. */
  openHost(name: string, options: OpenHostOptions = {}): Promise<Host> {
    return this.#addHost(name, this.#takePublicLink(options.ipv6 !== false));
  }

  hostBehind(nat: Nat, name: string): Promise<Host> {
    return this.#addHost(name, nat.takePort());
  }

  async nat(name: string, options: NatOptions): Promise<Nat> {
    const {
      mapping,
      filtering,
      behind,
      ports = "random",
      hairpin = false,
      unsolicited = "dropped",
    } = options;
    const mappingTimeoutSec = options.mappingTimeoutSec ?? DEFAULT_MAPPING_TIMEOUT_SEC;
    const behaviour = { mapping, filtering, ports, unsolicited, hairpin, mappingTimeoutSec };
    const namespace = this.#namespace(name);
    const place =
      behind === undefined ? this.#takePublicLink(options.ipv6 === true, options.block) : behind.takePort();
    const prefix6 = options.ipv6 === true ? place.prefix6 : undefined;
    const lan = lanPlan(++this.#lans, options.lan4, prefix6);
    const { link, create, nearSysctl, nearSetup } = connection(place, namespace, OUTSIDE_DEVICE, 0);
    await ipBatch([`netns add ${namespace.name}`, create]);
    await Promise.all([
      namespace.configure({
        sysctl: {
          ...ROUTER_SYSCTL,
          ...nearSysctl,
          "net.netfilter.nf_conntrack_udp_timeout": mappingTimeoutSec,
          "net.netfilter.nf_conntrack_udp_timeout_stream": mappingTimeoutSec,
        },
        ip: [
          "link set lo up",
          ...nearSetup,
          `link add ${INSIDE_DEVICE} type bridge mcast_snooping 0`,
          `address add ${lan.prefix4}.1/24 dev ${INSIDE_DEVICE}`,
          ...(lan.prefix6 === undefined
            ? []
            : [`address add ${lan.prefix6}::1/64 dev ${INSIDE_DEVICE} nodad`]),
          `link set ${INSIDE_DEVICE} up`,
        ],
        nft: natRules(link.address4, behaviour),
      }),
      place.far.namespace.configure({ ip: place.farSetup }),
    ]);
    const nat = new Nat(name, namespace, link, { behaviour, lan, prefix6, behind });
    await routeLan6(nat);
    return nat;
  }

  /** Nothing passes any more between the public links of the two; both still reach everybody else. */
  cutBetween(a: Site, b: Site): Promise<void> {
    return this.#changeCut("add", a, b);
  }

  restoreBetween(a: Site, b: Site): Promise<void> {
    return this.#changeCut("delete", a, b);
  }

  /** @param ratio of packets lost between the public links of the two, 0 to 1, in each direction independently. */
  async setLossBetween(a: Site, b: Site, ratio: number): Promise<void> {
    const drop = `numgen random mod ${LOSS_STEPS} < ${lossSteps(ratio)} drop`;
    for (const [from, to] of pairsBetween(a, b)) {
      const pair = `iifname "${from}" oifname "${to}"`;
      if (ratio > 0) this.#lossRules.set(pair, `add rule inet lab_internet loss ${pair} ${drop}`);
      else this.#lossRules.delete(pair);
    }
    const rules = ["flush chain inet lab_internet loss", ...this.#lossRules.values()];
    await this.#internet.configure({ nft: rules.join("\n") });
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#id.kept) removeLab(this.#id);
    return Promise.resolve();
  }

  async #addHost(name: string, place: Place): Promise<Host> {
    const namespace = this.#namespace(name);
    const { link, create, nearSysctl, nearSetup } = connection(place, namespace, "eth0", 0);
    await ipBatch([`netns add ${namespace.name}`, create]);
    await Promise.all([
      namespace.configure({
        sysctl: { ...SITE_SYSCTL, ...nearSysctl },
        ip: ["link set lo up", ...nearSetup],
      }),
      place.far.namespace.configure({ ip: place.farSetup }),
    ]);
    return new Host(name, namespace, link, (host, behind) => this.#connect(host, behind));
  }

  async #connect(host: Host, behind: Nat | undefined): Promise<Link> {
    const order = host.links.length;
    const place =
      behind === undefined ? this.#takePublicLink(host.address6 !== undefined) : behind.takePort();
    const { link, create, nearSysctl, nearSetup } = connection(place, host.namespace, `eth${order}`, order);
    await ipBatch([create]);
    const rules = uplinkRules(host.links, link);
    await Promise.all([
      host.namespace.configure({ sysctl: nearSysctl, ip: [...nearSetup, ...rules] }),
      place.far.namespace.configure({ ip: place.farSetup }),
    ]);
    return link;
  }

  #takePublicLink(ipv6: boolean, block?: PublicBlock): Place {
    const index = this.#publicLinks++;
    const { address6, gateway6, ...addresses } = publicLink(index, block);
    const device = `site${index}`;
    const prefix6 = ipv6 ? sitePrefix6(index) : undefined;
    return {
      far: { namespace: this.#internet, device },
      addresses: {
        ...addresses,
        address6: ipv6 ? address6 : undefined,
        gateway6: ipv6 ? gateway6 : undefined,
      },
      prefix6,
      farSetup: [
        `address add ${addresses.gateway4}/${addresses.prefixLength4} dev ${device}`,
        ...(ipv6 ? [`address add ${gateway6}/64 dev ${device} nodad`] : []),
        `link set ${device} up`,
        ...(ipv6 ? [`route add ${prefix6}::/48 via ${address6} dev ${device}`] : []),
      ],
      behind: undefined,
    };
  }

  async #changeCut(change: "add" | "delete", a: Site, b: Site): Promise<void> {
    const pairs = pairsBetween(a, b).map(([from, to]) => `"${from}" . "${to}"`);
    const set = `inet lab_internet cut { ${pairs.join(", ")} }`;
    // Adding what is there does nothing, deleting what is not there fails: so a restore adds first.
    const changes = [`add element ${set}`, ...(change === "delete" ? [`delete element ${set}`] : [])];
    await this.#internet.configure({ nft: changes.join("\n") });
  }

  #namespace(name: string): Namespace {
    if (!NAME.test(name)) throw new Error(`a site cannot be called "${name}"`);
    if (this.#names.has(name)) throw new Error(`this lab already has a site called ${name}`);
    this.#names.add(name);
    return new Namespace(this.#namespacePrefix + name);
  }
}

/** In the internet: where packets from either to the other come in and leave. */
function pairsBetween(a: Site, b: Site): readonly (readonly [string, string])[] {
  const pairs = publicDevices(a).flatMap((from) =>
    publicDevices(b).flatMap((to): readonly (readonly [string, string])[] => [
      [from, to],
      [to, from],
    ]),
  );
  if (pairs.some(([from, to]) => from === to))
    throw new Error(`${a.name} and ${b.name} share a public link: nothing is between them`);
  return pairs;
}

/** In the internet: of all links that a site's packets may take. */
function publicDevices(site: Site): readonly string[] {
  return [...new Set(site.links.map((link) => link.publicLink.far.device))];
}

/** Every NAT further out learns where the LAN is; the internet routes the whole site to the outermost. */
async function routeLan6(nat: Nat): Promise<void> {
  const { lan } = nat.inside;
  if (lan.prefix6 === undefined) return;
  for (let hop = nat, next = hop.inside.behind; next !== undefined; hop = next, next = hop.inside.behind) {
    if (hop.outside6 === undefined) return;
    await next.namespace.configure({ ip: [`route add ${lan.prefix6}::/64 via ${hop.outside6}`] });
  }
}

/** Runs `ip` in the root namespace, where it only makes namespaces and links between them. */
async function ipBatch(script: readonly string[]): Promise<void> {
  const input = script.join("\n") + "\n";
  const { exitCode, stderr } = await systemRunner("ip", ["-batch", "-"], { input });
  if (exitCode !== 0) throw new Error(`ip: ${stderr.trim()}\n${input}`);
}
