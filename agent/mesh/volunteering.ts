import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import {
  failure,
  type AllocationLeg,
  type Failure,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import type { MemberId, NetworkId } from "../../protocol/ids.ts";
import { publicKeyOf } from "../../protocol/keys.ts";
import { peekIssuer, readRelayToken, type RelayTokenClaims } from "../../protocol/relay-token.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import type { Roster } from "../registry/roster.ts";
import { DEFAULT_ALLOCATION_LIMITS } from "../relay/server/allocations.ts";
import { RelayServer, type RelayGrant } from "../relay/server/relay-server.ts";
import { ANY_ADDRESS, udpPortOpener } from "../relay/server/udp-port.ts";
import { UserspaceForwarder, type PortRange } from "../relay/server/userspace-forwarder.ts";

export type VolunteerLimits = { readonly ports: PortRange; readonly maxAllocations: number };

export type VolunteerParts = {
  readonly self: MemberId;
  readonly network: NetworkId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limits: VolunteerLimits;
  roster(): Roster;
  isConnected(member: MemberId): boolean;
  /** Addresses under which this host's relay ports are reached. */
  addresses(): readonly string[];
  notifyOffer(to: MemberId, leg: AllocationLeg): void;
  notifyEnded(to: MemberId, allocation: AllocationLeg["allocation"], reason: string): void;
};

export type RelayRequest = Extract<RequestBody, { kind: "allocate" | "refresh" | "release" }>;

/** The relay that this member volunteers, spoken to over control connections (R-506: there is none otherwise). */
export class Volunteering implements AsyncDisposable {
  readonly #parts: VolunteerParts;
  readonly #server: RelayServer;

  constructor(parts: VolunteerParts) {
    this.#parts = parts;
    const { clock, random, limits } = parts;
    this.#server = new RelayServer({
      clock,
      random,
      log: parts.log.child({ component: "relay" }),
      limits: { ...DEFAULT_ALLOCATION_LIMITS, maxAllocations: limits.maxAllocations },
      createForwarder: (events) =>
        new UserspaceForwarder(
          { clock, random, events, openPort: udpPortOpener(ANY_ADDRESS) },
          { ports: limits.ports, allowLoopback: false },
        ),
      verify: (token) => this.#verify(token),
      isMember: (member) => parts.roster().members.has(member),
      events: {
        offered: (to, grant) => parts.notifyOffer(to, this.#legFor(grant)),
        ended: (allocation, pair, why) => {
          for (const { memberId } of pair) parts.notifyEnded(memberId, allocation, why);
        },
      },
    });
  }

  async serve(from: MemberId, request: RelayRequest): Promise<ResponseBody | Failure> {
    switch (request.kind) {
      case "allocate": {
        const grant = await this.#server.allocate(from, request.token);
        return grant.ok ? { kind: "allocated", ...this.#legFor(grant.value) } : refusal(grant.reason);
      }
      case "refresh": {
        const lifetimeSec = this.#server.refresh(from, request.allocation);
        return lifetimeSec.ok
          ? { kind: "refreshed", lifetimeSec: lifetimeSec.value }
          : refusal(lifetimeSec.reason);
      }
      case "release": {
        const released = await this.#server.release(from, request.allocation);
        return released.ok ? { kind: "released" } : refusal(released.reason);
      }
    }
  }

  dropMember(member: MemberId): Promise<void> {
    return this.#server.dropMember(member);
  }

  get limits(): VolunteerLimits {
    return this.#parts.limits;
  }

  status(): ReturnType<RelayServer["status"]> {
    return this.#server.status();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  #legFor(grant: RelayGrant): AllocationLeg {
    const endpoints = this.#parts.addresses().map((address): Endpoint => ({ address, port: grant.port }));
    const { allocation, peer, lifetimeSec, legKey, leg } = grant;
    return { allocation, relay: this.#parts.self, peer, endpoints, lifetimeSec, legKey, leg };
  }

  /** Shape, issuer and times before the signature: a signature costs the most. */
  async #verify(token: string): Promise<Decoded<RelayTokenClaims>> {
    const issuer = peekIssuer(token);
    if (!issuer.ok) return issuer;
    const { self, network, clock } = this.#parts;
    const member = this.#parts.roster().members.get(issuer.value);
    if (member === undefined) return refused("not-a-member");
    const verifyKey = publicKeyOf("ed25519", member.identityKey);
    const claims = await readRelayToken(token, verifyKey, { relay: self, network, now: clock.wallNow() });
    if (!claims.ok) return claims;
    const { pair } = claims.value;
    // Members mint for their own pairs only.
    if (!pair.some(({ memberId }) => memberId === issuer.value)) return refused("not-in-pair");
    const { members } = this.#parts.roster();
    for (const { memberId, wireguardKey } of pair) {
      if (members.get(memberId)?.wireguardKey !== wireguardKey) return refused("wrong-keys");
      // An allocation that the other end cannot be told of would only wait for its end.
      if (!this.#parts.isConnected(memberId)) return refused("peer-absent");
    }
    return decoded(claims.value);
  }
}

/** Reasons travel as failure codes with the service before them. */
function refusal(reason: string): Failure {
  return reason === "unknown-allocation"
    ? failure("relay.no-allocation", "this relay has no such allocation")
    : failure(`relay.${reason}`, "the relay refused");
}
