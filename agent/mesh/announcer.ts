import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { Logger } from "../log.ts";
import { Publisher, type OwnAnnouncements } from "../registry/publisher.ts";
import type { MeshContext } from "./context.ts";

export type Announced = {
  readonly homeRelays: readonly MemberId[];
  readonly publicEndpoints: readonly Endpoint[];
  /** Undefined: this host is no volunteer. */
  readonly relay:
    | {
        readonly endpoints: readonly Endpoint[];
        readonly maxAllocations: number;
        readonly allocations: number;
        readonly version: string;
        readonly region: string;
      }
    | undefined;
};

/** The same in the words of the registry. */
export function announcementsOf({ homeRelays, publicEndpoints, relay }: Announced): OwnAnnouncements {
  return {
    endpoints: { kind: "endpoints", homeRelays, publicEndpoints },
    relay: relay && {
      kind: "relay",
      endpoints: relay.endpoints.map((endpoint) => ({ carrier: "udp", endpoint })),
      capacity: relay.maxAllocations,
      load: Math.min(1, relay.allocations / relay.maxAllocations),
      region: relay.region,
      bandwidthBps: 0,
      version: relay.version,
      draining: false,
    },
  };
}

/** Keeps what others know of this host current. A failure is logged: the next change, or the next sweep, tries again. */
export class Announcer {
  readonly #publisher: Publisher;
  readonly #current: () => Announced;
  readonly #log: Logger;

  constructor({ context, current }: { context: MeshContext; current: () => Announced }) {
    const { identity, registry, clock, log } = context;
    this.#publisher = new Publisher({
      registry,
      identityKey: identity.keys.sign,
      clock,
      reserveSequences: (count) => identity.reserveSequences(count),
    });
    this.#current = current;
    this.#log = log;
  }

  /** Something of it may have changed. */
  announce(): Promise<void> {
    return this.#logged(this.#publisher.announce(announcementsOf(this.#current())));
  }

  /** Call now and then: announcements expire. */
  refresh(): Promise<void> {
    return this.#logged(this.#publisher.refresh());
  }

  async #logged(publication: Promise<void>): Promise<void> {
    try {
      await publication;
    } catch (error) {
      this.#log.warn({ err: error }, "own records not published");
    }
  }
}
