import type { Endpoint } from "../../protocol/endpoint.ts";
import type { ChangeRequest } from "../../protocol/stun/change-request.ts";
import type { BehaviourTest, Observation, OwnPort } from "./behaviour.ts";

export type BehaviourServer = {
  /** Names it, stably, and no other one. */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** A volunteer: it answers from elsewhere, too, and what it says can be believed wherever it comes from. */
  readonly isVolunteer: boolean;
};

/** A request to be made; its answer comes back with the same id. */
export type Ask = {
  readonly id: number;
  readonly test: BehaviourTest;
  readonly from: "wireguard" | "fresh-socket";
  readonly server: BehaviourServer;
  readonly to: Endpoint;
  readonly change: ChangeRequest | undefined;
  /** Its way back to us is the answer. */
  readonly toSelf: boolean;
  /** When to send again, from the first transmission (RFC 8489, section 6.2.1), and when to give up. */
  readonly retransmitMs: readonly number[];
  readonly timeoutMs: number;
};

/** The answer to an `Ask`. */
export type Answered = {
  readonly id: number;
  readonly localPort: number;
  /** Undefined: nothing came. */
  readonly answer:
    | {
        readonly from: Endpoint;
        readonly mapped: Endpoint | undefined;
        /** The server did not do as it was asked. */
        readonly errorCode: number | undefined;
        readonly origin: Endpoint | undefined;
        readonly other: Endpoint | undefined;
      }
    | undefined;
};

/** One address family's tests, in three stages: what servers see, what gets in, how ports are given out. */
export type BehaviourRun = {
  readonly own: OwnPort;
  readonly servers: readonly BehaviourServer[];
  readonly stage: "mapping" | "details" | "ports" | "done";
  readonly waiting: readonly Ask[];
  readonly seen: readonly Observation[];
  /** Where volunteers may be asked beside, by name. */
  readonly otherByServer: ReadonlyMap<string, Endpoint>;
  readonly nextId: number;
};

export type BehaviourStep = { readonly run: BehaviourRun; readonly asks: readonly Ask[] };

type Wish = Omit<Ask, "id">;

/** Two addresses show a mapping; the third is for one that does not answer. */
const MAX_SERVERS = 3;

/** A pattern of four steps. Each is a mapping that the NAT keeps for minutes. */
const FRESH_MAPPINGS = 5;

/**
 * RFC 8489, section 6.2.1, with half its first time-out: servers are those that answered a moment ago. An answer that a
 * filter keeps out is waited for in full: at 20 % of loss either way 2 in 100 tests take loss for a filter.
 */
const RETRANSMIT_MS: readonly number[] = [250, 750, 1_750];
const TIMEOUT_MS = 2_500;

/** Within the LAN, and not waited for longer than the others. */
const HAIRPIN_RETRANSMIT_MS: readonly number[] = [250];

/** At most some 20 packets, most of them where nothing comes back. `servers`: best first, each at another address. */
export function startBehaviourRun(servers: readonly BehaviourServer[], own: OwnPort): BehaviourStep {
  const asked = servers.slice(0, MAX_SERVERS);
  const run: BehaviourRun = {
    own,
    servers: asked,
    stage: "mapping",
    waiting: [],
    seen: [],
    otherByServer: new Map(),
    nextId: 0,
  };
  return ask(run, asked.map(mappedTest));
}

/** The next stage begins when the last test of this one is over. */
export function stepBehaviourRun(before: BehaviourRun, { id, localPort, answer }: Answered): BehaviourStep {
  const asked = before.waiting.find((each) => each.id === id);
  if (asked === undefined) return { run: before, asks: [] };
  const run = { ...before, waiting: before.waiting.filter((each) => each !== asked) };
  if (answer?.errorCode !== undefined) {
    // A refusal says something of the server and nothing of the NAT. Older volunteers do not know CHANGE-REQUEST.
    const isOlder = asked.test === "mapped" && asked.change !== undefined;
    if (isOlder) return ask(run, [{ ...asked, change: undefined }]);
    return run.waiting.length > 0 ? { run, asks: [] } : nextStage(run);
  }
  const { test, server, to } = asked;
  const other = test === "mapped" && answer !== undefined ? otherOf(answer, to) : undefined;
  const after: BehaviourRun = {
    ...run,
    seen: [
      ...run.seen,
      {
        test,
        server: server.name,
        to,
        localPort,
        answer: answer && { from: answer.from, mapped: answer.mapped },
      },
    ],
    otherByServer:
      other === undefined ? run.otherByServer : new Map(run.otherByServer).set(server.name, other),
  };
  return after.waiting.length > 0 ? { run: after, asks: [] } : nextStage(after);
}

function nextStage(run: BehaviourRun): BehaviourStep {
  switch (run.stage) {
    case "mapping":
      return ask({ ...run, stage: "details" }, detailTests(run));
    case "details":
    case "ports":
      // One after the other: their order is what is looked for.
      return ask({ ...run, stage: "ports" }, portTests(run));
    case "done":
      return { run, asks: [] };
  }
}

/** A stage without tests is over at once. */
function ask(run: BehaviourRun, wishes: readonly Wish[]): BehaviourStep {
  if (wishes.length === 0)
    return run.stage === "details" ? nextStage(run) : { run: { ...run, stage: "done" }, asks: [] };
  const asks = wishes.map((wish, i): Ask => ({ ...wish, id: run.nextId + i }));
  return {
    run: { ...run, waiting: [...run.waiting, ...asks], nextId: run.nextId + asks.length },
    asks,
  };
}

function detailTests(run: BehaviourRun): readonly Wish[] {
  const answering = run.servers.filter((server) => mappedAt(run, server) !== undefined);
  const [first] = answering;
  if (first === undefined) return [];
  const besides = answering.flatMap((server) => {
    const other = run.otherByServer.get(server.name);
    return other === undefined ? [] : [{ server, other }];
  });
  const [beside] = besides;
  const second = besides.find(({ server, other }) => other.address !== server.endpoint.address);
  return [
    ...(beside === undefined ? [] : [fromOtherPort(beside.server)]),
    ...(second === undefined ? [] : [fromOtherAddress(second.server)]),
    ...(isOpen(run) ? [] : translationTests(run, first, beside, answering.length > 1 ? undefined : second)),
  ];
}

type Beside = { readonly server: BehaviourServer; readonly other: Endpoint };

/** What only a host behind a NAT has to ask. `second`, where one server alone answers. */
function translationTests(
  run: BehaviourRun,
  first: BehaviourServer,
  beside: Beside | undefined,
  second: Beside | undefined,
): readonly Wish[] {
  const own = mappedAt(run, first);
  const secondPort = beside && { address: beside.server.endpoint.address, port: beside.other.port };
  return [
    ...(beside === undefined || secondPort === undefined
      ? []
      : [{ ...plainTest(beside.server), test: "second-port" as const, to: secondPort }]),
    ...(second === undefined
      ? []
      : [{ ...plainTest(second.server), test: "second-address" as const, to: second.other }]),
    ...(own === undefined || !first.isVolunteer ? [] : [hairpinTest(first, own)]),
  ];
}

/** Where WireGuard's port keeps its number, or there is no NAT, there is nothing to be found out. */
function portTests(run: BehaviourRun): readonly Wish[] {
  const server = run.servers.find((each) => mappedAt(run, each) !== undefined);
  const fresh = run.seen.filter(({ test }) => test === "fresh-mapping");
  const isPreserved = run.seen.every(
    ({ answer, localPort }) => answer?.mapped === undefined || answer.mapped.port === localPort,
  );
  const isOver = fresh.length >= FRESH_MAPPINGS || fresh.some(({ answer }) => answer === undefined);
  if (server === undefined || isOver || isOpen(run) || (isPreserved && fresh.length === 0)) return [];
  return [{ ...plainTest(server), test: "fresh-mapping", from: "fresh-socket" }];
}

function plainTest(server: BehaviourServer): Wish {
  return {
    test: "mapped",
    from: "wireguard",
    server,
    to: server.endpoint,
    change: undefined,
    toSelf: false,
    retransmitMs: RETRANSMIT_MS,
    timeoutMs: TIMEOUT_MS,
  };
}

/** A change of nothing: a volunteer then says where else it may be asked. */
function mappedTest(server: BehaviourServer): Wish {
  return {
    ...plainTest(server),
    change: server.isVolunteer ? { address: false, port: false } : undefined,
  };
}

function fromOtherPort(server: BehaviourServer): Wish {
  return { ...plainTest(server), test: "answer-from-port", change: { address: false, port: true } };
}

/** From a fresh socket: WireGuard's port has sent its checks to every address of the volunteer. */
function fromOtherAddress(server: BehaviourServer): Wish {
  return {
    ...plainTest(server),
    test: "answer-from-address",
    from: "fresh-socket",
    change: { address: true, port: true },
  };
}

function hairpinTest(server: BehaviourServer, own: Endpoint): Wish {
  const retransmitMs = HAIRPIN_RETRANSMIT_MS;
  return { ...plainTest(server), test: "hairpin", to: own, toSelf: true, retransmitMs };
}

function mappedAt(run: BehaviourRun, server: BehaviourServer): Endpoint | undefined {
  return run.seen.find(({ test, server: name }) => test === "mapped" && name === server.name)?.answer?.mapped;
}

function isOpen({ seen, own }: BehaviourRun): boolean {
  return seen.every(
    ({ answer }) => answer?.mapped === undefined || own.addresses.includes(answer.mapped.address),
  );
}

/** Of a server that is itself behind a translation only the port is of use. */
function otherOf(
  { from, origin, other }: NonNullable<Answered["answer"]>,
  asked: Endpoint,
): Endpoint | undefined {
  if (other === undefined) return undefined;
  return origin?.address === from.address ? other : { address: asked.address, port: other.port };
}
