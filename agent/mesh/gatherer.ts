import type { Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { Clock } from "../clock.ts";
import type { Candidate } from "../nat/candidate.ts";
import {
  addMapped,
  expireMapped,
  gatherPauseMs,
  localCandidates,
  nothingGathered,
  sameCandidates,
  type Gathered,
} from "../nat/gathering.ts";
import type { StunAnswer, StunCredential, StunRequestOptions } from "../nat/stun-agent.ts";

export type StunServerAddress = {
  /** Member id of a volunteer, or the configured address of a public server. */
  readonly server: string;
  readonly endpoint: Endpoint;
  readonly credential: StunCredential | undefined;
};

export type ServerReport = {
  readonly server: StunServerAddress;
  readonly mapped: Endpoint | undefined;
  readonly rttMs: number | undefined;
};

export type GatherSources = {
  servers(): readonly StunServerAddress[];
  hostAddresses(): readonly string[];
  listenPort(): number;
  /** Own public endpoints that an operator gave. */
  configured(): readonly Endpoint[];
  /** Of a port mapping that was verified from outside. */
  portMapped(): Endpoint | undefined;
};

type Stun = (
  to: Endpoint,
  credential: StunCredential | undefined,
  options: StunRequestOptions,
) => Promise<Decoded<StunAnswer>>;

/** A volunteer is a round trip away; three more tries, since a candidate that is missed costs a relayed minute. */
const REQUEST: StunRequestOptions = { retransmitMs: [100, 300, 700], timeoutMs: 1_500 };

/** Keeps own candidates current: asks volunteers what they see, at the start, a few times then, at changes and once a minute. */
export class Gatherer implements Disposable {
  readonly #clock: Clock;
  readonly #stun: Stun | undefined;
  readonly #sources: GatherSources;
  readonly #onChange: () => void;
  readonly #onGathered: (reports: readonly ServerReport[]) => void;
  #gathered: Gathered = nothingGathered;
  #candidates: readonly Candidate[] = [];
  #rounds = 0;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: {
    clock: Clock;
    stun: Stun | undefined;
    sources: GatherSources;
    onChange: () => void;
    /** Every server has been asked once more. */
    onGathered?: (reports: readonly ServerReport[]) => void;
  }) {
    this.#clock = parts.clock;
    this.#stun = parts.stun;
    this.#sources = parts.sources;
    this.#onChange = parts.onChange;
    this.#onGathered = parts.onGathered ?? (() => undefined);
  }

  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  get gathered(): Gathered {
    return this.#gathered;
  }

  /** Addresses or routes have changed: what was mapped before says nothing any more. */
  restart(): void {
    this.#gathered = nothingGathered;
    this.#rounds = 0;
    void this.gather();
  }

  /** What `sources` say has changed, and what servers see has not. */
  update(): void {
    if (!this.#closed) this.#refresh();
  }

  /** Asks every server once; each answer counts as it comes. */
  async gather(): Promise<readonly ServerReport[]> {
    this.#cancel();
    if (this.#closed) return [];
    this.#cancel = this.#clock.after(gatherPauseMs(++this.#rounds), () => void this.gather());
    this.#gathered = expireMapped(this.#gathered, this.#clock.monotonicNow());
    this.#refresh();
    const stun = this.#stun;
    if (stun === undefined) return [];
    const reports = await Promise.all(this.#sources.servers().map((server) => this.#ask(stun, server)));
    this.#onGathered(reports);
    return reports;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancel();
  }

  async #ask(stun: Stun, server: StunServerAddress): Promise<ServerReport> {
    const answer = await stun(server.endpoint, server.credential, REQUEST);
    if (!answer.ok || answer.value.mapped === undefined)
      return { server, mapped: undefined, rttMs: undefined };
    const { mapped, rttMs } = answer.value;
    if (!this.#closed) {
      const seenAt = this.#clock.monotonicNow();
      this.#gathered = addMapped(this.#gathered, { server: server.server, mapped, rttMs, seenAt });
      this.#refresh();
    }
    return { server, mapped, rttMs };
  }

  #refresh(): void {
    const sources = this.#sources;
    const after = localCandidates(
      sources.hostAddresses(),
      sources.listenPort(),
      sources.configured(),
      this.#gathered,
      sources.portMapped(),
    );
    if (sameCandidates(this.#candidates, after)) return;
    this.#candidates = after;
    this.#onChange();
  }
}
