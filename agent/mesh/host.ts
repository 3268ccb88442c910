import type { Endpoint } from "../../protocol/endpoint.ts";
import type { Clock } from "../clock.ts";
import type { ConfiguredBootstrap } from "../config/bootstrap-text.ts";
import type { DhtConfig, LanDiscoveryWish, PortMappingWish } from "../config/schema.ts";
import type { Identity } from "../identity/identity.ts";
import type { Membership } from "../identity/state.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import type { CommandRunner, ProgramListener } from "../runner.ts";
import type { BackendPreference } from "../wireguard/backend.ts";
import type { UpOutcome, WireguardDevice } from "../wireguard/device.ts";
import { nftUsable } from "../wireguard/firewall.ts";
import { HostWatch } from "./host-watch.ts";
import { readOwnRecords, type OwnRecords } from "./own-records.ts";
import type { RelayWishes } from "./relay-choice.ts";
import { StunService, type StunKeys } from "./stun-service.ts";
import type { VolunteerLimits } from "./volunteering.ts";

export type NetworkSettings = {
  readonly listenPort: number;
  readonly controlPort: number;
  readonly mtu: number;
  readonly backend: BackendPreference;
  /** Own public endpoints that an operator gave, resolved. */
  readonly publicEndpoints: readonly Endpoint[];
  /** Public STUN servers, resolved, asked beside the volunteers. */
  readonly stunServers: readonly Endpoint[];
  readonly bootstrap: readonly ConfiguredBootstrap[];
  readonly portMapping: PortMappingWish;
  readonly lanDiscovery: LanDiscoveryWish;
  readonly dht: DhtConfig;
  readonly relayLimits: VolunteerLimits;
  /** Of others' relays, until they are replaced. */
  readonly relayWishes: RelayWishes;
  /** Takes part in the mesh in order to relay, and for nothing else: whatever the state says, it volunteers. */
  readonly relayOnly: boolean;
  readonly version: string;
};

export type HostParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly run: CommandRunner;
  readonly listen: ProgramListener;
  readonly identity: Identity;
  readonly membership: Membership;
  readonly device: WireguardDevice;
  readonly settings: NetworkSettings;
};

/** This host made ready for a network: WireGuard up as the member, and what the host has to offer beside it. */
export type Host = {
  readonly own: OwnRecords;
  readonly interface: UpOutcome;
  /** Not started yet. */
  readonly watch: HostWatch;
  /** Why nftables cannot be used; undefined where it can. */
  readonly nftFault: string | undefined;
  /** STUN from WireGuard's port; undefined without nftables. */
  readonly stun: StunService | undefined;
};

const IPV6_PREFIX_LENGTH = 64;

/** What it opens, `owned` disposes of. Throws AgentError: interface.*, port.taken, rights.missing, state.corrupt. */
export async function openHost(parts: HostParts, keys: StunKeys, owned: AsyncDisposableStack): Promise<Host> {
  const { clock, random, log, run, listen, device, identity, membership, settings } = parts;
  const own = readOwnRecords(membership);
  const watch = owned.use(new HostWatch({ run, listen, clock, log, overlayInterface: device.name }));
  const nftFault = await nftUsable(run);
  const stun =
    nftFault === undefined ? owned.use(await StunService.open({ clock, random, log, keys })) : undefined;
  const outcome = await device.up({
    privateKey: identity.wireguardPrivateKey,
    listenPort: settings.listenPort,
    addresses: [
      { address: own.certificate.address4, prefixLength: own.info.prefix4.length },
      { address: own.certificate.address6, prefixLength: IPV6_PREFIX_LENGTH },
    ],
    mtu: settings.mtu,
    backend: settings.backend,
  });
  return { own, interface: outcome, watch, nftFault, stun };
}
