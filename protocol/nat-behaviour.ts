import type { AddressFamily } from "./endpoint.ts";
import { listField, refuse } from "./frame-field.ts";
import type { hopwire } from "./generated/hopwire.js";

/**
 * RFC 4787, section 4.1. "open": nothing translates. Where a test could not be made, the stricter kind that fits is
 * said: who plans with it may be surprised for the better only.
 */
const NAT_MAPPINGS = [
  "open",
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
  "unknown",
] as const;
export type NatMapping = (typeof NAT_MAPPINGS)[number];

/** RFC 4787, section 5; also of a firewall that does not translate. The stricter, as above. */
const NAT_FILTERINGS = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
  "unknown",
] as const;
export type NatFiltering = (typeof NAT_FILTERINGS)[number];

/**
 * Which outside port a new mapping gets: the inside one, one that is always as far from it, one that is a step after
 * the last, or any.
 */
const NAT_PORTS = ["preserving", "delta-preserving", "sequential", "random", "unknown"] as const;
export type NatPorts = (typeof NAT_PORTS)[number];

/** RFC 4787, section 6: whether hosts behind the NAT reach each other at its outside address. */
const NAT_HAIRPINS = ["yes", "no", "unknown"] as const;
export type NatHairpin = (typeof NAT_HAIRPINS)[number];

/** What is in front of a host, in one address family. */
export type NatBehaviour = {
  readonly mapping: NatMapping;
  readonly filtering: NatFiltering;
  readonly ports: NatPorts;
  /** Outside port less inside port where "delta-preserving", from one mapping to the next where "sequential"; else 0. */
  readonly portStep: number;
  readonly hairpin: NatHairpin;
};

/** As far as known. */
export type NatByFamily = Readonly<Partial<Record<AddressFamily, NatBehaviour>>>;

const FAMILIES = ["ipv4", "ipv6"] as const satisfies readonly AddressFamily[];

/** More than the two families is of a later version, and is passed over as it is. */
const MAX_ENTRIES = 8;

/** A port less another one. */
const MAX_PORT_STEP = 65_535;

export function natToWire(nat: NatByFamily): hopwire.v1.NatBehaviour.$Properties[] {
  return FAMILIES.flatMap((family) => {
    const behaviour = nat[family];
    return behaviour === undefined ? [] : [{ family, ...behaviour }];
  });
}

/** Throws what the decoders of frames do. */
export function natFromWire(wire: hopwire.v1.NatBehaviour.$Properties[] | null | undefined): NatByFamily {
  const list = listField(wire, "message-nat", 0, MAX_ENTRIES);
  const nat: Partial<Record<AddressFamily, NatBehaviour>> = {};
  for (const entry of list) {
    const family = FAMILIES.find((known) => known === entry.family);
    if (family === undefined) continue;
    nat[family] = {
      mapping: wordOf(NAT_MAPPINGS, entry.mapping),
      filtering: wordOf(NAT_FILTERINGS, entry.filtering),
      ports: wordOf(NAT_PORTS, entry.ports),
      portStep: stepField(entry.portStep ?? 0),
      hairpin: wordOf(NAT_HAIRPINS, entry.hairpin),
    };
  }
  return nat;
}

function stepField(step: number): number {
  return Number.isInteger(step) && Math.abs(step) <= MAX_PORT_STEP ? step : refuse("message-nat-step");
}

/** Words of a later version are not known. */
function wordOf<Word extends string>(
  words: readonly Word[],
  text: string | null | undefined,
): Word | "unknown" {
  return words.find((word) => word === text) ?? "unknown";
}
