import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DurableFile } from "../../cache/durable-file.ts";
import type { Clock } from "../clock.ts";
import { rawOf, type Identity } from "../identity/identity.ts";
import type { Signed } from "../identity/membership.ts";
import { membershipOf } from "../identity/signer.ts";
import type { IdentityState } from "../identity/state.ts";
import type { Logger } from "../log.ts";
import { Registry } from "../registry/registry.ts";

export type OwnRegistryParts = {
  readonly config: { readonly stateDir: string };
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
};

/** The file of the network that `state` is a member of. Throws AgentError `network.none`, `state.newer` or `state.io`. */
export function openRegistry(
  { config, identity, clock, log }: OwnRegistryParts,
  state: IdentityState,
): ReturnType<typeof Registry.open> {
  return Registry.open({
    networkKey: rawOf(membershipOf(state).networkKey),
    ownId: identity.keys.id,
    file: new DurableFile(pathOf(config)),
    copy: new DurableFile(copyOf(config)),
    clock,
    log: log.child({ component: "registry" }),
  });
}

/**
 * What a new membership begins with becomes durable before the membership does: after a crash between the two there is
 * a file that nobody reads, and not a member that knows no other.
 */
export async function beginRegistry(parts: OwnRegistryParts, { state, records }: Signed): Promise<void> {
  await removeRegistry(parts);
  const { registry } = await openRegistry(parts, state);
  await using _ = registry;
  await registry.publish(records.map(({ bytes }) => bytes));
}

export async function removeRegistry({ config }: Pick<OwnRegistryParts, "config">): Promise<void> {
  // The copy first: alone it would stand in for the file.
  await rm(copyOf(config), { force: true });
  await rm(pathOf(config), { force: true });
}

function pathOf({ stateDir }: OwnRegistryParts["config"]): string {
  return join(stateDir, "registry.json");
}

function copyOf({ stateDir }: OwnRegistryParts["config"]): string {
  return join(stateDir, "registry-copy.json");
}
