import type { AddressFamily } from "./endpoint.ts";

/**
 * RFC 4787, section 4.1. "open": nothing translates. Where a test could not be made, the stricter kind that fits is
 * said: who plans with it may be surprised for the better only.
 */
export const NAT_MAPPINGS = [
  "open",
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
  "unknown",
] as const;
export type NatMapping = (typeof NAT_MAPPINGS)[number];

/** RFC 4787, section 5; also of a firewall that does not translate. The stricter, as above. */
export const NAT_FILTERINGS = [
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
export const NAT_PORTS = ["preserving", "delta-preserving", "sequential", "random", "unknown"] as const;
export type NatPorts = (typeof NAT_PORTS)[number];

/** RFC 4787, section 6: whether hosts behind the NAT reach each other at its outside address. */
export const NAT_HAIRPINS = ["yes", "no", "unknown"] as const;
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
