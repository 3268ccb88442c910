import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { isUsableRemote, sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { idBytes, type AllocationId } from "../../../protocol/ids.ts";
import { looksLikeStun } from "../../../protocol/stun/header.ts";
import { classifyPacket, mac1Key } from "../../../protocol/wireguard-packet.ts";
import type {
  DropReason,
  Forwarder,
  ForwarderAllocation,
  ForwarderEvents,
  ForwarderStatus,
  Held,
  ResumedAllocation,
} from "./forwarder.ts";
import { isReflectorPort } from "./guard/address-filter.ts";
import type { Guard } from "./guard/guard.ts";
import { sameRoute, settledRoutes, type Carrier, type Routes } from "./carrier.ts";
import { HandCarrier } from "./hand-carrier.ts";
import { answerBinding } from "./leg-binding.ts";
import { step, type LearnerInput } from "./leg-learner.ts";
import { newLearner, type LearnerState } from "./leg-state.ts";
import { LEG_NAMES, type LegName } from "./leg.ts";
import { bucketOf, type TokenBucket } from "./token-bucket.ts";
import type { OpenUdpPort, PortLimits, UdpPort, UdpPortHandlers } from "./udp-port.ts";

/** Inclusive. May lie in the host's ephemeral range: a number that is taken is passed over. */
export type PortRange = { readonly first: number; readonly last: number };

export type UserspaceForwarderOptions = {
  readonly ports: PortRange;
  /** For tests: in production a leg on our own host would let a member reach local services through us. */
  readonly allowLoopback: boolean;
  /** Of all allocations together; 0 or undefined: as much as the host carries. */
  readonly bandwidthBps?: number | undefined;
};

export type UserspaceForwarderParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly openPort: OpenUdpPort;
  /** Whom it serves; it also counts what it refuses. */
  readonly guard?: Pick<Guard, "admitConnection" | "admitsAddress" | "mayAnswer"> | undefined;
  readonly events: ForwarderEvents;
};

/** UDP payload. What is longer only comes in fragments, and WireGuard's own limit is below. */
const MAX_RELAYED_BYTES = 1500;

type Entry = {
  readonly allocation: ForwarderAllocation;
  readonly port: UdpPort;
  readonly carrier: Carrier;
  learner: LearnerState;
  /** What the carrier was told last. */
  routes: Routes;
  readonly drops: Map<DropReason, number>;
};

/** The forwarder for every host: owns one UDP port for each allocation and carries each packet itself. */
export class UserspaceForwarder implements Forwarder {
  readonly kind = "userspace";
  readonly #parts: UserspaceForwarderParts;
  readonly #options: UserspaceForwarderOptions;
  readonly #entries = new Map<AllocationId, Entry>();
  /** Ours, also while opening: saves trying them. */
  readonly #portsInUse = new Set<number>();
  readonly #nonceSecret: Uint8Array;
  readonly #bucket: TokenBucket | undefined;

  constructor(parts: UserspaceForwarderParts, options: UserspaceForwarderOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#nonceSecret = parts.random.bytes(32);
    this.#bucket = bucketOf(options.bandwidthBps);
  }

  open(allocation: ForwarderAllocation): Promise<Decoded<number>> {
    return this.#open(allocation);
  }

  async resume(allocations: readonly ResumedAllocation[]): Promise<ReadonlySet<AllocationId>> {
    const tried = allocations.map(async (allocation) => {
      // A port that cannot be had is like one that was lost.
      const port = await this.#open(allocation, allocation.held).catch(() => refused("port-failed"));
      return port.ok ? [allocation.id] : [];
    });
    return new Set((await Promise.all(tried)).flat());
  }

  held(id: AllocationId): Held | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : { port: entry.port.number, endpoints: endpointsOf(entry) };
  }

  async #open(allocation: ForwarderAllocation, held?: Held): Promise<Decoded<number>> {
    const drops = new Map<DropReason, number>();
    const { id, bandwidthBps } = allocation;
    const limits = { bandwidthBps, sharedBandwidthBps: this.#options.bandwidthBps };
    const handlers: UdpPortHandlers = {
      message: (bytes, source) => this.#onMessage(id, bytes, source),
      heard: (leg) => this.heard(id, leg),
      undelivered: (reason) => count(drops, reason),
      error: (error) => this.#onError(id, error),
    };
    const port = await (held === undefined
      ? this.#openAnyPort(this.#firstChoice(allocation), handlers, limits)
      : this.#openPort(held.port, handlers, limits));
    if (port === undefined) return refused(held === undefined ? "ports-exhausted" : "port-taken");
    const { clock } = this.#parts;
    const buckets = [bucketOf(bandwidthBps), this.#bucket];
    const learner = newLearner(
      { a: mac1Key(allocation.legs.a.wireguardKey), b: mac1Key(allocation.legs.b.wireguardKey) },
      held === undefined ? undefined : { endpoints: held.endpoints, now: clock.monotonicNow() },
      allocation.guest,
    );
    const entry: Entry = {
      allocation,
      port,
      carrier: port.carrier ?? new HandCarrier(port, clock, buckets),
      learner,
      routes: { a: undefined, b: undefined },
      drops,
    };
    this.#entries.set(id, entry);
    this.#settle(entry, learner);
    return decoded(port.number);
  }

  async close(id: AllocationId): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    await entry.port.close();
    this.#portsInUse.delete(entry.port.number);
  }

  relearn(id: AllocationId, leg: LegName): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#learn(entry, { tag: "relearn", leg });
  }

  /** Something carried packets of the leg past our socket. */
  heard(id: AllocationId, leg: LegName): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#learn(entry, { tag: "heard", leg });
  }

  switchTo(): Promise<void> {
    return Promise.resolve();
  }

  count(): undefined {
    return undefined;
  }

  status(id: AllocationId): ForwarderStatus | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { counters, drops } = entry.carrier.traffic();
    const all = new Map(entry.drops);
    for (const [reason, packets] of drops) count(all, reason, packets);
    return {
      port: entry.port.number,
      kind: "userspace",
      endpoints: endpointsOf(entry),
      counters,
      drops: all,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.close(id)));
  }

  /**
   * A random one, since a port that was just released may still get packets of the last pair; for a guest, whose
   * invite names it, always the same.
   */
  #firstChoice({ id, guest }: ForwarderAllocation): number {
    const bytes = guest === undefined ? this.#parts.random.bytes(4) : idBytes(id);
    return Buffer.from(bytes).readUInt32BE();
  }

  /** From the first choice upwards and around. */
  async #openAnyPort(
    firstChoice: number,
    handlers: UdpPortHandlers,
    limits: PortLimits,
  ): Promise<UdpPort | undefined> {
    const { first, last } = this.#options.ports;
    const size = last - first + 1;
    const start = firstChoice % size;
    for (let i = 0; i < size; i++) {
      const port = await this.#openPort(first + ((start + i) % size), handlers, limits);
      if (port !== undefined) return port;
    }
    return undefined;
  }

  /** Undefined where it is taken, or none of those that are ours to use. */
  async #openPort(
    number: number,
    handlers: UdpPortHandlers,
    limits: PortLimits,
  ): Promise<UdpPort | undefined> {
    const { first, last } = this.#options.ports;
    if (number < first || number > last || this.#portsInUse.has(number)) return undefined;
    this.#portsInUse.add(number);
    let opened = false;
    try {
      const port = await this.#parts.openPort(number, handlers, limits);
      opened = port.ok;
      return port.ok ? port.value : undefined;
    } finally {
      if (!opened) this.#portsInUse.delete(number);
    }
  }

  #onMessage(id: AllocationId, bytes: Uint8Array, source: Endpoint): void {
    const entry = this.#entries.get(id);
    const drop = entry === undefined ? undefined : this.#receive(entry, bytes, source);
    if (entry !== undefined && drop !== undefined) count(entry.drops, drop);
  }

  #receive(entry: Entry, bytes: Uint8Array, source: Endpoint): DropReason | undefined {
    if (!this.#isPossibleLeg(source)) return "refused-source";
    if (bytes.length > MAX_RELAYED_BYTES) return "too-long";
    const packet = classifyPacket(bytes);
    if (packet.ok) {
      if (isReflectorPort(source) && !isBound(entry, source)) return "refused-source";
      if (packet.value.type === "initiation" && !isKnown(entry, source) && !this.#mayOpen(source)) {
        return "refused-source";
      }
      this.#learn(entry, { tag: "packet", source, packet: packet.value, bytes });
      return undefined;
    }
    return looksLikeStun(bytes) ? this.#onStun(entry, bytes, source) : "not-wireguard";
  }

  #onStun(entry: Entry, bytes: Uint8Array, source: Endpoint): DropReason | undefined {
    const { id, legs } = entry.allocation;
    const context = {
      allocation: id,
      legKeys: { a: legs.a.legKey, b: legs.b.legKey },
      endpoints: endpointsOf(entry),
      nonceSecret: this.#nonceSecret,
    };
    const answer = answerBinding(bytes, source, context, this.#parts.clock.monotonicNow());
    if (answer.tag === "silence") return answer.reason;
    if (!this.#mayHear(source, answer.bound !== undefined, bytes.length, answer.reply.length)) {
      return "refused-source";
    }
    entry.port.send(answer.reply, source);
    if (answer.bound === undefined) return undefined;
    this.#learn(entry, { tag: "bind", leg: answer.bound, source });
    this.#parts.events.legAlive(id, answer.bound);
    return undefined;
  }

  #learn(entry: Entry, input: LearnerInput): void {
    const { events, clock } = this.#parts;
    const { id } = entry.allocation;
    const { state, effects } = step(entry.learner, input, clock.monotonicNow());
    if (state !== entry.learner) this.#settle(entry, state);
    for (const effect of effects) {
      switch (effect.tag) {
        case "forward":
          entry.carrier.relay(effect.from, effect.to, effect.bytes);
          break;
        case "confirmed":
          events.legConfirmed(id, effect.leg, effect.endpoint, effect.proof);
          break;
        case "lost":
          events.legLost(id, effect.leg);
          break;
        case "drop":
          count(entry.drops, effect.reason);
          break;
      }
    }
  }

  #settle(entry: Entry, learner: LearnerState): void {
    entry.learner = learner;
    const routes = settledRoutes(learner);
    if (LEG_NAMES.every((leg) => sameRoute(routes[leg], entry.routes[leg]))) return;
    entry.routes = routes;
    entry.carrier.carry(routes);
  }

  #onError(id: AllocationId, error: Error): void {
    if (!this.#entries.has(id)) return;
    void this.close(id);
    this.#parts.events.failed(id, error);
  }

  /** A handshake from a source that has shown nothing yet. */
  #mayOpen(source: Endpoint): boolean {
    return this.#parts.guard?.admitConnection(source).ok ?? true;
  }

  /** Who proves a leg key receives what he asks for; anybody else's address may be forged. */
  #mayHear(source: Endpoint, isProven: boolean, receivedBytes: number, answerBytes: number): boolean {
    const { guard } = this.#parts;
    if (guard === undefined) return true;
    if (!guard.admitsAddress(source).ok) return false;
    return isProven || guard.mayAnswer(source, receivedBytes, answerBytes);
  }

  #isPossibleLeg(source: Endpoint): boolean {
    if (source.port === 0) return false;
    if (isUsableRemote(source.address)) return true;
    return this.#options.allowLoopback && (source.address === "127.0.0.1" || source.address === "::1");
  }
}

function isBound(entry: Entry, source: Endpoint): boolean {
  return Object.values(endpointsOf(entry)).some((endpoint) => sameEndpoint(endpoint, source));
}

/** A leg, where it was before, or a handshake that is under way: counted already, or proven. */
function isKnown(entry: Entry, source: Endpoint): boolean {
  return Object.values(entry.learner).some(
    ({ confirmed, openings }) =>
      sameEndpoint(confirmed?.endpoint, source) ||
      sameEndpoint(confirmed?.previous, source) ||
      openings.some((opening) => sameEndpoint(opening.source, source)),
  );
}

function endpointsOf(entry: Entry): Record<LegName, Endpoint | undefined> {
  return {
    a: entry.learner.a.confirmed?.endpoint,
    b: entry.learner.b.confirmed?.endpoint,
  };
}

function count(drops: Map<DropReason, number>, reason: DropReason, packets = 1): void {
  drops.set(reason, (drops.get(reason) ?? 0) + packets);
}
