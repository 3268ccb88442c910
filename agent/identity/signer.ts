import type { KeyObject } from "node:crypto";
import { networkIdOf, type NetworkId } from "../../protocol/ids.ts";
import { privateKeyOf } from "../../protocol/keys.ts";
import { signRecord, type RecordContent, type SignedRecord } from "../../protocol/record.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import { AgentError } from "../errors.ts";
import type { Roster } from "../registry/roster.ts";
import { keysOf, nextSequence, rawOf } from "./identity.ts";
import type { IdentityState, Membership } from "./state.ts";

/** A year: nothing renews a certificate by itself, and what ends a membership early is a revocation. */
export const CERTIFICATE_LIFETIME_MS = 365 * 86_400_000;

/** Signs in a row, each record with the next sequence number; `state` is the one to keep afterwards. */
export class RecordSigner {
  readonly network: NetworkId;
  readonly #now: WallMs;
  #state: IdentityState;

  constructor(state: IdentityState, networkKey: Uint8Array, now: WallMs) {
    this.network = networkIdOf(networkKey);
    this.#state = state;
    this.#now = now;
  }

  get state(): IdentityState {
    return this.#state;
  }

  /** Without `validity` issued now, for ever. */
  sign<Content extends RecordContent>(
    content: Content,
    key: KeyObject,
    validity: { readonly issuedAt?: WallMs; readonly expiresAt?: WallMs | undefined } = {},
  ): SignedRecord<Content> {
    const sequence = nextSequence(this.#state, this.#now);
    this.#state = { ...this.#state, highestSequence: sequence };
    const { issuedAt = this.#now, expiresAt } = validity;
    return signRecord(content, { network: this.network, sequence, issuedAt, expiresAt }, key);
  }

  /** When a certificate that is issued now runs out; an admin's never does, because what it signs rests on it. */
  certificateExpiry(isAdmin: boolean): WallMs | undefined {
    return isAdmin ? undefined : wallMs(this.#now + CERTIFICATE_LIFETIME_MS);
  }
}

/** The network's key where this host is the founder, else its own. */
export function authorityKeyOf(state: IdentityState, membership: Membership): KeyObject {
  return membership.networkSeed === undefined
    ? keysOf(state).sign
    : privateKeyOf("ed25519", rawOf(membership.networkSeed));
}

/** Throws AgentError `network.none`. */
export function membershipOf(state: IdentityState): Membership {
  if (state.membership === undefined)
    throw new AgentError("network.none", "this host is in no network", {
      hint: "start one with: hopwire init; or join one with: hopwire join TOKEN",
    });
  return state.membership;
}

export function isAdmin(state: IdentityState, roster: Roster): boolean {
  return roster.members.get(keysOf(state).id)?.roles.includes("admin") === true;
}

/** Throws AgentError `rights.missing`. */
export function requireAdmin(state: IdentityState, roster: Roster): void {
  if (!isAdmin(state, roster))
    throw new AgentError("rights.missing", "this host is no admin of the network", {
      hint: "run it on an admin's host",
    });
}
