import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import {
  MAX_ALLOW_BYTES,
  MAX_ALLOW_ENTRIES,
  MAX_SCHEDULE_LENGTH,
  type RelayForwarder,
} from "../../protocol/record.ts";
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
        readonly draining: boolean;
        readonly closed: boolean;
        readonly allow: readonly string[];
        readonly schedule: string;
        /** Of an allocation that a member's own token asks for; 0 is "not limited". */
        readonly grant: { readonly bandwidthBps: number; readonly quotaBytes: number };
        readonly forwarder: RelayForwarder;
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
      bandwidthBps: relay.grant.bandwidthBps,
      quotaBytes: relay.grant.quotaBytes,
      version: relay.version,
      draining: relay.draining,
      closed: relay.closed,
      allow: isShort(relay.allow) ? relay.allow : [],
      schedule: relay.schedule.length <= MAX_SCHEDULE_LENGTH ? relay.schedule : "",
      forwarder: relay.forwarder,
    },
  };
}

/** Half a list would shut out whoever is in the other half: they had better ask. */
function isShort(allow: readonly string[]): boolean {
  return allow.length <= MAX_ALLOW_ENTRIES && Buffer.byteLength(allow.join(" ")) <= MAX_ALLOW_BYTES;
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

  /** Something of it may have changed. Call now and then: announcements expire. */
  announce(): Promise<void> {
    return this.#logged(this.#publisher.announce(announcementsOf(this.#current())));
  }

  async #logged(publication: Promise<void>): Promise<void> {
    try {
      await publication;
    } catch (error) {
      this.#log.warn({ err: error }, "own records not published");
    }
  }
}
