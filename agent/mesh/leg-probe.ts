import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { Clock } from "../clock.ts";
import type { StunAnswer, StunCredential } from "../nat/stun-agent.ts";
import type { Bound } from "../relay/client/relay-manager.ts";
import type { StunRequest } from "./stun-service.ts";

/** The relay client asks again by itself: three of these in a row are a dead relay. */
const TIMEOUT_MS = 600;
/** Requests after the first, from its time on. */
const AGAIN_MS = 60;
const ONCE_MORE_MS = 180;

/**
 * Of a leg that carries nothing: nobody waits for the answer, and a relay that is too busy to give it at once would be asked all the more by everybody for whom it
 * stands by.
 */
const PATIENT_TIMEOUT_MS = 4_000;
const PATIENT_AGAIN_MS = 1_000;

/**
 * A Binding request that keeps a leg where it is. What is sent again is a request of its own, so that it is known whether the first datagram came
 * through and how long that took. Where the relay wants proof of the return path, it gets its nonce back.
 */
export async function bindLeg(
  clock: Clock,
  stun: StunRequest,
  to: Endpoint,
  credential: StunCredential,
  isPatient = false,
): Promise<Decoded<Bound>> {
  const { answer, resent } = await (isPatient
    ? askPatiently(stun, to, credential)
    : ask(clock, stun, to, credential));
  if (!answer.ok) return answer;
  const { nonce, rttMs } = answer.value;
  if (nonce === undefined) return boundOf(answer.value, { rttMs, resent, moved: false });
  const retransmitMs = isPatient ? [PATIENT_AGAIN_MS] : [AGAIN_MS, ONCE_MORE_MS];
  const timeoutMs = isPatient ? PATIENT_TIMEOUT_MS : TIMEOUT_MS;
  const proven = await stun(to, credential, { retransmitMs, timeoutMs, nonce });
  return proven.ok ? boundOf(proven.value, { rttMs, resent, moved: true }) : proven;
}

type Asked = { readonly answer: Decoded<StunAnswer>; readonly resent: boolean };

async function ask(
  clock: Clock,
  stun: StunRequest,
  to: Endpoint,
  credential: StunCredential,
): Promise<Asked> {
  const due = Promise.withResolvers<undefined>();
  const cancel = clock.after(AGAIN_MS, () => due.resolve(undefined));
  const once = stun(to, credential, { timeoutMs: TIMEOUT_MS });
  const first = once.then((answer): Asked => ({ answer, resent: false }));
  const second = due.promise.then(async (): Promise<Asked> => {
    const again = { retransmitMs: [ONCE_MORE_MS - AGAIN_MS], timeoutMs: TIMEOUT_MS - AGAIN_MS };
    return { answer: await stun(to, credential, again), resent: true };
  });
  const asked = await Promise.race([first, second]);
  cancel();
  return asked.answer.ok || !asked.resent ? asked : first;
}

async function askPatiently(stun: StunRequest, to: Endpoint, credential: StunCredential): Promise<Asked> {
  const retransmitMs = [PATIENT_AGAIN_MS];
  const answer = await stun(to, credential, { retransmitMs, timeoutMs: PATIENT_TIMEOUT_MS });
  // To which of the two is not known then (Karn's algorithm).
  return { answer, resent: answer.ok && answer.value.rttMs >= PATIENT_AGAIN_MS };
}

function boundOf({ errorCode }: StunAnswer, bound: Bound): Decoded<Bound> {
  return errorCode === undefined ? decoded(bound) : refused(`stun-${errorCode}`);
}
