import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { CommandRunner } from "../../agent/runner.ts";
import type { Link } from "./link.ts";
import type { Namespace, SpawnOptions } from "./namespace.ts";

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

  async #each(change: (link: Link) => Promise<void>): Promise<void> {
    await Promise.all(this.#links.map(change));
  }
}
