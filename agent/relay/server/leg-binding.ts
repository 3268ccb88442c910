import { createHmac } from "node:crypto";
import { formatEndpoint, sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { AllocationId } from "../../../protocol/ids.ts";
import type { StunAttributes } from "../../../protocol/stun/attributes.ts";
import { verifyIntegrity } from "../../../protocol/stun/integrity.ts";
import { decodeStun, encodeStun, type StunMessage } from "../../../protocol/stun/message.ts";
import type { MonotonicMs } from "../../../protocol/time.ts";
import { LEG_NAMES, type LegName } from "./leg.ts";

/**
 * A Binding request under a leg's key, sent to the allocation's port, says where that leg is. From where the leg
 * already is, it is the keepalive and the round-trip probe, and is answered at once. From anywhere else the
 * source first has to give back a NONCE that only went there (in the manner of RFC 8489, section 9.2): an onlooker
 * who repeats the request from another address then moves nothing. Without the key there is no answer at all.
 */

/** A nonce lives for one to two of these: several retransmissions, and little time to collect nonces of addresses that one has left. */
export const NONCE_PERIOD_MS = 30_000;

/** HMAC-SHA-256 cut to 128 bits (RFC 2104, section 5): nobody can try more than a few within its life. */
const NONCE_BYTES = 16;

export type BindingContext = {
  readonly allocation: AllocationId;
  readonly legKeys: Readonly<Record<LegName, Uint8Array>>;
  /** Where each leg is confirmed to be. */
  readonly endpoints: Readonly<Record<LegName, Endpoint | undefined>>;
  /** 32 random bytes of this process: nonces need no memory. */
  readonly nonceSecret: Uint8Array;
};

export type BindingAnswer =
  /** `bound`: `reply` goes to where that leg is, or now is. */
  | { readonly tag: "reply"; readonly reply: Uint8Array; readonly bound: LegName | undefined }
  | { readonly tag: "silence"; readonly reason: "stun-malformed" | "stun-unauthenticated" };

/** The USERNAME of a leg: half the allocation's id keeps the message short, and the port says the rest. */
export function bindingUsername(allocation: AllocationId, leg: LegName): string {
  return `${allocation.slice(0, 16)}:${leg}`;
}

/** Never throws. */
export function answerBinding(
  bytes: Uint8Array,
  source: Endpoint,
  context: BindingContext,
  now: MonotonicMs,
): BindingAnswer {
  const read = decodeStun(bytes);
  if (!read.ok || read.value.class !== "request") return { tag: "silence", reason: "stun-malformed" };
  const { attributes, transactionId, notUnderstood } = read.value;
  const leg = LEG_NAMES.find((name) => bindingUsername(context.allocation, name) === attributes.username);
  if (leg === undefined || !verifyIntegrity(bytes, context.legKeys[leg])) {
    return { tag: "silence", reason: "stun-unauthenticated" };
  }

  const answer = (kind: StunMessage["class"], content: StunAttributes, bound?: LegName): BindingAnswer => ({
    tag: "reply",
    reply: encodeStun({ class: kind, transactionId, attributes: content }, context.legKeys[leg]),
    bound,
  });
  if (notUnderstood.length > 0) {
    const errorCode = { code: 420, reason: "Unknown Attribute" };
    return answer("error", { errorCode, unknownAttributes: notUnderstood.slice(0, MAX_UNKNOWN_LISTED) });
  }
  const period = Math.floor(now / NONCE_PERIOD_MS);
  const isKnown = (): boolean =>
    [period, period - 1].some((one) => nonceOf(leg, source, context, one) === attributes.nonce);
  // The place first: a keepalive, of which each pair sends three a second, then needs no nonce to be computed.
  if (sameEndpoint(context.endpoints[leg], source) || isKnown()) {
    return answer("success", { xorMappedAddress: source }, leg);
  }
  const errorCode =
    attributes.nonce === undefined
      ? { code: 401, reason: "Unauthenticated" }
      : { code: 438, reason: "Stale Nonce" };
  return answer("error", { errorCode, nonce: nonceOf(leg, source, context, period) });
}

/** So that the answer is never longer than a request may be. */
const MAX_UNKNOWN_LISTED = 16;

/** The leg's present place goes in, so that a nonce dies with the move it was for and no old request moves the leg back. */
function nonceOf(leg: LegName, source: Endpoint, context: BindingContext, period: number): string {
  const present = context.endpoints[leg];
  const from = present === undefined ? "nowhere" : formatEndpoint(present);
  return createHmac("sha256", context.nonceSecret)
    .update(`${context.allocation} ${leg} ${from} ${formatEndpoint(source)} ${period}`)
    .digest()
    .subarray(0, NONCE_BYTES)
    .toString("base64url");
}
