import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  HELLO_DEADLINE_MS,
  PING_INTERVAL_MS,
  proofBytes,
  sessionWakeAt,
  startSession,
  stepSession,
  type Now,
  type SessionConfig,
  type SessionEffect,
  type SessionState,
} from "../../agent/control/session.ts";
import type { ControlFrame, SentFrame } from "../../protocol/frame.ts";
import type { NetworkId } from "../../protocol/ids.ts";
import { signBytes } from "../../protocol/keys.ts";
import { monotonicMs, wallMs } from "../../protocol/time.ts";
import { NETWORK, testMember } from "./members.ts";

const alice = testMember(1);
const bob = testMember(2);
const mallory = testMember(3);
const WALL = 1_800_000_000_000;
const now = (ms: number): Now => ({ monotonic: monotonicMs(ms), wall: wallMs(WALL + ms) });

function configOf(self: typeof alice, peer: typeof alice, nonce: number): SessionConfig {
  return {
    network: NETWORK,
    self: self.id,
    identityKey: self.signKey,
    agentVersion: "0.1.0",
    peer,
    nonce: new Uint8Array(32).fill(nonce),
  };
}

const ALICE = configOf(alice, bob, 1);
const BOB = configOf(bob, alice, 2);

const sent = (effects: readonly SessionEffect[]): SentFrame[] =>
  effects.flatMap((effect) => (effect.kind === "send" ? [effect.frame] : []));
const closing = (effects: readonly SessionEffect[]): string | undefined =>
  effects.flatMap((effect) => (effect.kind === "close" ? [effect.reason] : []))[0];
const receive = (state: SessionState, frame: ControlFrame, ms = 0, config = ALICE) =>
  stepSession(state, { kind: "frame", frame }, now(ms), config);

const BOB_HELLO = sent(startSession(BOB, now(0)).effects)[0] as Extract<SentFrame, { kind: "hello" }>;
const fromBob = { id: bob.id, nonce: BOB.nonce };
const toAlice = { id: alice.id, nonce: ALICE.nonce };

function bobProof(
  signed = proofBytes(NETWORK, fromBob, toAlice),
  key = bob.signKey,
): Extract<SentFrame, { kind: "hello-proof" }> {
  return { kind: "hello-proof", signature: signBytes("hello", signed, key) };
}

function opened(ms = 0): SessionState {
  const greeted = receive(startSession(ALICE, now(0)).state, BOB_HELLO);
  return receive(greeted.state, bobProof(), ms).state;
}

describe("a session opens", () => {
  it("when each side has proved its identity key over both hellos", () => {
    let a = startSession(ALICE, now(0));
    let b = startSession(BOB, now(0));
    const openings: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const [toA, toB] = [sent(b.effects)[0], sent(a.effects)[0]];
      if (toA === undefined || toB === undefined) throw new Error("nothing was said");
      a = receive(a.state, toA, 0, ALICE);
      b = receive(b.state, toB, 0, BOB);
      if (a.effects.some((effect) => effect.kind === "opened")) openings.push("a");
      if (b.effects.some((effect) => effect.kind === "opened")) openings.push("b");
    }
    expect(openings).toEqual(["a", "b"]);
    expect([a.state.tag, b.state.tag]).toEqual(["open", "open"]);
  });

  it("and tells how far the other's clock is off", () => {
    const hello = { ...BOB_HELLO, wallMs: wallMs(WALL + 3_600_000) };
    const greeted = receive(startSession(ALICE, now(0)).state, hello);
    const { effects } = receive(greeted.state, bobProof());
    expect(effects[0]).toEqual({
      kind: "opened",
      greeting: { skewMs: 3_600_000, agentVersion: "0.1.0" },
    });
  });
});

describe("a session is closed by name", () => {
  const hellos: readonly (readonly [string, ControlFrame])[] = [
    ["hello.other-member", { ...BOB_HELLO, member: mallory.id }],
    ["hello.other-member", { ...BOB_HELLO, member: alice.id }],
    ["hello.other-network", { ...BOB_HELLO, network: "0".repeat(32) as NetworkId }],
    ["hello.version", { ...BOB_HELLO, version: 2 }],
    ["hello.expected", bobProof()],
    ["hello.expected", { kind: "ping", id: 1 }],
    ["hello.expected", { kind: "request", id: 1, deadlineMs: 1, body: { kind: "secret", epoch: 1 } }],
    ["hello.expected", { kind: "unknown", requestId: 1 }],
  ];
  it.each(hellos)("%s for a wrong hello", (reason, frame) => {
    expect(closing(receive(startSession(ALICE, now(0)).state, frame).effects)).toBe(reason);
  });

  const stale = { id: alice.id, nonce: new Uint8Array(32).fill(77) };
  const third = { id: mallory.id, nonce: ALICE.nonce };
  const proofs: readonly (readonly [string, string, ControlFrame])[] = [
    ["hello.proof", "an impostor's key", bobProof(undefined, mallory.signKey)],
    [
      "hello.proof",
      "a proof replayed from an earlier connection",
      bobProof(proofBytes(NETWORK, fromBob, stale)),
    ],
    ["hello.proof", "a proof meant for a third", bobProof(proofBytes(NETWORK, fromBob, third))],
    [
      "hello.proof",
      "our own proof sent back",
      bobProof(proofBytes(NETWORK, toAlice, fromBob), alice.signKey),
    ],
    [
      "hello.proof",
      "a proof for another network",
      bobProof(proofBytes("0".repeat(32) as NetworkId, fromBob, toAlice)),
    ],
    ["hello.expected", "a second hello", BOB_HELLO],
    ["hello.expected", "a notification", { kind: "notification", body: { kind: "wanted", slots: [] } }],
  ];
  it.each(proofs)("%s for %s", (reason, _what, frame) => {
    const greeted = receive(startSession(ALICE, now(0)).state, BOB_HELLO);
    expect(closing(receive(greeted.state, frame).effects)).toBe(reason);
  });

  it("hello.timeout 5 s after the start, with a hello or without", () => {
    const silent = startSession(ALICE, now(0)).state;
    const greeted = receive(silent, BOB_HELLO, 1000).state;
    for (const state of [silent, greeted]) {
      expect(sessionWakeAt(state)).toBe(HELLO_DEADLINE_MS);
      expect(closing(stepSession(state, { kind: "wake" }, now(4_999), ALICE).effects)).toBeUndefined();
      expect(closing(stepSession(state, { kind: "wake" }, now(5_000), ALICE).effects)).toBe("hello.timeout");
    }
  });

  it("hello.repeated once open", () => {
    expect(closing(receive(opened(), BOB_HELLO).effects)).toBe("hello.repeated");
    expect(closing(receive(opened(), bobProof()).effects)).toBe("hello.repeated");
  });

  it("and stays closed, whatever comes", () => {
    fc.assert(
      fc.property(fc.constantFrom<ControlFrame>(BOB_HELLO, bobProof(), { kind: "ping", id: 1 }), (frame) => {
        const closed = receive(startSession(ALICE, now(0)).state, { kind: "ping", id: 1 }).state;
        expect(receive(closed, frame)).toEqual({ state: closed, effects: [] });
        expect(sessionWakeAt(closed)).toBeUndefined();
      }),
    );
  });
});

describe("an open session", () => {
  const wake = (state: SessionState, ms: number) => stepSession(state, { kind: "wake" }, now(ms), ALICE);

  it("pings on opening and every 15 s", () => {
    const state = opened();
    expect(sessionWakeAt(state)).toBe(PING_INTERVAL_MS);
    expect(sent(wake(state, 14_999).effects)).toEqual([]);
    expect(sent(wake(state, 15_000).effects)).toEqual([{ kind: "ping", id: 2 }]);
  });

  it("is kept alive by the pings of one end, that with the lesser id", () => {
    const [low, high] = ALICE.self < BOB.self ? [ALICE, BOB] : [BOB, ALICE];
    // The session's own keys do not matter any more once it is open.
    const pinged = (config: SessionConfig) => {
      const input = { kind: "frame", frame: { kind: "ping", id: 2 } } as const;
      return sessionWakeAt(stepSession(opened(), input, now(10_000), config).state);
    };
    expect(pinged(low)).toBe(PING_INTERVAL_MS);
    expect(pinged(high)).toBeGreaterThan(10_000 + PING_INTERVAL_MS);
  });

  it("is dead with the second ping that nothing followed, 45 s after it last heard", () => {
    const first = wake(opened(), 15_000).state;
    const second = wake(first, 30_000);
    expect(closing(second.effects)).toBeUndefined();
    expect(closing(wake(second.state, 45_000).effects)).toBe("ping.missed");
  });

  it("lives as long as anything is heard", () => {
    const second = wake(wake(opened(), 15_000).state, 30_000).state;
    const heard = receive(second, { kind: "unknown", requestId: undefined }, 44_999).state;
    expect(sent(wake(heard, 45_000).effects)).toEqual([{ kind: "ping", id: 4 }]);
  });

  it("measures the round trip of each ping", () => {
    const pinged = stepSession(opened(), { kind: "ping-now" }, now(1000), ALICE);
    expect(sent(pinged.effects)).toEqual([{ kind: "ping", id: 2 }]);
    const { effects, state } = receive(pinged.state, { kind: "pong", id: 2 }, 1042);
    expect(effects).toEqual([{ kind: "round-trip", pingId: 2, rttMs: 42 }]);
    expect(receive(state, { kind: "pong", id: 2 }, 1050).effects).toEqual([]);
    expect(receive(state, { kind: "pong", id: 99 }, 1050).effects).toEqual([]);
  });

  it("answers a ping with its id", () => {
    expect(sent(receive(opened(), { kind: "ping", id: 5 }).effects)).toEqual([{ kind: "pong", id: 5 }]);
  });
});
