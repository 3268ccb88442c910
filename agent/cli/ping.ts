import type { PingReply, PingTarget } from "../admin/contract.ts";
import { AgentError } from "../errors.ts";
import { pathText } from "./path-text.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import { formatRtt, formatShare, parseCount } from "./units.ts";

type Options = { readonly count: string; readonly interval: string; readonly timeout: string };

export const define: Define = (command, cli) => {
  command
    .argument("<name>", "a member")
    .option("--count <n>", "how many; 0 goes on until it is interrupted", "4")
    .option("--interval <ms>", "between two pings", "1000")
    .option("--timeout <ms>", "when a ping counts as lost", "2000")
    .action(async (name: string, options: Options) => {
      const session = openSession(command, cli);
      const { style, json } = session;
      const request = {
        name,
        count: parseCount(options.count, "--count"),
        intervalMs: parseCount(options.interval, "--interval"),
        timeoutMs: parseCount(options.timeout, "--timeout"),
      };
      const replies: PingReply[] = [];
      const onReply = (reply: PingReply): void => {
        replies.push(reply);
        if (!json)
          cli.out(`${String(reply.seq).padStart(3)}  ${replyText(reply)}  ${pathText(reply.path, style)}\n`);
      };
      const target = await untilInterrupted(() => session.agent.ping(request, onReply, cli.interrupted));
      const summary = { name, address: target?.address ?? null, ...summaryOf(replies) };
      session.print({ ...summary, replies }, () => [style.bold(summaryText(summary))]);
      if (summary.received === 0) {
        throw new AgentError("peer.timeout", `${name} did not answer`, {
          hint: "see the path to it: hopwire peers",
        });
      }
    });
};

/** Undefined where the person had enough: then what came so far is summed up. */
async function untilInterrupted(ping: () => Promise<PingTarget>): Promise<PingTarget | undefined> {
  try {
    return await ping();
  } catch (error) {
    if (!(error instanceof AgentError && error.code === "command.interrupted")) throw error;
    return undefined;
  }
}

export type PingSummary = {
  readonly sent: number;
  readonly received: number;
  /** 0 to 1; 0 where nothing was sent. */
  readonly loss: number;
  readonly rttMs: { readonly min: number; readonly median: number; readonly max: number } | null;
};

export function summaryOf(replies: readonly PingReply[]): PingSummary {
  const rtts = replies.flatMap(({ rttMs }) => rttMs ?? []).sort((a, b) => a - b);
  const [min] = rtts;
  const median = rtts[Math.floor((rtts.length - 1) / 2)];
  const max = rtts.at(-1);
  return {
    sent: replies.length,
    received: rtts.length,
    loss: replies.length === 0 ? 0 : 1 - rtts.length / replies.length,
    rttMs: min === undefined || median === undefined || max === undefined ? null : { min, median, max },
  };
}

function replyText({ rttMs }: PingReply): string {
  return (rttMs === null ? "no answer" : formatRtt(rttMs)).padStart(9);
}

function summaryText({ sent, received, loss, rttMs }: PingSummary): string {
  const counts = `${sent} sent, ${received} answered, ${formatShare(loss)} lost`;
  if (rttMs === null) return counts;
  return `${counts}; min ${formatRtt(rttMs.min)}, median ${formatRtt(rttMs.median)}, max ${formatRtt(rttMs.max)}`;
}
