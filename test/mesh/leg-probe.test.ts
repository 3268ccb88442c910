import { describe, expect, it } from "vitest";
import { bindLeg } from "../../agent/mesh/leg-probe.ts";
import type { StunAnswer, StunRequestOptions } from "../../agent/nat/stun-agent.ts";
import type { Bound } from "../../agent/relay/client/relay-manager.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint } from "./samples.ts";

const RELAY = endpoint(1, 40_000);
const CREDENTIAL = { username: "leg", key: new Uint8Array(32) };
const ANSWER = { rttMs: 20, mapped: undefined, errorCode: undefined, nonce: undefined };

/** A relay that answers the requests of these numbers, each after 20 ms; what was asked, and what came of it. */
async function bound(
  answering: readonly number[],
  answer: (options: StunRequestOptions) => StunAnswer = () => ANSWER,
  isPatient = false,
): Promise<{
  readonly result: Decoded<Bound>;
  readonly askedAt: readonly number[];
  readonly tookMs: number;
}> {
  const clock = new FakeClock();
  const askedAt: number[] = [];
  const startedAt = clock.monotonicNow();
  let tookMs = NaN;
  const result = bindLeg(
    clock,
    (_to, _credential, options) => {
      const number = askedAt.push(clock.monotonicNow() - startedAt);
      return new Promise((resolve) => {
        if (answering.includes(number)) clock.after(20, () => resolve(decoded(answer(options))));
        clock.after(options.timeoutMs, () => resolve(refused("timeout")));
      });
    },
    RELAY,
    CREDENTIAL,
    isPatient,
  ).finally(() => (tookMs = clock.monotonicNow() - startedAt));
  await clock.advance(5_000);
  return { result: await result, askedAt, tookMs };
}

//
describe("a probe of a leg", () => {
  it("is one datagram where that is answered", async () => {
    const { result, askedAt } = await bound([1]);
    expect(result).toEqual(decoded({ rttMs: 20, resent: false, moved: false }));
    expect(askedAt).toEqual([0]);
  });

  it("is sent again after 60 ms, and says that the first was lost", async () => {
    const { result, askedAt, tookMs } = await bound([2]);
    expect(result).toEqual(decoded({ rttMs: 20, resent: true, moved: false }));
    expect(askedAt).toEqual([0, 60]);
    expect(tookMs).toBe(80);
  });

  it("waits four seconds for one answer where nobody waits for it, and does not measure what may answer either request", async () => {
    expect(await bound([], undefined, true)).toMatchObject({ result: refused("timeout"), tookMs: 4_000 });
    expect((await bound([1], undefined, true)).result).toEqual(
      decoded({ rttMs: 20, resent: false, moved: false }),
    );
    const late = await bound([1], () => ({ ...ANSWER, rttMs: 1_200 }), true);
    expect(late.result).toEqual(decoded({ rttMs: 1_200, resent: true, moved: false }));
  });

  it("is given up after 600 ms", async () => {
    const { result, tookMs } = await bound([]);
    expect(result).toEqual(refused("timeout"));
    expect(tookMs).toBe(600);
  });

  it("gives the relay its nonce back, and takes the first answer for the round trip", async () => {
    const { result } = await bound([1, 2], ({ nonce }) =>
      nonce === undefined ? { ...ANSWER, errorCode: 401, nonce: "n" } : { ...ANSWER, rttMs: 90 },
    );
    expect(result).toEqual(decoded({ rttMs: 20, resent: false, moved: true }));
  });

  it("fails where the relay refuses", async () => {
    const { result } = await bound([1], () => ({ ...ANSWER, errorCode: 420 }));
    expect(result).toEqual(refused("stun-420"));
  });
});
