import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { failure, type Failure, type ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { StunAgent, type StunRequestOptions, type StunServer } from "../nat/stun-agent.ts";
import type { StunSocket } from "../nat/stun-socket.ts";
import type { Random } from "../random.ts";
import { KeyedLimiter, type Rate } from "../rate-limit.ts";
import { probeCredential } from "./stun-names.ts";

export type EndpointProberParts = {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly isVolunteering: () => boolean;
  /** Where packets of the member come from; undefined where a relay carries them. */
  readonly outerEndpoint: (member: MemberId) => Endpoint | undefined;
  /** Of connectivity checks with the member. */
  readonly checkKey: (member: MemberId) => Uint8Array | undefined;
  /** A port that the member's NAT has never seen: another one each time. */
  readonly open: (receive: (bytes: Uint8Array, from: Endpoint) => void) => Promise<ProbeSocket>;
};

export type ProbeSocket = Pick<StunSocket, "send"> & AsyncDisposable;

/** The mapping's packets take one round trip; two more datagrams, since a mapping that is missed is not used for a minute. */
const PROBE: StunRequestOptions = { retransmitMs: [250, 750], timeoutMs: 1_500 };

/** A member has one mapping and checks it every ten minutes; after a change of its router, a few times in a row. */
const RATE: Rate = { perSec: 0.1, burst: 6 };
const MAX_MEMBERS = 1_024;

/** Sockets open at once. */
const MAX_PROBES = 16;

/** Asks nobody back. */
const NO_SERVER: StunServer = { keyFor: () => undefined, onBinding: () => undefined };

/**
 * A volunteer's view from outside: sends a Binding request from a new port to an endpoint of the member that asks, and tells it whether
 * the answer came. Only to the address that the member's own packets come from, so that nobody can aim it at another.
 */
export class EndpointProber {
  readonly #parts: EndpointProberParts;
  readonly #limiter = new KeyedLimiter(RATE, MAX_MEMBERS);
  #probes = 0;

  constructor(parts: EndpointProberParts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  async serve(from: MemberId, endpoint: Endpoint): Promise<ResponseBody | Failure> {
    const { self, clock, log, isVolunteering, outerEndpoint, checkKey } = this.#parts;
    if (!isVolunteering()) return failure("probe.not-volunteering", "this member is no volunteer");
    const key = checkKey(from);
    const seen = outerEndpoint(from);
    if (key === undefined || seen === undefined)
      return failure("probe.not-direct", "packets of this member come through a relay");
    if (seen.address !== endpoint.address)
      return failure("probe.other-address", `packets of this member come from ${seen.address}`);
    if (this.#probes >= MAX_PROBES || !this.#limiter.allows(from, clock.monotonicNow()))
      return failure("probe.rate", "too many probes");
    this.#probes++;
    try {
      const reached = await this.#probe(endpoint, probeCredential(from, self, key));
      log.debug({ member: from, endpoint: formatEndpoint(endpoint), reached }, "endpoint probed");
      return { kind: "probed", reached };
    } catch (error) {
      log.warn({ code: (error as NodeJS.ErrnoException).code }, "no port to probe from");
      return failure("probe.failed", "no port to probe from");
    } finally {
      this.#probes--;
    }
  }

  async #probe(endpoint: Endpoint, credential: ReturnType<typeof probeCredential>): Promise<boolean> {
    const { clock, random, open } = this.#parts;
    const ready: { agent?: StunAgent } = {};
    await using socket = await open((bytes, from) => ready.agent?.receive(bytes, from));
    const agent = new StunAgent({
      clock,
      random,
      send: (bytes, to) => socket.send(bytes, to),
      server: NO_SERVER,
    });
    ready.agent = agent;
    const answer = await agent.request(endpoint, credential, PROBE);
    return answer.ok && answer.value.errorCode === undefined;
  }
}
