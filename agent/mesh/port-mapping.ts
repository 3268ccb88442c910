import { hkdfSync } from "node:crypto";
import { familyOf, formatEndpoint, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { ControlPlane } from "../control/plane.ts";
import { rawOf } from "../identity/identity.ts";
import type { Target } from "../nat/port-mapping/dialect.ts";
import type { OpenGatewayWire } from "../nat/port-mapping/gateway-wire.ts";
import type { Mapping, MapperState } from "../nat/port-mapping/mapper.ts";
import { PCP_NONCE_BYTES } from "../nat/port-mapping/pcp.ts";
import { PortMapper } from "../nat/port-mapping/port-mapper.ts";
import type { MeshContext } from "./context.ts";
import { isGlobal } from "../../protocol/global-address.ts";

export type PortMappingParts = {
  readonly context: Pick<MeshContext, "identity" | "clock" | "random" | "log">;
  readonly control: Pick<ControlPlane, "request">;
  /** WireGuard's. */
  readonly port: number;
  readonly gateway: () => Promise<string | undefined>;
  readonly open: OpenGatewayWire;
  /** Those that are connected. */
  readonly volunteers: () => readonly MemberId[];
  /** Where they see this host. */
  readonly seenAs: () => readonly Endpoint[];
  /** `endpoint` is another one, or there is none any more. */
  readonly onChange: () => void;
};

/** Why a mapping is not announced: a fixed word, or the code of a volunteer's refusal, such as "probe.rate". */
export type Unverified =
  | "being-asked"
  /** Nobody is connected who could look from outside. */
  | "no-volunteer"
  /** The router's outside address is not the one that volunteers see: there is another NAT in front of it. */
  | "another-nat"
  /** What a volunteer sent to it did not arrive. */
  | "not-reached"
  | (string & {});

export type PortMappingReport = {
  readonly gateway: string | undefined;
  readonly standings: MapperState["standings"];
  readonly mapping: Mapping | undefined;
  /** The volunteer that reached it. */
  readonly verifiedBy: MemberId | undefined;
  readonly unverified: Unverified | undefined;
};

/** The volunteer tries for 1.5 s. */
const REQUEST_TIMEOUT_MS = 4_000;

/** From the last attempt; the last one again and again. A new control connection may be older than the path that the volunteer needs. */
const RETRY_MS = [500, 1_500, 5_000, 15_000, 60_000] as const;

/** A router that drops the mapping's packets without a word is noticed within this; a volunteer sends three datagrams for it at most. */
const VERIFY_AGAIN_MS = 600_000;

/** More than one, since one may have a path that the others do not; not all, since one is enough. */
const MAX_ASKED = 3;

export type VerifiedMapping = {
  readonly endpoint: Endpoint;
  /** The volunteer that reached it last. */
  readonly by: MemberId;
  /** The first time. */
  readonly since: MonotonicMs;
};

/**
 * WireGuard's port at the router, opened on request: announced only once a volunteer has reached it from a port that no NAT of ours has
 * seen. Owner of the mapper and of one timer; disposal deletes the mapping.
 */
export class PortMapping implements AsyncDisposable {
  readonly #parts: PortMappingParts;
  readonly #mapper: PortMapper;
  #verified: VerifiedMapping | undefined;
  #unverified: Unverified = "being-asked";
  #attempts = 0;
  #isVerifying = false;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: PortMappingParts) {
    const { context, port, gateway, open } = parts;
    const { clock, random, log, identity } = context;
    this.#parts = parts;
    this.#mapper = new PortMapper({
      clock,
      random,
      log: log.child({ component: "port-mapping" }),
      port,
      gateway,
      open,
      // A host with a public address has nothing to be mapped; its gateway is its provider's.
      isWanted: (own) => !isGlobal(own),
      nonceFor: (place) => nonceFor(rawOf(identity.state.exchangeKey), place),
      onChange: () => this.#onMapping(),
    });
  }

  /** Where anybody reaches this host: undefined until a volunteer did. */
  get verified(): VerifiedMapping | undefined {
    return this.#verified;
  }

  get report(): PortMappingReport {
    const { gateway, standings, mapping } = this.#mapper;
    const verifiedBy = this.#verified?.by;
    const unverified = mapping === undefined || verifiedBy !== undefined ? undefined : this.#unverified;
    return { gateway, standings, mapping, verifiedBy, unverified };
  }

  /** Addresses or routes may have changed. */
  refresh(): void {
    void this.#mapper.refresh();
  }

  /** One more who can look from outside. */
  onVolunteerConnected(): void {
    if (this.#verified === undefined) void this.#verify();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#mapper[Symbol.asyncDispose]();
  }

  #onMapping(): void {
    this.#cancel();
    this.#attempts = 0;
    this.#unverified = "being-asked";
    if (!sameEndpoint(this.#verified?.endpoint, this.#mapper.mapping?.external)) this.#setVerified(undefined);
    void this.#verify();
  }

  /** Never rejects. */
  async #verify(): Promise<void> {
    const external = this.#mapper.mapping?.external;
    if (external === undefined || this.#isVerifying || this.#closed) return;
    this.#cancel();
    this.#isVerifying = true;
    const by = await this.#askVolunteers(external);
    this.#isVerifying = false;
    if (this.#isClosed) return;
    const now = this.#mapper.mapping?.external;
    if (!sameEndpoint(external, now)) {
      // It moved meanwhile; `#onMapping` could not ask.
      void this.#verify();
      return;
    }
    const since = this.#verified?.since ?? this.#parts.context.clock.monotonicNow();
    this.#setVerified(by === undefined ? undefined : { endpoint: external, by, since });
    this.#attempts = by === undefined ? this.#attempts + 1 : 0;
    const waitMs = by === undefined ? (RETRY_MS[this.#attempts - 1] ?? RETRY_MS[4]) : VERIFY_AGAIN_MS;
    this.#cancel = this.#parts.context.clock.after(waitMs, () => void this.#verify());
  }

  /** The first that reached it. */
  async #askVolunteers(endpoint: Endpoint): Promise<MemberId | undefined> {
    const { control, volunteers, seenAs } = this.#parts;
    const asked = volunteers().slice(0, MAX_ASKED);
    this.#unverified = "no-volunteer";
    for (const volunteer of asked) {
      const answer = await control.request(volunteer, { kind: "probe", endpoint }, REQUEST_TIMEOUT_MS);
      if (answer.ok && answer.value.reached) return volunteer;
      this.#unverified = answer.ok ? "not-reached" : answer.reason;
    }
    const seen = seenAs().filter(({ address }) => familyOf(address) === "ipv4");
    if (seen.length > 0 && seen.every(({ address }) => address !== endpoint.address)) {
      this.#unverified = "another-nat";
    }
    return undefined;
  }

  #setVerified(verified: VerifiedMapping | undefined): void {
    const before = this.#verified;
    this.#verified = verified;
    if (sameEndpoint(before?.endpoint, verified?.endpoint) || before === verified) return;
    const { log } = this.#parts.context;
    if (verified === undefined) log.info({}, "port mapping is not announced any more");
    else
      log.info({ endpoint: formatEndpoint(verified.endpoint), by: verified.by }, "port mapping is announced");
    this.#parts.onChange();
  }

  /** Across an await the compiler holds the first answer for good. */
  get #isClosed(): boolean {
    return this.#closed;
  }
}

/** Nobody else can know it, and an agent that was restarted knows it again: it is not written anywhere. */
function nonceFor(
  secret: Uint8Array,
  { gateway, own, port }: Pick<Target, "gateway" | "own" | "port">,
): Uint8Array {
  const info = `hopwire port mapping v1\0${gateway} ${own} ${port}`;
  return new Uint8Array(hkdfSync("sha256", secret, "", info, PCP_NONCE_BYTES));
}
