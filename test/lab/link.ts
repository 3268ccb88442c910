import type { LinkAddresses } from "./address-plan.ts";
import type { Namespace } from "./namespace.ts";

export type LinkEnd = { readonly namespace: Namespace; readonly device: string };

export type LinkParts = {
  readonly near: LinkEnd;
  readonly far: LinkEnd;
  readonly addresses: LinkAddresses;
  /** Lines for `ip -batch -`, for whenever the near end has come up. */
  readonly routes: readonly string[];
  /** The link of the NAT that this one is behind. */
  readonly behind: Link | undefined;
};

type Impairment = { readonly cut: boolean; readonly lossRatio: number; readonly udpBlocked: boolean };

const UNIMPAIRED: Impairment = { cut: false, lossRatio: 0, udpBlocked: false };

/** Resolution of a loss ratio. */
export const LOSS_STEPS = 10_000;

export function lossSteps(ratio: number): number {
  if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`loss is a ratio from 0 to 1, not ${ratio}`);
  return Math.round(ratio * LOSS_STEPS);
}

/** Time that a packet may wait for its turn: a home router's buffer, short enough for tests. */
const TBF_LATENCY_MS = 50;

/** TBF needs a burst of at least rate / HZ (250 on Debian), and one full GSO packet, or it drops those. */
const tbfBurstBytes = (bitsPerSec: number): number => Math.max(65_536, Math.ceil(bitsPerSec / 8 / 250));

/**
 * A site's cable to the internet or to a LAN. Impairments are in force at the far end, out of the site's reach and sight:
 * its sends succeed and vanish, as on a real network (a drop in the site's own output chain would fail its sends with EPERM).
 */
export class Link {
  readonly address4: string;
  readonly prefixLength4: number;
  readonly address6: string | undefined;
  readonly gateway4: string;
  readonly gateway6: string | undefined;
  /** The site's interface. */
  readonly device: string;
  /** The end at the internet or the LAN. */
  readonly far: LinkEnd;
  /** The one that its packets cross into the internet: itself, or the link of the outermost NAT in front of it. */
  readonly publicLink: Link;
  readonly #near: LinkEnd;
  readonly #prefixLength4: number;
  #routes: readonly string[];
  #impairment = UNIMPAIRED;
  /** Rulesets are loaded one after the other, so that the last one asked for is the one that stays. */
  #loading: Promise<void> = Promise.resolve();

  constructor(parts: LinkParts) {
    const { near, far, addresses, routes, behind } = parts;
    this.device = near.device;
    this.address4 = addresses.address4;
    this.prefixLength4 = addresses.prefixLength4;
    this.address6 = addresses.address6;
    this.gateway4 = addresses.gateway4;
    this.gateway6 = addresses.gateway6;
    this.far = far;
    this.publicLink = behind?.publicLink ?? this;
    this.#near = near;
    this.#prefixLength4 = addresses.prefixLength4;
    this.#routes = routes;
  }

  /** From now on nothing passes. Neither end notices other than by silence. */
  cut(): Promise<void> {
    return this.#impair({ cut: true });
  }

  restore(): Promise<void> {
    return this.#impair({ cut: false });
  }

  blockUdp(): Promise<void> {
    return this.#impair({ udpBlocked: true });
  }

  allowUdp(): Promise<void> {
    return this.#impair({ udpBlocked: false });
  }

  /** @param ratio of packets lost, 0 to 1, in each direction independently. */
  setLoss(ratio: number): Promise<void> {
    lossSteps(ratio);
    return this.#impair({ lossRatio: ratio });
  }

  /** Limits each direction by a token bucket; undefined lifts it. */
  async setBandwidth(bitsPerSec: number | undefined): Promise<void> {
    for (const { namespace, device } of [this.#near, this.far]) {
      const root = ["qdisc", bitsPerSec === undefined ? "delete" : "replace", "dev", device, "root"];
      if (bitsPerSec === undefined) {
        // Fails where there was no limit, which is what was asked for.
        await namespace.run("tc", root);
        continue;
      }
      const burst = tbfBurstBytes(bitsPerSec);
      await namespace.must("tc", [
        ...[...root, "tbf", "rate", `${bitsPerSec}bit`],
        ...["burst", `${burst}b`, "latency", `${TBF_LATENCY_MS}ms`],
      ]);
    }
  }

  /** The site's interface goes down and takes its routes along, as a network manager does when the carrier is lost. */
  unplug(): Promise<void> {
    return this.#near.namespace.configure({ ip: [`link set ${this.device} down`] });
  }

  plug(): Promise<void> {
    return this.#near.namespace.configure({ ip: [`link set ${this.device} up`, ...this.#routes] });
  }

  /** The site's interface has no IPv4 any more, now and after `plug`: `address4` is nobody's from here on. */
  async dropIpv4(): Promise<void> {
    this.#routes = this.#routes.filter((route) => !route.includes("0.0.0.0/0"));
    await this.#near.namespace.configure({
      ip: [`address delete ${this.address4}/${this.#prefixLength4} dev ${this.device}`],
    });
  }

  #impair(change: Partial<Impairment>): Promise<void> {
    this.#impairment = { ...this.#impairment, ...change };
    const nft = impairmentRules(this.far.device, this.#impairment);
    const load = (): Promise<void> => this.far.namespace.configure({ nft });
    this.#loading = this.#loading.then(load, load);
    return this.#loading;
  }
}

/** Both directions of a link at one end: what comes in, and what goes out (the egress hook, kernel 5.16 and later). */
function impairmentRules(device: string, { cut, lossRatio, udpBlocked }: Impairment): string {
  const table = `netdev link_${device}`;
  const rules = [
    ...(cut ? ["drop"] : []),
    ...(udpBlocked ? ["meta l4proto udp drop"] : []),
    // Neighbour discovery and ARP are spared: losing them costs seconds, which is not the loss that anybody asked for.
    ...(lossRatio > 0
      ? [
          `icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept`,
          `meta protocol { ip, ip6 } numgen random mod ${LOSS_STEPS} < ${lossSteps(lossRatio)} drop`,
        ]
      : []),
  ];
  const chain = (hook: "ingress" | "egress"): readonly string[] => [
    `chain ${hook} {`,
    `type filter hook ${hook} device "${device}" priority 0`,
    ...rules,
    "}",
  ];
  const renewed = [`table ${table} { }`, `delete table ${table}`];
  return [
    ...renewed,
    ...(rules.length === 0 ? [] : [`table ${table} {`, ...chain("ingress"), ...chain("egress"), "}"]),
  ].join("\n");
}
