/** How long a mapping that nothing passes is kept (RFC 4787, section 4.3). */
export type MappingLifetime = {
  readonly atLeastSec: number;
  /** Undefined: it outlives every test. */
  readonly belowSec: number | undefined;
};

/**
 * Each is waited for by a mapping of its own, all at the same time. RFC 4787 asks for 120 s and home routers have 30 to
 * 300; Linux forgets after 30 s and, what has gone both ways for a while, after 120 s.
 */
export const LIFETIME_STEPS_SEC: readonly number[] = [15, 30, 45, 60, 90, 120, 180, 240, 300];

/** Of `waited` those that were told of in time. One that is missing below is a packet that was lost. */
export function lifetimeFrom(waited: readonly number[], lived: ReadonlySet<number>): MappingLifetime {
  const atLeastSec = Math.max(0, ...lived);
  const later = waited.filter((sec) => sec > atLeastSec);
  return { atLeastSec, belowSec: later.length === 0 ? undefined : Math.min(...later) };
}
