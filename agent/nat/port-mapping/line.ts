import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import type { Ask, Dialect, News, Purpose, Read, View } from "./dialect.ts";
import { epochGoesOn, type Epoch } from "./epoch.ts";
import type { Answer, Message } from "./message.ts";

/** One question that is open, with what it is for. */
type Talk = {
  readonly purpose: Purpose;
  readonly ask: Ask;
  readonly startedAt: MonotonicMs;
  readonly transmissions: number;
};

/** What is known of the gateway in one protocol, and the conversation under way in it. */
export type Line<Memory> = {
  readonly memory: Memory;
  readonly talk: Talk | undefined;
  /** Numbers the questions: a late answer to an earlier one is told by it. */
  readonly asked: number;
  readonly epoch: Epoch | undefined;
};

export type Send = { readonly effect: "send"; readonly message: Message; readonly id: number };

export type Turn<Memory> = {
  readonly line: Line<Memory>;
  readonly effects: readonly Send[];
  /** What the conversation came to; it is over then. */
  readonly outcome?: { readonly purpose: Purpose; readonly news: News };
};

export function newLine<Memory>(dialect: Dialect<Memory>): Line<Memory> {
  return { memory: dialect.blank, talk: undefined, asked: 0, epoch: undefined };
}

/** Begins a conversation; one that is under way is dropped. */
export function beginTalk<Memory>(
  line: Line<Memory>,
  dialect: Dialect<Memory>,
  view: View,
  now: MonotonicMs,
): Turn<Memory> {
  const { memory, ask } = dialect.begin(view, line.memory);
  return asking({ ...line, memory }, view.purpose, ask, now);
}

export function hear<Memory>(
  line: Line<Memory>,
  dialect: Dialect<Memory>,
  view: Omit<View, "purpose">,
  answer: Answer,
  now: MonotonicMs,
): Turn<Memory> {
  const { talk } = line;
  if (talk === undefined || (answer.kind === "http" && answer.id !== line.asked))
    return { line, effects: [] };
  const { purpose } = talk;
  const read = dialect.read({ ...view, purpose }, line.memory, answer);
  if (read.tag === "ignored") return { line, effects: [] };
  const { epoch, goesOn } = nextEpoch(line.epoch, read.epochSec, now);
  const after = { ...line, memory: read.memory, epoch };
  if ("ask" in read.then) return asking(after, purpose, read.then.ask, now);
  return {
    line: { ...after, talk: undefined },
    effects: [],
    outcome: { purpose, news: newsOf(read.then, goesOn) },
  };
}

/** Sends again what is due; gives up in time. */
export function wakeTalk<Memory>(line: Line<Memory>, now: MonotonicMs): Turn<Memory> {
  const { talk } = line;
  const dueAt = talkWakeAt(line);
  if (talk === undefined || dueAt === undefined || now < dueAt) return { line, effects: [] };
  const { purpose, ask, startedAt, transmissions } = talk;
  if (now >= startedAt + ask.timeoutMs) {
    const outcome = { purpose, news: { tag: "refused", reason: "no-answer" } } as const;
    return { line: { ...line, talk: undefined }, effects: [], outcome };
  }
  return {
    line: { ...line, talk: { ...talk, transmissions: transmissions + 1 } },
    effects: [{ effect: "send", message: ask.message, id: line.asked }],
  };
}

export function talkWakeAt({ talk }: Line<unknown>): MonotonicMs | undefined {
  if (talk === undefined) return undefined;
  const { ask, startedAt, transmissions } = talk;
  return monotonicMs(startedAt + Math.min(ask.retransmitMs[transmissions - 1] ?? Infinity, ask.timeoutMs));
}

function asking<Memory>(line: Line<Memory>, purpose: Purpose, ask: Ask, now: MonotonicMs): Turn<Memory> {
  const id = line.asked + 1;
  const talk = { purpose, ask, startedAt: now, transmissions: 1 };
  return { line: { ...line, asked: id, talk }, effects: [{ effect: "send", message: ask.message, id }] };
}

function nextEpoch(
  before: Epoch | undefined,
  serverSec: number | undefined,
  at: MonotonicMs,
): { readonly epoch: Epoch | undefined; readonly goesOn: boolean } {
  if (serverSec === undefined) return { epoch: before, goesOn: true };
  const epoch = { serverSec, at };
  return { epoch, goesOn: before === undefined || epochGoesOn(before, epoch) };
}

/** A gateway whose clock began anew has forgotten the mapping, whatever else it says. */
function newsOf(
  { news }: Extract<Extract<Read<unknown>, { tag: "read" }>["then"], { news: News }>,
  goesOn: boolean,
): News {
  return news.tag === "kept" && !goesOn ? { tag: "lost" } : news;
}
