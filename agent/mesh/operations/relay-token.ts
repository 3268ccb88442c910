import { mintRelayToken } from "../../../protocol/relay-token.ts";
import type {
  HeldRelayToken,
  MintedRelayToken,
  RelayTokenRequest,
  RelayUseTokenRequest,
} from "../../admin/contract.ts";
import type { Clock } from "../../clock.ts";
import { AgentError } from "../../errors.ts";
import type { Identity } from "../../identity/identity.ts";
import { epochOf, pairMemberOf } from "../../registry/roster.ts";
import type { CurrentNetwork } from "../current-network.ts";
import { heldToken } from "../views.ts";
import { memberNamed } from "./member-named.ts";

/** Tokens beside those that members mint for themselves: what an operator grants, and what this host was granted. */
export class RelayTokenOperations {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #current: CurrentNetwork;

  constructor({ identity, clock }: { identity: Identity; clock: Clock }, current: CurrentNetwork) {
    this.#identity = identity;
    this.#clock = clock;
    this.#current = current;
  }

  /** For this host's own relay any pair and tier; for another's what that one lets its members mint. */
  async mint(request: RelayTokenRequest): Promise<MintedRelayToken> {
    const { self, roster, certificate } = await this.#current.required();
    const { tier, bandwidthBps, quotaBytes, lifetimeSec } = request;
    const relay = memberNamed(roster, request.relay ?? certificate.name);
    const [a, b] = [memberNamed(roster, request.pair[0]), memberNamed(roster, request.pair[1])];
    if (a.id === b.id || a.id === relay.id || b.id === relay.id) {
      throw new AgentError("usage.invalid", "a relay stands between two other members", {
        hint: "name three different ones",
      });
    }
    if (relay.id !== self && a.id !== self && b.id !== self) {
      throw new AgentError("usage.invalid", `${relay.name} takes tokens for others from its own host only`, {
        hint: `run this on ${relay.name}`,
      });
    }
    const issuedAtSec = Math.floor(this.#clock.wallNow() / 1000);
    const expiresAtSec = issuedAtSec + lifetimeSec;
    const claims = {
      issuer: self,
      relay: relay.id,
      network: relay.certificate.network,
      epoch: epochOf(roster),
      pair: [pairMemberOf(a), pairMemberOf(b)] as const,
      issuedAtSec,
      expiresAtSec,
      tier,
      bandwidthBps,
      quotaBytes,
    };
    const token = await mintRelayToken(claims, this.#identity.keys.sign);
    const expiresAt = expiresAtSec * 1000;
    return { token, relay: relay.name, pair: [a.name, b.name], tier, bandwidthBps, quotaBytes, expiresAt };
  }

  async use({ token }: RelayUseTokenRequest): Promise<HeldRelayToken> {
    const network = await this.#current.required();
    return heldToken(network, await network.paths.useToken(token));
  }
}
