import { stepPath } from "../../agent/path/machine.ts";
import {
  initialPath,
  type Leg,
  type Observation,
  type PathEffect,
  type PathInput,
  type PathState,
} from "../../agent/path/state.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { monotonicMs } from "../../protocol/time.ts";

export const DIRECT: Endpoint = { address: "203.0.113.1", port: 51_820 };
export const OTHER_DIRECT: Endpoint = { address: "203.0.113.2", port: 51_820 };

export function leg(number: number): Leg {
  return {
    relay: "f".repeat(32) as MemberId,
    allocation: number.toString(16).padStart(32, "0") as AllocationId,
    endpoint: { address: "192.0.2.1", port: 40_000 + number },
  };
}

/** A machine, its time, and a WireGuard that does what it is told and nothing else. */
export class PathBench {
  state: PathState;
  readonly effects: { readonly atMs: number; readonly effect: PathEffect }[] = [];
  nowMs = 0;
  readonly #controlling: boolean;
  #wireguard: Observation = { endpoint: undefined, rxBytes: 0n, txBytes: 0n, handshakeAgeMs: undefined };

  constructor(controlling = true) {
    this.#controlling = controlling;
    this.state = initialPath(monotonicMs(0));
  }

  /** `afterMs` from now; gives the effects of this input alone. */
  input(input: PathInput, afterMs = 0): readonly PathEffect[] {
    this.nowMs += afterMs;
    const { state, effects } = stepPath(this.state, input, this.#controlling, monotonicMs(this.nowMs));
    this.state = state;
    for (const effect of effects) {
      this.effects.push({ atMs: this.nowMs, effect });
      if (effect.kind === "set-endpoint") this.#wireguard = { ...this.#wireguard, endpoint: effect.endpoint };
    }
    return effects;
  }

  /** WireGuard is looked at, after `change`: bytes came, it roamed. */
  observe(
    change: { received?: bigint; at?: Endpoint; handshakeAgeMs?: number },
    afterMs = 0,
  ): readonly PathEffect[] {
    this.#wireguard = {
      endpoint: change.at ?? this.#wireguard.endpoint,
      rxBytes: this.#wireguard.rxBytes + (change.received ?? 0n),
      txBytes: this.#wireguard.txBytes,
      handshakeAgeMs: change.handshakeAgeMs ?? this.#wireguard.handshakeAgeMs,
    };
    return this.input({ kind: "observed", wireguard: this.#wireguard }, afterMs);
  }

  relayed(): this {
    this.input({ kind: "relay-ready", leg: leg(1) });
    this.observe({ received: 100n, handshakeAgeMs: 10 }, 60);
    return this;
  }

  direct(): this {
    this.relayed();
    this.input({ kind: "validated", endpoint: DIRECT }, 100);
    if (this.#controlling) this.input({ kind: "consent", endpoint: DIRECT, rttMs: 20 }, 20);
    this.observe({ received: 100n, at: DIRECT }, 60);
    this.input({ kind: "consent", endpoint: DIRECT, rttMs: 20 }, 20);
    return this;
  }

  kinds(effects: readonly PathEffect[]): readonly string[] {
    return effects.map((effect) =>
      effect.kind === "changed"
        ? `${effect.from} > ${effect.to}`
        : effect.kind === "set-endpoint"
          ? `set ${effect.endpoint.address}:${effect.endpoint.port}`
          : effect.kind,
    );
  }
}
