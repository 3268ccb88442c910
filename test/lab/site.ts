import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { CommandRunner } from "../../agent/runner.ts";
import type { Link } from "./link.ts";
import type { Namespace, SpawnOptions } from "./namespace.ts";

const POWER_CUT = `table inet lab_off {
chain arriving {
type filter hook prerouting priority raw - 100; policy drop
}
chain leaving {
type filter hook output priority raw - 100; policy drop
}
}`;

/** A machine of the lab: a namespace, programs running in it, and at least one link. */
export class Site {
  /** As given to the lab. */
  readonly name: string;
  readonly namespace: Namespace;
  /** The first one; its only one unless uplinks were added. */
  readonly link: Link;
  readonly #links: Link[];

  constructor(name: string, namespace: Namespace, link: Link) {
    this.name = name;
    this.namespace = namespace;
    this.link = link;
    this.#links = [link];
  }

  /** In order of preference: the default route is the first one's. */
  get links(): readonly Link[] {
    return this.#links;
  }

  protected addLink(link: Link): void {
    this.#links.push(link);
  }

  /** Gives the first link the address after `before` in its place, and says which. */
  protected async readdress(before: string): Promise<string> {
    const { device, gateway4, prefixLength4 } = this.link;
    const next = before.replace(/\d+$/, (last) => String(Number(last) + 1));
    await this.namespace.configure({
      ip: [
        `address delete ${before}/${prefixLength4} dev ${device}`,
        `address add ${next}/${prefixLength4} dev ${device}`,
        `route replace 0.0.0.0/0 via ${gateway4} dev ${device}`,
      ],
    });
    return next;
  }

  /** What to put before a command to run it in here. */
  get exec(): readonly [string, ...string[]] {
    return this.namespace.exec;
  }

  /** Runs a program in here; fits wherever a `CommandRunner` is taken. */
  get run(): CommandRunner {
    return this.namespace.run;
  }

  /** Starts a long-running program in here. It dies with the lab. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): ChildProcessWithoutNullStreams {
    return this.namespace.spawn(program, args, options);
  }

  /** From here on, as `Link` says, for all its links. */
  cut(): Promise<void> {
    return this.#each((link) => link.cut());
  }

  restore(): Promise<void> {
    return this.#each((link) => link.restore());
  }

  blockUdp(): Promise<void> {
    return this.#each((link) => link.blockUdp());
  }

  allowUdp(): Promise<void> {
    return this.#each((link) => link.allowUdp());
  }

  setLoss(ratio: number): Promise<void> {
    return this.#each((link) => link.setLoss(ratio));
  }

  setBandwidth(bitsPerSec: number | undefined): Promise<void> {
    return this.#each((link) => link.setBandwidth(bitsPerSec));
  }

  /** Its connection tracking begins anew, as after a power cut: a stateful firewall has asked nobody anything. */
  forgetFlows(): Promise<void> {
    return this.restarted(this.learned());
  }

  /** Lines for nft that forget what it learned beside its connection tracking. */
  protected learned(): readonly string[] {
    return [];
  }

  /** Nothing passes until the lines for nft took effect, or a packet could revive what half is forgotten. */
  protected async restarted(nft: readonly string[]): Promise<void> {
    await this.namespace.configure({ nft: POWER_CUT });
    await this.namespace.must("conntrack", ["--flush"]);
    await this.namespace.configure({ nft: [...nft, "delete table inet lab_off"].join("\n") });
  }

  async #each(change: (link: Link) => Promise<void>): Promise<void> {
    await Promise.all(this.#links.map(change));
  }
}
