import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Firewall } from "../wireguard/firewall.ts";
import type { FirewallRules, Hole, SourcePin } from "../wireguard/nft.ts";
import { every } from "./every.ts";

export type FirewallKeeperParts = {
  readonly firewall: Firewall;
  /** Why nftables cannot be used here; undefined where it can. */
  readonly fault: string | undefined;
  /** As they are at the moment of asking. */
  readonly rules: () => Omit<FirewallRules, "interfaceName">;
  readonly clock: Clock;
  readonly log: Logger;
};

/** `nft flush ruleset`, which firewall reloads do, takes guard and STUN rewrite along. Each look is a spawn. */
const LOOK_MS = 120_000;

/** Keeps the firewall table in force, where there is nftables. Owner of one timer; the table outlives it. */
export class FirewallKeeper implements Disposable {
  readonly #parts: FirewallKeeperParts;
  #cancel: () => void = () => undefined;
  #closed = false;
  #holes: readonly Hole[] = [];

  constructor(parts: FirewallKeeperParts) {
    this.#parts = parts;
  }

  get fault(): string | undefined {
    return this.#parts.fault;
  }

  /** Throws what `Firewall.install` does. */
  async start(): Promise<void> {
    const { fault, clock, log } = this.#parts;
    if (fault !== undefined) {
      log.warn({ reason: fault }, "nftables cannot be used");
      return;
    }
    await this.#install();
    this.#cancel = every(clock, LOOK_MS, () => void this.#look());
  }

  /** Undefined where there is no nftables. */
  get pin(): ((pins: readonly SourcePin[]) => Promise<void>) | undefined {
    const { fault, firewall, rules } = this.#parts;
    return fault === undefined ? (pins) => firewall.replacePins(rules().listenPort, pins) : undefined;
  }

  /** See `Firewall`. Rejects where this host is too busy to ask. */
  async readUsersPackets(): Promise<bigint | undefined> {
    const { fault, firewall } = this.#parts;
    return fault === undefined ? firewall.readUsersPackets() : undefined;
  }

  /** Replaces all holes; undefined where there is no nftables. */
  get dig(): ((holes: readonly Hole[]) => Promise<void>) | undefined {
    const { fault, firewall, rules } = this.#parts;
    if (fault !== undefined) return undefined;
    return (holes) => {
      this.#holes = holes;
      return firewall.replaceHoles(rules().listenPort, holes);
    };
  }

  /** Who may knock has changed. */
  async updateInvites(): Promise<void> {
    const { fault, firewall, rules } = this.#parts;
    if (fault === undefined) await firewall.replaceInvites(rules().invites);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancel();
  }

  async #install(): Promise<void> {
    const { firewall, rules } = this.#parts;
    const { listenPort } = rules();
    await firewall.install(rules());
    if (this.#holes.length > 0) await firewall.replaceHoles(listenPort, this.#holes);
  }

  async #look(): Promise<void> {
    const { firewall, log } = this.#parts;
    try {
      if ((await firewall.isInstalled()) || this.#closed) return;
      log.warn({}, "firewall table was gone and is installed again");
      await this.#install();
    } catch (error) {
      log.error({ err: error }, "firewall table could not be installed");
    }
  }
}
