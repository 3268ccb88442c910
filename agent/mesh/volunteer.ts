import type { Endpoint } from "../../protocol/endpoint.ts";
import { failure, type Failure, type ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { ControlPlane } from "../control/plane.ts";
import type { MeshContext } from "./context.ts";
import { Volunteering, type RelayRequest, type VolunteerLimits } from "./volunteering.ts";

export type VolunteerParts = {
  readonly context: MeshContext;
  readonly control: Pick<ControlPlane, "connected" | "notify">;
  /** The configuration's, where `relay start` was given none. */
  readonly defaults: VolunteerLimits;
  /** Where this host's relay ports are reached, with WireGuard's port. */
  readonly endpoints: () => readonly Endpoint[];
};

/** Whether this member relays for others: never unless it volunteered. Owner of the relay while it does. */
export class Volunteer implements AsyncDisposable {
  readonly #parts: VolunteerParts;
  #current: Volunteering | undefined;

  constructor(parts: VolunteerParts) {
    this.#parts = parts;
  }

  get current(): Volunteering | undefined {
    return this.#current;
  }

  /** What it would or does grant. */
  get limits(): VolunteerLimits {
    const { context, defaults } = this.#parts;
    const { maxAllocations, ports } = context.identity.state.relay;
    return { maxAllocations: maxAllocations ?? defaults.maxAllocations, ports: ports ?? defaults.ports };
  }

  /** Does what the state says, with its limits; allocations of before end. */
  async apply(): Promise<void> {
    const before = this.#current;
    this.#current = this.#parts.context.identity.state.relay.volunteering ? this.#begin() : undefined;
    await before?.[Symbol.asyncDispose]();
  }

  async serve(from: MemberId, request: RelayRequest): Promise<ResponseBody | Failure> {
    return (
      this.#current?.serve(from, request) ?? failure("relay.not-volunteering", "this member is no relay")
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.[Symbol.asyncDispose]();
  }

  #begin(): Volunteering {
    const { context, control, endpoints } = this.#parts;
    const { self, network, registry, clock, random, log } = context;
    return new Volunteering({
      self,
      network,
      clock,
      random,
      log,
      limits: this.limits,
      roster: () => registry.roster,
      isConnected: (member) => member === self || control.connected().includes(member),
      addresses: () => endpoints().map(({ address }) => address),
      notifyOffer: (to, leg) => void control.notify(to, { kind: "allocation-offer", ...leg }),
      notifyEnded: (to, allocation, reason) =>
        void control.notify(to, { kind: "allocation-ended", allocation, reason }),
    });
  }
}
