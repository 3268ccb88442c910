import type { MemberId } from "../../protocol/ids.ts";
import { publicKeyOf } from "../../protocol/keys.ts";
import {
  isEpochAccepted,
  peekClaims,
  readRelayToken,
  type RelayTier,
  type RelayTokenClaims,
} from "../../protocol/relay-token.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import { membershipOf } from "../identity/signer.ts";
import { epochOf, type Roster } from "../registry/roster.ts";
import type { MeshContext } from "./context.ts";

/** What a token that somebody else minted gives this host. Limits of 0: the tier's own. */
export type HeldToken = {
  readonly relay: MemberId;
  readonly peer: MemberId;
  readonly tier: RelayTier;
  readonly bandwidthBps: number;
  readonly quotaBytes: number;
  readonly expiresAtSec: number;
  /** Why it does not count now; see `RelayTokenRefusal`, and the relay's own reasons. */
  readonly refusal: string | undefined;
};

/** Some 800 bytes each in a state that is written as a whole; a host that relays to more pairs is a relay itself. */
export const MAX_HELD_TOKENS = 64;
/** A refusal may be a matter of clocks, or of a configuration that is mended. */
export const REFUSED_MS = 600_000;

/** Tokens of volunteers' operators that this host was given: used instead of its own, one for each relay and peer. Kept in the state. */
export class HeldTokens {
  readonly #context: MeshContext;
  /** By the token itself; bounded by those that are held. */
  readonly #refused = new Map<string, { readonly reason: string; readonly at: MonotonicMs }>();

  constructor(context: MeshContext) {
    this.#context = context;
  }

  /** Instead of any before for the same relay and peer. Errors: token.invalid, state.io; neither repeats the token. */
  async add(token: string): Promise<HeldToken> {
    const claims = await this.#verified(token);
    const held = this.#heldBy(claims, token);
    if (held === undefined) throw invalid("it is for other members", "use it on a member of its pair");
    await this.#context.identity.update((state) => {
      const membership = membershipOf(state);
      const others = (membership.relayTokens ?? []).filter((one) => {
        const old = this.#entry(one);
        return old !== undefined && !(old.relay === held.relay && old.peer === held.peer);
      });
      if (others.length >= MAX_HELD_TOKENS)
        throw new AgentError("usage.invalid", `this host holds ${MAX_HELD_TOKENS} tokens already`);
      return { state: { ...state, membership: { ...membership, relayTokens: [...others, token] } } };
    });
    return held;
  }

  /** The one to show this relay for this peer; undefined where there is none that counts. */
  find(relay: MemberId, peer: MemberId): string | undefined {
    return this.#tokens().find((token) => {
      const held = this.#entry(token);
      return held?.relay === relay && held.peer === peer && held.refusal === undefined;
    });
  }

  /** The same relays, first those that this host has a token for. */
  preferred(peer: MemberId, relays: readonly MemberId[]): readonly MemberId[] {
    const rank = (relay: MemberId): number => (this.find(relay, peer) === undefined ? 1 : 0);
    return relays.toSorted((a, b) => rank(a) - rank(b));
  }

  /** The relay does not take it: not shown again for a while, so that it costs no path. */
  refused(token: string, reason: string): void {
    for (const old of this.#refused.keys()) if (!this.#tokens().includes(old)) this.#refused.delete(old);
    this.#refused.set(token, { reason, at: this.#context.clock.monotonicNow() });
    const { relay, peer } = this.#entry(token) ?? {};
    this.#context.log.warn({ relay, peer, reason }, "relay token refused");
  }

  /** Those that have not expired. */
  list(): readonly HeldToken[] {
    return this.#tokens().flatMap((token) => this.#entry(token) ?? []);
  }

  #tokens(): readonly string[] {
    return this.#context.identity.state.membership?.relayTokens ?? [];
  }

  /** Undefined: expired. */
  #entry(token: string): HeldToken | undefined {
    const claims = peekClaims(token);
    return claims.ok ? this.#heldBy(claims.value, token) : undefined;
  }

  /** Undefined where the token is for others, or has expired. */
  #heldBy(claims: RelayTokenClaims, token: string): HeldToken | undefined {
    const { self, clock } = this.#context;
    const { relay, pair, tier, bandwidthBps, quotaBytes, expiresAtSec } = claims;
    const peer = pair.find(({ memberId }) => memberId !== self)?.memberId;
    if (peer === undefined || pair.every(({ memberId }) => memberId !== self)) return undefined;
    if (clock.wallNow() >= expiresAtSec * 1000) return undefined;
    const refusal = this.#refusalOf(claims, token);
    return { relay, peer, tier, bandwidthBps, quotaBytes, expiresAtSec, refusal };
  }

  #refusalOf({ epoch }: RelayTokenClaims, token: string): string | undefined {
    const { registry, clock } = this.#context;
    if (!isEpochAccepted(epoch, epochOf(registry.roster))) return "wrong-epoch";
    const refused = this.#refused.get(token);
    if (refused === undefined || clock.monotonicNow() >= monotonicMs(refused.at + REFUSED_MS))
      return undefined;
    return refused.reason;
  }

  async #verified(token: string): Promise<RelayTokenClaims> {
    const { network, registry, clock } = this.#context;
    const { roster } = registry;
    const peeked = peekClaims(token);
    if (!peeked.ok) throw invalid("it is damaged, or none", "copy all of it");
    const { relay, issuer } = peeked.value;
    const signer = roster.members.get(issuer);
    if (signer === undefined)
      throw invalid("who signed it is no member here", "ask the volunteer's operator");
    const verifyKey = publicKeyOf("ed25519", signer.identityKey);
    const expected = { relay, network, epoch: epochOf(roster), now: clock.wallNow() };
    const read = await readRelayToken(token, verifyKey, expected);
    if (!read.ok) throw invalid(`the relay would refuse it (${read.reason})`, "ask for a new one");
    const wrong = faultOf(read.value, roster);
    if (wrong !== undefined) throw invalid(wrong, "ask for a new one");
    return read.value;
  }
}

function faultOf({ relay, pair }: RelayTokenClaims, { members }: Roster): string | undefined {
  if (!members.has(relay)) return "its relay is no member here";
  const isCurrent = pair.every(({ memberId, wireguardKey }) => {
    return members.get(memberId)?.wireguardKey === wireguardKey;
  });
  return isCurrent ? undefined : "its pair are no members here, or have other keys since";
}

function invalid(why: string, hint: string): AgentError {
  return new AgentError("token.invalid", `this token cannot be used: ${why}`, { hint });
}
