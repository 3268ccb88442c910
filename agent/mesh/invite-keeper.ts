import type { ConnectionCache } from "../../cache/store.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { InviteId, MemberId } from "../../protocol/ids.ts";
import type { InviteWay } from "../../protocol/invite.ts";
import { guestOf } from "../../protocol/relay-token.ts";
import type { ControlPlane } from "../control/plane.ts";
import type { InvitePeer } from "../identity/invites.ts";
import type { IssuedInvite } from "../identity/state.ts";
import type { WireguardDevice } from "../wireguard/device.ts";
import type { MeshContext } from "./context.ts";
import type { FirewallKeeper } from "./firewall-keeper.ts";
import { relaysTowards } from "./home-relays.ts";
import { InviteRelays, type RelayedWay } from "./invite-relays.ts";
import { awaitedGuests, inviteChanges, openInvites } from "./open-invites.ts";
import { inviteWays, orderEndpoints, type OwnAddresses } from "./reachability.ts";
import { RelayRequests } from "./relay-requests.ts";
import type { StunRequest } from "./stun-service.ts";

export type InviteKeeperParts = {
  readonly context: MeshContext;
  readonly cache: Pick<ConnectionCache, "relayOrder">;
  readonly control: Pick<ControlPlane, "connected" | "request" | "reach">;
  readonly wireguard: Pick<WireguardDevice, "dump" | "apply">;
  readonly firewall: Pick<FirewallKeeper, "updateInvites">;
  /** Undefined where STUN cannot leave from WireGuard's port. */
  readonly stun: StunRequest | undefined;
  /** Lets nobody in, whatever the state says. */
  readonly isOff: boolean;
  readonly own: () => OwnAddresses;
  /** Where packets to this member go now. */
  readonly endpointOf: (member: MemberId) => Endpoint | undefined;
  /** At which this host can be reached from everywhere. */
  readonly openEndpoints: () => readonly Endpoint[];
  /** Whether an operator vouches for one of `openEndpoints`. */
  readonly isSure: () => boolean;
  readonly candidates: () => readonly Endpoint[];
  /** `relays` has changed. */
  readonly onChange: () => void;
};

export type InviteWays = {
  readonly ways: readonly InviteWay[];
  /** Those of `ways` that lead through volunteers. */
  readonly relayed: readonly RelayedWay[];
  /** Whether there is one that needs no luck from elsewhere. */
  readonly isReachable: boolean;
};

/**
 * What invites that this host has made take while they are open: a WireGuard peer, an address at the control port, and where this
 * host is behind a NAT a way through volunteers. Owner of those ways.
 */
export class InviteKeeper implements Disposable {
  readonly #parts: InviteKeeperParts;
  readonly #relays: InviteRelays;

  constructor(parts: InviteKeeperParts) {
    const { context, control, stun, own, endpointOf, onChange } = parts;
    const { clock, log } = context;
    this.#parts = parts;
    const ports = new RelayRequests({
      context,
      control,
      stun,
      orderEndpoints: (relay, endpoints) => orderEndpoints(endpoints, endpointOf(relay), own().addresses),
      held: { find: () => undefined, refused: () => undefined },
      guestBy: (id) =>
        this.open
          .map(({ temporaryPublicKey }) => guestOf(temporaryPublicKey))
          .find(({ memberId }) => memberId === id),
    });
    this.#relays = new InviteRelays({ clock, log, ports, volunteers: () => this.#volunteers(), onChange });
  }

  /** Whose temporary keys are let in. */
  get open(): readonly IssuedInvite[] {
    const { context, isOff } = this.#parts;
    return isOff ? [] : openInvites(context.identity.state.membership, context.clock.wallNow());
  }

  /** Whose temporary address it is. */
  at(address4: string): InviteId | undefined {
    return this.open.find(({ temporaryAddress4 }) => temporaryAddress4 === address4)?.id;
  }

  /** With whom a control connection is needed. */
  get relays(): ReadonlySet<MemberId> {
    return this.#relays.relays;
  }

  /** The state has other invites than before: temporary keys are let in, or no longer. */
  async sync(): Promise<void> {
    const { context, wireguard, firewall } = this.#parts;
    const { peerByKey } = await wireguard.dump();
    const { memberByWireguardKey } = context.registry.roster;
    await wireguard.apply(inviteChanges(this.open, peerByKey.keys(), (key) => memberByWireguardKey.has(key)));
    await firewall.updateInvites();
    this.syncRelays();
  }

  /** Time has passed, or the roster has changed: who was awaited may be there. */
  syncRelays(): void {
    const { identity, registry, clock } = this.#parts.context;
    this.#relays.sync(awaitedGuests(identity.state.membership, registry.roster.endpoints, clock.wallNow()));
  }

  /** See `InviteRelays.refresh`. */
  refresh(relay?: MemberId): void {
    this.#relays.refresh(relay);
  }

  /**
   * Ways to this host to put into an invite, those of volunteers among them where others cannot be sure to reach it.
   * See `InviteRelays.open`.
   */
  async openWays(
    { publicKey }: InvitePeer,
    keep: (relays: readonly MemberId[]) => Promise<void>,
  ): Promise<InviteWays> {
    const { isSure, openEndpoints, candidates } = this.#parts;
    const relayed = isSure() ? [] : await this.#relays.open(guestOf(publicKey).memberId, keep);
    const relays = relayed.map(({ endpoint }) => endpoint);
    const open = openEndpoints();
    const ways = inviteWays(open, relays, candidates());
    return { ways, relayed, isReachable: open.length + relays.length > 0 };
  }

  [Symbol.dispose](): void {
    this.#relays[Symbol.dispose]();
  }

  #volunteers(): readonly MemberId[] {
    const { context, cache, control } = this.#parts;
    const byExperience = cache.relayOrder(context.self, [...control.connected()]);
    return relaysTowards(
      context.self,
      byExperience.map(({ relay }) => relay as MemberId),
      context.registry.roster,
    );
  }
}
