import type {
  Forwarder,
  ForwarderAllocation,
  ForwarderEvents,
  ForwarderKind,
  ForwarderStatus,
  Held,
  ResumedAllocation,
} from "../../../agent/relay/server/forwarder.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import { decoded, type Decoded } from "../../../protocol/decoded.ts";
import type { AllocationId } from "../../../protocol/ids.ts";

/** Opens nothing; ports count up from 40000, opening waits while `hold` is set and closing while `closeHold` is. */
export class PaperForwarder implements Forwarder {
  readonly opened: ForwarderAllocation[] = [];
  readonly closed: AllocationId[] = [];
  /** Bytes that leg a has sent since the port opened. */
  readonly relayed = new Map<AllocationId, number>();
  readonly relearned: [AllocationId, LegName][] = [];
  hold: Promise<void> | undefined;
  failure: (() => Decoded<number>) | undefined;
  /** Where counters are not current by themselves. */
  counting: (() => Promise<void>) | undefined;
  /** What was taken up; `unavailable` is not to be had. */
  readonly resumed: ResumedAllocation[] = [];
  readonly unavailable = new Set<AllocationId>();
  /** Its socket is gone, and closing it says so. */
  closeFailure: Error | undefined;
  closeHold: Promise<void> | undefined;
  disposed = false;
  kind: ForwarderKind = "userspace";
  readonly events: ForwarderEvents;
  readonly #open = new Map<AllocationId, number>();
  readonly #closing = new Set<AllocationId>();

  constructor(events: ForwarderEvents) {
    this.events = events;
  }

  async open(allocation: ForwarderAllocation): Promise<Decoded<number>> {
    if (this.#closing.has(allocation.id)) throw new Error("the last port of this id is not closed yet");
    this.opened.push(allocation);
    this.relayed.set(allocation.id, 0);
    await this.hold;
    const refusal = this.failure?.();
    if (refusal !== undefined) return refusal;
    const port = 39_999 + this.opened.length;
    this.#open.set(allocation.id, port);
    return decoded(port);
  }

  async resume(allocations: readonly ResumedAllocation[]): Promise<ReadonlySet<AllocationId>> {
    this.resumed.push(...allocations);
    await this.hold;
    const served = allocations.filter(({ id }) => !this.unavailable.has(id));
    for (const { id, held } of served) this.#open.set(id, held.port);
    return new Set(served.map(({ id }) => id));
  }

  held(id: AllocationId): Held | undefined {
    const port = this.#open.get(id);
    return port === undefined ? undefined : { port, endpoints: { a: undefined, b: undefined } };
  }

  close(id: AllocationId): Promise<void> {
    this.closed.push(id);
    this.#open.delete(id);
    if (this.closeFailure !== undefined) return Promise.reject(this.closeFailure);
    if (this.closeHold === undefined) return Promise.resolve();
    this.#closing.add(id);
    return this.closeHold.then(() => void this.#closing.delete(id));
  }

  /** Ports that are open. */
  get ids(): ReadonlySet<AllocationId> {
    return new Set(this.#open.keys());
  }

  /** Leg a sends. */
  relay(id: AllocationId, bytes: number): void {
    this.relayed.set(id, (this.relayed.get(id) ?? 0) + bytes);
  }

  relearn(id: AllocationId, leg: LegName): void {
    this.relearned.push([id, leg]);
  }

  switchTo(kind: ForwarderKind): Promise<void> {
    this.kind = kind;
    return Promise.resolve();
  }

  count(): Promise<void> | undefined {
    return this.counting?.();
  }

  status(id: AllocationId): ForwarderStatus {
    const idle = { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 };
    return {
      port: 0,
      endpoints: { a: undefined, b: undefined },
      counters: { a: { ...idle, rxBytes: this.relayed.get(id) ?? 0 }, b: idle },
      drops: new Map(),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }
}
