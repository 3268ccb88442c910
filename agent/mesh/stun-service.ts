import { refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import type { ChangeRequest } from "../../protocol/stun/change-request.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import {
  StunAgent,
  type Elsewhere,
  type ProbeAnswer,
  type StunAnswer,
  type StunCredential,
  type StunRequestOptions,
} from "../nat/stun-agent.ts";
import { StunSocket } from "../nat/stun-socket.ts";
import type { Random } from "../random.ts";
import { StunAlternates, type AlternatesPlace } from "./stun-alternates.ts";
import { checkSender, epochOf, probeSender, serverCredential } from "./stun-names.ts";

export type StunRequest = (
  to: Endpoint,
  credential: StunCredential | undefined,
  options: StunRequestOptions,
) => Promise<Decoded<StunAnswer>>;

export type StunKeys = {
  readonly self: MemberId;
  /** The network's secrets that still count; empty where this host does not answer as a server. */
  served(): readonly { readonly epoch: number; readonly secret: Uint8Array }[];
  /** By the start of the peer's id. */
  checkKey(senderPrefix: string): { readonly peer: MemberId; readonly key: Uint8Array } | undefined;
  onCheck(peer: MemberId, from: Endpoint, report?: PathReport): void;
  /** What is measured of the paths to the peer, for the answer to a check that says the same. */
  reportFor(peer: MemberId): PathReport | undefined;
  /** Of members that have heard of this host on a LAN; undefined where it is not announced there. */
  lan(): LanKeys | undefined;
};

/** For checks under no pair's key, since neither end knows the other yet. */
type LanKeys = {
  keyFor(username: string): Uint8Array | undefined;
  onCheck(username: string, from: Endpoint): void;
};

type StunParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly keys: StunKeys;
};

/**
 * STUN from and at WireGuard's port: socket, agent, and whose key counts for which user name; where this host
 * volunteers, also what it answers from beside.
 */
export class StunService implements AsyncDisposable {
  /** What nftables redirects to. */
  readonly port: number;
  readonly #parts: StunParts;
  readonly #socket: StunSocket;
  readonly #agent: StunAgent;
  #alternates: StunAlternates | undefined;
  #changing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(parts: StunParts, socket: StunSocket, agent: StunAgent) {
    this.port = socket.port;
    this.#parts = parts;
    this.#socket = socket;
    this.#agent = agent;
  }

  static async open(parts: StunParts): Promise<StunService> {
    const { clock, random, log, keys } = parts;
    const ready: { agent?: StunAgent; service?: StunService } = {};
    const socket = await StunSocket.open(random, log, (bytes, from) => ready.agent?.receive(bytes, from));
    const agent = new StunAgent({
      clock,
      random,
      send: (bytes, to) => socket.send(bytes, to),
      server: {
        keyFor: (username) => keyFor(username, keys),
        onBinding(username, from, report) {
          const peer = checker(username, keys);
          if (peer !== undefined) keys.onCheck(peer, from, report);
          if (checkSender(username, keys.self) === undefined) keys.lan()?.onCheck(username, from);
        },
        reportFor(username) {
          const peer = checker(username, keys);
          return peer && keys.reportFor(peer);
        },
        elsewhere: async (username, change, from) =>
          epochOf(username) === undefined
            ? refused("cannot-change")
            : ((await ready.service?.elsewhere(change, from)) ?? refused("cannot-change")),
      },
    });
    ready.agent = agent;
    ready.service = new StunService(parts, socket, agent);
    return ready.service;
  }

  /** Answers from there beside WireGuard's port, for as long as this host volunteers; undefined ends it. */
  answerFrom(place: AlternatesPlace | undefined): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(place));
    return this.#changing;
  }

  elsewhere(change: ChangeRequest, from: Endpoint): Promise<Decoded<Elsewhere>> | undefined {
    return this.#alternates?.elsewhere(change, from);
  }

  request(
    to: Endpoint,
    credential: StunCredential | undefined,
    options: StunRequestOptions,
  ): Promise<Decoded<ProbeAnswer>> {
    return this.#agent.request(to, credential, options);
  }

  /** Opens this host's NAT for the endpoint: nftables gives indications so few hops that they do not get there. */
  openTowards(to: Endpoint): void {
    this.#agent.indicate(to);
  }

  get refusedByReason(): ReadonlyMap<string, number> {
    return this.#agent.refusedByReason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#agent.close();
    try {
      await this.answerFrom(undefined);
    } finally {
      await this.#socket[Symbol.asyncDispose]();
    }
  }

  async #change(place: AlternatesPlace | undefined): Promise<void> {
    const before = this.#alternates;
    this.#alternates = undefined;
    await before?.[Symbol.asyncDispose](); // the next may want the same port
    if (place === undefined || this.#closed) return;
    const { clock, random, log, keys } = this.#parts;
    this.#alternates = await StunAlternates.open({
      clock,
      random,
      log,
      keyFor: (username) => (epochOf(username) === undefined ? undefined : keyFor(username, keys)),
      place,
    });
  }
}

/** Who sent this check. */
function checker(username: string, keys: StunKeys): MemberId | undefined {
  const sender = checkSender(username, keys.self);
  return sender === undefined ? undefined : keys.checkKey(sender)?.peer;
}

function keyFor(username: string, keys: StunKeys): Uint8Array | undefined {
  const epoch = epochOf(username);
  if (epoch !== undefined) {
    const served = keys.served().find((candidate) => candidate.epoch === epoch);
    return served === undefined ? undefined : serverCredential(epoch, served.secret).key;
  }
  const sender = checkSender(username, keys.self) ?? probeSender(username, keys.self);
  return sender === undefined ? keys.lan()?.keyFor(username) : keys.checkKey(sender)?.key;
}
