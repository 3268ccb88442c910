import type { Answer, NamedNode } from "../../../agent/registry/dht/lookup.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { Random } from "../../../agent/random.ts";

export const ID_BYTES = 20;

/** Of BEP 5: of a bucket, and of an answer. */
const BUCKET = 8;

export type SimulatedNode = NamedNode & {
  /** What it says is nearest to `target`; undefined: it does not answer. */
  readonly nodesNear: ((target: Buffer) => readonly NamedNode[]) | undefined;
  /** Keeps what is written. */
  readonly isHonest: boolean;
};

export type DhtOptions = {
  readonly random: Random;
  readonly nodes: number;
  /** Of those that are in others' tables, by now. */
  readonly deadShare: number;
};

/** A node that lies: where it is, as what, and what it names. */
export type Liar = {
  readonly node: NamedNode;
  /** Undefined: it does not answer who looks something up, only those in whose tables it is. */
  readonly nodesNear: ((target: Buffer) => readonly NamedNode[]) | undefined;
};

/** A DHT of thousands of nodes with tables as in BEP 5, on paper. */
export class SimulatedDht {
  readonly #nodes: readonly SimulatedNode[];
  readonly #byEndpoint = new Map<string, SimulatedNode>();
  readonly #tables = new Map<SimulatedNode, NamedNode[][]>();
  readonly #random: Random;

  constructor({ random, nodes, deadShare }: DhtOptions) {
    this.#random = random;
    this.#nodes = Array.from({ length: nodes }, () => this.#newNode(random.fraction() < deadShare));
    const sorted = this.#nodes.toSorted((a, b) => Buffer.compare(a.id, b.id));
    this.#fill(sorted, 0);
    for (const node of this.#nodes) this.#byEndpoint.set(keyOf(node), node);
  }

  /** One that answers. */
  anyNode(): SimulatedNode {
    const node = this.#nodes[pick(this.#random, this.#nodes.length)];
    if (node === undefined) throw new Error("no nodes");
    return node.nodesNear === undefined ? this.anyNode() : node;
  }

  /** Those that answer, closest first. */
  closestTo(target: Buffer, count: number): readonly SimulatedNode[] {
    const alive = this.#nodes.filter(({ nodesNear }) => nodesNear !== undefined);
    return alive.sort((a, b) => Buffer.compare(xor(a.id, target), xor(b.id, target))).slice(0, count);
  }

  /**
   * Every node hears of the liars, and has them where it has room; of what is full they are given `share`, as much as had not
   * answered for a while.
   */
  introduce(liars: readonly Liar[], share: number): void {
    for (const { node, nodesNear } of liars)
      this.#byEndpoint.set(keyOf(node), { ...node, nodesNear, isHonest: false });
    const lying = new Set(liars.map(({ node }) => node));
    for (const [owner, buckets] of this.#tables)
      for (const { node } of shuffled(this.#random, liars)) {
        const bucket = (buckets[sharedBits(owner.id, node.id)] ??= []);
        if (bucket.length < BUCKET) bucket.push(node);
        else if (bucket.filter((one) => lying.has(one)).length < share * BUCKET)
          bucket[bucket.findIndex((one) => !lying.has(one))] = node;
      }
  }

  at(endpoint: Endpoint): SimulatedNode | undefined {
    return this.#byEndpoint.get(keyOf(endpoint));
  }

  #newNode(isDead: boolean): SimulatedNode {
    const node: SimulatedNode = {
      id: Buffer.from(this.#random.bytes(ID_BYTES)),
      address: anyAddress(this.#random),
      port: 1_024 + pick(this.#random, 60_000),
      nodesNear: isDead ? undefined : (target) => this.#nodesNear(node, target),
      isHonest: true,
    };
    this.#tables.set(node, []);
    return node;
  }

  /** `sorted` share `depth` bits: each half's nodes know some of the other one. */
  #fill(sorted: readonly SimulatedNode[], depth: number): void {
    if (sorted.length < 2) return;
    const isOne = ({ id }: NamedNode): boolean => (((id[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1) === 1;
    const at = sorted.findIndex(isOne);
    const halves = at === -1 ? [sorted, []] : [sorted.slice(0, at), sorted.slice(at)];
    for (const [own = [], others = []] of [halves, halves.toReversed()])
      for (const node of own) {
        const buckets = this.#tables.get(node) ?? [];
        buckets[depth] = some(this.#random, others, BUCKET);
      }
    for (const half of halves) this.#fill(half, depth + 1);
  }

  #nodesNear(node: SimulatedNode, target: Buffer): readonly NamedNode[] {
    const known = (this.#tables.get(node) ?? []).flat();
    return nearest(known, target, BUCKET);
  }
}

export function nearest(nodes: readonly NamedNode[], target: Buffer, count: number): readonly NamedNode[] {
  return nodes
    .map((node) => ({ node, distance: xor(node.id, target) }))
    .sort((a, b) => Buffer.compare(a.distance, b.distance))
    .slice(0, count)
    .map(({ node: { id, address, port } }) => ({ id, address, port }));
}

export function answerOf({ id, nodesNear }: SimulatedNode, target: Buffer): Answer | undefined {
  if (nodesNear === undefined) return undefined;
  return { id, nodes: nodesNear(target), token: Buffer.from("token") };
}

export function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
}

export function anyAddress(random: Random): string {
  return [60 + pick(random, 100), ...Array.from({ length: 3 }, () => pick(random, 256))].join(".");
}

export function pick(random: Random, below: number): number {
  return Math.floor(random.fraction() * below);
}

function sharedBits(a: Buffer, b: Buffer): number {
  const distance = xor(a, b);
  const at = distance.findIndex((byte) => byte !== 0);
  return at === -1 ? 8 * ID_BYTES - 1 : 8 * at + Math.clz32(distance[at] ?? 0) - 24;
}

function some<T>(random: Random, from: readonly T[], count: number): T[] {
  if (from.length <= count) return [...from];
  const chosen = new Set<T>();
  while (chosen.size < count) {
    const one = from[pick(random, from.length)];
    if (one !== undefined) chosen.add(one);
  }
  return [...chosen];
}

function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, order: random.fraction() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function keyOf({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}
