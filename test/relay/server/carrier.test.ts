import { describe, expect, it } from "vitest";
import { sameRoute, settledRoutes } from "../../../agent/relay/server/carrier.ts";
import { step, type LearnerInput } from "../../../agent/relay/server/leg-learner.ts";
import {
  LEG_IDLE_MS,
  newLearner,
  RELEARN_MS,
  type LearnerState,
} from "../../../agent/relay/server/leg-state.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import { classifyPacket } from "../../../protocol/wireguard-packet.ts";
import { monotonicMs } from "../../../protocol/time.ts";
import { data } from "./packets.ts";

const A = { address: "192.0.2.1", port: 1 };
const B = { address: "2001:db8::2", port: 2 };
const MOVED = { address: "192.0.2.3", port: 3 };

const bind = (leg: LegName, source = leg === "a" ? A : B): LearnerInput => ({ tag: "bind", leg, source });

function packet(source: typeof A): LearnerInput {
  const bytes = data(9);
  const packet = classifyPacket(bytes);
  if (!packet.ok) throw new Error(packet.reason);
  return { tag: "packet", source, packet: packet.value, bytes };
}

function after(...inputs: readonly (readonly [atMs: number, LearnerInput])[]): LearnerState {
  const fresh = newLearner({ a: new Uint8Array(32), b: new Uint8Array(32) });
  return inputs.reduce((state, [at, input]) => step(state, input, monotonicMs(at)).state, fresh);
}

describe("data is carried without asking", () => {
  it("when both legs are confirmed, not before", () => {
    expect(settledRoutes(after([0, bind("a")]))).toEqual({ a: undefined, b: undefined });
    expect(settledRoutes(after([0, bind("a")], [0, bind("b")]))).toEqual({
      a: { from: A, to: B },
      b: { from: B, to: A },
    });
  });

  it("from a leg that moved, only once its new place was heard; to it at once", () => {
    //
    const moving = after([0, bind("a")], [0, bind("b")], [1, bind("a", MOVED)]);
    expect(settledRoutes(moving)).toEqual({ a: undefined, b: { from: B, to: MOVED } });
    const { state } = step(moving, packet(MOVED), monotonicMs(2));
    expect(settledRoutes(state).a).toEqual({ from: MOVED, to: B });
  });

  it("not towards a leg whose member said that it moved, until that is over", () => {
    const said = after([0, bind("a")], [0, bind("b")], [1, { tag: "relearn", leg: "a" }]);
    expect(settledRoutes(said)).toEqual({ a: { from: A, to: B }, b: undefined });
    const over = step(said, packet(B), monotonicMs(1 + RELEARN_MS)).state;
    expect(settledRoutes(over).b).toEqual({ from: B, to: A });
  });

  it("not to a leg that is lost, which the other one's packets show", () => {
    const idle = after([0, bind("a")], [0, bind("b")], [1, { tag: "heard", leg: "a" }]);
    const still = step(idle, { tag: "heard", leg: "a" }, monotonicMs(LEG_IDLE_MS - 1)).state;
    expect(settledRoutes(still).a).toEqual({ from: A, to: B });
    const lost = step(still, { tag: "heard", leg: "a" }, monotonicMs(LEG_IDLE_MS)).state;
    expect(settledRoutes(lost)).toEqual({ a: undefined, b: undefined });
  });
});

it("routes are the same by what they say", () => {
  expect(sameRoute({ from: A, to: B }, { from: { ...A }, to: { ...B } })).toBe(true);
  expect(sameRoute({ from: A, to: B }, { from: A, to: MOVED })).toBe(false);
  expect(sameRoute(undefined, { from: A, to: B })).toBe(false);
  expect(sameRoute(undefined, undefined)).toBe(true);
});
