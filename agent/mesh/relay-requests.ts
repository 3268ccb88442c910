import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationLeg } from "../../protocol/frame-body.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { mintRelayToken, type PairMember } from "../../protocol/relay-token.ts";
import type { ControlPlane } from "../control/plane.ts";
import { epochOf, pairMemberOf } from "../registry/roster.ts";
import type { Granted, RelayPorts } from "../relay/client/relay-manager.ts";
import type { MeshContext } from "./context.ts";
import type { HeldTokens } from "./held-tokens.ts";
import { isTokenFault } from "./relay-refusals.ts";
import { legCredential } from "./stun-names.ts";
import { bindLeg } from "./leg-probe.ts";
import type { StunRequest } from "./stun-service.ts";

/** A volunteer answers at once; on a path that just died the next one must not wait. */
const REQUEST_TIMEOUT_MS = 3_000;
/** A volunteer that is none of our homes is dialled first: over a path that is there, three round trips. */
const REACH_MS = 1_000;
/** Outlives an allocation's lifetime by far; whether its members still are members is checked all the time. */
const TOKEN_LIFETIME_SEC = 6 * 3600;
export type RelayRequestsParts = {
  readonly context: MeshContext;
  readonly control: Pick<ControlPlane, "request" | "reach">;
  /** Undefined where STUN cannot leave from WireGuard's port. */
  readonly stun: StunRequest | undefined;
  readonly orderEndpoints: RelayPorts["orderEndpoints"];
  /** Go before those that this host mints. */
  readonly held: Pick<HeldTokens, "find" | "refused">;
  /** Whom this host has invited, by the id that stands for it. */
  readonly guestBy?: (id: MemberId) => PairMember | undefined;
};

type Minted = { readonly token: string; readonly issuedAtSec: number; readonly renewAtSec: number };

/** What the relay client asks of volunteers, over control connections and from WireGuard's port. */
export class RelayRequests implements RelayPorts {
  readonly bind: RelayPorts["bind"];
  readonly #parts: RelayRequestsParts;
  /** By relay, epoch and pair with its keys; bounded by the pairs that were asked for within half a token's life. */
  readonly #tokens = new Map<string, Minted>();

  constructor(parts: RelayRequestsParts) {
    this.#parts = parts;
    const { stun } = parts;
    this.bind =
      stun === undefined
        ? undefined
        : ({ allocation, leg, legKey }, endpoint, isPatient) =>
            bindLeg(parts.context.clock, stun, endpoint, legCredential(allocation, leg, legKey), isPatient);
  }

  async allocate(relay: MemberId, peer: MemberId): Promise<Decoded<Granted>> {
    if (!(await this.#parts.control.reach(relay, REACH_MS))) return refused("not-connected");
    const answer = await this.#withToken(relay, peer, (token) =>
      this.#parts.control.request(relay, { kind: "allocate", token }, REQUEST_TIMEOUT_MS),
    );
    return answer.ok ? this.granted(relay, answer.value) : answer;
  }

  refresh({ relay, peer, allocation }: Granted): Promise<Decoded<{ readonly lifetimeSec: number }>> {
    return this.#withToken(relay, peer, (token) =>
      this.#parts.control.request(relay, { kind: "refresh", allocation, token }, REQUEST_TIMEOUT_MS),
    );
  }

  async release(relay: MemberId, allocation: AllocationId): Promise<void> {
    await this.#parts.control.request(relay, { kind: "release", allocation }, REQUEST_TIMEOUT_MS);
  }

  orderEndpoints(relay: MemberId, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    return this.#parts.orderEndpoints(relay, endpoints);
  }

  /** First with the token that this host was given: one that is no good must not cost the path. */
  async #withToken<T>(
    relay: MemberId,
    peer: MemberId,
    ask: (token: string) => Promise<Decoded<T>>,
  ): Promise<Decoded<T>> {
    const { held } = this.#parts;
    const given = held.find(relay, peer);
    if (given !== undefined) {
      const answer = await ask(given);
      if (answer.ok || !isTokenFault(answer.reason)) return answer;
      held.refused(given, answer.reason);
    }
    const own = await this.#ownToken(relay, peer);
    return own.ok ? ask(own.value) : own;
  }

  /** The same until half of its life is over: the relay knows it, and need not check its signature again. */
  async #ownToken(relay: MemberId, peer: MemberId): Promise<Decoded<string>> {
    const { context } = this.#parts;
    const { members } = context.registry.roster;
    const own = members.get(context.self);
    const other = this.#endOf(peer);
    if (other === undefined || own === undefined) return refused("not-a-member");
    const pair = [pairMemberOf(own), other] as const;
    const epoch = epochOf(context.registry.roster);
    const key = [
      relay,
      epoch,
      ...pair.flatMap(({ memberId, wireguardKey }) => [memberId, wireguardKey]),
    ].join(" ");
    const nowSec = Math.floor(context.clock.wallNow() / 1000);
    for (const [old, { renewAtSec, issuedAtSec }] of this.#tokens) {
      // From the future: the clock was set back since.
      if (nowSec >= renewAtSec || nowSec < issuedAtSec) this.#tokens.delete(old);
    }
    const known = this.#tokens.get(key);
    if (known !== undefined) return decoded(known.token);
    const token = await mintRelayToken(
      {
        issuer: context.self,
        relay,
        network: context.network,
        epoch,
        pair,
        issuedAtSec: nowSec,
        expiresAtSec: nowSec + TOKEN_LIFETIME_SEC,
        tier: "free",
        bandwidthBps: 0,
        quotaBytes: 0,
      },
      context.identity.keys.sign,
    );
    this.#tokens.set(key, { token, issuedAtSec: nowSec, renewAtSec: nowSec + TOKEN_LIFETIME_SEC / 2 });
    return decoded(token);
  }

  /** What `from` says it grants. A relay speaks for itself only, and of members only. */
  granted(from: MemberId, offered: AllocationLeg): Decoded<Granted> {
    const { allocation, relay, peer, endpoints, lifetimeSec, legKey, leg } = offered;
    if (relay !== from) return refused("wrong-relay");
    if (peer === this.#parts.context.self || this.#endOf(peer) === undefined) return refused("not-a-member");
    return decoded({ allocation, relay, peer, endpoints, lifetimeSec, legKey, leg });
  }

  #endOf(peer: MemberId): PairMember | undefined {
    const member = this.#parts.context.registry.roster.members.get(peer);
    return member === undefined ? this.#parts.guestBy?.(peer) : pairMemberOf(member);
  }
}
