import { describe, expect, it } from "vitest";
import { knockingWakeAt, startKnocking, stepKnocking } from "../../agent/nat/knocking.ts";
import { MANY_SOCKETS, MAX_PROBES, portPlan } from "../../agent/nat/port-plan.ts";
import {
  openingWakeAt,
  restingOpening,
  stepOpening,
  type OpeningInput,
} from "../../agent/nat/socket-opening.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { SimulatedNetwork, type SimulatedNat } from "./simulated-network.ts";

const HARD: SimulatedNat = {
  publicAddress: "198.51.100.1",
  mapping: "endpoint-dependent",
  filtering: "address-and-port-dependent",
};
const EASY: SimulatedNat = {
  publicAddress: "203.0.113.1",
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
};
const WIREGUARD: Endpoint = { address: "10.0.1.1", port: 51_820 };
const VOLUNTEER: Endpoint = { address: "192.0.2.1", port: 51_820 };
const SIGNAL_MS = 50;

type Meeting = {
  readonly afterMs: number;
  readonly tried: number;
  /** Whether the easy end hears the socket that was met. */
  readonly isMutual: boolean;
};

/** Both ends' machines on a network of their own, until a socket is met or all has been tried. */
function meet(seed: number, lossRate = 0): Meeting | undefined {
  const network = new SimulatedNetwork<"check" | "through">({ seed, lossRate, latencyMs: () => 10 });
  const socket = (number: number): Endpoint => ({ address: "10.0.0.1", port: 50_000 + number });
  let state = restingOpening(network.now);
  let tried = 0;
  let metAtMs: number | undefined;
  let isMutual = false;
  network.attach({
    address: WIREGUARD.address,
    nat: EASY,
    receive: (payload) => (isMutual ||= payload === "through"),
  });
  const target = network.mappedFor(WIREGUARD, VOLUNTEER);

  const knock = (): void => {
    let knocking = startKnocking(portPlan([], seededRandom(seed)), network.now);
    const run = (): void => {
      const step = stepKnocking(knocking, network.now);
      knocking = step.knocking;
      tried = knocking.sent;
      for (const port of step.ports) network.send(WIREGUARD, { address: HARD.publicAddress, port }, "check");
      const next = knockingWakeAt(knocking, network.now);
      if (next !== undefined && metAtMs === undefined) network.after(next - network.now, run);
    };
    run();
  };
  const input = (given: OpeningInput): void => {
    const step = stepOpening(state, given, network.now);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === "send")
        for (let number = effect.from; number < effect.to; number++)
          network.send(socket(number), target, "check");
      if (effect.kind === "ask-peer") network.after(SIGNAL_MS, knock);
      if (effect.kind !== "use") continue;
      metAtMs = network.now;
      // What nftables does from now on: WireGuard's packets leave by this socket's mapping.
      for (let again = 0; again < 5; again++)
        network.after(100 * again, () => network.send(socket(effect.socket), target, "through"));
    }
  };

  network.attach({
    address: "10.0.0.1",
    nat: HARD,
    receive: (_, from, to) => {
      if (from.port === target.port) input({ kind: "met", socket: to.port - 50_000 });
    },
  });
  input({ kind: "begin", isAsked: false });
  input({ kind: "prepared", sockets: MANY_SOCKETS, role: "alone" });
  for (let now = 0; now < 20_000 && metAtMs === undefined; now += 10) {
    network.runFor(10);
    if ((openingWakeAt(state) ?? Infinity) <= network.now) input({ kind: "tick" });
  }
  network.runFor(1_000);
  return metAtMs === undefined ? undefined : { afterMs: metAtMs, tried, isMutual };
}

//
describe("many sockets on one side and many ports tried on the other", () => {
  it.each([0, 0.2])("meet within the bounds that are reckoned with, at a loss of %d", (lossRate) => {
    const meetings = Array.from({ length: 200 }, (_, index) => meet(index + 1, lossRate));
    const met = meetings.filter((meeting) => meeting !== undefined);
    // e^(-256 * 2048 / 64512): three in ten thousand do not; under loss eighteen.
    expect(met.length).toBeGreaterThanOrEqual(198);
    expect(met.every(({ isMutual }) => isMutual)).toBe(true);
    expect(Math.max(...met.map(({ tried }) => tried))).toBeLessThanOrEqual(MAX_PROBES);
    const median = met.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b)[met.length >> 1];
    expect(median).toBeLessThan(2_500);
  });
});
