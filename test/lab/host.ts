import type { Link } from "./link.ts";
import type { Namespace } from "./namespace.ts";
import type { Nat } from "./nat.ts";
import { Site } from "./site.ts";

export type HostFirewall = "open" | "stateful-drop";

/** Connects one more interface of a host: to the internet, or to the LAN of a NAT. */
export type Connect = (host: Host, behind: Nat | undefined) => Promise<Link>;

export class Host extends Site {
  readonly #connect: Connect;
  #adding: Promise<unknown> = Promise.resolve();

  constructor(name: string, namespace: Namespace, link: Link, connect: Connect) {
    super(name, namespace, link);
    this.#connect = connect;
  }

  /** Of the first link: public, or the private one of its LAN. */
  get address4(): string {
    return this.link.address4;
  }

  /** Of the first link; undefined where it has no IPv6. */
  get address6(): string | undefined {
    return this.link.address6;
  }

  /** One more way out, less preferred than those it has. What is bound to an uplink's address leaves by that uplink. */
  addUplink(behind?: Nat): Promise<Link> {
    // One after the other: an interface's number and its place in the order of preference are the same.
    const added = this.#adding.then(async () => {
      const link = await this.#connect(this, behind);
      this.addLink(link);
      return link;
    });
    this.#adding = added.catch(() => undefined);
    return added;
  }

  /** It has the next address from here on, which `address4` does not know. Once. */
  renumber(): Promise<string> {
    return this.readdress(this.address4);
  }

  /** From here on it has IPv6 alone, as on many mobile networks. */
  async dropIpv4(): Promise<void> {
    if (this.address6 === undefined) throw new Error(`${this.name} would be left without any address`);
    await Promise.all(this.links.map((link) => link.dropIpv4()));
  }

  /** Filters what comes in through the links, as a distribution's firewall does; other interfaces, such as a tunnel's, stay open. */
  async firewall(kind: HostFirewall): Promise<void> {
    await this.namespace.configure({ nft: firewallRules(kind, this.links) });
  }
}

function firewallRules(kind: HostFirewall, links: readonly Link[]): string {
  const none = "table inet lab_firewall { }\ndelete table inet lab_firewall";
  switch (kind) {
    case "open":
      return none;
    case "stateful-drop":
      return `${none}
table inet lab_firewall {
chain input {
type filter hook input priority filter
iifname != { ${links.map((link) => `"${link.device}"`).join(", ")} } accept
ct state established,related accept
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept
drop
}
}`;
  }
}
