import type { Endpoint } from "../../protocol/endpoint.ts";
import { failure, type Failure, type ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { ControlPlane } from "../control/plane.ts";
import type { MeshContext } from "./context.ts";
import {
  chooseForwarder,
  chooseKind,
  removeLeftFlows,
  type ForwarderWish,
} from "../relay/server/choose-forwarder.ts";
import type { ListTexts } from "../relay/server/guard/address-lists.ts";
import { RelayGuard } from "../relay/server/guard/guard.ts";
import { RelayTally } from "../metrics/relay-tally.ts";
import type { RelayView, RunningRelay } from "../metrics/view.ts";
import type { CommandRunner } from "../runner.ts";
import { batchedPortOpener } from "../relay/server/batched/port-opener.ts";
import { ANY_ADDRESS } from "../relay/server/udp-port.ts";
import { UserspaceForwarder } from "../relay/server/userspace-forwarder.ts";
import { RelayKeeper, type RelayKeeperParts } from "./relay-keeper.ts";
import { Volunteering, type RelayRequest, type VolunteerLimits } from "./volunteering.ts";

export type VolunteerParts = {
  readonly context: MeshContext;
  readonly control: Pick<ControlPlane, "connected" | "notify" | "reach">;
  /** Packets reach the member, as far as is known of one that is not connected. */
  readonly hasPath: (member: MemberId) => boolean;
  /** It drains, which others should know. */
  readonly onDraining: () => void;
  /** Whatever the state says. */
  readonly always: boolean;
  /** The configuration's, where `relay start` was given none. */
  readonly defaults: VolunteerLimits;
  /** Where this host's relay ports are reached, with WireGuard's port. */
  readonly endpoints: () => readonly Endpoint[];
  readonly run: CommandRunner;
  /** Names the kernel forwarder's table: no two networks of a host have the same. */
  readonly interfaceName: string;
  /** Of this host, without the overlay's. */
  readonly ownAddresses: () => readonly string[];
  /** Where packets of the member come from; undefined where a relay carries them. */
  readonly outerEndpoint: (member: MemberId) => Endpoint | undefined;
  /** What the relay must know again after a restart. */
  readonly stateFile: RelayKeeperParts["file"];
};

/** What of the relay's configuration changes while it runs. It was checked. */
export type LiveRelayConfig = {
  readonly guard: { readonly lists: ListTexts };
  readonly forwarder: ForwarderWish;
};

/**
 * As long as a relay that is to stop waits for its members to move to others. With another volunteer at hand that takes a
 * second and a half; longer than this, and whoever restarts the service would think that it hangs.
 */
const DRAIN_LIMIT_MS = 5_000;

/** Over a path that is there, three round trips; the member that asked gives up after 3 s. */
const REACH_MS = 1_000;

/** Whether this member relays for others: never unless it volunteered. Owner of the relay while it does. */
export class Volunteer implements AsyncDisposable {
  readonly #parts: VolunteerParts;
  /** Outlives a relay that is stopped and started: nobody gets new limits by that, and no counter falls. */
  readonly #guard: RelayGuard;
  readonly #tally = new RelayTally();
  #current: Volunteering | undefined;
  /** From the first time it volunteers: quotas outlive a relay that is stopped and started. */
  #keeper: RelayKeeper | undefined;
  #forwarderWish: ForwarderWish;
  #disposed = false;

  constructor(parts: VolunteerParts) {
    this.#parts = parts;
    const { context, defaults, ownAddresses } = parts;
    const { clock, random } = context;
    const log = context.log.child({ component: "relay" });
    this.#forwarderWish = defaults.forwarder;
    this.#guard = new RelayGuard(defaults.guard, { clock, random, log, fetch, ownAddresses });
  }

  get current(): Volunteering | undefined {
    return this.#current;
  }

  /** What it would or does grant. */
  get limits(): VolunteerLimits {
    const { context, defaults, always } = this.#parts;
    // What `relay start` was given belongs to an agent that one starts and stops to volunteer.
    const { maxAllocations, ports } = always ? {} : context.identity.state.relay;
    return {
      ...defaults,
      maxAllocations: maxAllocations ?? defaults.maxAllocations,
      ports: ports ?? defaults.ports,
    };
  }

  /** Has those that it relays for move to other volunteers, if there are any, and resolves when they have, or after a while. */
  async drain(): Promise<void> {
    const { context, control, onDraining } = this.#parts;
    const current = this.#current;
    const others = [...context.registry.roster.relays].filter(
      ([id, { record }]) =>
        id !== context.self && record.content.endpoints.length > 0 && !record.content.draining,
    );
    if (current === undefined || current.isDraining || others.length === 0) return;
    const { members, drained } = current.drain(DRAIN_LIMIT_MS);
    if (members.size === 0) return;
    context.log.info({ members: members.size }, "relay is draining");
    for (const member of members) control.notify(member, { kind: "draining", withinMs: DRAIN_LIMIT_MS });
    onDraining();
    await drained;
    context.log.info({ left: current.status().length }, "relay has drained");
  }

  /** Does what the state says, with its limits; allocations of before move to other volunteers, or end. */
  async apply(): Promise<void> {
    await this.drain();
    const before = this.#current;
    this.#current = undefined;
    await before?.[Symbol.asyncDispose](); // two relays would share one table
    const { context, stateFile, run, interfaceName, always } = this.#parts;
    const { clock, log } = context;
    const isWanted = always || context.identity.state.relay.volunteering;
    if (isWanted) this.#keeper ??= await RelayKeeper.open({ file: stateFile, clock, log });
    const next = isWanted && this.#keeper !== undefined ? await this.#begin(this.#keeper) : undefined;
    if (next === undefined && (await stateFile.read()) !== undefined)
      await removeLeftFlows(run, interfaceName);
    this.#current = this.#disposed ? undefined : next;
    if (this.#disposed) await next?.[Symbol.asyncDispose]();
  }

  async serve(from: MemberId, request: RelayRequest): Promise<ResponseBody | Failure> {
    const answer = await (this.#current?.serve(from, request) ??
      failure("relay.not-volunteering", "this member is no relay"));
    this.#tally.answer(request.kind, answer.kind === "failure" ? answer.code.replace(/^relay\./, "") : "ok");
    return answer;
  }

  /** In force at once, also for allocations that there are. */
  async reconfigure({ guard, forwarder }: LiveRelayConfig): Promise<void> {
    if (this.#guard.replaceLists(guard.lists).ok) await this.#current?.recheck();
    if (this.#forwarderWish !== forwarder) await this.#switchForwarder(forwarder);
  }

  metrics(): RelayView {
    return {
      running: this.#current && this.#running(this.#current),
      totals: this.#tally.totals(),
      guard: this.#guard.counters(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const current = this.#current;
    this.#current = undefined;
    try {
      await current?.[Symbol.asyncDispose]();
    } finally {
      await this.#keeper?.[Symbol.asyncDispose]();
    }
  }

  /** Whoever is not connected and has no path is off: dialling it would only wake its tunnel in vain. */
  async #reach(member: MemberId): Promise<boolean> {
    const { context, control, hasPath } = this.#parts;
    if (member === context.self || control.connected().includes(member)) return true;
    return hasPath(member) && control.reach(member, REACH_MS);
  }

  async #switchForwarder(wanted: ForwarderWish): Promise<void> {
    this.#forwarderWish = wanted;
    const { run, context } = this.#parts;
    if (this.#current === undefined) return;
    const { kind } = await chooseKind({ wanted, run, log: context.log.child({ component: "relay" }) });
    if (this.#forwarderWish === wanted) await this.current?.switchForwarder(kind);
  }

  #running(current: Volunteering): RunningRelay {
    const { region, maxAllocations, bandwidthBps, monthlyBytes } = current.limits;
    const allocations = current.status();
    const quotaRatios = allocations.map(({ allocation: { quotaBytes }, usedBytes }) =>
      quotaBytes > 0 ? usedBytes / quotaBytes : 0,
    );
    const legs = allocations.flatMap(({ forwarder }) => Object.values(forwarder?.endpoints ?? {}));
    return {
      forwarder: current.forwarderKind,
      region,
      allocations: allocations.length,
      maxAllocations,
      legs: legs.filter((endpoint) => endpoint !== undefined).length,
      quotaRatio: quotaRatios.reduce((a, b) => Math.max(a, b), 0),
      bandwidthRatio: this.#tally.bandwidthRatio(),
      bandwidthBps,
      monthBytes: this.#keeper?.usage.monthBytes(this.#parts.context.clock.wallNow()) ?? 0,
      monthlyBytes,
    };
  }

  async #begin(keeper: RelayKeeper): Promise<Volunteering> {
    const { context, control, endpoints, run, interfaceName, outerEndpoint } = this.#parts;
    const { self, network, registry, clock, random, log } = context;
    const { limits } = this;
    const relayLog = log.child({ component: "relay" });
    const guard = this.#guard;
    const openPort = batchedPortOpener({ addresses: ANY_ADDRESS, log: relayLog });
    const forwarder = await chooseForwarder({
      wanted: this.#forwarderWish,
      bandwidthBps: limits.bandwidthBps > 0 ? limits.bandwidthBps : undefined,
      owner: interfaceName,
      clock,
      run,
      log: relayLog,
      createUserspace: (events) =>
        new UserspaceForwarder(
          { clock, random, events, guard, openPort },
          { ports: limits.ports, allowLoopback: false, bandwidthBps: limits.bandwidthBps },
        ),
    });
    const volunteering = new Volunteering({
      self,
      network,
      clock,
      random,
      log,
      limits,
      usage: keeper.usage,
      forwarder,
      guard,
      tally: this.#tally,
      outerEndpoint,
      roster: () => registry.roster,
      reach: (member) => this.#reach(member),
      addresses: () => endpoints().map(({ address }) => address),
      notifyOffer: (to, leg) => void control.notify(to, { kind: "allocation-offer", ...leg }),
      notifyEnded: (to, allocation, reason) =>
        void control.notify(to, { kind: "allocation-ended", allocation, reason }),
      notifyWarning: (to, warning) => void control.notify(to, { kind: "allocation-warning", ...warning }),
      onChanged: () => keeper.changed(),
    });
    await volunteering.resume(keeper.takeLeft());
    keeper.keep(() => volunteering.saved());
    return volunteering;
  }
}
