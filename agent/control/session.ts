import type { KeyObject } from "node:crypto";
import {
  CONTROL_VERSION,
  type ControlFrame,
  type Hello,
  type RequestFrame,
  type ResponseFrame,
  type SentFrame,
} from "../../protocol/frame.ts";
import type { Notification } from "../../protocol/frame-body.ts";
import { idBytes, type MemberId, type NetworkId } from "../../protocol/ids.ts";
import { signBytes, verifyBytes } from "../../protocol/keys.ts";
import { monotonicMs, type MonotonicMs, type WallMs } from "../../protocol/time.ts";

/** Two round trips over the worst link (satellite: 700 ms) fit three times; who says nothing holds a slot no longer. */
export const HELLO_DEADLINE_MS = 5_000;

/** Shorter than the 25 to 30 s after which NATs forget a flow, so that control traffic keeps the path open as well. */
export const PING_INTERVAL_MS = 15_000;

/** How much longer the end with the greater id waits than for a ping of the other one: of two idle ends one asks. */
const YIELD_MS = 2_000;

/** One lost ping may be a path that is just changing; with two, 30 s, TCP itself has sent again some six times. */
const MAX_MISSED_PINGS = 2;

/** Pings whose answer we still time. Each `ping-now` adds one. */
const MAX_OPEN_PINGS = 8;

export type SessionConfig = {
  readonly network: NetworkId;
  readonly self: MemberId;
  readonly identityKey: KeyObject;
  readonly agentVersion: string;
  /** Who WireGuard says it is. */
  readonly peer: { readonly id: MemberId; readonly identityKey: Uint8Array };
  /** Random, of `NONCE_BYTES`, never used before. */
  readonly nonce: Uint8Array;
};

/** What the other side's hello told; believed once its proof is in. */
export type PeerGreeting = {
  /** Its wall clock minus ours. */
  readonly skewMs: number;
  readonly agentVersion: string;
};

type OpenState = SessionState & { readonly tag: "open" };

type OpenPing = { readonly id: number; readonly sentAt: MonotonicMs };

export type SessionState =
  | { readonly tag: "awaiting-hello"; readonly closeAt: MonotonicMs }
  | {
      readonly tag: "awaiting-proof";
      readonly closeAt: MonotonicMs;
      readonly peerNonce: Uint8Array;
      readonly greeting: PeerGreeting;
    }
  | {
      readonly tag: "open";
      readonly pingAt: MonotonicMs;
      /** 0 before the first. */
      readonly lastPingId: number;
      readonly openPings: readonly OpenPing[];
      readonly missed: number;
      /** Anything, since the last ping: a peer that talks is alive. */
      readonly heard: boolean;
    }
  | { readonly tag: "closed" };

export type SessionInput =
  { readonly kind: "frame"; readonly frame: ControlFrame } | { readonly kind: "wake" | "ping-now" };

export type SessionEffect =
  | { readonly kind: "send"; readonly frame: SentFrame }
  | { readonly kind: "opened"; readonly greeting: PeerGreeting }
  | { readonly kind: "round-trip"; readonly pingId: number; readonly rttMs: number }
  | { readonly kind: "request"; readonly frame: RequestFrame }
  | { readonly kind: "unknown-request"; readonly id: number }
  | { readonly kind: "response"; readonly frame: ResponseFrame }
  | { readonly kind: "notification"; readonly body: Notification }
  | { readonly kind: "close"; readonly reason: string };

export type Now = { readonly monotonic: MonotonicMs; readonly wall: WallMs };

export type SessionStep = { readonly state: SessionState; readonly effects: readonly SessionEffect[] };

/**
 * Both sides speak at once: hello with a fresh nonce, then a proof over both hellos. A proof is worth nothing on any
 * other connection, and one's own hello sent back fails for the id in it.
 */
export function startSession(config: SessionConfig, now: Now): SessionStep {
  const hello: Hello = {
    kind: "hello",
    version: CONTROL_VERSION,
    network: config.network,
    member: config.self,
    nonce: config.nonce,
    wallMs: now.wall,
    agentVersion: config.agentVersion,
  };
  const state: SessionState = { tag: "awaiting-hello", closeAt: after(now, HELLO_DEADLINE_MS) };
  return { state, effects: [{ kind: "send", frame: hello }] };
}

export function stepSession(
  state: SessionState,
  input: SessionInput,
  now: Now,
  config: SessionConfig,
): SessionStep {
  switch (state.tag) {
    case "closed":
      return { state, effects: [] };
    case "awaiting-hello":
      return input.kind === "frame"
        ? receiveHello(state.closeAt, input.frame, now, config)
        : awaitDeadline(state, now);
    case "awaiting-proof":
      return input.kind === "frame"
        ? receiveProof(state, input.frame, now, config)
        : awaitDeadline(state, now);
    case "open":
      switch (input.kind) {
        case "frame":
          return receive({ ...state, heard: true, missed: 0 }, input.frame, now, config);
        case "ping-now":
          return ping(state, state, now);
        case "wake":
          return now.monotonic < state.pingAt ? { state, effects: [] } : pingOnTime(state, now);
      }
  }
}

/** When to step with "wake"; undefined once closed. */
export function sessionWakeAt(state: SessionState): MonotonicMs | undefined {
  switch (state.tag) {
    case "awaiting-hello":
    case "awaiting-proof":
      return state.closeAt;
    case "open":
      return state.pingAt;
    case "closed":
      return undefined;
  }
}

/** What the hello's proof signs: networks, ids and nonces have fixed lengths, so their concatenation has one reading. */
export function proofBytes(
  network: NetworkId,
  from: { readonly id: MemberId; readonly nonce: Uint8Array },
  to: { readonly id: MemberId; readonly nonce: Uint8Array },
): Uint8Array {
  return Buffer.concat([idBytes(network), idBytes(from.id), idBytes(to.id), from.nonce, to.nonce]);
}

function receiveHello(
  closeAt: MonotonicMs,
  frame: ControlFrame,
  now: Now,
  config: SessionConfig,
): SessionStep {
  if (frame.kind !== "hello") return close("hello.expected");
  if (frame.version !== CONTROL_VERSION) return close("hello.version");
  if (frame.network !== config.network) return close("hello.other-network");
  if (frame.member !== config.peer.id) return close("hello.other-member");
  const own = { id: config.self, nonce: config.nonce };
  const proof = proofBytes(config.network, own, { id: frame.member, nonce: frame.nonce });
  return {
    state: {
      tag: "awaiting-proof",
      closeAt,
      peerNonce: frame.nonce,
      greeting: { skewMs: frame.wallMs - now.wall, agentVersion: frame.agentVersion },
    },
    effects: [
      {
        kind: "send",
        frame: { kind: "hello-proof", signature: signBytes("hello", proof, config.identityKey) },
      },
    ],
  };
}

function receiveProof(
  state: SessionState & { readonly tag: "awaiting-proof" },
  frame: ControlFrame,
  now: Now,
  config: SessionConfig,
): SessionStep {
  if (frame.kind !== "hello-proof") return close("hello.expected");
  const { id, identityKey } = config.peer;
  const own = { id: config.self, nonce: config.nonce };
  const signed = proofBytes(config.network, { id, nonce: state.peerNonce }, own);
  if (!verifyBytes("hello", signed, frame.signature, identityKey)) return close("hello.proof");
  const open: OpenState = {
    tag: "open",
    pingAt: after(now, PING_INTERVAL_MS),
    lastPingId: 0,
    openPings: [],
    missed: 0,
    heard: true,
  };
  const first = ping(open, open, now); // so that the round trip is known from the start
  return { state: first.state, effects: [{ kind: "opened", greeting: state.greeting }, ...first.effects] };
}

function receive(state: OpenState, frame: ControlFrame, now: Now, config: SessionConfig): SessionStep {
  switch (frame.kind) {
    case "hello":
    case "hello-proof":
      return close("hello.repeated");
    case "ping":
      return {
        // The peer that asks learns of a dead connection in time, and by its silence we do.
        state:
          config.self > config.peer.id
            ? { ...state, pingAt: after(now, PING_INTERVAL_MS + YIELD_MS) }
            : state,
        effects: [{ kind: "send", frame: { kind: "pong", id: frame.id } }],
      };
    case "pong": {
      const answered = state.openPings.find((open) => open.id === frame.id);
      if (answered === undefined) return { state, effects: [] };
      const openPings = state.openPings.filter((open) => open.id > frame.id);
      const rttMs = now.monotonic - answered.sentAt;
      return { state: { ...state, openPings }, effects: [{ kind: "round-trip", pingId: frame.id, rttMs }] };
    }
    case "request":
      return { state, effects: [{ kind: "request", frame }] };
    case "response":
      return { state, effects: [{ kind: "response", frame }] };
    case "notification":
      return { state, effects: [{ kind: "notification", body: frame.body }] };
    case "unknown":
      return frame.requestId === undefined
        ? { state, effects: [] }
        : { state, effects: [{ kind: "unknown-request", id: frame.requestId }] };
  }
}

function pingOnTime(state: OpenState, now: Now): SessionStep {
  const missed = state.heard ? 0 : state.missed + 1;
  if (missed >= MAX_MISSED_PINGS) return close("ping.missed");
  return ping(state, { heard: false, missed, pingAt: after(now, PING_INTERVAL_MS) }, now);
}

function ping(
  state: OpenState,
  change: Pick<OpenState, "heard" | "missed" | "pingAt">,
  now: Now,
): SessionStep {
  const id = state.lastPingId + 1;
  const openPings = [...state.openPings, { id, sentAt: now.monotonic }].slice(-MAX_OPEN_PINGS);
  const { heard, missed, pingAt } = change;
  return {
    state: { ...state, heard, missed, pingAt, lastPingId: id, openPings },
    effects: [{ kind: "send", frame: { kind: "ping", id } }],
  };
}

function awaitDeadline(state: SessionState & { readonly closeAt: MonotonicMs }, now: Now): SessionStep {
  return now.monotonic < state.closeAt ? { state, effects: [] } : close("hello.timeout");
}

function close(reason: string): SessionStep {
  return { state: { tag: "closed" }, effects: [{ kind: "close", reason }] };
}

function after(now: Now, ms: number): MonotonicMs {
  return monotonicMs(now.monotonic + ms);
}
