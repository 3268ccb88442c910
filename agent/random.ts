import { randomBytes } from "node:crypto";

/** The only source of randomness. Tests pass a seeded one. */
export type Random = {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1): for jitter and tie-breaking, never for secrets. */
  fraction(): number;
};

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  fraction: () => Math.random(),
};
