import { join } from "node:path";
import { DurableFile } from "../../cache/durable-file.ts";
import { describeReport } from "../../cache/state-adapter.ts";
import type { OpenedCache } from "../../cache/store.ts";
import type { Clock } from "../clock.ts";
import type { AgentConfig } from "../config/schema.ts";
import { AgentError } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";
import { membershipOf } from "../identity/signer.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import type { CommandRunner, ProgramListener } from "../runner.ts";
import type { WireguardDevice } from "../wireguard/device.ts";
import type { Loaded } from "../registry/persistence.ts";
import type { LiveRelayConfig } from "./volunteer.ts";
import { answerCertify, answerJoiner, successionLimiter } from "./issuing.ts";
import { KeyChange } from "./key-change.ts";
import { Network } from "./network.ts";
import { resolveEndpoints } from "./own-endpoints.ts";
import { openRegistry } from "./own-registry.ts";
import type { RelayWishes } from "./relay-choice.ts";

/** What the daemon has opened on this host. */
export type DaemonParts = {
  readonly config: AgentConfig;
  readonly version: string;
  /** See `NetworkSettings`. */
  readonly relayOnly: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly run: CommandRunner;
  readonly listen: ProgramListener;
  readonly identity: Identity;
  readonly cache: OpenedCache;
  readonly device: WireguardDevice;
};

/**
 * The network that this host is a member of, if any, running or not. Owner of it and of the interface; what changes
 * either runs one after the other, by `inTurn`.
 */
export class CurrentNetwork implements AsyncDisposable {
  readonly #parts: DaemonParts;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #stopping = new AbortController();
  readonly #warnings: string[] = [];
  readonly #successions = successionLimiter();
  #running: Network | undefined;
  /** The configuration's, which may have changed since the start. */
  #liveRelay: LiveRelayConfig & { readonly wishes: RelayWishes };
  #membership: "kept" | "being-left" | "revoked" = "kept";
  #last: Promise<unknown> = Promise.resolve();
  readonly #keyChange: KeyChange;
  /** Pending while it is about to run with other keys. */
  #restarting: Promise<undefined> = Promise.resolve(undefined);
  #cancelTry: () => void = () => undefined;

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    this.#keyChange = new KeyChange(parts);
    this.#liveRelay = parts.config.relay;
    // Nobody may be waiting when a start fails; whoever asks later still hears why.
    this.#ready.promise.catch(() => undefined);
    if (parts.cache.report !== undefined) this.#warnings.push(describeReport(parts.cache.report));
  }

  /** Takes up the membership that the state holds, if any. Throws what `Network.start` does. */
  async takeUp(): Promise<void> {
    try {
      if (this.#parts.identity.state.membership !== undefined) await this.start();
      this.#ready.resolve(undefined);
    } catch (error) {
      this.#ready.reject(error);
      throw error;
    }
  }

  /** Resolves, or rejects as it did, when `takeUp` is through. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  get running(): Network | undefined {
    return this.#running;
  }

  /** Aborts when the agent stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  get warnings(): readonly string[] {
    const revoked =
      this.#membership === "revoked"
        ? ["this member was revoked: run hopwire leave, then join with a new invite"]
        : [];
    return [...this.#warnings, ...revoked, ...(this.#running?.warnings ?? [])];
  }

  /** Throws AgentError `network.none`, `member.revoked`, and what the start failed with. */
  async required(): Promise<Network> {
    await this.ready;
    await this.#restarting;
    if (this.#running !== undefined) return this.#running;
    if (this.#membership === "revoked") {
      throw new AgentError("member.revoked", "this member was revoked", {
        hint: "run: hopwire leave; then join with a new invite",
      });
    }
    membershipOf(this.#parts.identity.state);
    throw new AgentError("network.none", "the network is not running", { hint: "see the agent's log" });
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.ready).then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Runs the membership that the state holds. Throws what `Network.start` does; nothing of it is left running then. */
  async start(): Promise<void> {
    const { config, version, relayOnly, clock, random, log, run, listen, identity, cache, device } =
      this.#parts;
    const membership = membershipOf(identity.state);
    const [publicEndpoints, stunServers] = await Promise.all([
      resolveEndpoints([...config.endpoints, ...identity.state.endpoints], log),
      resolveEndpoints(config.stunServers, log),
    ]);
    const { registry, loaded } = await openRegistry(this.#parts, identity.state);
    if (loaded.setAside !== undefined) this.#warnings.push(damageWarning(loaded.setAside, loaded));
    const starting = Network.start({
      clock,
      random,
      log,
      run,
      listen,
      identity,
      membership,
      cache: cache.cache,
      device,
      registry,
      relayFile: new DurableFile(join(config.stateDir, "relay-state.json")),
      settings: {
        listenPort: config.listenPort,
        controlPort: config.controlPort,
        mtu: config.mtu,
        backend: config.backend,
        publicEndpoints,
        stunServers,
        bootstrap: config.bootstrap,
        portMapping: config.portMapping,
        lanDiscovery: config.lanDiscovery,
        dht: config.dht,
        relayLimits: config.relay,
        relayWishes: config.relay.wishes,
        relayOnly,
        version,
      },
      // Joiners come while it still starts: they wait for it, since a refusal would be final.
      onRedeem: async (inviteId, body) => answerJoiner(await starting, inviteId, body, this.#parts),
      onCertify: async (from, body) =>
        answerCertify(await starting, from, body, this.#parts, this.#successions),
      onRevoked: () => this.#onRevoked(),
      onRotation: () => this.#changeKeys((network) => this.#keyChange.goOn(network)),
    });
    this.#running = await starting;
    this.#tryKeys();
    // They may have been replaced while it started.
    if (this.#liveRelay !== config.relay) this.reconfigureRelay(this.#liveRelay);
  }

  /** In this network and the next. */
  reconfigureRelay(relay: LiveRelayConfig & { readonly wishes: RelayWishes }): void {
    this.#liveRelay = relay;
    this.#running?.setRelayWishes(relay.wishes);
    this.#running?.volunteer.reconfigure(relay).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, "the relay's new configuration could not be taken over");
    });
  }

  /** Network and interface go. */
  async takeDown(): Promise<void> {
    const network = this.#running;
    this.#running = undefined;
    this.#cancelTry();
    try {
      await network?.[Symbol.asyncDispose]();
    } finally {
      await this.#parts.device.down();
    }
  }

  /** While `work` runs, this host's own revocation is its own doing; when it succeeds there is no membership any more. */
  async leaving(work: () => Promise<void>): Promise<void> {
    const before = this.#membership;
    this.#membership = "being-left";
    try {
      await work();
      this.#membership = "kept";
    } catch (error) {
      this.#membership = before;
      throw error;
    }
  }

  /** Ends the network and takes down all that it made. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new AgentError("daemon.unreachable", "the agent is stopping"));
    await this.#last.catch(() => undefined);
    await this.takeDown();
  }

  /** A member whose keys are being changed may not know which of the two sets the others take. */
  #tryKeys(): void {
    this.#cancelTry();
    const { tryMs } = this.#keyChange;
    if (tryMs === undefined) return;
    this.#cancelTry = this.#parts.clock.after(tryMs, () => {
      if (this.#running?.connected.length === 0) this.#changeKeys(() => this.#keyChange.tryOther());
      else this.#tryKeys();
    });
  }

  /** `step` says whether WireGuard has other keys now: then the network starts anew, on the interface that there is. */
  #changeKeys(step: (network: Network) => Promise<boolean>): void {
    const restarted = Promise.withResolvers<undefined>();
    this.inTurn(async () => {
      const network = this.#running;
      if (network === undefined || this.#membership !== "kept") return;
      // Until it runs anew, a revocation of the old keys is our own doing.
      await this.leaving(async () => {
        if (!(await step(network))) return;
        this.#running = undefined;
        this.#restarting = restarted.promise;
        await network[Symbol.asyncDispose]();
        await this.start();
      });
    })
      .catch((error: unknown) => this.#parts.log.error({ err: error }, "keys could not be changed"))
      .finally(() => restarted.resolve(undefined));
  }

  #onRevoked(): void {
    if (this.#membership !== "kept") return;
    if (this.#running !== undefined && this.#keyChange.isOwnDoing(this.#running)) {
      this.#changeKeys(() => this.#keyChange.tryOther());
      return;
    }
    this.#membership = "revoked";
    this.#parts.log.warn({}, "this member was revoked; the network is left");
    this.inTurn(() => this.takeDown()).catch((error: unknown) =>
      this.#parts.log.error({ err: error }, "the network could not be taken down"),
    );
  }
}

function damageWarning(path: string, { records, fromCopy, refused }: Loaded): string {
  const lost = [...refused.values()].reduce((sum, count) => sum + count, 0);
  return (
    `the registry file was damaged and is kept as ${path}: ${lost} records in it were bad, ${records} were kept ` +
    `(${fromCopy} of them from the copy); others tell what is missing`
  );
}
