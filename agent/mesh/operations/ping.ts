import type { Emit, PingReply, PingRequest, PingTarget } from "../../admin/contract.ts";
import { sleep, type Clock } from "../../clock.ts";
import { AgentError } from "../../errors.ts";
import type { Network } from "../network.ts";
import { pathOf } from "../views.ts";
import { memberNamed } from "./member-named.ts";

/** Round trips to a member, one after the other, each with the path of its moment. Throws AgentError `member.unknown`, `usage.invalid`. */
export async function pingMember(
  network: Network,
  request: PingRequest,
  emit: Emit<PingReply>,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<PingTarget> {
  const member = memberNamed(network.roster, request.name);
  if (member.id === network.self) throw new AgentError("usage.invalid", `${member.name} is this host`);
  for (let seq = 1; request.count === 0 || seq <= request.count; seq++) {
    if (signal.aborted) break;
    const startedAt = clock.monotonicNow();
    const { type, endpoint, relay } = pathOf(network, member.id);
    const rttMs = await network.ping(member.id, request.timeoutMs, signal);
    emit({
      seq,
      rttMs: rttMs === undefined ? null : Math.round(rttMs * 1000) / 1000,
      path: { type, endpoint, relay },
    });
    const restMs = startedAt + request.intervalMs - clock.monotonicNow();
    if (seq !== request.count && restMs > 0) await sleep(clock, restMs, signal).catch(() => undefined);
  }
  return { name: member.name, address: member.address4 };
}
