import type { RelayStartRequest, RelayStatus } from "../../admin/contract.ts";
import type { Clock } from "../../clock.ts";
import type { Identity } from "../../identity/identity.ts";
import type { IdentityState } from "../../identity/state.ts";
import type { CurrentNetwork } from "../current-network.ts";
import { relayStatus } from "../views.ts";

/** Whether this host volunteers: kept in the state, so that it is the same after a restart. */
export class RelayOperations {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #current: CurrentNetwork;

  constructor({ identity, clock }: { identity: Identity; clock: Clock }, current: CurrentNetwork) {
    this.#identity = identity;
    this.#clock = clock;
    this.#current = current;
  }

  start({ maxAllocations, ports }: RelayStartRequest): Promise<RelayStatus> {
    return this.#apply(() => ({
      volunteering: true,
      ...(maxAllocations === undefined ? {} : { maxAllocations }),
      ...(ports === undefined ? {} : { ports: { ...ports } }),
    }));
  }

  stop(): Promise<RelayStatus> {
    return this.#apply((relay) => ({ ...relay, volunteering: false }));
  }

  async status(): Promise<RelayStatus> {
    const network = await this.#current.required();
    await network.volunteer.current?.count();
    return relayStatus(network, this.#clock.wallNow(), this.#clock.monotonicNow());
  }

  #apply(change: (relay: IdentityState["relay"]) => IdentityState["relay"]): Promise<RelayStatus> {
    return this.#current.inTurn(async () => {
      const network = await this.#current.required();
      await this.#identity.update((state) => ({ state: { ...state, relay: change(state.relay) } }));
      await network.applyVolunteering();
      return this.status();
    });
  }
}
