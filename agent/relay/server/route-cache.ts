import type { Logger } from "../../log.ts";
import type { CommandRunner } from "../../runner.ts";
import { readRoutes, sameRoute, type Route } from "./kernel-routes.ts";

/** Looked at anew in each round, in turn: a lost gateway shows on any of them. `ip` reads some 30 in a millisecond. */
const ROUTES_PER_ROUND = 512;

/** The routes to the addresses that legs are at. */
export class RouteCache {
  readonly #run: CommandRunner;
  readonly #log: Logger;
  /** The longest unread first; undefined: nothing that the kernel could use. */
  readonly #routes = new Map<string, Route | undefined>();

  constructor({ run, log }: { readonly run: CommandRunner; readonly log: Logger }) {
    this.#run = run;
    this.#log = log;
  }

  get size(): number {
    return this.#routes.size;
  }

  get(address: string): Route | undefined {
    return this.#routes.get(address);
  }

  /** Of the interfaces that are in use. */
  ifIndexes(): ReadonlySet<number | undefined> {
    return new Set([...this.#routes.values()].map((route) => route?.ifIndex));
  }

  async learn(addresses: ReadonlySet<string>): Promise<void> {
    await this.#read([...addresses].filter((address) => !this.#routes.has(address)));
  }

  /** Forgets all but `used`, and looks at some of these again, or at all where one of them has changed. Whether one has. */
  async recheck(used: ReadonlySet<string>): Promise<boolean> {
    for (const address of this.#routes.keys()) if (!used.has(address)) this.#routes.delete(address);
    const known = [...this.#routes.keys()];
    if (!(await this.#read(known.slice(0, ROUTES_PER_ROUND)))) return false;
    await this.#read(known.slice(ROUTES_PER_ROUND));
    return true;
  }

  /** Whether one is not what it was. */
  async #read(addresses: readonly string[]): Promise<boolean> {
    if (addresses.length === 0) return false;
    const routes = await this.#tryRead(addresses);
    let changed = false;
    for (const address of addresses) {
      changed ||= !sameRoute(this.#routes.get(address), routes.get(address));
      this.#routes.delete(address);
      this.#routes.set(address, routes.get(address));
    }
    return changed;
  }

  async #tryRead(addresses: readonly string[]): Promise<ReadonlyMap<string, Route>> {
    try {
      return await readRoutes(this.#run, addresses);
    } catch (error) {
      this.#log.debug({ err: error }, "relay routes could not be read");
      return new Map();
    }
  }
}
