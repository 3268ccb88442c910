import { isIPv4, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { KnockBudget } from "../nat/knock-budget.ts";
import { knockingWakeAt, startKnocking, stepKnocking, type Knocking } from "../nat/knocking.ts";
import { portPlan } from "../nat/port-plan.ts";
import { WAIT_MS } from "../nat/socket-opening.ts";
import type { Random } from "../random.ts";
import { isGlobal } from "../../protocol/global-address.ts";

export type PortKnockerPorts = {
  /** Where a volunteer sees the member; what the member says itself would let it aim our packets at anybody. */
  observedAddress(peer: MemberId): Promise<string | undefined>;
  /** One check, from WireGuard's port. */
  check(peer: MemberId, to: Endpoint): void;
  isDirect(peer: MemberId): boolean;
};

/** Asked for while the path still counted as direct here: the peer has noticed before us that it is dead. */
type Late = { readonly peer: MemberId; readonly predicted: readonly number[]; readonly until: MonotonicMs };

type Attempt = { readonly peer: MemberId; address?: string; knocking?: Knocking };

/**
 * The easy end's part where the peer's NAT gives every destination another port: sends checks to many ports of the peer's address
 * until one of its sockets is met. One peer at a time, so that a router's table holds it. Owner of one timer.
 */
export class PortKnocker implements Disposable {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #ports: PortKnockerPorts;
  readonly #budget = new KnockBudget();
  #attempt: Attempt | undefined;
  #late: Late | undefined;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: { clock: Clock; random: Random; log: Logger; ports: PortKnockerPorts }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#log = parts.log;
    this.#ports = parts.ports;
  }

  /** The peer's sockets wait. Refused without a word where there is another attempt or the budget is used up: it asks again. */
  async begin(peer: MemberId, predicted: readonly number[]): Promise<void> {
    if (this.#closed || this.#attempt !== undefined) return;
    const now = this.#clock.monotonicNow();
    this.#late = undefined;
    if (this.#ports.isDirect(peer)) {
      this.#late = { peer, predicted, until: monotonicMs(now + WAIT_MS) };
      return;
    }
    if (!this.#budget.take(peer, now)) return;
    const attempt: Attempt = { peer };
    this.#attempt = attempt;
    const address = await this.#ports.observedAddress(peer);
    if (this.#attempt !== attempt) return;
    if (address === undefined || !isIPv4(address) || !isGlobal(address)) {
      this.#log.debug({ peer, address }, "no volunteer says where the peer is: ports are not tried");
      this.#end();
      return;
    }
    attempt.address = address;
    attempt.knocking = startKnocking(portPlan(predicted, this.#random), this.#clock.monotonicNow());
    this.#log.debug({ peer, address, predicted: predicted.length }, "ports are tried");
    this.#run();
  }

  /** A check of the peer arrived: from the address that is tried it shows that a socket was met. */
  onCheck(peer: MemberId, from: Endpoint): void {
    if (this.#attempt?.peer !== peer || this.#attempt.address !== from.address) return;
    this.#log.debug({ peer, port: from.port, tried: this.#attempt.knocking?.sent }, "a port was met");
    this.#end();
  }

  onDirect(peer: MemberId): void {
    if (this.#attempt?.peer === peer) this.#end();
    if (this.#late?.peer === peer) this.#late = undefined;
  }

  /** The direct path is gone: the peer's sockets may wait already. */
  onLost(peer: MemberId): void {
    const late = this.#late;
    if (late?.peer === peer && this.#clock.monotonicNow() < late.until) void this.begin(peer, late.predicted);
  }

  retain(isMember: (id: MemberId) => boolean): void {
    this.#budget.retain(isMember);
    if (this.#attempt !== undefined && !isMember(this.#attempt.peer)) this.#end();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#end();
  }

  #run(): void {
    const attempt = this.#attempt;
    if (attempt?.knocking === undefined || attempt.address === undefined) return;
    const now = this.#clock.monotonicNow();
    const { knocking, ports } = stepKnocking(attempt.knocking, now);
    attempt.knocking = knocking;
    for (const port of ports) this.#ports.check(attempt.peer, { address: attempt.address, port });
    const at = knockingWakeAt(knocking, now);
    if (at === undefined) {
      this.#log.debug({ peer: attempt.peer, tried: knocking.sent }, "no port was met");
      this.#end();
      return;
    }
    this.#cancel = this.#clock.after(at - now, () => this.#run());
  }

  #end(): void {
    this.#attempt = undefined;
    this.#cancel();
  }
}
