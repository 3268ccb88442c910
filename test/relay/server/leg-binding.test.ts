import fc from "fast-check";
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  answerBinding,
  bindingUsername,
  NONCE_PERIOD_MS,
  type BindingContext,
} from "../../../agent/relay/server/leg-binding.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";
import type { StunAttributes } from "../../../protocol/stun/attributes.ts";
import { verifyIntegrity } from "../../../protocol/stun/integrity.ts";
import { decodeStun, encodeStun } from "../../../protocol/stun/message.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const parsed = parseId<AllocationId>("00112233445566778899aabbccddeeff");
if (!parsed.ok) throw new Error(parsed.reason);
const allocation = parsed.value;
const legKeys = { a: new Uint8Array(32).fill(1), b: new Uint8Array(32).fill(2) };
const transactionId = new Uint8Array(12).fill(3);
const HOME: Endpoint = { address: "198.51.100.1", port: 1001 };
const AWAY: Endpoint = { address: "2001:db8::7", port: 7 };
const NOW = 10 * NONCE_PERIOD_MS;

const context = (a?: Endpoint): BindingContext => ({
  allocation,
  legKeys,
  endpoints: { a, b: undefined },
  nonceSecret: new Uint8Array(32).fill(9),
});

function request(attributes: StunAttributes, key: Uint8Array | undefined = legKeys.a): Uint8Array {
  return encodeStun({ class: "request", transactionId, attributes }, key);
}

function ask(attributes: StunAttributes, source: Endpoint, where: BindingContext, nowMs = NOW) {
  const username = bindingUsername(allocation, "a");
  const answer = answerBinding(request({ username, ...attributes }), source, where, monotonicMs(nowMs));
  if (answer.tag === "silence") throw new Error(answer.reason);
  expect(verifyIntegrity(answer.reply, legKeys.a)).toBe(true);
  const reply = decodeStun(answer.reply);
  if (!reply.ok) throw new Error(reply.reason);
  expect(reply.value.transactionId).toEqual(transactionId);
  return { ...reply.value, bound: answer.bound };
}

function nonceFor(source: Endpoint, where: BindingContext, nowMs = NOW): string {
  const { attributes } = ask({}, source, where, nowMs);
  if (attributes.nonce === undefined) throw new Error("no nonce");
  return attributes.nonce;
}

/** CHANGE-REQUEST (RFC 5780) put where a NONCE was, and the integrity made anew by hand. */
function withResponsePort(key: Uint8Array): Uint8Array {
  const username = bindingUsername(allocation, "a");
  const bytes = request({ username, nonce: "1234" }, key);
  const integrityAt = bytes.length - 8 - 36;
  bytes.set([0x00, 0x27, 0x00, 0x04, 0, 80, 0, 0], integrityAt - 8);
  const signed = bytes.slice(0, integrityAt + 36);
  new DataView(signed.buffer).setUint16(2, signed.length - 20);
  signed.set(createHmac("sha256", key).update(signed.subarray(0, integrityAt)).digest(), integrityAt + 4);
  return signed;
}

describe("a Binding request under a leg's key", () => {
  it("is answered at once from where the leg is, with the address it came from", () => {
    //
    const { attributes, bound } = ask({}, HOME, context(HOME));
    expect(attributes).toEqual({ xorMappedAddress: HOME });
    expect(bound).toBe("a");
  });

  it("binds from elsewhere only with the nonce that went there", () => {
    //
    const first = ask({}, AWAY, context(HOME));
    expect(first.attributes.errorCode?.code).toBe(401);
    expect(first.bound).toBeUndefined();
    const nonce = nonceFor(AWAY, context(HOME));
    expect(ask({ nonce }, AWAY, context(HOME))).toMatchObject({
      bound: "a",
      attributes: { xorMappedAddress: AWAY },
    });
  });

  it("gets 438 for a nonce of another source, leg or allocation", () => {
    const nonce = nonceFor(AWAY, context(HOME));
    const replayed = ask({ nonce }, { ...AWAY, port: 8 }, context(HOME));
    expect(replayed.attributes.errorCode?.code).toBe(438);
    expect(replayed.bound).toBeUndefined();
    const other = { ...context(HOME), nonceSecret: new Uint8Array(32) };
    expect(ask({ nonce }, AWAY, other).attributes.errorCode?.code).toBe(438);
  });

  it("may use a nonce until the end of the period after its own", () => {
    const nonce = nonceFor(AWAY, context(HOME), NOW);
    const last = NOW + 2 * NONCE_PERIOD_MS - 1;
    expect(ask({ nonce }, AWAY, context(HOME), last).bound).toBe("a");
    expect(ask({ nonce }, AWAY, context(HOME), last + 1).bound).toBeUndefined();
  });

  it("cannot use the nonce of a move again once the leg has moved on", () => {
    const nonce = nonceFor(AWAY, context(HOME));
    expect(ask({ nonce }, AWAY, context({ ...HOME, port: 5 })).attributes.errorCode?.code).toBe(438);
  });

  it("is told which attributes were not understood, and moves nothing", () => {
    const bytes = withResponsePort(legKeys.a);
    const answer = answerBinding(bytes, HOME, context(HOME), monotonicMs(NOW));
    const reply = answer.tag === "reply" ? decodeStun(answer.reply) : undefined;
    expect(answer).toMatchObject({ tag: "reply", bound: undefined });
    expect(reply).toMatchObject({
      ok: true,
      value: { class: "error", attributes: { errorCode: { code: 420 }, unknownAttributes: [0x0027] } },
    });
  });

  it.each<[string, Uint8Array, "stun-malformed" | "stun-unauthenticated"]>([
    [
      "without integrity",
      encodeStun({
        class: "request",
        transactionId,
        attributes: { username: bindingUsername(allocation, "a") },
      }),
      "stun-unauthenticated",
    ],
    [
      "under the other leg's key",
      request({ username: bindingUsername(allocation, "a") }, legKeys.b),
      "stun-unauthenticated",
    ],
    ["without a username", request({}), "stun-unauthenticated"],
    ["for another allocation", request({ username: "ffffffffffffffff:a" }), "stun-unauthenticated"],
    ["for a third leg", request({ username: `${allocation.slice(0, 16)}:c` }), "stun-unauthenticated"],
    [
      "that is a response",
      encodeStun(
        { class: "success", transactionId, attributes: { username: bindingUsername(allocation, "a") } },
        legKeys.a,
      ),
      "stun-malformed",
    ],
  ])("meets silence %s", (_what, bytes, reason) => {
    expect(answerBinding(bytes, HOME, context(HOME), monotonicMs(NOW))).toEqual({ tag: "silence", reason });
  });

  it("never throws, and never answers without the key, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom<LegName>("a", "b"), (bytes, leg) => {
        const signed = encodeStun(
          { class: "request", transactionId, attributes: { username: bindingUsername(allocation, leg) } },
          bytes,
        );
        for (const sent of [bytes, signed]) {
          expect(answerBinding(sent, HOME, context(HOME), monotonicMs(NOW)).tag).toBe("silence");
        }
      }),
    );
  });
});
