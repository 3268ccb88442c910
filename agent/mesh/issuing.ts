import {
  failure,
  type Certify,
  type Failure,
  type Redeem,
  type Redeemed,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { Clock } from "../clock.ts";
import { certify } from "../identity/certifying.ts";
import type { Identity } from "../identity/identity.ts";
import { redeem } from "../identity/redemption.ts";
import type { Logger } from "../log.ts";
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

/** The admin's side of a member's wish to have keys certified. */
export async function answerCertify(
  network: Pick<Network, "roster" | "publish">,
  from: MemberId,
  { kind: _, ...request }: Certify,
  { identity, clock, log }: { identity: Identity; clock: Clock; log: Logger },
): Promise<ResponseBody | Failure> {
  const { result } = await identity.update((state) => {
    const result = certify(state, network.roster, from, request, clock.wallNow());
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
