import { familyOf, type AddressFamily } from "../../protocol/endpoint.ts";
import type { NatByFamily } from "../../protocol/nat-behaviour.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { behaviourFrom, type NatBehaviour, type Observation, type OwnPort } from "../nat/behaviour.ts";
import {
  startBehaviourRun,
  stepBehaviourRun,
  type Answered,
  type Ask,
  type BehaviourRun,
  type BehaviourServer,
  type BehaviourStep,
} from "../nat/behaviour-run.ts";
import type { FreshStun } from "../nat/fresh-stun.ts";
import type { StunCredential, StunProbe } from "../nat/stun-agent.ts";
import type { ServerReport } from "./gatherer.ts";

/** What a run has found out in one address family. */
export type Findings = {
  readonly behaviour: NatBehaviour;
  readonly seen: readonly Observation[];
  readonly at: MonotonicMs;
};

export type DiscoveryParts = {
  readonly clock: Clock;
  readonly log: Logger;
  /** From WireGuard's port. */
  readonly probe: StunProbe;
  readonly openFresh: () => Promise<FreshStun>;
  readonly own: () => OwnPort;
  /** What is known has changed. */
  readonly onChange: () => void;
};

/** NATs are replaced and reconfigured without a sign; 20 packets an hour are nothing. */
const KEPT_MS = 3_600_000;

const FAMILIES = ["ipv4", "ipv6"] as const;

/**
 * Knows what the NAT in front of this host does: looks once servers answer, after a change of network, and
 * seldom besides. Owner of the sockets that a run opens, each for one question.
 */
export class BehaviourDiscovery implements Disposable {
  readonly #parts: DiscoveryParts;
  #findings: ReadonlyMap<AddressFamily, Findings> = new Map();
  readonly #running = new Map<AddressFamily, Promise<void>>();
  /** Of the network that this host is in: what was begun in the last one says nothing here. */
  #era = {};
  readonly #fresh = new Set<FreshStun>();
  #closed = false;

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  get findings(): ReadonlyMap<AddressFamily, Findings> {
    return this.#findings;
  }

  get natByFamily(): NatByFamily {
    return Object.fromEntries([...this.#findings].map(([family, { behaviour }]) => [family, behaviour]));
  }

  /** This host is elsewhere. */
  restart(): void {
    this.#abandon();
    this.#findings = new Map();
  }

  /** Servers have told what they see; looks further where that is due. */
  onGathered(reports: readonly ServerReport[]): void {
    for (const family of FAMILIES) if (this.#isDue(family, reports)) void this.#runOnce(family, reports);
  }

  /** Looks now, in both families. */
  async look(reports: readonly ServerReport[]): Promise<void> {
    await Promise.all(FAMILIES.map((family) => this.#runOnce(family, reports)));
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#abandon();
  }

  /** Runs end at once: whoever waits for one has it without what was not answered. */
  #abandon(): void {
    this.#era = {};
    this.#running.clear();
    for (const socket of this.#fresh) void socket[Symbol.asyncDispose]();
  }

  #isDue(family: AddressFamily, reports: readonly ServerReport[]): boolean {
    const answered = answeredIn(family, reports);
    if (answered.length === 0) return false;
    const found = this.#findings.get(family);
    if (found === undefined) return true;
    const now = this.#parts.clock.monotonicNow();
    const before = found.seen.flatMap(({ test, answer }) =>
      test === "mapped" ? (answer?.mapped ?? []) : [],
    );
    const isElsewhere = !answered.some(({ mapped }) =>
      before.some(({ address }) => address === mapped?.address),
    );
    return now - found.at >= KEPT_MS || isElsewhere || (before.length < 2 && answered.length > before.length);
  }

  #runOnce(family: AddressFamily, reports: readonly ServerReport[]): Promise<void> {
    const running = this.#running.get(family);
    if (running !== undefined) return running;
    const started: Promise<void> = this.#run(family, reports).finally(() => {
      if (this.#running.get(family) === started) this.#running.delete(family);
    });
    this.#running.set(family, started);
    return started;
  }

  async #run(family: AddressFamily, reports: readonly ServerReport[]): Promise<void> {
    const era = this.#era;
    const { clock, log } = this.#parts;
    const own = this.#parts.own();
    const answered = answeredIn(family, reports);
    if (answered.length === 0 || this.#closed) return;
    const credentials = new Map(answered.map(({ server }) => [server.server, server.credential]));
    const servers = answered.map(({ server }): BehaviourServer => ({
      name: server.server,
      endpoint: server.endpoint,
      isVolunteer: server.credential !== undefined,
    }));
    const { seen } = await this.#carryOut(startBehaviourRun(servers, own), credentials);
    if (era !== this.#era) return;
    const before = JSON.stringify(this.natByFamily);
    const behaviour = behaviourFrom(seen, own);
    this.#findings = new Map(this.#findings).set(family, { behaviour, seen, at: clock.monotonicNow() });
    if (JSON.stringify(this.natByFamily) === before) return;
    log.info({ family, ...behaviour }, "NAT behaviour found out");
    this.#parts.onChange();
  }

  /** Resolves with the run when it is done or abandoned: every question ends, answered or not. */
  #carryOut(
    { run: first, asks }: BehaviourStep,
    credentials: ReadonlyMap<string, StunCredential | undefined>,
  ): Promise<BehaviourRun> {
    const { promise, resolve } = Promise.withResolvers<BehaviourRun>();
    const era = this.#era;
    let run = first;
    const begin = (questions: readonly Ask[]): void => {
      if (run.stage === "done" || era !== this.#era) {
        resolve(run);
        return;
      }
      for (const question of questions)
        void this.#ask(question, credentials.get(question.server.name)).then((answered) => {
          const next = stepBehaviourRun(run, answered);
          run = next.run;
          begin(next.asks);
        });
    };
    begin(asks);
    return promise;
  }

  async #ask(question: Ask, credential: StunCredential | undefined): Promise<Answered> {
    const { probe, own } = this.#parts;
    const { id } = question;
    switch (question.from) {
      case "wireguard":
        return { id, localPort: own().listenPort, answer: await answerOf(probe, question, credential) };
      case "fresh-socket":
        return this.#askFreshly(question, credential);
    }
  }

  async #askFreshly(question: Ask, credential: StunCredential | undefined): Promise<Answered> {
    const { log, openFresh } = this.#parts;
    const { id } = question;
    try {
      await using socket = await openFresh();
      this.#fresh.add(socket);
      try {
        return { id, localPort: socket.port, answer: await answerOf(socket.request, question, credential) };
      } finally {
        this.#fresh.delete(socket);
      }
    } catch (error) {
      log.warn({ err: error }, "no socket to look at the NAT with");
      return { id, localPort: 0, answer: undefined };
    }
  }
}

async function answerOf(
  probe: StunProbe,
  { to, change, toSelf, retransmitMs, timeoutMs }: Ask,
  credential: StunCredential | undefined,
): Promise<Answered["answer"]> {
  const answer = await probe(to, credential, {
    retransmitMs,
    timeoutMs,
    toSelf,
    ...(change === undefined ? {} : { change }),
  });
  return answer.ok ? answer.value : undefined;
}

/** Volunteers before servers that only know STUN, then the nearest first; each server and each address once. */
function answeredIn(family: AddressFamily, reports: readonly ServerReport[]): readonly ServerReport[] {
  const sorted = reports
    .filter(({ mapped, server }) => mapped !== undefined && familyOf(server.endpoint.address) === family)
    .toSorted(
      (a, b) =>
        Number(a.server.credential === undefined) - Number(b.server.credential === undefined) ||
        (a.rttMs ?? 0) - (b.rttMs ?? 0),
    );
  return sorted.filter(
    ({ server }, i) =>
      !sorted
        .slice(0, i)
        .some(
          ({ server: earlier }) =>
            earlier.server === server.server || earlier.endpoint.address === server.endpoint.address,
        ),
  );
}
