import type { NatBehaviour } from "../../protocol/nat-behaviour.ts";

export type { NatBehaviour, NatByFamily } from "../../protocol/nat-behaviour.ts";

export const UNKNOWN_BEHAVIOUR: NatBehaviour = {
  mapping: "unknown",
  filtering: "unknown",
  ports: "unknown",
  portStep: 0,
  hairpin: "unknown",
};
