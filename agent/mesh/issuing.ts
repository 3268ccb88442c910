import {
  failure,
  type Certify,
  type Failure,
  type Redeem,
  type Redeemed,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import type { Clock } from "../clock.ts";
import { certify, type Certification } from "../identity/certifying.ts";
import type { Identity } from "../identity/identity.ts";
import { redeem } from "../identity/redemption.ts";
import type { IdentityState } from "../identity/state.ts";
import type { Logger } from "../log.ts";
import { KeyedLimiter, type Rate } from "../rate-limit.ts";
import { introductions } from "../registry/introductions.ts";
import type { Network } from "./network.ts";

/** The issuer's side of an invite: what a joining host that asks for membership is told. */
export async function answerJoiner(
  network: Pick<Network, "roster" | "publish">,
  inviteId: string,
  body: Redeem,
  { identity, clock, log }: { identity: Identity; clock: Clock; log: Logger },
): Promise<Redeemed | Failure> {
  const invite = identity.state.membership?.invites.find(({ id }) => id === inviteId);
  if (invite === undefined) return failure("invite.unknown", "no such invite");
  const request = { ...body, inviteId: invite.id };
  // Durable before it is answered: `update` resolves only then.
  const { redemption } = await identity.update((state) => {
    const { roster } = network;
    const context = {
      roster,
      sourceAddress4: invite.temporaryAddress4,
      introductions: introductions(roster),
    };
    const result = redeem(state, request, context, clock.wallNow());
    return { state: result.state, redemption: result };
  });
  if (!redemption.ok) {
    log.info({ invite: inviteId.slice(0, 8), code: redemption.code }, "invite refused");
    return failure(redemption.code, "the invite cannot be redeemed");
  }
  await network.publish([redemption.answer.member]);
  log.info({ invite: inviteId.slice(0, 8), name: invite.memberName }, "invite redeemed");
  return { kind: "redeemed", ...redemption.answer };
}

/**
 * Sets of new keys for one member. Each leaves a certificate and a farewell in every store, and takes one of the 4,096 certificates that
 * an admin may have there: without a limit one member could use up all of them. At once, more than anybody rotates keys by hand.
 */
export const SUCCESSION_RATE: Rate = { perSec: 1 / 86_400, burst: 8 };

/** More than a network of a thousand has members; see `KeyedLimiter`. */
const MAX_MEMBERS = 4_096;

/** How often members have had new keys. In memory: a restart of the admin's host is not theirs to bring about. */
export function successionLimiter(): KeyedLimiter {
  return new KeyedLimiter(SUCCESSION_RATE, MAX_MEMBERS);
}

/** The admin's side of a member's wish to have keys certified. */
export async function answerCertify(
  network: Pick<Network, "roster" | "publish">,
  from: MemberId,
  { kind: _, ...request }: Certify,
  { identity, clock, log }: { identity: Identity; clock: Clock; log: Logger },
  successions: KeyedLimiter,
): Promise<ResponseBody | Failure> {
  const { result } = await identity.update((state): { state: IdentityState; result: Certification } => {
    const { roster } = network;
    const result = certify(state, roster, from, request, clock.wallNow());
    // The same keys get the same certificate again, and that costs nothing.
    const isSuccession = result.state !== state && memberIdOf(request.identityKey) !== from;
    const origin = roster.members.get(from)?.origin ?? from;
    if (isSuccession && !successions.allows(origin, clock.monotonicNow()))
      return { state, result: { ok: false, state, code: "certify.too-often" } };
    return { state: result.state, result };
  });
  if (!result.ok) {
    log.info({ member: from, code: result.code }, "member not certified");
    return failure(result.code, "the keys are not certified");
  }
  await network.publish([result.certificate]);
  log.info({ member: from }, "member certified");
  return { kind: "certified", member: result.certificate };
}
