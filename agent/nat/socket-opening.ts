import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

/**
 * The hard end's part of a pair: its NAT gives every destination another port. It opens many sockets that each send the peer
 * one check, so that its NAT has many ports open for the peer, and asks the peer to try ports. Where the peer meets one, the
 * socket's mapping becomes WireGuard's for this peer, and plain checks confirm it.
 */
export type SocketOpening =
  /** Nothing is open. */
  | { readonly tag: "resting"; readonly failures: number; readonly notBefore: MonotonicMs }
  /** Sockets are being bound, and where ports can be told beforehand, one asks for its own. */
  | { readonly tag: "preparing"; readonly failures: number }
  /** Of two such ends, the first: the other is asked which of its ports to send to. */
  | { readonly tag: "asking"; readonly failures: number; readonly until: MonotonicMs }
  | {
      readonly tag: "sending";
      readonly failures: number;
      readonly sent: number;
      readonly of: number;
      readonly since: MonotonicMs;
      /** The peer is to be asked when all have sent. */
      readonly asks: boolean;
    }
  /** All have sent; the peer tries ports, or sends from as many sockets itself. */
  | { readonly tag: "waiting"; readonly failures: number; readonly until: MonotonicMs }
  /** A socket was met; the plain checks go through it now. */
  | { readonly tag: "met"; readonly failures: number; readonly until: MonotonicMs }
  | { readonly tag: "direct" };

/** "alone": the peer's port does not change. Of two ends whose ports change one is the first to ask, by their ids. */
export type OpeningRole = "alone" | "first" | "second";

export type OpeningInput =
  /** It is this pair's turn; where the peer asks, also if we would still rest. */
  | { readonly kind: "begin"; readonly isAsked: boolean }
  /** So many sockets are bound; 0: none could be, or nothing can be told of their ports where that is needed. */
  | { readonly kind: "prepared"; readonly sockets: number; readonly role: OpeningRole }
  /** The other of two such ends has said to which port of it to send. */
  | { readonly kind: "answered"; readonly sockets: number }
  /** An authenticated check of the peer arrived at this socket. */
  | { readonly kind: "met"; readonly socket: number }
  /** A direct path is in use: through the socket that was met, or some other. */
  | { readonly kind: "direct"; readonly throughSocket: boolean }
  /** The direct path is gone. */
  | { readonly kind: "lost" }
  | { readonly kind: "tick" };

export type OpeningEffect =
  | { readonly kind: "prepare" }
  /** From sockets `from` to before `to`, one check each. */
  | { readonly kind: "send"; readonly from: number; readonly to: number }
  | { readonly kind: "ask-peer" }
  /** This socket's mapping is WireGuard's from now on; the others are not needed any more. */
  | { readonly kind: "use"; readonly socket: number }
  /** Close what is open, and take back what was used. */
  | { readonly kind: "close" };

export type OpeningStep = { readonly state: SocketOpening; readonly effects: readonly OpeningEffect[] };

/** 256 sockets have sent within half a second; a router's CPU makes that many flows in some milliseconds. */
const SENDS_PER_BATCH = 20;
const BATCH_MS = 40;

/** The peer asks a volunteer where we are, and then needs 10.3 s for all that it may try (`knocking.ts`). */
export const WAIT_MS = 15_000;

/** A message each way, through a relay, and what the peer needs in order to know its next port. */
export const ASK_MS = 5_000;

/** nftables, a check and its answer take a few round trips; a lost packet or two among them. */
export const MET_MS = 5_000;

/** After a failure: the peer may have been busy with another. Each attempt is hundreds of flows for two routers. */
const REST_MS: readonly number[] = [15_000, 60_000, 300_000, 900_000];

/** A path that worked and is gone: its mapping may just have been lost. */
const REST_AFTER_DIRECT_MS = 1_000;

export function restingOpening(now: MonotonicMs): SocketOpening {
  return { tag: "resting", failures: 0, notBefore: now };
}

export function stepOpening(state: SocketOpening, input: OpeningInput, now: MonotonicMs): OpeningStep {
  switch (input.kind) {
    case "begin":
      if (state.tag !== "resting" || (now < state.notBefore && !input.isAsked)) return { state, effects: [] };
      return { state: { tag: "preparing", failures: state.failures }, effects: [{ kind: "prepare" }] };
    case "prepared":
      return state.tag === "preparing" ? onPrepared(state.failures, input, now) : { state, effects: [] };
    case "answered":
      if (state.tag !== "asking") return { state, effects: [] };
      return startSending(state.failures, input.sockets, false, now);
    case "met":
      if (state.tag !== "sending" && state.tag !== "waiting") return { state, effects: [] };
      return {
        state: { tag: "met", failures: state.failures, until: monotonicMs(now + MET_MS) },
        effects: [{ kind: "use", socket: input.socket }],
      };
    case "direct":
      return onDirect(state, input.throughSocket, now);
    case "lost":
      if (state.tag !== "direct") return { state, effects: [] };
      return rest(0, REST_AFTER_DIRECT_MS, now);
    case "tick":
      return onTick(state, now);
  }
}

export function openingWakeAt(state: SocketOpening): MonotonicMs | undefined {
  switch (state.tag) {
    case "resting":
      return state.notBefore;
    case "sending":
      return monotonicMs(state.since + (state.sent / SENDS_PER_BATCH) * BATCH_MS);
    case "asking":
    case "waiting":
    case "met":
      return state.until;
    case "preparing":
    case "direct":
      return undefined;
  }
}

function onPrepared(
  failures: number,
  { sockets, role }: Extract<OpeningInput, { kind: "prepared" }>,
  now: MonotonicMs,
): OpeningStep {
  if (sockets === 0) return failed(failures, now);
  switch (role) {
    case "alone":
      return startSending(failures, sockets, true, now);
    case "first":
      return {
        state: { tag: "asking", failures, until: monotonicMs(now + ASK_MS) },
        effects: [{ kind: "ask-peer" }],
      };
    case "second": {
      // Its answer is on its way to the first end while these leave: their ports must come next.
      const { state, effects } = startSending(failures, sockets, false, now);
      return { state, effects: [{ kind: "ask-peer" }, ...effects] };
    }
  }
}

function startSending(failures: number, sockets: number, asks: boolean, now: MonotonicMs): OpeningStep {
  return sendDue({ tag: "sending", failures, sent: 0, of: sockets, since: now, asks }, now);
}

/** Where another way was found, the sockets are for nothing; what was met and works is kept. */
function onDirect(state: SocketOpening, throughSocket: boolean, now: MonotonicMs): OpeningStep {
  switch (state.tag) {
    case "met":
      return throughSocket ? { state: { tag: "direct" }, effects: [] } : rest(0, 0, now);
    case "preparing":
    case "asking":
    case "sending":
    case "waiting":
      return rest(0, 0, now);
    case "resting":
      return { state, effects: [] };
    case "direct":
      return throughSocket ? { state, effects: [] } : rest(0, 0, now);
  }
}

function onTick(state: SocketOpening, now: MonotonicMs): OpeningStep {
  switch (state.tag) {
    case "resting":
    case "preparing":
    case "direct":
      return { state, effects: [] };
    case "sending":
      return sendDue(state, now);
    case "asking":
    case "waiting":
    case "met":
      return now < state.until ? { state, effects: [] } : failed(state.failures, now);
  }
}

function sendDue(state: Extract<SocketOpening, { tag: "sending" }>, now: MonotonicMs): OpeningStep {
  const { sent, of, since, failures, asks } = state;
  const due = (Math.floor((now - since) / BATCH_MS) + 1) * SENDS_PER_BATCH;
  const to = Math.min(due, of);
  if (to <= sent) return { state, effects: [] };
  const send: OpeningEffect = { kind: "send", from: sent, to };
  if (to < of) return { state: { ...state, sent: to }, effects: [send] };
  const until = monotonicMs(now + WAIT_MS);
  return {
    state: { tag: "waiting", failures, until },
    effects: asks ? [send, { kind: "ask-peer" }] : [send],
  };
}

function failed(failures: number, now: MonotonicMs): OpeningStep {
  return rest(failures + 1, REST_MS[Math.min(failures, REST_MS.length - 1)] ?? 0, now);
}

function rest(failures: number, restMs: number, now: MonotonicMs): OpeningStep {
  return {
    state: { tag: "resting", failures, notBefore: monotonicMs(now + restMs) },
    effects: [{ kind: "close" }],
  };
}
