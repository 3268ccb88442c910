import { slotOf, type SignedRecord } from "../../../protocol/record.ts";
import { SEC } from "./figures.ts";
import type { SimMember } from "./sim-member.ts";
import type { SimMesh } from "./sim-mesh.ts";
import type { World } from "./world.ts";

type Tracked = { since: number; readonly sequence: number; readonly missing: Set<SimMember> };

/** How long records take to members that are there to hear of them. */
export class Arrivals {
  readonly delaysMs: number[] = [];
  readonly #mesh: SimMesh;
  readonly #trackedBySlot = new Map<string, Tracked[]>();
  readonly #stop: () => void;

  constructor(mesh: SimMesh) {
    this.#mesh = mesh;
    this.#stop = mesh.onAdmitted((member, record, atMs) => this.#onAdmitted(member, record, atMs));
  }

  /** Published by `author` now, and awaited by all that are online; whoever stops is awaited no longer. */
  publish(author: SimMember, record: SignedRecord): void {
    const missing = this.#mesh.members.filter((member) => member !== author && member.online);
    const slot = slotOfRecord(record);
    const tracked = {
      since: this.#mesh.queue.now,
      sequence: record.sequence,
      missing: new Set(missing),
    };
    this.#trackedBySlot.set(slot, [...(this.#trackedBySlot.get(slot) ?? []), tracked]);
    this.#mesh.publish(author, [record]);
  }

  /** From now on, whenever they were published. */
  restart(): void {
    for (const tracked of this.#tracked()) tracked.since = this.#mesh.queue.now;
    this.delaysMs.length = 0;
  }

  forget(member: SimMember): void {
    for (const { missing } of this.#tracked()) missing.delete(member);
  }

  /** Of members and records, where one still lacks the other. */
  get missing(): number {
    return this.#tracked().reduce((sum, { missing }) => sum + missing.size, 0);
  }

  end(): void {
    this.#stop();
  }

  #tracked(): readonly Tracked[] {
    return [...this.#trackedBySlot.values()].flat();
  }

  /** A later record of the slot stands for those before. */
  #onAdmitted(member: SimMember, record: SignedRecord, atMs: number): void {
    for (const { since, sequence, missing } of this.#trackedBySlot.get(slotOfRecord(record)) ?? [])
      if (sequence <= record.sequence && missing.delete(member)) this.delaysMs.push(atMs - since);
  }
}

/** `count` records by anybody of `authors`, one every `intervalMs`; the delays to everybody else. */
export function publishNews(
  world: World,
  mesh: SimMesh,
  count: number,
  intervalMs: number,
  authors: readonly SimMember[] = mesh.members,
): readonly number[] {
  const arrivals = new Arrivals(mesh);
  for (let index = 0; index < count; index++) {
    const author = world.anyOf(authors);
    arrivals.publish(author, world.announcement(mesh, author));
    mesh.queue.run(mesh.queue.now + intervalMs);
  }
  mesh.queue.run(mesh.queue.now + 120 * SEC, () => arrivals.missing === 0);
  arrivals.end();
  // What never came came too late by any measure.
  return [...arrivals.delaysMs, ...Array<number>(arrivals.missing).fill(120 * SEC)];
}

const slots = new WeakMap<SignedRecord, string>();

function slotOfRecord(record: SignedRecord): string {
  const slot = slots.get(record) ?? slotOf(record);
  slots.set(record, slot);
  return slot;
}
