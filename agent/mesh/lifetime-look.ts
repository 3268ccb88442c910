import { sleep, type Clock } from "../clock.ts";
import type { FreshStun } from "../nat/fresh-stun.ts";
import { lifetimeFrom, LIFETIME_STEPS_SEC, type MappingLifetime } from "../nat/mapping-lifetime.ts";
import type { StunServerAddress } from "./gatherer.ts";

export type LifetimeLook = {
  readonly clock: Clock;
  readonly openFresh: () => Promise<FreshStun>;
  /** A volunteer: it is asked to answer late. */
  readonly server: StunServerAddress;
  readonly onAlive: (aliveSec: number) => void;
  readonly signal: AbortSignal;
};

/** Linux keeps a mapping longer from the first packet on that comes 2 s after the first answer (nf_conntrack_proto_udp.c). */
const ESTABLISHED_MS = 3_000;

/** What a path's delay and a late timer may add. */
const SLACK_MS = 5_000;

/** Rejects with the signal's reason. Owner of the sockets, one for each lifetime. */
export async function lookAtLifetime(look: LifetimeLook): Promise<MappingLifetime> {
  const lived = new Set<number>();
  const waited = await Promise.all(
    LIFETIME_STEPS_SEC.map(async (sec) => {
      const outcome = await outlives(look, sec);
      if (outcome !== "lives") return outcome === "forgotten" ? [sec] : [];
      lived.add(sec);
      look.onAlive(sec);
      return [sec];
    }),
  );
  look.signal.throwIfAborted();
  return lifetimeFrom(waited.flat(), lived);
}

/** Whether an answer still comes in after nothing has passed for `sec`. */
async function outlives(look: LifetimeLook, sec: number): Promise<"lives" | "forgotten" | "not-asked"> {
  const { clock, openFresh, server, signal } = look;
  await using socket = await openFresh();
  const { endpoint, credential } = server;
  const first = await socket.request(endpoint, credential, {
    retransmitMs: [250, 750],
    timeoutMs: 2_000,
  });
  if (!first.ok) return "not-asked";
  await sleep(clock, ESTABLISHED_MS, signal);
  const late = socket.request(endpoint, credential, {
    change: { address: false, port: false },
    delaySec: sec,
    timeoutMs: sec * 1000 + SLACK_MS,
  });
  const answer = await Promise.race([late, aborted(signal)]);
  if (answer.ok && answer.value.errorCode === undefined) return "lives";
  return answer.ok ? "not-asked" : "forgotten";
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
