import type { NatBehaviour } from "../../protocol/nat-behaviour.ts";
import type { Random } from "../random.ts";

/** Ports that NATs give out: RFC 6335's user and dynamic ones. */
const FIRST_PORT = 1_024;
const LAST_PORT = 65_535;

/**
 * Sockets of the end whose NAT gives each destination another port. n sockets and k different ports tried out of
 * 64,512: none is met with probability (1 - k/64,512)^n, about e^(-nk/64,512), a birthday's bound. With 256: half of all
 * attempts after 175 tries, 99 % after 1,160, all but 3 in 10,000 after `MAX_PROBES`. It is what one page of the web
 * asks of a home router's table, and a sixteenth of the smallest of them (4,096 entries).
 */
export const MANY_SOCKETS = 256;

/** With a port that can be told beforehand the neighbours are there for what others behind the NAT take meanwhile. */
export const PREDICTED_SOCKETS = 32;

/** Half of the smallest table that a home router has: each port that is tried is an entry of it for 30 s or more. */
export const MAX_PROBES = 2_048;

/**
 * The outside ports of the sockets at `localPorts`, in the order in which they send first, after a mapping that was given the
 * port `reference`. Empty where nothing can be told.
 */
export function predictedPorts(
  { ports, portStep }: Pick<NatBehaviour, "ports" | "portStep">,
  localPorts: readonly number[],
  reference: number | undefined,
): readonly number[] {
  switch (ports) {
    case "preserving":
    case "delta-preserving":
      return localPorts.map((port) => wrapped(port + portStep));
    case "sequential":
      return reference === undefined
        ? []
        : localPorts.map((_, index) => wrapped(reference + (index + 1) * portStep));
    case "random":
    case "unknown":
      return [];
  }
}

/** What the other end tries, in this order: the predicted ones, then others at random, each once. */
export function portPlan(predicted: readonly number[], random: Random): readonly number[] {
  const plan = new Set(predicted.filter((port) => port >= FIRST_PORT));
  while (plan.size < MAX_PROBES) {
    plan.add(FIRST_PORT + Math.floor(random.fraction() * (LAST_PORT - FIRST_PORT + 1)));
  }
  return [...plan];
}

/** After the last port comes the first. */
function wrapped(port: number): number {
  const count = LAST_PORT - FIRST_PORT + 1;
  return FIRST_PORT + ((((port - FIRST_PORT) % count) + count) % count);
}
