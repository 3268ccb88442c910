import { familyOf, formatEndpoint, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Granted, RelayPorts } from "../relay/client/relay-manager.ts";

/** A joiner, by its invite's temporary key, and the volunteers that its token names. */
export type AwaitedGuest = { readonly guest: MemberId; readonly relays: readonly MemberId[] };

export type RelayedWay = { readonly relay: MemberId; readonly endpoint: Endpoint };

export type InviteRelaysParts = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly ports: Pick<RelayPorts, "allocate" | "release" | "bind" | "orderEndpoints">;
  /** Those that could relay now, best first. */
  readonly volunteers: () => readonly MemberId[];
  /** `relays` has changed. */
  readonly onChange: () => void;
};

/** One may be gone when the token is used; more would hold ports of others, perhaps for a month. */
const MAX_RELAYS = 2;
/** A UDP mapping may live only 30 s (RFC 4787, REQ-5): half of it. Each binding prolongs the allocation as well. */
export const BIND_MS = 15_000;

type Lease = {
  readonly guest: MemberId;
  readonly relay: MemberId;
  granted: Granted | undefined;
  /** Then a newer token is shown, with the network's epoch of then. */
  askAt: MonotonicMs;
  cancel: () => void;
};

/**
 * Allocations on volunteers for joiners that are awaited, so that an issuer behind a NAT is reached: this end's leg is bound and kept
 * warm, the other is whoever holds the token. They last as long as they are asked for by `sync`. Owner of its timers.
 */
export class InviteRelays implements Disposable {
  readonly #parts: InviteRelaysParts;
  readonly #leases = new Map<string, Lease>();
  /** For them `sync` is not asked yet. */
  readonly #opening = new Set<MemberId>();
  #closed = false;

  constructor(parts: InviteRelaysParts) {
    this.#parts = parts;
  }

  /** With whom a control connection is needed. */
  get relays(): ReadonlySet<MemberId> {
    return new Set([...this.#leases.values()].map(({ relay }) => relay));
  }

  /**
   * Ways for a new token, of up to two volunteers, that work now; empty where no volunteer grants one. `keep` has to note durably
   * which they are, so that `sync` knows of them. Rejects with what `keep` does.
   */
  async open(
    guest: MemberId,
    keep: (relays: readonly MemberId[]) => Promise<void>,
  ): Promise<readonly RelayedWay[]> {
    if (this.#parts.ports.bind === undefined) return [];
    this.#opening.add(guest);
    try {
      const leases = await this.#openLeases(guest);
      if (leases.length > 0) await keep(leases.map(({ relay }) => relay));
      this.#parts.onChange();
      return leases.flatMap(({ relay, granted }) =>
        oneOfEachFamily(granted?.endpoints ?? []).map((endpoint) => ({ relay, endpoint })),
      );
    } finally {
      this.#opening.delete(guest);
    }
  }

  /** These joiners are awaited, and no others. */
  sync(awaited: readonly AwaitedGuest[]): void {
    if (this.#closed || this.#parts.ports.bind === undefined) return;
    const wanted = new Set(
      awaited.flatMap(({ guest, relays }) => relays.map((relay) => keyOf(guest, relay))),
    );
    const gone = [...this.#leases].filter(
      ([key, lease]) => !wanted.has(key) && !this.#opening.has(lease.guest),
    );
    const missing = awaited.flatMap(({ guest, relays }) =>
      relays.filter((relay) => !this.#leases.has(keyOf(guest, relay))).map((relay) => ({ guest, relay })),
    );
    for (const [, lease] of gone) this.#end(lease);
    for (const { guest, relay } of missing) void this.#keep(this.#add(guest, relay));
    if (gone.length > 0 || missing.length > 0) this.#parts.onChange();
  }

  /** The volunteer is connected (again), or this host has moved: what there is shows at once. */
  refresh(relay?: MemberId): void {
    for (const lease of this.#leases.values()) {
      if (relay !== undefined && lease.relay !== relay) continue;
      if (relay !== undefined) lease.askAt = this.#parts.clock.monotonicNow();
      void this.#keep(lease);
    }
  }

  /** Without a word to the relays: the agent may be back before the allocations end. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const { cancel } of this.#leases.values()) cancel();
    this.#leases.clear();
  }

  async #openLeases(guest: MemberId): Promise<readonly Lease[]> {
    const leases: Lease[] = [];
    for (const relay of this.#parts.volunteers()) {
      if (leases.length === MAX_RELAYS || this.#closed) break;
      const lease = this.#add(guest, relay);
      if (await this.#keep(lease)) leases.push(lease);
      else this.#end(lease);
    }
    return leases;
  }

  #add(guest: MemberId, relay: MemberId): Lease {
    const askAt = this.#parts.clock.monotonicNow();
    const lease: Lease = { guest, relay, granted: undefined, askAt, cancel: () => undefined };
    this.#leases.set(keyOf(guest, relay), lease);
    return lease;
  }

  /** Whether our leg is bound. Asks for the allocation where it is due, or where it is gone: it then is on the same port, if that is free. */
  async #keep(lease: Lease): Promise<boolean> {
    const { clock } = this.#parts;
    lease.cancel();
    let isBound = clock.monotonicNow() < lease.askAt && (await this.#bind(lease));
    if (!isBound && (await this.#ask(lease))) isBound = await this.#bind(lease);
    if (this.#isCurrent(lease)) {
      lease.cancel();
      lease.cancel = clock.after(BIND_MS, () => void this.#keep(lease));
    }
    return isBound;
  }

  async #ask(lease: Lease): Promise<boolean> {
    const { clock, ports, log } = this.#parts;
    const { relay, guest, granted: before } = lease;
    const granted = await ports.allocate(relay, guest);
    if (!granted.ok) {
      log.debug({ relay, reason: granted.reason }, "an invite is not relayed");
      return false;
    }
    if (!this.#isCurrent(lease)) {
      void ports.release(relay, granted.value.allocation);
      return false;
    }
    const { endpoints, lifetimeSec } = granted.value;
    if (before !== undefined && !endpoints.some((one) => before.endpoints.some((e) => sameEndpoint(e, one))))
      log.warn(
        { relay, before: before.endpoints.map(formatEndpoint), now: endpoints.map(formatEndpoint) },
        "a relay gave an invite another port: its token's way through this relay is lost",
      );
    lease.granted = granted.value;
    lease.askAt = monotonicMs(clock.monotonicNow() + (lifetimeSec * 1000) / 2);
    return true;
  }

  async #bind({ relay, granted }: Lease): Promise<boolean> {
    const { ports } = this.#parts;
    if (granted === undefined) return false;
    const [endpoint] = ports.orderEndpoints(relay, granted.endpoints);
    if (endpoint === undefined) return false;
    return (await ports.bind?.(granted, endpoint, false))?.ok === true;
  }

  #isCurrent(lease: Lease): boolean {
    return !this.#closed && this.#leases.get(keyOf(lease.guest, lease.relay)) === lease;
  }

  #end(lease: Lease): void {
    const { guest, relay, granted, cancel } = lease;
    this.#leases.delete(keyOf(guest, relay));
    cancel();
    if (granted !== undefined) void this.#parts.ports.release(relay, granted.allocation);
  }
}

/** A joiner has one family or the other; more ways into the same port are of no use to it. */
function oneOfEachFamily(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return endpoints.filter(
    ({ address }, index) =>
      endpoints.findIndex((other) => familyOf(other.address) === familyOf(address)) === index,
  );
}

function keyOf(guest: MemberId, relay: MemberId): string {
  return `${guest} ${relay}`;
}
