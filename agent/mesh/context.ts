import type { MemberId, NetworkId } from "../../protocol/ids.ts";
import type { Clock } from "../clock.ts";
import type { Identity } from "../identity/identity.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import type { Registry } from "../registry/registry.ts";

/** Who this host is in which network, and what every part of that network's runtime works with. Owns nothing. */
export type MeshContext = {
  readonly network: NetworkId;
  readonly self: MemberId;
  readonly identity: Identity;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
};
