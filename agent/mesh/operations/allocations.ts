import type { AllocationId } from "../../../protocol/ids.ts";
import type { AllocationRequest, Emit } from "../../admin/contract.ts";
import type {
  AllocationEvent,
  AllocationList,
  EndedAllocation,
  RelayStats,
} from "../../admin/relay-schemas.ts";
import type { Clock } from "../../clock.ts";
import { AgentError } from "../../errors.ts";
import { AllocationWatch } from "../allocation-watch.ts";
import {
  endedAllocation,
  relayedPair,
  relayStats,
  WallTimes,
  type PairContext,
} from "../allocation-views.ts";
import type { CurrentNetwork } from "../current-network.ts";

/** What the operator of a relay sees of its allocations, and does to them. */
export class AllocationOperations {
  readonly #clock: Clock;
  readonly #current: CurrentNetwork;
  readonly #context: PairContext;

  constructor({ clock }: { clock: Clock }, current: CurrentNetwork) {
    this.#clock = clock;
    this.#current = current;
    this.#context = {
      nameOf: (member) => current.running?.roster.members.get(member)?.name ?? null,
      times: new WallTimes(clock),
    };
  }

  async list(): Promise<AllocationList> {
    const relay = (await this.#current.required()).volunteer.current;
    await relay?.count();
    return {
      volunteering: relay !== undefined,
      allocations: (relay?.status() ?? []).map((status) => relayedPair(status, this.#context)),
    };
  }

  /** Rejects with the signal's reason. */
  async watch(emit: Emit<AllocationEvent>, signal: AbortSignal): Promise<never> {
    await this.#current.required();
    signal.throwIfAborted();
    using _watch = new AllocationWatch({
      clock: this.#clock,
      relay: () => this.#current.running?.volunteer.current,
      describe: (status) => relayedPair(status, this.#context),
      emit,
    });
    return await new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  async end({ id }: AllocationRequest): Promise<EndedAllocation> {
    const relay = (await this.#current.required()).volunteer.current;
    const status = relay?.statusOf(id as AllocationId);
    if (relay === undefined || status === undefined || !(await relay.terminate(id as AllocationId))) {
      throw new AgentError("allocation.unknown", `this relay has no allocation ${id}`, {
        hint: "see those that there are: hopwire relay allocations",
      });
    }
    return endedAllocation(relayedPair(status, this.#context));
  }

  async stats(): Promise<RelayStats> {
    const relay = (await this.#current.required()).volunteer.current;
    await relay?.count();
    return relayStats(relay, { clock: this.#clock, times: this.#context.times });
  }
}
