import { describe, expect, it } from "vitest";
import { planLegs, type PlannedLeg, type PlannedPeer } from "../../../agent/relay/client/spare-plan.ts";
import type { AllocationId, MemberId } from "../../../protocol/ids.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const SINCE = monotonicMs(10_000);

function leg(digit: string, change: Partial<PlannedLeg> = {}): PlannedLeg {
  return {
    allocation: digit.repeat(32) as AllocationId,
    relay: digit.repeat(32) as MemberId,
    answersSince: SINCE,
    isBarred: false,
    isSecondChoice: false,
    ...change,
  };
}

function peer(legs: readonly PlannedLeg[], change: Partial<PlannedPeer> = {}): PlannedPeer {
  return {
    path: "relayed",
    since: SINCE,
    isControlling: true,
    carrying: legs[0]?.allocation,
    legs,
    isIdle: false,
    ...change,
  };
}

/** What is done in the end, and how long after `SINCE`; undefined: nothing, however long one waits. */
function planned(of: PlannedPeer): string | undefined {
  for (let now = SINCE; ;) {
    const { action, wakeAt } = planLegs(of, now);
    if (action !== undefined) {
      const what = action.kind === "ask" ? (action.soon ? " soon" : "") : ` ${textOf(action)}`;
      return `${action.kind}${what} after ${now - SINCE} ms`;
    }
    if (wakeAt === undefined) return undefined;
    expect(wakeAt).toBeGreaterThan(now);
    now = wakeAt;
  }
}

function textOf(action: { from: AllocationId } | { allocation: AllocationId }): string {
  return ("from" in action ? action.from : action.allocation).slice(0, 1);
}

// R-502 R-504
describe("the legs of a relayed peer", () => {
  it("are two: one end asks for the second, and the other where that one finds none", () => {
    expect(planned(peer([leg("1")]))).toBe("ask after 2000 ms");
    expect(planned(peer([leg("1")], { isControlling: false }))).toBe("ask after 12000 ms");
    expect(planned(peer([leg("1"), leg("2")]))).toBeUndefined();
  });

  it("are one where nobody has spoken with the peer for long", () => {
    expect(planned(peer([leg("1")], { isIdle: true }))).toBeUndefined();
    expect(planned(peer([leg("1"), leg("2")], { isIdle: true }))).toBe("release 2 after 0 ms");
  });

  it("are none of the plan's business while there is no path", () => {
    expect(planned(peer([leg("1")], { path: "none" }))).toBeUndefined();
    expect(planned(peer([], { carrying: undefined }))).toBeUndefined();
  });
});

describe("a leg that has to go", () => {
  const barred = leg("1", { isBarred: true });

  it("hands over to a second that has answered for a second, and is released when both ends have left", () => {
    for (const isControlling of [true, false])
      expect(planned(peer([barred, leg("2")], { isControlling }))).toBe("hand-over 1 after 1000 ms");
    const left = peer([leg("2"), barred]);
    expect(planned({ ...left, isControlling: false })).toBe("release 1 after 1200 ms");
    expect(planned(left)).toBe("release 1 after 3000 ms");
  });

  it("waits for a second that does not answer yet", () => {
    expect(planned(peer([barred, leg("2", { answersSince: undefined })]))).toBeUndefined();
  });

  it("has a second asked for at once where there is none, by the other end a moment later", () => {
    expect(planned(peer([barred]))).toBe("ask soon after 0 ms");
    expect(planned(peer([barred], { isControlling: false }))).toBe("ask soon after 1000 ms");
  });

  it("makes room for another second where that has to go as well", () => {
    expect(planned(peer([barred, leg("2", { isBarred: true })]))).toBe("release 2 after 0 ms");
  });

  it.each(["direct", "none"] as const)("is released at once where it carries nothing (%s)", (path) => {
    expect(planned(peer([barred, leg("2")], { path }))).toBe("release 1 after 0 ms");
    expect(planned(peer([barred], { path, isControlling: false }))).toBe("release 1 after 0 ms");
  });
});

describe("a leg that another one is much better than", () => {
  const second = leg("1", { isSecondChoice: true });

  it("hands over by the controlling end alone", () => {
    expect(planned(peer([second, leg("2")]))).toBe("hand-over 1 after 30000 ms");
    expect(planned(peer([second, leg("2")], { isControlling: false }))).toBeUndefined();
    expect(planned(peer([leg("2"), second]))).toBeUndefined();
  });

  it("has the better one asked for, without haste", () => {
    expect(planned(peer([second]))).toBe("ask after 0 ms");
    const neither = peer([second, leg("2", { isSecondChoice: true })]);
    expect(planned(neither)).toBe("release 2 after 30000 ms");
  });
});

describe("the legs of a direct peer", () => {
  it("are one, after a minute, and the same at both ends whichever each has first", () => {
    for (const legs of [
      [leg("1"), leg("2")],
      [leg("2"), leg("1")],
    ]) {
      expect(planned(peer(legs, { path: "direct" }))).toBe("release 2 after 60000 ms");
      expect(planned(peer(legs, { path: "direct", isControlling: false }))).toBeUndefined();
    }
    expect(planned(peer([leg("1")], { path: "direct" }))).toBeUndefined();
  });
});
