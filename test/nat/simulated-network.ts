import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** RFC 4787, sections 4.1 and 5. */
export type Mapping = "endpoint-independent" | "address-dependent" | "endpoint-dependent";
export type Filtering = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

export type SimulatedNat = {
  readonly publicAddress: string;
  readonly mapping: Mapping;
  readonly filtering: Filtering;
  /** Outside port of a new mapping; random unless given. `lastPort` is that of the mapping before. */
  readonly portFor?: (insidePort: number, lastPort: number) => number;
  /** "taken": the NAT itself gets what nobody asked for, and what a host inside then sends the other way has another port. Default "dropped". */
  readonly unsolicited?: "dropped" | "taken";
  /** Whether it turns back what hosts inside send to its outside address. Default false. */
  readonly hairpin?: boolean;
};

export type NetworkOptions = {
  readonly seed: number;
  /** Of every packet, in [0, 1). */
  readonly lossRate?: number;
  /** One way, between public addresses. */
  readonly latencyMs: (from: string, to: string) => number;
  /** Up to as much is added to every packet, at random; packets of one path stay in order. */
  readonly jitterMs?: number;
};

type Event = { readonly atMs: number; readonly order: number; readonly run: () => void };

type Attached<Payload> = {
  readonly address: string;
  readonly nat: SimulatedNat | undefined;
  readonly receive: (payload: Payload, from: Endpoint, to: Endpoint) => void;
};

type NatMapping = { readonly inside: Endpoint; readonly contacted: Set<string> };

/**
 * An internet in one thread with its own time: hosts, NATs by mapping and filtering, latency, loss and cuts. The same
 * seed gives the same run.
 */
export class SimulatedNetwork<Payload> {
  readonly #options: NetworkOptions;
  readonly #fraction: () => number;
  readonly #events: Event[] = [];
  readonly #hosts = new Map<string, Attached<Payload>>();
  readonly #publicHosts = new Map<string, Attached<Payload>>();
  /** NAT's public endpoint -> who is behind it. */
  readonly #mappings = new Map<string, NatMapping>();
  readonly #publicByFlow = new Map<string, Endpoint>();
  /** Flows that a NAT took for its own, as seen from inside. */
  readonly #taken = new Set<string>();
  readonly #lastArrivalMs = new Map<string, number>();
  readonly #lastPort = new Map<string, number>();
  readonly #cuts = new Set<string>();
  /** By both public addresses. */
  readonly #lossByPair = new Map<string, number>();
  #lossRate: number;
  #nowMs = 0;
  #order = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#lossRate = options.lossRate ?? 0;
    const random = seededRandom(options.seed);
    this.#fraction = () => random.fraction();
  }

  get now(): MonotonicMs {
    return monotonicMs(this.#nowMs);
  }

  fraction(): number {
    return this.#fraction();
  }

  /** Without `nat` the host's address is public. */
  attach(host: Attached<Payload>): void {
    this.#hosts.set(host.address, host);
    this.#publicHosts.set(host.nat?.publicAddress ?? host.address, host);
  }

  after(delayMs: number, run: () => void): void {
    push(this.#events, { atMs: this.#nowMs + delayMs, order: this.#order++, run });
  }

  runFor(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#events[0]; next !== undefined && next.atMs <= endMs; next = this.#events[0]) {
      pop(this.#events);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  setLoss(rate: number): void {
    this.#lossRate = rate;
  }

  /** Of every packet between these two public addresses, either way, in place of the loss of all others. */
  setLossBetween(a: string, b: string, rate: number): void {
    this.#lossByPair.set([a, b].sort().join(), rate);
  }

  /** Whatever is sent between these two public addresses is lost, either way, until it is restored. */
  cut(a: string, b: string): void {
    this.#cuts.add([a, b].sort().join());
  }

  restore(a: string, b: string): void {
    this.#cuts.delete([a, b].sort().join());
  }

  /** As whom `to` would see `inside`; makes the mapping, as a packet would. */
  mappedFor(inside: Endpoint, to: Endpoint): Endpoint {
    const nat = this.#hosts.get(inside.address)?.nat;
    if (nat === undefined) return inside;
    const flow = `${formatEndpoint(inside)} ${destinationIn(nat.mapping, to)}`;
    let outside = this.#publicByFlow.get(flow);
    if (outside === undefined) {
      const last = this.#lastPort.get(nat.publicAddress) ?? FIRST_PORT;
      const wanted = nat.portFor?.(inside.port, last);
      const isTaken =
        wanted !== undefined && this.#taken.has(flowOf({ address: nat.publicAddress, port: wanted }, to));
      const port = wanted === undefined || isTaken ? this.#freePort(nat.publicAddress) : wanted;
      this.#lastPort.set(nat.publicAddress, port);
      outside = { address: nat.publicAddress, port };
      this.#publicByFlow.set(flow, outside);
      this.#mappings.set(formatEndpoint(outside), { inside, contacted: new Set() });
    }
    return outside;
  }

  /** A packet that opens the NAT in front of `inside` and dies behind it. */
  open(inside: Endpoint, to: Endpoint): Endpoint {
    const from = this.mappedFor(inside, to);
    this.#mappings.get(formatEndpoint(from))?.contacted.add(to.address).add(formatEndpoint(to));
    return from;
  }

  send(inside: Endpoint, to: Endpoint, payload: Payload): void {
    const from = this.open(inside, to);
    const pair = [from.address, to.address].sort().join();
    if (this.#cuts.has(pair)) return;
    if (this.#fraction() < (this.#lossByPair.get(pair) ?? this.#lossRate)) return;
    const path = `${from.address} ${to.address}`;
    const delayMs =
      this.#options.latencyMs(from.address, to.address) + this.#fraction() * (this.#options.jitterMs ?? 0);
    const arrivalMs = Math.max(this.#nowMs + delayMs, this.#lastArrivalMs.get(path) ?? 0);
    this.#lastArrivalMs.set(path, arrivalMs);
    this.after(arrivalMs - this.#nowMs, () => this.#deliver(from, to, payload));
  }

  #deliver(from: Endpoint, to: Endpoint, payload: Payload): void {
    const host = this.#publicHosts.get(to.address);
    if (host === undefined) return;
    if (host.nat === undefined) {
      host.receive(payload, from, to);
      return;
    }
    const mapping = this.#mappings.get(formatEndpoint(to));
    if (from.address === to.address) {
      if (mapping !== undefined && host.nat.hairpin === true) host.receive(payload, from, mapping.inside);
      return;
    }
    if (mapping !== undefined && admits(host.nat.filtering, mapping, from))
      host.receive(payload, from, mapping.inside);
    else if (host.nat.unsolicited === "taken") this.#taken.add(flowOf(to, from));
  }

  #freePort(address: string): number {
    for (;;) {
      const port = 1_024 + Math.floor(this.#fraction() * 64_512);
      if (!this.#mappings.has(formatEndpoint({ address, port }))) return port;
    }
  }
}

/** Where a NAT that counts up begins. */
const FIRST_PORT = 20_000;

const flowOf = (outside: Endpoint, to: Endpoint): string =>
  `${formatEndpoint(outside)} ${formatEndpoint(to)}`;

function destinationIn(mapping: Mapping, to: Endpoint): string {
  switch (mapping) {
    case "endpoint-independent":
      return "any";
    case "address-dependent":
      return to.address;
    case "endpoint-dependent":
      return formatEndpoint(to);
  }
}

function admits(filtering: Filtering, { contacted }: NatMapping, from: Endpoint): boolean {
  switch (filtering) {
    case "endpoint-independent":
      return true;
    case "address-dependent":
      return contacted.has(from.address);
    case "address-and-port-dependent":
      return contacted.has(formatEndpoint(from));
  }
}

function isBefore(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap: with a packet every millisecond a sorted array would be most of the work. */
function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at], heap[parent])) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function pop(heap: Event[]): void {
  swap(heap, 0, heap.length - 1);
  heap.pop();
  for (let at = 0; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) if (isBefore(heap[child], heap[least])) least = child;
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
}

function swap(heap: Event[], a: number, b: number): void {
  const [first, second] = [heap[a], heap[b]];
  if (first !== undefined && second !== undefined) [heap[a], heap[b]] = [second, first];
}
