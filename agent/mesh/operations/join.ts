import { memberIdOf } from "../../../protocol/ids.ts";
import type { Invite, InviteWay } from "../../../protocol/invite.ts";
import type { SignedRecord } from "../../../protocol/record.ts";
import type { Emit, JoinProgress, JoinRequest } from "../../admin/contract.ts";
import { AgentError, type AgentErrorCode } from "../../errors.ts";
import { acceptRedeemed, beginJoin, giveUpJoin, redeemRequest } from "../../identity/join.ts";
import type { Signed } from "../../identity/membership.ts";
import type { CurrentNetwork, DaemonParts } from "../current-network.ts";
import { askForMembership } from "../joining.ts";
import { beginRegistry } from "../own-registry.ts";

/** The way from a token to a running membership, also after a crash half-way. */
export class JoinOperation {
  readonly #parts: DaemonParts;
  readonly #current: CurrentNetwork;

  constructor(parts: DaemonParts, current: CurrentNetwork) {
    this.#parts = parts;
    this.#current = current;
  }

  join({ token }: JoinRequest, emit: Emit<JoinProgress>, signal: AbortSignal): Promise<void> {
    return this.#current.inTurn(async () => {
      const { identity, device, log } = this.#parts;
      const { invite } = await identity.update((state) => beginJoin(state, token));
      try {
        await this.#join(invite, emit, AbortSignal.any([signal, this.#current.stopping]));
      } catch (error) {
        // Keys and token of a join that got no answer are kept: the answer may exist, and a repeat gets the same one.
        if (this.#current.running === undefined)
          await device.down().catch((cause: unknown) => log.warn({ err: cause }, "interface not removed"));
        if (error instanceof AgentError && error.code !== "network.unreachable") {
          await identity.update((state) => (state.membership === undefined ? giveUpJoin(state) : { state }));
        }
        throw error;
      }
    });
  }

  /** Goes on with a join that the last run did not end, if there is one. */
  resume(): void {
    const { identity, log } = this.#parts;
    const token = identity.state.joining?.token;
    if (identity.state.membership !== undefined || token === undefined) return;
    log.info({}, "going on with an interrupted join");
    this.join({ token }, () => undefined, this.#current.stopping).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : "unknown";
      log.warn({ reason }, "the interrupted join did not succeed");
    });
  }

  async #join(invite: Invite, emit: Emit<JoinProgress>, signal: AbortSignal): Promise<void> {
    const { identity, clock, run, log, device, config } = this.#parts;
    const joined = await askForMembership(invite, redeemRequest(identity.state, invite), {
      device,
      run,
      clock,
      log,
      settings: config,
      progress: (text) => emit({ text }),
      signal,
    });
    if (!joined.ok) throw joinRefusal(joined.reason);
    const { answer, way } = joined.value;
    const accepted = acceptRedeemed(identity.state, invite, answer, clock.wallNow());
    if (!accepted.ok) {
      throw new AgentError("invite.invalid", `the issuer's answer cannot be believed: ${accepted.reason}`, {
        hint: "ask for a new invite",
      });
    }
    emit({ text: "admitted; starting the network" });
    await this.#keep(accepted.value, invite, way);
    await this.#current.start();
  }

  /** The membership last: whoever has it has what it takes to reach somebody. */
  async #keep(signed: Signed, invite: Invite, { endpoint, relayed }: InviteWay): Promise<void> {
    const { cache } = this.#parts.cache;
    await beginRegistry(this.#parts, signed);
    const issuerKey = identityKeyOf(signed.records, invite.issuerWireguardKey);
    // The relay's port is this invite's: the volunteers that the issuer named lead on from there.
    if (issuerKey !== undefined && !relayed) {
      const peer = memberIdOf(issuerKey);
      cache.observeEndpoint({ peer, endpoint, kind: "host", source: "invite" });
      cache.recordDirect({ peer, endpoint, outcome: "success" });
      // As durable as the membership: it may be the only way to anybody.
      await cache.flush();
    }
    await this.#parts.identity.update(() => ({ state: signed.state }));
  }
}

function identityKeyOf(records: readonly SignedRecord[], wireguardKey: string): Uint8Array | undefined {
  const [key] = records.flatMap(({ content }) =>
    content.kind === "member" && content.wireguardKey === wireguardKey ? [content.identityKey] : [],
  );
  return key;
}

/** What an issuer says, in the words of the one who asked. */
function joinRefusal(reason: string): AgentError {
  const known: Readonly<Record<string, readonly [AgentErrorCode, string]>> = {
    "invite.used": ["invite.used", "the invite was used already, by another host"],
    "invite.expired": ["invite.expired", "the invite has expired"],
    "invite.unknown": ["invite.invalid", "the issuer does not know this invite"],
    "member.exists": ["invite.invalid", "the issuer has a member with this name or these keys already"],
    "member.revoked": ["member.revoked", "this host's identity was revoked"],
  };
  const [code, message] = known[reason] ?? ["invite.invalid", `the issuer refused: ${reason}`];
  return new AgentError(code, message, { hint: "ask for a new invite" });
}
