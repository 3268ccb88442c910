import type { MonotonicMs } from "../../../protocol/time.ts";
import { monotonicMs } from "../../../protocol/time.ts";

type Event = { at: number; readonly serial: number; readonly run: () => void };

/** Virtual time: what falls due runs in order of time, and then of scheduling, so that a seed always gives the same run. */
export class EventQueue {
  /** A binary heap. */
  readonly #events: Event[] = [];
  #serial = 0;
  #nowMs = 0;
  #count = 0;

  get now(): MonotonicMs {
    return monotonicMs(this.#nowMs);
  }

  /** Events that have run. */
  get count(): number {
    return this.#count;
  }

  at(timeMs: number, run: () => void): void {
    const event = { at: Math.max(timeMs, this.#nowMs), serial: this.#serial++, run };
    const events = this.#events;
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent];
      if (above === undefined || isBefore(above, event)) break;
      events[index] = above;
      index = parent;
    }
    events[index] = event;
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.#nowMs + delayMs, run);
  }

  /** Until `untilMs`, or until `isDone` (asked after each event) says so. */
  run(untilMs: number, isDone: () => boolean = () => false): void {
    for (let next = this.#events[0]; next !== undefined && next.at <= untilMs; next = this.#events[0]) {
      this.#removeFirst();
      this.#nowMs = next.at;
      this.#count++;
      next.run();
      if (isDone()) return;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Time in which nothing happens that matters: whatever is scheduled is put off by as much. */
  skip(ms: number): void {
    this.#nowMs += ms;
    for (const event of this.#events) event.at += ms;
  }

  #removeFirst(): void {
    const events = this.#events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return;
    let index = 0;
    for (;;) {
      const left = events[2 * index + 1];
      const right = events[2 * index + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      events[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    events[index] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.serial < b.serial);
}
