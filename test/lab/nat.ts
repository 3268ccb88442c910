import { lanLink, type LanPlan } from "./address-plan.ts";
import type { Link } from "./link.ts";
import { INSIDE_DEVICE, forgetRules, natRules, type NatBehaviour } from "./nat-rules.ts";
import type { Namespace } from "./namespace.ts";
import type { Place } from "./place.ts";
import { Site } from "./site.ts";

export type NatInside = {
  readonly behaviour: NatBehaviour;
  readonly lan: LanPlan;
  /** As in `Place`: what LANs further in are numbered from. */
  readonly prefix6: string | undefined;
  readonly behind: Nat | undefined;
};

/** A NAT router: its link is the outside, a bridge is the LAN inside. */
export class Nat extends Site {
  readonly inside: NatInside;
  #hosts = 0;
  #outside4: string;

  constructor(name: string, namespace: Namespace, link: Link, inside: NatInside) {
    super(name, namespace, link);
    this.inside = inside;
    this.#outside4 = link.address4;
  }

  /** What its mappings show to the outside: a public address, or one of the LAN of the NAT that it is behind. */
  get outside4(): string {
    return this.#outside4;
  }

  /** The provider gives it another address, the next one of its public link. The old one goes, and all mappings with it. */
  async renumber(): Promise<void> {
    this.#outside4 = await this.readdress(this.#outside4);
    await this.restarted([
      "delete table ip lab_nat",
      "delete table inet lab_filter",
      natRules(this.#outside4, this.inside.behaviour),
    ]);
  }

  /** Its own address: IPv6 is routed, not translated. */
  get outside6(): string | undefined {
    return this.link.address6;
  }

  /** So that after `forgetFlows` no mapping is left, and what comes for one of before is dropped. */
  protected override learned(): readonly string[] {
    return forgetRules(this.inside.behaviour);
  }

  /** Takes the next free port of the LAN. */
  takePort(): Place {
    const index = this.#hosts++;
    const device = `port${index}`;
    return {
      far: { namespace: this.namespace, device },
      addresses: lanLink(this.inside.lan, index),
      prefix6: this.inside.prefix6,
      farSetup: [`link set ${device} master ${INSIDE_DEVICE}`, `link set ${device} up`],
      behind: this.link,
    };
  }
}
