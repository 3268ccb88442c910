import type { Prefix } from "../../protocol/address.ts";
import { isIPv4, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { DhtDiscovery, type DhtReport } from "../registry/dht/dht-discovery.ts";
import { DhtSession } from "../registry/dht/dht-session.ts";
import { openDatagramSocket } from "../registry/dht/dht-socket.ts";
import { entryOf, type Entry } from "../registry/dht/entry.ts";
import { dhtSecretOf } from "../registry/dht/slot.ts";
import { LanDiscovery } from "../registry/lan/lan-discovery.ts";
import { LanLink } from "../registry/lan/lan-link.ts";
import { lanSecretOf } from "../registry/lan/lan-secret.ts";
import type { MeshContext } from "./context.ts";
import type { NetworkSettings } from "./host.ts";
import { resolveEndpoints } from "./own-endpoints.ts";
import { secretsOf } from "./secret-keeper.ts";
import type { StunService } from "./stun-service.ts";

export type DiscoveryParts = {
  readonly context: MeshContext;
  readonly settings: Pick<NetworkSettings, "lanDiscovery" | "dht">;
  /** WireGuard's. */
  readonly listenPort: number;
  /** This host's addresses on LANs. */
  readonly lans: () => readonly Prefix[];
  /** Undefined where STUN cannot leave from WireGuard's port: there is no discovery on LANs then. */
  readonly stun: StunService | undefined;
  readonly connected: () => readonly MemberId[];
  /** The member may be there: worth a check. */
  readonly onHint: (member: MemberId, endpoint: Endpoint) => void;
};

/** How members are found that no record and no cache leads to: on this host's LANs, and in a public DHT. Owner of both. */
export class Discovery implements AsyncDisposable {
  readonly #parts: DiscoveryParts;
  readonly #owned = new AsyncDisposableStack();
  readonly #lan: LanDiscovery | undefined;
  readonly #dht: DhtDiscovery | undefined;

  constructor(parts: DiscoveryParts) {
    const { settings, stun } = parts;
    this.#parts = parts;
    const isOnLans = settings.lanDiscovery === "auto" && stun !== undefined;
    this.#lan = isOnLans ? this.#owned.use(this.#newLan(stun)) : undefined;
    this.#dht = settings.dht.discovery === "on" ? this.#owned.use(this.#newDht()) : undefined;
  }

  /** Undefined where it is off. */
  get lan(): LanDiscovery | undefined {
    return this.#lan;
  }

  /** Undefined where it is off. */
  get dht(): DhtReport | undefined {
    return this.#dht?.report;
  }

  start(): void {
    this.#lan?.start();
    this.#dht?.start();
  }

  /** This host has moved. */
  refresh(): void {
    this.#lan?.refresh();
    this.#dht?.refresh();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }

  #newLan(stun: StunService): LanDiscovery {
    const { context, listenPort, lans, onHint } = this.#parts;
    const { self, identity, clock, random } = context;
    const log = context.log.child({ component: "lan" });
    return new LanDiscovery({
      self,
      clock,
      random,
      log,
      listenPort,
      addresses: lans,
      secrets: () => secretsOf(identity).map(({ epoch, secret }) => lanSecretOf(epoch, secret)),
      stun: stun.request.bind(stun),
      openLink: LanLink.opener(clock, log),
      onMember: onHint,
    });
  }

  #newDht(): DhtDiscovery {
    const { context, settings, connected } = this.#parts;
    const { network, self, identity, registry, clock, random } = context;
    const log = context.log.child({ component: "dht" });
    return new DhtDiscovery({
      self,
      network,
      clock,
      random,
      log,
      secrets: () => secretsOf(identity).map(({ epoch, secret }) => dhtSecretOf(epoch, secret)),
      secretSince: () => registry.roster.secret?.issuedAt,
      ownEntry: () => entryOf(registry.store, self),
      isAlone: () => connected().length === 0 && registry.roster.members.size > 1,
      firstNodes: async () =>
        (await resolveEndpoints(settings.dht.nodes, log)).filter(({ address }) => isIPv4(address)),
      openSession: DhtSession.opener({ log, random, openSocket: openDatagramSocket }),
      onEntry: (entry) => this.#onEntry(entry),
    });
  }

  /** Judged as if another member had sent it. */
  async #onEntry({ member, endpoints, records }: Entry): Promise<void> {
    const { context, onHint } = this.#parts;
    await context.registry.receive(context.self, { kind: "records", records });
    if (!context.registry.roster.members.has(member)) return;
    for (const endpoint of endpoints) onHint(member, endpoint);
  }
}
