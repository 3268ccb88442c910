import type { Observation } from "../../agent/nat/behaviour.ts";
import {
  startBehaviourRun,
  stepBehaviourRun,
  type Answered,
  type Ask,
  type BehaviourServer,
  type BehaviourStep,
} from "../../agent/nat/behaviour-run.ts";
import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { ChangeRequest } from "../../protocol/stun/change-request.ts";
import { SimulatedNetwork, type SimulatedNat } from "./simulated-network.ts";

type Packet =
  | { readonly kind: "request"; readonly id: number; readonly change: ChangeRequest | undefined }
  | { readonly kind: "answer"; readonly id: number; readonly answer: NonNullable<Answered["answer"]> };

const PORT = 51_820;
const SECOND_PORT = 49_999;
const SILENT_PORT = 33_333;

/** A volunteer; with a second address, or of a version that does not know CHANGE-REQUEST, or that answers too much. */
export type SimulatedVolunteer = {
  readonly address: string;
  readonly second?: string;
  readonly refuses?: number;
  /** Its firewall lets nothing in to the second port. */
  readonly closed?: boolean;
};

export type TestBench = {
  readonly seed?: number;
  readonly lossRate?: number;
  readonly nat?: SimulatedNat;
  /** Where the host is, without a NAT in front. */
  readonly address?: string;
  readonly volunteers: readonly SimulatedVolunteer[];
};

export type TestResult = {
  readonly seen: readonly Observation[];
  readonly sent: number;
  readonly tookMs: number;
};

export const INSIDE = "192.168.1.2";

/** Carries out a whole run of the tests, as the agent does, on simulated NATs and volunteers. */
export function carryOut(bench: TestBench): TestResult {
  const network = new SimulatedNetwork<Packet>({
    seed: bench.seed ?? 1,
    lossRate: bench.lossRate ?? 0,
    latencyMs: () => 20,
  });
  const address = bench.address ?? INSIDE;
  const waiting = new Map<number, (answer: Answered["answer"], from: Endpoint) => void>();
  network.attach({
    address,
    nat: bench.nat,
    receive(packet, from) {
      if (packet.kind === "answer") waiting.get(packet.id)?.({ ...packet.answer, from }, from);
      // A NAT brought it back.
      else waiting.get(packet.id)?.({ ...NOTHING, from }, from);
    },
  });
  for (const volunteer of bench.volunteers) attachVolunteer(network, volunteer);

  const result = { sent: 0, freshPort: 50_000, tookMs: 0 };
  let run = startBehaviourRun(bench.volunteers.map(serverOf), { addresses: [address], listenPort: PORT });
  const begin = ({ asks }: BehaviourStep): void => {
    for (const ask of asks) {
      // Fresh ports are random, or every NAT would seem to count up.
      result.freshPort = 50_000 + Math.floor(network.fraction() * 15_000);
      const inside = { address, port: ask.from === "wireguard" ? PORT : result.freshPort };
      const send = (): void => {
        result.sent++;
        network.send(inside, ask.to, { kind: "request", id: ask.id, change: ask.change });
      };
      const settle = (answer: Answered["answer"]): void => {
        if (!waiting.delete(ask.id)) return;
        result.tookMs = network.now;
        run = stepBehaviourRun(run.run, { id: ask.id, localPort: inside.port, answer });
        begin(run);
      };
      waiting.set(ask.id, (answer, from) => {
        if (isWanted(ask, from)) settle(answer);
      });
      send();
      for (const ms of ask.retransmitMs) network.after(ms, () => waiting.has(ask.id) && send());
      network.after(ask.timeoutMs, () => settle(undefined));
    }
  };
  begin(run);
  network.runFor(60_000);
  if (run.run.stage !== "done") throw new Error("the tests did not end");
  return { seen: run.run.seen, sent: result.sent, tookMs: result.tookMs };
}

const NOTHING = { mapped: undefined, errorCode: undefined, origin: undefined, other: undefined };

/** As the STUN agent has it: from elsewhere only where that was asked for. */
function isWanted(ask: Ask, from: Endpoint): boolean {
  const mayChange = ask.change?.address === true || ask.change?.port === true;
  return mayChange || ask.toSelf || sameEndpoint(from, ask.to);
}

function serverOf({ address }: SimulatedVolunteer): BehaviourServer {
  return { name: address, endpoint: { address, port: PORT }, isVolunteer: true };
}

function attachVolunteer(network: SimulatedNetwork<Packet>, volunteer: SimulatedVolunteer): void {
  const { address, second, refuses, closed } = volunteer;
  for (const own of [address, ...(second === undefined ? [] : [second])]) {
    const other = { address: (own === address ? second : address) ?? own, port: SECOND_PORT };
    network.attach({
      address: own,
      nat: undefined,
      receive(packet, from, to) {
        if (packet.kind !== "request" || (closed === true && to.port !== PORT)) return;
        const { id, change } = packet;
        if (change !== undefined && refuses !== undefined) {
          network.send(to, from, {
            kind: "answer",
            id,
            answer: { ...NOTHING, from: to, errorCode: refuses },
          });
          return;
        }
        const origin = {
          address: change?.address === true ? other.address : own,
          port: change?.port === true ? SILENT_PORT : to.port,
        };
        const beside = change === undefined ? {} : { origin, other };
        const answer = { ...NOTHING, ...beside, from: origin, mapped: from };
        network.send(origin, from, { kind: "answer", id, answer });
      },
    });
  }
}
