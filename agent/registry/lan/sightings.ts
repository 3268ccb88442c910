import { formatEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import type { LanSecret } from "./lan-secret.ts";
import { WINDOW_MS } from "./tag.ts";

/** An announcement of some member of this network. */
export type Sighting = { readonly at: Endpoint; readonly salt: string; readonly secret: LanSecret };

type Entry = { readonly sighting: Sighting; readonly expiresAt: MonotonicMs; checkAt: MonotonicMs };

/** More members than that on one LAN have other ways to hear of each other; at 300 bytes each. */
export const MAX_SIGHTINGS = 256;

/** It has been replaced twice by then. */
const LIFETIME_MS = 2 * WINDOW_MS;

/** Whoever does not answer has just come or just gone; one packet a minute costs neither anything. */
const UNANSWERED_MS = 60_000;
/** A path that was lost since is found again. */
const ANSWERED_MS = 300_000;

/** What was heard on the LANs, and when to ask there. Pure but for its own table; bounded. */
export class Sightings {
  /** By endpoint, in the order in which they came. */
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** Due at once where it is new. */
  add(sighting: Sighting, now: MonotonicMs): void {
    const key = formatEndpoint(sighting.at);
    const known = this.#entries.get(key);
    const checkAt = known?.sighting.salt === sighting.salt ? known.checkAt : now;
    this.#entries.delete(key);
    this.#entries.set(key, { sighting, checkAt, expiresAt: monotonicMs(now + LIFETIME_MS) });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_SIGHTINGS && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** Its owner has taken it back. */
  remove(at: Endpoint, salt: string): void {
    const key = formatEndpoint(at);
    if (this.#entries.get(key)?.sighting.salt === salt) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Those to ask now, up to so many; each is due again later. */
  due(now: MonotonicMs, atMost: number): readonly Sighting[] {
    const due: Sighting[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt <= now) this.#entries.delete(key);
      else if (entry.checkAt <= now && due.length < atMost) {
        entry.checkAt = monotonicMs(now + UNANSWERED_MS);
        due.push(entry.sighting);
      }
    }
    return due;
  }

  answered({ at, salt }: Sighting, now: MonotonicMs): void {
    const entry = this.#entries.get(formatEndpoint(at));
    if (entry?.sighting.salt === salt) entry.checkAt = monotonicMs(now + ANSWERED_MS);
  }
}
